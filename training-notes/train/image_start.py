"""How the heads start: statistics instead of chance."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from image_model import Embedder


@torch.no_grad()
def settle(model: Embedder, pixels: Tensor) -> None:
    """Takes batch statistics from a batch, for weights that come without any."""
    layers = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = 1.0
    model.train()
    model.features(pixels)
    model.eval()
    for layer in layers:
        layer.momentum = 0.01


@torch.no_grad()
def whiten(layer: nn.Linear, rows: Tensor) -> None:
    """PCA whitening of rows [N, inputs]: a good space for copies already."""
    mean, wanted = rows.mean(0), layer.out_features
    _, singular, axes = torch.linalg.svd(rows - mean, full_matrices=False)
    spread = singular[:wanted] / len(rows) ** 0.5
    put(layer, axes[:wanted] / (spread[:, None] + 0.1 * spread[0]), mean)


@torch.no_grad()
def discriminate(layer: nn.Linear, first: Tensor, second: Tensor, shrink: float = 0.2) -> None:
    """Linear discriminant axes of pairs [N, inputs] of one thing each (Fisher 1936; Rao 1948).

    What differs within pairs is damped, then the axes of most spread are kept.
    """
    within = (first - second).double()
    scatter = within.T @ within / (2 * len(within))
    scatter += shrink * scatter.diagonal().mean() * torch.eye(len(scatter), dtype=torch.float64)
    values, vectors = torch.linalg.eigh(scatter)
    sphere = vectors / values.sqrt()
    middle = ((first + second) / 2).double()
    mean = middle.mean(0)
    _, _, axes = torch.linalg.svd((middle - mean) @ sphere, full_matrices=False)
    put(layer, (sphere @ axes[: layer.out_features].T).T.float(), mean.float())


def put(layer: nn.Linear, projection: Tensor, mean: Tensor) -> None:
    """Writes a projection of centred rows, at a size that the optimiser's steps suit."""
    projection = projection * (0.05 / projection.pow(2).mean().sqrt())
    rows = torch.zeros_like(layer.weight)
    rows[: len(projection)] = projection  # fewer axes than outputs where there were few rows
    layer.weight.copy_(rows)
    layer.bias.copy_(-rows @ mean)

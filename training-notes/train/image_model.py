"""The image embedder: MobileNetV3-Small, region GeM pooling, one linear layer, unit length.

GeM pooling is Radenovic et al. 2018; descriptors for copy detection with score normalisation
and an entropy term follow SSCD (Pizzi et al. 2022). One run gives a vector for each region.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn

from edits import REGIONS

CHANNELS, DIMENSION = 576, 128
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def overlap(cells: int) -> Tensor:
    """Weights [regions, cells * cells]: the share of each region's area in each cell of the map."""
    edges = torch.linspace(0, 1, cells + 1, dtype=torch.float64)
    boxes = torch.tensor(REGIONS)

    def along(start: Tensor, length: Tensor) -> Tensor:
        low = torch.maximum(edges[None, :-1], start[:, None])
        high = torch.minimum(edges[None, 1:], (start + length)[:, None])
        return (high - low).clamp(min=0) / length[:, None]

    x, y = along(boxes[:, 0], boxes[:, 2]), along(boxes[:, 1], boxes[:, 3])
    return (y[:, :, None] * x[:, None, :]).reshape(len(boxes), -1).float()


class Embedder(nn.Module):
    """Pixels [N, 3, S, S], normalised, to unit vectors [N, 10, 128]; S a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torchvision.models.mobilenet_v3_small().features
        self.power = nn.Parameter(torch.tensor(3.0))
        self.head = nn.Linear(CHANNELS, DIMENSION)
        self.weights: dict[int, Tensor] = {}

    def pool(self, pixels: Tensor) -> Tensor:
        """Returns the region means [N, 10, 576] before the head."""
        grid = self.features(pixels)
        cells = grid.shape[-1]
        if cells not in self.weights:
            self.weights[cells] = overlap(cells)
        cells_last = grid.flatten(2).transpose(1, 2).clamp(min=1e-6).pow(self.power)
        return (self.weights[cells] @ cells_last).pow(1 / self.power)

    def forward(self, pixels: Tensor) -> Tensor:
        return nn.functional.normalize(self.head(self.pool(pixels)), dim=-1)


def load_backbone(model: Embedder, weights: Path) -> None:
    """Loads ImageNet feature weights; every key must fit."""
    saved = torch.load(weights, map_location="cpu", weights_only=True)
    state = {k.removeprefix("0."): v for k, v in saved.items()}  # saved inside a Sequential
    wanted = model.features.state_dict()
    counters = {k for k in wanted if k.endswith("num_batches_tracked")}
    if set(state) - counters != set(wanted) - counters:
        raise ValueError(f"{weights}: not a MobileNetV3-Small feature state; use the shared file")
    model.features.load_state_dict(state, strict=False)


def normalise(batch: Tensor) -> Tensor:
    """Bytes [N, S, S, 3] to the network's input, channels last in memory."""
    mean, deviation = torch.tensor(MEAN) * 255, torch.tensor(DEVIATION) * 255
    return ((batch.float() - mean) / deviation).permute(0, 3, 1, 2)


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
def whiten(model: Embedder, pooled: Tensor) -> None:
    """Starts the head as a PCA whitening of pooled features [N, 576]: a good copy space already."""
    mean = pooled.mean(0)
    _, singular, axes = torch.linalg.svd(pooled - mean, full_matrices=False)
    spread = singular[:DIMENSION] / len(pooled) ** 0.5
    projection = axes[:DIMENSION] / (spread[:, None] + 0.1 * spread[0])
    projection *= 0.05 / projection.pow(2).mean().sqrt()  # a size that the optimiser's steps suit
    model.head.weight.copy_(projection)
    model.head.bias.copy_(-projection @ mean)

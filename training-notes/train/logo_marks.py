"""Trains the mark embedder: photographed marks and empty places against references, with look-alikes side by side."""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor, nn

import logo_loss
from image_model import normalise
from logo_crops import Crops
from logo_model import MarkEmbedder, discriminant
from logo_run import Run, loop

START = 2500  # marks that the head's start is worked out from
NEAR = 6  # marks that lie side by side in most batches


class Described(nn.Module):
    """What a mark embedder's head sees."""

    def __init__(self, model: MarkEmbedder) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        return self.model.describe(pixels)


@torch.no_grad()
def vectors(model: nn.Module, pixels: np.ndarray) -> Tensor:
    """What a network says of pictures [N, S, S, 3]."""
    return torch.cat([model(normalise(torch.from_numpy(pixels[i : i + 128]))) for i in range(0, len(pixels), 128)])


@torch.no_grad()
def begin(run: Run, crops: Crops) -> None:
    """Evens out the parts of what the head sees and starts the head by a discriminant analysis."""
    rng = np.random.default_rng(7)
    picks = rng.permutation(len(crops.clean))[:START]
    sets = [crops.clean[picks], crops.official[picks]]
    for view in range(min(2, len(crops.views))):
        sets.append(np.stack([crops.seen(rng, int(i), view) for i in picks]))
    described = [vectors(Described(run.model), s) for s in sets]
    scale = torch.stack([1 / part.std(0).norm() for part in torch.cat(described).split(run.model.WIDTHS, 1)])
    run.model.scale.copy_(scale)
    spread = torch.cat([torch.full((w,), float(s)) for w, s in zip(run.model.WIDTHS, scale, strict=True)])
    discriminant(run.model, torch.cat(described) * spread, torch.arange(len(picks)).repeat(len(sets)), shrink=1.0)
    run.average.load_state_dict(run.model.state_dict())


class Neighbours:
    """Where each mark's reference lies, as far as was seen: marks that lie close make the hard batches."""

    def __init__(self, model: MarkEmbedder, crops: Crops) -> None:
        self.vectors = vectors(model, crops.clean)

    def picks(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Numbers of marks; in three of four batches groups of NEAR that lie close to each other."""
        count = len(self.vectors)
        size = min(size, count)
        if rng.random() < 0.25:
            return rng.choice(count, size, replace=False)
        seeds = rng.choice(count, -(-size // NEAR), replace=False)
        near = (self.vectors[seeds] @ self.vectors.T).topk(min(3 * NEAR, count), dim=1).indices.numpy()
        groups = [[s, *rng.permutation(n[n != s])[: NEAR - 1]] for s, n in zip(seeds, near, strict=True)]
        return rng.permutation(np.unique(np.concatenate(groups)))[:size]


def train(args: argparse.Namespace) -> list[float]:
    """Trains the mark embedder; returns the logged losses."""
    crops = Crops(args.work, args.limit)
    run = Run(args, MarkEmbedder(args.weights), 1e-3)
    if not run.resume():
        begin(run, crops)
        run.save()
    neighbours = Neighbours(run.average, crops)

    def loss(rng: np.random.Generator) -> Tensor:
        picks = neighbours.picks(rng, args.batch * 3 // 7)
        pixels = crops.batch(rng, picks, rng.random(len(picks)) < 0.5, args.batch // 7)
        references, seen, empty = run.model(normalise(pixels)).tensor_split([len(picks), 2 * len(picks)])
        neighbours.vectors[picks] = references.detach()
        return logo_loss.mark_loss(seen, empty, references, crops.groups[picks], run.model.none)

    return loop(run, loss)

"""Trains the mark embedder: photographed marks and empty places against references, with look-alikes side by side."""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

import logo_loss
from image_model import normalise
from logo_crops import Crops
from logo_model import DIMENSION, MarkEmbedder, discriminant
from logo_run import Run, loop

START = 2500  # marks that the head's start is worked out from
NEAR = 6  # marks that lie side by side in most batches
OTHERS = 3000  # marks beside those of the batch that a view is told from
REGISTERED = 0.5  # weight of that beside the batch's own references


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


class Register(nn.Module):
    """A vector for every training mark, learned: what a batch cannot hold, a batch's marks are told from all the same.

    (Proxies: Movshovitz-Attias et al. 2017; normalised softmax: Zhai and Wu 2019.) A view is asked for its mark's vector among
    those of the batch and OTHERS by chance; marks of one group are no negatives of each other.
    """

    def __init__(self, groups: Tensor) -> None:
        super().__init__()
        self.groups = groups
        self.vectors = nn.Parameter(torch.zeros(len(groups), DIMENSION))
        self.none = nn.Parameter(torch.tensor(0.5))

    def loss(
        self, rng: np.random.Generator, picks: np.ndarray, references: Tensor, seen: Tensor, empty: Tensor
    ) -> Tensor:
        """Of references and views of the marks `picks`, and of empty places."""
        left = np.setdiff1d(np.arange(len(self.groups)), picks, assume_unique=True)
        drawn = np.concatenate([picks, rng.choice(left, min(OTHERS, len(left)), replace=False)])
        register = functional.normalize(self.vectors[torch.from_numpy(drawn)], dim=-1)
        return logo_loss.register_loss(references, seen, empty, register, self.groups[drawn], self.none)


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
        chosen = rng.permutation(np.unique(np.concatenate(groups)))[:size]  # fewer than asked where groups meet
        left = np.setdiff1d(np.arange(count), chosen, assume_unique=True)
        return np.concatenate([chosen, rng.choice(left, size - len(chosen), replace=False)])


def train(args: argparse.Namespace) -> list[float]:
    """Trains the mark embedder; returns the logged losses."""
    crops = Crops(args.work, args.limit)
    register = Register(crops.groups)
    run = Run(args, MarkEmbedder(args.weights), 1e-3, register)
    if not run.resume():
        begin(run, crops)
    neighbours = Neighbours(run.average, crops)
    if not run.done:
        register.vectors.data.copy_(neighbours.vectors)
        run.save()

    def loss(rng: np.random.Generator) -> Tensor:
        picks = neighbours.picks(rng, args.batch * 3 // 7)
        pixels = crops.batch(rng, picks, rng.random(len(picks)) < 0.5, args.batch // 7)
        references, seen, empty = run.model(normalise(pixels)).tensor_split([len(picks), 2 * len(picks)])
        neighbours.vectors[picks] = references.detach()
        told = logo_loss.mark_loss(seen, empty, references, crops.groups[picks], run.model.none)
        return told + REGISTERED * register.loss(rng, picks, references, seen, empty)

    return loop(run, loss)

"""The image network: MobileNetV3-Small with three outputs.

`copy` finds the same picture after edits: region GeM pooling (Radenovic et al. 2018), one linear layer, unit length; with
score normalisation and an entropy term as in SSCD (Pizzi et al. 2022). `design` finds the same goods in another photo,
view or colour: two levels pooled over the whole and the centre. `local` says which places of two pictures are the same:
a unit vector for every cell of the stride-16 map. One run gives all three.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

from edits import REGIONS

CHANNELS, MIDDLE, FINE = 576, 288, 24  # of the maps at stride 32, 16 and 8
DIMENSION, DESIGN_DIMENSION, LOCAL_DIMENSION = 128, 128, 64
LEVEL = 24.0  # length of each level before the design head: entries of about one
DESIGN_REGIONS = [0, 9]  # the whole and the centre
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


class Maps(NamedTuple):
    """Feature maps of one run: [N, 24, S/8, S/8], [N, 288, S/16, S/16], [N, 576, S/32, S/32]."""

    fine: Tensor
    middle: Tensor
    last: Tensor


class Outputs(NamedTuple):
    """Unit vectors: copy [N, 10, 128], design [N, 2, 128], local [N, 64, S/16, S/16]."""

    copy: Tensor
    design: Tensor
    local: Tensor


class Trunk(nn.Module):
    """The features of MobileNetV3-Small, run in three stretches."""

    def __init__(self, features: nn.Sequential) -> None:
        super().__init__()
        self.first = features[:4]
        self.second = nn.Sequential(features[4:9], features[9].block[0])
        self.third = nn.Sequential(features[9].block[1:], features[10:])

    def forward(self, pixels: Tensor) -> Maps:
        fine = self.first(pixels)
        middle = self.second(fine)
        return Maps(fine, middle, self.third(middle))


def length_one(x: Tensor, axis: int = -1) -> Tensor:
    """Unit length, in operations that every exporter knows."""
    return x / x.pow(2).sum(axis, keepdim=True).clamp(min=1e-12).sqrt()


class Heads(nn.Module):
    """What is learnt on top of the maps."""

    def __init__(self) -> None:
        super().__init__()
        self.power = nn.Parameter(torch.tensor(3.0))
        self.head = nn.Linear(CHANNELS, DIMENSION)
        self.design = nn.Linear(CHANNELS + MIDDLE, DESIGN_DIMENSION)
        self.local = nn.Linear(4 * FINE + MIDDLE, LOCAL_DIMENSION)
        self.weights: dict[int, Tensor] = {}

    def over_regions(self, grid: Tensor) -> Tensor:
        """Cells as rows times the region weights of this size: [N, C, H, H] to a mean [N, 10, C]."""
        cells = grid.shape[-1]
        if cells not in self.weights:
            self.weights[cells] = overlap(cells)
        return self.weights[cells] @ grid.flatten(2).transpose(1, 2)

    def pool(self, last: Tensor) -> Tensor:
        """Generalised means [N, 10, 576] of the regions."""
        return self.over_regions(last.clamp(min=1e-6).pow(self.power)).pow(1 / self.power)

    def copies(self, pooled: Tensor) -> Tensor:
        """Copy vectors of pooled regions."""
        return length_one(self.head(pooled))

    def levels(self, maps: Maps, pooled: Tensor) -> Tensor:
        """What the design head reads: both levels [N, 2, 864], each of one length, so that neither drowns the other."""
        middle = self.over_regions(maps.middle)[:, DESIGN_REGIONS]
        return LEVEL * torch.cat([length_one(pooled[:, DESIGN_REGIONS]), length_one(middle)], -1)

    def designs(self, levels: Tensor) -> Tensor:
        """Design vectors of levels."""
        return length_one(self.design(levels))

    def cells(self, maps: Maps) -> Tensor:
        """What the local head reads: [N, (S/16)^2, 384]."""
        fine = functional.pixel_unshuffle(maps.fine, 2)
        return torch.cat([fine, maps.middle], 1).flatten(2).transpose(1, 2)

    def places(self, maps: Maps) -> Tensor:
        """Local vectors, a row a cell: [N, (S/16)^2, 64]."""
        return length_one(self.local(self.cells(maps)))


class Embedder(nn.Module):
    """Pixels [N, 3, S, S], normalised, to `Outputs`; S a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torchvision.models.mobilenet_v3_small().features
        self.heads = Heads()

    @property
    def trunk(self) -> Trunk:
        """The features in stretches; shares their weights."""
        return Trunk(self.features)

    def pool(self, pixels: Tensor) -> Tensor:
        """The region means [N, 10, 576] before the copy head."""
        return self.heads.pool(self.features(pixels))

    def forward(self, pixels: Tensor) -> Outputs:
        maps = self.trunk(pixels)
        pooled = self.heads.pool(maps.last)
        local = self.heads.places(maps)
        side = maps.middle.shape[-1]
        return Outputs(
            self.heads.copies(pooled),
            self.heads.designs(self.heads.levels(maps, pooled)),
            local.transpose(1, 2).reshape(len(local), LOCAL_DIMENSION, side, side),
        )


def load_backbone(model: Embedder, weights: Path) -> None:
    """Loads ImageNet feature weights; every key must fit."""
    saved = torch.load(weights, map_location="cpu", weights_only=True)
    state = {k.removeprefix("0."): v for k, v in saved.items()}  # saved inside a Sequential
    wanted = model.features.state_dict()
    counters = {k for k in wanted if k.endswith("num_batches_tracked")}
    if set(state) - counters != set(wanted) - counters:
        raise ValueError(f"{weights}: not a MobileNetV3-Small feature state; use the shared file")
    model.features.load_state_dict(state, strict=False)


NEW_HEADS = {f"heads.{name}.{part}" for name in ("design", "local") for part in ("weight", "bias")}


def load_state(model: Embedder, state: dict[str, Tensor]) -> bool:
    """Loads saved weights, also those of before the design and local heads; says whether these were there."""
    renamed = {k if k.startswith(("features.", "heads.")) else f"heads.{k}": v for k, v in state.items()}
    missing, unexpected = model.load_state_dict(renamed, strict=False)
    if unexpected or set(missing) - NEW_HEADS:
        raise ValueError(f"not a state of this network: missing {missing}, unexpected {unexpected}")
    return not missing


def normalise(batch: Tensor) -> Tensor:
    """Bytes [N, S, S, 3] to the network's input, channels last in memory."""
    mean, deviation = torch.tensor(MEAN) * 255, torch.tensor(DEVIATION) * 255
    return ((batch.float() - mean) / deviation).permute(0, 3, 1, 2)

"""The image network: MobileNetV3-Small with two outputs from one run.

`copy` finds the same picture after edits: region GeM pooling (Radenovic et al. 2018), one linear layer, unit length; with
score normalisation and an entropy term as in SSCD (Pizzi et al. 2022). `design` finds the same goods in another photo,
view or colour: a second set of late layers on the same early ones, two levels pooled over the whole and the centre. The
design branch is trained on a copy network that stands still, so that one never costs the other anything.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import NamedTuple

import torch
import torchvision
from torch import Tensor, nn

from edits import REGIONS

CHANNELS, MIDDLE = 576, 288  # of the maps at stride 32 and 16
DIMENSION, DESIGN_DIMENSION = 128, 128
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


class Outputs(NamedTuple):
    """Unit vectors: copy [N, 10, 128], design [N, 2, 128]."""

    copy: Tensor
    design: Tensor


def length_one(x: Tensor, axis: int = -1) -> Tensor:
    """Unit length, in operations that every exporter knows."""
    return x / x.pow(2).sum(axis, keepdim=True).clamp(min=1e-12).sqrt()


def early(features: nn.Sequential) -> nn.Sequential:
    """The features down to stride 16, with the expansion of the next block: [N, 288, S/16, S/16]."""
    return nn.Sequential(*features[:9], features[9].block[0])


def late(features: nn.Sequential) -> nn.Sequential:
    """The rest of the features: [N, 576, S/32, S/32]."""
    return nn.Sequential(features[9].block[1:], *features[10:])


class Embedder(nn.Module):
    """Pixels [N, 3, S, S], normalised, to `Outputs`; S a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torchvision.models.mobilenet_v3_small().features
        self.power = nn.Parameter(torch.tensor(3.0))
        self.head = nn.Linear(CHANNELS, DIMENSION)
        self.design_late = copy.deepcopy(late(self.features))
        self.design = nn.Linear(CHANNELS + MIDDLE, DESIGN_DIMENSION)
        self.weights: dict[int, Tensor] = {}

    def over_regions(self, grid: Tensor) -> Tensor:
        """Cells as rows times the region weights of this size: [N, C, H, H] to a mean [N, 10, C]."""
        cells = grid.shape[-1]
        if cells not in self.weights:
            self.weights[cells] = overlap(cells)
        return self.weights[cells] @ grid.flatten(2).transpose(1, 2)

    def means(self, last: Tensor) -> Tensor:
        """Generalised means [N, 10, 576] of the regions of a last map."""
        return self.over_regions(last.clamp(min=1e-6).pow(self.power)).pow(1 / self.power)

    def pool(self, pixels: Tensor) -> Tensor:
        """The region means [N, 10, 576] before the copy head."""
        return self.means(self.features(pixels))

    def copies(self, pooled: Tensor) -> Tensor:
        """Copy vectors of pooled regions."""
        return length_one(self.head(pooled))

    def levels(self, middle: Tensor) -> Tensor:
        """What the design head reads, from the stride-16 map: two levels [N, 2, 864], each of one length."""
        last = self.means(self.design_late(middle))[:, DESIGN_REGIONS]
        return LEVEL * torch.cat([length_one(last), length_one(self.over_regions(middle)[:, DESIGN_REGIONS])], -1)

    def designs(self, levels: Tensor) -> Tensor:
        """Design vectors of levels."""
        return length_one(self.design(levels))

    def forward(self, pixels: Tensor) -> Outputs:
        middle = early(self.features)(pixels)
        copies = self.copies(self.means(late(self.features)(middle)))
        return Outputs(copies, self.designs(self.levels(middle)))


def load_backbone(model: Embedder, weights: Path) -> None:
    """Loads ImageNet feature weights; every key must fit."""
    saved = torch.load(weights, map_location="cpu", weights_only=True)
    state = {k.removeprefix("0."): v for k, v in saved.items()}  # saved inside a Sequential
    wanted = model.features.state_dict()
    counters = {k for k in wanted if k.endswith("num_batches_tracked")}
    if set(state) - counters != set(wanted) - counters:
        raise ValueError(f"{weights}: not a MobileNetV3-Small feature state; use the shared file")
    model.features.load_state_dict(state, strict=False)


def copy_state(model: Embedder) -> dict[str, Tensor]:
    """The weights of the copy network alone."""
    return {k: v for k, v in model.state_dict().items() if not k.startswith("design")}


def load_state(model: Embedder, state: dict[str, Tensor]) -> None:
    """Loads saved weights; a state from before the design branch gives that branch the late features to start from."""
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not k.startswith("design") for k in missing):
        raise ValueError(f"not a state of this network: missing {missing}, unexpected {unexpected}")
    if missing:
        model.design_late.load_state_dict(late(model.features).state_dict())


def normalise(batch: Tensor) -> Tensor:
    """Bytes [N, S, S, 3] to the network's input, channels last in memory."""
    mean, deviation = torch.tensor(MEAN) * 255, torch.tensor(DEVIATION) * 255
    return batch.float().sub_(mean).div_(deviation).permute(0, 3, 1, 2)

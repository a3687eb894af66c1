"""The two networks for logos: where marks are in a picture, and which mark a crop shows.

Both start from ImageNet's MobileNetV3-Small. `Proposer` is a centre-point detector (CenterNet, Zhou et al. 2019,
with the box regression of FCOS, Tian et al. 2019) that knows one class. `MarkEmbedder` joins oriented
gradient energies without sign (after HOG, Dalal and Triggs 2005), which survive another colour, with
features of two depths that keep their places; its linear head starts as a discriminant analysis.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

DIMENSION, MOST = 256, 16
STRIDE = 8


def backbone(weights: Path | None) -> nn.Sequential:
    """MobileNetV3-Small without its last 1x1 layer, with ImageNet's weights where they are given."""
    features = torchvision.models.mobilenet_v3_small().features[:12]
    if weights is not None:
        saved = torch.load(weights, map_location="cpu", weights_only=True)
        state = {k.removeprefix("0."): v for k, v in saved.items()}
        wanted = {k for k in features.state_dict() if not k.endswith("num_batches_tracked")}
        if not wanted <= set(state):
            raise ValueError(f"{weights}: not a MobileNetV3-Small feature state; use the shared file")
        features.load_state_dict({k: state[k] for k in wanted}, strict=False)
    return features


def mixer(width: int) -> nn.Sequential:
    """A depthwise 3x3 and a pointwise layer."""
    return nn.Sequential(
        nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
    )  # fmt: skip


class Proposer(nn.Module):
    """Pixels [N, 3, S, S] to logits [N, 1, S/8, S/8] and distances [N, 4, S/8, S/8] to left, top, right, bottom, in cells."""

    def __init__(self, weights: Path | None = None, width: int = 64) -> None:
        super().__init__()
        self.features = backbone(weights)
        self.deep, self.middle, self.fine = nn.Conv2d(96, width, 1), nn.Conv2d(48, width, 1), nn.Conv2d(24, width, 1)
        self.join_middle, self.join_fine = mixer(width), mixer(width)
        self.tower = nn.Sequential(mixer(width), mixer(width))
        self.centre, self.sides = nn.Conv2d(width, 1, 1), nn.Conv2d(width, 4, 1)
        nn.init.constant_(self.centre.bias, -4.0)  # few cells are centres
        nn.init.zeros_(self.sides.weight)
        nn.init.constant_(self.sides.bias, 1.0)

    def levels(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features at strides 8, 16 and 32."""
        fine = self.features[:4](pixels)
        middle = self.features[4:9](fine)
        return fine, middle, self.features[9:](middle)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        return self.decide(*self.levels(pixels))

    def decide(self, fine: Tensor, middle: Tensor, deep: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and distances from features."""
        x = self.middle(middle) + functional.interpolate(self.deep(deep), scale_factor=2.0, mode="nearest")
        x = self.join_middle(x)
        x = self.join_fine(self.fine(fine) + functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        x = self.tower(x)
        return self.centre(x), self.sides(x).clamp(max=4.5).exp()


def best_boxes(logits: Tensor, sides: Tensor, most: int = MOST) -> Tensor:
    """The `most` strongest local peaks: [N, most, 5], x, y, width, height as fractions and a score of 0 to 1."""
    count, _, rows, columns = logits.shape
    score = logits.sigmoid()
    peak = functional.max_pool2d(score, 3, stride=1, padding=1)
    score = torch.where(score >= peak, score, score * 0.1)  # a neighbour of a peak ranks behind all peaks of note
    best, at = score.flatten(1).topk(most, dim=1)
    row, column = torch.div(at, columns, rounding_mode="floor").float() + 0.5, (at % columns).float() + 0.5
    reach = sides.flatten(2).transpose(1, 2).gather(1, at[..., None].expand(-1, -1, 4))
    left, top = (column - reach[..., 0]).clamp(min=0), (row - reach[..., 1]).clamp(min=0)
    right, bottom = (column + reach[..., 2]).clamp(max=columns), (row + reach[..., 3]).clamp(max=rows)
    box = torch.stack([left / columns, top / rows, (right - left) / columns, (bottom - top) / rows], -1)
    return torch.cat([box, best[..., None]], -1)


class Gradients(nn.Module):
    """Oriented gradient energies of the brightness, without sign: pixels [N, 3, S, S] to [N, bins, S/8, S/8].

    Energies of a cell are divided by those around it, so that faint relief counts like strong print.
    """

    def __init__(self, bins: int = 8, cell: int = 8) -> None:
        super().__init__()
        self.bins, self.cell = bins, cell
        smooth, slope = torch.tensor([1.0, 2.0, 1.0]) / 4, torch.tensor([-1.0, 0.0, 1.0])
        self.register_buffer("slopes", torch.stack([smooth[:, None] * slope, slope[:, None] * smooth])[:, None])
        self.register_buffer("grey", torch.tensor([0.299 * 0.229, 0.587 * 0.224, 0.114 * 0.225]).view(1, 3, 1, 1))
        angle = 2 * math.pi * torch.arange(bins) / bins  # of twice the orientation
        self.register_buffer("cosine", angle.cos().view(1, bins, 1, 1))
        self.register_buffer("sine", angle.sin().view(1, bins, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        brightness = (pixels * self.grey).sum(1, keepdim=True)
        padded = functional.pad(brightness, (1, 1, 1, 1), mode="replicate")
        slopes = functional.conv2d(padded, self.slopes)
        x, y = slopes[:, :1], slopes[:, 1:]
        square = x * x + y * y
        size = (square + 1e-6).sqrt()
        turn = (x * x - y * y) / size * self.cosine + 2 * x * y / size * self.sine
        energy = functional.avg_pool2d(functional.relu(turn), self.cell)
        around = functional.avg_pool2d(energy.sum(1, keepdim=True), 5, stride=1, padding=2, count_include_pad=False)
        return (energy / (around + 0.02)).clamp(min=1e-6).sqrt()


class Detail(nn.Module):
    """What fine features and gradients, both of stride 8, add to the features of stride 16; nothing at the start."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(24 + 8, width, 1), nn.Hardswish(),
            nn.Conv2d(width, width, 5, stride=2, padding=2, groups=width), nn.Hardswish(),
            nn.Conv2d(width, 48, 1),
        )  # fmt: skip
        nn.init.zeros_(self.layers[4].weight)
        nn.init.zeros_(self.layers[4].bias)

    def forward(self, fine: Tensor, gradients: Tensor) -> Tensor:
        return self.layers(torch.cat([fine, gradients], 1))


class Wide(nn.Module):
    """What the head's linear layer cannot say: two layers beside it, silent at the start."""

    def __init__(self, seen: int, width: int = 192) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(seen, width), nn.Linear(width, DIMENSION)
        nn.init.normal_(self.inner.weight, std=0.8)  # what it sees has length 1.7: each unit speaks at about 1.4
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, described: Tensor) -> Tensor:
        return self.outer(functional.hardswish(self.inner(described)) * 0.25)


class MarkEmbedder(nn.Module):
    """Crops [N, 3, 96, 96], normalised, to unit vectors [N, 256]. `none` is the cosine up to which a crop is of no mark, in training."""

    WIDTHS = (8 * 144, 48 * 36, 96 * 9)  # of what the head sees: gradients, middle, deep

    def __init__(self, weights: Path | None = None) -> None:
        super().__init__()
        self.features, self.gradients = backbone(weights), Gradients()
        self.register_buffer("scale", torch.ones(len(self.WIDTHS)))
        self.head, self.wide = nn.Linear(sum(self.WIDTHS), DIMENSION), Wide(sum(self.WIDTHS))
        self.detail = Detail()
        self.none = nn.Parameter(torch.tensor(0.35))
        self.frame = nn.Sequential(nn.Linear(sum(self.WIDTHS), 128), nn.Hardswish(), nn.Linear(128, 5))
        nn.init.zeros_(self.frame[2].weight)
        self.register_buffer("whole", torch.tensor([0.1, 0.1, 0.9, 0.9, 0.0]))

    def describe(self, pixels: Tensor) -> Tensor:
        """Everything the head sees: [N, 3744]."""
        gradients, fine = self.gradients(pixels), self.features[:4](pixels)
        middle = self.features[4:9](fine) + self.detail(fine, gradients)
        parts = (gradients, middle, self.features[9:](middle))
        return torch.cat([p.flatten(1) * s for p, s in zip(parts, self.scale, strict=True)], 1)

    def vectors(self, described: Tensor) -> Tensor:
        """Unit vectors of described crops."""
        return functional.normalize(self.head(described) + self.wide(described), dim=-1)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.vectors(self.describe(pixels))

    def frames(self, described: Tensor) -> Tensor:
        """Where the mark lies in crops: x, y, width, height in fractions of the crop, beyond 0 to 1 where it is cut off, and how
        likely there is one: [N, 5]."""
        x0, y0, x1, y1, score = (self.frame(described) + self.whole).split(1, 1)
        return torch.cat([x0, y0, (x1 - x0).clamp(min=0.05), (y1 - y0).clamp(min=0.05), score.sigmoid()], 1)


@torch.no_grad()
def discriminant(model: MarkEmbedder, described: Tensor, classes: Tensor, shrink: float = 0.1) -> None:
    """Starts the head as a linear discriminant analysis of described crops [N, 3744] of known marks [N]."""
    x = described.double()
    x = x - x.mean(0)
    count = int(classes.max()) + 1
    sizes = torch.bincount(classes, minlength=count).clamp(min=1).double()
    means = torch.zeros(count, x.shape[1], dtype=torch.float64).index_add_(0, classes, x) / sizes[:, None]
    within = x - means[classes]
    spread = within.T @ within / len(x)
    spread += shrink * spread.diagonal().mean() * torch.eye(len(spread), dtype=torch.float64)
    root = torch.linalg.cholesky(spread)
    white = torch.linalg.solve_triangular(root, means.T, upper=False).T
    _, strength, axes = torch.linalg.svd(white - white.mean(0), full_matrices=False)
    weight = torch.linalg.solve_triangular(root.T, axes[:DIMENSION].T, upper=True).T
    gain = (strength[:DIMENSION] / strength[0]).pow(-0.25)[:, None]  # a little of the whitening's evenness
    weight = weight * gain
    weight *= 1.0 / (x @ weight.T).norm(dim=1).mean()
    found = len(weight)  # fewer marks than dimensions leave the rest to chance
    model.head.weight[:found] = weight.float()
    model.head.weight[found:] *= 0.1
    model.head.bias.copy_(-(model.head.weight.double() @ described.double().mean(0)))

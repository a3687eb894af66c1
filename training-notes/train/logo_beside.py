"""A network that looks at a place and a registered mark side by side, and says whether they show the same mark.

The vectors of `MarkEmbedder` rank the whole register; marks of one outline that differ in the letters inside come out alike. This
network sees the few best pairs again: every cell of the mark's map is held against the cells of the crop around the same position (a
correlation window, as in FlowNet, Dosovitskiy et al. 2015), so that order and geometry count, and a few layers judge what agrees where.
The maps are those of the mark embedder, whose first layers stay as they are.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from logo_model import Detail, Gradients, MarkEmbedder, backbone

CELLS, REACH = 12, 3  # cells a side of a map, and how far from its own position a cell is looked for
FINE, MIDDLE = 32, 48  # channels of the maps of stride 8 and 16


def window() -> Tensor:
    """For each cell of the mark and each offset, where in the flattened correlations [mark cell, crop cell] the pair stands; one
    behind the last where the offset leaves the map."""
    row, column = torch.arange(CELLS).view(-1, 1), torch.arange(CELLS)
    steps = [(y, x) for y in range(-REACH, REACH + 1) for x in range(-REACH, REACH + 1)]
    out = torch.full((CELLS, CELLS, len(steps)), CELLS**4)
    for n, (dy, dx) in enumerate(steps):
        y, x = row + dy, column + dx
        inside = (y >= 0) & (y < CELLS) & (x >= 0) & (x < CELLS)
        out[..., n] = torch.where(inside, (row * CELLS + column) * CELLS**2 + y * CELLS + x, CELLS**4)
    return out.flatten()


class Window(torch.autograd.Function):
    """Takes the window out of correlations [N, cells²]; each is taken once at most, so that the way back is a lookup as well."""

    @staticmethod
    def forward(context, correlations: Tensor, at: Tensor, back: Tensor) -> Tensor:  # noqa: ANN001
        context.back = back
        return functional.pad(correlations, (0, 1)).index_select(1, at)

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN001
        return functional.pad(gradient, (0, 1)).index_select(1, context.back), None, None


class Side(nn.Module):
    """Maps of stride 8 [N, 32, 12, 12] and 16 [N, 48, 6, 6] to unit descriptors [N, D, 12, 12] and what else a cell shows [N, C, 12, 12]."""

    def __init__(self, width: int, dimension: int, content: int) -> None:
        super().__init__()
        self.dimension = dimension
        for name, channels in (("fine", FINE), ("middle", MIDDLE)):
            self.register_buffer(f"{name}_mean", torch.zeros(1, channels, 1, 1))
            self.register_buffer(f"{name}_scale", torch.ones(1, channels, 1, 1))
        self.fine, self.middle = nn.Conv2d(FINE, width, 1), nn.Conv2d(MIDDLE, width, 1, bias=False)
        self.mix = nn.Sequential(
            nn.Hardswish(), nn.Conv2d(width, width, 3, padding=1, groups=width), nn.Conv2d(width, width, 1)
        )
        self.out = nn.Conv2d(width, dimension + content, 1)

    def forward(self, fine: Tensor, middle: Tensor) -> tuple[Tensor, Tensor]:
        near = self.fine((fine - self.fine_mean) * self.fine_scale)
        wide = self.middle((middle - self.middle_mean) * self.middle_scale)
        x = near + functional.interpolate(wide, scale_factor=2.0, mode="nearest")
        x = self.out(functional.hardswish(x + self.mix(x)))
        return functional.normalize(x[:, : self.dimension], dim=1), x[:, self.dimension :]


class Pair(nn.Module):
    """Two sides, of the crop and of the mark, to logits [N] that both show the same mark."""

    def __init__(self, width: int = 48, dimension: int = 32, content: int = 16) -> None:
        super().__init__()
        self.side = Side(width, dimension, content)
        at = window()
        back = torch.full((CELLS**4 + 1,), len(at))
        back[at] = torch.arange(len(at))
        self.register_buffer("at", at, persistent=False)
        self.register_buffer("back", back[:-1].clone(), persistent=False)
        self.sharpness = nn.Parameter(torch.tensor(4.0))
        self.join = nn.Conv2d((2 * REACH + 1) ** 2 + 1 + 3 * content, width, 1)
        self.near = nn.Sequential(
            nn.Hardswish(), nn.Conv2d(width, width, 3, padding=1, groups=width), nn.Conv2d(width, width, 1)
        )
        self.down = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.far = nn.Sequential(
            nn.Hardswish(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1, groups=2 * width),
            nn.Conv2d(2 * width, 2 * width, 1),
        )
        self.judge = nn.Sequential(nn.Linear(4 * width, 64), nn.Hardswish(), nn.Linear(64, 1))
        nn.init.zeros_(self.judge[2].bias)

    def forward(self, crop: tuple[Tensor, Tensor], mark: tuple[Tensor, Tensor]) -> Tensor:
        (seen, around), (known, content) = crop, mark
        correlations = torch.bmm(known.flatten(2).transpose(1, 2), seen.flatten(2))  # [N, mark cell, crop cell]
        best = correlations.amax(2).view(-1, 1, CELLS, CELLS)
        flat = correlations.flatten(1)
        if torch.onnx.is_in_onnx_export():
            near = functional.pad(flat, (0, 1)).index_select(1, self.at)
        else:
            near = Window.apply(flat, self.at, self.back)
        near = near.view(-1, CELLS * CELLS, (2 * REACH + 1) ** 2).transpose(1, 2)
        near = near.reshape(-1, (2 * REACH + 1) ** 2, CELLS, CELLS)
        x = self.join(torch.cat([near * self.sharpness, best * self.sharpness, around, content, around * content], 1))
        x = self.down(functional.hardswish(x + self.near(x)))
        x = functional.hardswish(x + self.far(x))
        return self.judge(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))[:, 0]


class Beside(nn.Module):
    """Pixels [N, 3, 96, 192], a place on the left and a registered mark on the right, normalised, to logits [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.gradients, self.detail = backbone(None)[:9], Gradients(), Detail()
        self.pair = Pair()

    def take(self, embedder: MarkEmbedder) -> None:
        """Sees as a trained mark embedder does."""
        self.features.load_state_dict(embedder.features[:9].state_dict())
        self.detail.load_state_dict(embedder.detail.state_dict())

    def maps(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Of crops [N, 3, 96, 96]: stride 8 [N, 32, 12, 12] and stride 16 [N, 48, 6, 6]."""
        gradients, fine = self.gradients(pixels), self.features[:4](pixels)
        return torch.cat([gradients, fine], 1), self.features[4:](fine) + self.detail(fine, gradients)

    def forward(self, pixels: Tensor) -> Tensor:
        side = pixels.shape[2]
        crop, mark = (self.pair.side(*self.maps(half)) for half in (pixels[..., :side], pixels[..., side:]))
        return self.pair(crop, mark)[:, None]

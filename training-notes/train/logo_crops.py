"""What the mark embedder trains on, in memory: rendered crops, references, and places where there is no mark.

A crop is cut out of its surroundings anew each time it is used, as far off as the proposer's boxes are (`logo_mine.py`), and then
worn: fewer pixels, other colours, the negative. Half of the marks of a batch are mirrored, with their references.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

import logo_scenes
from logo_scenes import CROP, MARGIN
from marks import Marks

CLOSER = 0.8  # the sides of a box at the second look, as serving does


def proposed(pixels: np.ndarray, box: np.ndarray, error: np.ndarray, grow: float) -> tuple[np.ndarray, np.ndarray]:
    """What a proposal shows of a mark: the box (fractions x0, y0, x1, y1) off by an error and wider by `grow` of its sides on each side,
    squashed to a crop; and where the box lies in it."""
    side = pixels.shape[0]
    width, height = box[2] - box[0], box[3] - box[1]
    x0, y0, x1, y1 = box + np.array([-error[0] * width, -error[1] * height, error[2] * width, error[3] * height])
    dx, dy = grow * (x1 - x0), grow * (y1 - y0)
    left, top = (x0 - dx) * side, (y0 - dy) * side
    across, down = max(4.0, (x1 - x0 + 2 * dx) * side), max(4.0, (y1 - y0 + 2 * dy) * side)
    matrix = np.array([[CROP / across, 0, -left * CROP / across], [0, CROP / down, -top * CROP / down]])
    crop = cv2.warpAffine(pixels, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    corner, size = np.array([left, top, left, top]), np.array([across, down, across, down])
    return crop, ((box * side - corner) / size).astype(np.float32)


def worn(rng: np.random.Generator, pixels: np.ndarray, hard: float = 1.0) -> np.ndarray:
    """A crop with fewer pixels, in other colours or light, or as its negative: the shape stays. `hard` scales the odds."""
    if rng.random() < 0.3 * hard:
        few = int(np.exp(rng.uniform(np.log(16), np.log(64))))
        small = cv2.resize(pixels, (few, few), interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(small, (CROP, CROP), interpolation=cv2.INTER_CUBIC)
    kind = rng.random()
    if kind < 0.15:
        pixels = pixels[..., rng.permutation(3)]
    elif kind < 0.3:
        pixels = np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    if rng.random() < 0.12:
        pixels = 255 - pixels
    if rng.random() < 0.3 * hard:
        gain, lift = np.exp(rng.normal(0, 0.3)), rng.normal(0, 25)
        pixels = np.clip((pixels.astype(np.float32) - 128) * gain + 128 + lift, 0, 255).astype(np.uint8)
    if rng.random() < 0.12 * hard:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.5, 2.0))
    if rng.random() < 0.12 * hard:
        noise = rng.normal(0, rng.uniform(3, 18), pixels.shape[:2])[..., None]
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    return pixels


class Crops:
    """The cached crops of the training marks, their references, and empty places."""

    def __init__(self, work: Path, limit: int = 0) -> None:
        marks = Marks(work / "logo")
        ids = marks.train
        self.folder, self.total = work / "logo/cache", len(ids)
        self.keep = np.arange(len(ids))[:: max(1, len(ids) // limit)] if limit else np.arange(len(ids))
        rng = np.random.default_rng(3)
        self.clean = np.stack([logo_scenes.reference(None, marks[i]) for i in ids[self.keep]])
        self.official = np.stack([logo_scenes.reference(rng, marks[i]) for i in ids[self.keep]])
        _, groups = np.unique(marks.groups[ids[self.keep]], return_inverse=True)
        self.groups = torch.from_numpy(groups)
        with np.load(work / "logo/mined.npz") as mined:
            self.errors, self.empty = mined["errors"], mined["empty"]
        self.views = list(self.whole_views())
        if not self.views:
            raise FileNotFoundError(f"{self.folder}: no view of all marks; run logo_cache.py")

    def whole_views(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The views that were rendered of all marks: pixels and boxes."""
        for n in itertools.count():
            paths = sorted(self.folder.glob(f"crops-{n}-*.npy"))
            pixels = [np.load(p, mmap_mode="r") for p in paths]
            if not paths or sum(map(len, pixels)) != self.total:
                return
            boxes = np.concatenate([np.load(p.with_name(p.name.replace("crops", "boxes"))) for p in paths])
            yield np.concatenate(pixels)[self.keep], boxes[self.keep]

    def seen(self, rng: np.random.Generator, i: int, view: int | None = None) -> np.ndarray:
        """A photographed mark as a proposal shows it, now and then closer up."""
        grow = MARGIN if rng.random() < 0.7 else CLOSER * (0.5 + MARGIN) - 0.5
        return self.framed(rng, i, grow, view)[0]

    def framed(
        self, rng: np.random.Generator, i: int, grow: float = MARGIN, view: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same with where the mark lies in it: fractions x0, y0, x1, y1, beyond 0 to 1 where it is cut off."""
        pixels, boxes = self.views[int(rng.integers(len(self.views))) if view is None else view]
        error = self.errors[int(rng.integers(len(self.errors)))] if len(self.errors) else np.zeros(4)
        return proposed(pixels[i], boxes[i], error, grow)

    def frames(self, rng: np.random.Generator, size: int, empty: int) -> tuple[Tensor, Tensor]:
        """Bytes [size + empty, 96, 96, 3], empty places behind, and where marks lie in the first: [size, 4]."""
        out, where = [], []
        for i in rng.choice(len(self.clean), min(size, len(self.clean)), replace=False):
            pixels, (x0, y0, x1, y1) = self.framed(rng, i)
            flip = rng.random() < 0.5
            out.append(worn(rng, pixels[:, ::-1] if flip else pixels, 0.6))
            where.append([1 - x1, y0, 1 - x0, y1] if flip else [x0, y0, x1, y1])
        out += self.nothing(rng, empty)
        return torch.from_numpy(np.stack(out)), torch.tensor(np.array(where, np.float32))

    def nothing(self, rng: np.random.Generator, size: int) -> list[np.ndarray]:
        """Places without a mark."""
        picks = rng.integers(0, len(self.empty), size * bool(len(self.empty)))
        return [worn(rng, self.empty[i], 0.6) for i in picks]

    def batch(self, rng: np.random.Generator, picks: np.ndarray, mirrored: np.ndarray, empty: int) -> Tensor:
        """Bytes [2 * picks + empty, 96, 96, 3]: references first, then a view of each, then empty places."""
        out = [worn(rng, (self.official if rng.random() < 0.3 else self.clean)[i], 0.3) for i in picks]
        out += [worn(rng, self.seen(rng, i), 0.6) for i in picks]
        out = [p[:, ::-1] if flip else p for p, flip in zip(out, np.tile(mirrored, 2), strict=True)]
        out += self.nothing(rng, empty)
        return torch.from_numpy(np.stack(out))

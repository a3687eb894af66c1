"""Training pictures for logos: whole scenes with boxes, crops of one mark, and clean references.

Everything is a function of a random generator; the caches of pictures and marks are read only.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

import logo_materials as material
import logo_render as render
from catalogue import Pictures
from marks import Marks

Rng = np.random.Generator
SCENE, CROP, WIDE, MARGIN = 256, 96, 128, 0.12


class Grounds:
    """Photographs to set marks into: shared training photos only."""

    def __init__(self, pictures: Pictures, held_out: bool) -> None:
        self.pictures, self.held_out = pictures, held_out
        chosen = pictures.held_out if held_out else pictures.train
        source = np.array([i.source for i in pictures.items])
        self.goods, self.groceries = chosen[source[chosen] == "photo"], chosen[source[chosen] == "grocery"]
        if not len(self.goods) or not len(self.groceries):  # a smoke test has drawn pictures alone
            self.goods = self.groceries = chosen

    def whole(self, rng: Rng) -> np.ndarray:
        """One photo as floats 0 to 1; one in six shows groceries."""
        ids = self.groceries if rng.random() < 1 / 6 else self.goods
        pixels = np.asarray(self.pictures[int(rng.choice(ids))], np.float32) / 255
        return pixels[:, ::-1].copy() if rng.random() < 0.5 else pixels

    def patch(self, rng: Rng, width: int, height: int) -> np.ndarray:
        """A part of a photo, resized to a size."""
        photo = self.whole(rng)
        h, w = photo.shape[:2]
        side = rng.uniform(0.25, 0.8) * min(h, w)
        pw, ph = int(min(w, side * (width / height) ** 0.5)), int(min(h, side * (height / width) ** 0.5))
        x, y = int(rng.integers(0, w - pw + 1)), int(rng.integers(0, h - ph + 1))
        return cv2.resize(photo[y : y + ph, x : x + pw], (width, height), interpolation=cv2.INTER_LINEAR)


def crop_box(pixels: np.ndarray, box: tuple[float, float, float, float], side: int = CROP) -> np.ndarray:
    """The box, wider by MARGIN on each side, squashed to a square with Lanczos, as serving does."""
    h, w = pixels.shape[:2]
    x0, y0, x1, y1 = widened(box, w, h)
    part = Image.fromarray(np.ascontiguousarray(pixels[y0:y1, x0:x1]))
    return np.asarray(part.resize((side, side), Image.Resampling.LANCZOS))


def widened(box: tuple[float, float, float, float], width: int, height: int) -> tuple[int, int, int, int]:
    """A box with its margin, in whole pixels, inside the picture and at least 4 pixels wide and high."""
    x0, y0, x1, y1 = box
    dx, dy = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    left, top = max(0, int(np.floor(x0 - dx))), max(0, int(np.floor(y0 - dy)))
    right, bottom = min(width, int(np.ceil(x1 + dx))), min(height, int(np.ceil(y1 + dy)))
    left, top = max(0, min(left, width - 4)), max(0, min(top, height - 4))
    return left, top, max(right, left + 4), max(bottom, top + 4)


def surrounded(rng: Rng, grounds: Grounds, mark: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A photographed mark with what lies around it: bytes [WIDE, WIDE, 3], squashed, and its box as fractions x0, y0, x1, y1."""
    h, w = mark.shape[:2]
    long = int(np.exp(rng.uniform(np.log(24), np.log(125))))
    aspect = (w / h) ** rng.uniform(0.8, 1.1) * np.exp(rng.normal() * 0.12)
    width, height = long * min(1, aspect), long * min(1, 1 / aspect)
    columns, rows = int(width * 1.8) + 8, int(height * 1.8) + 8
    ground = grounds.patch(rng, columns, rows)
    corners = render.quad(rng, width, height, (columns / 2, rows / 2))
    picture, cover = render.set_in(rng, ground, mark, corners)
    if rng.random() < 0.15:
        picture = render.occlude(rng, picture, ground, corners)
    box = render.box_of(cover) or (0, 0, columns, rows)
    out = Image.fromarray(render.photographed(rng, picture)).resize((WIDE, WIDE), Image.Resampling.LANCZOS)
    return np.asarray(out), np.array(box, np.float32) / [columns, rows, columns, rows]


def reference(rng: Rng | None, mark: np.ndarray, side: int = CROP) -> np.ndarray:
    """A mark as it is registered: on white, or on black where it is white itself; bytes [side, side, 3].

    With a generator, sometimes drawn with bevels and metal, as official artwork often is.
    """
    colours, cover = mark[..., :3].astype(np.float32) / 255, mark[..., 3].astype(np.float32) / 255
    pale = float((material.luma(colours) * cover).sum() / max(cover.sum(), 1e-3)) > 0.9
    if rng is not None and rng.random() < 0.3:
        x, y = material.normals(rng, material.relief(rng, colours, cover))
        colours = material.enamel(rng, colours, x, y) if rng.random() < 0.6 else material.metal(rng, x, y)
        pale = False
    ground = 0.0 if pale else 1.0
    flat = colours * cover[..., None] + ground * (1 - cover[..., None])
    h, w = flat.shape[:2]
    dx, dy = max(1, round(MARGIN * w)), max(1, round(MARGIN * h))
    padded = cv2.copyMakeBorder(flat, dy, dy, dx, dx, cv2.BORDER_CONSTANT, value=(ground,) * 3)
    out = Image.fromarray(np.clip(padded * 255, 0, 255).astype(np.uint8))
    return np.asarray(out.resize((side, side), Image.Resampling.LANCZOS))


def scene(rng: Rng, grounds: Grounds, marks: Marks, ids: np.ndarray, most: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A photo with up to `most` marks: bytes [SCENE, SCENE, 3], squashed, and boxes [n, 4] as fractions x0, y0, x1, y1."""
    picture = grounds.whole(rng)
    boxes: list[list[float]] = []
    rows, columns = picture.shape[:2]
    for _ in range(int(rng.choice(most + 1, p=[0.15, 0.55, 0.2, 0.1]))):
        picture, box = put(rng, picture, marks[int(rng.choice(ids))], boxes)
        if box is not None:
            boxes.append(box)
    out = Image.fromarray(render.photographed(rng, picture)).resize((SCENE, SCENE), Image.Resampling.LANCZOS)
    return np.asarray(out), np.array(boxes, np.float32).reshape(-1, 4) / [columns, rows, columns, rows]


def put(
    rng: Rng, picture: np.ndarray, mark: np.ndarray, taken: list[list[float]]
) -> tuple[np.ndarray, list[float] | None]:
    """Sets one mark into a picture where none is yet; returns the picture and the box in pixels, or None."""
    rows, columns = picture.shape[:2]
    h, w = mark.shape[:2]
    area = np.exp(rng.uniform(np.log(0.006), np.log(0.22))) * rows * columns
    aspect = np.clip(w / h * np.exp(rng.normal() * 0.12), 0.2, 6)
    width, height = (area * aspect) ** 0.5, (area / aspect) ** 0.5
    width, height = min(width, columns * 0.9), min(height, rows * 0.9)
    centre = (rng.uniform(width * 0.45, columns - width * 0.45), rng.uniform(height * 0.45, rows - height * 0.45))
    corners = render.quad(rng, width, height, centre)
    pad = 0.35 * max(width, height) + 4
    x0, y0 = np.maximum(0, np.floor(corners.min(0) - pad)).astype(int)
    x1, y1 = np.minimum([columns, rows], np.ceil(corners.max(0) + pad)).astype(int)
    if any(x0 < b[2] and b[0] < x1 and y0 < b[3] and b[1] < y1 for b in taken):
        return picture, None
    part = np.ascontiguousarray(picture[y0:y1, x0:x1])
    local = corners - np.float32([x0, y0])
    drawn, cover = render.set_in(rng, part, mark, local)
    if rng.random() < 0.1:
        drawn = render.occlude(rng, drawn, part, local)
    box = render.box_of(cover)
    if box is None:
        return picture, None
    picture[y0:y1, x0:x1] = drawn
    return picture, [box[0] + x0, box[1] + y0, box[2] + x0, box[3] + y0]

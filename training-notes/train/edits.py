"""What copyists do to a picture, in chains of one to four, keeping track of the original.

Every edit carries a 3x3 matrix from the original's pixels to the picture's pixels, so that
after any chain we know where the original's content lies and which region shows it best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

Rng = np.random.Generator
Host = Callable[[Rng], tuple[int, np.ndarray]]

REGIONS = np.array(
    [
        [0, 0, 1, 1],
        [0, 0, 0.5, 1],
        [0.5, 0, 0.5, 1],
        [0, 0, 1, 0.5],
        [0, 0.5, 1, 0.5],
        [0, 0, 0.5, 0.5],
        [0.5, 0, 0.5, 0.5],
        [0, 0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5, 0.5],
        [0.25, 0.25, 0.5, 0.5],
    ]
)
"""The fixed regions as fractions (x, y, width, height); region 0 is the whole picture."""


@dataclass
class View:
    """A picture under edit: uint8 RGB, matrix from original pixels, guests that it also shows."""

    pixels: np.ndarray
    source: tuple[int, int]  # width, height of the original
    matrix: np.ndarray = field(default_factory=lambda: np.eye(3))
    hosts: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def move(self, step: np.ndarray) -> None:
        """Composes one more step onto the matrix."""
        self.matrix = step @ self.matrix

    def box(self) -> np.ndarray:
        """Where the original lies: fractions (x0, y0, x1, y1) of the picture, clipped to it."""
        w, h = self.source
        corners = np.array([[0, 0, 1], [w, 0, 1], [0, h, 1], [w, h, 1]], float) @ self.matrix.T
        points = corners[:, :2] / corners[:, 2:] / self.size
        return np.clip(np.concatenate([points.min(0), points.max(0)]), 0, 1)


def best_region(box: np.ndarray) -> int:
    """The region with the best overlap (intersection over union) with a box of fractions."""
    low = np.maximum(REGIONS[:, :2], box[:2])
    high = np.minimum(REGIONS[:, :2] + REGIONS[:, 2:], box[2:])
    both = np.prod(np.clip(high - low, 0, None), 1)
    union = np.prod(REGIONS[:, 2:], 1) + np.prod(box[2:] - box[:2]) - both
    return int(np.argmax(both / np.maximum(union, 1e-9)))


def shift(x: float, y: float, sx: float = 1, sy: float = 1) -> np.ndarray:
    """The matrix that scales and then moves."""
    return np.array([[sx, 0, x], [0, sy, y], [0, 0, 1.0]])


def fit(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resizes with the filter that suits the direction."""
    shrinking = width < pixels.shape[1]
    kind = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return cv2.resize(pixels, (max(1, width), max(1, height)), interpolation=kind)


def place(view: View, canvas: np.ndarray, x: int, y: int, width: int, height: int) -> None:
    """Puts the view onto a canvas, which becomes the view."""
    w, h = view.size
    patch = fit(view.pixels, width, height)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + width, canvas.shape[1]), min(y + height, canvas.shape[0])
    canvas[y0:y1, x0:x1] = patch[y0 - y : y1 - y, x0 - x : x1 - x]
    view.pixels = canvas
    view.move(shift(x, y, width / w, height / h))


def ground(rng: Rng, width: int, height: int) -> np.ndarray:
    """A plain canvas: white, black, or any colour."""
    kind = rng.random()
    value = [255] * 3 if kind < 0.4 else [0] * 3 if kind < 0.5 else rng.integers(0, 256, 3)
    return np.full((height, width, 3), value, np.uint8)


def crop(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    area, ratio = rng.uniform(0.3, 0.9), np.exp(rng.uniform(-0.3, 0.3))
    cw = int(np.clip(w * np.sqrt(area) * ratio, 16, w))
    ch = int(np.clip(h * np.sqrt(area) / ratio, 16, h))
    x, y = int(rng.integers(0, w - cw + 1)), int(rng.integers(0, h - ch + 1))
    view.pixels = view.pixels[y : y + ch, x : x + cw]
    view.move(shift(-x, -y))


def mirror(rng: Rng, view: View, host: Host) -> None:
    view.pixels = view.pixels[:, ::-1]
    view.move(shift(view.size[0], 0, -1, 1))


def warp(rng: Rng, view: View, matrix: np.ndarray, width: int, height: int) -> None:
    """Applies a matrix; what lies outside is reflected, repeated, or plain."""
    mode = [cv2.BORDER_REFLECT, cv2.BORDER_REPLICATE][int(rng.integers(2))]
    fill = tuple(int(v) for v in ground(rng, 1, 1)[0, 0])
    if rng.random() < 0.6:
        mode = cv2.BORDER_CONSTANT
    view.pixels = cv2.warpPerspective(
        view.pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=mode, borderValue=fill
    )
    view.move(matrix)


def rotate(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    angle = rng.uniform(3, 25) * rng.choice([-1, 1])
    cos, sin = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
    grow = rng.random() < 0.5  # keep the corners, or keep the frame
    width, height = (int(w * cos + h * sin), int(h * cos + w * sin)) if grow else (w, h)
    m = np.vstack([cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1), [0, 0, 1]])
    warp(rng, view, shift((width - w) / 2, (height - h) / 2) @ m, width, height)


def quarter_turn(rng: Rng, view: View, host: Host) -> None:
    for _ in range(int(rng.integers(1, 4))):
        h = view.size[1]
        view.pixels = np.rot90(view.pixels, -1)
        view.move(np.array([[0, -1, h], [1, 0, 0], [0, 0, 1.0]]))


def perspective(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    corners = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    if rng.random() < 0.5:  # pull the corners in, as a photo of a print
        moved = corners + (np.float32([w / 2, h / 2]) - corners) * rng.uniform(0, 0.4, (4, 2))
    else:
        moved = corners + rng.normal(size=(4, 2)) * 0.09 * [w, h]
    warp(rng, view, cv2.getPerspectiveTransform(corners, np.float32(moved)).astype(float), w, h)


def paste_on_photo(rng: Rng, view: View, host: Host) -> None:
    number, canvas = host(rng)
    canvas = canvas.copy()
    (w, h), (height, width) = view.size, canvas.shape[:2]
    scale = rng.uniform(0.35, 0.8)
    by = min(width / w, height / h) if rng.random() < 0.5 else np.sqrt(width * height / (w * h))
    pw, ph = min(int(w * by * scale), width), min(int(h * by * scale), height)
    x, y = int(rng.integers(0, width - pw + 1)), int(rng.integers(0, height - ph + 1))
    view.hosts.append(number)
    place(view, canvas, x, y, pw, ph)


def cell_place(rng: Rng, view: View, canvas: np.ndarray, cell: tuple[int, int, int, int]) -> None:
    """Fits the view into a cell: filling it by a crop, or whole inside it, or squeezed."""
    x, y, cw, ch = cell
    w, h = view.size
    how = rng.random()
    if how < 0.5:  # fill, cropping the overhang
        by = max(cw / w, ch / h)
        kw, kh = min(w, int(cw / by)), min(h, int(ch / by))
        dx, dy = (w - kw) // 2, (h - kh) // 2
        view.pixels = view.pixels[dy : dy + kh, dx : dx + kw]
        view.move(shift(-dx, -dy))
        place(view, canvas, x, y, cw, ch)
    elif how < 0.85:
        by = min(cw / w, ch / h)
        pw, ph = max(1, int(w * by)), max(1, int(h * by))
        place(view, canvas, x + (cw - pw) // 2, y + (ch - ph) // 2, pw, ph)
    else:
        place(view, canvas, x, y, cw, ch)


def grid(rng: Rng, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Cells (x, y, width, height) of a collage of two to four pictures."""
    a, b = rng.uniform(0.4, 0.6, 2)
    x, y = int(width * a), int(height * b)
    layouts = [
        [(0, 0, x, height), (x, 0, width - x, height)],
        [(0, 0, width, y), (0, y, width, height - y)],
        [(0, 0, x, y), (x, 0, width - x, y), (0, y, x, height - y), (x, y, width - x, height - y)],
        [(0, 0, x, height), (x, 0, width - x, y), (x, y, width - x, height - y)],
        [(0, 0, width, y), (0, y, x, height - y), (x, y, width - x, height - y)],
    ]
    return layouts[int(rng.choice(5, p=[0.25, 0.2, 0.3, 0.15, 0.1]))]


def collage(rng: Rng, view: View, host: Host) -> None:
    width, height = int(rng.integers(200, 301)), int(rng.integers(200, 301))
    canvas = ground(rng, width, height)
    gap = int(rng.choice([0, 0, 2, 4, 8]))
    cells = [(x + gap, y + gap, w - 2 * gap, h - 2 * gap) for x, y, w, h in grid(rng, width, height)]
    mine = int(rng.integers(len(cells)))
    for k, cell in enumerate(cells):
        if k != mine:
            number, pixels = host(rng)
            view.hosts.append(number)
            cell_place(rng, View(pixels, (1, 1)), canvas, cell)
    cell_place(rng, view, canvas, cells[mine])


@dataclass(frozen=True)
class Edit:
    """One edit and how often it is drawn."""

    name: str
    apply: Callable[[Rng, View, Host], None]
    weight: float


def chain(rng: Rng, pixels: np.ndarray, host: Host, edits: list[Edit], count: int | None = None) -> View:
    """Applies one to four different edits in random order (or `count`)."""
    view = View(pixels, (pixels.shape[1], pixels.shape[0]))
    if count is None:
        count = 1 + int(rng.choice(4, p=[0.22, 0.36, 0.3, 0.12]))
    weights = np.array([e.weight for e in edits])
    for k in rng.choice(len(edits), count, replace=False, p=weights / weights.sum()):
        edits[k].apply(rng, view, host)
        view.names.append(edits[k].name)
    return view

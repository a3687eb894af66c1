"""Mock-ups: one picture of goods, drawn or photographed, on which any print can be put.

Shops that print on demand have one mock-up and thousands of prints; other sellers photograph everything in one fixed
set-up. Two such pictures agree in all but what the right protects.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

import drawn
from drawn import BAG, BOX, GARMENT, Rng
from drawn_designs import MUG, TROUSERS

SIDE = 320


@dataclass
class Mockup:
    """A picture, and where a print goes on it."""

    kind: str
    picture: np.ndarray  # uint8 RGB, SIDE on the longer side
    quad: np.ndarray  # [4, 2] corners of the print, from the top left on
    mask: np.ndarray  # uint8, where the print may show
    bulge: float = 0.0  # how far the print bends around a cylinder, 0 to 1
    cloth: bool = False  # folds shade the print
    whole: bool = False  # the print covers all of the goods


def scene(rng: Rng, ground: np.ndarray | None) -> np.ndarray:
    """A wall and a table with things on them, a texture, a plain ground, or another picture."""
    kind = rng.random()
    if ground is not None and kind < 0.3:
        return cv2.resize(np.ascontiguousarray(ground), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if kind < 0.4:
        return np.full((SIDE, SIDE, 3), 250 if rng.random() < 0.5 else drawn.colour(rng), np.uint8)
    if kind < 0.55:
        return cv2.resize((drawn.texture if kind < 0.5 else drawn.stripes)(rng), (SIDE, SIDE))
    out = np.full((SIDE, SIDE, 3), drawn.colour(rng), np.uint8)
    edge = int(SIDE * rng.uniform(0.55, 0.85))
    out[edge:] = drawn.colour(rng)
    if rng.random() < 0.5:  # planks
        for x in range(0, SIDE, int(rng.integers(20, 70))):
            cv2.line(out, (x, edge), (x + int(rng.normal() * 30), SIDE), drawn.colour(rng), 1, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 7))):  # things at the rim
        x, y = int(rng.choice([rng.uniform(0, 0.2), rng.uniform(0.8, 1)]) * SIDE), int(rng.uniform(0.1, 0.95) * SIDE)
        w, h = rng.integers(8, 60, 2).tolist()
        if rng.random() < 0.5:
            cv2.ellipse(out, (x, y), (w, h), float(rng.uniform(0, 180)), 0, 360, drawn.colour(rng), -1, cv2.LINE_AA)
        else:
            cv2.rectangle(out, (x - w, y - h), (x + w, y + h), drawn.colour(rng), int(rng.choice([-1, 2, 4])))
    return out


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Corners of a rectangle."""
    return np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def put(rng: Rng, picture: np.ndarray, outline: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draws goods of one colour with shadow and folds; the picture and the goods' mask."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [np.int32(outline)], 255, lineType=cv2.LINE_AA)
    soft = cv2.GaussianBlur(np.roll(mask, int(rng.integers(2, 12)), 0), (0, 0), 7)[..., None] / 255
    folds = cv2.resize(rng.random((7, 7)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    goods = np.float32(drawn.colour(rng)) * (0.75 + 0.35 * folds[..., None])
    alpha = mask[..., None] / 255
    out = picture * (1 - 0.4 * soft) * (1 - alpha) + goods * alpha
    out = np.clip(out, 0, 255).astype(np.uint8)
    cv2.polylines(
        out, [np.int32(outline)], True, tuple(int(v * 0.6) for v in goods[SIDE // 2, SIDE // 2]), 1, cv2.LINE_AA
    )
    for _ in range(int(rng.integers(0, 4))):  # seams
        k = int(rng.integers(len(outline)))
        a, b = outline[k], outline[(k + 1) % len(outline)]
        inward = (outline.mean(0) - (a + b) / 2) * rng.uniform(0.05, 0.2)
        cv2.line(out, np.int32(a + inward).tolist(), np.int32(b + inward).tolist(), (90, 90, 90), 1, cv2.LINE_AA)
    return out, mask


def goods(rng: Rng, picture: np.ndarray, shape: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Goods of an outline in the middle: picture, mask and the outline's box (x0, y0, x1, y1)."""
    outline = np.array(shape, np.float32) * rng.uniform(0.62, 0.95, 2) + rng.normal(size=(len(shape), 2)) * 0.015
    outline = (outline + 1) * SIDE / 2
    out, mask = put(rng, picture, outline)
    return out, mask, np.concatenate([outline.min(0), outline.max(0)])


def garment(rng: Rng, ground: np.ndarray | None) -> Mockup:
    """A shirt, trousers, a bag or a box with a print in its middle."""
    shape = [GARMENT, GARMENT, BAG, TROUSERS, BOX][int(rng.integers(5))]
    picture, mask, (x0, y0, x1, y1) = goods(rng, scene(rng, ground), shape)
    w, h = (x1 - x0) * rng.uniform(0.35, 0.6), (y1 - y0) * rng.uniform(0.3, 0.5)
    cx, cy = (x0 + x1) / 2, y0 + (y1 - y0) * rng.uniform(0.38, 0.55)
    return Mockup("garment", picture, box(cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2), mask, cloth=True)


def mug(rng: Rng, ground: np.ndarray | None) -> Mockup:
    """A mug with its handle at one side."""
    picture, mask, (x0, y0, x1, y1) = goods(rng, scene(rng, ground), MUG)
    w, h = x1 - x0, y1 - y0
    quad = box(x0 + 0.08 * w, y0 + rng.uniform(0.1, 0.25) * h, x0 + 0.66 * w, y0 + rng.uniform(0.75, 0.9) * h)
    if rng.random() < 0.5:
        picture, mask = picture[:, ::-1].copy(), mask[:, ::-1].copy()
        quad = box(SIDE - quad[1, 0], quad[0, 1], SIDE - quad[0, 0], quad[2, 1])
    return Mockup("mug", picture, quad, mask, bulge=rng.uniform(0.2, 0.8))


def case(rng: Rng, ground: np.ndarray | None) -> Mockup:
    """A telephone's case, its camera left out."""
    w, h = rng.uniform(0.3, 0.42) * SIDE, rng.uniform(0.66, 0.88) * SIDE
    x, y = (SIDE - w) / 2 + rng.normal() * 8, (SIDE - h) / 2
    picture, mask = put(rng, scene(rng, ground), box(x, y, x + w, y + h))
    cv2.rectangle(mask, (int(x + 0.08 * w), int(y + 0.04 * h)), (int(x + 0.45 * w), int(y + 0.2 * h)), 0, -1)
    for dy in (0.08, 0.15):
        cv2.circle(picture, (int(x + 0.25 * w), int(y + dy * h)), int(0.08 * w), (25, 25, 25), -1, cv2.LINE_AA)
    return Mockup("case", picture, box(x + 3, y + 3, x + w - 3, y + h - 3), mask, whole=True)


def cushion(rng: Rng, ground: np.ndarray | None) -> Mockup:
    """A cushion, printed all over."""
    a = SIDE * rng.uniform(0.5, 0.75)
    corners = box((SIDE - a) / 2, (SIDE - a) / 2, (SIDE + a) / 2, (SIDE + a) / 2) + np.float32(
        rng.normal(size=(4, 2)) * 6
    )
    picture, mask = put(rng, scene(rng, ground), corners)
    return Mockup("cushion", picture, corners, mask, cloth=True, whole=True)


def frame(rng: Rng, ground: np.ndarray | None) -> Mockup:
    """A poster in a frame on a wall."""
    w, h = SIDE * rng.uniform(0.35, 0.6), SIDE * rng.uniform(0.45, 0.7)
    x, y = (SIDE - w) / 2 + rng.normal() * 15, (SIDE - h) * rng.uniform(0.2, 0.5)
    picture, mask = put(rng, scene(rng, ground), box(x, y, x + w, y + h))
    rim = SIDE * rng.uniform(0.01, 0.07)
    return Mockup("frame", picture, box(x + rim, y + rim, x + w - rim, y + h - rim), mask, whole=True)


def worn(rng: Rng, photo: np.ndarray) -> Mockup:
    """A photograph of goods, with a print in the middle of them."""
    by = SIDE / max(photo.shape[:2])
    picture = cv2.resize(photo, None, fx=by, fy=by, interpolation=cv2.INTER_CUBIC)
    h, w = picture.shape[:2]
    a, b = w * rng.uniform(0.3, 0.55), h * rng.uniform(0.25, 0.5)
    cx, cy = w / 2 + rng.normal() * 0.03 * w, h * rng.uniform(0.4, 0.55)
    quad = box(cx - a / 2, cy - b / 2, cx + a / 2, cy + b / 2) + np.float32(rng.normal(size=(4, 2)) * 4)
    return Mockup("photo", picture, quad, np.full((h, w), 255, np.uint8), cloth=True)


DRAWN = [garment, garment, mug, mug, case, cushion, frame]


def key(picture: np.ndarray) -> np.ndarray:
    """Cover 0 to 1 of a print that was cut out of its plain ground; all of it where it has none."""
    far = np.abs(picture.astype(int) - picture[1, 1].astype(int)).max(2) > 12
    cover = far.astype(np.float32) if 0.05 < far.mean() < 0.8 else np.ones(far.shape, np.float32)
    return cv2.GaussianBlur(cover, (0, 0), 0.7)


def bend(picture: np.ndarray, amount: float) -> np.ndarray:
    """The print as a cylinder shows it from the front."""
    h, w = picture.shape[:2]
    x = np.linspace(-1, 1, w, dtype=np.float32)
    u = np.arcsin(np.clip(x * amount, -0.999, 0.999)) / np.arcsin(min(amount, 0.999))
    map_x = np.repeat((u[None] + 1) * (w - 1) / 2, h, 0)
    map_y = np.repeat(np.arange(h, dtype=np.float32)[:, None], w, 1) - (amount * 0.06 * h * np.sqrt(1 - x**2))[None]
    return cv2.remap(picture, np.float32(map_x), np.float32(map_y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def show(mockup: Mockup, picture: np.ndarray, cut: bool) -> np.ndarray:
    """The mock-up with a print on it, cut out of its ground or as a rectangle."""
    print_ = np.ascontiguousarray(picture)
    cover = key(print_) if cut and not mockup.whole else np.ones(print_.shape[:2], np.float32)
    if mockup.bulge > 0:
        print_, cover = bend(print_, mockup.bulge), bend(cover, mockup.bulge)
    h, w = print_.shape[:2]
    size = mockup.picture.shape[1], mockup.picture.shape[0]
    matrix = cv2.getPerspectiveTransform(box(0, 0, w, h), np.float32(mockup.quad))
    laid = cv2.warpPerspective(print_, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(cover, matrix, size) * (mockup.mask / 255)
    if mockup.cloth:
        luma = cv2.GaussianBlur(cv2.cvtColor(mockup.picture, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 2)
        inner = luma[alpha > 0.5]
        shade = np.clip(luma / (inner.mean() + 1 if inner.size else 128), 0.5, 1.4)
        laid = laid * shade[..., None]
    out = mockup.picture * (1 - alpha[..., None]) + laid * alpha[..., None]
    return np.clip(out, 0, 255).astype(np.uint8)


def visible(mockup: Mockup, shown: np.ndarray) -> bool:
    """Whether a print has something to protect: shapes of its own that stand out of the goods."""
    luma = cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY).astype(np.float32)
    bare = cv2.cvtColor(mockup.picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    other = cv2.GaussianBlur(luma - bare, (0, 0), 1)
    edges = cv2.magnitude(cv2.Sobel(other, cv2.CV_32F, 1, 0), cv2.Sobel(other, cv2.CV_32F, 0, 1)) > 60
    place = np.zeros(luma.shape, np.uint8)
    cv2.fillConvexPoly(place, np.int32(mockup.quad), 1)
    inner = cv2.erode(place * (mockup.mask > 127), np.ones((9, 9), np.uint8)) > 0
    return bool((edges & inner).sum() > 0.1 * inner.sum() and (np.abs(other) > 12).mean() > 0.03)

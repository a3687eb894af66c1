"""Designs drawn by script: the same article and print in other colours, poses, light and surroundings.

A design is a number. Three neighbouring numbers share article and colours and differ in the print alone, so that a
network must look at the print. `render` draws one photograph of a design; what differs between two photographs of one
design is what differs between a product picture and a listing's.
"""

from __future__ import annotations

import cv2
import numpy as np

import drawn
import edits
import recolour
from drawn import BAG, BOTTLE, BOX, GARMENT, Rng

TROUSERS = [
    (-0.5, -0.95), (0.5, -0.95), (0.6, 0.95), (0.15, 0.95), (0.0, -0.2), (-0.15, 0.95), (-0.6, 0.95),
]  # fmt: skip
SHOE = [(-0.9, 0.4), (-0.85, -0.3), (-0.45, -0.4), (-0.2, -0.05), (0.5, 0.1), (0.9, 0.3), (0.9, 0.5), (-0.9, 0.5)]
MUG = [(-0.6, -0.7), (0.4, -0.7), (0.4, -0.45), (0.8, -0.4), (0.8, 0.3), (0.4, 0.4), (0.35, 0.75), (-0.55, 0.75)]
ARTICLES = [GARMENT, BOTTLE, BAG, BOX, TROUSERS, SHOE, MUG]
ARTS = [drawn.texture, drawn.stripes, drawn.pattern, drawn.scatter, drawn.poster, drawn.icon, drawn.icon]
SIDE = 224


def art(number: int) -> np.ndarray:
    """The print of a design, SIDE x SIDE."""
    rng = np.random.default_rng([13, number])
    return cv2.resize(ARTS[int(rng.integers(len(ARTS)))](rng), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def article(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat article of a design's family: RGB cloth, mask, and the print's place (x, y, width, height)."""
    rng = np.random.default_rng([14, number // 3])
    outline = np.array(ARTICLES[int(rng.integers(len(ARTICLES)))], np.float32)
    outline = outline * rng.uniform(0.62, 0.95, 2) + rng.normal(size=outline.shape) * 0.02
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [np.int32((outline + 1) * SIDE / 2)], 255, lineType=cv2.LINE_AA)
    cloth = np.full((SIDE, SIDE, 3), drawn.colour(rng), np.uint8)
    for _ in range(int(rng.integers(0, 3))):  # trims and seams
        a, b = rng.integers(0, SIDE, (2, 2)).tolist()
        cv2.line(cloth, a, b, drawn.colour(rng), int(rng.integers(2, 14)), cv2.LINE_AA)
    side = SIDE if rng.random() < 0.35 else int(SIDE * rng.uniform(0.25, 0.45))
    x, y = (SIDE - side) // 2, int((SIDE - side) * rng.uniform(0.35, 0.6))
    return cloth, mask, np.array([x, y, side, side])


def printed(number: int, rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """The article with its print, in the first colours or in another colourway, and its mask."""
    cloth, mask, (x, y, w, h) = article(number)
    picture, cloth = art(number), cloth.copy()
    if rng.random() < 0.4:
        picture = recolour.recolour(rng, picture)
    if rng.random() < 0.5:
        cloth = recolour.turn_hue(rng, cloth) if rng.random() < 0.5 else np.full_like(cloth, drawn.colour(rng))
    cloth[y : y + h, x : x + w] = cv2.resize(picture, (int(w), int(h)), interpolation=cv2.INTER_AREA)
    return cloth, mask


def pose(rng: Rng) -> np.ndarray:
    """A matrix that turns, leans, scales and moves the article a little."""
    half = SIDE / 2
    corners = np.float32([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]])
    turn = cv2.getRotationMatrix2D((half, half), float(rng.normal() * 12), float(rng.uniform(0.55, 1.25)))
    moved = np.hstack([corners, np.ones((4, 1))]) @ turn.T
    moved += rng.normal(size=(4, 2)) * 0.06 * SIDE + rng.normal(size=2) * 0.05 * SIDE
    if rng.random() < 0.3:  # the other way round
        moved = moved[[1, 0, 3, 2]]
    return cv2.getPerspectiveTransform(corners, np.float32(moved))


def surroundings(rng: Rng, host: np.ndarray | None) -> np.ndarray:
    """White, a colour, a texture, or another picture."""
    kind = rng.random()
    if kind < 0.4:
        return np.full((SIDE, SIDE, 3), 255 if kind < 0.25 else drawn.colour(rng), np.uint8)
    ground = host if host is not None and kind < 0.8 else (drawn.texture if kind < 0.9 else drawn.stripes)(rng)
    return cv2.resize(np.ascontiguousarray(ground), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def render(number: int, rng: Rng, host: np.ndarray | None = None) -> np.ndarray:
    """One photograph of a design: uint8 RGB, SIDE x SIDE."""
    cloth, mask = printed(number, rng)
    matrix = pose(rng)
    cloth = cv2.warpPerspective(cloth, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(mask, matrix, (SIDE, SIDE))
    folds = cv2.resize(rng.random((6, 6)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    shade = rng.uniform(0.6, 0.9) + rng.uniform(0.15, 0.5) * folds[..., None]
    soft = cv2.GaussianBlur(np.roll(mask, int(rng.integers(2, 9)), 0), (0, 0), 5)[..., None] / 255
    ground = surroundings(rng, host) * (1 - 0.4 * soft)
    alpha = mask[..., None] / 255
    return np.clip(ground * (1 - alpha) + cloth * shade * alpha, 0, 255).astype(np.uint8)


def detail(number: int, rng: Rng) -> np.ndarray:
    """The print from near, or alone as a file."""
    picture = art(number)
    if rng.random() < 0.5:
        picture = recolour.recolour(rng, picture)
    view = edits.View(picture, (SIDE, SIDE))
    edits.crop(rng, view, no_host)
    return view.pixels


def no_host(rng: Rng) -> tuple[int, np.ndarray]:
    """For edits that ask for no other picture."""
    raise ValueError("this edit needs another picture")

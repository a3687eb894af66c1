"""What a mark is made of in a photograph: print, enamel, chrome, brushed metal, gold, relief, thread.

All functions take float32 arrays: colours in 0 to 1, `height` and `cover` [H, W]. A material gives
colours [H, W, 3]; light comes from normals of a height map, so that a mark's inner lines show too.
"""

from __future__ import annotations

import cv2
import numpy as np

Rng = np.random.Generator
SILVER, GOLD, GUNMETAL, COPPER = (1.0, 1.0, 1.02), (1.05, 0.82, 0.42), (0.42, 0.44, 0.48), (1.0, 0.66, 0.5)


def luma(colours: np.ndarray) -> np.ndarray:
    """Brightness [H, W]."""
    return colours @ np.float32([0.299, 0.587, 0.114])


def relief(rng: Rng, colours: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """A height map: raised where the mark covers, with a level for each shade, bevelled."""
    shade = luma(colours)
    if rng.random() < 0.5:
        shade = 1 - shade
    depth = rng.uniform(0.3, 0.9)
    height = cover * (1 - depth + depth * np.round(shade * 4) / 4)
    size = max(height.shape)
    fine = cv2.GaussianBlur(height, (0, 0), max(0.6, size * rng.uniform(0.004, 0.012)))
    return fine + rng.uniform(0, 1.5) * cv2.GaussianBlur(height, (0, 0), size * rng.uniform(0.015, 0.05))


def normals(rng: Rng, height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes along x and y, with a slight dome over the whole, in about -1 to 1."""
    rows, columns = height.shape
    slope = rng.uniform(2, 7) * max(rows, columns) / 96
    x = -cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=0.125) * slope
    y = -cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=0.125) * slope
    x += rng.normal() * 0.35 * np.linspace(-1, 1, columns, dtype=np.float32)[None]
    y += rng.normal() * 0.45 * np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    return np.tanh(x), np.tanh(y)


def surroundings(rng: Rng) -> np.ndarray:
    """What polished metal mirrors from below to above: 64 brightnesses with a hard horizon."""
    knots = int(rng.integers(3, 8))
    at = np.sort(rng.uniform(0, 1, knots))
    values = rng.uniform(0.05, 1.0, knots)
    line = np.interp(np.linspace(0, 1, 64), at, values)
    if rng.random() < 0.6:
        horizon = int(rng.integers(16, 48))
        line[:horizon] *= rng.uniform(0.2, 0.8)
        line[horizon:] = line[horizon:] * 0.5 + 0.5
    return line.astype(np.float32)


def metal(rng: Rng, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Polished or brushed metal lit through its normals."""
    turn = rng.normal() * 0.6
    along = np.clip((y * np.cos(turn) + x * np.sin(turn)) * 0.5 + 0.5, 0, 1)
    shine = np.interp(along, np.linspace(0, 1, 64), surroundings(rng)).astype(np.float32)
    if rng.random() < 0.3:  # brushed
        grain = rng.normal(0, 0.12, (shine.shape[0], 1) if rng.random() < 0.5 else (1, shine.shape[1]))
        shine = shine * 0.7 + 0.15 + grain.astype(np.float32)
    tints, odds = (SILVER, GOLD, GUNMETAL, COPPER), (0.66, 0.16, 0.12, 0.06)
    tint = np.float32(tints[int(rng.choice(4, p=odds))])
    return np.clip(shine, 0, 1)[..., None] * tint


def lit(rng: Rng, colours: np.ndarray, x: np.ndarray, y: np.ndarray, amount: float) -> np.ndarray:
    """A coloured surface under one lamp."""
    angle = rng.uniform(0, 2 * np.pi)
    light = x * np.cos(angle) + y * np.sin(angle)
    gloss = np.clip(light, 0, 1) ** 4 * rng.uniform(0, 0.6)
    return np.clip(colours * (1 + amount * light[..., None]) + gloss[..., None], 0, 1)


def ink(rng: Rng, behind: np.ndarray) -> np.ndarray:
    """One colour [3] that can be told from the colour behind it."""
    best = np.float32(rng.uniform(0, 1, 3) if rng.random() < 0.5 else np.full(3, rng.choice([0.04, 0.95])))
    if np.abs(best - behind).sum() < 0.5:
        best = np.float32(np.full(3, 0.95 if behind.mean() < 0.5 else 0.05))
    return best


def one_colour(rng: Rng, colours: np.ndarray, cover: np.ndarray, behind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mark in one ink: its dark parts, its light parts or its silhouette."""
    shade = luma(colours)
    inside = shade[cover > 0.5]
    if inside.size and inside.std() > 0.12:
        middle = (inside.min() + inside.max()) / 2
        part = shade < middle if rng.random() < 0.5 else shade > middle
        cover = cover * cv2.GaussianBlur(part.astype(np.float32), (3, 3), 0)
    return np.broadcast_to(ink(rng, behind), colours.shape).astype(np.float32), cover


def outlined(rng: Rng, colours: np.ndarray, cover: np.ndarray, behind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only the edges of the mark and of its shades."""
    drawing = np.clip(cover * (0.4 + 0.6 * luma(colours)), 0, 1)
    width = max(2, round(max(cover.shape) * rng.uniform(0.015, 0.04)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    edge = cv2.morphologyEx(drawing, cv2.MORPH_GRADIENT, kernel)
    return np.broadcast_to(ink(rng, behind), colours.shape).astype(np.float32), np.clip(edge * 2, 0, 1)


def thread(rng: Rng, colours: np.ndarray) -> np.ndarray:
    """Embroidery: slanting stitches."""
    rows, columns = colours.shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    turn, period = rng.uniform(0, np.pi), rng.uniform(2, 4)
    stitch = 0.82 + 0.18 * np.sin((x * np.cos(turn) + y * np.sin(turn)) * 2 * np.pi / period)
    return np.clip(colours * stitch[..., None] + rng.normal(0, 0.03, colours.shape), 0, 1).astype(np.float32)


def enamel(rng: Rng, colours: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Colour where the artwork has colour, metal where it is grey or white: the badge on a car."""
    chroma = colours.max(-1) - colours.min(-1)
    keep = np.clip((chroma - 0.15) * 6, 0, 1)[..., None]
    if rng.random() < 0.4:  # dark parts stay dark
        keep = np.maximum(keep, (luma(colours) < 0.25).astype(np.float32)[..., None])
    return keep * lit(rng, colours, x, y, 0.5) + (1 - keep) * metal(rng, x, y)


def cover_with(rng: Rng, colours: np.ndarray, cover: np.ndarray, behind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gives a mark a material by chance, before the colour `behind` [3]: colours [H, W, 3] and what is covered [H, W]."""
    kind = rng.random()
    if kind < 0.14:
        return colours, cover
    if kind < 0.28:
        return one_colour(rng, colours, cover, behind)
    if kind < 0.32:
        return outlined(rng, colours, cover, behind)
    if kind < 0.39:
        return thread(rng, colours), cover
    x, y = normals(rng, relief(rng, colours, cover))
    if kind < 0.66:
        return metal(rng, x, y), cover
    if kind < 0.86:
        return enamel(rng, colours, x, y), cover
    return lit(rng, colours, x, y, rng.uniform(0.2, 0.9)), cover

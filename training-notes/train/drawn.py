"""Pictures drawn by script: prints, textures, icons, type, product renderings.

The sellers' photos are mostly clothes on floors. A network that has seen nothing else
learns to tell floors apart and forgets the rest, so about a fifth of every batch is drawn.
Every picture is a function of its number alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

import type_setting

Colour = tuple[int, int, int]
Rng = np.random.Generator


def colour(rng: Rng) -> Colour:
    """A colour with spread hue; sometimes near white or near black, as goods often are."""
    if rng.random() < 0.2:
        v = int(rng.choice([rng.integers(225, 256), rng.integers(0, 40)]))
        return (v, v, v)
    hsv = np.uint8([[[rng.integers(180), rng.integers(30, 256), rng.integers(60, 256)]]])
    r, g, b = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]
    return (int(r), int(g), int(b))


def canvas(rng: Rng) -> np.ndarray:
    """An empty picture of a random shape and colour, longest side 256."""
    short = int(rng.integers(170, 257))
    h, w = (256, short) if rng.random() < 0.5 else (short, 256)
    return np.full((h, w, 3), colour(rng), np.uint8)


def texture(rng: Rng) -> np.ndarray:
    """Smooth noise in several octaves between two or three colours: cloth, stone, camouflage."""
    out = canvas(rng)
    h, w = out.shape[:2]
    field = np.zeros((h, w), np.float32)
    for octave in range(int(rng.integers(1, 5))):
        n = 2 ** (octave + int(rng.integers(1, 4)))
        noise = rng.random((n, n)).astype(np.float32)
        field += cv2.resize(noise, (w, h), interpolation=cv2.INTER_CUBIC) / (octave + 1)
    field = (field - field.min()) / (np.ptp(field) + 1e-6)
    if rng.random() < 0.5:
        field = np.floor(field * rng.integers(2, 6)) / 4
    a, b = np.float32(colour(rng)), np.float32(colour(rng))
    return np.clip(a + field[..., None] * (b - a), 0, 255).astype(np.uint8)


def stripes(rng: Rng) -> np.ndarray:
    """Stripes, checks or tartan at any angle."""
    out = canvas(rng)
    h, w = out.shape[:2]
    y, x = np.mgrid[:h, :w].astype(np.float32)
    picture = out.astype(np.float32)
    for _ in range(int(rng.integers(1, 4))):
        angle, period = rng.uniform(0, math.pi), rng.uniform(8, 70)
        wave = ((x * math.cos(angle) + y * math.sin(angle)) / period + rng.random()) % 1
        mask = (wave < rng.uniform(0.2, 0.7))[..., None] * rng.uniform(0.4, 1)
        picture = picture * (1 - mask) + np.float32(colour(rng)) * mask
    return picture.astype(np.uint8)


def polygon(rng: Rng, x: float, y: float, r: float) -> list[tuple[float, float]]:
    """A star, blob or regular polygon around a point."""
    n, spike = int(rng.integers(3, 12)), rng.uniform(0.4, 1)
    turn, wobble = rng.uniform(0, 6.3), rng.uniform(0, 0.3)
    points = []
    for k in range(2 * n):
        d = r * (1 if k % 2 else spike) * (1 + wobble * rng.normal())
        points.append((x + d * math.cos(turn + k * math.pi / n), y + d * math.sin(turn + k * math.pi / n)))
    return points


def shape(rng: Rng, draw: ImageDraw.ImageDraw, x: float, y: float, r: float, fill: Colour) -> None:
    """Draws one flat shape of radius r."""
    kind = int(rng.integers(5))
    if kind == 0:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
    elif kind == 1:
        q = r * rng.uniform(0.3, 1)
        draw.rounded_rectangle((x - r, y - q, x + r, y + q), radius=q * rng.uniform(0, 1), fill=fill)
    elif kind == 2:
        draw.ellipse((x - r, y - r, x + r, y + r), outline=fill, width=max(1, int(r / 4)))
    else:
        draw.polygon(polygon(rng, x, y, r), fill=fill)


def pattern(rng: Rng) -> np.ndarray:
    """One motif repeated on a grid, as on printed cloth."""
    picture = Image.fromarray(canvas(rng))
    draw = ImageDraw.Draw(picture)
    step, seed = rng.uniform(24, 80), int(rng.integers(1 << 30))
    fills = [colour(rng) for _ in range(int(rng.integers(1, 4)))]
    shift, r = rng.choice([0, 0.5]), step * rng.uniform(0.2, 0.5)
    for row in range(int(256 / step) + 2):
        for column in range(int(256 / step) + 2):
            motif = np.random.default_rng(seed + (row + column) % len(fills))
            x = (column + shift * (row % 2)) * step
            shape(motif, draw, x, row * step, r, fills[(row + column) % len(fills)])
    return np.asarray(picture)


def icon(rng: Rng) -> np.ndarray:
    """A flat emblem: a few shapes around one centre, sometimes with a word."""
    picture = Image.fromarray(canvas(rng))
    draw = ImageDraw.Draw(picture)
    cx, cy = picture.width / 2, picture.height / 2
    for k in range(int(rng.integers(2, 7))):
        r = rng.uniform(20, 90) / (1 + k / 3)
        shape(rng, draw, cx + rng.normal() * 22, cy + rng.normal() * 22, r, colour(rng))
    if rng.random() < 0.5:
        type_setting.write(rng, picture, type_setting.phrase(rng, 1), int(rng.integers(18, 44)), colour(rng))
    return np.asarray(picture)


def poster(rng: Rng) -> np.ndarray:
    """Lines of type in several sizes: labels, book covers, slogans."""
    base = texture(rng) if rng.random() < 0.3 else canvas(rng)
    picture = Image.fromarray(base)
    for _ in range(int(rng.integers(2, 8))):
        words = type_setting.phrase(rng, int(rng.integers(1, 5)))
        type_setting.write(rng, picture, words, int(rng.integers(10, 60)), colour(rng))
    return np.asarray(picture)


def scatter(rng: Rng) -> np.ndarray:
    """Many shapes and lines anywhere: busy graphics."""
    picture = Image.fromarray(stripes(rng) if rng.random() < 0.3 else canvas(rng))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(4, 40))):
        x, y = rng.uniform(0, picture.width), rng.uniform(0, picture.height)
        if rng.random() < 0.3:
            end = (x + rng.normal() * 80, y + rng.normal() * 80)
            draw.line(((x, y), end), fill=colour(rng), width=int(rng.integers(1, 12)))
        else:
            shape(rng, draw, x, y, rng.uniform(4, 50), colour(rng))
    return np.asarray(picture)


GARMENT = [
    (-0.3, -0.9),
    (0.3, -0.9),
    (0.9, -0.5),
    (0.7, -0.1),
    (0.48, -0.3),
    (0.5, 0.95),
    (-0.5, 0.95),
    (-0.48, -0.3),
    (-0.7, -0.1),
    (-0.9, -0.5),
]
BOTTLE = [
    (-0.15, -0.95),
    (0.15, -0.95),
    (0.15, -0.6),
    (0.4, -0.35),
    (0.4, 0.95),
    (-0.4, 0.95),
    (-0.4, -0.35),
    (-0.15, -0.6),
]
BAG = [(-0.6, -0.3), (0.6, -0.3), (0.85, 0.8), (-0.85, 0.8)]
BOX = [(-0.8, -0.6), (0.5, -0.75), (0.85, -0.4), (0.85, 0.6), (-0.45, 0.8), (-0.8, 0.5)]


def product(rng: Rng) -> np.ndarray:
    """A rendered article with a print on a plain or soft ground, shaded and with a shadow."""
    ground = canvas(rng) if rng.random() < 0.5 else np.full((256, int(rng.integers(190, 257)), 3), 250, np.uint8)
    h, w = ground.shape[:2]
    outline = np.array([GARMENT, BOTTLE, BAG, BOX][int(rng.integers(4))], np.float32)
    outline = outline * [w * rng.uniform(0.25, 0.47), h * rng.uniform(0.3, 0.47)] + rng.normal(size=outline.shape) * 3
    points = np.int32(outline + [w / 2, h / 2])
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [points], 255, lineType=cv2.LINE_AA)
    soft = cv2.GaussianBlur(np.roll(mask, int(rng.integers(2, 9)), 0), (0, 0), 6)[..., None] / 255
    ground = ground * (1 - 0.45 * soft)
    cloth = [texture, stripes, pattern, scatter, poster][int(rng.integers(5))](rng)
    cloth = cv2.resize(cloth, (w, h)).astype(np.float32)
    if rng.random() < 0.6:  # a plain article with a print on the breast
        plain = np.full((h, w, 3), colour(rng), np.float32)
        side = int(rng.uniform(0.2, 0.45) * w)
        x, y = (w - side) // 2, int(h * rng.uniform(0.3, 0.5))
        patch = cv2.resize(cloth, (side, side), interpolation=cv2.INTER_AREA)
        plain[y : y + side, x : x + side] = patch[: h - y]
        cloth = plain
    folds = cv2.resize(rng.random((5, 5)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    alpha = mask[..., None] / 255
    return np.clip(ground * (1 - alpha) + cloth * (0.7 + 0.4 * folds[..., None]) * alpha, 0, 255).astype(np.uint8)


MAKERS: dict[str, Callable[[Rng], np.ndarray]] = {
    "texture": texture,
    "stripes": stripes,
    "pattern": pattern,
    "icon": icon,
    "poster": poster,
    "scatter": scatter,
    "product": product,
    "product2": product,
}
KINDS = list(MAKERS)


def picture(number: int) -> np.ndarray:
    """Draws picture `number`: uint8 RGB, longest side 256; kind = number modulo the kinds."""
    rng = np.random.default_rng([7, number])
    return MAKERS[KINDS[number % len(KINDS)]](rng)

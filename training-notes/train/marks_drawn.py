"""Marks that this file composes: badges, shields, rings with letters, monograms, wings, abstract shapes, words.

Mark `n` is a function of n alone (and of the pinned type). Drawn large and with transparency.
"""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from type_setting import FACES

Rng = np.random.Generator
Colour = tuple[int, int, int, int]
SIDE = 320
SYLLABLES = "ka ro ven tal mi dor sun ex al to ri na qua bel vo lex nor fi zen mar tu ica on us ora ix an el ta pro max ber lin sto ne".split()


@functools.lru_cache(maxsize=1)
def faces(packages: Path) -> list[str]:
    """The pinned type, Latin letters only, upright; where it was not fetched, what type_setting has."""
    files = sorted(str(p) for p in packages.glob("fontsource-*/package/files/*-latin-*-normal.woff2"))
    return [f for f in files if "-latin-ext-" not in f and f.rsplit("-", 2)[1] in ("400", "700", "900")] or FACES


@functools.lru_cache(maxsize=256)
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """One face at one size."""
    return ImageFont.truetype(name, size)


def any_face(rng: Rng, packages: Path, size: int) -> ImageFont.FreeTypeFont:
    """A face by chance."""
    names = faces(packages)
    return face(names[int(rng.integers(len(names)))], max(8, size))


def word(rng: Rng) -> str:
    """An invented name."""
    text = "".join(SYLLABLES[int(i)] for i in rng.integers(0, len(SYLLABLES), int(rng.integers(1, 4))))
    return [text.upper(), text.capitalize(), text][int(rng.choice(3, p=[0.55, 0.3, 0.15]))]


def letters(rng: Rng) -> str:
    """One to three capitals."""
    return "".join(chr(int(c)) for c in rng.integers(65, 91, int(rng.integers(1, 4))))


def palette(rng: Rng) -> list[Colour]:
    """Two to four colours, often black, white, red, blue or gold."""
    common = [(0, 0, 0), (255, 255, 255), (200, 16, 30), (12, 50, 140), (205, 165, 60), (120, 125, 130)]
    out = []
    for _ in range(4):
        rgb = common[int(rng.integers(6))] if rng.random() < 0.6 else tuple(int(v) for v in rng.integers(0, 256, 3))
        out.append((*rgb, 255))
    if sum(abs(a - b) for a, b in zip(out[0][:3], out[1][:3], strict=True)) < 150:
        out[1] = (255, 255, 255, 255) if sum(out[0][:3]) < 380 else (0, 0, 0, 255)
    return out


def outline(rng: Rng, kind: int) -> np.ndarray:
    """A closed outline in a box of -1 to 1."""
    if kind == 0:  # circle or oval
        t = np.linspace(0, 2 * math.pi, 90, endpoint=False)
        return np.stack([np.cos(t), np.sin(t) * rng.choice([1, 1, 0.5, 0.6, 0.75])], 1)
    if kind == 1:  # shield
        t = np.linspace(0, 1, 20)
        side = np.stack([1 - t**2 * rng.uniform(0.7, 1), -0.9 + 1.9 * t], 1)
        top = rng.uniform(-1.1, -0.75)
        return np.concatenate([[[0, top]], side, [[0, 1]], (side * [-1, 1])[::-1]])
    if kind == 2:  # regular polygon
        n, turn = int(rng.integers(3, 9)), rng.choice([0, math.pi])
        t = np.linspace(0, 2 * math.pi, n, endpoint=False) - math.pi / 2 + turn
        return np.stack([np.cos(t), np.sin(t)], 1)
    if kind == 3:  # rounded bar
        flat, power = rng.uniform(0.3, 0.9), rng.choice([2.5, 4, 8])
        t = np.linspace(0, 2 * math.pi, 90, endpoint=False)
        c, s = np.cos(t), np.sin(t)
        return np.stack([np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power) * flat], 1)
    if kind == 4:  # star
        n, depth = int(rng.integers(3, 9)), rng.uniform(0.3, 0.75)
        t = np.linspace(0, 2 * math.pi, 2 * n, endpoint=False) - math.pi / 2
        r = np.where(np.arange(2 * n) % 2, depth, 1)[:, None]
        return r * np.stack([np.cos(t), np.sin(t)], 1)
    t = np.linspace(0, 2 * math.pi, 60, endpoint=False)  # a blob with a symmetry
    k = int(rng.integers(2, 7))
    r = 1 + rng.uniform(0.1, 0.4) * np.cos(k * t + rng.uniform(0, 6)) + rng.uniform(0, 0.2) * np.cos(2 * k * t)
    return (r / r.max())[:, None] * np.stack([np.cos(t), np.sin(t)], 1)


def fill(
    draw: ImageDraw.ImageDraw, points: np.ndarray, centre: tuple[float, float], size: float, colour: Colour
) -> None:
    """Fills an outline around a centre."""
    draw.polygon([(centre[0] + size * x, centre[1] + size * y) for x, y in points.tolist()], fill=colour)


def centred(
    draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, at: tuple[float, float], colour: Colour
) -> None:
    """Writes a line with its middle at a point."""
    draw.text(at, text, font=font, fill=colour, anchor="mm")


def fitted(rng: Rng, packages: Path, text: str, width: float, height: float) -> ImageFont.FreeTypeFont:
    """A face at the size at which the text fills a box."""
    names = faces(packages)
    name = names[int(rng.integers(len(names)))]
    box = face(name, 60).getbbox(text)
    scale = min(width / max(1, box[2] - box[0]), height / max(1, box[3] - box[1]))
    return face(name, int(np.clip(60 * scale, 8, 400)))


def ring_text(rng: Rng, picture: Image.Image, packages: Path, radius: float, colour: Colour) -> None:
    """Letters along a circle."""
    text = " ".join(word(rng) for _ in range(int(rng.integers(1, 3))))[:16]
    font = any_face(rng, packages, int(radius * rng.uniform(0.2, 0.3)))
    step = min(2 * math.pi / (len(text) + 2), rng.uniform(0.22, 0.5))
    start = -math.pi / 2 - step * (len(text) - 1) / 2
    for k, letter in enumerate(text):
        angle = start + k * step
        tile = Image.new("RGBA", (80, 80))
        ImageDraw.Draw(tile).text((40, 40), letter, font=font, fill=colour, anchor="mm")
        tile = tile.rotate(-math.degrees(angle + math.pi / 2), resample=Image.Resampling.BICUBIC)
        at = (SIDE / 2 + radius * math.cos(angle) - 40, SIDE / 2 + radius * math.sin(angle) - 40)
        picture.alpha_composite(tile, (int(np.clip(at[0], 0, SIDE - 80)), int(np.clip(at[1], 0, SIDE - 80))))


def abstract(
    rng: Rng, draw: ImageDraw.ImageDraw, centre: tuple[float, float], size: float, colours: list[Colour]
) -> None:
    """A few strokes, arcs and shapes, often mirrored: swooshes, wings, arrows, stars."""
    mirrored = rng.random() < 0.6
    for _ in range(int(rng.integers(1, 5))):
        colour = colours[int(rng.integers(len(colours)))]
        kind = rng.integers(4)
        points = rng.uniform(-1, 1, (int(rng.integers(3, 6)), 2))
        if kind == 0:
            points = outline(rng, int(rng.integers(6))) * rng.uniform(0.2, 0.7, 2) + rng.uniform(-0.4, 0.4, 2)
        elif kind == 1:  # a crescent
            t = np.linspace(0, math.pi * rng.uniform(0.5, 1.6), 30)
            inner = np.stack([np.cos(t), np.sin(t)], 1)
            points = np.concatenate([inner, (inner * rng.uniform(0.5, 0.85) + rng.uniform(-0.15, 0.15, 2))[::-1]])
        elif kind == 2:  # a thick stroke
            a, b = rng.uniform(-1, 1, 2), rng.uniform(-1, 1, 2)
            normal = np.array([a[1] - b[1], b[0] - a[0]])
            normal *= rng.uniform(0.06, 0.25) / max(1e-6, float(np.hypot(*normal)))
            points = np.array([a + normal, b + normal, b - normal, a - normal])
        fill(draw, points, centre, size, colour)
        if mirrored:
            fill(draw, points * [-1, 1], centre, size, colour)


def charge(rng: Rng, draw: ImageDraw.ImageDraw, packages: Path, size: float, colours: list[Colour]) -> None:
    """What stands inside a badge: letters, a word or a shape."""
    middle = (SIDE / 2, SIDE / 2)
    kind = rng.random()
    if kind < 0.4:
        text = letters(rng)
        centred(draw, text, fitted(rng, packages, text, size * 1.3, size * 1.1), middle, colours[0])
    elif kind < 0.6:
        text = word(rng)
        centred(draw, text, fitted(rng, packages, text, size * 1.5, size * 0.6), middle, colours[0])
    else:
        abstract(rng, draw, middle, size * 0.75, colours)


def badge(rng: Rng, picture: Image.Image, packages: Path) -> None:
    """Nested outlines with a charge, sometimes letters along the ring."""
    draw, colours = ImageDraw.Draw(picture), palette(rng)
    points, middle = outline(rng, int(rng.choice(6, p=[0.4, 0.25, 0.1, 0.15, 0.05, 0.05]))), (SIDE / 2, SIDE / 2)
    size, rings = SIDE * 0.48, int(rng.integers(1, 4))
    hollow = rng.random() < 0.35
    for k in range(rings):
        fill(draw, points, middle, size, colours[k % 2])
        size *= rng.uniform(0.72, 0.95)
    if hollow:
        fill(draw, points, middle, size, (0, 0, 0, 0))
        charge(rng, draw, packages, size * 0.9, [colours[(rings - 1) % 2]])
        return
    ring = rng.random() < 0.35
    if ring:
        ring_text(rng, picture, packages, size * 0.84, colours[rings % 2])
        size *= 0.62
        if rng.random() < 0.5:
            fill(draw, points, middle, size, colours[2])
    charge(rng, draw, packages, size * 0.8, [colours[rings % 2], colours[3]])


def wings(rng: Rng, picture: Image.Image, packages: Path) -> None:
    """A badge between feathers."""
    draw, colours = ImageDraw.Draw(picture), palette(rng)
    for k in range(int(rng.integers(1, 6))):
        y, reach, thick = -0.12 + 0.07 * k, 1 - 0.12 * k, rng.uniform(0.03, 0.08)
        points = np.array(
            [[0.1, y], [reach, y - rng.uniform(0, 0.15)], [reach * 0.9, y + thick], [0.1, y + thick * 1.2]]
        )
        for side in (1, -1):
            fill(draw, points * [side, 1], (SIDE / 2, SIDE / 2), SIDE * 0.48, colours[k % 2])
    points = outline(rng, int(rng.choice([0, 1, 2])))
    fill(draw, points, (SIDE / 2, SIDE / 2), SIDE * 0.15, colours[0])
    text = letters(rng)
    centred(draw, text, fitted(rng, packages, text, SIDE * 0.2, SIDE * 0.18), (SIDE / 2, SIDE / 2), colours[1])


def name(rng: Rng, picture: Image.Image, packages: Path) -> None:
    """One or two words, sometimes with a line or a slant."""
    draw, colours = ImageDraw.Draw(picture), palette(rng)
    lines = [word(rng) for _ in range(1 if rng.random() < 0.75 else 2)]
    for k, text in enumerate(lines):
        font = fitted(rng, packages, text, SIDE * 0.92, SIDE * 0.8 / len(lines))
        y = SIDE / 2 + (k - (len(lines) - 1) / 2) * SIDE * 0.3
        centred(draw, text, font, (SIDE / 2, y), colours[0] if sum(colours[0][:3]) < 700 else colours[1])


def monogram(rng: Rng, picture: Image.Image, packages: Path) -> None:
    """Letters over each other."""
    draw, colours = ImageDraw.Draw(picture), palette(rng)
    for k, letter in enumerate(letters(rng) + letters(rng)[:1]):
        font = fitted(rng, packages, letter, SIDE * rng.uniform(0.4, 0.8), SIDE * rng.uniform(0.5, 0.9))
        at = (SIDE * rng.uniform(0.35, 0.65), SIDE * rng.uniform(0.4, 0.6))
        centred(draw, letter, font, at, colours[k % 2])


def shape(rng: Rng, picture: Image.Image, packages: Path) -> None:
    """A free emblem."""
    abstract(rng, ImageDraw.Draw(picture), (SIDE / 2, SIDE / 2), SIDE * 0.46, palette(rng)[:3])


MAKERS = [(badge, 0.42), (name, 0.14), (monogram, 0.1), (shape, 0.22), (wings, 0.12)]


def draw(number: int, packages: Path) -> Image.Image:
    """Mark `number` as a square RGBA picture."""
    rng = np.random.default_rng([77, number])
    picture = Image.new("RGBA", (SIDE, SIDE))
    maker = MAKERS[int(rng.choice(len(MAKERS), p=[p for _, p in MAKERS]))][0]
    maker(rng, picture, packages)
    if maker is not name and rng.random() < 0.2:  # a name below
        text = word(rng)
        strip = picture.resize((SIDE * 3 // 4, SIDE * 3 // 4), Image.Resampling.LANCZOS)
        picture = Image.new("RGBA", (SIDE, SIDE))
        picture.alpha_composite(strip, (SIDE // 8, 0))
        font = fitted(rng, packages, text, SIDE * 0.9, SIDE * 0.17)
        centred(ImageDraw.Draw(picture), text, font, (SIDE / 2, SIDE * 0.88), palette(rng)[0])
    return picture

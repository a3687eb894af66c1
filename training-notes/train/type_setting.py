"""Words in many scripts, sizes and faces, for captions, watermarks and posters."""

from __future__ import annotations

import functools
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Matplotlib carries these faces, so that the drawing does not depend on the machine's fonts.
FACES = sorted(
    str(p)
    for p in (Path(matplotlib.get_data_path()) / "fonts" / "ttf").glob("*.ttf")
    if p.name.startswith(("DejaVuSans", "DejaVuSerif", "STIXGeneral")) and "Display" not in p.name
)
SALES = (
    "SALE NEW 100% ORIGINAL HOT -50% FREE SHIPPING size M XL € 19.99 $25 "
    "brand vintage shop @store www DM only today limited"
).split()
SCRIPTS = [(0x41, 0x5A), (0x61, 0x7A), (0x410, 0x44F), (0x391, 0x3C9), (0x531, 0x556), (0x10D0, 0x10F0), (0x30, 0x39)]


@functools.lru_cache(maxsize=512)
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Loads one face once per size."""
    return ImageFont.truetype(name, size)


def word(rng: np.random.Generator) -> str:
    """A sales word, or letters of one script."""
    if rng.random() < 0.4:
        return SALES[int(rng.integers(len(SALES)))]
    low, high = SCRIPTS[int(rng.integers(len(SCRIPTS)))]
    return "".join(chr(int(c)) for c in rng.integers(low, high + 1, int(rng.integers(2, 10))))


def phrase(rng: np.random.Generator, words: int) -> str:
    """Words with spaces between."""
    return " ".join(word(rng) for _ in range(words))


def write(
    rng: np.random.Generator,
    picture: Image.Image,
    text: str,
    size: int,
    fill: tuple[int, ...],
    at: tuple[float, float] | None = None,
) -> None:
    """Writes one line on the picture, in place; anywhere if `at` is not given."""
    if at is None:
        at = (rng.uniform(-0.1, 0.7) * picture.width, rng.uniform(0, 0.92) * picture.height)
    font = face(FACES[int(rng.integers(len(FACES)))], max(6, size))
    ImageDraw.Draw(picture).text(at, text, font=font, fill=fill)

"""Draws a sheet of the worst mistakes on a set: what was scored, what is right, what came first.

    python training-notes/train/mistakes.py SET --vectors training-notes/work --out sheet.png

Vectors come from `eval_pictures.py SET --save FOLDER`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from eval_pictures import OUTPUTS, SIGNALS, normalised
from picture_sets import PictureSet, by_right, read_set

TILE = 128


def tile(path: Path | None) -> Image.Image:
    """A picture fitted into a square tile."""
    out = Image.new("RGB", (TILE, TILE), (90, 90, 90))
    if path is not None:
        with Image.open(path) as f:
            picture = f.convert("RGB")
        picture.thumbnail((TILE, TILE))
        out.paste(picture, (0, 0))
    return out


def worst(data: PictureSet, scores: np.ndarray, count: int) -> tuple[list[int], list[int]]:
    """Listings whose right lies furthest below the best wrong one, and innocents that score highest."""
    lack = []
    for n, truth in enumerate(data.truth):
        if truth:
            row = scores[n].copy()
            mine = max(row[r] for r in truth)
            row[list(truth)] = -np.inf
            lack.append((row.max() - mine, n))
    innocent = [(scores[n].max(), n) for n, truth in enumerate(data.truth) if not truth]
    return [n for _, n in sorted(lack, reverse=True)[:count]], [n for _, n in sorted(innocent, reverse=True)[:count]]


def sheet(data: PictureSet, scores: np.ndarray, rows: int, columns: int) -> Image.Image:
    """Triples of listing, right reference (grey if none), best reference; missed above, false alarms below."""
    missed, alarms = worst(data, scores, rows * columns)
    reference = {int(r): p for p, r in zip(data.references, data.reference_right, strict=True)}
    picture = dict(zip(data.picture_listing.tolist(), data.pictures, strict=True))
    out = Image.new("RGB", (columns * (3 * TILE + 8), 2 * rows * (TILE + 14)))
    draw = ImageDraw.Draw(out)
    for k, n in enumerate(missed + alarms):
        x, y = (k % columns) * (3 * TILE + 8), (k // columns) * (TILE + 14)
        first = int(scores[n].argmax())
        right = next(iter(data.truth[n]), None)
        shown = [picture[n], None if right is None else reference[right], reference[first]]
        for j, path in enumerate(shown):
            out.paste(tile(path), (x + j * TILE, y + 13))
        draw.text((x, y), f"{data.listings[n]} {data.notes[n]} {scores[n].max():.2f}", fill=(255, 255, 255))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--output", choices=OUTPUTS, default="copy")
    parser.add_argument("--beta", type=float, default=0.75)
    parser.add_argument("--k", type=int, default=3)
    args = parser.parse_args()
    data = read_set(args.set, SIGNALS[args.output])
    saved = np.load(args.vectors / f"{args.set.name}.npz")
    scores = normalised(saved["vectors"], saved["references"], saved["background"], args.beta, args.k)
    sheet(data, by_right(data, scores), 5, 4).save(args.out)


if __name__ == "__main__":
    main()

"""Looks at the cached scenes with a trained proposer, once: how far its boxes are off, and what it takes for a mark that is none.

    python training-notes/train/logo_mine.py --proposals training-notes/work/logo/proposals.pt

Writes logo/mined.npz: `errors` float32 [N, 4], how far each side of a proposed box lies outside of the true one, as a share of its
width or height; `empty` uint8 [M, 96, 96, 3], places without a mark. The mark embedder trains on both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from catalogue import WORK
from eval_logo import cut, load, overlap, suppress
from image_model import normalise
from logo_model import Proposer, best_boxes

MET, APART = 0.3, 0.02  # overlap from which a box is of a mark, and up to which it is of none
STRONG, MOST = 0.05, 4  # least score of a place without a mark, and most of them in a scene


def scenes(work: Path) -> Iterator[tuple[np.ndarray, list[list[list[float]]]]]:
    """The cached scenes, a chunk each, with their boxes."""
    for path in sorted((work / "logo/cache").glob("scenes-*.npy")):
        yield np.load(path), json.loads(path.with_suffix(".json").read_text())


def off(box: np.ndarray, true: np.ndarray) -> list[float]:
    """How far the left, top, right and bottom of a box x, y, w, h lie outside of the true one."""
    (x, y, w, h), (u, v, width, height) = box[:4], true
    return [(u - x) / width, (v - y) / height, (x + w - u - width) / width, (y + h - v - height) / height]


def look(boxes: np.ndarray, own: list[list[float]], side: int) -> tuple[list[list[float]], list[np.ndarray]]:
    """Errors of the best box of each mark, and the boxes of places without one."""
    true = [np.array([x0, y0, x1 - x0, y1 - y0]) * side for x0, y0, x1, y1 in own]
    errors = []
    for t in true:
        best = max(boxes, key=lambda b: overlap(t, b))
        if overlap(t, best) >= MET:
            errors.append(off(best, t))
    empty = [b for b in boxes if b[4] >= STRONG and all(overlap(t, b) <= APART for t in true)]
    return errors, empty[:MOST]


@torch.no_grad()
def mine(model: Proposer, work: Path, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Errors [N, 4] and crops of places without a mark [M, 96, 96, 3]; places of less than `least` pixels are passed over."""
    errors: list[list[float]] = []
    crops: list[np.ndarray] = []
    for pixels, truth in scenes(work):
        side = pixels.shape[1]
        for i in range(0, len(pixels), 40):
            found = best_boxes(*model(normalise(torch.from_numpy(pixels[i : i + 40])))).numpy()
            for picture, boxes, own in zip(pixels[i : i + 40], found, truth[i : i + 40], strict=True):
                wrong, empty = look(suppress(boxes * [side, side, side, side, 1]), own, side)
                errors += wrong
                crops += [cut(picture, b) for b in empty if min(b[2:4]) >= least]
    return np.array(errors, np.float32).reshape(-1, 4), np.array(crops, np.uint8)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--proposals", type=Path, default=WORK / "logo/proposals.pt")
    parser.add_argument("--least", type=int, default=14, help="pixels a side of a place without a mark")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    errors, empty = mine(load(Proposer(), args.proposals), args.work, args.least)
    np.savez(args.work / "logo/mined.npz", errors=errors, empty=empty)
    print(f"{len(errors)} boxes met, {len(empty)} places without a mark")


if __name__ == "__main__":
    main()

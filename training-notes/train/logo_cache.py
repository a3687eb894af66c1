"""Renders what the logo networks train on, once, in resumable parts.

    python training-notes/train/logo_cache.py --crops 8 --scenes 12000

Crops: uint8 [marks, 128, 128, 3] a view, with what lies around the mark, and boxes float32 [marks, 4]. Scenes: uint8
[N, 256, 256, 3] with boxes in a JSON line each.
Every part is a function of its number, so that several processes may share the work (`--part 0/2`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

import logo_scenes
from catalogue import WORK, Pictures
from marks import Marks

CHUNK = 200


def crops(work: Path, marks: Marks, grounds: logo_scenes.Grounds, views: int, part: int, parts: int) -> None:
    """Writes crops-VIEW-CHUNK.npy and boxes-VIEW-CHUNK.npy for the training marks, view by view: an early stop leaves whole views."""
    chunks = np.array_split(marks.train, -(-len(marks.train) // CHUNK))
    for view in range(views):
        for n, ids in enumerate(chunks):
            path = work / "cache" / f"crops-{view}-{n:03}.npy"
            if n % parts != part or path.exists():
                continue
            rng = np.random.default_rng([47, view, n])
            made = [logo_scenes.surrounded(rng, grounds, marks[i]) for i in ids]
            write(path.with_name(path.name.replace("crops", "boxes")), np.stack([box for _, box in made]))
            write(path, np.stack([pixels for pixels, _ in made]))


def scenes(work: Path, marks: Marks, grounds: logo_scenes.Grounds, count: int, part: int, parts: int) -> None:
    """Writes scenes-CHUNK.npy and the boxes, as fractions x0, y0, x1, y1."""
    for n in range(-(-count // CHUNK)):
        path = work / "cache" / f"scenes-{n:03}.npy"
        if n % parts != part or path.exists():
            continue
        rng = np.random.default_rng([43, n])
        made = [logo_scenes.scene(rng, grounds, marks, marks.train) for _ in range(CHUNK)]
        path.with_suffix(".json").write_text(json.dumps([boxes.round(5).tolist() for _, boxes in made]))
        write(path, np.stack([pixels for pixels, _ in made]))


def write(path: Path, array: np.ndarray) -> None:
    """Writes a file in one step, so that what exists is whole."""
    with open(path.with_suffix(".part"), "wb") as f:
        np.save(f, array)
    path.with_suffix(".part").replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--crops", type=int, default=8, help="views of each mark")
    parser.add_argument("--scenes", type=int, default=12000)
    parser.add_argument("--part", default="0/1", help="I/N: do every N-th chunk, from I")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    (args.work / "logo/cache").mkdir(parents=True, exist_ok=True)
    part, parts = (int(v) for v in args.part.split("/"))
    marks, grounds = Marks(args.work / "logo"), logo_scenes.Grounds(Pictures(args.work), False)
    scenes(args.work / "logo", marks, grounds, args.scenes, part, parts)
    crops(args.work / "logo", marks, grounds, args.crops, part, parts)


if __name__ == "__main__":
    main()

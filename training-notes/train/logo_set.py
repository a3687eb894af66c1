"""Writes the validation set for logos, in the evaluation format, from held-out marks and senders.

    python training-notes/train/logo_set.py       # writes training-notes/work/val-logo

Half of the listings show a registered mark, a quarter one that is not registered, a quarter none.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import logo_render as render
import logo_scenes
from catalogue import SHARED, WORK, Pictures, flatten
from marks import Marks, rasterise

LONGEST, ARTWORK = 480, 256


def photo(shared: Path, pictures: Pictures, i: int) -> np.ndarray:
    """A held-out photo as floats, longest side at most LONGEST."""
    with Image.open(shared / "train" / pictures.items[i].name) as f:
        picture = flatten(f)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return np.asarray(picture, np.float32) / 255


def artwork(mark: np.ndarray) -> Image.Image:
    """A mark as its holder registers it: on white, or on black where it is white, with a margin."""
    h, w = mark.shape[:2]
    square = logo_scenes.reference(None, mark, ARTWORK)  # squashed; back to its own proportions
    scale = ARTWORK / max(w, h)
    return Image.fromarray(square).resize(
        (max(16, round(w * scale)), max(16, round(h * scale))), Image.Resampling.LANCZOS
    )


def write(args: argparse.Namespace) -> None:
    """Writes references and listings."""
    rng = np.random.default_rng(61)
    marks, pictures = Marks(args.work / "logo"), Pictures(args.work)
    photos = [i for i in pictures.held_out if pictures.items[i].source == "photo"]
    _, first = np.unique(marks.groups[marks.held_out], return_index=True)  # one mark a brand
    chosen = rng.permutation(marks.held_out[first])
    registered, strangers = chosen[: args.rights], chosen[args.rights :]
    for folder in ("references", "listings"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    references, listings = [], []
    packages = args.work / "logo/packages"
    for n, i in enumerate(registered):
        name = f"references/M{n:04}.png"
        artwork(rasterise(marks.items[i], packages, ARTWORK)).save(args.out / name)
        references.append({"right": f"M{n:04}", "kind": "logo", "images": [name]})
    for n in range(args.listings):
        kind = rng.choice(["registered", "stranger", "none"], p=[0.5, 0.25, 0.25])
        picture = photo(args.shared, pictures, int(rng.choice(photos)))
        truth = []
        if kind != "none":
            right = int(rng.integers(len(registered)))
            i = registered[right] if kind == "registered" else strangers[int(rng.integers(len(strangers)))]
            box = None
            while box is None:
                picture, box = logo_scenes.put(rng, picture, rasterise(marks.items[i], packages, ARTWORK), [])
            x0, y0, x1, y1 = box
            if kind == "registered":
                place = [int(x0), int(y0), int(x1 - x0), int(y1 - y0)]
                truth = [{"right": f"M{right:04}", "signal": "logo_in_scene", "image": 0, "box": place}]
        name = f"listings/L{n:04}.jpg"
        pixels = render.photographed(rng, picture)
        Image.fromarray(pixels).save(args.out / name, quality=int(rng.integers(70, 94)))
        listings.append({"id": f"L{n:04}", "images": [name], "how": str(kind), "truth": truth})
    for name, rows in (("references", references), ("listings", listings)):
        (args.out / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    about = {
        "name": args.out.name,
        "tasks": ["logo_in_scene"],
        "source": "held-out marks and senders; scenes made by script",
    }
    (args.out / "set.json").write_text(json.dumps(about))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=WORK / "val-logo")
    parser.add_argument("--rights", type=int, default=350)
    parser.add_argument("--listings", type=int, default=700)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    write(args)


if __name__ == "__main__":
    main()

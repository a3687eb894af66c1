"""Writes the validation set for near copies, in the evaluation format, from held-out senders.

    python training-notes/train/copy_set.py       # writes training-notes/work/val-copy

Half of the held-out pictures are registered. Every registered picture is copied and edited;
the others are edited as well and infringe nothing, though they show the same senders' floors.
Hosts of pastes and collages are held-out pictures that are not registered.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

import edits
from catalogue import SHARED, WORK, Pictures, flatten
from surface_edits import EDITS

SIDE = 320  # of pictures in the set, where the source is as large


def read_source(shared: Path, pictures: Pictures, i: int) -> np.ndarray:
    """The picture as its file has it."""
    with Image.open(shared / "train" / pictures.items[i].name) as f:
        picture = flatten(f)
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def save(path: Path, pixels: np.ndarray, quality: int) -> None:
    """Writes a JPEG."""
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, quality=quality)


def split(pictures: Pictures, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Registered and unregistered pictures, by group: no unregistered picture repeats a registered one."""
    groups = rng.permutation(np.unique(pictures.groups[pictures.held_out]))
    chosen = set(groups[: len(groups) // 2].tolist())
    registered: list[int] = []
    innocent: list[int] = []
    seen: set[int] = set()
    for i in rng.permutation(pictures.held_out):
        group = int(pictures.groups[i])
        if group not in chosen:
            innocent.append(int(i))
        elif group not in seen:  # one reference a group: its twin would be a second truth
            registered.append(int(i))
            seen.add(group)
    return registered, innocent


def write(shared: Path, work: Path, out: Path, copies: int, others: int) -> None:
    """Writes the set: `copies` edited listings of each registered picture, as many innocent ones.

    `others` training pictures are registered beside them and copied by nobody: a fuller registry, for calibration.
    """
    pictures, rng = Pictures(work), np.random.default_rng(23)
    registered, innocent = split(pictures, rng)
    for folder in ("references", "listings"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    references, listings = [], []
    for n, i in enumerate(registered):
        save(out / f"references/R{n:04}.jpg", read_source(shared, pictures, i), 92)
        references.append({"right": f"R{n:04}", "kind": "design", "images": [f"references/R{n:04}.jpg"]})
    photos = [i for i, item in enumerate(pictures.items) if item.name.startswith("photos/")]
    trained = np.setdiff1d(photos, pictures.held_out)
    for n, i in enumerate(np.random.default_rng(29).permutation(trained)[:others]):
        save(out / f"references/O{n:04}.jpg", read_source(shared, pictures, int(i)), 92)
        references.append({"right": f"O{n:04}", "kind": "design", "images": [f"references/O{n:04}.jpg"]})

    def host(draw: np.random.Generator) -> tuple[int, np.ndarray]:
        i = innocent[int(draw.integers(len(innocent)))]
        return i, read_source(shared, pictures, i)

    work_list = [(i, f"R{n:04}") for n, i in enumerate(registered)] * copies
    work_list += [(innocent[k % len(innocent)], "") for k in range(len(work_list))]
    for n, pick in enumerate(rng.permutation(len(work_list))):
        i, right = work_list[pick]
        view = edits.chain(rng, read_source(shared, pictures, i), host, EDITS)
        name = f"listings/L{n:04}.jpg"
        save(out / name, view.pixels, int(rng.integers(60, 93)))
        truth = [{"right": right, "signal": "near_copy", "image": 0, "box": pixel_box(view)}] if right else []
        listings.append({"id": f"L{n:04}", "images": [name], "edits": view.names, "truth": truth})
    for name, rows in (("references", references), ("listings", listings)):
        (out / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    about = {"name": out.name, "tasks": ["near_copy"], "source": "held-out senders; edits made by script"}
    (out / "set.json").write_text(json.dumps(about))


def pixel_box(view: edits.View) -> list[int]:
    """The original's place as x, y, width, height in pixels."""
    x0, y0, x1, y1 = view.box() * [*view.size, *view.size]
    return [round(x0), round(y0), max(1, round(x1 - x0)), max(1, round(y1 - y0))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=WORK / "val-copy")
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--others", type=int, default=0, help="training pictures to register as well")
    args = parser.parse_args()
    write(args.shared, args.work, args.out, args.copies, args.others)


if __name__ == "__main__":
    main()

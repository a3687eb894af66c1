"""Writes the validation set for near copies, in the evaluation format, from held-out senders.

    python training-notes/train/copy_set.py       # writes training-notes/work/val-copy

Half of the held-out pictures are registered. Every registered picture is copied and edited;
the others are edited as well and infringe nothing, though they show the same senders' floors.
Hosts of pastes and collages are held-out pictures that are not registered.
"""

from __future__ import annotations

import argparse
import json
import zlib
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


def split(pictures: Pictures, source: np.ndarray, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Registered and unregistered pictures of `source`, by group: no unregistered picture repeats a registered one."""
    groups = rng.permutation(np.unique(pictures.groups[source]))
    chosen = set(groups[: len(groups) // 2].tolist())
    registered: list[int] = []
    innocent: list[int] = []
    seen: set[int] = set()
    for i in rng.permutation(source):
        group = int(pictures.groups[i])
        if group not in chosen:
            innocent.append(int(i))
        elif group not in seen:  # one reference a group: its twin would be a second truth
            registered.append(int(i))
            seen.add(group)
    return registered, innocent


def of_senders(pictures: Pictures, count: int, rng: np.random.Generator) -> np.ndarray:
    """Training photos of whole senders, at most 60 of each, until there are `count`.

    Senders with an odd checksum are left to the measurement of false verifications (internal/bench).
    """
    senders: dict[str, list[int]] = {}
    for i in pictures.train:
        item = pictures.items[i]
        if item.source == "photo" and zlib.crc32(item.sender.encode()) % 2 == 0:
            senders.setdefault(pictures.items[i].sender, []).append(int(i))
    out: list[int] = []
    for k in rng.permutation(len(senders)):
        members = list(senders.values())[k]
        if len(out) < count and len(members) >= 4:
            out += rng.permutation(members)[:60].tolist()
    return np.array(out)


def write(shared: Path, work: Path, out: Path, copies: int, others: int, seed: int = 23, trained: int = 0) -> None:
    """Writes the set: `copies` edited listings of each registered picture, as many innocent ones.

    With `trained` it is made of that many training pictures instead, of whole senders: for what no training of the
    embedder changes, such as geometry. `others` training pictures are registered beside them and copied by nobody: a fuller registry, for calibration.
    """
    pictures, rng = Pictures(work), np.random.default_rng(seed)
    source = pictures.held_out
    if trained:
        source = of_senders(pictures, trained, rng)
    registered, innocent = split(pictures, source, rng)
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
    parser.add_argument("--seed", type=int, default=23, help="another set: other pictures registered, other edits")
    parser.add_argument(
        "--trained", type=int, default=0, help="take that many training pictures, not the held-out ones"
    )
    args = parser.parse_args()
    write(args.shared, args.work, args.out, args.copies, args.others, args.seed, args.trained)


if __name__ == "__main__":
    main()

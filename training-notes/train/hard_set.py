"""Writes a set of hard pairs: sellers' photos as they are, all registered and all asked.

    python training-notes/train/hard_set.py             # writes training-notes/work/fit-plain
    python training-notes/train/hard_set.py --odd       # writes training-notes/work/val-plain

What a listing shows is registered as well, so that its own right is found; every other right of the same sender is a hard
pair: other goods on the same floor or sofa. The test of verification is fitted on senders with an even checksum and
measured on those with an odd one (`internal/bench`).
"""

from __future__ import annotations

import argparse
import json
import zlib
from pathlib import Path

import numpy as np

from catalogue import SHARED, WORK, Pictures
from copy_set import read_source, save

AS_IT_IS = "as it is"  # the note of listings that are no edit of what is registered, but the same file


def of_parity(pictures: Pictures, odd: bool, most: int, rng: np.random.Generator) -> list[int]:
    """Photos of the senders whose checksum is odd or even, at most `most` of one, one of each group of nearly equal photos."""
    senders: dict[str, list[int]] = {}
    seen: set[int] = set()
    for i, item in enumerate(pictures.items):
        group = int(pictures.groups[i])
        if item.source == "photo" and zlib.crc32(item.sender.encode()) % 2 == odd and group not in seen:
            seen.add(group)
            senders.setdefault(item.sender, []).append(i)
    chosen = [rng.permutation(members)[:most].tolist() for members in senders.values() if len(members) > 1]
    return sorted(i for members in chosen for i in members)


def write(shared: Path, work: Path, out: Path, odd: bool, most: int) -> None:
    """Writes the set."""
    pictures = Pictures(work)
    for folder in ("references", "listings"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    references, listings = [], []
    for n, i in enumerate(of_parity(pictures, odd, most, np.random.default_rng(61))):
        right, pixels, sender = f"P{n:04}", read_source(shared, pictures, i), pictures.items[i].sender
        save(out / f"references/{right}.jpg", pixels, 92)
        save(out / f"listings/{right}.jpg", pixels, 85)
        references.append({"right": right, "kind": "design", "images": [f"references/{right}.jpg"]})
        truth = [{"right": right, "signal": "near_copy"}]
        listing = {"id": right, "images": [f"listings/{right}.jpg"], "how": AS_IT_IS, "seller": sender, "truth": truth}
        listings.append(listing)
    for name, rows in (("references", references), ("listings", listings)):
        (out / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    about = {"name": out.name, "tasks": ["near_copy"], "source": "sellers' photos as they are"}
    (out / "set.json").write_text(json.dumps(about))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--odd", action="store_true", help="senders with an odd checksum: to measure, not to fit")
    parser.add_argument("--most", type=int, default=120, help="photos of one sender")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    out = args.out or WORK / ("val-plain" if args.odd else "fit-plain")
    write(args.shared, args.work, out, args.odd, 10**6 if args.odd else args.most)


if __name__ == "__main__":
    main()

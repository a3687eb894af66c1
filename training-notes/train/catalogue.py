"""Which pictures the image embedder trains on, and which it is validated on.

Pictures come from the shared training folder (sellers' photos, product views) and
from `drawn.py`. All are decoded once into one memory-mapped uint8 cache, longest
side 256, because decoding JPEG again and again would cost more than the network.

Whole senders are held out, never single photos: photos of one sender share floors
and sofas, and a split inside a sender would flatter every figure.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

import drawn

SIDE = 256
REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
WORK = REPOSITORY / "training-notes" / "work"


@dataclass(frozen=True)
class Item:
    """One picture: `group` names nearly equal pictures, never a negative pair."""

    name: str
    source: str
    sender: str
    group: str
    held_out: bool


def flatten(picture: Image.Image) -> Image.Image:
    """Applies EXIF orientation and lays transparency on white, as serving does."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        rgba = picture.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")


def held_out_senders(rows: list[dict[str, str]], photos: int, grocery: int) -> set[str]:
    """Draws whole senders (for groceries: whole classes) until both counts are reached."""
    rng = random.Random(11)
    counts = Counter(r["sender"] for r in rows if r["sender"] != "grocery")
    largest = {sender for sender, _ in counts.most_common(3)}  # too much to give away
    out: set[str] = set()
    senders = sorted(set(counts) - largest)
    rng.shuffle(senders)
    for sender in senders:
        if photos <= 0:
            break
        out.add(sender)
        photos -= counts[sender]
    classes = sorted({r["duplicate_group"] for r in rows if r["sender"] == "grocery"})
    rng.shuffle(classes)
    sizes = Counter(r["duplicate_group"] for r in rows)
    for name in classes:
        if grocery <= 0:
            break
        out.add(name)
        grocery -= sizes[name]
    return out


def list_items(shared: Path, drawn_count: int) -> list[Item]:
    """Lists every training picture; deterministic."""
    with open(shared / "train" / "photos.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    out = held_out_senders(rows, photos=460, grocery=140)
    items = [
        Item(
            f"photos/{r['image']}",
            "grocery" if r["sender"] == "grocery" else "photo",
            r["sender"],
            f"photo-{r['duplicate_group']}",
            r["sender"] in out or r["duplicate_group"] in out,
        )
        for r in rows
    ]
    with open(shared / "train" / "design.csv", newline="", encoding="utf-8") as f:
        views = {r["image"]: r for r in csv.DictReader(f)}  # some pictures have several rows
    items += [
        Item(f"design/{image}", "design", f"design-{r['source']}", f"design-{r['product']}", False)
        for image, r in sorted(views.items())
    ]
    items += drawn_items(drawn_count)
    return items


def drawn_items(count: int) -> list[Item]:
    """Names the pictures that `drawn.picture` makes; kinds stand in for senders."""
    kinds = drawn.KINDS
    return [Item(f"drawn/{i}", "drawn", f"drawn-{kinds[i % len(kinds)]}", f"drawn-{i}", False) for i in range(count)]


def load_pixels(item: Item, shared: Path) -> np.ndarray:
    """Returns one picture as uint8 RGB, longest side at most SIDE."""
    if item.source == "drawn":
        return drawn.picture(int(item.name.split("/")[1]))
    with Image.open(shared / "train" / item.name) as f:
        picture = flatten(f)
    if max(picture.size) > SIDE:
        scale = SIDE / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(picture)


def build(shared: Path, work: Path, items: list[Item]) -> None:
    """Writes pictures.npy [N, SIDE, SIDE, 3], sizes.npy [N, 2] (height, width), items.json."""
    work.mkdir(parents=True, exist_ok=True)
    cache = np.lib.format.open_memmap(
        work / "pictures.npy", mode="w+", dtype=np.uint8, shape=(len(items), SIDE, SIDE, 3)
    )
    sizes = np.zeros((len(items), 2), np.int32)
    for i, item in enumerate(items):
        pixels = load_pixels(item, shared)
        sizes[i] = pixels.shape[:2]
        cache[i, : sizes[i, 0], : sizes[i, 1]] = pixels
    cache.flush()
    np.save(work / "sizes.npy", sizes)
    (work / "items.json").write_text(json.dumps([asdict(i) for i in items]))


VALIDATION_FAMILIES = {"design-mh", "design-wt", "design-wb", "design-mp"}
VALIDATION_PACKAGES = {"design-Oatly-Natural-Oatghurt", "design-God-Morgon-Orange-Juice"}


def design_family(item: Item) -> str:
    """Products of one kind in the catalogue (all women's jackets), or one package; empty for other pictures."""
    if item.source != "design":
        return ""
    return item.group[: len("design-mh")] if item.sender.endswith("magento2-sample-data") else item.group


class Pictures:
    """Reads the cache; pictures are views into the map, copy before writing.

    `train` leaves out the senders and classes that the copy set is made of (`held_out`) and the families of products
    that the design set is made of (`held_out_designs`).
    """

    def __init__(self, work: Path) -> None:
        self.pixels = np.load(work / "pictures.npy", mmap_mode="r")
        self.sizes = np.load(work / "sizes.npy")
        self.items = [Item(**d) for d in json.loads((work / "items.json").read_text())]
        groups: dict[str, int] = {}
        self.groups = np.array([groups.setdefault(i.group, len(groups)) for i in self.items])
        families = VALIDATION_FAMILIES | VALIDATION_PACKAGES
        kept = [i.held_out or design_family(i) in families for i in self.items]
        self.train = np.array([n for n, k in enumerate(kept) if not k])
        self.held_out = np.array([n for n, i in enumerate(self.items) if i.held_out])
        self.held_out_designs = np.array([n for n, i in enumerate(self.items) if kept[n] and not i.held_out], int)

    def __getitem__(self, i: int) -> np.ndarray:
        height, width = self.sizes[i]
        return self.pixels[i, :height, :width]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--drawn", type=int, default=1400)
    args = parser.parse_args()
    items = list_items(args.shared, args.drawn)
    build(args.shared, args.work, items)
    print(Counter((i.source, i.held_out) for i in items))


if __name__ == "__main__":
    main()

"""Writes the validation set for design similarity, in the evaluation format.

    python training-notes/train/design_set.py     # writes training-notes/work/val-design

Three sources, none of them trained on: families of catalogue products and two packages (other colours and views, as
photographed), photos of held-out senders (recoloured, cut, set elsewhere), and drawn designs of families that differ
in the print alone. Part of each source is not registered, so that its listings infringe nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

import drawn_designs
from catalogue import SHARED, WORK, Pictures
from copy_set import read_source, save
from design_pairs import DRAWN_TRAIN, photograph
from edits import Rng

VIEWS = 6  # listings of one catalogue product, at most
FAMILIES, PHOTOS, STRANGERS = 40, 130, 200


class Writer:
    """Collects references and listings, and writes their pictures as it goes."""

    def __init__(self, out: Path, rng: Rng) -> None:
        self.out, self.rng = out, rng
        self.references: list[dict] = []
        self.listings: list[dict] = []
        for folder in ("references", "listings"):
            (out / folder).mkdir(parents=True, exist_ok=True)

    def register(self, pixels: np.ndarray) -> str:
        """Adds a registered design; returns its right."""
        right = f"D{len(self.references):04}"
        save(self.out / f"references/{right}.jpg", pixels, 92)
        self.references.append({"right": right, "kind": "design", "images": [f"references/{right}.jpg"]})
        return right

    def register_others(self, pictures: Pictures, shared: Path, count: int) -> None:
        """Adds training photos that no listing shows: a fuller registry, for calibration."""
        photos = [i for i in pictures.train.tolist() if pictures.items[i].name.startswith(("photos/", "design/"))]
        for i in np.random.default_rng(47).permutation(photos)[:count].tolist():
            self.register(read_source(shared, pictures, i))

    def list(self, pixels: np.ndarray, how: str, right: str) -> None:
        """Adds a listing; an empty right infringes nothing."""
        name = f"listings/L{len(self.listings):04}.jpg"
        save(self.out / name, pixels, int(self.rng.integers(60, 93)))
        truth = [{"right": right, "signal": "design_similarity"}] if right else []
        self.listings.append({"id": f"L{len(self.listings):04}", "images": [name], "how": how, "truth": truth})

    def close(self) -> None:
        """Writes the three files of the format."""
        for name, rows in (("references", self.references), ("listings", self.listings)):
            (self.out / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
        about = {
            "name": self.out.name,
            "tasks": ["design_similarity"],
            "source": "held-out products, senders and drawings",
        }
        (self.out / "set.json").write_text(json.dumps(about))


def relation(first: dict[str, str], other: dict[str, str]) -> str:
    """How two catalogue pictures of a product differ, in the words of the development set."""
    if not first["colour"]:
        return "package-photo"
    colour = "same-colour" if first["colour"] == other["colour"] else "other-colour"
    return f"{colour}-{'main' if other['view'] == 'main' else 'other-view'}"


def catalogue_products(writer: Writer, pictures: Pictures, shared: Path) -> None:
    """Products of the held-out families: one colour's main view is registered; a fifth of them is not."""
    with open(shared / "train" / "design.csv", newline="", encoding="utf-8") as f:
        rows = {r["image"]: r for r in csv.DictReader(f)}
    products: dict[str, list[int]] = {}
    for i in pictures.held_out_designs.tolist():
        products.setdefault(pictures.items[i].group, []).append(i)
    for n, (_, members) in enumerate(sorted(products.items())):
        views = {i: rows[pictures.items[i].name.removeprefix("design/")] for i in members}
        fronts = [i for i in members if views[i]["view"] in ("main", "iconic")]
        if not fronts or len(members) < 2:
            continue
        front = fronts[int(writer.rng.integers(len(fronts)))]
        right = "" if n % 5 == 4 else writer.register(read_source(shared, pictures, front))
        others = [i for i in members if i != front]
        for i in writer.rng.permutation(others)[:VIEWS].tolist():
            writer.list(read_source(shared, pictures, i), relation(views[front], views[i]), right)


def photos(writer: Writer, pictures: Pictures, shared: Path) -> None:
    """Held-out senders' photos: the same goods recoloured, cut, or set elsewhere."""
    groups = pictures.groups[pictures.held_out]
    _, first = np.unique(groups, return_index=True)
    chosen = writer.rng.permutation(pictures.held_out[first])[: PHOTOS + STRANGERS]
    hosts = writer.rng.permutation(pictures.held_out)
    for n, i in enumerate(chosen.tolist()):
        pixels = read_source(shared, pictures, i)
        host = read_source(shared, pictures, int(hosts[n % len(hosts)]))
        right = writer.register(pixels) if n < PHOTOS else ""
        writer.list(photograph(writer.rng, pixels, host, 1.0, 1.0), "recoloured-photo", right)


def drawings(writer: Writer, pictures: Pictures, shared: Path) -> None:
    """Drawn designs: of each family of three, two are registered."""
    hosts = writer.rng.permutation(pictures.held_out)
    for n in range(3 * FAMILIES):
        number = DRAWN_TRAIN + n
        host = read_source(shared, pictures, int(hosts[n % len(hosts)]))
        right = writer.register(drawn_designs.render(number, writer.rng)) if n % 3 < 2 else ""
        writer.list(drawn_designs.render(number, writer.rng, host), "drawn", right)
        if n % 3 == 0:
            writer.list(drawn_designs.detail(number, writer.rng), "drawn-detail", right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=WORK / "val-design")
    parser.add_argument("--others", type=int, default=0, help="training pictures to register as well")
    args = parser.parse_args()
    pictures = Pictures(args.work)
    writer = Writer(args.out, np.random.default_rng(43))
    for source in (catalogue_products, photos, drawings):
        source(writer, pictures, args.shared)
    writer.register_others(pictures, args.shared, args.others)
    writer.close()


if __name__ == "__main__":
    main()

"""Writes a set of mock-ups: goods that share one picture, or one set-up, and differ in the print.

    python training-notes/train/mockup_set.py             # writes training-notes/work/fit-mockup
    python training-notes/train/mockup_set.py --val       # writes training-notes/work/val-mockup

Each mock-up is registered with a few prints. Innocent listings show it with other prints, as they come or photographed a
little differently. Copies are the registered pictures after copyists' edits, and registered prints on other mock-ups. The
two sets have no mock-up, print, photo or sender in common; photos of a sender with an even checksum are fitted on.
"""

from __future__ import annotations

import argparse
import json
import zlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import drawn
import edits
import mockups
import recolour
import surface_edits
from catalogue import SHARED, WORK, Pictures
from copy_set import pixel_box, read_source, save
from drawn import Rng
from mockups import Mockup

PRINTS = [drawn.icon, drawn.icon, drawn.poster, drawn.scatter, drawn.pattern]
LIGHT = [
    e
    for e in surface_edits.EDITS
    if e.name in {"colour", "grey", "tint", "jpeg", "caption", "watermark", "badge", "border"}
]


class Studio:
    """Draws mock-ups and prints of one half of the world."""

    def __init__(self, shared: Path, work: Path, odd: bool) -> None:
        self.shared, self.pictures, self.odd = shared, Pictures(work), odd
        items = self.pictures.items
        mine = [i for i in self.pictures.train if zlib.crc32((items[i].sender or items[i].name).encode()) % 2 == odd]
        self.photos = [int(i) for i in mine if items[i].source == "photo"]
        rng = np.random.default_rng([75, int(odd)])
        first = np.unique(self.pictures.groups[self.photos], return_index=True)[1]  # one of each nearly equal
        unused = rng.permutation(np.array(self.photos)[first]).tolist()
        self.unused = unused[: len(unused) // 2]  # photos to print, each once
        self.photos = sorted(set(self.photos) - set(self.unused))
        families = [
            i for i in self.pictures.train if items[i].source == "design" and items[i].name.split("/")[-1][0] in "mw"
        ]
        self.products = [int(i) for i in families if zlib.crc32(items[i].group.encode()) % 2 == odd]
        self.prints = 0

    def photo(self, rng: Rng) -> np.ndarray:
        """A seller's photo or a catalogue's."""
        source = self.products if self.products and rng.random() < 0.3 else self.photos
        return read_source(self.shared, self.pictures, source[int(rng.integers(len(source)))])

    def mockup(self, rng: Rng) -> Mockup:
        """A mock-up that was never drawn before: two in five are photographs."""
        if rng.random() < 0.4:
            return mockups.worn(rng, self.photo(rng))
        ground = self.photo(rng) if rng.random() < 0.5 else None
        return mockups.DRAWN[int(rng.integers(len(mockups.DRAWN)))](rng, ground)

    def print(self) -> np.ndarray:
        """A print that was never drawn before: graphics, or part of a photo."""
        self.prints += 1
        rng = np.random.default_rng([71, int(self.odd), self.prints])
        if rng.random() < 0.15:
            return read_source(self.shared, self.pictures, self.unused.pop())
        return PRINTS[int(rng.integers(len(PRINTS)))](rng)


def with_new_print(studio: Studio, mockup: Mockup, cut: bool) -> tuple[np.ndarray, np.ndarray]:
    """The mock-up with a print that stands out, and the print."""
    for _ in range(30):
        print_ = studio.print()
        pixels = mockups.show(mockup, print_, cut)
        if mockups.visible(mockup, pixels):
            break
    return pixels, print_


def photographed(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """The same set-up another time: a little moved and turned, in other light; sometimes the other way round."""
    h, w = pixels.shape[:2]
    if rng.random() < 0.12:
        pixels = pixels[:, ::-1]
    if rng.random() < 0.6:
        matrix = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.normal() * 1.5), float(rng.uniform(0.95, 1.15)))
        matrix[:, 2] += rng.normal(size=2) * 0.025 * w
        pixels = cv2.warpAffine(np.ascontiguousarray(pixels), matrix, (w, h), borderMode=cv2.BORDER_REPLICATE)
    gain = rng.uniform(0.75, 1.2) * rng.uniform(0.94, 1.06, 3)
    pixels = np.clip(255 * (pixels / 255) ** np.exp(rng.normal() * 0.15) * gain, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.2))
    return pixels


def innocent(rng: Rng, mockup: Mockup, studio: Studio) -> tuple[np.ndarray, str]:
    """The mock-up with a new print, and how it was made."""
    base, how = mockup, []
    if rng.random() < 0.25:
        base, how = replace(mockup, picture=recolour.recolour(rng, mockup.picture)), ["dyed"]
    pixels, _ = with_new_print(studio, base, rng.random() < 0.6)
    if rng.random() < 0.65:
        pixels, how = photographed(rng, pixels), [*how, "photographed"]
    if rng.random() < 0.3:
        view = edits.chain(rng, pixels, lambda _: (0, studio.photo(rng)), LIGHT, 1)
        pixels, how = view.pixels, [*how, *view.names]
    return pixels, "+".join(how) or "plain"


def copy(rng: Rng, mockup: Mockup, print_: np.ndarray, pixels: np.ndarray, studio: Studio) -> tuple[edits.View, str]:
    """A copy of a registered picture, or of its print."""

    def host(draw: Rng) -> tuple[int, np.ndarray]:
        return 0, studio.photo(draw)

    kind = rng.random()
    if kind < 0.6:
        return edits.chain(rng, pixels, host, surface_edits.EDITS), "edited"
    if kind < 0.72:
        base = replace(mockup, picture=recolour.recolour(rng, mockup.picture))
        return edits.chain(rng, photographed(rng, mockups.show(base, print_, False)), host, LIGHT, 1), "dyed"
    if kind < 0.85:
        shown = recolour.recolour(rng, pixels)
        return edits.chain(rng, photographed(rng, shown), host, LIGHT, 1), "recoloured"
    other = studio.mockup(rng)
    shown = mockups.show(other, print_, False)
    return edits.chain(rng, shown, host, LIGHT, 1), "other mock-up"


def write(shared: Path, work: Path, out: Path, odd: bool, count: int) -> None:
    """Writes the set: of each of `count` mock-ups four pictures registered, eight innocent and six copied."""
    studio = Studio(shared, work, odd)
    for folder in ("references", "listings"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    references: list[dict] = []
    listings: list[dict] = []

    def show(pixels: np.ndarray, rng: Rng, how: str, kind: str, mockup: int, truth: list[dict]) -> None:
        name = f"listings/L{len(listings):04}.jpg"
        save(out / name, pixels, int(rng.integers(60, 93)))
        row = {"id": f"L{len(listings):04}", "images": [name], "how": how, "goods": kind, "seller": f"M{mockup:03}"}
        listings.append(row | {"truth": truth})

    for n in range(count):
        rng = np.random.default_rng([73, int(odd), n])
        mockup = studio.mockup(rng)
        registered = []
        for _ in range(4):
            pixels, print_ = with_new_print(studio, mockup, bool(rng.random() < 0.6))
            right = f"M{n:03}-{len(registered)}"
            save(out / f"references/{right}.jpg", pixels, 92)
            references.append({"right": right, "kind": "design", "images": [f"references/{right}.jpg"]})
            registered.append((right, print_, pixels))
        for _ in range(8):
            pixels, how = innocent(rng, mockup, studio)
            show(pixels, rng, how, mockup.kind, n, [])
        for k in range(6):
            right, print_, pixels = registered[k % 4]
            view, how = copy(rng, mockup, print_, pixels, studio)
            truth = [{"right": right, "signal": "near_copy", "image": 0, "box": pixel_box(view)}]
            show(view.pixels, rng, how, mockup.kind, n, truth)
    for name, rows in (("references", references), ("listings", listings)):
        (out / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    about = {
        "name": out.name,
        "tasks": ["near_copy"],
        "source": "mock-ups and prints drawn by script, on sellers' photos too",
    }
    (out / "set.json").write_text(json.dumps(about))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--val", action="store_true", help="the other half: to measure, not to fit")
    parser.add_argument("--count", type=int, default=120, help="mock-ups")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    out = args.out or WORK / ("val-mockup" if args.val else "fit-mockup")
    write(args.shared, args.work, out, args.val, args.count)


if __name__ == "__main__":
    main()

"""The marks that logo training draws with: pictures with transparency, longest side 128.

    python training-notes/train/marks.py      # once, after marks_fetch.py

Three sources: one-colour icons of brands, coloured logos, and marks that `marks_drawn.py` composes.
Vehicle makers and the marks set aside for testing are left out (`marks_excluded.py`). One group of
names in eight is held out whole, with every mark that begins with the same word.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

import marks_drawn
from catalogue import WORK
from marks_excluded import excluded, words

SIDE = 128
HELD_OUT = 8  # one group in so many


@dataclass(frozen=True)
class Mark:
    """One mark: `group` names what may be the same brand; groups are held out whole."""

    name: str
    source: str  # icon, logo or drawn
    group: str
    held_out: bool


def mark(name: str, source: str, group: str) -> Mark:
    """A mark, held out or not by its group's hash."""
    digest = hashlib.sha256(group.encode()).digest()
    return Mark(name, source, group, digest[0] % HELD_OUT == 0)


@functools.lru_cache(maxsize=1)
def icons(packages: Path) -> dict[str, dict[str, str]]:
    """The one-colour icons by slug."""
    data = json.loads((packages / "simple-icons/package/data/simple-icons.json").read_text(encoding="utf-8"))
    return {row["slug"]: row for row in data if not excluded(row["title"]) and not excluded(row["slug"])}


@functools.lru_cache(maxsize=1)
def logos(packages: Path) -> dict[str, tuple[str, int, int]]:
    """The coloured logos by name: SVG body, width, height."""
    data = json.loads((packages / "iconify-json-logos/package/icons.json").read_text(encoding="utf-8"))
    width, height = data.get("width", 16), data.get("height", 16)
    return {
        name: (icon["body"], icon.get("width", width), icon.get("height", height))
        for name, icon in data["icons"].items()
        if not excluded(name)
    }


def catalogue(packages: Path, drawn: int) -> list[Mark]:
    """Every mark; deterministic."""
    out = [
        mark(slug, "icon", words(row["title"])[0] if words(row["title"]) else slug)
        for slug, row in icons(packages).items()
    ]
    out += [mark(name, "logo", words(name)[0]) for name in logos(packages)]
    return out + drawn_marks(drawn)


def drawn_marks(count: int) -> list[Mark]:
    """The marks that this project composes, each a group of its own."""
    return [mark(str(i), "drawn", f"drawn {i}") for i in range(count)]


def rasterise(one: Mark, packages: Path, side: int = SIDE) -> np.ndarray:
    """A mark as RGBA, trimmed to what is drawn, longest side `side`."""
    if one.source == "drawn":
        picture = marks_drawn.draw(int(one.name), packages)
    else:
        picture = Image.open(
            io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg(one, packages), width=2 * side)))
        ).convert("RGBA")
    box = picture.getchannel("A").point(lambda a: 255 * (a > 16)).getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < 6:
        raise ValueError(f"{one.source} {one.name} draws nothing")
    picture = picture.crop(box)
    scale = side / max(picture.size)
    size = (max(4, round(picture.width * scale)), max(4, round(picture.height * scale)))
    return np.asarray(picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA"))


def svg(one: Mark, packages: Path) -> str:
    """The SVG text of an icon or a logo."""
    if one.source == "icon":
        text = (packages / f"simple-icons/package/icons/{one.name}.svg").read_text(encoding="utf-8")
        return text.replace("<svg ", f'<svg fill="#{icons(packages)[one.name]["hex"]}" ', 1)
    body, width, height = logos(packages)[one.name]
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {width} {height}">{body}</svg>'


def drawable(all_marks: list[Mark], packages: Path) -> Iterator[tuple[Mark, np.ndarray]]:
    """The marks with their pictures, without those that draw nothing or nearly a line."""
    for one in all_marks:
        try:
            pixels = rasterise(one, packages)
        except ValueError:
            continue
        if max(pixels.shape[:2]) <= 8 * min(pixels.shape[:2]):
            yield one, pixels


def build(work: Path, wanted: list[Mark]) -> None:
    """Writes marks.npy [N, SIDE, SIDE, 4], marks-sizes.npy (height, width) and marks.json."""
    kept = list(drawable(wanted, work / "packages"))
    cache = np.zeros((len(kept), SIDE, SIDE, 4), np.uint8)
    for row, (_, pixels) in zip(cache, kept, strict=True):
        row[: pixels.shape[0], : pixels.shape[1]] = pixels
    np.save(work / "marks.npy", cache)
    np.save(work / "marks-sizes.npy", np.array([p.shape[:2] for _, p in kept], np.int32))
    (work / "marks.json").write_text(json.dumps([asdict(m) for m, _ in kept]))
    print(Counter((m.source, m.held_out) for m, _ in kept))


class Marks:
    """Reads the cache. `groups` numbers the names that may be one brand."""

    def __init__(self, work: Path) -> None:
        self.pixels = np.load(work / "marks.npy", mmap_mode="r")
        self.sizes = np.load(work / "marks-sizes.npy")
        self.items = [Mark(**d) for d in json.loads((work / "marks.json").read_text())]
        numbers: dict[str, int] = {}
        self.groups = np.array([numbers.setdefault(m.group, len(numbers)) for m in self.items])
        self.train = np.array([i for i, m in enumerate(self.items) if not m.held_out])
        self.held_out = np.array([i for i, m in enumerate(self.items) if m.held_out])

    def __getitem__(self, i: int) -> np.ndarray:
        height, width = self.sizes[i]
        return np.array(self.pixels[i, :height, :width])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK / "logo")
    parser.add_argument("--drawn", type=int, default=5000)
    args = parser.parse_args()
    build(args.work, catalogue(args.work / "packages", args.drawn))


if __name__ == "__main__":
    main()

"""Pairs of one design in two pictures, and the hard negatives beside them.

Catalogue products give real other views and colours. Sellers' photos give the same goods recoloured, cut to a detail
or set before something else. Drawn designs give both with known truth (`drawn_designs.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

import drawn_designs
import edits
import recolour
from catalogue import Pictures, design_family
from edits import Rng, View
from surface_edits import EDITS

DRAWN_GROUP = 1_000_000  # group numbers of drawn designs start here
DRAWN_TRAIN = 60_000  # numbers below are trained on; from here on they are for validation
MIX = {"catalogue": 5, "photo": 4, "drawn": 3}  # of twelve pairs
SURFACE = [e for e in EDITS if e.name in ("blur", "jpeg", "shrink", "noise", "caption", "watermark", "badge")]


@dataclass(frozen=True)
class Pair:
    """Two pictures of one design; `items` are their numbers in the catalogue, or -1."""

    first: np.ndarray
    second: np.ndarray
    items: tuple[int, int]
    group: int


def goods_mask(pixels: np.ndarray) -> np.ndarray | None:
    """Mask of what stands before a plain white ground, or None where the ground is not white."""
    h, w = pixels.shape[:2]
    rim = np.concatenate([pixels[0], pixels[:, 0], pixels[:, -1]])
    if (rim.min(-1) > 235).mean() < 0.6:
        return None
    mask = np.zeros((h + 2, w + 2), np.uint8)
    canvas = np.ascontiguousarray(pixels)
    for corner in ((0, 0), (w - 1, 0), (0, h - 1), (w - 1, h - 1)):
        if canvas[corner[1], corner[0]].min() > 235:
            cv2.floodFill(
                canvas.copy(), mask, corner, 0, (6, 6, 6), (6, 6, 6), 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
            )
    return 255 - mask[1:-1, 1:-1]


def other_ground(rng: Rng, pixels: np.ndarray, host: np.ndarray) -> np.ndarray:
    """The goods before something else, where the ground was white."""
    mask = goods_mask(pixels)
    if mask is None:
        return pixels
    h, w = mask.shape
    ground = cv2.resize(drawn_designs.surroundings(rng, host), (w, h))
    alpha = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None] / 255
    return (pixels * alpha + ground * (1 - alpha)).astype(np.uint8)


def frame(rng: Rng, view: View) -> None:
    """Another framing: mirrored, cut, leaning, or further away."""
    if rng.random() < 0.5:
        edits.mirror(rng, view, drawn_designs.no_host)
    kind = rng.random()
    if kind < 0.45:
        edits.crop(rng, view, drawn_designs.no_host)
    elif kind < 0.6:
        edits.perspective(rng, view, drawn_designs.no_host)
    elif kind < 0.7:
        edits.rotate(rng, view, drawn_designs.no_host)
    elif kind < 0.85:
        w, h = view.size
        by = rng.uniform(1.1, 1.7)
        canvas = edits.ground(rng, int(w * by), int(h * by))
        x, y = int(rng.uniform(0, w * (by - 1))), int(rng.uniform(0, h * (by - 1)))
        edits.place(view, canvas, x, y, w, h)


def photograph(rng: Rng, pixels: np.ndarray, host: np.ndarray, colour: float, strength: float) -> np.ndarray:
    """Another picture of the same goods; `colour` and `strength` are the chances of another colour and of the rest."""
    if rng.random() < colour:
        pixels = recolour.recolour(rng, pixels)
    if rng.random() < 0.5 * strength:
        pixels = other_ground(rng, pixels, host)
    if rng.random() < 0.7 * strength:
        pixels = recolour.light(rng, pixels)
    view = View(pixels, (pixels.shape[1], pixels.shape[0]))
    if rng.random() < 0.9 * strength:
        frame(rng, view)
    if rng.random() < 0.4 * strength:
        SURFACE[int(rng.integers(len(SURFACE)))].apply(rng, view, drawn_designs.no_host)
    return view.pixels


class DesignPairs:
    """Draws batches of pairs from the training pictures."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        products: dict[int, list[int]] = {}
        senders: dict[str, list[int]] = {}
        for i in pictures.train.tolist():
            item = pictures.items[i]
            if item.source == "design":
                products.setdefault(int(pictures.groups[i]), []).append(i)
            elif item.source in ("photo", "drawn"):
                senders.setdefault(item.sender, []).append(i)
        self.products = [members for members in products.values() if len(members) > 1]
        self.families: dict[str, list[int]] = {}
        for n, members in enumerate(self.products):
            self.families.setdefault(design_family(pictures.items[members[0]]), []).append(n)
        self.senders = [m for m in senders.values() if len(m) >= 4]
        weights = np.array([len(m) for m in self.senders]) ** 0.6
        self.sender_weights = weights / weights.sum()

    def host(self, rng: Rng) -> np.ndarray:
        """Any training picture, as surroundings."""
        return np.asarray(self.pictures[int(rng.choice(self.pictures.train))])

    def of_catalogue(self, rng: Rng, count: int) -> list[Pair]:
        """Two different pictures of each product; half of the products from one family."""
        if not self.products:
            return []
        picks: set[int] = set()
        families = list(self.families.values())
        sizes = np.array([len(f) for f in families], float)
        near = families[int(rng.choice(len(families), p=sizes / sizes.sum()))]
        picks.update(rng.choice(near, min(len(near), (count + 1) // 2), replace=False).tolist())
        while len(picks) < min(count, len(self.products)):
            picks.add(int(rng.integers(len(self.products))))
        pairs = []
        for n in sorted(picks):
            a, b = (int(i) for i in rng.choice(self.products[n], 2, replace=False))
            first = photograph(rng, np.asarray(self.pictures[a]), self.host(rng), 0.3, 0.5)
            second = photograph(rng, np.asarray(self.pictures[b]), self.host(rng), 0.5, 0.8)
            pairs.append(Pair(first, second, (a, b), int(self.pictures.groups[a])))
        return pairs

    def of_photos(self, rng: Rng, count: int) -> list[Pair]:
        """The same photo recoloured, cut or set elsewhere; half of them of one sender."""
        if not self.senders:
            return []
        picks: set[int] = set()
        near = self.senders[int(rng.choice(len(self.senders), p=self.sender_weights))]
        picks.update(rng.choice(near, min(len(near), (count + 1) // 2), replace=False).tolist())
        while len(picks) < count:
            group = self.senders[int(rng.choice(len(self.senders), p=self.sender_weights))]
            picks.add(int(rng.choice(group)))
        pairs = []
        for i in sorted(picks):
            pixels = np.asarray(self.pictures[i])
            first = photograph(rng, pixels, self.host(rng), 0.2, 0.4)
            second = photograph(rng, pixels, self.host(rng), 0.8, 1.0)
            pairs.append(Pair(first, second, (i, i), int(self.pictures.groups[i])))
        return pairs

    def of_drawings(self, rng: Rng, count: int) -> list[Pair]:
        """Designs of one family, twice each; now and then the print alone."""
        first = 3 * int(rng.integers(DRAWN_TRAIN // 3))
        pairs = []
        for number in range(first, first + count):
            a = drawn_designs.render(number, rng, self.host(rng))
            near = rng.random() < 0.2
            b = drawn_designs.detail(number, rng) if near else drawn_designs.render(number, rng, self.host(rng))
            pairs.append(Pair(a, b, (-1, -1), DRAWN_GROUP + number))
        return pairs

    def draw(self, rng: Rng, count: int) -> list[Pair]:
        """About `count` pairs of different designs."""
        total = sum(MIX.values())
        share = {k: max(1, round(count * v / total)) for k, v in MIX.items()}
        return [
            *self.of_catalogue(rng, share["catalogue"]),
            *self.of_photos(rng, share["photo"]),
            *self.of_drawings(rng, share["drawn"]),
        ]

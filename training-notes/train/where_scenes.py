"""Scenes for telling where a mark stands: on the goods, on their packaging, or on the page, laid over the picture.

    python training-notes/train/where_scenes.py        # writes training-notes/work/where.npz

Marks on goods are set into photos of goods as in `logo_scenes.py`; marks on packaging into photos of packaged groceries, or onto
a drawn carton; marks on the page are laid flat and sharp onto the finished photo, plain, with a banner, or beside a photo that
fills only a part. Every scene is saved as JPEG, as a marketplace does, before it is measured. `measure` is the twin of
detect/where.go. Fitted scenes use training marks and photos, the others held-out ones.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import logo_render as render
import logo_scenes
import type_setting
from catalogue import WORK, Pictures
from marks import Marks

Rng = np.random.Generator
KINDS = ["goods", "packaging", "page"]
FLAT, RING, STEEPEST = 3, 0.35, 0.95


def luma(pixels: np.ndarray) -> np.ndarray:
    """Brightness as whole numbers."""
    p = pixels.astype(np.int64)
    return (299 * p[..., 0] + 587 * p[..., 1] + 114 * p[..., 2]) // 1000


class Setting:
    """A picture ready to be measured around places."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels, self.luma = pixels.astype(np.int64), luma(pixels)
        edge = np.pad(self.luma, 1, mode="edge")
        middle = edge[1:-1, 1:-1]
        self.slope = np.maximum(abs(edge[1:-1, 2:] - middle), abs(edge[2:, 1:-1] - middle))
        around = [edge[y : y + middle.shape[0], x : x + middle.shape[1]] for y in range(3) for x in range(3)]
        self.spread = np.max(around, 0) - np.min(around, 0)
        self.gx, self.gy = edge[1:-1, 2:] - edge[1:-1, :-2], edge[2:, 1:-1] - edge[:-2, 1:-1]
        self.steep, self.flat = steepest(self.slope), float((self.spread <= FLAT).mean())

    def gather(self, inside: np.ndarray) -> dict[str, float]:
        """Means over the pixels of a mask."""
        if not inside.any():
            return dict.fromkeys(("flat", "extreme", "colour", "warm", "busy", "deviation", "straight"), 0.0)
        light, p = self.luma[inside].astype(float), self.pixels[inside]
        gx, gy = abs(self.gx[inside]).astype(float), abs(self.gy[inside]).astype(float)
        energy = gx * gx + gy * gy
        along = energy[np.minimum(gx, gy) <= 0.1 * np.maximum(gx, gy)].sum()
        return {
            "flat": float((self.spread[inside] <= FLAT).mean()),
            "extreme": float(((light >= 250) | (light <= 5)).mean()),
            "colour": float((p.max(1) - p.min(1)).mean() / 255),
            "warm": float((p[:, 0] - p[:, 2]).mean() / 255),
            "busy": float(self.slope[inside].mean() / (self.steep + 8)),
            "deviation": float(light.std() / 255),
            "straight": float(along / max(1, energy.sum())),
        }

    def measure(self, box: tuple[int, int, int, int], repeated: float) -> list[float]:
        """The measures of detect/where.go, in its order; box is x0, y0, x1, y1."""
        h, w = self.luma.shape
        x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(w, box[2]), min(h, box[3])
        if x0 >= x1 or y0 >= y1:
            return [0.0] * 14
        dx, dy = max(3, int(RING * (x1 - x0))), max(3, int(RING * (y1 - y0)))
        inner, ring = np.zeros((h, w), bool), np.zeros((h, w), bool)
        inner[y0:y1, x0:x1] = True
        ring[max(0, y0 - dy) : y1 + dy, max(0, x0 - dx) : x1 + dx] = True
        ring &= ~inner
        a, b = self.gather(inner), self.gather(ring)
        cx, cy = (x0 + x1) / 2 / w, (y0 + y1) / 2 / h
        return [
            min(x0, y0, w - x1, h - y1) / min(w, h),
            float(np.hypot(min(cx, 1 - cx), min(cy, 1 - cy))),
            float(np.sqrt((x1 - x0) * (y1 - y0) / (w * h))),
            a["flat"] - self.flat,
            b["flat"] - self.flat,
            b["deviation"],
            steepest(self.slope[y0:y1, x0:x1]) / (self.steep + 8),
            a["straight"],
            a["colour"],
            b["colour"],
            b["busy"],
            a["extreme"],
            b["warm"],
            repeated,
        ]


def steepest(slope: np.ndarray) -> float:
    """The slope that 95 % of the pixels do not exceed."""
    running = np.cumsum(np.bincount(slope.ravel(), minlength=256))
    return float(np.argmax(running >= STEEPEST * slope.size - 1e-9))


def as_jpeg(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """What is left after a marketplace has saved it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(72, 95)))
    return np.asarray(Image.open(file))


def on_goods(rng: Rng, grounds: logo_scenes.Grounds, mark: np.ndarray) -> tuple[np.ndarray, list[float] | None]:
    """A mark set into a photo of goods."""
    ground = np.asarray(grounds.pictures[int(rng.choice(grounds.goods))], np.float32) / 255
    picture, box = logo_scenes.put(rng, ground, mark, [])
    return render.photographed(rng, picture), box


def on_packaging(rng: Rng, grounds: logo_scenes.Grounds, mark: np.ndarray) -> tuple[np.ndarray, list[float] | None]:
    """A mark on a packet of a grocery photo, or on a drawn carton before a photo."""
    if rng.random() < 0.5:
        ground = np.asarray(grounds.pictures[int(rng.choice(packets(grounds)))], np.float32) / 255
        picture, box = logo_scenes.put(rng, ground, mark, [])
        return render.photographed(rng, picture), box
    ground = np.asarray(grounds.pictures[int(rng.choice(grounds.goods))], np.float32) / 255
    h, w = ground.shape[:2]
    face_w, face_h = int(w * rng.uniform(0.4, 0.75)), int(h * rng.uniform(0.4, 0.75))
    colour = [(0.76, 0.6, 0.42), (0.93, 0.92, 0.9), tuple(rng.uniform(0.1, 0.9, 3))][int(rng.integers(3))]
    face = np.ones((face_h, face_w, 4), np.float32)
    face[..., :3] = np.array(colour) * np.linspace(*rng.uniform(0.8, 1.1, 2), face_w)[None, :, None]
    face[..., :3] += rng.normal(0, 0.012, (face_h, face_w, 1))
    print_ = Image.fromarray((np.clip(face[..., :3], 0, 1) * 255).astype(np.uint8))
    face = np.dstack([np.asarray(type_rows(rng, print_), np.float32) / 255, face[..., 3]])
    drawn, box = logo_scenes.put(rng, face[..., :3].copy(), mark, [])
    if box is None:
        return ground, None
    corners = render.quad(rng, face_w, face_h, (w / 2, h / 2)).astype(np.float32)
    source = np.float32([[0, 0], [face_w, 0], [face_w, face_h], [0, face_h]])
    matrix = cv2.getPerspectiveTransform(source, corners)
    layer = cv2.warpPerspective(np.dstack([drawn, face[..., 3:]]).astype(np.float32), matrix, (w, h))
    picture = ground * (1 - layer[..., 3:]) + layer[..., :3] * layer[..., 3:]
    x0, y0, x1, y1 = box
    moved = cv2.perspectiveTransform(np.float32([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]), matrix)[0]
    return render.photographed(rng, picture), [*moved.min(0).tolist(), *moved.max(0).tolist()]


def packets(grounds: logo_scenes.Grounds) -> np.ndarray:
    """Photos of packaged groceries: two products are held out."""
    items, held_out = grounds.pictures.items, set(grounds.pictures.held_out_designs.tolist())
    mine = [
        n
        for n, i in enumerate(items)
        if i.sender == "design-GroceryStoreDataset" and (n in held_out) == grounds.held_out
    ]
    return np.array(mine)


def type_rows(rng: Rng, picture: Image.Image) -> Image.Image:
    """A few rows of print."""
    pixels = np.asarray(picture).copy()
    for _ in range(int(rng.integers(1, 5))):
        height = max(7, int(pixels.shape[0] * rng.uniform(0.03, 0.07)))
        at = (int(pixels.shape[1] * rng.uniform(0.03, 0.4)), int(pixels.shape[0] * rng.uniform(0.05, 0.9)))
        colour = 30 if pixels.mean() > 110 else 235
        cv2.putText(
            pixels,
            type_setting.phrase(rng, 3).encode("ascii", "ignore").decode() or "net wt",
            at,
            cv2.FONT_HERSHEY_SIMPLEX,
            height / 30,
            (colour,) * 3,
            1,
            cv2.LINE_AA,
        )
    return Image.fromarray(pixels)


def on_page(rng: Rng, grounds: logo_scenes.Grounds, mark: np.ndarray) -> tuple[np.ndarray, list[float] | None]:
    """A mark laid over the finished photo: in a corner, on a banner, or beside a photo that fills only a part."""
    pixels = render.photographed(rng, grounds.whole(rng)).copy()
    h, w = pixels.shape[:2]
    if rng.random() < 0.2:  # a template with a margin
        margin = int(0.16 * h)
        pixels = cv2.copyMakeBorder(
            pixels,
            margin,
            int(0.04 * h),
            int(0.04 * w),
            int(0.04 * w),
            cv2.BORDER_CONSTANT,
            value=[int(v) for v in plain(rng)],
        )
        h, w = pixels.shape[:2]
    long = rng.uniform(0.12, 0.34) * w
    mh, mw = mark.shape[:2]
    size = max(10, int(long * min(1, mw / mh))), max(10, int(long * min(1, mh / mw)))
    small = cv2.resize(mark, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    gap = int(rng.uniform(0.01, 0.06) * w)
    x, y = [gap, w - size[0] - gap][int(rng.integers(2))], [gap, h - size[1] - gap][int(rng.integers(2))]
    if rng.random() < 0.25:
        x, y = int(rng.integers(0, max(1, w - size[0]))), int(rng.integers(0, max(1, h - size[1])))
    elif rng.random() < 0.4:
        top = max(0, y - gap)
        pixels[top : y + size[1] + gap] = plain(rng)
        pixels = np.asarray(type_rows(rng, Image.fromarray(pixels))).copy() if rng.random() < 0.5 else pixels
    part = pixels[y : y + size[1], x : x + size[0]].astype(np.float32) / 255
    colours = small[..., :3] if rng.random() < 0.6 else np.ones(3, np.float32) * float(part.mean() < 0.5)
    cover = small[..., 3:] * (rng.uniform(0.5, 0.9) if rng.random() < 0.25 else 1)
    if part.shape[:2] != small.shape[:2] or abs(colours - part).mean() < 0.05:
        return pixels, None
    pixels[y : y + size[1], x : x + size[0]] = np.clip((part * (1 - cover) + colours * cover) * 255, 0, 255)
    drawn = np.argwhere(small[..., 3] > 0.2)
    if not len(drawn):
        return pixels, None
    (top, left), (bottom, right) = drawn.min(0), drawn.max(0) + 1
    return pixels, [x + left, y + top, x + right, y + bottom]


def plain(rng: Rng) -> np.ndarray:
    """The colour of a banner."""
    return np.array([[255] * 3, [0] * 3, rng.integers(0, 256, 3)][int(rng.integers(3))], np.uint8)


def draw(rng: Rng, kind: str, grounds: logo_scenes.Grounds, mark: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """One scene: the picture as it is listed, and where the mark is."""
    scene = {"goods": on_goods, "packaging": on_packaging, "page": on_page}[kind]
    while True:
        pixels, box = scene(rng, grounds, mark)
        if box is not None and min(box[2] - box[0], box[3] - box[1]) >= 6:
            return as_jpeg(rng, pixels), box


def gather(seed: int, count: int, work: Path, held_out: bool, sheet: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Measures [count, 14] of scenes and their kinds [count]."""
    rng, pictures, marks = np.random.default_rng(seed), Pictures(work), Marks(work / "logo")
    grounds = logo_scenes.Grounds(pictures, held_out)
    ids = marks.held_out if held_out else marks.train
    rows, kinds, shown = [], [], []
    for n in range(count):
        kind = n % len(KINDS)
        pixels, box = draw(rng, KINDS[kind], grounds, marks[int(rng.choice(ids))])
        size = np.array([box[2] - box[0], box[3] - box[1]] * 2)
        moved = np.rint(np.array(box) + rng.normal(0, 0.08, 4) * size).astype(int)  # as far as proposals are off
        repeated = float(rng.random() < (0.2 if KINDS[kind] == "page" else 0.02))  # few listings have two such pictures
        rows.append(Setting(pixels).measure(tuple(moved), repeated))
        kinds.append(kind)
        if sheet and n < 30:
            shown.append(
                cv2.resize(
                    cv2.rectangle(pixels.copy(), moved[:2].tolist(), moved[2:].tolist(), (255, 0, 0), 1), (200, 200)
                )
            )
    if sheet:
        Image.fromarray(np.vstack([np.hstack(shown[i : i + 6]) for i in range(0, 30, 6)])).save(sheet)
    return np.array(rows), np.array(kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=WORK / "where.npz")
    parser.add_argument("--fit", type=int, default=3000)
    parser.add_argument("--held-out", type=int, default=900)
    parser.add_argument("--sheet", type=Path, help="picture of the first scenes, to look at")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    fit, fit_kind = gather(71, args.fit, args.work, False, args.sheet)
    held, held_kind = gather(73, args.held_out, args.work, True, None)
    np.savez(args.out, fit=fit, fit_kind=fit_kind, held_out=held, held_out_kind=held_kind)
    print(f"{len(fit)} scenes to fit on, {len(held)} held out")


if __name__ == "__main__":
    main()

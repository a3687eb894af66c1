"""The Python twin of the logo signal: proposals, crops, marks, references' parts; measures a set.

    python training-notes/train/eval_logo.py training-notes/work/val-logo --proposals proposals.pt --marks marks.pt

`--true-boxes` measures the mark embedder alone; `--beside` has the best pairs compared side by side (`logo_beside.py`), which nothing that
is served does. The other rules are in detect/logo_in_scene.go too.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from catalogue import WORK, Pictures, flatten
from image_model import normalise
from logo_beside import Beside
from logo_model import MarkEmbedder, Proposer, best_boxes
from logo_scenes import CROP, MARGIN, SCENE, Grounds, surrounded, widened
from marks import Marks

OVERLAP, KEPT = 0.45, 8  # boxes that overlap more are one; so many are looked at
REFINED = 3  # so many of the strongest boxes are looked at a second time, in the frame that the first look gave
GAP, LEAST = 0.025, 0.18  # blank rows that part a reference, and the least height of a part, as shares of the height
PAIRS, WEIGHT, MOST = 20, 0.03, 8.0  # pairs of a picture seen side by side, what that counts, where it is cut off
INK = 24  # a pixel this far from the corner's colour is drawn


@dataclass
class LogoSet:
    """One folder in the evaluation format: pictures, references, truth."""

    references: list[np.ndarray]
    reference_right: np.ndarray
    rights: list[str]
    listings: list[str]
    pictures: list[np.ndarray]
    truth: list[set[int]]
    boxes: list[list[list[int]]]


def read_picture(path: Path) -> np.ndarray:
    with Image.open(path) as f:
        return np.asarray(flatten(f))


def read_logo_set(folder: Path) -> LogoSet:
    """Reads a set; one picture a listing."""
    rows = {
        name: [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in ("references", "listings")
    }
    rights = [r["right"] for r in rows["references"]]
    number = {r: i for i, r in enumerate(rights)}
    images = [(number[r["right"]], folder / image) for r in rows["references"] for image in r["images"]]
    return LogoSet(
        [read_picture(p) for _, p in images], np.array([i for i, _ in images]), rights,
        [r["id"] for r in rows["listings"]], [read_picture(folder / r["images"][0]) for r in rows["listings"]],
        [{number[t["right"]] for t in r["truth"]} for r in rows["listings"]],
        [[t["box"] for t in r["truth"]] for r in rows["listings"]],
    )  # fmt: skip


def drawn_box(drawn: np.ndarray) -> tuple[int, int, int, int] | None:
    """x0, y0, x1, y1 of true cells."""
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if len(rows) else None


def parts_of(pixels: np.ndarray) -> list[tuple[int, int, int, int]]:
    """The drawn part of a reference, and beside it the bands that blank rows part: emblem above, name below."""
    h, w = pixels.shape[:2]
    drawn = np.abs(pixels.astype(int) - pixels[0, 0]).max(-1) > INK
    whole = drawn_box(drawn)
    if whole is None:
        return [(0, 0, w, h)]
    x0, y0, x1, y1 = whole
    rows = drawn[y0:y1].any(1)
    bands, start, blank = [], 0, 0
    for y, ink in enumerate([*rows.tolist(), *[False] * h]):
        if ink:
            if blank >= max(2, GAP * (y1 - y0)) and start < y - blank:
                bands.append((start, y - blank))
                start = y
            elif blank and start == y - blank:
                start = y
            blank = 0
        else:
            blank += 1
    bands.append((start, len(rows)))
    out = [whole]
    if len(bands) > 1:
        for top, bottom in bands:
            if bottom - top >= LEAST * (y1 - y0):
                own = drawn_box(drawn[y0 + top : y0 + bottom])
                out.append((own[0], y0 + top, own[2], y0 + bottom))
    return out[:4]


def reference_crop(pixels: np.ndarray, part: tuple[int, int, int, int]) -> np.ndarray:
    """A part of a reference with its margin, on the corner's colour, squashed."""
    x0, y0, x1, y1 = part
    dx, dy = max(1, round(MARGIN * (x1 - x0))), max(1, round(MARGIN * (y1 - y0)))
    canvas = np.broadcast_to(pixels[0, 0], (y1 - y0 + 2 * dy, x1 - x0 + 2 * dx, 3)).copy()
    canvas[dy:-dy, dx:-dx] = pixels[y0:y1, x0:x1]
    return np.asarray(Image.fromarray(canvas).resize((CROP, CROP), Image.Resampling.LANCZOS))


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of boxes x, y, w, h."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0.0, w) * max(0.0, h)
    return both / max(1e-9, a[2] * a[3] + b[2] * b[3] - both)


def suppress(boxes: np.ndarray, kept: int = KEPT) -> np.ndarray:
    """The strongest boxes [n, 5] that do not overlap a stronger one much."""
    out: list[np.ndarray] = []
    for box in boxes[np.argsort(-boxes[:, 4], kind="stable")]:
        if len(out) < kept and all(overlap(box, o) < OVERLAP for o in out):
            out.append(box)
    return np.array(out)


@torch.no_grad()
def propose(model: Proposer, pictures: list[np.ndarray]) -> list[np.ndarray]:
    """Boxes in pixels with scores, of each picture."""
    out = []
    for at in range(0, len(pictures), 32):
        part = pictures[at : at + 32]
        small = [np.asarray(Image.fromarray(p).resize((SCENE, SCENE), Image.Resampling.LANCZOS)) for p in part]
        boxes = best_boxes(*model(normalise(torch.from_numpy(np.stack(small))))).numpy()
        for picture, own in zip(part, boxes, strict=True):
            h, w = picture.shape[:2]
            out.append(suppress(own * [w, h, w, h, 1]))
    return out


@torch.no_grad()
def embed(model: MarkEmbedder, crops: list[np.ndarray]) -> np.ndarray:
    """Unit vectors of crops."""
    return embed_framed(model, crops)[0]


@torch.no_grad()
def embed_framed(model: MarkEmbedder, crops: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors of crops, and frames."""
    described = [
        model.describe(normalise(torch.from_numpy(np.stack(crops[i : i + 64])))) for i in range(0, len(crops), 64)
    ]
    vectors = [model.vectors(d) for d in described]
    return torch.cat(vectors).numpy(), torch.cat([model.frames(d) for d in described]).numpy()


def refined(box: np.ndarray, frame: np.ndarray, width: int, height: int) -> np.ndarray | None:
    """The box x, y, w, h, score in the frame that its crop gave; None where that is no box beside it."""
    x0, y0, x1, y1 = widened((box[0], box[1], box[0] + box[2], box[1] + box[3]), width, height)
    left, top = x0 + frame[0] * (x1 - x0), y0 + frame[1] * (y1 - y0)
    right, bottom = min(left + frame[2] * (x1 - x0), width), min(top + frame[3] * (y1 - y0), height)
    out = np.array([max(left, 0), max(top, 0), right - max(left, 0), bottom - max(top, 0), box[4]])
    return out if out[2] >= 1 and out[3] >= 1 and overlap(out, box) > 0 else None


def cut(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    """A box x, y, w, h with its margin, squashed."""
    h, w = picture.shape[:2]
    x0, y0, x1, y1 = widened((box[0], box[1], box[0] + box[2], box[1] + box[3]), w, h)
    return np.asarray(Image.fromarray(picture[y0:y1, x0:x1]).resize((CROP, CROP), Image.Resampling.LANCZOS))


@dataclass
class Seen:
    """What the networks saw in a set."""

    vectors: np.ndarray
    listing: np.ndarray
    boxes: np.ndarray  # [n, 5]
    references: np.ndarray
    right: np.ndarray
    crops: list[np.ndarray]
    marks: list[np.ndarray]  # the pictures of the references' vectors


def ranks(listing: np.ndarray) -> list[int]:
    """The place of each box among those of its listing."""
    seen: dict[int, int] = {}
    out = []
    for i in listing.tolist():
        out.append(seen.get(i, 0))
        seen[i] = out[-1] + 1
    return out


def look(data: LogoSet, proposer: Proposer | None, embedder: MarkEmbedder) -> Seen:
    """Embeds a set; with the true boxes where no proposer is given."""
    if proposer is None:
        boxes = [np.array([[*b, 1.0] for b in own]).reshape(-1, 5) for own in data.boxes]
    else:
        boxes = propose(proposer, data.pictures)
    listing = np.concatenate([np.full(len(b), i) for i, b in enumerate(boxes)])
    flat = np.concatenate(boxes)
    crops = [cut(data.pictures[i], b) for i, b in zip(listing, flat, strict=True)]
    vectors, frames = embed_framed(embedder, crops)
    if proposer is not None:
        again = []  # listing and refined box of the strongest places
        for i, box, frame, rank in zip(listing, flat, frames, ranks(listing), strict=True):
            height, width = data.pictures[i].shape[:2]
            better = refined(box, frame, width, height) if rank < REFINED else None
            if better is not None:
                again.append((i, better))
        crops += [cut(data.pictures[i], b) for i, b in again]
        more = embed(embedder, crops[len(flat) :])
        listing = np.concatenate([listing, [i for i, _ in again]])
        flat, vectors = np.concatenate([flat, [b for _, b in again]]), np.concatenate([vectors, more])
    parts = [(r, p) for r in range(len(data.references)) for p in parts_of(data.references[r])]
    marks = [reference_crop(data.references[r], p) for r, p in parts]
    right = data.reference_right[[r for r, _ in parts]]
    return Seen(vectors, listing, flat, embed(embedder, marks), right, crops, marks)


@torch.no_grad()
def compared(model: Beside, seen: Seen, score: np.ndarray, pairs: int = PAIRS) -> np.ndarray:
    """Log-odds of the best pairs of each picture's places and marks, and -MOST for all others: [places, references]."""
    out = np.full(score.shape, -MOST, np.float32)
    at, mark = [], []
    for listing in np.unique(seen.listing):
        mine = np.flatnonzero(seen.listing == listing)
        best: dict[tuple[int, int], int] = {}  # of a place and a right: its best picture
        for place in mine:
            for n in np.argsort(-score[place], kind="stable")[: 3 * pairs]:
                best.setdefault((int(place), int(seen.right[n])), int(n))
        own = sorted(((place, n) for (place, _), n in best.items()), key=lambda p: -score[p])
        at += [p for p, _ in own[:pairs]]
        mark += [n for _, n in own[:pairs]]
    for i in range(0, len(at), 64):
        here = zip(at[i : i + 64], mark[i : i + 64], strict=True)
        both = [np.concatenate([seen.crops[p], seen.marks[n]], 1) for p, n in here]
        logits = model(normalise(torch.from_numpy(np.stack(both))))[:, 0].numpy()
        out[at[i : i + 64], mark[i : i + 64]] = logits.clip(-MOST, MOST)
    return out


def judge(
    data: LogoSet,
    seen: Seen,
    background: np.ndarray | None,
    beta: float,
    k: int,
    gamma: float,
    beside: Beside | None = None,
) -> tuple[dict[str, float], np.ndarray]:
    """Figures of a set, and the best box of each listing and right."""
    score = seen.vectors @ seen.references.T
    if background is not None and beta:
        score = score - beta * np.sort(seen.vectors @ background.T, -1)[:, -k:].mean(-1, keepdims=True)
    score = score + gamma * np.log(np.clip(seen.boxes[:, 4:], 1e-3, 1))
    if beside is not None:
        score = score + WEIGHT * compared(beside, seen, score)
    rights = np.full((len(score), len(data.rights)), -np.inf)
    np.maximum.at(rights.T, seen.right, score.T)
    out = np.full((len(data.listings), len(data.rights)), -9.0)
    np.maximum.at(out, seen.listing, rights)
    return figures_of(data, seen, out, rights), out


def figures_of(data: LogoSet, seen: Seen, scores: np.ndarray, by_box: np.ndarray) -> dict[str, float]:
    """Recall at 1 and 5, recall at 1, 2 and 5 % false alarms, and boxes found, from scores [listings, rights]."""
    owners = [i for i, t in enumerate(data.truth) if t]
    order = np.argsort(-scores, 1, kind="stable")
    out = {
        f"recall_at_{n}": float(np.mean([bool(data.truth[i] & set(order[i, :n].tolist())) for i in owners]))
        for n in (1, 5)
    }
    innocent = np.sort(scores[[i for i, t in enumerate(data.truth) if not t]].max(1))[::-1]
    for share in (1, 2, 5):
        limit = innocent[int(len(innocent) * share / 100)] if len(innocent) else -np.inf
        above = [max(scores[i, list(data.truth[i])]) > limit for i in owners]
        out[f"recall_at_fa{share}"] = float(np.mean(above))
    met = []
    for i in owners:
        mine = np.flatnonzero(seen.listing == i)
        for right, box in zip(data.truth[i], data.boxes[i], strict=False):
            chosen = mine[np.argmax(by_box[mine, right])] if len(mine) else None
            met.append(chosen is not None and overlap(np.array(box), seen.boxes[chosen]) >= 0.5)
    out["box_iou_50"] = float(np.mean(met))
    return out


def box_hits(data: LogoSet, seen: Seen) -> tuple[float, float]:
    """Share of true boxes that some proposal meets at 0.5, and the mean of the best overlap."""
    best = [
        max((overlap(np.array(t), b) for b in seen.boxes[seen.listing == i]), default=0.0)
        for i, own in enumerate(data.boxes) for t in own
    ]  # fmt: skip
    return float(np.mean(np.array(best) >= 0.5)), float(np.mean(best))


def background_crops(work: Path, count: int) -> list[np.ndarray]:
    """Crops that show no registered mark: half training marks in scenes, half what the proposer took for a mark (`logo_mine.py`)."""
    marks, grounds = Marks(work / "logo"), Grounds(Pictures(work), False)
    rng = np.random.default_rng(71)
    shown = []
    for i in rng.choice(marks.train, count // 2, replace=False):
        pixels, (x0, y0, x1, y1) = surrounded(rng, grounds, marks[int(i)])
        shown.append(cut(pixels, np.array([x0, y0, x1 - x0, y1 - y0]) * len(pixels)))
    with np.load(work / "logo/mined.npz") as mined:
        empty = mined["empty"]
    return shown + list(empty[rng.permutation(len(empty))[: count - len(shown)]])


def load(model: torch.nn.Module, path: Path) -> torch.nn.Module:
    """The averaged weights of a checkpoint, for evaluation."""
    model.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["average"])
    return model.eval()


def load_beside(path: Path, embedder: MarkEmbedder) -> Beside:
    """The network of a checkpoint of `logo_pairs.py`, over the first layers of its mark embedder."""
    model = Beside()
    model.take(embedder)
    model.pair.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["average"])
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--proposals", type=Path, default=WORK / "logo/proposals.pt")
    parser.add_argument("--marks", type=Path, default=WORK / "logo/frames.pt")
    parser.add_argument("--beside", type=Path, help="compare the best pairs side by side with this checkpoint")
    parser.add_argument("--true-boxes", action="store_true")
    parser.add_argument("--background", type=int, default=600)
    parser.add_argument("--grid", action="store_true", help="try several normalisations (choose on validation)")
    parser.add_argument("--save", type=Path, help="write what was seen to SAVE/SET.npz")
    args = parser.parse_args()
    torch.set_num_threads(1)
    embedder = load(MarkEmbedder(), args.marks)
    proposer = None if args.true_boxes else load(Proposer(), args.proposals)
    background = embed(embedder, background_crops(args.work, args.background)) if args.background else None
    beside = None if args.beside is None else load_beside(args.beside, embedder)
    for folder in args.sets:
        data = read_logo_set(folder)
        seen = look(data, proposer, embedder)
        if args.save is not None:
            np.savez(args.save / f"{folder.name}.npz", **vars(seen), background=background)
        print(f"{folder.name}: boxes met by some proposal %.3f, mean overlap %.3f" % box_hits(data, seen))
        grid = (
            [(b, k, g) for b in (0, 0.5, 1.0) for k in (3, 10) for g in (0, 0.02, 0.05)]
            if args.grid
            else [(0.5, 10, 0.1)]
        )
        for beta, k, gamma in grid:
            figures, _ = judge(data, seen, background, beta, k, gamma, beside)
            print(
                f"  beta={beta} k={k} gamma={gamma}", " ".join(f"{n}={v:.3f}" for n, v in figures.items()), flush=True
            )


if __name__ == "__main__":
    main()

"""Trains the network that looks at a place and a mark side by side (`logo_beside.py`), on maps that are made once.

    python training-notes/train/logo_pairs.py maps            # work/logo/pairs.npz: some 36,000 crops and references
    python training-notes/train/logo_pairs.py train --part 0/4 & ... --part 3/4

A crop is shown its own mark, if it has one, and five others that the mark embedder takes for it. "None of these" is one more answer: it
is right for an empty place, and for a crop whose own mark is left out, so that one threshold holds for all places. Several processes
train on draws of their own and meet in the mean of their weights every ten steps (local SGD, Stich 2019).
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

import logo_scenes
from catalogue import WORK
from eval_logo import load
from image_model import normalise
from logo_beside import Beside, Pair
from logo_crops import CLOSER, proposed, worn
from logo_model import MarkEmbedder
from logo_scenes import MARGIN
from marks import Marks

NEAR = ((0, 8), (0, 8), (8, 60), (8, 60), (60, 300))  # ranks that the other marks of a crop are drawn from
MEET, AVERAGE = 10, 0.99
REFUSED = 0.6  # weight of what must be refused beside what must be named


@torch.inference_mode()
def described(embedder: MarkEmbedder, beside: Beside, crops: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Vectors, and maps in half precision, of crops."""
    out: dict[str, list[Tensor]] = {"vectors": [], "fine": [], "middle": []}
    for at in range(0, len(crops), 64):
        pixels = normalise(torch.from_numpy(np.stack(crops[at : at + 64])))
        fine, middle = beside.maps(pixels)
        for name, value in (("vectors", embedder(pixels)), ("fine", fine.half()), ("middle", middle.half())):
            out[name].append(value)
    return {name: torch.cat(parts).numpy() for name, parts in out.items()}


def write_maps(args: argparse.Namespace) -> None:
    """Draws crops and references of the training marks, and writes what the mark embedder sees in them."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(101)
    embedder, beside = load(MarkEmbedder(), args.marks), Beside().eval()
    beside.take(embedder)
    marks = Marks(args.work / "logo")
    ids = marks.train[:: max(1, len(marks.train) // args.limit)] if args.limit else marks.train
    kept = np.isin(marks.train, ids)
    references = [logo_scenes.reference(rng if n % 10 < 3 else None, marks[int(i)]) for n, i in enumerate(ids)]
    with np.load(args.work / "logo/mined.npz") as mined:
        errors, empty = mined["errors"], mined["empty"]
    crops, own = [], []
    for view in args.views:
        paths = sorted((args.work / "logo/cache").glob(f"crops-{view}-*.npy"))
        pixels = np.concatenate([np.load(p, mmap_mode="r") for p in paths])[kept]
        boxes = np.concatenate([np.load(p.with_name(p.name.replace("crops", "boxes"))) for p in paths])[kept]
        for n in range(len(ids)):
            grow = MARGIN if rng.random() < 0.85 else CLOSER * (0.5 + MARGIN) - 0.5
            off = 1 if rng.random() < 0.7 else 0.4  # a second look errs less
            error = errors[int(rng.integers(len(errors)))] * off
            crops.append(worn(rng, proposed(pixels[n], boxes[n], error, grow)[0], 0.5))
            own.append(n)
    chosen = rng.permutation(len(empty))[: args.empty]
    crops += [worn(rng, empty[i], 0.5) for i in chosen]
    own += [-1] * len(chosen)
    seen, known = described(embedder, beside, crops), described(embedder, beside, references)
    _, groups = np.unique(marks.groups[ids], return_inverse=True)
    np.savez(
        args.work / "logo/pairs.npz", own=np.array(own), groups=groups,
        **{f"crop_{k}": v for k, v in seen.items()}, **{f"mark_{k}": v for k, v in known.items()},
    )  # fmt: skip


class Pairs:
    """The maps, in memory, and for each crop the marks that the embedder takes for its own."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as saved:
            data = {k: torch.from_numpy(saved[k]) for k in saved.files}
        self.crops, self.marks = ([data[f"{of}_{k}"] for k in ("fine", "middle")] for of in ("crop", "mark"))
        self.own = data["own"].numpy()
        self.shown, self.empty = np.flatnonzero(self.own >= 0), np.flatnonzero(self.own < 0)
        groups = torch.where(data["own"] >= 0, data["groups"][data["own"].clamp(min=0)], -1)
        ranked = []
        for at in range(0, len(groups), 512):
            cosine = data["crop_vectors"][at : at + 512] @ data["mark_vectors"].T
            cosine[data["groups"][None] == groups[at : at + 512, None]] = -2
            ranked.append(cosine.topk(min(NEAR[-1][1], cosine.shape[1] - 1), 1).indices)
        self.ranked = torch.cat(ranked).numpy()

    def settle(self, pair: Pair) -> None:
        """Sets the means and deviations of the maps."""
        for name, maps in zip(("fine", "middle"), self.crops, strict=True):
            some = maps[::37].float()
            getattr(pair.side, f"{name}_mean").copy_(some.mean((0, 2, 3), keepdim=True))
            getattr(pair.side, f"{name}_scale").copy_(1 / (some.std((0, 2, 3), keepdim=True) + 1e-3))

    def batch(self, rng: np.random.Generator, size: int, empty: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Crops, the own marks of the first `size`, and five others of each: [size + empty, 5]."""
        crops = np.concatenate(
            [rng.choice(p, min(n, len(p)), replace=False) for p, n in ((self.shown, size), (self.empty, empty))]
        )
        ends = np.minimum(np.array(NEAR), self.ranked.shape[1] + np.array([-1, 0]))
        others = np.stack([self.ranked[i, rng.integers(ends[:, 0], ends[:, 1])] for i in crops])
        return crops, self.own[crops[self.own[crops] >= 0]], others


def loss_of(pair: Pair, data: Pairs, rng: np.random.Generator, args: argparse.Namespace) -> Tensor:
    """Of one batch: what must be named, and what must be refused."""
    crops, right, others = data.batch(rng, args.batch, args.batch * 3 // 10)
    marks, column = np.unique(np.concatenate([right, others.reshape(-1)]), return_inverse=True)
    row = torch.from_numpy(np.concatenate([np.arange(len(right)), np.repeat(np.arange(len(crops)), len(NEAR))]))
    column = torch.from_numpy(column)
    seen = pair.side(*(m[torch.from_numpy(crops)].float() for m in data.crops))
    known = pair.side(*(m[torch.from_numpy(marks)].float() for m in data.marks))
    logits = pair(tuple(s[row] for s in seen), tuple(k[column] for k in known))
    named, other = logits[: len(right), None], logits[len(right) :].view(len(crops), -1)
    none = torch.zeros(len(crops), 1)
    first, last = torch.zeros(len(right), dtype=torch.long), torch.full((len(crops),), len(NEAR))
    told = functional.cross_entropy(torch.cat([named, other[: len(right)], none[: len(right)]], 1), first)
    return told + REFUSED * functional.cross_entropy(torch.cat([other, none], 1), last)


def meet(pair: Pair, processes: int) -> None:
    """Sets the weights of all processes to their mean."""
    with torch.no_grad():
        flat = torch.cat([p.flatten() for p in pair.parameters()])
        torch.distributed.all_reduce(flat)
        torch.nn.utils.vector_to_parameters(flat / processes, pair.parameters())


def train(args: argparse.Namespace) -> list[float]:
    """Trains; the first process writes work/logo/NAME.pt with the averaged weights. Returns the logged losses."""
    part, parts = (int(v) for v in args.part.split("/"))
    if parts > 1:
        torch.distributed.init_process_group("gloo", f"tcp://127.0.0.1:{args.port}", rank=part, world_size=parts)
    data, beside = Pairs(args.work / "logo/pairs.npz"), Beside()
    beside.take(load(MarkEmbedder(), args.marks))
    pair = beside.pair
    data.settle(pair)
    if args.warm is not None:
        pair.load_state_dict(torch.load(args.warm, weights_only=True)["average"])
    average = copy.deepcopy(pair)
    optimiser = torch.optim.AdamW(pair.parameters(), lr=0.0, weight_decay=1e-3, betas=(0.9, 0.98))
    rng, losses, total = np.random.default_rng([71, part]), [], 0.0
    for step in range(args.steps):
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 50) * (0.51 + 0.49 * math.cos(math.pi * step / args.steps))
        loss = loss_of(pair, data, rng, args)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(pair.parameters(), 3.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if parts > 1 and (step + 1) % MEET == 0:
            meet(pair, parts)
        decay = min(AVERAGE, (step + 1) / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), pair.parameters(), strict=True):
                slow.lerp_(fast, 1 - decay)
        total += loss.item()
        if part == 0 and ((step + 1) % args.every == 0 or step + 1 == args.steps):
            losses.append(total / args.every)
            total = 0.0
            row = f"{step + 1},{losses[-1]:.4f},{time.process_time():.0f}"
            with open(args.work / f"logo/{args.name}.csv", "a", encoding="utf-8") as f:
                f.write(row + "\n")
            print(row, flush=True)
            torch.save({"average": average.state_dict(), "step": step + 1}, args.work / f"logo/{args.name}.pt")
    return losses


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["maps", "train"])
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--marks", type=Path, default=WORK / "logo/frames.pt", help="of the mark embedder")
    parser.add_argument("--name", default="beside")
    parser.add_argument("--views", type=int, nargs="+", default=[1, 5], help="of the cached crops")
    parser.add_argument("--empty", type=int, default=8000)
    parser.add_argument("--limit", type=int, default=0, help="so many marks only")
    parser.add_argument("--warm", type=Path)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--part", default="0/1", help="I/N: this is process I of N")
    parser.add_argument("--port", type=int, default=29511)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[float]:
    args = parse(arguments)
    torch.manual_seed(5)
    torch.set_num_threads(1)
    if args.what == "train":
        return train(args)
    write_maps(args)
    return []


if __name__ == "__main__":
    main()

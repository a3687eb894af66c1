"""Trains the design branch on a copy network that stands still; the same command resumes.

    python training-notes/train/design_train.py --copy training-notes/work/image-cd.pt --minutes 60

The learning rate follows the time that is spent, so that a run on a busy machine ends when it must.
"""

from __future__ import annotations

import argparse
import copy
import csv
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

import image_loss
from catalogue import WORK, Pictures
from design_pairs import DesignPairs
from image_batches import squash
from image_model import Embedder, early, load_state, normalise
from image_start import discriminate

LATE_RATE, HEAD_RATE, DECAY = 2e-4, 1e-3, 1e-4
AVERAGE = 0.99
FRESH = 12  # bank pictures embedded anew at every step
START_BATCHES = 24  # batches that the head's start is computed from


class Batches(Dataset[dict[str, Tensor]]):
    """Item `step` is a whole batch, a function of the step alone: pairs, and some bank pictures as they are."""

    def __init__(self, pictures: Pictures, bank: np.ndarray, side: int, count: int, start: int) -> None:
        self.pictures, self.bank, self.side, self.count, self.start = pictures, bank, side, count, start
        self.pairs = DesignPairs(pictures)

    def __len__(self) -> int:
        return 1_000_000 - self.start

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([37, index + self.start])
        pairs = self.pairs.draw(rng, self.count)
        fresh = rng.choice(len(self.bank), min(FRESH, len(self.bank)), replace=False)
        pixels = [p.first for p in pairs] + [p.second for p in pairs] + [self.pictures[self.bank[i]] for i in fresh]
        return {
            "pixels": torch.from_numpy(np.stack([squash(p, self.side) for p in pixels])),
            "group": torch.tensor([p.group for p in pairs] * 2),
            "fresh": torch.from_numpy(fresh),
        }


def bank_pictures(pictures: Pictures, count: int) -> np.ndarray:
    """Training pictures that every pair is told from: all catalogue products, and others by chance."""
    train = pictures.train
    product = np.array([pictures.items[i].source == "design" for i in train])
    others = np.random.default_rng(53).permutation(train[~product])[:count]
    return np.concatenate([train[product], others])


class Run:
    """The state of one run."""

    def __init__(self, args: argparse.Namespace, pictures: Pictures) -> None:
        self.args, self.pictures, self.step, self.seconds = args, pictures, 0, 0.0
        self.model = Embedder().to(memory_format=torch.channels_last).eval()
        self.started = False
        if args.copy is not None:
            state = torch.load(args.copy, weights_only=True)["average"]
            load_state(self.model, state)
            self.started = "design.weight" in state
        self.model.requires_grad_(False)
        self.early = early(self.model.features)
        self.bank = bank_pictures(pictures, args.bank)
        self.groups = torch.from_numpy(pictures.groups[self.bank])
        self.levels = torch.zeros(0)
        for part in (self.model.design_late, self.model.design):
            part.requires_grad_(True)
        late, head = list(self.model.design_late.parameters()), list(self.model.design.parameters())
        self.optimiser = torch.optim.AdamW(
            [{"params": late, "rate": LATE_RATE}, {"params": head, "rate": HEAD_RATE}],
            lr=0.0, weight_decay=DECAY, betas=(0.9, 0.98),
        )  # fmt: skip
        self.slow = copy.deepcopy(self.model)

    @torch.no_grad()
    def begin(self, batches: Batches) -> None:
        """Starts the head from discriminant axes of pairs."""
        first, second = [], []
        for n in range(min(START_BATCHES, len(batches))):
            pairs = batches.pairs.draw(np.random.default_rng([41, n]), self.args.pairs)
            pixels = np.stack([squash(p, batches.side) for pair in pairs for p in (pair.first, pair.second)])
            levels = self.model.levels(self.early(normalise(torch.from_numpy(pixels))))[:, 0]
            first.append(levels[0::2])
            second.append(levels[1::2])
        discriminate(self.model.design, torch.cat(first), torch.cat(second))
        self.slow.load_state_dict(self.model.state_dict())

    @torch.no_grad()
    def fill(self) -> None:
        """Levels of the whole bank by the slow branch."""
        parts = []
        for at in range(0, len(self.bank), 64):
            chunk = np.stack([squash(self.pictures[int(i)], self.args.side) for i in self.bank[at : at + 64]])
            parts.append(self.slow.levels(self.early(normalise(torch.from_numpy(chunk))))[:, 0])
        self.levels = torch.cat(parts)

    def rate(self) -> float:
        """Warm-up over 50 steps, then cosine to 2 % over the time given."""
        share = min(1.0, self.seconds / (60 * self.args.minutes))
        return min(1.0, (self.step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))

    def train_step(self, batch: dict[str, Tensor]) -> float:
        """One update; returns the loss."""
        groups = batch["group"]
        with torch.no_grad():  # keys by the slow branch, as the bank: they must stay comparable
            middle = self.early(normalise(batch["pixels"]))
            slow = self.slow.levels(middle)[:, 0]
            self.levels[batch["fresh"]] = slow[len(groups) :]
            vectors = self.slow.designs(torch.cat([slow[: len(groups)], self.levels]))
        keys = image_loss.Keys(vectors, torch.cat([groups, self.groups]))
        views = self.model.designs(self.model.levels(middle[: len(groups)]))
        partner = torch.arange(len(groups)).roll(len(groups) // 2)
        loss = image_loss.design_loss(views, partner, keys, groups)
        loss.backward()
        for group in self.optimiser.param_groups:
            group["lr"] = group["rate"] * self.rate()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.slow.parameters(), self.model.parameters(), strict=True):
                if now.requires_grad:
                    mean.lerp_(now, 1 - keep)
        return loss.item()

    def save(self, path: Path) -> None:
        """Writes a checkpoint that `load` and the export read; replaced at once, never half written."""
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "average": self.slow.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "levels": self.levels,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Continues from a checkpoint."""
        state = torch.load(path, weights_only=True)
        self.step, self.seconds, self.levels = state["step"], state["seconds"], state["levels"]
        self.model.load_state_dict(state["model"])
        self.slow.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


def train(args: argparse.Namespace) -> list[float]:
    """Runs until the time is spent; returns the logged losses."""
    torch.manual_seed(7)
    torch.set_num_threads(args.threads)
    pictures = Pictures(args.work)
    run = Run(args, pictures)
    path = args.work / f"{args.name}.pt"
    if path.exists():
        run.load(path)
    batches = Batches(pictures, run.bank, args.side, args.pairs, run.step)
    if not path.exists():
        if not run.started:
            run.begin(batches)
        run.fill()
    loader = DataLoader(batches, batch_size=None, num_workers=args.workers, prefetch_factor=6 if args.workers else None)
    losses, total = [], 0.0
    saved = last = time.monotonic()
    for batch in loader:
        total += run.train_step(batch) / args.every
        now = time.monotonic()
        run.seconds, last = run.seconds + now - last, now
        if run.step % args.every == 0:
            losses.append(total)
            row = [run.step, f"{run.rate():.4f}", f"{total:.4f}", f"{run.seconds:.0f}"]
            with open(args.work / f"{args.name}.csv", "a", newline="", encoding="utf-8") as f:
                csv.writer(f).writerow(row)
            print(*row, flush=True)
            total = 0.0
        if now - saved > args.save_seconds:
            run.save(path)
            saved = now
        if run.seconds > 60 * args.minutes or run.step == args.steps:
            break
    run.save(path)
    return losses


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument(
        "--copy", type=Path, help="checkpoint of the copy network, or of one with a design branch already"
    )
    parser.add_argument("--name", default="design")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--bank", type=int, default=1000, help="training pictures in the bank beside the catalogue's")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=0, help="ends after so many steps; 0 = when the time is spent")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--save-seconds", type=float, default=120)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    train(parse())

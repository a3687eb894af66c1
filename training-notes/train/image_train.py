"""Trains the copy network; the same command resumes from the last checkpoint.

python training-notes/train/catalogue.py      # once: decode the pictures
python training-notes/train/image_train.py    # train
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
from torch import Tensor, nn
from torch.utils.data import DataLoader

import catalogue
import image_loss
from catalogue import SHARED, WORK, Pictures
from image_batches import VIEWS, Batches, parse_stages, side_at, squash
from image_model import CHANNELS, Embedder, copy_state, load_backbone, load_state, normalise
from image_start import settle, whiten

BACKBONE_RATE, HEAD_RATE, DECAY = 2e-4, 5e-4, 1e-4
AVERAGE, KOLEO, DISTIL = 0.998, 0.1, 0.3


@torch.no_grad()
def first_pass(model: Embedder, pictures: Pictures, side: int) -> tuple[Tensor, Tensor]:
    """Pooled whole-picture features [N, 576] and vectors [N, 128] of all training pictures."""
    pooled, vectors = [], []
    for at in range(0, len(pictures.train), 128):
        chunk = [squash(pictures[int(i)], side) for i in pictures.train[at : at + 128]]
        features = model.pool(normalise(torch.from_numpy(np.stack(chunk))))[:, 0]
        pooled.append(features)
        vectors.append(model.copies(features))
    return torch.cat(pooled), torch.cat(vectors)


class Run:
    """The state of one training run: networks, optimiser, bank, and where it stands."""

    def __init__(self, args: argparse.Namespace, pictures: Pictures) -> None:
        self.args, self.pictures, self.step, self.side = args, pictures, 0, 0
        self.model = Embedder().to(memory_format=torch.channels_last).eval()
        if args.weights is not None:
            load_backbone(self.model, args.weights)
        self.readout = nn.Linear(CHANNELS, CHANNELS)
        nn.init.eye_(self.readout.weight)
        nn.init.zeros_(self.readout.bias)
        self.frozen = copy.deepcopy(self.model)
        self.groups = torch.from_numpy(pictures.groups)
        self.position = torch.full((len(pictures.items),), -1)
        self.position[pictures.train] = torch.arange(len(pictures.train))
        self.bank = torch.zeros(0)
        self.teacher = torch.zeros(0)
        backbone = list(self.model.features.parameters())
        rest = [self.model.power, *self.model.head.parameters(), *self.readout.parameters()]
        self.optimiser = torch.optim.AdamW(
            [{"params": backbone, "rate": BACKBONE_RATE}, {"params": rest, "rate": HEAD_RATE}],
            lr=0.0, weight_decay=DECAY, betas=(0.9, 0.98),
        )  # fmt: skip
        self.average: Embedder | None = None
        self.forward = torch.compile(self.model.pool, dynamic=False) if args.compile else self.model.pool

    def begin(self) -> None:
        """A fresh start: whitened head."""
        if self.args.weights is None:  # random weights know no statistics yet
            first = [squash(self.pictures[int(i)], self.args.stages[0].side) for i in self.pictures.train[:160]]
            settle(self.model, normalise(torch.from_numpy(np.stack(first))))
        self.frozen.load_state_dict(self.model.state_dict())
        pooled, _ = first_pass(self.model, self.pictures, self.args.stages[0].side)
        whiten(self.model.head, pooled)
        self.average = copy.deepcopy(self.model)

    def enter(self, side: int) -> None:
        """Fills bank and teacher features for an input size."""
        self.side = side
        _, self.bank = first_pass(self.average, self.pictures, side)
        self.teacher, _ = first_pass(self.frozen, self.pictures, side)

    def rate(self) -> float:
        """Warm-up, then cosine to 2 %, over the planned steps."""
        total = sum(s.steps for s in self.args.stages)
        ramp = min(1.0, (self.step + 1) / self.args.warmup)
        return ramp * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / total))))

    def train_step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One update; returns what to log."""
        count = len(batch["id"])
        pooled = self.forward(normalise(batch["views"]))
        views = self.model.copies(pooled)
        with torch.no_grad():  # references by the slow network, as the bank: they must stay comparable
            mine = self.average.copies(self.average.pool(normalise(batch["keys"]))[:, 0])
        at = self.position[batch["id"]]
        keys = image_loss.Keys(
            torch.cat([mine, self.bank]),
            torch.cat([self.groups[batch["id"]], self.groups[self.pictures.train]]),
        )
        hosts = torch.where(batch["hosts"] >= 0, self.groups[batch["hosts"]], -1)
        positive = torch.arange(count).repeat_interleave(VIEWS)
        mask = image_loss.forbidden(keys, keys.groups[positive], hosts)
        copies = image_loss.copy_loss(views, batch["region"], batch["share"], positive, keys, mask)
        rows = torch.arange(len(views))
        entropy = image_loss.koleo(views[rows, batch["region"]], keys, mask)
        kept = self.readout(pooled[rows, batch["region"]])
        distil = (1 - nn.functional.cosine_similarity(kept, self.teacher[at[positive]])).mean()
        (copies + KOLEO * entropy + DISTIL * distil).backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
        self.apply()
        with torch.no_grad():
            self.bank[at] = mine
        return {"copy": copies.item(), "koleo": entropy.item(), "distil": distil.item(), "norm": float(norm)}

    def apply(self) -> None:
        """One optimiser step and one step of the weight average."""
        for group in self.optimiser.param_groups:
            group["lr"] = group["rate"] * self.args.rate * self.rate()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        with torch.no_grad():
            for slow, fast in zip(self.average.parameters(), self.model.parameters(), strict=True):
                slow.lerp_(fast, 1 - AVERAGE)

    def save(self, path: Path) -> None:
        """Writes a checkpoint that `load` and the export read; replaced at once, never half written."""
        state = {
            "step": self.step,
            "model": copy_state(self.model),
            "average": copy_state(self.average),
            "readout": self.readout.state_dict(),
            "frozen": self.frozen.features.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Continues from a checkpoint."""
        state = torch.load(path, weights_only=True)
        self.step = state["step"]
        load_state(self.model, state["model"])
        self.average = copy.deepcopy(self.model)
        load_state(self.average, state["average"])
        self.readout.load_state_dict(state["readout"])
        self.frozen.features.load_state_dict(state["frozen"])
        self.optimiser.load_state_dict(state["optimiser"])


def train(args: argparse.Namespace) -> list[float]:
    """Runs to the planned end; returns the logged copy losses."""
    torch.manual_seed(5)
    torch.set_num_threads(args.threads)
    pictures = Pictures(args.work)
    run = Run(args, pictures)
    checkpoint = args.work / f"{args.name}.pt"
    if checkpoint.exists():
        run.load(checkpoint)
    else:
        run.begin()
    batches = Batches(pictures, args.stages, args.batch, run.step)
    loader = DataLoader(batches, batch_size=None, num_workers=args.workers, prefetch_factor=6 if args.workers else None)
    sums: dict[str, float] = {}
    losses: list[float] = []
    saved = began = time.monotonic()
    for batch in loader:
        side = side_at(args.stages, run.step)
        if side != run.side:
            run.enter(side)
        for k, v in run.train_step(batch).items():
            sums[k] = sums.get(k, 0.0) + v / args.every
        if run.step % args.every == 0:
            losses.append(sums["copy"])
            row = [
                run.step,
                side,
                f"{run.rate():.4f}",
                *(f"{v:.4f}" for v in sums.values()),
                f"{time.monotonic() - began:.0f}",
            ]
            with open(args.work / f"{args.name}.csv", "a", newline="", encoding="utf-8") as f:
                csv.writer(f).writerow(row)
            print(*row, f"p={run.model.power.item():.3f}", flush=True)
            sums = {}
        if time.monotonic() - saved > args.save_seconds:
            run.save(checkpoint)
            saved = time.monotonic()
    run.save(checkpoint)
    return losses


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--weights", type=Path, help="default: the shared ImageNet weights")
    parser.add_argument("--name", default="image")
    parser.add_argument("--stages", type=parse_stages, default="128:2500,192:900,224:1000", help="SIDE:STEPS, ...")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1.0, help="multiplies all learning rates")
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--save-seconds", type=float, default=240)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--compile", action="store_true", help="compile the network: a third faster, after minutes")
    parser.add_argument("--tiny", action="store_true", help="some steps on drawn pictures; needs no shared data")
    args = parser.parse_args(arguments)
    if args.weights is None:
        args.weights = args.shared / "weights" / "mobilenet_v3_small_imagenet.pt"
    if isinstance(args.stages, str):
        args.stages = parse_stages(args.stages)
    if args.tiny:
        args.stages, args.batch, args.warmup, args.every = parse_stages("64:20"), 8, 2, 4
        args.weights, args.workers, args.threads, args.rate = None, 0, 1, 8.0
        if not (args.work / "items.json").exists():
            catalogue.build(args.shared, args.work, catalogue.drawn_items(160))
    return args


if __name__ == "__main__":
    train(parse())

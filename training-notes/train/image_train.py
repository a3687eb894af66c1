"""Trains the image network; the same command resumes from the last checkpoint.

    python training-notes/train/catalogue.py      # once: decode the pictures
    python training-notes/train/image_train.py    # train

With --warm it starts from an earlier checkpoint: first the new heads alone on a trunk that stands still (--frozen
steps, checkpoint NAME-frozen.pt), then everything at the given rate.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import torch
from torch.utils.data import DataLoader

import catalogue
from catalogue import SHARED, WORK, Pictures
from image_batches import Batches, parse_stages, side_at
from image_run import Run


def log(args: argparse.Namespace, run: Run, means: dict[str, float], seconds: float) -> None:
    """Adds a line to NAME.csv and prints it."""
    row = [run.step, run.side, f"{run.rate():.4f}", *(f"{v:.4f}" for v in means.values()), f"{seconds:.0f}"]
    with open(args.work / f"{args.name}.csv", "a", newline="", encoding="utf-8") as f:
        csv.writer(f).writerow(row)
    print(*row, flush=True)


def train(args: argparse.Namespace) -> list[dict[str, float]]:
    """Runs to the planned end; returns the logged losses."""
    torch.manual_seed(5)
    torch.set_num_threads(args.threads)
    pictures = Pictures(args.work)
    run = Run(args, pictures)
    checkpoint = args.work / f"{args.name}.pt"
    first = side_at(args.stages, 0)
    if checkpoint.exists():
        run.load(checkpoint)
    elif args.warm is not None:
        run.warm(args.warm)
    else:
        run.begin(first)
    batches = Batches(pictures, args.stages, args.batch, run.step, args.designs)
    if not checkpoint.exists():
        run.start_heads(batches, first)
    loader = DataLoader(batches, batch_size=None, num_workers=args.workers, prefetch_factor=6 if args.workers else None)
    sums: dict[str, float] = {}
    losses: list[dict[str, float]] = []
    saved = began = time.monotonic()
    for batch in loader:
        side = side_at(args.stages, run.step)
        if side != run.side:
            run.enter(side)
        for k, v in run.train_step(batch).items():
            sums[k] = sums.get(k, 0.0) + v / args.every
        if run.step % args.every == 0:
            losses.append(sums)
            log(args, run, sums, time.monotonic() - began)
            sums = {}
        if run.step == args.frozen:
            run.save(args.work / f"{args.name}-frozen.pt")
        if time.monotonic() - saved > args.save_seconds:
            run.save(checkpoint)
            saved = time.monotonic()
    run.save(checkpoint)
    return losses


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--weights", type=Path, help="default: the shared ImageNet weights")
    parser.add_argument("--warm", type=Path, help="start from this checkpoint's averaged weights")
    parser.add_argument("--frozen", type=int, default=0, help="steps at the start that train the new heads alone")
    parser.add_argument("--name", default="image")
    parser.add_argument("--stages", type=parse_stages, default="128:2500,192:900,224:1000", help="SIDE:STEPS, ...")
    parser.add_argument("--batch", type=int, default=32, help="references a step, two edited views each")
    parser.add_argument("--designs", type=int, default=12, help="pairs of one design a step")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1.0, help="multiplies the rates of trunk and copy head")
    parser.add_argument("--new-rate", type=float, default=1.0, help="multiplies the rate of the other heads")
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--save-seconds", type=float, default=240)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--tiny", action="store_true", help="some steps on drawn pictures; needs no shared data")
    args = parser.parse_args(arguments)
    if args.weights is None:
        args.weights = args.shared / "weights" / "mobilenet_v3_small_imagenet.pt"
    if isinstance(args.stages, str):
        args.stages = parse_stages(args.stages)
    if args.tiny:
        args.stages, args.batch, args.designs, args.warmup, args.every = parse_stages("64:32"), 8, 6, 2, 8
        args.weights, args.workers, args.threads, args.rate, args.new_rate = None, 0, 1, 8.0, 4.0
        if not (args.work / "items.json").exists():
            catalogue.build(args.shared, args.work, catalogue.drawn_items(160))
    return args


if __name__ == "__main__":
    train(parse())

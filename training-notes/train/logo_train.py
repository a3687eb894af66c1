"""Trains the logo networks from the caches of `logo_cache.py`; the same command resumes.

    python training-notes/train/logo_train.py proposals --minutes 20
    python training-notes/train/logo_train.py marks --minutes 20
    python training-notes/train/logo_train.py frames --minutes 5 --warm training-notes/work/logo/marks.pt

`--frozen` keeps the ImageNet features as they are: a first run that costs a few minutes of one core.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import logo_frame
import logo_loss
import logo_marks
from catalogue import SHARED, WORK
from image_model import normalise
from logo_model import Proposer
from logo_run import Run, loop


class Scenes:
    """The cached scenes, in memory."""

    def __init__(self, work: Path) -> None:
        paths = sorted((work / "logo/cache").glob("scenes-*.npy"))
        self.pixels = np.concatenate([np.load(p, mmap_mode="r") for p in paths])
        self.boxes = [
            torch.tensor(b).view(-1, 4) for p in paths for b in json.loads(p.with_suffix(".json").read_text())
        ]

    @torch.no_grad()
    def levels(self, model: Proposer) -> list[Tensor]:
        """The features of all scenes, in half precision, for a run that leaves them as they are."""
        parts = []
        for i in range(0, len(self.pixels), 32):
            parts.append([x.half() for x in model.levels(normalise(torch.from_numpy(self.pixels[i : i + 32])))])
        return [torch.cat(x) for x in zip(*parts, strict=True)]

    def batch(self, rng: np.random.Generator, size: int) -> tuple[Tensor, list[Tensor]]:
        """Pixels [size, S, S, 3] and boxes; half of them mirrored."""
        picks = rng.choice(len(self.pixels), size, replace=False)
        pixels, boxes = [], []
        for i in picks:
            mirrored = rng.random() < 0.5
            pixels.append(self.pixels[i][:, ::-1] if mirrored else self.pixels[i])
            own = self.boxes[i]
            boxes.append(torch.stack([1 - own[:, 2], own[:, 1], 1 - own[:, 0], own[:, 3]], 1) if mirrored else own)
        return torch.from_numpy(np.stack(pixels)), boxes


def settle_norms(model: Proposer) -> None:
    """Fresh layers learn their statistics; those of ImageNet stay."""
    for name, layer in model.named_modules():
        if isinstance(layer, nn.BatchNorm2d) and not name.startswith("features"):
            layer.train()


def train_proposals(args: argparse.Namespace) -> list[float]:
    """Trains the proposer; returns the logged losses."""
    scenes = Scenes(args.work)
    run = Run(args, Proposer(args.weights), 2e-3)
    run.resume()
    settle_norms(run.model)

    levels = scenes.levels(run.model) if args.frozen else None

    def loss(rng: np.random.Generator) -> Tensor:
        if levels is not None:
            picks = torch.from_numpy(rng.choice(len(scenes.boxes), args.batch, replace=False))
            boxes = [scenes.boxes[i] for i in picks]
            logits, got = run.model.decide(*(x[picks].float() for x in levels))
        else:
            pixels, boxes = scenes.batch(rng, args.batch)
            logits, got = run.model(normalise(pixels))
        heat, sides, weight = logo_loss.targets(boxes, logits.shape[-1])
        return logo_loss.centre_loss(logits, heat) + 1.5 * logo_loss.box_loss(got, sides, weight)

    return loop(run, loss)


TRAINED = {"proposals": train_proposals, "marks": logo_marks.train, "frames": logo_frame.train}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(TRAINED))
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--weights", type=Path, help="default: the shared ImageNet weights; 'none' = random")
    parser.add_argument("--warm", type=Path, help="checkpoint to begin with, where there is none of this name")
    parser.add_argument("--name", help="of the checkpoint; default: what is trained")
    parser.add_argument("--minutes", type=float, default=20, help="of processor time")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps even if time is left")
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--limit", type=int, default=0, help="train on so many marks only")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.0, help="multiplies the learning rates")
    parser.add_argument("--held", type=float, default=0, help="share of the time at the full rate, before it falls")
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--frozen", action="store_true")
    args = parser.parse_args(arguments)
    args.name = args.name or args.what
    args.batch = args.batch or {"proposals": 16, "marks": 168, "frames": 144}[args.what]
    if args.weights is None:
        args.weights = args.shared / "weights" / "mobilenet_v3_small_imagenet.pt"
    elif str(args.weights) == "none":
        args.weights = None
    return args


def main(arguments: list[str] | None = None) -> list[float]:
    args = parse(arguments)
    torch.manual_seed(5)
    torch.set_num_threads(args.threads)
    return TRAINED[args.what](args)


if __name__ == "__main__":
    main()

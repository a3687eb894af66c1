"""Trains the logo networks from the caches of `logo_cache.py`; the same command resumes.

    python training-notes/train/logo_train.py proposals --minutes 20
    python training-notes/train/logo_train.py marks --minutes 20

`--frozen` keeps the ImageNet features as they are: a first run that costs a few minutes of one core.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

import logo_loss
import logo_scenes
from catalogue import SHARED, WORK
from image_model import normalise
from logo_model import MarkEmbedder, Proposer, discriminant
from marks import Marks

AVERAGE, DECAY = 0.998, 1e-4


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


class Crops:
    """The cached crops and the clean references of the training marks, in memory."""

    def __init__(self, work: Path, limit: int = 0) -> None:
        marks = Marks(work / "logo")
        ids = marks.train
        views: dict[int, list[np.ndarray]] = {}
        for path in sorted((work / "logo/cache").glob("crops-*.npy")):
            views.setdefault(int(path.stem.split("-")[1]), []).append(np.load(path))
        whole = [np.concatenate(v) for v in views.values()]
        whole = [v for v in whole if len(v) == len(ids)]
        keep = np.arange(len(ids))[:: max(1, len(ids) // limit)] if limit else np.arange(len(ids))
        rng = np.random.default_rng(3)
        self.views = [np.stack([moved(rng, p) for p in v[keep]]) for v in whole]
        self.clean = np.stack([logo_scenes.reference(None, marks[i]) for i in ids[keep]])
        self.official = np.stack([logo_scenes.reference(rng, marks[i]) for i in ids[keep]])
        _, groups = np.unique(marks.groups[ids[keep]], return_inverse=True)
        self.groups = torch.from_numpy(groups)

    def batch(self, rng: np.random.Generator, size: int) -> tuple[Tensor, Tensor]:
        """View pixels [size, 96, 96, 3], a fifth of them references, and which mark each shows."""
        picks = rng.choice(len(self.clean), size, replace=False)
        pixels = []
        for i in picks:
            source = self.official if rng.random() < 0.2 else self.views[int(rng.integers(len(self.views)))]
            pixels.append(jitter(rng, source[i]))
        return torch.from_numpy(np.stack(pixels)), torch.from_numpy(picks)


def moved(rng: np.random.Generator, pixels: np.ndarray) -> np.ndarray:
    """The same crop cut wider, narrower or beside: proposals are off by as much."""
    if rng.random() < 0.3:
        return pixels
    side = pixels.shape[0]
    scale, shift = np.exp(rng.normal(0, 0.12, 2)), rng.normal(0, 0.06, 2) * side
    matrix = np.array(
        [[scale[0], 0, side / 2 * (1 - scale[0]) + shift[0]], [0, scale[1], side / 2 * (1 - scale[1]) + shift[1]]]
    )
    return cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def jitter(rng: np.random.Generator, pixels: np.ndarray) -> np.ndarray:
    """Colour channels in another order and the negative, now and then: both keep the shape."""
    if rng.random() < 0.2:
        pixels = pixels[..., rng.permutation(3)]
    return 255 - pixels if rng.random() < 0.1 else pixels


class Run:
    """A network in training with its slow average; `step` computes a loss."""

    def __init__(self, args: argparse.Namespace, model: nn.Module, rate: float) -> None:
        self.args, self.model, self.done, self.spent = args, model.eval(), 0, 0.0
        body = [] if args.frozen else list(model.features.parameters())
        for p in model.features.parameters():
            p.requires_grad_(not args.frozen)
        known = {id(p) for p in model.features.parameters()}
        rest = [p for p in model.parameters() if id(p) not in known]
        groups = [{"params": rest, "rate": rate}] + ([{"params": body, "rate": rate * 0.4}] if body else [])
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=DECAY, betas=(0.9, 0.98))
        self.average = copy.deepcopy(model)
        self.path = args.work / "logo" / f"{args.name}.pt"

    def resume(self) -> bool:
        """Continues from the last checkpoint, if there is one."""
        path = self.path if self.path.exists() else self.args.warm
        if path is None:
            return False
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        if path != self.path:
            self.model.load_state_dict(state["average"])
        if path == self.path and state["frozen"] == self.args.frozen:
            self.optimiser.load_state_dict(state["optimiser"])
            self.done, self.spent = state["step"], state["spent"]
        return True

    def save(self) -> None:
        """Writes a checkpoint in one step."""
        state = {
            "step": self.done, "spent": self.spent, "frozen": self.args.frozen, "model": self.model.state_dict(),
            "average": self.average.state_dict(), "optimiser": self.optimiser.state_dict(),
        }  # fmt: skip
        torch.save(state, self.path.with_suffix(".part"))
        self.path.with_suffix(".part").replace(self.path)

    def rate(self) -> float:
        """Warm-up, then a cosine over the processor time that was given."""
        share = min(1.0, self.spent / (60 * self.args.minutes))
        return min(1.0, (self.done + 1) / 40) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))

    def update(self, loss: Tensor) -> None:
        """One step of the optimiser and of the average."""
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        for group in self.optimiser.param_groups:
            group["lr"] = group["rate"] * self.args.rate * self.rate()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.done += 1
        decay = min(AVERAGE, self.done / (self.done + 9))
        with torch.no_grad():
            for slow, fast in zip(self.average.state_dict().values(), self.model.state_dict().values(), strict=True):
                slow.lerp_(fast, 1 - decay) if slow.is_floating_point() else slow.copy_(fast)


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


@torch.no_grad()
def vectors(model: nn.Module, pixels: np.ndarray) -> Tensor:
    """What a network says of pictures [N, S, S, 3]."""
    return torch.cat([model(normalise(torch.from_numpy(pixels[i : i + 128]))) for i in range(0, len(pixels), 128)])


class Described(nn.Module):
    """What a mark embedder's head sees."""

    def __init__(self, model: MarkEmbedder) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        return self.model.describe(pixels)


@torch.no_grad()
def describe_all(model: MarkEmbedder, crops: Crops) -> Tensor:
    """What the head sees of clean references, official artwork and views: half precision [marks, 2 + views, 3744].

    The parts' sizes are evened out first, once, by `model.scale`.
    """
    sets = [crops.clean, crops.official, *crops.views]
    if float(model.scale[0]) == 1.0:
        some = vectors(Described(model), np.concatenate([s[:: max(1, len(s) // 300)] for s in sets]))
        model.scale.copy_(torch.stack([1 / part.std(0).norm() for part in some.split(model.WIDTHS, 1)]))
    return torch.stack([vectors(Described(model), s).half() for s in sets], 1)


def begin_marks(run: Run, described: Tensor, count: int) -> None:
    """Starts the head by a discriminant analysis of `count` marks."""
    picks = described[:: max(1, len(described) // count)].float()
    discriminant(run.model, picks.flatten(0, 1), torch.arange(len(picks)).repeat_interleave(picks.shape[1]), shrink=1.0)
    run.average.load_state_dict(run.model.state_dict())


def train_marks(args: argparse.Namespace) -> list[float]:
    """Trains the mark embedder; returns the logged losses."""
    crops = Crops(args.work, args.limit)
    run = Run(args, MarkEmbedder(args.weights), 5e-4)
    resumed = run.resume()
    described = describe_all(run.model, crops) if args.frozen or not resumed else None
    if not resumed:
        begin_marks(run, described, 3000)
        run.save()
    if args.frozen:
        return loop(run, frozen_marks(run, crops, described))
    bank = vectors(run.average, crops.clean)

    def loss(rng: np.random.Generator) -> Tensor:
        refresh(run, bank, crops, rng)
        pixels, shown = crops.batch(rng, args.batch)
        return logo_loss.mark_loss(run.model(normalise(pixels)), bank, shown, crops.groups)

    return loop(run, loss)


def frozen_marks(run: Run, crops: Crops, described: Tensor):  # noqa: ANN201 - a function of a generator
    """The loss of the head alone; the bank is as cheap as a batch, so it carries the gradient too."""

    def loss(rng: np.random.Generator) -> Tensor:
        picks = torch.from_numpy(rng.choice(len(described), min(len(described), 512), replace=False))
        column = torch.from_numpy(rng.integers(1, described.shape[1], len(picks)))
        views = functional.normalize(run.model.head(described[picks, column].float()), dim=-1)
        bank = functional.normalize(run.model.head(described[picks, 0].float()), dim=-1)
        places = torch.arange(len(picks))
        return logo_loss.mark_loss(views, bank, places, crops.groups[picks])

    return loss


@torch.no_grad()
def refresh(run: Run, bank: Tensor, crops: Crops, rng: np.random.Generator) -> None:
    """Brings a part of the bank up to date with the slow network (MoCo, He et al. 2020)."""
    picks = rng.choice(len(bank), min(len(bank), run.args.batch // 2), replace=False)
    bank[picks] = run.average(normalise(torch.from_numpy(crops.clean[picks])))


def loop(run: Run, loss) -> list[float]:  # noqa: ANN001 - a function of a generator
    """Steps until the processor time is used up."""
    losses: list[float] = []
    total, saved, before = 0.0, time.monotonic(), time.process_time()
    while run.spent < 60 * run.args.minutes and (not run.args.steps or run.done < run.args.steps):
        value = loss(np.random.default_rng([59, run.done]))
        run.update(value)
        total += value.item() / run.args.every
        run.spent, before = run.spent + time.process_time() - before, time.process_time()
        if run.done % run.args.every == 0:
            losses.append(total)
            row = f"{run.done},{total:.4f},{run.rate():.4f},{run.spent:.0f}"
            with open(run.path.with_suffix(".csv"), "a", encoding="utf-8") as f:
                f.write(row + "\n")
            print(row, flush=True)
            total = 0.0
        if time.monotonic() - saved > 120:
            run.save()
            saved = time.monotonic()
    run.save()
    return losses


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["proposals", "marks"])
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
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--frozen", action="store_true")
    args = parser.parse_args(arguments)
    args.name = args.name or args.what
    args.batch = args.batch or {"proposals": 16, "marks": 96}[args.what]
    if args.weights is None:
        args.weights = args.shared / "weights" / "mobilenet_v3_small_imagenet.pt"
    elif str(args.weights) == "none":
        args.weights = None
    return args


def main(arguments: list[str] | None = None) -> list[float]:
    args = parse(arguments)
    torch.manual_seed(5)
    torch.set_num_threads(args.threads)
    return train_proposals(args) if args.what == "proposals" else train_marks(args)


if __name__ == "__main__":
    main()

"""Batches for the image embedder: clean references and edited views of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

import edits
from catalogue import Pictures
from surface_edits import EDITS

VIEWS = 2  # edited views of each reference
HOSTS = 3  # most other pictures that one view can also show


def squash(pixels: np.ndarray, side: int) -> np.ndarray:
    """Resizes to a square without keeping the aspect, Lanczos with antialiasing, as serving does."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS))


@dataclass(frozen=True)
class Stage:
    """A stretch of training at one input size."""

    side: int
    steps: int


def parse_stages(text: str) -> list[Stage]:
    """Reads "128:6000,192:2000"."""
    return [Stage(int(a), int(b)) for a, b in (part.split(":") for part in text.split(","))]


def side_at(stages: list[Stage], step: int) -> int:
    """The input size at a step."""
    for stage in stages:
        if step < stage.steps:
            return stage.side
        step -= stage.steps
    return stages[-1].side


class Batches(Dataset[dict[str, torch.Tensor]]):
    """Item `step` is a whole batch, a function of the step alone, so that a run can resume."""

    def __init__(self, pictures: Pictures, stages: list[Stage], size: int, start: int) -> None:
        self.pictures, self.stages, self.size, self.start = pictures, stages, size, start
        train = pictures.train
        source = np.array([pictures.items[i].source for i in train])
        senders: dict[str, list[int]] = {}
        for i in train:
            senders.setdefault(pictures.items[i].sender, []).append(int(i))
        self.senders = [np.array(m) for m in senders.values() if len(m) >= 4]
        weights = np.array([len(m) for m in self.senders]) ** 0.7
        self.sender_weights = weights / weights.sum()
        share = {"photo": 0.6, "grocery": 0.12, "design": 0.08, "drawn": 0.2}
        self.pools = [(train[source == s], p) for s, p in share.items() if (source == s).any()]

    def __len__(self) -> int:
        return sum(s.steps for s in self.stages) - self.start

    def draw(self, rng: np.random.Generator) -> list[int]:
        """Half the references anywhere, half of two senders: the same floor, the same sofa."""
        shares = np.array([p for _, p in self.pools])
        picks: set[int] = set()
        for members in rng.choice(len(self.senders), 2, p=self.sender_weights):
            group = self.senders[members]
            picks.update(rng.choice(group, min(len(group), self.size // 4), replace=False).tolist())
        while len(picks) < self.size:
            pool = self.pools[int(rng.choice(len(shares), p=shares / shares.sum()))][0]
            picks.add(int(rng.choice(pool)))
        return sorted(picks)

    def host(self, rng: np.random.Generator) -> tuple[int, np.ndarray]:
        """Another picture to paste on or to put beside; a third of them edited themselves."""
        i = int(rng.choice(self.pictures.train))
        pixels = np.asarray(self.pictures[i])
        if rng.random() < 0.15:
            pixels = pixels[:, ::-1]
        return i, pixels

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        step = index + self.start
        rng = np.random.default_rng([31, step])
        side = side_at(self.stages, step)
        picks = self.draw(rng)
        keys = np.stack([squash(self.pictures[i], side) for i in picks])
        views, region, hosts, whole = [], [], [], []
        for i in picks:
            for _ in range(VIEWS):
                view = edits.chain(rng, np.asarray(self.pictures[i]), self.host, EDITS)
                box = view.box()
                views.append(squash(view.pixels, side))
                region.append(edits.best_region(box))
                whole.append(float(np.prod(box[2:] - box[:2])))
                hosts.append((view.hosts + [-1] * HOSTS)[:HOSTS])
        return {
            "id": torch.tensor(picks),
            "keys": torch.from_numpy(keys),
            "views": torch.from_numpy(np.stack(views)),
            "region": torch.tensor(region),
            "hosts": torch.tensor(hosts),
            "share": torch.tensor(whole),
        }

"""One training run of the image network: networks, optimiser, banks, one step."""

from __future__ import annotations

import argparse
import copy
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import image_loss
from catalogue import Pictures
from image_batches import VIEWS, Batches, squash
from image_model import CHANNELS, Embedder, Maps, load_backbone, load_state, normalise
from image_start import discriminate, settle, whiten

TRUNK_RATE, HEAD_RATE, NEW_RATE, DECAY = 2e-4, 5e-4, 1e-3, 1e-4
AVERAGE, KOLEO, DISTIL, DESIGN, LOCAL = 0.996, 0.1, 0.3, 0.5, 0.5
START_BATCHES = 40  # batches of design pairs that the new heads' start is computed from


class Run:
    """The state of one training run: networks, optimiser, banks, and where it stands."""

    def __init__(self, args: argparse.Namespace, pictures: Pictures) -> None:
        self.args, self.pictures, self.step, self.side = args, pictures, 0, 0
        self.model = Embedder().to(memory_format=torch.channels_last).eval()
        if args.weights is not None:
            load_backbone(self.model, args.weights)
        self.readout = nn.Linear(CHANNELS, CHANNELS)
        nn.init.eye_(self.readout.weight)
        nn.init.zeros_(self.readout.bias)
        self.frozen = copy.deepcopy(self.model)
        self.average = copy.deepcopy(self.model)
        self.groups = torch.from_numpy(pictures.groups)
        self.position = torch.full((len(pictures.items),), -1)
        self.position[pictures.train] = torch.arange(len(pictures.train))
        self.bank, self.levels, self.teacher = torch.zeros(0), torch.zeros(0), torch.zeros(0)
        heads = self.model.heads
        self.optimiser = torch.optim.AdamW(
            [
                {"params": list(self.model.features.parameters()), "rate": TRUNK_RATE * args.rate, "new": False},
                {
                    "params": [heads.power, *heads.head.parameters(), *self.readout.parameters()],
                    "rate": HEAD_RATE * args.rate,
                    "new": False,
                },
                {
                    "params": [*heads.design.parameters(), *heads.local.parameters()],
                    "rate": NEW_RATE * args.new_rate,
                    "new": True,
                },
            ],
            lr=0.0, weight_decay=DECAY, betas=(0.9, 0.98),
        )  # fmt: skip

    def begin(self, side: int) -> None:
        """A fresh start: whitened copy head on the given trunk."""
        if self.args.weights is None:  # random weights know no statistics yet
            first = [squash(self.pictures[int(i)], side) for i in self.pictures.train[:160]]
            settle(self.model, normalise(torch.from_numpy(np.stack(first))))
        self.frozen.load_state_dict(self.model.state_dict())
        whiten(self.model.heads.head, self.first_pass(self.model, side)[0])

    def warm(self, path: Path) -> None:
        """Starts from the averaged weights of an earlier checkpoint."""
        state = torch.load(path, weights_only=True)
        load_state(self.model, state["average"])
        self.readout.load_state_dict(state["readout"])

    @torch.no_grad()
    def start_heads(self, batches: Batches, side: int) -> None:
        """Starts the design head from discriminant axes of pairs and the local head from whitened cells."""
        first, second, cells = [], [], []
        for n in range(START_BATCHES if not self.args.tiny else 4):
            rng = np.random.default_rng([41, n])
            pairs = batches.pairs.draw(rng, self.args.designs)
            pixels = np.stack([squash(p, side) for pair in pairs for p in (pair.first, pair.second)])
            maps = self.model.trunk(normalise(torch.from_numpy(pixels)))
            levels = self.model.heads.levels(maps, self.model.heads.pool(maps.last))[:, 0]
            first.append(levels[0::2])
            second.append(levels[1::2])
            cells.append(self.model.heads.cells(maps).flatten(0, 1)[::17])
        discriminate(self.model.heads.design, torch.cat(first), torch.cat(second))
        whiten(self.model.heads.local, torch.cat(cells))
        self.average.load_state_dict(self.model.state_dict())

    @torch.no_grad()
    def first_pass(self, model: Embedder, side: int) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled features [N, 576], copy vectors and design levels of all training pictures, whole."""
        pooled, vectors, levels = [], [], []
        for at in range(0, len(self.pictures.train), 64):
            chunk = [squash(self.pictures[int(i)], side) for i in self.pictures.train[at : at + 64]]
            maps = model.trunk(normalise(torch.from_numpy(np.stack(chunk))))
            regions = model.heads.pool(maps.last)
            pooled.append(regions[:, 0])
            vectors.append(model.heads.copies(regions[:, 0]))
            levels.append(model.heads.levels(maps, regions)[:, 0])
        return torch.cat(pooled), torch.cat(vectors), torch.cat(levels)

    def enter(self, side: int) -> None:
        """Fills banks and teacher features for an input size."""
        self.side = side
        _, self.bank, self.levels = self.first_pass(self.average, side)
        self.teacher, _, _ = self.first_pass(self.frozen, side)

    def still(self) -> bool:
        """Whether the trunk and the copy head stand still for now."""
        return self.step < self.args.frozen

    def rate(self) -> float:
        """Warm-up, then cosine to 2 %, over the planned steps."""
        total = sum(s.steps for s in self.args.stages)
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / total)))

    def train_step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One update; returns what to log."""
        views, designs = normalise(batch["views"]), normalise(batch["designs"])
        with torch.set_grad_enabled(not self.still()):
            maps = self.model.trunk(torch.cat([views, designs]))
        of_views, of_designs = (Maps(*(m[s] for m in maps)) for s in (slice(len(views)), slice(len(views), None)))
        with torch.no_grad():  # references by the slow network, as the bank: they must stay comparable
            slow = self.average.trunk(normalise(batch["keys"]))
            slow_pooled = self.average.heads.pool(slow.last)
            slow_levels = self.average.heads.levels(slow, slow_pooled)[:, 0]
        parts = {
            **self.copy_terms(batch, of_views, self.average.heads.copies(slow_pooled[:, 0])),
            "design": self.design_term(batch, of_designs, designs),
            "local": self.local_term(batch, of_views, slow),
        }
        scale = {"copy": 1.0, "koleo": KOLEO, "distil": DISTIL, "design": DESIGN, "local": LOCAL}
        sum(scale[k] * v for k, v in parts.items()).backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
        self.apply()
        at = self.position[batch["id"]]
        with torch.no_grad():
            self.bank[at] = self.average.heads.copies(slow_pooled[:, 0])
            self.levels[at] = slow_levels
        return {k: v.item() for k, v in parts.items()} | {"norm": float(norm)}

    def copy_terms(self, batch: dict[str, Tensor], maps: Maps, mine: Tensor) -> dict[str, Tensor]:
        """The copy loss, the entropy term and the distillation."""
        with torch.set_grad_enabled(not self.still()):
            pooled = self.model.heads.pool(maps.last)
            views = self.model.heads.copies(pooled)
            keys = image_loss.Keys(
                torch.cat([mine, self.bank]),
                torch.cat([self.groups[batch["id"]], self.groups[self.pictures.train]]),
            )
            hosts = torch.where(batch["hosts"] >= 0, self.groups[batch["hosts"]], -1)
            positive = torch.arange(len(batch["id"])).repeat_interleave(VIEWS)
            mask = image_loss.forbidden(keys, keys.groups[positive], hosts)
            rows = torch.arange(len(views))
            kept = self.readout(pooled[rows, batch["region"]])
            taught = self.teacher[self.position[batch["id"]][positive]]
            return {
                "copy": image_loss.copy_loss(views, batch["region"], batch["share"], positive, keys, mask),
                "koleo": image_loss.koleo(views[rows, batch["region"]], keys, mask),
                "distil": (1 - nn.functional.cosine_similarity(kept, taught)).mean(),
            }

    def design_term(self, batch: dict[str, Tensor], maps: Maps, pixels: Tensor) -> Tensor:
        """Each picture of a pair must find the other among the batch and all training pictures."""
        levels = self.model.heads.levels(maps, self.model.heads.pool(maps.last))
        with torch.no_grad():
            if self.still():  # the slow trunk is the fast one
                slow_levels = levels[:, 0]
            else:
                slow = self.average.trunk(pixels)
                slow_levels = self.average.heads.levels(slow, self.average.heads.pool(slow.last))[:, 0]
            vectors = self.average.heads.designs(torch.cat([slow_levels, self.levels]))
        groups = batch["design_group"]
        keys = image_loss.Keys(vectors, torch.cat([groups, self.groups[self.pictures.train]]))
        half = len(groups) // 2
        partner = torch.arange(len(groups)).roll(half)
        return image_loss.design_loss(self.model.heads.designs(levels), partner, keys, groups)

    def local_term(self, batch: dict[str, Tensor], maps: Maps, slow: Maps) -> Tensor:
        """Cells of views must find the reference's cells that show the same place."""
        with torch.no_grad():
            references = self.average.heads.places(slow).repeat_interleave(VIEWS, 0)
        places = image_loss.Places(batch["moved"], batch["chosen"], batch["valid"])
        groups = self.groups[batch["id"]].repeat_interleave(VIEWS)
        return image_loss.local_loss(self.model.heads.places(maps), references, places, groups)

    def apply(self) -> None:
        """One optimiser step and one step of the weight average."""
        for group in self.optimiser.param_groups:
            since = self.step if group["new"] else self.step - self.args.frozen
            ramp = min(1.0, max(0.0, (since + 1) / self.args.warmup))
            group["lr"] = group["rate"] * ramp * self.rate()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step)) if self.still() else AVERAGE
        with torch.no_grad():
            for slow, fast in zip(self.average.parameters(), self.model.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)

    def save(self, path: Path) -> None:
        """Writes a checkpoint that `load` and the export read; replaced at once, never half written."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
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
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.readout.load_state_dict(state["readout"])
        self.frozen.features.load_state_dict(state["frozen"])
        self.optimiser.load_state_dict(state["optimiser"])

"""One training run of a logo network: optimiser, slow average, schedule by processor time, checkpoints, log."""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

AVERAGE, DECAY = 0.998, 1e-4
FRESH = ("detail.", "wide.")  # layers that checkpoints of before do not have: they begin in silence


class Run:
    """A network in training with its slow average; `step` computes a loss."""

    def __init__(
        self, args: argparse.Namespace, model: nn.Module, rate: float, beside: nn.Module | None = None
    ) -> None:
        """`beside` learns with the network and is no part of it."""
        self.args, self.done, self.spent = args, 0, 0.0
        self.model = model.eval().to(memory_format=torch.channels_last)
        self.beside = beside if beside is not None else nn.Module()
        body = [] if args.frozen else list(model.features.parameters())
        for p in model.features.parameters():
            p.requires_grad_(not args.frozen)
        known = {id(p) for p in model.features.parameters()}
        rest = [p for p in model.parameters() if id(p) not in known]
        groups = [{"params": rest, "rate": rate}] + ([{"params": body, "rate": rate * 0.4}] if body else [])
        if beside is not None:
            groups.append({"params": list(beside.parameters()), "rate": rate * 0.5})
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=DECAY, betas=(0.9, 0.98))
        self.average = copy.deepcopy(model)
        self.path = args.work / "logo" / f"{args.name}.pt"

    def resume(self) -> bool:
        """Continues from the last checkpoint, if there is one."""
        path = self.path if self.path.exists() else self.args.warm
        if path is None:
            return False
        state = torch.load(path, weights_only=True)
        own = path == self.path
        for model, saved in ((self.model, state["model" if own else "average"]), (self.average, state["average"])):
            lost = model.load_state_dict(saved, strict=False)
            if lost.unexpected_keys or any(not k.startswith(FRESH) for k in lost.missing_keys):
                raise ValueError(f"{path}: not a checkpoint of this network: {lost}")
        if not own:
            self.average.load_state_dict(self.model.state_dict())
        if own and state["frozen"] == self.args.frozen:
            self.beside.load_state_dict(state.get("beside", {}))
            self.optimiser.load_state_dict(state["optimiser"])
            self.done, self.spent = state["step"], state["spent"]
        return True

    def save(self) -> None:
        """Writes a checkpoint in one step."""
        state = {
            "step": self.done, "spent": self.spent, "frozen": self.args.frozen, "model": self.model.state_dict(),
            "average": self.average.state_dict(), "optimiser": self.optimiser.state_dict(),
            "beside": self.beside.state_dict(),
        }  # fmt: skip
        torch.save(state, self.path.with_suffix(".part"))
        self.path.with_suffix(".part").replace(self.path)

    def rate(self) -> float:
        """Warm-up, the full rate for the share of the processor time that is held, then a cosine over what is left."""
        share = min(1.0, self.spent / (60 * self.args.minutes))
        share = max(0.0, share - self.args.held) / (1 - self.args.held)
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


def loop(run: Run, loss: Callable[[np.random.Generator], Tensor]) -> list[float]:
    """Steps until the processor time is used up."""
    losses: list[float] = []
    total, counted, saved, before = 0.0, 0, time.monotonic(), time.process_time()
    while run.spent < 60 * run.args.minutes and (not run.args.steps or run.done < run.args.steps):
        value = loss(np.random.default_rng([59, run.done]))
        run.update(value)
        total, counted = total + value.item(), counted + 1
        run.spent, before = run.spent + time.process_time() - before, time.process_time()
        if run.done % run.args.every == 0:
            losses.append(total / counted)
            row = f"{run.done},{losses[-1]:.4f},{run.rate():.4f},{run.spent:.0f}"
            with open(run.path.with_suffix(".csv"), "a", encoding="utf-8") as f:
                f.write(row + "\n")
            print(row, flush=True)
            total, counted = 0.0, 0
        if time.monotonic() - saved > 120:
            run.save()
            saved = time.monotonic()
    run.save()
    return losses

"""Fits how the signals of a pack become one probability, and writes it into the pack's fusion file.

    make build
    python training-notes/export/fuse.py training-notes/work/val-copy-full training-notes/work/val-design-full ...

The verdict on a right is log-odds: a base, and the evidence of each signal, `weight * ln(1 + odds / e^base)`, the strongest in
full and every other by the share `second` (detect/fusion.go holds the same formula). Base, share and weights are fitted to the
best right of each listing of all the sets together (the pair that FORMAT's calibration error looks at) by maximum likelihood,
each listing of a set weighing as much as those of any other. Everything stays monotone: weights and share lie between 0 and 1.
The calibration error is that of folds that were not fitted on, listings of a set parted at random.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from fusion import ROOT, calibration_error, measure, threshold, write

MAX_STEPS = 96  # of a measured curve
LEAST_STEP = 0.2  # below it nobody sets a threshold
EPS = 1e-6  # of log-odds, as in detect/fusion.go
torch.set_num_threads(1)  # a few thousand numbers


@dataclass
class Pairs:
    """Pairs of a listing and a right: the signals' probabilities [N, signals] (0 = no finding), listing, set, truth."""

    probability: torch.Tensor
    listing: np.ndarray
    dataset: np.ndarray
    hit: np.ndarray
    key: list[tuple[int, str, str]]  # number of the set, listing, right

    def best(self, score: torch.Tensor) -> np.ndarray:
        """Positions of the highest pair of each listing."""
        order = np.lexsort((-score.detach().numpy(), self.listing))
        return order[np.unique(self.listing[order], return_index=True)[1]]


def gather(predictions: list[Path], folders: list[Path], signals: list[str]) -> Pairs:
    """The pairs of all sets, from what the program answered."""
    rows, listing, dataset, hit, key = [], [], [], [], []
    numbers: dict[tuple[int, str], int] = {}
    for n, (file, folder) in enumerate(zip(predictions, folders, strict=True)):
        truth = {}
        for line in (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            truth[row["id"]] = {t["right"] for t in row["truth"]}
        pairs: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for line in file.read_text(encoding="utf-8").splitlines():
            p = json.loads(line)
            pairs[p["listing"], p["right"]][p["signal"]] = p["probability"]
        for (name, right), found in pairs.items():
            rows.append([found.get(s, 0.0) for s in signals])
            listing.append(numbers.setdefault((n, name), len(numbers)))
            dataset.append(n)
            hit.append(right in truth[name])
            key.append((n, name, right))
    return Pairs(torch.tensor(rows, dtype=torch.float64), np.array(listing), np.array(dataset), np.array(hit), key)


def scores(theta: torch.Tensor, probability: torch.Tensor) -> torch.Tensor:
    """Log-odds [N] of verdicts; theta is base, share and weights before they are bounded."""
    base = -torch.nn.functional.softplus(theta[0])
    second, weight = torch.sigmoid(theta[1]), torch.sigmoid(theta[2:])
    odds = torch.logit(probability.clamp(EPS, 1 - EPS))
    evidence = torch.sort(weight * torch.nn.functional.softplus(odds - base), dim=1, descending=True).values
    return base + evidence[:, 0] + second * evidence[:, 1:].sum(1)


def fit(pairs: Pairs, rows: np.ndarray, rounds: int = 6, steps: int = 150) -> torch.Tensor:
    """Maximum likelihood over the best pairs of the listings in `rows` (a mask of pairs)."""
    heard = (pairs.probability > 0).any(0)  # a signal that no set speaks of keeps what it says
    start = torch.cat([torch.tensor([4.0, -1.5], dtype=torch.float64), torch.where(heard, 2.0, 40.0)])
    theta = start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([theta], lr=0.05)
    target = torch.tensor(pairs.hit, dtype=torch.float64)
    for _ in range(rounds):
        best = pairs.best(scores(theta, pairs.probability))
        best = best[rows[best]]
        share = 1 / np.bincount(pairs.dataset[best])[pairs.dataset[best]]
        weight = torch.tensor(share / share.mean())
        for _ in range(steps):
            optimiser.zero_grad()
            odds = scores(theta, pairs.probability[best])
            loss = (
                weight * torch.nn.functional.binary_cross_entropy_with_logits(odds, target[best], reduction="none")
            ).mean()
            loss.backward()
            optimiser.step()
    return theta.detach()


def curve(
    files: list[Path], folders: list[Path], signal: str, pairs: Pairs | None, odds: torch.Tensor | None
) -> dict[str, object] | None:
    """What thresholds do to the listings of all sets: internal/threshold.Curve; None where the signal never fits.

    The infringing count with the best of the rights that they infringe by the signal, the innocent with the best of all. Of the
    fused verdict (pairs and odds) the probabilities are those of folds that were not fitted on.
    """
    at: dict[tuple[int, str, str], float] = {}
    if pairs is not None and odds is not None:
        p = torch.sigmoid(odds).tolist()
        at = {key: p[n] for n, key in enumerate(pairs.key)}
    infringing, innocent = [], []
    for n, (file, folder) in enumerate(zip(files, folders, strict=True)):
        if pairs is None:
            for line in file.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row["signal"] == signal:
                    at[n, row["listing"], row["right"]] = row["probability"]
        best: dict[str, dict[str, float]] = defaultdict(dict)
        for (number, listing, right), value in at.items():
            if number == n:
                best[listing][right] = value
        tasks = json.loads((folder / "set.json").read_text(encoding="utf-8"))["tasks"]
        if pairs is None and signal not in tasks:
            continue
        for line in (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            true = {t["right"] for t in row["truth"] if pairs is not None or t["signal"] == signal}
            if true:
                infringing.append(max(best[row["id"]].get(r, 0.0) for r in true))
            elif not row["truth"]:
                innocent.append(max(best[row["id"]].values(), default=0.0))
    if not infringing or not innocent:
        return None
    a, b = np.sort(infringing), np.sort(innocent)
    steps = np.unique(np.concatenate([a, b]).round(6))
    steps = steps[steps >= LEAST_STEP]
    steps = steps[np.linspace(0, len(steps) - 1, min(len(steps), MAX_STEPS)).round().astype(int)]
    below = np.concatenate([[0.0], steps[:-1]])  # a step stands for the thresholds above the one before
    return {
        "kind": "labelled",
        "source": "held-out sets of the pack (" + ", ".join(f.name for f in folders) + ")",
        "infringing": len(a),
        "innocent": len(b),
        "steps": [
            {"at": float(s), "taken": int((a >= s).sum()), "wrong": int((b > u).sum())}
            for s, u in zip(steps, below, strict=True)
        ],
    }


def report(name: str, odds: torch.Tensor, pairs: Pairs, folders: list[Path]) -> None:
    """Prints the calibration error over all sets and by set."""
    best = pairs.best(odds)
    p = torch.sigmoid(odds[best]).numpy()
    parts = [
        f"{folders[k].name} {calibration_error(p[pairs.dataset[best] == k], pairs.hit[best][pairs.dataset[best] == k]):.3f}"
        for k in range(len(folders))
    ]
    print(f"{name}: ECE {calibration_error(p, pairs.hit[best]):.3f} over {len(best)} listings; {', '.join(parts)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--pack", type=Path, default=ROOT / "models/packs/touchstone-base")
    parser.add_argument("--program", type=Path, default=ROOT / "bin/touchstone")
    parser.add_argument(
        "--predictions", type=Path, help="folder of an earlier run (--out of touchstone eval), instead of a new one"
    )
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--precision", type=float, default=0.95)
    args = parser.parse_args()
    fusion = json.loads((args.pack / "fusion.json").read_text(encoding="utf-8"))
    signals = [s for s, v in fusion.items() if isinstance(v, dict) and "weight" in v]
    files = [
        args.predictions / f.name / "predictions.jsonl" if args.predictions else measure(args.pack, f, args.program)
        for f in args.sets
    ]
    pairs = gather(files, args.sets, signals)
    fold = np.random.default_rng(0).permutation(pairs.listing.max() + 1)[pairs.listing] % args.folds
    held_out = torch.zeros(len(pairs.hit), dtype=torch.float64)
    for k in range(args.folds):
        held_out[torch.tensor(fold == k)] = scores(fit(pairs, fold != k), pairs.probability[torch.tensor(fold == k)])
    report("held-out folds", held_out, pairs, args.sets)
    theta = fit(pairs, np.ones(len(pairs.hit), bool))
    odds = scores(theta, pairs.probability)
    report("fitted", odds, pairs, args.sets)
    base, second = -float(torch.nn.functional.softplus(theta[0])), float(torch.sigmoid(theta[1]))
    weights = torch.sigmoid(theta[2:]).tolist()
    best = pairs.best(odds)
    p, hit, dataset = torch.sigmoid(odds[best]).numpy(), pairs.hit[best], pairs.dataset[best]
    at = max(threshold(p[dataset == k], hit[dataset == k], args.precision) for k in range(len(args.sets)))
    for s, w in zip(signals, weights, strict=True):
        fusion[s]["weight"] = round(w, 3)
    fusion["infringement"] |= {"base": round(base, 3), "second": round(second, 3), "threshold": at}
    print(
        f"base {base:.2f}, second {second:.3f}, threshold {at}; "
        + ", ".join(f"{s} {w:.3f}" for s, w in zip(signals, weights, strict=True))
    )
    measured = {"infringement": curve(files, args.sets, "infringement", pairs, held_out)}
    measured |= {s: curve(files, args.sets, s, None, None) for s in signals}
    fusion["measured"] = {s: c for s, c in measured.items() if c}
    for s, c in fusion["measured"].items():
        print(
            f"measured {s}: {c['infringing']} infringing and {c['innocent']} innocent listings, {len(c['steps'])} steps"
        )
    write(args.pack, fusion)


if __name__ == "__main__":
    main()

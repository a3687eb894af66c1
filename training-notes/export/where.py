"""Fits what tells marks on goods, on packaging and on the page apart, and writes it into the pack's fusion file.

    python training-notes/train/where_scenes.py
    python training-notes/export/where.py

A multinomial logistic model over the measures of a place (detect/where.go). It prints the confusion matrix on scenes of held-out
marks and photos, and what is left unsure.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from fusion import ROOT, write

KINDS = ["goods", "packaging", "page"]
PAGE_MARGIN = 0.1  # farther from the border no single picture's mark is told to be on the page (detect/where.go)


def softmax(odds: np.ndarray) -> np.ndarray:
    e = np.exp(odds - odds.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def fit(x: np.ndarray, kind: np.ndarray, penalty: float = 1e-3, steps: int = 1500) -> np.ndarray:
    """Weights [kinds, 1 + measures], the bias first, by accelerated gradient descent on standardised measures."""
    mean, scale = x.mean(0), x.std(0) + 1e-6
    z = np.hstack([np.ones((len(x), 1)), (x - mean) / scale])
    target = np.eye(len(KINDS))[kind]
    w = ahead = np.zeros((len(KINDS), z.shape[1]))
    t = 1.0
    rate = 2 / ((z**2).sum(1).mean())
    for _ in range(steps):
        step = (softmax(z @ ahead.T) - target).T @ z / len(x) + penalty * ahead
        new = ahead - rate * step
        new_t = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead, w, t = new + (t - 1) / new_t * (new - w), new, new_t
    out = np.hstack([w[:, :1] - (w[:, 1:] * mean / scale).sum(1, keepdims=True), w[:, 1:] / scale])
    return out - out.mean(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=ROOT / "models/packs/touchstone-base")
    parser.add_argument("--measures", type=Path, default=ROOT / "training-notes/work/where.npz")
    parser.add_argument("--sure", type=float, default=0.75)
    # Scenes are drawn in equal numbers; that a mark belongs to what is sold is likelier. No count is at hand: this is a judgement.
    parser.add_argument("--prior", type=float, nargs=3, default=[0.4, 0.4, 0.2], metavar=("GOODS", "PACKAGING", "PAGE"))
    args = parser.parse_args()
    data = np.load(args.measures)
    w = fit(data["fit"], data["fit_kind"])
    w[:, 0] += np.log(args.prior)
    w[:, 0] -= w[:, 0].mean()
    p = softmax(np.hstack([np.ones((len(data["held_out"]), 1)), data["held_out"]]) @ w.T)
    kind, told, sure = data["held_out_kind"], p.argmax(1), p.max(1) >= args.sure
    amid = (data["held_out"][:, 0] >= PAGE_MARGIN) & (data["held_out"][:, -1] == 0)
    sure &= ~(amid & (told == KINDS.index("page")))
    print(
        f"{len(data['fit'])} scenes fitted on, {len(kind)} held out; told where the probability is {args.sure} or more"
    )
    print("truth \\ told " + "".join(f"{k:>11}" for k in [*KINDS, "unsure"]))
    for k, name in enumerate(KINDS):
        row = [int(((kind == k) & (told == j) & sure).sum()) for j in range(len(KINDS))] + [
            int(((kind == k) & ~sure).sum())
        ]
        print(f"{name:<12} " + "".join(f"{v:>11}" for v in row))
    print(
        f"right of what is told {(told == kind)[sure].mean():.3f}; told {sure.mean():.3f}; right of all, nothing left unsure {(told == kind).mean():.3f}"
    )
    fusion = json.loads((args.pack / "fusion.json").read_text(encoding="utf-8"))
    fusion["logo_in_scene"]["where"] = {"sure": args.sure} | {
        k: [round(float(v), 4) for v in row] for k, row in zip(KINDS, w, strict=True)
    }
    write(args.pack, fusion)


if __name__ == "__main__":
    main()

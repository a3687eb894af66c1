"""Draw the curves of a run for its note: ``python training-notes/train/text_curves.py --log LOG --out PNG``."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parents[2]


def draw(log: Path, out: Path) -> None:
    """Loss on the left, recall of held-out names on the right, over steps."""
    with log.open(newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    steps = [r["step"] for r in rows]
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.6), dpi=80)
    left.plot(steps, [r["loss"] for r in rows], color="black")
    left.set_title("InfoNCE loss (running mean)", fontsize=9)
    right.plot(steps, [r["recall_other_scripts"] for r in rows], label="other scripts")
    right.plot(steps, [r["recall_altered"] for r in rows], label="altered Latin")
    right.set_title("recall@1 of 50 held-out names", fontsize=9)
    right.legend(fontsize=8)
    for axis in (left, right):
        axis.set_xlabel("step", fontsize=8)
        axis.tick_params(labelsize=8)
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, default=ROOT / "training-notes" / "work" / "text" / "log.csv")
    parser.add_argument("--out", type=Path, default=ROOT / "training-notes" / "0002-text-curves.png")
    args = parser.parse_args()
    draw(args.log, args.out)


if __name__ == "__main__":
    main()

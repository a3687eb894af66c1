"""Draws the curves of a training run from its CSV: `python curves.py --csv FILE --out PNG [--design | --logo]`."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--design", action="store_true", help="the CSV is of design_train.py")
    parser.add_argument("--logo", action="store_true", help="the CSV is of logo_train.py")
    args = parser.parse_args()
    with open(args.csv, newline="", encoding="utf-8") as f:
        rows = [[float(v) for v in row] for row in csv.reader(f)]
    latest = {row[0]: row for row in rows}  # a resumed run repeats some steps: the last counts
    steps = sorted(latest)
    columns = [(3, "copy loss"), (5, "distillation"), (2, "learning rate")]
    if args.design:
        columns = [(2, "design loss"), (1, "learning rate")]
    if args.logo:
        columns = [(1, "loss"), (2, "learning rate, share"), (3, "processor seconds")]
    figure, axes = plt.subplots(1, len(columns), figsize=(3 * len(columns), 2.6))
    for axis, (column, title) in zip(axes, columns, strict=True):
        axis.plot(steps, [latest[s][column] for s in steps], linewidth=1)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("step", fontsize=8)
        axis.tick_params(labelsize=7)
        for before, after in zip(steps, steps[1:], strict=False):
            if not (args.design or args.logo) and latest[before][1] != latest[after][1]:  # another input size
                axis.axvline(after, color="grey", linewidth=0.5)
    figure.tight_layout()
    figure.savefig(args.out, dpi=80)


if __name__ == "__main__":
    main()

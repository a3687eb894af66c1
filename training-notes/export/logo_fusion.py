"""Writes the settings of logo_in_scene into a pack's fusion file and fits its calibration.

    make build
    python training-notes/export/logo_fusion.py --logo training-notes/work/val-logo

Settings were chosen on `val-logo` with `eval_logo.py --grid`; everything else in the file stays as it is.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from fusion import FLAT, ROOT, best_pairs, cross_validated, measure, platt, probability, threshold, write


def settings(args: argparse.Namespace) -> dict[str, object]:
    """The signal's entry, uncalibrated."""
    return {
        "calibration": FLAT, "weight": args.weight, "threshold": 0.5, "candidates": 20, "beta": args.beta,
        "neighbours": args.neighbours, "places": args.places, "closer": args.closer, "min_objectness": args.min_objectness,
        "overlap": 0.45, "objectness": args.objectness,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=ROOT / "models/packs/touchstone-base")
    parser.add_argument("--program", type=Path, default=ROOT / "bin/touchstone")
    parser.add_argument("--logo", type=Path, required=True, help="validation set")
    parser.add_argument("--beta", type=float, default=0.5)
    parser.add_argument("--neighbours", type=int, default=10)
    parser.add_argument("--places", type=int, default=8)
    parser.add_argument("--closer", type=int, default=3)
    parser.add_argument("--min-objectness", type=float, default=0.03)
    parser.add_argument("--objectness", type=float, default=0.1)
    parser.add_argument("--weight", type=float, default=1.0)
    parser.add_argument("--precision", type=float, default=0.9)
    args = parser.parse_args()
    path = args.pack / "fusion.json"
    fusion = json.loads(path.read_text(encoding="utf-8"))
    fusion["logo_in_scene"] = settings(args)
    write(args.pack, fusion)
    score, hit = best_pairs(measure(args.pack, args.logo, args.program), args.logo, "logo_in_scene")
    fit = platt(score, hit)
    at = threshold(probability(fit, score), hit, args.precision)
    fusion["logo_in_scene"] |= {"calibration": {"a": round(fit[0], 4), "b": round(fit[1], 4)}, "threshold": at}
    write(args.pack, fusion)
    error = cross_validated(score, hit)
    print(f"logo_in_scene: a {fit[0]:.3f}, b {fit[1]:.3f}; ECE {error:.3f} over {len(score)} listings; threshold {at}")


if __name__ == "__main__":
    main()

"""Writes the settings of logo_in_scene into a pack's fusion file and fits its calibration.

    make build
    python training-notes/export/logo_fusion.py --logo training-notes/work/val-logo

Settings were chosen on `val-logo` with `eval_logo.py --grid`; everything else in the file stays as it is.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from fusion import FLAT, ROOT, calibrate, measure, write


def settings(args: argparse.Namespace) -> dict[str, object]:
    """The signal's entry, uncalibrated."""
    return {
        "calibration": FLAT, "weight": args.weight, "threshold": 0.5, "candidates": 20, "beta": args.beta,
        "neighbours": args.neighbours, "places": args.places, "closer": args.closer, "refined": args.refined, "min_objectness": args.min_objectness,
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
    parser.add_argument("--closer", type=int, default=0)
    parser.add_argument("--refined", type=int, default=3)
    parser.add_argument("--min-objectness", type=float, default=0.03)
    parser.add_argument("--objectness", type=float, default=0.1)
    parser.add_argument("--weight", type=float, default=1.0)
    parser.add_argument("--precision", type=float, default=0.9)
    args = parser.parse_args()
    path = args.pack / "fusion.json"
    fusion = json.loads(path.read_text(encoding="utf-8"))
    kept = {k: v for k, v in fusion.get("logo_in_scene", {}).items() if k == "where"}  # of where.py
    fusion["logo_in_scene"] = settings(args) | kept
    write(args.pack, fusion)
    predictions = measure(args.pack, args.logo, args.program)
    calibrate(fusion["logo_in_scene"], "logo_in_scene", [(predictions, args.logo)], args.precision)
    write(args.pack, fusion)


if __name__ == "__main__":
    main()

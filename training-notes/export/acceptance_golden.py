"""Keeps what the acceptance test makes of the measures of some pairs, so that Go and Python stay the same.

    python training-notes/export/acceptance_golden.py RUN/predictions.jsonl    # writes detect/testdata/measures.json

The pairs are verified ones of a run of `touchstone eval`; the test is `detect/measures_test.go`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import acceptance

OUT = Path(__file__).resolve().parents[2] / "detect/testdata/measures.json"
BETA = 0.75


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--count", type=int, default=40)
    args = parser.parse_args()
    rows = []
    for line in args.predictions.read_text(encoding="utf-8").splitlines():
        p = json.loads(line)
        if p["signal"] == "near_copy" and "measures" in p:
            rows.append(p["measures"])
    placed = [r for r in rows if r["inliers"] >= acceptance.LEAST_INLIERS]
    chosen = placed[:: max(1, len(placed) // args.count)][: args.count] + rows[:5]
    values = acceptance.measures(chosen, BETA).tolist()
    kept = [{"row": r, "measures": v} for r, v in zip(chosen, values, strict=True)]
    OUT.write_text(json.dumps({"beta": BETA, "pairs": kept}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Prints how many mock-ups with other prints are taken for copies, and how many copies are found.

    bin/touchstone eval --out out training-notes/work/val-mockup
    python training-notes/train/mockup_shares.py out/val-mockup training-notes/work/val-mockup

A pair is a listing and a right of the same mock-up that geometry compared and that is no copy; a listing is taken where
one of its pairs is.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

from catalogue import WORK

LEAST_INLIERS = 3
PACK = Path(__file__).resolve().parents[2] / "models/packs/touchstone-base/fusion.json"


def read(path: Path) -> list[dict]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def share(hits: list[bool]) -> str:
    """Hits of all, and their share."""
    return f"{sum(hits):4d} of {len(hits):4d}  {sum(hits) / max(1, len(hits)):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="what touchstone eval wrote for the set")
    parser.add_argument("set", type=Path, nargs="?", default=WORK / "val-mockup")
    parser.add_argument(
        "--threshold", type=float, help="probability from which a pair is verified; the pack's otherwise"
    )
    args = parser.parse_args()
    at = args.threshold or json.loads(PACK.read_text(encoding="utf-8"))["near_copy"]["threshold"]
    rows = {row["id"]: row for row in read(args.set / "listings.jsonl")}
    pairs: list[bool] = []
    taken: dict[str, bool] = dict.fromkeys(rows, False)
    found: dict[str, bool] = dict.fromkeys(rows, False)
    for p in read(args.run / "predictions.jsonl"):
        if p["signal"] != "near_copy" or "measures" not in p:
            continue
        row = rows[p["listing"]]
        verified = p["probability"] >= at and p["measures"]["inliers"] >= LEAST_INLIERS
        if p["right"] in {t["right"] for t in row["truth"]}:
            found[p["listing"]] = verified
        elif p["right"].startswith(row["seller"] + "-"):
            pairs.append(verified)
            taken[p["listing"]] |= verified
    print(f"threshold {at}\npairs of one mock-up  {share(pairs)}")
    print(f"innocent listings     {share([taken[i] for i, r in rows.items() if not r['truth']])}")
    kinds: dict[str, list[bool]] = defaultdict(list)
    for i, row in rows.items():
        if row["truth"]:
            kinds[f"copies, {row['how']}"].append(found[i])
        else:
            kinds[f"innocent on {row['goods']}"].append(taken[i])
            kinds[f"innocent {'photographed' if 'photographed' in row['how'] else 'the same picture'}"].append(taken[i])
    for kind in sorted(kinds):
        print(f"{kind:32s} {share(kinds[kind])}")


if __name__ == "__main__":
    main()

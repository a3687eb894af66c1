"""Fits the calibrations of a pack's fusion file and writes it into the pack.

    make build
    python training-notes/export/fusion.py --near-copy training-notes/work/val-copy --keyword training-notes/work/val-keyword

Raw scores come from the program itself (`touchstone eval` on validation sets, with the pack as it is), so that what is
calibrated is what is served. For each signal a logistic curve (Platt, 1999) is fitted to the best right of each listing,
the pair that FORMAT's calibration error looks at, with Platt's smoothed targets. Cross-validation over listings gives the
calibration error on listings that were not fitted on. The thresholds recommended are the probabilities where the
validation precision reaches the target.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import acceptance
from manifest import replace, sealed

ROOT = Path(__file__).resolve().parents[2]
# What details that geometry finds add to a design's score (note 0013): chosen on work/val-design-full and eval/dev-design.
DETAILS = {"candidates": 10, "least": 8, "full": 28, "inliers": 0.2, "agrees": 0.1}
FLAT = {"a": 1.0, "b": 0.0}


def best_pairs(out: Path, folder: Path, signal: str) -> tuple[np.ndarray, np.ndarray]:
    """Score and truth of the best right of each listing that has a prediction."""
    truth: dict[str, set[str]] = {}
    for line in (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth[row["id"]] = {t["right"] for t in row["truth"] if t["signal"] == signal}
    best: dict[str, tuple[float, bool]] = {}
    for line in out.read_text(encoding="utf-8").splitlines():
        p = json.loads(line)
        if p["signal"] == signal and (p["listing"] not in best or p["score"] > best[p["listing"]][0]):
            best[p["listing"]] = (p["score"], p["right"] in truth[p["listing"]])
    pairs = np.array(list(best.values()), dtype=np.float64)
    return pairs[:, 0], pairs[:, 1] > 0.5


def platt(score: np.ndarray, hit: np.ndarray, steps: int = 100) -> tuple[float, float]:
    """Maximum likelihood of 1 / (1 + exp(-(a·score + b))) by Newton's method, with Platt's targets."""
    positive, negative = hit.sum(), (~hit).sum()
    target = np.where(hit, (positive + 1) / (positive + 2), 1 / (negative + 2))
    x = np.stack([score, np.ones_like(score)], axis=1)
    w = np.zeros(2)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-x @ w))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, x.T @ (target - p))
        w += step
        if np.abs(step).max() < 1e-9:
            break
    return float(w[0]), float(w[1])


def probability(fit: tuple[float, float], score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(fit[0] * score + fit[1])))


def calibration_error(p: np.ndarray, hit: np.ndarray, bins: int = 15) -> float:
    """ECE in equal-mass bins."""
    order = np.argsort(p)
    parts = np.array_split(order, bins)
    return float(sum(len(i) * abs(p[i].mean() - hit[i].mean()) for i in parts if len(i)) / len(p))


def cross_validated(score: np.ndarray, hit: np.ndarray, folds: int = 5) -> float:
    """ECE of probabilities that each fold gets from the other folds."""
    fold = np.random.default_rng(0).permutation(len(score)) % folds
    p = np.zeros_like(score)
    for k in range(folds):
        p[fold == k] = probability(platt(score[fold != k], hit[fold != k]), score[fold == k])
    return calibration_error(p, hit)


def unrelated(predictions: Path, folder: Path, signal: str) -> list[list[float]]:
    """How rare scores are among pairs of a listing and a right that have nothing to do with each other: (score, N), one in N reaches it.

    Ten rights a listing are kept, so that the rarest hundredth and less is exact on a set with 1,000 rights or more, and too low
    a share, never too high, on a smaller one.
    """
    truth = {}
    for line in (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth[row["id"]] = {t["right"] for t in row["truth"]}
    rights = len(
        {json.loads(line)["right"] for line in (folder / "references.jsonl").read_text(encoding="utf-8").splitlines()}
    )
    rows = [json.loads(line) for line in predictions.read_text(encoding="utf-8").splitlines()]
    wrong = sorted(
        (p["score"] for p in rows if p["signal"] == signal and p["right"] not in truth[p["listing"]]), reverse=True
    )
    pairs = len(truth) * rights - sum(len(t) for t in truth.values())
    points: list[list[float]] = []
    for one_in in (100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000):
        at = pairs // one_in
        score = float(f"{wrong[at]:.6g}") if 3 <= at < len(wrong) else -np.inf
        if np.isfinite(score) and (not points or score > points[-1][0]):  # of equal scores the commoner stands
            points.append([score, one_in])
    return points


def threshold(p: np.ndarray, hit: np.ndarray, precision: float) -> float:
    """The lowest probability from which on precision holds, rounded; at least 0.3 and at most 0.95."""
    order = np.argsort(-p)
    running = np.cumsum(hit[order]) / np.arange(1, len(p) + 1)
    good = np.nonzero(running >= precision)[0]
    return round(float(np.clip(p[order][good[-1]] if len(good) else 0.95, 0.3, 0.95)), 3)


def measure(pack: Path, folder: Path, program: Path) -> Path:
    """Runs the program on a set and returns its predictions."""
    out = Path(tempfile.mkdtemp(prefix="fusion-"))
    head = json.loads((folder / "set.json").read_text(encoding="utf-8"))
    subprocess.run([program, "eval", "--profile", "full", "--pack", pack, "--out", out, folder], check=True)
    name = head["name"]
    return out / name / "predictions.jsonl"


def write(pack: Path, fusion: dict[str, Any]) -> None:
    """Writes fusion.json, its signals in a fixed order, and seals it in the manifest."""
    last = ("price_anomaly", "infringement")
    fusion = {k: v for k, v in fusion.items() if k not in last} | {k: fusion[k] for k in last if k in fusion}
    replace(pack / "fusion.json", json.dumps(fusion, indent=2) + "\n")
    path = pack / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["fusion"] = sealed(pack, pack / "fusion.json")
    replace(path, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def picture(old: dict[str, Any], beta: float, neighbours: int) -> dict[str, Any]:
    """Settings of a signal that compares pictures, uncalibrated; what an earlier file says wins but for the normalisation."""
    settings = {"weight": 1, "candidates": 20, "mirrored_references": True, "whole_bonus": 0.0} | old
    return settings | {"calibration": FLAT, "threshold": 0.5, "beta": beta, "neighbours": neighbours}


def start(old: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """The fusion file with what is chosen by hand and flat calibrations for the signals that are fitted."""
    words = old.get("keyword_misuse", {}).get("words") or json.loads(args.words.read_text(encoding="utf-8"))
    keyword = {"weight": 1, "candidates": 8, "min_cosine": 0.7, "max_spans": 96, "description": 0.7, "words": words}
    fusion = {
        "format": 1,
        # What a low price adds is a judgement: no labelled listings with prices are at hand.
        "price_anomaly": {"log_odds": 1.0, "from": 0.5, "full": 0.1},
        # Nor does any set say how much more often hidden marks are misused than the keyword's own weight for it tells.
        "obfuscated_brand": {"log_odds": 0.8},
        "infringement": {"calibration": FLAT, "threshold": 0.5},
    } | old
    if args.near_copy:
        fusion["near_copy"] = picture(old.get("near_copy", {}), args.beta, args.neighbours)
    if args.design:
        fusion["design_similarity"] = picture(
            {"weight": 0.5, "details": DETAILS} | old.get("design_similarity", {}), args.design_beta, args.design_neighbours
        )
    if args.written:
        written = {"weight": 1, "min_confidence": 0.6} | old.get("mark_in_image_text", {})
        fusion["mark_in_image_text"] = written | {"calibration": FLAT, "threshold": 0.5}
    if args.keyword:
        fusion["keyword_misuse"] = (
            keyword | old.get("keyword_misuse", {}) | {"words": words, "calibration": FLAT, "threshold": 0.5}
        )
    return fusion


def verify(fusion: dict[str, Any], args: argparse.Namespace) -> None:
    """Fits the test of geometric verification on pairs that the program verifies, and writes it into the pack."""
    near = fusion["near_copy"]
    near["verify"] = acceptance.blank(args.verify, args.verify_floor)
    write(args.pack, fusion)
    rows, hit = [], np.zeros(0, bool)
    for folder in args.verification:
        more, more_hit = acceptance.pairs(measure(args.pack, folder, args.program), folder)
        rows, hit = rows + more, np.concatenate([hit, more_hit])
    x = acceptance.measures(rows, near["beta"])
    weights, bias = acceptance.fit(x, hit)
    near["verify"]["acceptance"] = {"bias": round(bias, 4)} | {
        k: round(float(w), 4) for k, w in zip(acceptance.NAMES, weights, strict=True)
    }
    line = platt(x[:, 0], hit)
    near["verify"]["unverified"] = {"a": round(line[0], 4), "b": round(line[1], 4)}
    near["calibration"] = FLAT
    print(f"verification: {len(hit)} pairs, {int(hit.sum())} of them copies; {near['verify']}")
    write(args.pack, fusion)


def calibrate(settings: dict[str, Any], signal: str, runs: list[tuple[Path, Path]], precision: float) -> None:
    """Fits a signal's calibration and threshold to the program's predictions on sets, writes and prints them.

    A run is predictions and the set's folder. How rare scores are, and where they are precise enough, is told by the first.
    """
    pairs = [best_pairs(predictions, folder, signal) for predictions, folder in runs]
    score, hit = np.concatenate([s for s, _ in pairs]), np.concatenate([h for _, h in pairs])
    predictions, folder = runs[0]
    verified = "verify" in settings
    if verified:  # its scores are probabilities
        score = acceptance.log_odds(score)
    fit = platt(score, hit)
    line = {"a": round(fit[0], 4), "b": round(fit[1], 4)}
    settings["calibration"] = {"points": acceptance.tabulate(*fit)} if verified else line
    settings["unrelated"] = unrelated(predictions, folder, signal)
    first = len(pairs[0][0])
    settings["threshold"] = at = threshold(probability(fit, score[:first]), hit[:first], precision)
    error = cross_validated(score, hit)
    print(
        f"{signal}: a {fit[0]:.3f}, b {fit[1]:.3f}; ECE {error:.3f} cross-validated over {len(score)} listings; threshold {at}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=ROOT / "models/packs/touchstone-base")
    parser.add_argument("--program", type=Path, default=ROOT / "bin/touchstone")
    parser.add_argument("--near-copy", type=Path, help="validation set; without one the signal stays as it is")
    parser.add_argument(
        "--verification",
        type=Path,
        nargs="*",
        help="sets to fit the test of verification on, others than --near-copy",
    )
    parser.add_argument(
        "--mockups", type=Path, nargs="*", default=[], help="sets of mockup_set.py to calibrate near copies on as well"
    )
    parser.add_argument("--hard", type=Path, help="set of hard_set.py that bounds the threshold of near copies")
    parser.add_argument("--hard-share", type=float, default=0.005, help="share of its hard pairs that may be verified")
    parser.add_argument("--verify", type=int, default=20, help="pairs of a listing that are verified")
    parser.add_argument("--verify-floor", type=float, default=0.08, help="least score of the vectors to be verified")
    parser.add_argument(
        "--other-prints", type=Path, help="set of mockup_set.py that bounds the threshold of near copies"
    )
    parser.add_argument(
        "--other-share", type=float, default=0.03, help="share of its innocent listings that may be verified"
    )
    parser.add_argument("--design", type=Path, help="validation set; without one the signal stays as it is")
    parser.add_argument("--keyword", type=Path, help="validation set; without one the signal stays as it is")
    parser.add_argument("--written", type=Path, help="validation set; without one the signal stays as it is")
    parser.add_argument(
        "--words", type=Path, help="JSON of the word weights; needed for the first fusion file of a pack"
    )
    parser.add_argument("--beta", type=float, default=0.75)
    parser.add_argument("--neighbours", type=int, default=3)
    parser.add_argument("--design-beta", type=float, default=0.75)
    parser.add_argument("--design-neighbours", type=int, default=3)
    parser.add_argument("--precision", type=float, default=0.9)
    # What is called a verified copy is believed: sellers' own floors must not make copies of all they sell.
    parser.add_argument("--verified-precision", type=float, default=0.99)
    args = parser.parse_args()
    path = args.pack / "fusion.json"
    fusion = start(json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}, args)
    write(args.pack, fusion)
    sets = {
        "near_copy": args.near_copy,
        "design_similarity": args.design,
        "keyword_misuse": args.keyword,
        "mark_in_image_text": args.written,
    }
    if args.near_copy and args.verification:
        verify(fusion, args)
    for signal, folder in sets.items():
        if folder is not None:
            verified = "verify" in fusion[signal]
            folders = [folder, *(args.mockups if signal == "near_copy" else [])]
            runs = [(measure(args.pack, f, args.program), f) for f in folders]
            calibrate(fusion[signal], signal, runs, args.verified_precision if verified else args.precision)
    write(args.pack, fusion)
    if args.near_copy and args.hard:
        near = fusion["near_copy"]
        at = acceptance.hard_threshold(measure(args.pack, args.hard, args.program), args.hard, args.hard_share)
        near["threshold"] = max(near["threshold"], at)
        print(f"near_copy: {args.hard_share:.1%} of the hard pairs are verified at {at}; threshold {near['threshold']}")
    if args.near_copy and args.other_prints:
        near = fusion["near_copy"]
        predictions = measure(args.pack, args.other_prints, args.program)
        at = acceptance.mockup_threshold(predictions, args.other_prints, args.other_share)
        near["threshold"] = max(near["threshold"], at)
        print(f"near_copy: {args.other_share:.1%} of other prints are verified at {at}; threshold {near['threshold']}")
    fusion["infringement"]["threshold"] = max(fusion[s]["threshold"] for s in sets if s in fusion)
    write(args.pack, fusion)


if __name__ == "__main__":
    main()

"""Fits the acceptance test of geometric verification: which verified pairs show the same picture.

A logistic test on what `detect/keypoint` measures of a pair, every weight at or above zero, so that more agreement never
counts against a match (accelerated projected gradient descent: Beck and Teboulle 2009). Its formulas are those of
`detect/acceptance.go`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

PIXELS = ["detail", "share", "centre", "whole", "texture", "core"]
LOOKED_UP = ["heart", "gap", "spread"]
NAMES = ["score", "inliers", "support", "consistency", *PIXELS, "evenness", *LOOKED_UP]
LEAST_INLIERS = 3


def measures(rows: list[dict[str, float]], beta: float) -> np.ndarray:
    """What the test weighs [N, 14], in the order of NAMES, from the measures that predictions carry."""
    column = {k: np.array([r[k] for r in rows]) for k in rows[0]}
    n, expected, matches = column["inliers"], column["expected"], column["matches"]
    geometry = [
        np.log1p(np.maximum(n - 2, 0)),
        n / np.maximum(6, np.maximum(n, expected)),
        n / np.maximum(4, matches),
        *(np.maximum(0, column[k]) for k in PIXELS),
        np.minimum(0, column["evenness"]),
        *(column[k] for k in LOOKED_UP),
    ]
    placed = n >= LEAST_INLIERS
    return np.stack([column["vectors"] - beta * column["background"], *(np.where(placed, g, 0) for g in geometry)], 1)


def fit(x: np.ndarray, hit: np.ndarray, penalty: float = 1e-3, steps: int = 4000) -> tuple[np.ndarray, float]:
    """Weights [14], none below zero, and bias of the test."""
    scale = x.std(0) + 1e-9
    z = x / scale
    rate = 4 / ((z**2).sum(1).mean() + 1)
    w, b, t = np.zeros(x.shape[1]), 0.0, 1.0
    ahead, ahead_b = w, b
    for _ in range(steps):
        error = 1 / (1 + np.exp(-(z @ ahead + ahead_b))) - hit
        new = np.maximum(ahead - rate * (z.T @ error / len(hit) + penalty * ahead), 0)
        new_b = ahead_b - rate * error.mean()
        new_t = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead, ahead_b = new + (t - 1) / new_t * (new - w), new_b + (t - 1) / new_t * (new_b - b)
        w, b, t = new, new_b, new_t
    return w / scale, float(b)


def pairs(predictions: Path, folder: Path) -> tuple[list[dict[str, float]], np.ndarray]:
    """The verified pairs of a run and whether each is a copy."""
    truth: dict[str, set[str]] = {}
    same: dict[str, set[str]] = {}
    for line in (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth[row["id"]] = {t["right"] for t in row["truth"] if t["signal"] == "near_copy"}
        # A file is its own copy: nothing can be learnt of it (hard_set.py).
        same[row["id"]] = truth[row["id"]] if row.get("how") == "as it is" else set()
    rows, hit = [], []
    for line in predictions.read_text(encoding="utf-8").splitlines():
        p = json.loads(line)
        if p["signal"] == "near_copy" and "measures" in p and p["right"] not in same[p["listing"]]:
            rows.append(p["measures"])
            hit.append(p["right"] in truth[p["listing"]])
    if not rows:
        raise ValueError(f"{predictions}: no pair was verified; build the program first")
    return rows, np.array(hit)


def hard_threshold(predictions: Path, folder: Path, share: float) -> float:
    """The least probability, in hundredths, at which no more than `share` of the hard pairs that were compared are verified.

    Hard pairs are of two photos of one sender (hard_set.py); each counts once, as verified where either way round is.
    """
    lines = (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines()
    sender = {row["id"]: row["seller"] for row in map(json.loads, lines)}
    pairs: dict[tuple[str, ...], float] = {}
    for line in predictions.read_text(encoding="utf-8").splitlines():
        p = json.loads(line)
        if p["signal"] != "near_copy" or "measures" not in p or p["listing"] == p["right"]:
            continue
        if sender[p["listing"]] == sender[p["right"]]:
            at = tuple(sorted((p["listing"], p["right"])))
            verified = p["probability"] if p["measures"]["inliers"] >= LEAST_INLIERS else 0.0
            pairs[at] = max(pairs.get(at, 0.0), verified)
    found = np.array(list(pairs.values()))
    return next((t / 100 for t in range(30, 100) if (found >= t / 100).mean() <= share), 0.99)


def mockup_threshold(predictions: Path, folder: Path, share: float) -> float:
    """The least probability, in hundredths, at which no more than `share` of the innocent listings of mockup_set.py are verified."""
    lines = (folder / "listings.jsonl").read_text(encoding="utf-8").splitlines()
    best = {row["id"]: 0.0 for row in map(json.loads, lines) if not row["truth"]}
    for line in predictions.read_text(encoding="utf-8").splitlines():
        p = json.loads(line)
        if (
            p["signal"] == "near_copy"
            and p["listing"] in best
            and p.get("measures", {}).get("inliers", 0) >= LEAST_INLIERS
        ):
            best[p["listing"]] = max(best[p["listing"]], p["probability"])
    found = np.array(list(best.values()))
    return next((t / 100 for t in range(30, 100) if (found >= t / 100).mean() <= share), 0.99)


def blank(candidates: int, floor: float) -> dict[str, Any]:
    """Settings that verify and rank by the vectors alone, to gather pairs with."""
    weights = dict.fromkeys(NAMES, 0.0) | {"score": 1.0}
    acceptance = {"bias": 0.0} | weights
    return {
        "candidates": candidates,
        "floor": floor,
        "fast": {"candidates": 5, "from": 0.2, "to": 0.42},  # where the vectors leave doubt: 0004-verification.md
        "acceptance": acceptance,
        "unverified": {"a": 1.0, "b": 0.0},
    }


def tabulate(a: float, b: float, count: int = 41) -> list[list[float]]:
    """The curve 1 / (1 + exp(-(a·log-odds + b))) as points over scores that are probabilities."""
    odds = np.linspace(-8, 8, count)
    score, probability = 1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(-(a * odds + b)))
    return [[float(f"{s:.8g}"), float(f"{p:.6g}")] for s, p in zip(score, probability, strict=True)]


def log_odds(score: np.ndarray) -> np.ndarray:
    """Log-odds of scores that are probabilities, kept finite."""
    s = np.clip(score, 1e-9, 1 - 1e-9)
    return np.log(s / (1 - s))

"""Evaluation sets and their figures, for pictures: the Python twin of `internal/eval`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class PictureSet:
    """A set: one row a picture, and which right or listing each belongs to."""

    folder: Path
    rights: list[str]
    references: list[Path]
    reference_right: np.ndarray
    listings: list[str]
    pictures: list[Path]
    picture_listing: np.ndarray
    truth: list[set[int]]
    notes: list[str]


def read_lines(path: Path) -> list[dict]:
    """Reads a JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_set(folder: Path, signal: str) -> PictureSet:
    """Reads references.jsonl and listings.jsonl; only pictures and the truths of one signal count here."""
    rights: dict[str, int] = {}
    references, right_of = [], []
    for row in read_lines(folder / "references.jsonl"):
        number = rights.setdefault(row["right"], len(rights))
        for image in row.get("images", []):
            references.append(folder / image)
            right_of.append(number)
    listings, pictures, listing_of, truth, notes = [], [], [], [], []
    for n, row in enumerate(read_lines(folder / "listings.jsonl")):
        listings.append(row["id"])
        truth.append({rights[t["right"]] for t in row["truth"] if t["signal"] == signal})
        notes.append(row.get("how") or "+".join(row.get("edits", [])))
        for image in row.get("images", []):
            pictures.append(folder / image)
            listing_of.append(n)
    return PictureSet(
        folder, list(rights), references, np.array(right_of), listings, pictures, np.array(listing_of), truth, notes
    )


def by_right(data: PictureSet, scores: np.ndarray) -> np.ndarray:
    """Scores [listings, rights] from scores [pictures, references]: the best of each."""
    rights = np.full((len(scores), len(data.rights)), -np.inf)
    np.maximum.at(rights.T, data.reference_right, scores.T)
    out = np.full((len(data.listings), len(data.rights)), -np.inf)
    np.maximum.at(out, data.picture_listing, rights)
    return out


def metrics(data: PictureSet, scores: np.ndarray, top: int = 10) -> dict[str, float]:
    """The figures of the evaluation format, from scores [listings, rights]."""
    best = np.argsort(-scores, 1, kind="stable")[:, :top]
    value = np.take_along_axis(scores, best, 1)
    hit = np.array([[r in t for r in row] for row, t in zip(best, data.truth, strict=True)])
    positives = sum(len(t) for t in data.truth)
    order = np.argsort(-value.ravel(), kind="stable")
    sorted_hit, sorted_value = hit.ravel()[order], value.ravel()[order]
    found = np.cumsum(sorted_hit)
    precision = found / np.arange(1, len(found) + 1)
    last_of_tie = np.append(sorted_value[1:] != sorted_value[:-1], True)
    good = (precision >= 0.9) & last_of_tie
    owners = np.array([bool(t) for t in data.truth])
    innocent = np.sort(value[~owners, 0])[::-1]
    out = {
        "uap": float((precision * sorted_hit).sum() / positives),
        "recall_at_1": float(hit[owners, 0].mean()),
        "recall_at_5": float(hit[owners, :5].any(1).mean()),
        "recall_at_p90": float(found[good].max() / positives) if good.any() else 0.0,
    }
    for share in (1, 2, 5):
        limit = innocent[int(len(innocent) * share / 100)] if len(innocent) else -np.inf
        above = (np.where(hit, value, -np.inf).max(1) > limit)[owners]
        out[f"recall_at_fa{share}"] = float(above.mean())
    return out


def by_note(data: PictureSet, scores: np.ndarray) -> dict[str, tuple[int, float, float]]:
    """For each kind of listing: how many have a truth, recall at 1, recall at 5 % false alarms of the whole set."""
    owners = np.array([bool(t) for t in data.truth])
    mine = np.array([row[list(t)].max() if t else -np.inf for row, t in zip(scores, data.truth, strict=True)])
    innocent = np.sort(scores[~owners].max(1))[::-1]
    limit = innocent[int(len(innocent) * 0.05)] if len(innocent) else -np.inf
    out = {}
    for note in sorted({n for n, o in zip(data.notes, owners, strict=True) if o}):
        rows = owners & (np.array(data.notes) == note)
        out[note] = (
            int(rows.sum()),
            float(
                (
                    scores[rows].argmax(1) == np.array([min(t) for t, r in zip(data.truth, rows, strict=True) if r])
                ).mean()
            ),
            float((mine[rows] > limit).mean()),
        )
    return out

"""Measure the text embedder on a keyword set: ``python training-notes/train/text_eval.py --model PACK/text.onnx``.

Neighbours alone decide: every span of a title is embedded, and a right scores the best cosine between any span and any
of its words. Context of use is no concern of the embedder, so the innocents counted are titles without any mark.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from text_data import encode

ROOT = Path(__file__).resolve().parents[2]
Vectors = NDArray[np.float32]
_DENSE = r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\uac00-\ud7a3]"  # scripts written without spaces, or with suffixes


def spans(title: str) -> list[str]:
    """Windows of a title worth looking up: words, neighbours, runs without spaces, letters standing alone."""
    title = title.lower()
    words = title.split()
    found = {w for w in words}
    found |= {p for w in words for p in re.split(r"[\W_]+", w) if p}
    found |= {f"{a} {b}" for a, b in itertools.pairwise(words)}
    found |= {m.group() for m in re.finditer(r"(?<!\S)\S(?:\s\S){2,}(?!\S)", title)}
    for run in re.findall(rf"{_DENSE}[^\sa-z]*", title):
        for size in range(2, 13 if "\u0e00" <= run[0] <= "\u0e7f" else 9):
            found |= {run[i : i + size] for i in range(len(run) - size + 1)}
    return [f for f in sorted(found) if len(f) > 1][:400] or [title[:32]]


class Neighbours:
    """Embeds with the exported model and ranks rights by their best cosine."""

    def __init__(self, model: Path, rights: dict[str, list[str]]) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.owner = np.array([r for r, words in rights.items() for _ in words])
        self.words = self.embed([w for words in rights.values() for w in words])

    def embed(self, texts: list[str]) -> Vectors:
        """Unit vectors of texts, lower-cased, [N, dimension]."""
        chars = encode([t.lower() for t in texts])
        return np.asarray(self.session.run(["word"], {"chars": chars})[0], dtype=np.float32)

    def scores(self, title: str) -> dict[str, tuple[float, str]]:
        """Best cosine and the span that reached it, by right."""
        texts = spans(title)
        cosine = self.embed(texts) @ self.words.T
        best: dict[str, tuple[float, str]] = {}
        for column, right in enumerate(self.owner):
            row = int(cosine[:, column].argmax())
            best[right] = max(best.get(right, (-1.0, "")), (float(cosine[row, column]), texts[row]))
        return best


def measure(rows: list[dict[str, Any]], found: list[dict[str, tuple[float, str]]]) -> dict[str, float]:
    """Recall at 1 in all and by kind of change, and recall above the scores that 1 and 5 % of clean titles reach."""
    hits: dict[str, list[bool]] = defaultdict(list)
    true_scores, clean = [], []
    for row, best in zip(rows, found, strict=True):
        first = max(best, key=lambda r: best[r][0])
        if not row["truth"]:
            if str(row.get("how", "")).startswith("clean"):
                clean.append(best[first][0])
            continue
        right = row["truth"][0]["right"]
        hits["recall_at_1"].append(first == right)
        hits[f"recall_at_1 {row.get('how', '')}"].append(first == right)
        true_scores.append(best[right][0])
    out = {name: float(np.mean(values)) for name, values in sorted(hits.items())}
    for percent in (1, 5) if clean else ():
        bar = float(np.quantile(clean, 1 - percent / 100))
        out[f"recall_at_fa{percent}_clean"] = float(np.mean([s > bar for s in true_scores]))
        out[f"cosine_at_fa{percent}_clean"] = bar
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", type=Path, default=ROOT.parent / "shared" / "eval" / "dev-keyword")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "packs" / "touchstone-base" / "text.onnx")
    parser.add_argument("--misses", type=int, default=0, help="print so many titles whose first right is wrong")
    args = parser.parse_args()
    references = [json.loads(line) for line in (args.set / "references.jsonl").open(encoding="utf-8")]
    rows = [json.loads(line) for line in (args.set / "listings.jsonl").open(encoding="utf-8")]
    neighbours = Neighbours(args.model, {r["right"]: r["words"] for r in references})
    found = [neighbours.scores(row.get("title", "")) for row in rows]
    for name, value in measure(rows, found).items():
        print(f"{name:45s} {value:.3f}")
    wrong = [
        (r, b)
        for r, b in zip(rows, found, strict=True)
        if r["truth"] and max(b, key=lambda k: b[k]) != r["truth"][0]["right"]
    ]
    for row, best in wrong[:: max(1, len(wrong) // args.misses)] if args.misses else []:
        first = max(best, key=lambda k: best[k])
        right = row["truth"][0]["right"]
        print(f"{row['title']!r} {row.get('how')}: {right} {best[right]}, first {first} {best[first]}")


if __name__ == "__main__":
    main()

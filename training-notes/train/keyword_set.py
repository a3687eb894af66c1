"""Writes a validation set for keyword_misuse in the format of evaluation sets: held-out names in drawn titles.

    python keyword_set.py --shared ../../../shared --out ../work/val-keyword

The registered names are those of text_holdout.py, which no training saw and which the development set does not register.
Guilty titles carry a name plain, hidden by a seller's trick or in another script; innocent ones are real shop titles
without any of the names, compatible use, and everyday words. The set fits calibration and nothing else.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from pathlib import Path

from text_distort import distort
from text_holdout import BRANDS

AROUND = [
    "new {} headphones", "{} watch for men", "wholesale {} 10 pcs", "{} style handbag", "original quality {} shoes",
    "正品 {} 新款", "{} 同款 包邮", "高仿 {}", "{} 新品 送料無料", "{} 風 バッグ", "{} 정품급 무료배송", "{} 스타일 가방",
    "{} оригинал качество", "часы {} копия", "حقيبة {} جودة عالية", "รองเท้า {} เกรดเอ", "{}", "{} 2026 hot sale",
]  # fmt: skip
COMPATIBLE = [
    "case for {}", "compatible with {} charger", "strap for {} watch", "Hülle für {}", "funda para {}", "coque pour {}",
    "чехол для {}", "适用于 {} 手机壳", "{} 対応 ケース", "{} 호환 충전기", "غطاء متوافق مع {}", "replacement belt for {}",
]  # fmt: skip


def titles(shared: Path, names: set[str], count: int, rng: random.Random) -> list[str]:
    """Real titles that hold none of the names, not even inside a word."""
    with (shared / "train" / "titles.csv").open(encoding="utf-8") as f:
        found = [r["title"] for r in csv.DictReader(f)]
    clean = [t for t in found if not any(n in t.lower() for n in names)]
    return rng.sample(clean, min(count, len(clean)))


def listings(shared: Path, seed: int) -> tuple[list[dict], list[dict]]:
    """References and listings of the set."""
    rng = random.Random(seed)
    brands = [[latin, *writings] for latin, writings in BRANDS.items()]
    references = [
        {
            "right": f"V{i:03}",
            "kind": "word",
            "words": [b[0].title(), *[w for w in b[1:] if "\u4e00" <= w[0] <= "\u9fff"]],
        }
        for i, b in enumerate(brands)
    ]
    out: list[dict] = []
    for i, brand in enumerate(brands):
        truth = [{"right": f"V{i:03}", "signal": "keyword_misuse"}]
        for writing in brand:
            out.append({"title": rng.choice(AROUND).format(writing.title()), "how": "plain", "truth": truth})
            out.append({"title": rng.choice(AROUND).format(distort(writing, rng)), "how": "hidden", "truth": truth})
        for _ in range(3):
            out.append({"title": rng.choice(AROUND).format(distort(brand[0], rng)), "how": "hidden", "truth": truth})
            out.append({"title": rng.choice(COMPATIBLE).format(brand[0].title()), "how": "compatible-use", "truth": []})
    names = {b[0] for b in brands}
    out += [{"title": t, "how": "clean", "truth": []} for t in titles(shared, names, 700, rng)]
    rng.shuffle(out)
    return references, [{"id": f"K{i:04}", **x} for i, x in enumerate(out)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../../../shared"))
    parser.add_argument("--out", type=Path, default=Path("../work/val-keyword"))
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    references, made = listings(args.shared, args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    head = {
        "name": "val-keyword",
        "tasks": ["keyword_misuse"],
        "source": "held-out names in drawn titles; clean titles of train/titles.csv",
    }
    (args.out / "set.json").write_text(json.dumps(head, indent=1), encoding="utf-8")
    for name, lines in [("references.jsonl", references), ("listings.jsonl", made)]:
        (args.out / name).write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    print(f"{len(references)} names, {len(made)} titles in {args.out}")


if __name__ == "__main__":
    main()

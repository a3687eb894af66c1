"""Check the text side end to end in seconds: ``python training-notes/train/text_smoke.py``.

Trains a few steps of a small network on invented names, then checks that the loss falls, that the decorations which the
graph folds away change nothing, and that the export loads in onnxruntime, agrees with torch and reproduces its goldens.
Exits with a sentence when one of them fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from text_data import Words, batches, encode
from text_model import Shape
from text_train import Trainer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "export"))
import text as text_export

SMALL = Shape(rows_first=4099, rows_second=1021, embedding=16, channels=24, dimension=16)
# What the fold and the compaction promise to read alike, whatever the weights.
SAME = ["adidas", "ADIDAS", "ａｄｉｄａｓ", "𝐚𝐝𝐢𝐝𝐚𝐬", "ⓐⓓⓘⓓⓐⓢ", "a\u200bdidas", "a d i d a s", "a.d.i.d.a.s", "adi🔥das"]  # fmt: skip


def check(holds: bool, sentence: str) -> None:
    """Stop with a sentence unless something holds."""
    if not holds:
        raise SystemExit(f"text smoke: {sentence}")


def train(folder: Path) -> None:
    """Sixty small steps; the mean loss of the last ten must be well below that of the first."""
    trainer = Trainer(folder, steps=60, peak=4e-3, shape=SMALL)
    trainer.start(warm_steps=30)
    source = batches(Words(), 64, seed=3)
    losses = [trainer.train_step(*next(source)) for _ in range(60)]
    first, last = float(np.mean(losses[:10])), float(np.mean(losses[-10:]))
    check(last < 0.8 * first, f"the loss went from {first:.3f} to {last:.3f}; it must fall by a fifth")
    trainer.save()
    resumed = Trainer(folder, steps=60, shape=SMALL)
    resumed.start(warm_steps=0)
    check(resumed.step == 60, f"the checkpoint resumes at step {resumed.step}, not 60")


def check_folding(model: torch.nn.Module) -> None:
    """Decorated writings of one name give one vector."""
    with torch.no_grad():
        vectors = model(torch.from_numpy(encode(SAME)))
    for writing, vector in zip(SAME, vectors, strict=True):
        check(bool((vector - vectors[0]).abs().max() < 1e-5), f"{writing!r} does not read as {SAME[0]!r}")


def check_pack(folder: Path) -> None:
    """Another model's entry survives, and the goldens are reproduced by the file beside them."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    check([m["id"] for m in manifest["models"]] == ["image", "text"], "the manifest lost an entry")
    golden = json.loads((folder / "text-golden.json").read_text(encoding="utf-8"))
    again = text_export.vectors(folder / "text.onnx", [c["text"] for c in golden["cases"]])
    for case, vector in zip(golden["cases"], again, strict=True):
        cosine = float(np.dot(np.array(case["vectors"]["word"][0]), vector))
        check(cosine > golden["tolerance"], f"golden {case['text']!r} is off: cosine {cosine:.6f}")


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train(folder)
        model = text_export.load(folder / "last.pt")
        check_folding(model)
        (folder / "manifest.json").write_text('{"format": 1, "models": [{"id": "image"}]}', encoding="utf-8")
        text_export.export(model, folder)
        check_pack(folder)
    print("text smoke: the loss falls, decorations fold away, the export agrees with torch and its goldens")


if __name__ == "__main__":
    main()

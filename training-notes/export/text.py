"""Export the text embedder into the pack: ``python training-notes/export/text.py``.

Writes text.onnx (one file, character tables in half precision), text-golden.json and the ``text`` entry of
manifest.json; the other entries of the manifest are kept. Refuses to write when onnxruntime and torch disagree.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from manifest import replace, update_model
from text_data import LENGTH, encode
from text_model import Shape, TextEmbedder

ROOT = Path(__file__).resolve().parents[2]
OPSET = 18
TOLERANCE = 0.9999  # least cosine between a golden vector and the one reproduced
GOLDEN_TEXTS = ["adidas", "аdіdаs", "a d i d a s", "ad1das", "阿迪达斯", "アディダス", "아디다스", "أديداس", "อาดิดาส", "di*"]  # fmt: skip
TABLES = ("first", "second", "block", "jamo")


def load(checkpoint: Path) -> TextEmbedder:
    """The averaged weights of a checkpoint, tables rounded to half precision, in inference mode."""
    state = torch.load(checkpoint, weights_only=True)
    model = TextEmbedder(Shape(**state["shape"]))
    prefix = "module."
    weights = {k.removeprefix(prefix): v for k, v in state["average"].items() if k.startswith(prefix)}
    model.load_state_dict(weights)
    return halved(model)


def halved(model: TextEmbedder) -> TextEmbedder:
    """Store the character tables in half precision; the graph casts the rows that it gathers."""
    for name in TABLES:
        table = getattr(model, name)
        table.weight = torch.nn.Parameter(table.weight.detach().half(), requires_grad=False)
    return model.eval()


def write_onnx(model: TextEmbedder, path: Path) -> None:
    """Export with a dynamic batch axis and check the graph."""
    example = torch.from_numpy(encode(["touchstone", "试金石"]))
    batch = torch.export.Dim("batch", min=1, max=4096)
    torch.onnx.export(
        model, (example,), str(path), dynamo=True, opset_version=OPSET, external_data=False, verbose=False,
        input_names=["chars"], output_names=["word"], dynamic_shapes={"chars": {0: batch}},
    )  # fmt: skip
    graph = onnx.load(path)
    del graph.metadata_props[:]
    for node in graph.graph.node:  # Traces of the exporter name files of the machine that exported.
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*graph.graph.value_info, *graph.graph.input, *graph.graph.output, *graph.graph.initializer]:
        del value.metadata_props[:]
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def vectors(path: Path, texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Vectors from onnxruntime, [N, dimension]."""
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["word"], {"chars": encode(texts)})[0], dtype=np.float32)


def compare(model: TextEmbedder, path: Path) -> float:
    """Largest absolute difference between torch and onnxruntime over batches of 1 to 40 and odd texts."""
    texts = [*GOLDEN_TEXTS, "", "   ", "\u200b", "\U0001f525", "x" * 60, "ｎｉｋｅ", "𝐧𝐢𝐤𝐞", "\U0010ffff"]
    worst = 0.0
    for size in (1, 2, 7, 40):
        batch = (texts * 3)[:size]
        with torch.no_grad():
            wanted: Tensor = model(torch.from_numpy(encode(batch)))
        worst = max(worst, float(np.abs(vectors(path, batch) - wanted.numpy()).max()))
    return worst


def golden(path: Path) -> dict[str, Any]:
    """The golden file's content: texts in several scripts and the vectors that they must give."""
    cases = []
    for text, vector in zip(GOLDEN_TEXTS, vectors(path, GOLDEN_TEXTS), strict=True):
        cases.append({"text": text, "vectors": {"word": [[float(f"{v:.7g}") for v in vector]]}})
    return {"tolerance": TOLERANCE, "cases": cases}


def entry(dimension: int) -> dict[str, Any]:
    """The ``text`` model of the manifest, without its files."""
    return {
        "id": "text",
        "input": {"name": "chars", "kind": "text", "encoding": "codepoints", "max_length": LENGTH},
        "outputs": [
            {"name": "word", "tensor": "word", "dimension": dimension, "normalise": "l2", "metric": "cosine"},
        ],
    }


def export(model: TextEmbedder, pack: Path) -> None:
    """Write the model's files and its manifest entry into a pack."""
    pack.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "text.onnx"
        write_onnx(model, built)
        difference = compare(model, built)
        print(f"{built.stat().st_size / 1e6:.2f} MB, largest difference to torch {difference:.2e}")
        if not difference < 1e-4:
            raise SystemExit("onnxruntime does not reproduce torch; nothing was written")
        part = pack / ".text.onnx.part"  # beside its place, so that a reader sees the old file or the new one
        shutil.copyfile(built, part)
        part.replace(pack / "text.onnx")
    replace(pack / "text-golden.json", json.dumps(golden(pack / "text.onnx"), ensure_ascii=False, indent=1) + "\n")
    update_model(pack, entry(model.shape.dimension), pack / "text.onnx", pack / "text-golden.json", {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    work = ROOT / "training-notes" / "work" / "text"
    parser.add_argument("--checkpoint", type=Path, default=work / "last.pt")
    parser.add_argument("--pack", type=Path, default=ROOT / "models" / "packs" / "touchstone-base")
    args = parser.parse_args()
    export(load(args.checkpoint), args.pack)


if __name__ == "__main__":
    main()

"""Exports the image embedder into the pack: graph, golden vectors, background set, manifest entry.

    python training-notes/export/image.py --checkpoint training-notes/work/image.pt --side 192

Golden pictures are drawn here without any randomness and stored as PNG, so that a platform
that decodes, resizes or runs differently is found out when the pack is loaded.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image
from torch import Tensor, nn
from torch.fx.experimental.optimization import fuse

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from catalogue import WORK, Pictures  # noqa: E402
from edits import REGIONS  # noqa: E402
from eval_copy import PACK, background_vectors, graph_encoder, load  # noqa: E402
from image_batches import squash  # noqa: E402
from image_model import DEVIATION, DIMENSION, MEAN, Embedder, normalise, overlap  # noqa: E402
from manifest import update_model, write_golden  # noqa: E402

NAMES = [
    "whole", "left", "right", "top", "bottom",
    "top-left", "top-right", "bottom-left", "bottom-right", "centre",
]  # fmt: skip
OPSET = 17
TOLERANCE = 0.999  # least cosine: another resampler or processor moves vectors by less than this


class Graph(nn.Module):
    """The embedder for one input size, batch normalisation folded, region weights constant."""

    def __init__(self, model: Embedder, side: int) -> None:
        super().__init__()
        self.features = fuse(model.features.eval())
        self.head = model.head
        self.power = float(model.power)
        self.register_buffer("weights", overlap(side // 32))

    def forward(self, pixels: Tensor) -> Tensor:
        cells = self.features(pixels).flatten(2).transpose(1, 2).clamp(min=1e-6).pow(self.power)
        pooled = torch.matmul(self.weights, cells).pow(1 / self.power)
        vectors = self.head(pooled)
        return vectors / vectors.pow(2).sum(-1, keepdim=True).clamp(min=1e-12).sqrt()


def export_graph(model: Embedder, side: int, path: Path) -> None:
    """Writes one self-contained float32 ONNX file with a dynamic batch axis."""
    graph = Graph(model, side).eval()
    example = torch.zeros(2, 3, side, side)
    torch.onnx.export(
        graph, (example,), str(path), dynamo=False, opset_version=OPSET, do_constant_folding=True,
        input_names=["pixels"], output_names=["copy"],
        dynamic_axes={"pixels": {0: "batch"}, "copy": {0: "batch"}},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path), full_check=True)


def check_graph(model: Embedder, side: int, path: Path) -> float:
    """Runs batches of 1 to 8 in ONNX Runtime; returns the largest difference to PyTorch."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(3)
    worst = 0.0
    for batch in range(1, 9):
        pixels = torch.from_numpy(rng.integers(0, 256, (batch, side, side, 3), dtype=np.uint8))
        x = normalise(pixels).contiguous()
        with torch.no_grad():
            want = model(x).numpy()
        (got,) = session.run(["copy"], {"pixels": x.numpy()})
        if got.shape != (batch, len(REGIONS), DIMENSION):
            raise ValueError(f"{path}: shape {got.shape} for a batch of {batch}")
        worst = max(worst, float(np.abs(got - want).max()))
    if worst > 1e-4:
        raise ValueError(f"{path}: differs from PyTorch by {worst}")
    return worst


def golden_pictures() -> dict[str, np.ndarray]:
    """Three drawn pictures: smooth colour, hard edges at an odd size, fine rings."""
    y, x = np.mgrid[:150, :200].astype(np.float64)
    gradient = np.stack([x / 199 * 255, y / 149 * 255, 255 - (x + y) / 348 * 255], -1)
    y, x = np.mgrid[:113, :97]
    odd = ((x // 12 + y // 9) % 2).astype(bool)
    checker = np.where(odd[..., None], [214, 40, 60], [240, 236, 220])
    checker[30:80, 20:70] = [20, 60, 160]
    y, x = np.mgrid[:180, :180].astype(np.float64)
    distance = np.hypot(x - 110, y - 70)
    rings = np.stack([127.5 + 127.5 * np.cos(distance / d) for d in (4.0, 6.5, 9.0)], -1)
    return {
        k: np.round(v).astype(np.uint8) for k, v in (("gradient", gradient), ("checker", checker), ("rings", rings))
    }


def write_goldens(session: onnxruntime.InferenceSession, side: int, pack: Path) -> Path:
    """Writes the golden pictures and the vectors that the graph gives for them."""
    (pack / "golden").mkdir(exist_ok=True)
    cases = []
    for name, pixels in golden_pictures().items():
        Image.fromarray(pixels).save(pack / "golden" / f"{name}.png")
        x = normalise(torch.from_numpy(squash(pixels, side).copy())[None]).contiguous().numpy()
        (vectors,) = session.run(["copy"], {"pixels": x})
        rows = [[float(f"{v:.7g}") for v in row] for row in vectors[0]]
        cases.append({"picture": f"golden/{name}.png", "vectors": {"copy": rows}})
    path = pack / "image-golden.json"
    write_golden(path, TOLERANCE, cases)
    return path


def entry(side: int) -> dict:
    """The manifest entry, without the files, which `update_model` seals."""
    regions = [
        {"name": name, "x": x, "y": y, "w": w, "h": h}
        for name, (x, y, w, h) in zip(NAMES, REGIONS.tolist(), strict=True)
    ]
    output = {
        "name": "copy", "tensor": "copy", "dimension": DIMENSION,
        "normalise": "l2", "metric": "cosine", "regions": regions,
    }  # fmt: skip
    picture = {
        "name": "pixels", "kind": "picture", "width": side, "height": side, "resize": "squash",
        "interpolation": "lanczos", "colour": "rgb", "mean": list(MEAN), "deviation": list(DEVIATION),
    }  # fmt: skip
    return {"id": "image", "input": picture, "outputs": [output]}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=WORK / "image.pt")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--side", type=int, default=192)
    args = parser.parse_args(arguments)
    torch.set_num_threads(2)
    args.pack.mkdir(parents=True, exist_ok=True)
    model = load(args.checkpoint)
    graph = args.pack / "image.onnx"
    export_graph(load(args.checkpoint), args.side, graph)
    print(f"largest difference to PyTorch {check_graph(model, args.side, graph):.2e}; {graph.stat().st_size} bytes")
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    golden = write_goldens(session, args.side, args.pack)
    background = args.pack / "background.f32"
    encode, _ = graph_encoder(graph)
    background_vectors(encode, Pictures(args.work), args.side).astype("<f4").tofile(background)
    update_model(args.pack, entry(args.side), file=graph, golden=golden, backgrounds={"copy": background})


if __name__ == "__main__":
    main()

"""Exports the image embedder into the pack: graph, golden vectors, background set, manifest entry.

    python training-notes/export/image.py --checkpoint training-notes/work/image.pt --side 192

Golden pictures are drawn here without any randomness and stored as PNG, so that a platform
that decodes, resizes or runs differently is found out when the pack is loaded.
"""

from __future__ import annotations

import argparse
import copy
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import Tensor, nn
from torch.fx.experimental.optimization import fuse

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from catalogue import WORK, Pictures  # noqa: E402
from edits import REGIONS  # noqa: E402
from eval_pictures import OUTPUTS, PACK, Encoder, background_vectors, graph_encoder, load, torch_encoder  # noqa: E402
from image_batches import squash  # noqa: E402
from image_model import (  # noqa: E402
    DESIGN_DIMENSION,
    DESIGN_REGIONS,
    DEVIATION,
    DIMENSION,
    LEVEL,
    MEAN,
    Embedder,
    early,
    late,
    length_one,
    overlap,
)
from manifest import update_model, write_golden  # noqa: E402

NAMES = [
    "whole", "left", "right", "top", "bottom",
    "top-left", "top-right", "bottom-left", "bottom-right", "centre",
]  # fmt: skip
DESIGN_SERVED = DESIGN_REGIONS[:1]  # the whole; the centre helped training and adds nothing to a search
SHAPES = [("copy", DIMENSION, range(len(REGIONS))), ("design", DESIGN_DIMENSION, DESIGN_SERVED)]
OPSET = 17
TOLERANCE = 0.999  # least cosine: another resampler or processor moves vectors by less than this


class Graph(nn.Module):
    """The network for one input size: batch normalisation folded, region weights and power constant."""

    def __init__(self, model: Embedder, side: int) -> None:
        super().__init__()
        parts = (early(model.features), late(model.features), model.design_late)
        self.early, self.late, self.design_late = (fuse(copy.deepcopy(part).eval()) for part in parts)
        self.head, self.design = model.head, model.design
        self.power = model.power.item()
        self.register_buffer("coarse", overlap(side // 32))
        self.register_buffer("fine", overlap(side // 16)[DESIGN_SERVED])

    def means(self, last: Tensor, weights: Tensor) -> Tensor:
        """Generalised means of a last map over regions."""
        cells = last.flatten(2).transpose(1, 2).clamp(min=1e-6).pow(self.power)
        return torch.matmul(weights, cells).pow(1 / self.power)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        middle = self.early(pixels)
        copies = length_one(self.head(self.means(self.late(middle), self.coarse)))
        last = self.means(self.design_late(middle), self.coarse[DESIGN_SERVED])
        means = torch.matmul(self.fine, middle.flatten(2).transpose(1, 2))
        levels = LEVEL * torch.cat([length_one(last), length_one(means)], -1)
        return copies, length_one(self.design(levels))


def export_graph(model: Embedder, side: int, path: Path) -> None:
    """Writes one self-contained float32 ONNX file with a dynamic batch axis."""
    graph = Graph(model, side).eval()
    example = torch.zeros(2, 3, side, side)
    torch.onnx.export(
        graph, (example,), str(path), dynamo=False, opset_version=OPSET, do_constant_folding=True,
        input_names=["pixels"], output_names=OUTPUTS,
        dynamic_axes={name: {0: "batch"} for name in ("pixels", *OUTPUTS)},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path), full_check=True)


def check_graph(model: Embedder, side: int, path: Path) -> float:
    """Runs batches of 1 to 8 in ONNX Runtime; returns the largest difference to PyTorch."""
    got, wanted = graph_encoder(path)[0], torch_encoder(model)
    rng = np.random.default_rng(3)
    worst = 0.0
    for batch in range(1, 9):
        pixels = rng.integers(0, 256, (batch, side, side, 3), dtype=np.uint8)
        mine, want = got(pixels), wanted(pixels)
        for name, dimension, regions in SHAPES:
            if mine[name].shape != (batch, len(regions), dimension):
                raise ValueError(f"{path}: {name} has shape {mine[name].shape} for a batch of {batch}")
            worst = max(worst, float(np.abs(mine[name] - want[name][:, : len(regions)]).max()))
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


def write_goldens(encode: Encoder, side: int, pack: Path) -> Path:
    """Writes the golden pictures and the vectors that the graph gives for them."""
    (pack / "golden").mkdir(exist_ok=True)
    cases = []
    for name, pixels in golden_pictures().items():
        Image.fromarray(pixels).save(pack / "golden" / f"{name}.png")
        vectors = encode(squash(pixels, side)[None])
        rows = {k: [[float(f"{x:.7g}") for x in row] for row in v[0]] for k, v in vectors.items()}
        cases.append({"picture": f"golden/{name}.png", "vectors": rows})
    path = pack / "image-golden.json"
    write_golden(path, TOLERANCE, cases)
    return path


def entry(side: int) -> dict:
    """The manifest entry, without the files, which `update_model` seals."""
    regions = [
        {"name": name, "x": x, "y": y, "w": w, "h": h}
        for name, (x, y, w, h) in zip(NAMES, REGIONS.tolist(), strict=True)
    ]
    outputs = [
        {
            "name": name, "tensor": name, "dimension": dimension,
            "normalise": "l2", "metric": "cosine", "regions": [regions[i] for i in chosen],
        }
        for name, dimension, chosen in SHAPES
    ]  # fmt: skip
    picture = {
        "name": "pixels", "kind": "picture", "width": side, "height": side, "resize": "squash",
        "interpolation": "lanczos", "colour": "rgb", "mean": list(MEAN), "deviation": list(DEVIATION),
    }  # fmt: skip
    return {"id": "image", "input": picture, "outputs": outputs}


def background_path(pack: Path, output: str) -> Path:
    """Where an output's background set lies."""
    return pack / ("background.f32" if output == "copy" else f"background-{output}.f32")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=WORK / "design.pt")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--side", type=int, default=224)
    args = parser.parse_args(arguments)
    torch.set_num_threads(2)
    args.pack.mkdir(parents=True, exist_ok=True)
    model = load(args.checkpoint)
    graph = args.pack / "image.onnx"
    export_graph(model, args.side, graph)
    print(f"largest difference to PyTorch {check_graph(model, args.side, graph):.2e}; {graph.stat().st_size} bytes")
    encode, _ = graph_encoder(graph)
    golden = write_goldens(encode, args.side, args.pack)
    backgrounds = {name: background_path(args.pack, name) for name in OUTPUTS}
    for name, vectors in background_vectors(encode, Pictures(args.work), args.side).items():
        vectors.astype("<f4").tofile(backgrounds[name])
    update_model(args.pack, entry(args.side), file=graph, golden=golden, backgrounds=backgrounds)


if __name__ == "__main__":
    main()

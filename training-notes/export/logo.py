"""Exports the logo networks into the pack: graphs, golden vectors, background set, manifest entries.

    python training-notes/export/logo.py

`places.onnx` gives boxes, `mark.onnx` a vector and a frame of each crop, `beside.onnx` (with --beside) the log-odds that the two halves of a
picture show the same mark. Settings of the signal in `fusion.json` are
written by `logo_fusion.py`.
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

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

import logo_golden  # noqa: E402
from catalogue import REPOSITORY, WORK  # noqa: E402
from eval_logo import background_crops, embed, load, load_beside  # noqa: E402
from image_model import DEVIATION, MEAN, normalise  # noqa: E402
from logo_model import DIMENSION, MOST, MarkEmbedder, Proposer, best_boxes  # noqa: E402
from logo_scenes import CROP, SCENE  # noqa: E402
from manifest import update_model, write_golden  # noqa: E402

PACK = REPOSITORY / "models" / "packs" / "touchstone-base"
OPSET, TOLERANCE = 17, 0.999
GAP = 5e-5  # least distance of two golden scores: no other processor may order them otherwise


class Places(nn.Module):
    """The proposer with its choice of boxes."""

    def __init__(self, model: Proposer) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        return best_boxes(*self.model(pixels))


class MarkAndFrame(nn.Module):
    """The mark embedder with both things it says of a crop."""

    def __init__(self, model: MarkEmbedder) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        described = self.model.describe(pixels)
        return self.model.vectors(described), self.model.frames(described)


def export_graph(model: nn.Module, size: tuple[int, int], outputs: list[str], path: Path) -> None:
    """Writes one self-contained float32 ONNX file with a dynamic batch axis."""
    torch.onnx.export(
        model.eval(), (torch.zeros(2, 3, *size),), str(path), dynamo=False, opset_version=OPSET,
        do_constant_folding=True, input_names=["pixels"], output_names=outputs,
        dynamic_axes={name: {0: "batch"} for name in ("pixels", *outputs)},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path), full_check=True)


def prepared(pixels: np.ndarray, size: tuple[int, int]) -> Tensor:
    """A picture as the graph reads it, of a height and a width."""
    small = Image.fromarray(pixels).resize(size[::-1], Image.Resampling.LANCZOS)
    return normalise(torch.from_numpy(np.asarray(small).copy())[None]).contiguous()


def check_graph(model: nn.Module, session: onnxruntime.InferenceSession, size: tuple[int, int], gap: float) -> float:
    """Runs batches of 1 to 8 of the golden pictures; returns the largest difference to PyTorch.

    Boxes that are as good as tied may change places. Without a gap, for weights that are hardly trained, scores alone are compared.
    """
    pictures = [prepared(p, size) for p in logo_golden.pictures().values()]
    worst = 0.0
    for batch in range(1, 9):
        x = torch.cat([pictures[i % len(pictures)] for i in range(batch)])
        with torch.no_grad():
            all_wanted = model(x)
        all_wanted = all_wanted if isinstance(all_wanted, tuple) else (all_wanted,)
        for wanted, got in zip(all_wanted, session.run(None, {"pixels": x.numpy()}), strict=True):
            want = wanted.numpy()
            if got.shape != want.shape:
                raise ValueError(f"shape {got.shape} for a batch of {batch}, not {want.shape}")
            off = np.abs(got - want)
            if want.ndim == 3 and not gap:
                off = off[..., 4]
            elif want.ndim == 3:
                steps = np.abs(np.diff(want[..., 4], axis=1, prepend=2, append=-1))
                off = off[np.minimum(steps[:, :-1], steps[:, 1:]) > gap]
            worst = max(worst, float(off.max(initial=0)))
    if worst > 2e-3:
        raise ValueError(f"the graph differs from PyTorch by {worst}")
    return worst


def write_goldens(
    session: onnxruntime.InferenceSession, size: tuple[int, int], outputs: list[str], path: Path, gap: float
) -> None:
    """Writes the golden pictures and what the graph gives for them."""
    (path.parent / "golden").mkdir(exist_ok=True)
    cases = []
    for name, pixels in logo_golden.pictures().items():
        Image.fromarray(pixels).save(path.parent / "golden" / f"{name}.png")
        vectors = {}
        for output, out in zip(outputs, session.run(None, {"pixels": prepared(pixels, size).numpy()}), strict=True):
            rows = out.reshape(-1, out.shape[-1])
            if output == "places" and np.abs(np.diff(rows[:, 4])).min() < gap:
                raise ValueError(f"golden {name}: two boxes are as good as tied; draw another picture")
            if output == "beside" and np.abs(rows).min() < 0.2 and gap:
                raise ValueError(f"golden {name}: the log-odds are as good as 0; draw another picture")
            vectors[output] = [[float(f"{v:.7g}") for v in r] for r in rows]
        cases.append({"picture": f"golden/{name}.png", "vectors": vectors})
    write_golden(path, TOLERANCE, cases)


def entry(identity: str, size: tuple[int, int], outputs: list[dict]) -> dict:
    """A manifest entry, without the files, which `update_model` seals."""
    picture = {
        "name": "pixels", "kind": "picture", "width": size[1], "height": size[0], "resize": "squash",
        "interpolation": "lanczos", "colour": "rgb", "mean": list(MEAN), "deviation": list(DEVIATION),
    }  # fmt: skip
    return {"id": identity, "input": picture, "outputs": outputs}


def export(
    model: nn.Module, size: tuple[int, int], outputs: list[dict], pack: Path, background: Path | None, gap: float = GAP
) -> None:
    """Writes one network's files and its entry, which is named after the first output."""
    names = [output["name"] for output in outputs]
    graph, golden = pack / f"{names[0]}.onnx", pack / f"{names[0]}-golden.json"
    export_graph(model, size, names, graph)
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    print(
        f"{names[0]}: largest difference to PyTorch {check_graph(model, session, size, gap):.2e}; {graph.stat().st_size} bytes"
    )
    write_goldens(session, size, names, golden, gap)
    backgrounds = {names[0]: background} if background else {}
    update_model(pack, entry(names[0], size, outputs), file=graph, golden=golden, backgrounds=backgrounds)


def numbers(name: str, dimension: int) -> dict:
    """A manifest's output of plain numbers."""
    return {"name": name, "tensor": name, "dimension": dimension, "normalise": "none", "metric": "dot"}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proposals", type=Path, default=WORK / "logo/proposals.pt")
    parser.add_argument("--marks", type=Path, default=WORK / "logo/frames.pt")
    parser.add_argument("--beside", type=Path, help="of logo_pairs.py; without it the pack gets no such graph")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--background", type=int, default=600, help="crops; 0 = no background set")
    parser.add_argument("--gap", type=float, default=GAP, help="least distance of two scores of a golden picture")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    args.pack.mkdir(parents=True, exist_ok=True)
    proposer = Places(load(Proposer(), args.proposals)).eval()
    export(proposer, (SCENE, SCENE), [numbers("places", 5) | {"boxes": MOST}], args.pack, None, args.gap)
    embedder = load(MarkEmbedder(), args.marks)
    background = None
    if args.background:
        background = args.pack / "mark-background.f32"
        embed(embedder, background_crops(args.work, args.background)).astype("<f4").tofile(background)
    mark = {"name": "mark", "tensor": "mark", "dimension": DIMENSION, "normalise": "l2", "metric": "cosine"}
    export(MarkAndFrame(embedder).eval(), (CROP, CROP), [mark, numbers("frame", 5)], args.pack, background)
    if args.beside is not None:
        beside = load_beside(args.beside, embedder)
        export(beside, (CROP, 2 * CROP), [numbers("beside", 1)], args.pack, None, args.gap)


if __name__ == "__main__":
    main()

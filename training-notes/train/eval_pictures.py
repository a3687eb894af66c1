"""Measures the picture outputs on sets in the evaluation format: the Python twin of `touchstone eval`.

    python training-notes/train/eval_pictures.py SET...                          # the pack's graph, near copies
    python training-notes/train/eval_pictures.py SET... --output design
    python training-notes/train/eval_pictures.py SET... --checkpoint FILE --side 192 --grid

References are one vector each (the whole picture; with --mirrored the mean with its mirror image's), listings one a
region. A match scores the best over regions of cosine - beta * (mean cosine with the k nearest background vectors),
the score normalisation of SSCD (Pizzi et al. 2022).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

from catalogue import REPOSITORY, WORK, Pictures, flatten
from image_batches import squash
from image_model import DIMENSION, Embedder, load_state, normalise
from picture_sets import by_note, by_right, metrics, read_set

PACK = REPOSITORY / "models" / "packs" / "touchstone-base"
SIGNALS = {"copy": "near_copy", "design": "design_similarity"}
OUTPUTS = list(SIGNALS)

Vectors = dict[str, np.ndarray]
"""By output: [N, regions, D]."""

Encoder = Callable[[np.ndarray], Vectors]
"""Bytes [N, S, S, 3] to vectors."""


def torch_encoder(model: Embedder) -> Encoder:
    """Runs a checkpoint."""

    @torch.no_grad()
    def encode(batch: np.ndarray) -> Vectors:
        out = model(normalise(torch.from_numpy(batch)))
        return {"copy": out.copy.numpy(), "design": out.design.numpy()}

    return encode


def graph_encoder(path: Path) -> tuple[Encoder, int]:
    """Runs an exported graph; also its input size."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs() if o.name in OUTPUTS]

    def encode(batch: np.ndarray) -> Vectors:
        pixels = normalise(torch.from_numpy(batch)).contiguous().numpy()
        return dict(zip(names, session.run(names, {"pixels": pixels}), strict=True))

    return encode, int(session.get_inputs()[0].shape[2])


def join(parts: list[Vectors]) -> Vectors:
    """Batches one after the other."""
    return {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}


def embed(encode: Encoder, paths: list[Path], side: int, mirrored: bool = False) -> Vectors:
    """Vectors of picture files, or of their mirror images."""
    parts = []
    for at in range(0, len(paths), 8):
        chunk = []
        for path in paths[at : at + 8]:
            with Image.open(path) as f:
                pixels = np.asarray(flatten(f))
            chunk.append(squash(pixels[:, ::-1] if mirrored else pixels, side))
        parts.append(encode(np.stack(chunk)))
    return join(parts)


def whole(encode: Encoder, paths: list[Path], side: int, mirrored: bool) -> Vectors:
    """What is stored of references: vectors [N, D] of the whole, with `mirrored` the mean with the mirror image's."""
    out = {k: v[:, 0] for k, v in embed(encode, paths, side).items()}
    if mirrored:
        for k, v in embed(encode, paths, side, mirrored=True).items():
            mean = out[k] + v[:, 0]
            out[k] = mean / np.linalg.norm(mean, axis=-1, keepdims=True)
    return out


def background_vectors(encode: Encoder, pictures: Pictures, side: int, count: int = 1500) -> Vectors:
    """Whole-picture vectors [count, D] of training pictures, spread over groups, no sender's held out.

    For designs those of held-out families are left out as well.
    """
    rng = np.random.default_rng(17)
    order = rng.permutation(np.union1d(pictures.train, pictures.held_out_designs))
    seen: dict[int, int] = {}
    picks = []
    for i in order:
        if len(picks) == count:
            break
        group = int(pictures.groups[i])
        seen[group] = seen.get(group, 0) + 1
        if seen[group] <= 8:
            picks.append(int(i))
    parts = []
    for at in range(0, len(picks), 8):
        parts.append(encode(np.stack([squash(pictures[i], side) for i in picks[at : at + 8]])))
    copies, designs = (join(parts)[name][:, 0] for name in OUTPUTS)
    return {"copy": copies, "design": designs[~np.isin(picks, pictures.held_out_designs)]}


def normalised(vectors: np.ndarray, references: np.ndarray, background: np.ndarray, beta: float, k: int) -> np.ndarray:
    """Scores [N, references] of region vectors [N, R, D]: best region after normalisation."""
    floor = np.sort(vectors @ background.T, -1)[..., -k:].mean(-1)
    return (vectors @ references.T - beta * floor[..., None]).max(1)


def load(path: Path) -> Embedder:
    """The averaged weights of a checkpoint."""
    model = Embedder().eval()
    load_state(model, torch.load(path, weights_only=True, map_location="cpu")["average"])
    return model.to(memory_format=torch.channels_last)


def show(name: str, figures: dict[str, float]) -> None:
    """Prints one line."""
    print(f"{name:34}", " ".join(f"{k}={v:.3f}" for k, v in figures.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--output", choices=OUTPUTS, default="copy")
    parser.add_argument("--pack", type=Path, default=PACK, help="measure this pack's graph ...")
    parser.add_argument("--checkpoint", type=Path, help="... or this checkpoint, at --side")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--beta", type=float, default=0.75)
    parser.add_argument("--k", type=int, default=3)
    parser.add_argument("--mirrored", action="store_true", help="references as the mean with their mirror image's")
    parser.add_argument("--grid", action="store_true", help="try several beta and k (choose on validation)")
    parser.add_argument("--save", type=Path, help="write vectors there for a look at mistakes")
    args = parser.parse_args()
    torch.set_num_threads(2)
    if args.checkpoint is not None:
        encode, side = torch_encoder(load(args.checkpoint)), args.side
        background = background_vectors(encode, Pictures(args.work), side)[args.output]
    else:
        encode, side = graph_encoder(args.pack / "image.onnx")
        name = "background.f32" if args.output == "copy" else f"background-{args.output}.f32"
        background = np.fromfile(args.pack / name, "<f4").reshape(-1, DIMENSION)
    for folder in args.sets:
        data = read_set(folder, SIGNALS[args.output])
        references = whole(encode, data.references, side, args.mirrored)[args.output]
        vectors = embed(encode, data.pictures, side)[args.output]
        if args.save is not None:
            np.savez(args.save / f"{folder.name}.npz", references=references, vectors=vectors, background=background)
        show(f"{folder.name} whole, cosine", metrics(data, by_right(data, vectors[:, 0] @ references.T)))
        grid = [(b, k) for b in (0, 0.25, 0.5, 0.75, 1.0) for k in (1, 3, 10, 30)]
        for beta, k in grid if args.grid else [(args.beta, args.k)]:
            scores = by_right(data, normalised(vectors, references, background, beta, k))
            show(f"{folder.name} regions beta={beta} k={k}", metrics(data, scores))
        if args.output == "design":
            for note, (count, first, found) in by_note(data, scores).items():
                print(f"  {note:26} {count:4} recall_at_1={first:.3f} recall_at_fa5={found:.3f}")


if __name__ == "__main__":
    main()

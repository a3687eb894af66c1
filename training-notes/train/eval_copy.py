"""Measures a copy embedder on sets in the evaluation format: the Python twin of `touchstone eval`.

    python training-notes/train/eval_copy.py SET...                          # the pack's graph
    python training-notes/train/eval_copy.py SET... --checkpoint FILE --side 192 --grid

References are one vector each (the whole picture), listings ten (the regions). A match scores
the best over regions of cosine - beta * (mean cosine with the k nearest background vectors),
the score normalisation of SSCD (Pizzi et al. 2022).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

from catalogue import REPOSITORY, WORK, Pictures, flatten
from image_batches import squash
from image_model import DIMENSION, Embedder, normalise

PACK = REPOSITORY / "models" / "packs" / "touchstone-base"


@dataclass
class CopySet:
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


def read_set(folder: Path) -> CopySet:
    """Reads references.jsonl and listings.jsonl; only pictures and near copies count here."""
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
        truth.append({rights[t["right"]] for t in row["truth"] if t["signal"] == "near_copy"})
        notes.append("+".join(row.get("edits", [])))
        for image in row.get("images", []):
            pictures.append(folder / image)
            listing_of.append(n)
    return CopySet(
        folder, list(rights), references, np.array(right_of), listings, pictures, np.array(listing_of), truth, notes
    )


Encoder = Callable[[np.ndarray], np.ndarray]
"""Bytes [N, S, S, 3] to vectors [N, regions, D]."""


def torch_encoder(model: Embedder) -> Encoder:
    """Runs a checkpoint."""

    @torch.no_grad()
    def encode(batch: np.ndarray) -> np.ndarray:
        return model(normalise(torch.from_numpy(batch))).numpy()

    return encode


def graph_encoder(path: Path) -> tuple[Encoder, int]:
    """Runs an exported graph; also its input size."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def encode(batch: np.ndarray) -> np.ndarray:
        pixels = normalise(torch.from_numpy(batch)).contiguous().numpy()
        return session.run(["copy"], {"pixels": pixels})[0]

    return encode, int(session.get_inputs()[0].shape[2])


def embed(encode: Encoder, paths: list[Path], side: int) -> np.ndarray:
    """Vectors [N, regions, D] of picture files."""
    out = []
    for at in range(0, len(paths), 8):
        chunk = []
        for path in paths[at : at + 8]:
            with Image.open(path) as f:
                chunk.append(squash(np.asarray(flatten(f)), side))
        out.append(encode(np.stack(chunk)))
    return np.concatenate(out)


def background_vectors(encode: Encoder, pictures: Pictures, side: int, count: int = 1500) -> np.ndarray:
    """Whole-picture vectors [count, D] of training pictures, spread over groups, none held out."""
    rng = np.random.default_rng(17)
    order = rng.permutation(pictures.train)
    seen: dict[int, int] = {}
    picks = []
    for i in order:
        if len(picks) == count:
            break
        group = int(pictures.groups[i])
        seen[group] = seen.get(group, 0) + 1
        if seen[group] <= 8:
            picks.append(int(i))
    out = []
    for at in range(0, len(picks), 8):
        out.append(encode(np.stack([squash(pictures[i], side) for i in picks[at : at + 8]]))[:, 0])
    return np.concatenate(out)


def normalised(vectors: np.ndarray, references: np.ndarray, background: np.ndarray, beta: float, k: int) -> np.ndarray:
    """Scores [N, references] of region vectors [N, R, D]: best region after normalisation."""
    floor = np.sort(vectors @ background.T, -1)[..., -k:].mean(-1)
    return (vectors @ references.T - beta * floor[..., None]).max(1)


def by_right(data: CopySet, scores: np.ndarray) -> np.ndarray:
    """Scores [listings, rights] from scores [pictures, references]: the best of each."""
    rights = np.full((len(scores), len(data.rights)), -np.inf)
    np.maximum.at(rights.T, data.reference_right, scores.T)
    out = np.full((len(data.listings), len(data.rights)), -np.inf)
    np.maximum.at(out, data.picture_listing, rights)
    return out


def metrics(data: CopySet, scores: np.ndarray, top: int = 10) -> dict[str, float]:
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


def load(path: Path) -> Embedder:
    """The averaged weights of a checkpoint."""
    model = Embedder().eval()
    model.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["average"])
    return model.to(memory_format=torch.channels_last)


def show(name: str, figures: dict[str, float]) -> None:
    """Prints one line."""
    print(f"{name:34}", " ".join(f"{k}={v:.3f}" for k, v in figures.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--pack", type=Path, default=PACK, help="measure this pack's graph ...")
    parser.add_argument("--checkpoint", type=Path, help="... or this checkpoint, at --side")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--side", type=int, default=192)
    parser.add_argument("--beta", type=float, default=0.5)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--grid", action="store_true", help="try several beta and k (choose on validation)")
    parser.add_argument("--save", type=Path, help="write vectors there for a look at mistakes")
    args = parser.parse_args()
    torch.set_num_threads(2)
    if args.checkpoint is not None:
        encode, side = torch_encoder(load(args.checkpoint)), args.side
        background = background_vectors(encode, Pictures(args.work), side)
    else:
        encode, side = graph_encoder(args.pack / "image.onnx")
        background = np.fromfile(args.pack / "background.f32", "<f4").reshape(-1, DIMENSION)
    for folder in args.sets:
        data = read_set(folder)
        references = embed(encode, data.references, side)[:, 0]
        vectors = embed(encode, data.pictures, side)
        if args.save is not None:
            np.savez(args.save / f"{folder.name}.npz", references=references, vectors=vectors, background=background)
        show(f"{folder.name} whole, cosine", metrics(data, by_right(data, vectors[:, 0] @ references.T)))
        pairs = (
            [(b, k) for b in (0, 0.25, 0.5, 0.75, 1.0) for k in (1, 3, 10, 30)] if args.grid else [(args.beta, args.k)]
        )
        for beta, k in pairs:
            scores = normalised(vectors, references, background, beta, k)
            show(f"{folder.name} regions beta={beta} k={k}", metrics(data, by_right(data, scores)))


if __name__ == "__main__":
    main()

"""Checks the logo training path from end to end on drawn marks and pictures: under a minute, no shared or fetched data.

    python training-notes/train/logo_smoke.py

Renders, trains some steps of both networks from random weights, sees that the losses fall, exports, and runs the export.
Exits with a sentence and status 1 when something is broken.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "export"))

import catalogue
import logo  # noqa: E402
import logo_cache
import logo_loss
import logo_mine
import logo_pairs
import logo_scenes
import logo_train
import marks
from eval_logo import overlap, parts_of, suppress
from logo_model import MOST
from marks_excluded import excluded
from smoke import check


def check_exclusions() -> None:
    """What is set aside stays out under all its names, and others stay in."""
    for title in ("Apple Music", "BMW", "Škoda", "McDonald's", "AT&T", "land-rover", "Xbox", "Harley-Davidson"):
        check(excluded(title), f"{title} is not left out")
    for title in ("Manjaro", "Fordham", "Miniconda", "Red Hat", "Applejack"):
        check(not excluded(title), f"{title} is left out")


def check_boxes() -> None:
    """A set mark is where its box says, targets ask for that box, and boxes of one place are one."""
    rng = np.random.default_rng(3)
    mark = np.full((40, 60, 4), 255, np.uint8)
    mark[10:30, 20:40, :3] = 20
    ground = np.full((120, 160, 3), 0.5, np.float32)
    inside = []
    for _ in range(30):
        picture, box = logo_scenes.put(rng, ground.copy(), mark, [])
        if box is None:
            continue
        rows, columns = np.nonzero(np.abs(picture - ground).max(-1) > 0.15)
        at = (columns >= box[0] - 3) & (columns < box[2] + 3) & (rows >= box[1] - 3) & (rows < box[3] + 3)
        inside.append(at.mean() if len(at) else 0.0)  # a shadow may lie outside
    check(np.mean(inside) > 0.8, f"what changes lies outside of the boxes: {np.mean(inside):.2f}")
    heat, sides, weight = logo_loss.targets([torch.tensor([[0.25, 0.25, 0.75, 0.5]])], 16)
    row, column = divmod(int(heat[0, 0].argmax()), 16)
    left, top, right, bottom = sides[0, :, row, column].tolist()
    check(weight[0, 0, row, column] == 1, "the centre is asked for no box")
    check((column + 0.5 - left, row + 0.5 - top) == (4, 4), "a target's corner is off")
    check((column + 0.5 + right, row + 0.5 + bottom) == (12, 8), "a target's corner is off")
    one, other = np.array([0, 0, 10, 10, 0.9]), np.array([1, 1, 10, 10, 0.5])
    check(len(suppress(np.stack([other, one]))) == 1 and overlap(one, one) == 1, "boxes of one place stay two")


def check_parts() -> None:
    """An emblem above a name has three parts."""
    page = np.full((100, 120, 3), 255, np.uint8)
    page[10:60, 40:80] = 0
    page[70:90, 10:110] = 0
    want = [(10, 10, 110, 90), (40, 10, 80, 60), (10, 70, 110, 90)]
    check(parts_of(page) == want, f"parts {parts_of(page)} are not {want}")


def main() -> None:
    check_exclusions()
    check_boxes()
    check_parts()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "logo/cache").mkdir(parents=True)
        catalogue.build(work, work, catalogue.drawn_items(40))
        marks.build(work / "logo", marks.drawn_marks(90))
        grounds = logo_scenes.Grounds(catalogue.Pictures(work), False)
        logo_cache.scenes(work / "logo", marks.Marks(work / "logo"), grounds, 48, 0, 1)
        logo_cache.crops(work / "logo", marks.Marks(work / "logo"), grounds, 2, 0, 1)
        common = ["--work", folder, "--weights", "none", "--every", "5", "--minutes", "5"]
        losses = logo_train.main(["proposals", *common, "--steps", "15", "--batch", "8"])
        check(np.isfinite(losses).all() and losses[-1] < losses[0], f"the proposals' loss does not fall: {losses}")
        logo_mine.main(["--work", folder, "--proposals", str(work / "logo/proposals.pt"), "--least", "1"])
        rng = np.random.default_rng(
            3
        )  # fifteen steps make no proposer: marks and frames train on errors as a trained one makes
        np.savez(
            work / "logo/mined.npz",
            errors=rng.normal(0, 0.08, (200, 4)).astype(np.float32),
            empty=rng.integers(0, 256, (20, 96, 96, 3), np.uint8),
        )
        losses = logo_train.main(["marks", *common, "--steps", "20", "--batch", "24"])
        check(np.isfinite(losses).all() and losses[-1] < losses[0], f"the marks' loss does not fall: {losses}")
        trained = [
            "--warm",
            str(work / "logo/marks.pt"),
            "--steps",
            "80",
            "--batch",
            "24",
        ]  # the rate rises for half of them
        losses = logo_train.main(["frames", *common, *trained])
        check(
            np.isfinite(losses).all() and losses[-1] < np.mean(losses[: len(losses) // 2]),
            f"the frames' loss does not fall: {losses}",
        )
        shared = ["--work", folder, "--marks", str(work / "logo/frames.pt")]
        logo_pairs.main(["maps", *shared, "--views", "0", "1", "--empty", "20"])
        losses = logo_pairs.main(["train", *shared, "--steps", "40", "--batch", "12", "--every", "10"])
        check(np.isfinite(losses).all() and losses[-1] < losses[0], f"the pairs' loss does not fall: {losses}")
        pack = work / "pack"
        logo.main(["--work", folder, "--pack", str(pack), "--background", "8", "--gap", "0",
                   "--proposals", str(work / "logo/proposals.pt"), "--marks", str(work / "logo/frames.pt"),
                   "--beside", str(work / "logo/beside.pt")])  # fmt: skip
        session = onnxruntime.InferenceSession(str(pack / "mark.onnx"), providers=["CPUExecutionProvider"])
        vectors, frames = session.run(None, {"pixels": np.zeros((3, 3, 96, 96), np.float32)})
        check(frames.shape == (3, 5) and (frames[:, 2:4] > 0).all(), "frames are no boxes")
        check(np.allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-4), "vectors are not of unit length")
        session = onnxruntime.InferenceSession(str(pack / "beside.onnx"), providers=["CPUExecutionProvider"])
        odds = session.run(None, {"pixels": np.zeros((3, 3, 96, 192), np.float32)})[0]
        check(odds.shape == (3, 1) and np.isfinite(odds).all(), "pairs have no log-odds")
        entries = {m["id"]: m["outputs"][0] for m in json.loads((pack / "manifest.json").read_text())["models"]}
        check(set(entries) == {"places", "mark", "beside"} and entries["places"]["boxes"] == MOST, "the manifest is wrong")
    print("logo smoke: ok")


if __name__ == "__main__":
    main()

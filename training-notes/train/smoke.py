"""Checks the image training path from end to end on drawn pictures: under a minute, no shared data.

    python training-notes/train/smoke.py

Trains some steps from random weights, sees that the loss falls, exports, and runs the export.
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

import design_train
import edits
import image  # noqa: E402
import image_train
from surface_edits import EDITS


def check(truth: bool, sentence: str) -> None:
    """Stops with a sentence when something does not hold."""
    if not truth:
        sys.exit(f"smoke: {sentence}")


def check_edits() -> None:
    """Every edit keeps a usable picture and a box inside it."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (90, 70, 3), dtype=np.uint8)
    for edit in EDITS:
        for _ in range(5):
            view = edits.chain(rng, pixels, lambda _: (0, pixels), [edit], 1)
            box = view.box()
            check(view.pixels.dtype == np.uint8 and view.pixels.ndim == 3, f"{edit.name} spoils the picture")
            check(bool((box[2:] > box[:2]).all()), f"{edit.name} loses the original's place")


def check_box() -> None:
    """The tracked place of the original is where it really went."""
    rng = np.random.default_rng(2)
    white, grey = np.full((80, 60, 3), 255, np.uint8), np.full((100, 100, 3), 90, np.uint8)
    for _ in range(20):
        view = edits.chain(rng, white, lambda _: (7, grey), [e for e in EDITS if e.name == "paste_on_photo"], 1)
        rows, columns = np.nonzero(view.pixels[..., 0] > 200)
        seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 100
        check(bool(np.abs(seen - view.box()).max() < 0.03), f"box {view.box()} is not {seen}")
        check(view.hosts == [7], "the host is not recorded")


def check_fall(name: str, losses: list[float]) -> None:
    """The loss is a number at every step and ends lower than it began."""
    check(bool(np.isfinite(losses).all()), f"the {name} loss is not finite: {losses}")
    check(losses[-1] < 0.95 * losses[0], f"the {name} loss does not fall: {losses}")


def main() -> None:
    check_edits()
    check_box()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        losses = image_train.train(image_train.parse(["--tiny", "--work", folder]))
        check_fall("copy", losses)
        tiny = ["--work", folder, "--side", "64", "--pairs", "6", "--bank", "40", "--steps", "32", "--every", "8"]
        designs = design_train.train(design_train.parse([*tiny, "--copy", str(work / "image.pt"), "--workers", "0"]))
        check_fall("design", designs)
        pack = work / "pack"
        image.main(["--work", folder, "--checkpoint", str(work / "design.pt"), "--pack", str(pack), "--side", "64"])
        session = onnxruntime.InferenceSession(str(pack / "image.onnx"), providers=["CPUExecutionProvider"])
        for vectors in session.run(["copy", "design"], {"pixels": np.zeros((3, 3, 64, 64), np.float32)}):
            check(np.allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-4), "vectors are not of unit length")
        entry = json.loads((pack / "manifest.json").read_text())["models"][0]
        regions = {o["name"]: len(o["regions"]) for o in entry["outputs"]}
        check(entry["id"] == "image" and regions == {"copy": 10, "design": 1}, "the manifest entry is wrong")
    print(f"smoke: ok, copy {losses[0]:.2f} to {losses[-1]:.2f}, design {designs[0]:.2f} to {designs[-1]:.2f}")


if __name__ == "__main__":
    main()

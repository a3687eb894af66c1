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


def check_marks() -> None:
    """Watched points stay on their content, and are lost where it is cut off."""
    rng = np.random.default_rng(3)
    pixels = np.zeros((120, 90, 3), np.uint8)
    pixels[30:34, 50:54] = 255  # one bright spot in the dark
    spot, grey = np.array([[52 / 90, 32 / 120]]), np.full((100, 100, 3), 60, np.uint8)
    moving = [e for e in EDITS if e.name in ("crop", "mirror", "quarter_turn", "paste_on_photo", "border")]
    seen = 0
    for _ in range(40):
        view = edits.chain(rng, pixels, lambda _: (0, grey), moving, 2, spot)
        if not view.seen[0]:
            continue
        seen += 1
        x, y = (view.places()[0] * view.size).astype(int)
        near = view.pixels[max(y - 3, 0) : y + 4, max(x - 3, 0) : x + 4]
        check(int(near.max()) > 120, f"the spot is not where it should be after {view.names}")
    check(10 < seen < 40, f"the spot was seen {seen} times of 40")


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


def main() -> None:
    check_edits()
    check_box()
    check_marks()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        losses = image_train.train(image_train.parse(["--tiny", "--work", folder]))
        for name in ("copy", "design", "local"):
            values = [row[name] for row in losses]
            check(bool(np.isfinite(values).all()), f"{name} loss is not finite: {values}")
            check(values[-1] < 0.95 * values[0], f"{name} loss does not fall: {values}")
        pack = work / "pack"
        image.main(["--work", folder, "--checkpoint", str(work / "image.pt"), "--pack", str(pack), "--side", "64"])
        session = onnxruntime.InferenceSession(str(pack / "image.onnx"), providers=["CPUExecutionProvider"])
        for vectors in session.run(["copy", "design"], {"pixels": np.zeros((3, 3, 64, 64), np.float32)}):
            check(np.allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-4), "vectors are not of unit length")
        entry = json.loads((pack / "manifest.json").read_text())["models"][0]
        regions = {o["name"]: len(o["regions"]) for o in entry["outputs"]}
        check(entry["id"] == "image" and regions == {"copy": 10, "design": 2}, "the manifest entry is wrong")
    falls = ", ".join(f"{k} {losses[0][k]:.2f} to {losses[-1][k]:.2f}" for k in ("copy", "design", "local"))
    print(f"smoke: ok, {falls}")


if __name__ == "__main__":
    main()

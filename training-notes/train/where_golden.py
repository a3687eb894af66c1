"""Writes what the test of detect/where.go compares with: a drawn picture and the measures of some places in it.

python training-notes/train/where_golden.py
"""

from __future__ import annotations

import json

import cv2
import numpy as np
from PIL import Image

from catalogue import REPOSITORY
from where_scenes import Setting

OUT = REPOSITORY / "detect" / "testdata"


def main() -> None:
    rng = np.random.default_rng(5)
    pixels = np.clip(rng.normal(120, 9, (72, 96, 3)) + np.linspace(-40, 40, 96)[None, :, None], 0, 255).astype(np.uint8)
    cv2.circle(pixels, (30, 34), 14, (190, 40, 30), -1)
    pixels[:14] = (255, 255, 255)
    cv2.putText(pixels, "mark", (58, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (20, 60, 160), 1)
    setting = Setting(pixels)
    boxes = [([15, 19, 46, 50], 0.0), ([56, 1, 92, 13], 1.0), ([-5, 60, 20, 90], 0.0)]
    OUT.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(OUT / "where.png")
    cases = [
        {"box": b, "repeated": r, "measures": [round(v, 9) for v in setting.measure(tuple(b), r)]} for b, r in boxes
    ]
    (OUT / "where.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()

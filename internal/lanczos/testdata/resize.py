"""Resize a picture with Pillow, for the test that Go gives the same bytes.

Rows are resampled first, as Pillow did up to version 12; Pillow 13 starts with
the columns of some tall pictures, which rounds a few samples by one.

    python internal/lanczos/testdata/resize.py

needs numpy and pillow; the outputs in `resize/` are committed.
"""

from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent / "resize"
SIZES = [(24, 16), (97, 16), (31, 61), (97, 61), (150, 100), (48, 200), (8, 8), (30, 9), (90, 9)]


def main() -> None:
    """Write the source, 97 x 61 with hard edges and noise, and its resized versions."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0:61, 0:97]
    source = np.stack([x * 2.6, y * 4.1, ((x // 8 + y // 8) % 2) * 255.0], -1)
    source[20:40, 30:60] = 255
    source[45:55, :] = rng.integers(0, 256, (10, 97, 3))
    image = Image.fromarray(source.clip(0, 255).astype(np.uint8))
    FOLDER.mkdir(exist_ok=True)
    image.save(FOLDER / "source.png")
    for size in SIZES:
        rows = image.resize((size[0], image.height), Image.Resampling.LANCZOS)
        rows.resize(size, Image.Resampling.LANCZOS).save(FOLDER / f"{size[0]}x{size[1]}.png", optimize=True)


if __name__ == "__main__":
    main()

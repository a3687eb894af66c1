"""Golden pictures for the logo networks: drawn without any randomness, with badges of several sizes."""

from __future__ import annotations

import numpy as np


def rings(picture: np.ndarray, x: float, y: float, radius: float, colours: list[tuple[int, int, int]]) -> None:
    """Concentric discs, in place."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    distance = np.hypot(columns - x, rows - y)
    for k, colour in enumerate(colours):
        picture[distance < radius * (1 - k / len(colours))] = colour


def shade(height: int, width: int, dark: float, light: float) -> np.ndarray:
    """A soft grey slope."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    value = dark + (light - dark) * (0.6 * x / width + 0.4 * y / height)
    return np.repeat(np.round(value).astype(np.uint8)[..., None], 3, 2)


def pictures() -> dict[str, np.ndarray]:
    """Two scenes: a badge with a bar beside it, and a shield-like pile on stripes."""
    one = shade(200, 260, 60, 190)
    rings(one, 90, 80, 46, [(200, 30, 40), (250, 250, 250), (20, 40, 120), (240, 200, 60)])
    one[140:168, 150:240] = (15, 15, 18)
    one[148:160, 160:230:14] = (235, 235, 240)
    two = shade(230, 180, 210, 120)
    two[:, ::24] = (90, 60, 50)
    for k in range(40):
        two[60 + k : 61 + k, 40 + k // 2 : 140 - k // 2] = (30, 120 + k, 60)
    rings(two, 90, 170, 24, [(10, 10, 10), (230, 180, 40), (10, 10, 10)])
    return {"badge": one, "shield": two}

"""Other colours of the same goods: what a colourway, a dye or a copyist's slider does.

Every function takes and returns uint8 RGB of the same size; shapes, seams and prints stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Rng = np.random.Generator


def turn_hue(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """Turns every hue by the same angle; half the time skin tones stay."""
    hsv = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2HSV)
    hue, saturation = hsv[..., 0].copy(), hsv[..., 1]
    skin = (hue < 22) & (saturation > 35) & (saturation < 170) & (hsv[..., 2] > 70)
    gain = rng.uniform(0.5, 1.6)
    hsv[..., 0] = (hue.astype(np.int16) + int(rng.integers(15, 166))) % 180
    hsv[..., 1] = np.clip(saturation * gain, 0, 255)
    out = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    if rng.random() < 0.5:
        out[skin] = pixels[skin]
    return out


def swap_channels(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """Red, green and blue in another order: a palette swap that keeps greys."""
    order = [(1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2)][int(rng.integers(5))]
    return np.ascontiguousarray(pixels[..., list(order)])


def fade(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """Takes most or all of the colour out."""
    luma = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)[..., None]
    keep = 0.0 if rng.random() < 0.6 else rng.uniform(0, 0.4)
    return (pixels * keep + luma * (1 - keep)).astype(np.uint8)


def main_colour(lab: np.ndarray, rng: Rng) -> tuple[np.ndarray, float]:
    """The middle's most common colour that the rim has little of, in Lab, and its spread."""
    small = cv2.resize(lab, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32)
    count = int(rng.integers(3, 6))
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 6, 0.0)
    cv2.setRNGSeed(int(rng.integers(1 << 30)))
    _, label, centre = cv2.kmeans(small.reshape(-1, 3), count, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    label = label.reshape(48, 48)
    middle = np.bincount(label[12:36, 14:34].ravel(), minlength=count) / 480
    rim = np.concatenate([label[:3].ravel(), label[:, :3].ravel(), label[:, -3:].ravel()])
    share = middle - np.bincount(rim, minlength=count) / len(rim)
    chosen = int(share.argmax())
    cells = small[label == chosen]
    return centre[chosen], float(np.sqrt(((cells - centre[chosen]) ** 2).sum(-1).mean()))


def dye(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """Gives the goods' main colour another one: new tone and lightness, the same folds and seams."""
    lab = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB)
    centre, spread = main_colour(lab, rng)
    offset = lab.astype(np.float32) - centre
    distance = np.sqrt((offset * [0.55, 1.2, 1.2]) ** 2 @ np.ones((3,), np.float32))
    reach = max(18.0, 2.0 * spread)
    weight = 1 / (1 + np.exp((distance - reach) / (0.18 * reach)))
    weight = cv2.GaussianBlur(weight.astype(np.float32), (0, 0), 0.8)[..., None]
    target = np.array([rng.uniform(30, 225), *(128 + rng.normal(0, 32, 2))], np.float32)
    if rng.random() < 0.2:
        target[1:] = 128
    new = target + offset * [rng.uniform(0.6, 1.1), 0.4, 0.4]
    mixed = lab * (1 - weight) + new * weight
    return cv2.cvtColor(np.clip(mixed, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)


def light(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """Another lamp or camera: gains a channel, contrast, gamma."""
    ramp = np.arange(256, dtype=np.float32)[:, None] * np.ones(3, np.float32)
    ramp = (ramp - 128) * rng.uniform(0.7, 1.25) + 128 * rng.uniform(0.8, 1.2)
    ramp = np.clip(ramp * rng.uniform(0.85, 1.15, 3), 0, 255) / 255
    table = (255 * ramp ** np.exp(rng.uniform(-0.4, 0.4))).astype(np.uint8)
    return cv2.LUT(np.ascontiguousarray(pixels), np.ascontiguousarray(table[None]))


Change = Callable[[Rng, np.ndarray], np.ndarray]
CHANGES: list[tuple[Change, float]] = [(turn_hue, 0.3), (dye, 0.4), (swap_channels, 0.15), (fade, 0.15)]


def recolour(rng: Rng, pixels: np.ndarray) -> np.ndarray:
    """One change of colour, drawn by weight."""
    weights = np.array([w for _, w in CHANGES])
    return CHANGES[int(rng.choice(len(CHANGES), p=weights / weights.sum()))][0](rng, pixels)

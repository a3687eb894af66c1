"""A warm start for the character tables: a character begins as a sum of the letters it is romanised with.

Without it the network would have to meet each of some ten thousand characters many times before it heard them. The
hashed tables cannot hold every target exactly, so the commonest characters weigh most.
"""

from __future__ import annotations

from functools import cache

import torch
from anyascii import anyascii
from pypinyin import lazy_pinyin
from torch import Tensor

from text_han import LEVEL_ONE, to_traditional
from text_model import TextEmbedder

_PLACES = 5
# Latin, accented Latin, Greek, Cyrillic, Arabic, Thai, katakana.
_ALPHABETS = [
    (0x61, 0x7A),
    (0xE0, 0x24F),
    (0x3B1, 0x3C9),
    (0x430, 0x45F),
    (0x620, 0x64A),
    (0xE01, 0xE4D),
    (0x30A1, 0x30FC),
]


@cache
def characters() -> dict[str, float]:
    """Characters to be warmed and their weights."""
    weights: dict[str, float] = {}
    for row in range(0x4E00, 0xA000):
        weights[chr(row)] = 0.02
    for code in range(0xB0A1, 0xF7FE):
        try:
            weights[bytes([code >> 8, code & 255]).decode("gb2312")] = 0.2
        except UnicodeDecodeError:
            continue
    for char in LEVEL_ONE:
        weights[char] = weights[to_traditional(char)] = 1.0
    for lo, hi in _ALPHABETS:
        weights.update({chr(c): 4.0 for c in range(lo, hi + 1)})
    return weights


def romanised(char: str) -> str:
    """Lower-case Latin letters of a character: Mandarin for Han, a plain romanisation for the rest."""
    text = lazy_pinyin(char)[0] if char >= "一" and char <= "鿿" else anyascii(char)
    return "".join(c for c in text.lower() if "a" <= c <= "z")[:_PLACES]


def targets(dimension: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Code points [V], target vectors [V, dimension] and weights [V]."""
    generator = torch.Generator().manual_seed(seed)
    letters = torch.randn(27, dimension, generator=generator) * 0.35
    turns = torch.randn(_PLACES, 27, dimension, generator=generator) * 0.2
    points, rows, weights = [], [], []
    for char, weight in characters().items():
        text = romanised(char)
        if not text:
            continue
        vector = torch.zeros(dimension)
        for place, letter in enumerate(text):
            index = ord(letter) - 96
            vector += (letters[index] + (turns[place, index] if place else 0)) * (1.0 if place == 0 else 0.7)
        points.append(ord(char))
        rows.append(vector)
        weights.append(weight)
    return torch.tensor(points), torch.stack(rows), torch.tensor(weights)


def warm(model: TextEmbedder, steps: int = 250, seed: int = 1) -> float:
    """Fit the tables to the targets; returns the weighted mean squared error left."""
    points, wanted, weights = targets(model.shape.embedding, seed)
    tables = [model.first.weight, model.second.weight, model.block.weight]
    optimiser = torch.optim.Adam(tables, lr=0.03)
    loss = torch.zeros(())
    for _ in range(steps):
        got = model.look_up(points.unsqueeze(0))[0]
        loss = ((got - wanted).square().mean(1) * weights).sum() / weights.sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()

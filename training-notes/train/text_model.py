"""The text embedder: code points in, a unit vector out, with all Unicode folding inside the graph.

``chars`` is int64 [N, 32], raw code points padded with zeros. The steps are: fold look-alike ranges by arithmetic
(full width, mathematical and enclosed letters, hiragana, capitals), move what carries no sound (zero-width signs, gaps,
emoji) to the end, look characters up in hashed tables, three residual convolutions, pooling, a linear layer, L2.
Integer tables hashed by a prime follow Svenstrup et al., "Hash embeddings" (2017); hangul is looked up by its three
letters, which are arithmetic in its code point.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Ranges folded onto others: from lo to hi, (x - lo) mod period + base.
_FOLDS = [
    (0xFF01, 0xFF5E, 0x60, 0x21),  # full width
    (0x1D400, 0x1D6A3, 26, 0x61),  # mathematical letters
    (0x24B6, 0x24E9, 26, 0x61),  # circled letters
    (0x1F130, 0x1F189, 32, 0x61),  # squared and negative letters
    (0x1F1E6, 0x1F1FF, 26, 0x61),  # regional indicators
    (0x41, 0x5A, 26, 0x61),  # Latin capitals
    (0x410, 0x42F, 32, 0x430),  # Cyrillic capitals
    (0x3041, 0x3096, 0x60, 0x30A1),  # hiragana to katakana
]
# Ranges without sound or letter shape. Mask signs (* ~ # _ and the like) are not among them: they stand for letters.
_SILENT = [
    (0x20, 0x20), (0x2C, 0x2F), (0x7C, 0x7C), (0xA0, 0xA0), (0xAD, 0xAD), (0x300, 0x36F), (0x180B, 0x180E),
    (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F), (0x25A0, 0x27BF), (0x2B00, 0x2BFF), (0x3000, 0x3000),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0x1F000, 0x1F0FF), (0x1F200, 0x1FAFF),
]  # fmt: skip
_EXACT = 2048  # Code points below have a row of their own in the first table.


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; the defaults are the ones that ship."""

    rows_first: int = 8191
    rows_second: int = 6007
    embedding: int = 64
    channels: int = 96
    dimension: int = 64


class TextEmbedder(nn.Module):
    """Maps [N, L] code points to [N, dimension] unit vectors."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        s = self.shape = shape or Shape()
        self.first = nn.Embedding(s.rows_first, s.embedding)
        self.second = nn.Embedding(s.rows_second, s.embedding)
        self.block = nn.Embedding(1024, s.embedding)
        self.jamo = nn.Embedding(19 + 21 + 28, s.embedding)
        for table in (self.first, self.second, self.block, self.jamo):
            nn.init.normal_(table.weight, std=0.25)
        self.conv1 = nn.Conv1d(s.embedding, s.channels, 3, padding=1)
        self.conv2 = nn.Conv1d(s.channels, s.channels, 3, padding=1)
        self.conv3 = nn.Conv1d(s.channels, s.channels, 3, padding=1)
        self.head = nn.Linear(4 * s.channels, s.dimension)

    def forward(self, chars: Tensor) -> Tensor:
        chars = compact(fold(chars))
        mask = (chars > 0).float().unsqueeze(1)
        x = self.look_up(chars).transpose(1, 2) * mask
        x = F.relu(self.conv1(x)) * mask
        x = (x + F.relu(self.conv2(x))) * mask
        x = (x + F.relu(self.conv3(x))) * mask
        return F.normalize(self.head(pool(x, mask)), dim=1, eps=1e-6)

    def look_up(self, chars: Tensor) -> Tensor:
        """The sum of the tables' rows for each character, [N, L, embedding]."""
        s = self.shape
        syllable = chars - 0xAC00
        is_hangul = (syllable >= 0) & (syllable < 11172)
        syllable = syllable.clamp(0, 11171)
        hashed = torch.where(chars < _EXACT, chars, _EXACT + chars % (s.rows_first - _EXACT))
        x = self._rows(self.first, hashed) + self._rows(self.second, chars % s.rows_second)
        jamo = self._rows(self.jamo, syllable // 588) + self._rows(self.jamo, 19 + syllable % 588 // 28)
        jamo = jamo + self._rows(self.jamo, 40 + syllable % 28)
        x = torch.where(is_hangul.unsqueeze(2), jamo, x)
        return x + self._rows(self.block, (chars // 128).clamp(0, 1023))

    @staticmethod
    def _rows(table: nn.Embedding, index: Tensor) -> Tensor:
        return F.embedding(index, table.weight).float()  # tables are stored in half precision when exported


def fold(chars: Tensor) -> Tensor:
    """Replace letters of decorated ranges by the plain ones, range by range."""
    for lo, hi, period, base in _FOLDS:
        inside = (chars >= lo) & (chars <= hi)
        chars = torch.where(inside, (chars - lo) % period + base, chars)
    return chars


def compact(chars: Tensor) -> Tensor:
    """Drop silent characters: what is left moves to the front in its order, zeros follow."""
    silent = chars <= 0
    for lo, hi in _SILENT:
        silent = silent | ((chars >= lo) & (chars <= hi))
    length = chars.shape[1]
    key = torch.arange(length).unsqueeze(0) + silent.long() * length
    order = torch.topk(key, length, dim=1, largest=False, sorted=True).indices
    return torch.gather(torch.where(silent, torch.zeros_like(chars), chars), 1, order)


def pool(x: Tensor, mask: Tensor) -> Tensor:
    """Mean, maximum, and the means weighted towards the start and the end, [N, 4 C]."""
    count = mask.sum(2).clamp(min=1.0)
    place = (torch.cumsum(mask, dim=2) - 0.5) / count.unsqueeze(2) * mask
    mean = x.sum(2) / count
    end = (x * place).sum(2) / count
    # Activations are never negative, so a masked position cannot win the maximum.
    return torch.cat([mean, x.amax(2), mean - end, end], dim=1)


def contrastive_loss(a: Tensor, b: Tensor, others: Tensor, temperature: float = 0.07) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018) over a batch of pairs, with further vectors that match none."""
    target = torch.arange(a.shape[0])
    more_a, more_b = a @ others.T, b @ others.T
    forward = torch.cat([a @ b.T, more_a], dim=1) / temperature
    backward = torch.cat([b @ a.T, more_b], dim=1) / temperature
    return 0.5 * (F.cross_entropy(forward, target) + F.cross_entropy(backward, target))


def spread_loss(a: Tensor) -> Tensor:
    """KoLeo (Sablayrolles et al. 2019): the mean negative log distance to the nearest other vector."""
    cosine = a @ a.T - 2 * torch.eye(a.shape[0])
    nearest = cosine.max(dim=1).values
    return -torch.log((2 - 2 * nearest).clamp(min=1e-4)).mean() / 2

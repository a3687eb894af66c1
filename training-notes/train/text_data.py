"""Training pairs for the text embedder: two writings of one name, drawn without end from a seeded source.

A batch is two arrays of code points [B, 32], of which row i of both writes the same name and rows i and j (i != j)
different ones, and a third array of fragments [F, 32] that write none of them.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from text_distort import distort
from text_han import draw_han, han, read_han, to_traditional
from text_phonemes import (
    Name,
    draw_korean,
    draw_name,
    draw_open_name,
    read_latin,
    spell_latin,
)
from text_scripts import arabic, cyrillic, hangul, katakana, korean, thai

LENGTH = 32
Codes = NDArray[np.int64]
_SCRIPTS = {"han": han, "kana": katakana, "hangul": hangul, "cyrillic": cyrillic, "arabic": arabic, "thai": thai}
_SCRIPT_WEIGHTS = [4, 2, 2, 2, 1.6, 1.6]


def encode(texts: list[str], length: int = LENGTH) -> Codes:
    """Code points of each text, cut at length and padded with zeros, as [N, length] int64."""
    out = np.zeros((len(texts), length), dtype=np.int64)
    for row, text in enumerate(texts):
        points = [ord(c) for c in text[:length]]
        out[row, : len(points)] = points
    return out


@dataclass
class Words:
    """Real words to mix with invented ones: brands and the words of titles, in lower case."""

    brands: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def read_words(titles: Path, left_out: list[Path], names: list[str]) -> Words:
    """Read brands and words from a title list, leaving out what evaluation sets register and the names given."""
    banned = {word for path in left_out for word in _registered(path)} | set(names)
    brands: set[str] = set()
    words: set[str] = set()
    with titles.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            brands.update(b.strip() for b in re.split(r"[|;,]", row["brands"].lower()))
            words.update(re.findall(r"[a-z]{3,14}", row["title"].lower()))
    keep = {w for w in words if not any(b in w for b in banned)}
    return Words(sorted(b for b in brands - banned if len(b) > 2), sorted(keep))


def _registered(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [word.lower() for line in file for word in json.loads(line)["words"]]


@dataclass
class Concept:
    """One name: how it sounds, and the writings of it that are given rather than spelled from the sound."""

    name: Name
    latin: str
    han: str = ""
    native: str = ""


def draw_concept(words: Words, rng: random.Random) -> Concept:
    """Draw a name: invented, Japanese-like, Chinese, a native string of another script, a brand or a title word."""
    roll = rng.random()
    if roll < 0.12:
        chars = draw_han(rng)
        latin, name = read_han(chars)
        return Concept(name, latin, han=chars)
    if roll < 0.22:
        name = draw_open_name(rng)
        return Concept(name, spell_latin(name, rng, plain=True))
    if roll < 0.28:
        name = draw_name(rng)
        native = rng.choice([hangul, cyrillic, arabic, thai, katakana])(name, rng)
        return Concept(name, re.sub(r"[^a-z]", "", anyascii(native).lower()) or "a", native=native)
    if roll < 0.31:
        name, latin = draw_korean(rng)
        native = korean(name)
        return Concept([(o, "9" if v == "x" else v, c) for o, v, c in name], latin, native=native)
    if roll < 0.33 and words.brands:
        latin = rng.choice(words.brands)
        return Concept(read_latin(latin, rng), latin)
    if roll < 0.56 and words.words:
        latin = rng.choice(words.words)
        if rng.random() < 0.12:
            latin += " " + rng.choice(words.words)
        return Concept(read_latin(latin, rng), latin)
    name = draw_name(rng)
    if rng.random() < 0.08:
        name = name + draw_name(rng)
    return Concept(name, spell_latin(name, rng))


def sibling(concept: Concept, rng: random.Random) -> Concept:
    """A different name that shares all but one syllable with the given one: a hard negative."""
    name = list(concept.name)
    name[rng.randrange(len(name))] = draw_name(rng)[0]
    return Concept(name, spell_latin(name, rng))


def write(concept: Concept, rng: random.Random, latin: float) -> tuple[str, str]:
    """One clean writing of a name and its script; ``latin`` is the chance of Latin letters."""
    if rng.random() < latin:
        return concept.latin, "latin"
    if concept.native and rng.random() < 0.5:
        return concept.native, "native"
    script = rng.choices(list(_SCRIPTS), _SCRIPT_WEIGHTS)[0]
    if script != "han":
        return _SCRIPTS[script](concept.name, rng), script
    text = concept.han if concept.han and rng.random() < 0.8 else han(concept.name, rng)
    return (to_traditional(text) if rng.random() < 0.3 else text), script


def draw_pair(concept: Concept, rng: random.Random) -> tuple[str, str]:
    """A registered-like writing and what a listing may show instead: distorted, in another script, or both."""
    first, script = write(concept, rng, latin=0.65)
    roll = rng.random()
    if roll < 0.45:
        second = distort(first, rng)
    elif roll < 0.6 and script == "latin" and not concept.han:
        second = spell_latin(read_latin(first, rng), rng, plain=rng.random() < 0.5)
    else:
        second, _ = write(concept, rng, latin=0.08 if script == "latin" else 0.6)
        if rng.random() < 0.3:
            second = distort(second, rng)
    return first or "a", second or "a"


def fragment(words: Words, rng: random.Random) -> str:
    """Two to five characters cut anywhere from two names written one after the other, as windows of a title are."""
    one, two = draw_concept(words, rng), draw_concept(words, rng)
    script = rng.choice([*_SCRIPTS.values(), None])
    text = one.latin + two.latin if script is None else script(one.name, rng) + script(two.name, rng)
    size = rng.choice([2, 2, 3, 4, 5])
    start = rng.randrange(max(1, len(text) - size))
    return text[start : start + size]


def draw_batch(words: Words, size: int, rng: random.Random) -> list[Concept]:
    """Different names, a quarter of them siblings of others."""
    concepts: dict[str, Concept] = {}
    while len(concepts) < size - size // 4:
        concept = draw_concept(words, rng)
        concepts.setdefault(concept.latin, concept)
    long = [c for c in concepts.values() if len(c.name) > 1]
    while len(concepts) < size:
        concept = sibling(rng.choice(long), rng)
        concepts.setdefault(concept.latin, concept)
    return list(concepts.values())


def batches(words: Words, size: int, seed: int) -> Iterator[tuple[Codes, Codes, Codes]]:
    """Batches for ever, with a fragment for every four names."""
    rng = random.Random(seed)
    while True:
        pairs = [draw_pair(c, rng) for c in draw_batch(words, size, rng)]
        fragments = [fragment(words, rng) for _ in range(size // 4)]
        yield encode([a for a, _ in pairs]), encode([b for _, b in pairs]), encode(fragments)

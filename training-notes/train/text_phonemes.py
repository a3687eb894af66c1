"""Phonemes of brand-like names: drawing them, spelling them in Latin, reading them from Latin.

A name is a list of syllables; a syllable is (onset, vowel, coda) where onset and coda are strings of one-letter
consonant codes and vowel is a one-letter code. The codes are ASCII so that a name can be printed while debugging:
consonants ``p b t d k g f v s z S(sh) Z(zh) C(ch) J(j) h m n N(ng) l r w y T(th)``, vowels ``a e i o u`` and the
diphthongs ``A(ei) I(ai) O(ou) W(au)`` and ``9`` (schwa, usually from "er").
"""

from __future__ import annotations

import random
import re

Syllable = tuple[str, str, str]
Name = list[Syllable]

VOWELS = "aeiouAIOW9"
_ONSETS = list("pbtdkgfvszSCJhmnlrwyT")
_ONSET_WEIGHTS = [5, 6, 6, 6, 8, 5, 4, 4, 8, 3, 3, 2, 3, 4, 7, 7, 7, 7, 3, 2, 1]
_CLUSTERS = [
    "pr", "br", "tr", "dr", "kr", "gr", "fr", "pl", "bl", "kl", "gl", "fl",
    "sp", "st", "sk", "sl", "sm", "sn", "sw", "kw", "str",
]  # fmt: skip
_CODAS = [
    "n", "m", "N", "s", "t", "k", "l", "r", "p", "d", "g", "b",
    "f", "S", "C", "z", "ks", "st", "nt", "nd", "rt", "lt", "rk", "ns",
]  # fmt: skip
_CODA_WEIGHTS = [10, 4, 3, 6, 4, 5, 6, 7, 3, 2, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1]
_VOWEL_WEIGHTS = [10, 8, 9, 9, 6, 2, 3, 2, 1, 2]


def draw_name(rng: random.Random) -> Name:
    """Draw a pronounceable name of one to four syllables."""
    count = rng.choices([1, 2, 3, 4], [10, 45, 35, 10])[0]
    return [_draw_syllable(rng, first=i == 0, last=i == count - 1) for i in range(count)]


def _draw_syllable(rng: random.Random, first: bool, last: bool) -> Syllable:
    roll = rng.random()
    if roll < (0.18 if first else 0.06):
        onset = ""
    elif roll < (0.36 if first else 0.14):
        onset = rng.choice(_CLUSTERS)
    else:
        onset = rng.choices(_ONSETS, _ONSET_WEIGHTS)[0]
    coda = ""
    if rng.random() < (0.5 if last else 0.22):
        codas = len(_CODAS) if last else 12
        coda = rng.choices(_CODAS[:codas], _CODA_WEIGHTS[:codas])[0]
    return onset, rng.choices(VOWELS, _VOWEL_WEIGHTS)[0], coda


def draw_open_name(rng: random.Random) -> Name:
    """Draw a name of open syllables, as Japanese names are: two to four of consonant and vowel, some with n."""
    name: Name = []
    for _ in range(rng.choices([2, 3, 4], [3, 5, 3])[0]):
        onset = rng.choice(["k", "s", "t", "n", "h", "m", "y", "r", "w", "g", "z", "d", "b", "", "S", "C", "J"])
        name.append((onset, rng.choice("aeiou"), "n" if rng.random() < 0.12 else ""))
    return name


# Korean syllables: how each letter is romanised officially and how brands write it, beside its phoneme code.
_KOREAN_ONSET = {"": "", "g": "g k", "n": "n", "d": "d t", "r": "r l", "m": "m", "b": "b p", "s": "s", "J": "j ch", "C": "ch", "k": "k", "t": "t", "p": "p", "h": "h"}  # fmt: skip
_KOREAN_VOWEL = {"a": "a ah", "9": "eo u o", "o": "o", "u": "u oo", "x": "eu u", "i": "i ee", "e": "e ae"}
_KOREAN_CODA = {"": "", "n": "n", "N": "ng", "m": "m", "l": "l", "k": "k g", "p": "p b"}


def draw_korean(rng: random.Random) -> tuple[Name, str]:
    """A Korean name of two or three syllables and one of its romanisations; vowel code x is eu."""
    name: Name = []
    latin = ""
    for _ in range(rng.choice([2, 2, 3])):
        onset, vowel = rng.choice(list(_KOREAN_ONSET)), rng.choice(list(_KOREAN_VOWEL))
        coda = rng.choice(list(_KOREAN_CODA)) if rng.random() < 0.6 else ""
        for letter, table in ((onset, _KOREAN_ONSET), (vowel, _KOREAN_VOWEL), (coda, _KOREAN_CODA)):
            latin += rng.choice(table[letter].split() or [""])
        name.append((onset, vowel, coda))
    return name, latin


_SPELL: dict[str, list[str]] = {
    "p": ["p"], "b": ["b"], "t": ["t"], "d": ["d"], "k": ["k", "k", "c", "q"], "g": ["g"], "f": ["f", "f", "f", "ph"],
    "v": ["v"], "s": ["s"], "z": ["z", "z", "s"], "S": ["sh", "sh", "sch", "ch"], "Z": ["zh", "j", "g"],
    "C": ["ch", "ch", "c", "tch"], "J": ["j", "j", "dj", "g"], "h": ["h"], "m": ["m"], "n": ["n"], "N": ["ng"],
    "l": ["l"], "r": ["r"], "w": ["w"], "y": ["y", "y", "j"], "T": ["th"],
    "a": ["a"], "e": ["e"], "i": ["i", "i", "i", "ee", "ea", "y"], "o": ["o"], "u": ["u", "u", "oo", "ou"],
    "A": ["ay", "ei", "ai", "a"], "I": ["y", "i", "ie", "ai", "i"], "O": ["o", "o", "ow", "oa", "oe"],
    "W": ["ow", "ou", "au"], "9": ["er", "er", "a", "e", "ur", "or"],
}  # fmt: skip


def spell_latin(name: Name, rng: random.Random, plain: bool = False) -> str:
    """Spell a name in Latin letters; ``plain`` takes the first, most phonetic spelling of every phoneme."""
    out: list[str] = []
    for onset, vowel, coda in name:
        for code in onset + vowel + coda:
            out.append(_SPELL[code][0] if plain else rng.choice(_SPELL[code]))
    word = "".join(out)
    if plain:
        return word
    word = re.sub(r"c(?=[eiy])", "k" if rng.random() < 0.7 else "ck", word)
    word = word.replace("ks", "x") if rng.random() < 0.7 else word
    if rng.random() < 0.15 and word[-1] not in "aeiouy":
        word += "e"
    if rng.random() < 0.12:
        word = re.sub(r"(?<=[aeiou])([lmnprst])(?=[aeiou])", r"\1\1", word, count=1)
    return word


# Letter groups, longest first, with the readings they may take; the first reading is the commonest.
_READ: list[tuple[str, list[str]]] = [
    ("tion", ["S9n"]), ("cci", ["Ci", "ksi"]), ("sch", ["S", "sk"]), ("tch", ["C"]), ("igh", ["I"]), ("eau", ["O"]), ("ough", ["O"]),
    ("ch", ["C", "C", "k", "S"]), ("sh", ["S"]), ("ph", ["f"]), ("th", ["T", "t"]), ("ck", ["k"]), ("qu", ["kw", "k"]),
    ("zh", ["Z"]), ("gh", ["g", ""]), ("ng", ["N", "Ng"]), ("wh", ["w"]), ("kn", ["n"]), ("oo", ["u"]), ("ee", ["i"]),
    ("ea", ["i", "e", "ia"]), ("ou", ["W", "u"]), ("ow", ["O", "W"]), ("ay", ["A"]), ("ai", ["A", "I"]),
    ("ei", ["I", "A"]), ("ey", ["i", "A"]), ("au", ["o", "W"]), ("aw", ["o"]), ("ie", ["i", "I"]), ("eu", ["oi", "u", "e"]), ("oa", ["O"]),
    ("oe", ["O", "e"]), ("ue", ["u"]), ("ui", ["u", "wi"]), ("oya", ["oya"]), ("oyo", ["oyo"]), ("oy", ["oi"]), ("oi", ["oi", "wa"]), ("x", ["ks", "ks", "z"]),
    ("q", ["k"]), ("j", ["J", "J", "y"]), ("a", ["a", "a", "a", "a", "A"]), ("e", ["e"]), ("i", ["i", "i", "i", "I"]),
    ("o", ["o", "o", "O"]), ("u", ["u", "u", "a", "yu"]),
]  # fmt: skip


def read_latin(word: str, rng: random.Random) -> Name:
    """Read a Latin word aloud: rules of English and its neighbours, drawing among the readings a letter may take."""
    word = re.sub(r"[^a-z]", "", word)
    word = re.sub(r"([bdf-hj-np-tv-z])\1|cc(?!i)", lambda m: m.group()[0], word)
    if len(word) > 3 and word[-1] == "e" and word[-2] not in VOWELS and rng.random() < 0.65:
        word = word[:-1]
    codes, at = "", 0
    while at < len(word):
        step, reading = _read_at(word, at, rng)
        codes += reading
        at += step
    return syllabify(codes)


def _read_at(word: str, at: int, rng: random.Random) -> tuple[int, str]:
    for letters, readings in _READ:
        if word.startswith(letters, at):
            return len(letters), rng.choice(readings)
    letter, after = word[at], word[at + 1 : at + 2]
    if letter == "c":
        return 1, "s" if after and after in "eiy" else "k"
    if letter == "g":
        return 1, "J" if after and after in "eiy" and rng.random() < 0.5 else "g"
    if letter == "y":
        return 1, "y" if after and after in "aeou" else rng.choice("iiI")
    if letter == "h" and at and word[at - 1] in "aeiou" and (not after or after not in "aeiou"):
        return 1, ""
    if letter == "z" and rng.random() < 0.2:
        return 1, "ts"
    if letter == "s" and at and after and word[at - 1] in "aeiou" and after in "aeiou":
        return 1, rng.choice("ssz")
    return 1, rng.choice("wwv") if letter == "w" else letter


def syllabify(codes: str) -> Name:
    """Cut a run of phoneme codes into syllables: one consonant (or a permitted cluster) opens each vowel."""
    name: Name = []
    pending = ""
    for code in codes:
        if code not in VOWELS:
            pending += code
            continue
        onset = pending
        if name and len(pending) > 1:
            keep = 2 if pending[-2:] in _CLUSTERS else 1
            onset = pending[-keep:]
            name[-1] = (name[-1][0], name[-1][1], pending[:-keep])
        name.append((onset, code, ""))
        pending = ""
    if name:
        name[-1] = (name[-1][0], name[-1][1], name[-1][2] + pending)
    elif pending:
        name = [(pending, "9", "")]
    return name

"""What sellers do to a name so that a filter misses it: one function a trick, and a draw among them.

Every function takes the text and a random source and returns changed text; a trick that does not apply returns the
text as it was.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from functools import cache

from confusable_homoglyphs import confusables

Trick = Callable[[str, random.Random], str]

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u180e"
_BETWEEN = " .-_/|·•'~,*\u00a0\u3000\u2009・"
_EMOJI = "🔥⭐✨💎👑❤💯🎁🌟⚡🍀💥✅👟📱🎧⌚💖🌈🍎😀👍🎀☆★♥♡●◆■▲☀☺✓➤"
_MASK = "*＊~～·•_-xX○〇□●#?…. "
_LEET = {"a": "4@", "b": "8", "e": "3€", "g": "96", "i": "1!|", "l": "1|", "o": "0", "s": "5$", "t": "7+", "z": "2", "c": "(", "h": "#"}  # fmt: skip
_KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
_LOOKS = {"m": ["rn", "nn"], "w": ["vv"], "d": ["cl"], "n": ["ri"], "u": ["v"], "v": ["u"], "i": ["l", "j"], "l": ["i"], "k": ["lc"]}  # fmt: skip
_NEIGHBOURS = [
    "pro", "new", "hot", "shop", "sale", "case", "for", "man", "the", "style",
    "正品", "新款", "の", "용", "для", "男", "店", "款",
]  # fmt: skip
_MATH_STARTS = [0x1D400 + 52 * row for row in range(13)]
_ENCLOSED = [0x24D0, 0x24B6, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6]
_SMALL_CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ")
_SUPERSCRIPT = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_HALF_WIDTH_KANA = {ord(unicodedata.normalize("NFKC", chr(c))): chr(c) for c in range(0xFF66, 0xFF9E)}
_HAN_LOOKS = {"未": "末", "末": "未", "己": "已", "士": "土", "土": "士", "日": "曰", "大": "太", "太": "大", "人": "入", "干": "千", "王": "玉"}  # fmt: skip


@cache
def look_alikes(letter: str) -> list[str]:
    """Single characters that Unicode lists as confusable with a letter, without combining marks."""
    listed = [c["c"] for c in confusables.confusables_data.get(letter, [])]
    listed += [c["c"] for c in confusables.confusables_data.get(letter.upper(), [])]
    return [c for c in listed if len(c) == 1 and not unicodedata.combining(c) and c != letter]


@cache
def accented(letter: str) -> list[str]:
    """Latin letters with marks whose base is the given letter."""
    found = []
    for point in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(point).lower())
        if base[0] == letter and len(base) > 1:
            found.append(chr(point).lower())
    return found


def homoglyphs(text: str, rng: random.Random) -> str:
    share = rng.choice([0.2, 0.4, 1.0])
    return _each(text, rng, share, lambda c: rng.choice(look_alikes(c) or [c]))


def cyrillic_looks(text: str, rng: random.Random) -> str:
    table = {"a": "а", "b": "ь", "c": "с", "e": "е", "h": "һ", "i": "і", "j": "ј", "k": "к", "m": "м", "n": "п", "o": "о", "p": "р", "s": "ѕ", "t": "т", "u": "и", "x": "х", "y": "у"}  # fmt: skip
    greek = {"a": "α", "b": "β", "e": "ε", "i": "ι", "k": "κ", "n": "η", "o": "ο", "p": "ρ", "t": "τ", "u": "υ", "v": "ν", "w": "ω", "x": "χ", "y": "γ"}  # fmt: skip
    chosen = table if rng.random() < 0.75 else greek
    share = rng.choice([0.3, 0.6, 1.0])
    return _each(text, rng, share, lambda c: chosen.get(c, c))


def accents(text: str, rng: random.Random) -> str:
    if rng.random() < 0.3:
        return "".join(c + (chr(0x300 + rng.randrange(0x70)) if rng.random() < 0.5 else "") for c in text)
    return _each(text, rng, rng.choice([0.25, 0.6]), lambda c: rng.choice(accented(c) or [c]))


def full_width(text: str, rng: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def mathematical(text: str, rng: random.Random) -> str:
    start = rng.choice(_MATH_STARTS) + rng.choice([0, 26, 26])
    return "".join(chr(start + ord(c) - 97) if "a" <= c <= "z" else c for c in text)


def enclosed(text: str, rng: random.Random) -> str:
    start = rng.choice(_ENCLOSED)
    return "".join(chr(start + ord(c) - 97) if "a" <= c <= "z" else c for c in text)


def small_letters(text: str, rng: random.Random) -> str:
    return text.translate(rng.choice([_SMALL_CAPITALS, _SUPERSCRIPT]))


def half_width(text: str, rng: random.Random) -> str:
    return text.translate(_HALF_WIDTH_KANA)


def leet(text: str, rng: random.Random) -> str:
    share = rng.choice([0.35, 0.7, 1.0])
    return _each(text, rng, share, lambda c: rng.choice(_LEET.get(c, c)))


def zero_width(text: str, rng: random.Random) -> str:
    share = rng.choice([0.25, 0.5, 1.0])
    return "".join(c + (rng.choice(_ZERO_WIDTH) if rng.random() < share else "") for c in text)


def spaced(text: str, rng: random.Random) -> str:
    gap = rng.choice(_BETWEEN)
    if rng.random() < 0.35 and len(text) > 2:
        at = rng.randrange(1, len(text))
        return text[:at] + gap + text[at:]
    return gap.join(text)


def emoji_inside(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(0, len(text) + 1)
        text = text[:at] + rng.choice(_EMOJI) + rng.choice(["", "", "\ufe0f"]) + text[at:]
    return text


def doubled(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at] * rng.choice([2, 2, 3]) + text[at + 1 :]


def typo(text: str, rng: random.Random) -> str:
    """One slip: a neighbouring key, a dropped, doubled, swapped or similar-looking letter."""
    if len(text) < 3:
        return text
    at = rng.randrange(len(text))
    kind = rng.randrange(5)
    if kind == 0:
        return text[:at] + _neighbour(text[at], rng) + text[at + 1 :]
    if kind == 1 and at:
        return text[:at] + text[at + 1 :]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 3:
        return text[:at] + rng.choice(_LOOKS.get(text[at], [text[at]])) + text[at + 1 :]
    return doubled(text, rng)


def vowel_swap(text: str, rng: random.Random) -> str:
    places = [i for i, c in enumerate(text) if c in "aeiouy"]
    if not places or len(text) < 4:
        return text
    at = rng.choice(places)
    return text[:at] + rng.choice("aeiou") + text[at + 1 :]


def masked(text: str, rng: random.Random) -> str:
    """Hide letters behind a mask sign: a tail (Di*), the middle (B··n), all but the ends, or single letters."""
    if len(text) < 2:
        return text
    sign = rng.choice(_MASK)
    kind = rng.randrange(4)
    if kind == 0 or len(text) == 2:
        keep = rng.randrange(max(1, len(text) // 3), len(text))
        return text[:keep] + sign * rng.choice([1, 1, 2, len(text) - keep])
    if kind == 1:
        first = rng.randrange(1, max(2, len(text) // 2))
        last = rng.randrange(first + 1, len(text))
        return text[:first] + sign * (last - first) + text[last:]
    if kind == 2:
        return text[0] + sign * rng.choice([1, 2, 2, 3]) + text[-1]
    at = rng.randrange(1, len(text))
    return text[:at] + sign + text[at + 1 :]


def glued(text: str, rng: random.Random) -> str:
    """Join the name to part of a neighbour word, as a window cut one word too wide would."""
    other = rng.choice(_NEIGHBOURS)
    return other + text if rng.random() < 0.4 else text + other


def han_look(text: str, rng: random.Random) -> str:
    return "".join(_HAN_LOOKS.get(c, c) for c in text)


# Latin names meet every trick; other scripts only those that do not depend on Latin letters.
_LATIN: list[tuple[Trick, float]] = [
    (homoglyphs, 6), (cyrillic_looks, 5), (accents, 3), (full_width, 2), (mathematical, 2), (enclosed, 2), (small_letters, 2), (leet, 7),
    (zero_width, 4), (spaced, 8), (emoji_inside, 5), (doubled, 4), (typo, 16), (vowel_swap, 6), (masked, 12), (glued, 5),
]  # fmt: skip
_ANY: list[tuple[Trick, float]] = [
    (zero_width, 4), (spaced, 8), (emoji_inside, 6), (doubled, 3), (typo, 6), (masked, 12), (glued, 4), (han_look, 1),
    (half_width, 1),
]  # fmt: skip


def distort(text: str, rng: random.Random) -> str:
    """Apply one trick, or two for one text in five, chosen to fit the script."""
    tricks = _LATIN if any("a" <= c <= "z" for c in text) else _ANY
    chosen = rng.choices([t for t, _ in tricks], [w for _, w in tricks], k=2 if rng.random() < 0.2 else 1)
    for trick in chosen:
        text = trick(text, rng) or text
    return text


def _each(text: str, rng: random.Random, share: float, change: Callable[[str], str]) -> str:
    return "".join(change(c) if rng.random() < share else c for c in text)


def _neighbour(letter: str, rng: random.Random) -> str:
    for row, keys in enumerate(_KEYS):
        at = keys.find(letter)
        if at >= 0:
            near = keys[max(0, at - 1) : at] + keys[at + 1 : at + 2]
            if row:
                near += _KEYS[row - 1][at : at + 2]
            return rng.choice(near)
    return letter

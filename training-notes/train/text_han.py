"""Han characters: spelling a name by pinyin, reading characters as a name, simplified to traditional."""

from __future__ import annotations

import random
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

from text_phonemes import Name, Syllable

# Characters that newspapers and trade mark offices favour for foreign sounds.
_FAVOURED = (
    "阿埃艾安奥巴拜班贝本比宾波博布查达戴丹德登迪丁杜多恩尔法范菲费芬佛弗福盖戈格古哈海汉赫亨胡华怀惠霍基吉加杰金卡凯坎"
    "康考柯科克肯库拉莱兰朗劳勒雷里利林琳卢鲁伦罗洛马玛迈曼梅门米密敏莫默姆穆纳娜奈南内尼宁纽诺努欧帕潘佩彭皮平普奇恰"
    "乔切琴让热日瑞萨塞桑瑟沙山尚舍圣施史舒斯司松苏索塔泰坦汤特滕提蒂廷图托瓦万威韦维温翁沃乌伍西希夏香谢辛欣雪雅亚延"
    "扬耶伊易因英尤约扎詹珍芝兹祖佐麦宝美力乐可必胜耐锐步奈儿路丝姿佳派倍洁妮露黛兔思哥伦仕薇"
)


def _level_one() -> list[str]:
    """The 3,755 commonest simplified characters: level one of GB 2312, which is ordered by pinyin."""
    rows = (bytes([0xB0 + row, 0xA1 + cell]) for row in range(40) for cell in range(94))
    return [b.decode("gb2312") for b in rows if b < bytes([0xD7, 0xFA])]


LEVEL_ONE = _level_one()


@cache
def by_pinyin() -> dict[str, tuple[list[str], list[str]]]:
    """Toneless pinyin to (favoured characters, all common characters)."""
    table: dict[str, tuple[list[str], list[str]]] = {}
    for char in LEVEL_ONE:
        favoured, common = table.setdefault(lazy_pinyin(char)[0], ([], []))
        common.append(char)
        if char in _FAVOURED:
            favoured.append(char)
    return table


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


@cache
def _traditional_char(char: str) -> str:
    return str(_traditional().convert(char))


def to_traditional(text: str) -> str:
    """The traditional form of simplified text, character by character."""
    return "".join(_traditional_char(c) if c >= "一" else c for c in text)


_INITIALS: dict[str, list[str]] = {
    "": ["", "y", "w"], "p": ["p", "p", "b"], "b": ["b"], "t": ["t", "t", "d"], "d": ["d"], "k": ["k", "k", "j"],
    "g": ["g", "g", "j"], "f": ["f", "f", "h"], "v": ["w", "w", "f"], "s": ["s", "s", "x"], "z": ["z", "s", "zh"],
    "S": ["sh", "x"], "Z": ["r", "zh"], "C": ["q", "ch"], "J": ["j", "zh", "q"], "h": ["h", "h", "x"], "m": ["m"],
    "n": ["n"], "N": ["n"], "l": ["l"], "r": ["l", "l", "r"], "w": ["w", "w", "h"], "y": ["y"], "T": ["s", "x"],
}  # fmt: skip
_FINALS: dict[str, list[str]] = {
    "a": ["a", "a", "ya", "ia"], "e": ["e", "ai", "ei", "ie"], "i": ["i", "i", "ei"], "o": ["o", "uo", "ou", "ao"],
    "u": ["u", "u", "iu"], "A": ["ei", "ai", "i"], "I": ["ai"], "O": ["ou", "uo", "ao", "o"], "W": ["ao", "ou"],
    "9": ["e", "er", "a"],
}  # fmt: skip
_NASAL: dict[str, list[str]] = {
    "a": ["an", "an", "ian"], "e": ["en", "ian", "eng"], "i": ["in", "ing"], "o": ["ong", "uan", "un"], "u": ["un", "ong", "en"],
    "A": ["an", "en"], "I": ["ain", "an"], "O": ["ong", "uan"], "W": ["ang"], "9": ["en"],
}  # fmt: skip
_BACK: dict[str, str] = {"a": "ang", "e": "eng", "i": "ing", "o": "ong", "u": "ong"}
_BARE: dict[str, list[str]] = {
    "p": ["pu"], "b": ["bu"], "t": ["te"], "d": ["de"], "k": ["ke"], "g": ["ge"], "f": ["fu"], "v": ["fu", "wei"],
    "s": ["si"], "z": ["ci", "zi", "si"], "S": ["shi"], "Z": ["ri"], "C": ["qi"], "J": ["qi", "ji"], "h": ["he"],
    "m": ["mu"], "n": ["en"], "N": ["en"], "l": ["er", "le"], "r": ["er", ""], "w": ["wu"], "y": ["yi"], "T": ["si"],
}  # fmt: skip


def han(name: Name, rng: random.Random) -> str:
    """Spell a name in simplified characters, syllable by syllable through pinyin."""
    sounds: list[str] = []
    for onset, vowel, coda in name:
        sounds += [rng.choice(_BARE[c]) for c in onset[:-1]]
        nasal = coda[:1] in ("n", "m", "N")
        sounds.append(_sound(onset[-1:], vowel, coda[:1] if nasal else "", rng))
        for code in coda[1:] if nasal else coda:
            if len(sounds) < 3 or rng.random() < 0.7:
                sounds.append(rng.choice(_BARE[code]))
    return "".join(_character(s, rng) for s in sounds if s)


def _sound(onset: str, vowel: str, nasal: str, rng: random.Random) -> str:
    finals = _FINALS[vowel]
    if nasal:
        finals = [_BACK[vowel]] if nasal == "N" and vowel in _BACK else _NASAL[vowel]
    for _ in range(8):
        sound = rng.choice(_INITIALS[onset]) + rng.choice(finals)
        if sound in by_pinyin():
            return sound
    for initial in _INITIALS[onset]:
        for final in finals + ["i", "a", "e", "u", "an", "en"]:
            if initial + final in by_pinyin():
                return initial + final
    return "a"


def _character(sound: str, rng: random.Random) -> str:
    favoured, common = by_pinyin()[sound]
    return rng.choice(favoured if favoured and rng.random() < 0.7 else common)


_READ_INITIAL = {
    "zh": "J", "ch": "C", "sh": "S", "b": "b", "p": "p", "m": "m", "f": "f", "d": "d", "t": "t", "n": "n", "l": "l",
    "g": "g", "k": "k", "h": "h", "j": "J", "q": "C", "x": "S", "r": "r", "z": "z", "c": "s", "s": "s", "y": "y", "w": "w",
}  # fmt: skip
_READ_FINAL = {
    "ang": ("a", "N"), "eng": ("9", "N"), "ing": ("i", "N"), "ong": ("o", "N"), "iang": ("a", "N"), "uang": ("a", "N"),
    "iong": ("o", "N"), "an": ("a", "n"), "en": ("e", "n"), "in": ("i", "n"), "un": ("u", "n"), "ian": ("e", "n"),
    "uan": ("a", "n"), "ai": ("I", ""), "ei": ("A", ""), "ao": ("W", ""), "ou": ("O", ""), "ia": ("a", ""),
    "ie": ("e", ""), "iao": ("W", ""), "iu": ("u", ""), "ua": ("a", ""), "uo": ("o", ""), "uai": ("I", ""),
    "ui": ("A", ""), "ue": ("e", ""), "er": ("a", "r"), "a": ("a", ""), "o": ("o", ""), "e": ("9", ""),
    "i": ("i", ""), "u": ("u", ""), "v": ("u", ""), "n": ("9", "n"),
}  # fmt: skip
_GLIDE = {"ia": "y", "ie": "y", "iao": "y", "iang": "y", "iong": "y", "ua": "w", "uo": "w", "uai": "w", "uang": "w", "uan": "w", "ui": "w"}  # fmt: skip


def read_han(text: str) -> tuple[str, Name]:
    """Read characters in Mandarin: toneless pinyin letters, and the name they sound like."""
    sounds = lazy_pinyin(text)
    return "".join(sounds), [_read_sound(s) for s in sounds]


def _read_sound(sound: str) -> Syllable:
    initial = sound[:2] if sound[:2] in _READ_INITIAL else sound[:1] if sound[:1] in _READ_INITIAL else ""
    final = sound[len(initial) :]
    vowel, coda = _READ_FINAL.get(final, ("a", ""))
    onset = _READ_INITIAL.get(initial, "")
    if onset and onset not in "yw" and final in _GLIDE:
        onset += _GLIDE[final]
    return onset, vowel, coda


def draw_han(rng: random.Random) -> str:
    """Two to four random common characters."""
    return "".join(rng.choice(LEVEL_ONE) for _ in range(rng.choices([2, 3, 4], [5, 4, 2])[0]))

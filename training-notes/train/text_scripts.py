"""Spelling a name (see text_phonemes) in katakana, hangul, Cyrillic, Arabic and Thai.

The rules are those by which foreign names are customarily written, with the choices that writers really make drawn at
random, so that no single spelling is the truth. They are approximations meant for training, not a transliteration
service.
"""

from __future__ import annotations

import random

from text_phonemes import Name

_KANA_ROWS = {
    "": "ア イ ウ エ オ", "k": "カ キ ク ケ コ", "g": "ガ ギ グ ゲ ゴ", "s": "サ シ ス セ ソ", "z": "ザ ジ ズ ゼ ゾ",
    "t": "タ ティ トゥ テ ト", "d": "ダ ディ ドゥ デ ド", "n": "ナ ニ ヌ ネ ノ", "h": "ハ ヒ フ ヘ ホ", "b": "バ ビ ブ ベ ボ",
    "p": "パ ピ プ ペ ポ", "m": "マ ミ ム メ モ", "l": "ラ リ ル レ ロ", "r": "ラ リ ル レ ロ", "y": "ヤ イ ユ イェ ヨ",
    "w": "ワ ウィ ウ ウェ ウォ", "f": "ファ フィ フ フェ フォ", "v": "ヴァ ヴィ ヴ ヴェ ヴォ", "S": "シャ シ シュ シェ ショ",
    "C": "チャ チ チュ チェ チョ", "J": "ジャ ジ ジュ ジェ ジョ", "Z": "ジャ ジ ジュ ジェ ジョ", "T": "サ シ ス セ ソ",
    "N": "ンガ ンギ ング ンゲ ンゴ",
}  # fmt: skip
_KANA = {row: dict(zip("aiueo", cells.split(), strict=True)) for row, cells in _KANA_ROWS.items()}
_KANA_VOWEL = {"A": ("e", "イ"), "I": ("a", "イ"), "O": ("o", "ー"), "W": ("a", "ウ"), "9": ("a", "ー")}


def katakana(name: Name, rng: random.Random) -> str:
    """Katakana: a vowel is put after every bare consonant; now and then a long vowel, a doubled stop or hiragana."""
    out = ""
    for at, (onset, vowel, coda) in enumerate(name):
        for code in onset[:-1]:
            out += _bare_kana(code, rng)
        row, tail = onset[-1:], ""
        if row == "v" and rng.random() < 0.5:
            row = "b"
        base, tail = _KANA_VOWEL.get(vowel, (vowel, ""))
        if row == "t" and vowel == "i" and rng.random() < 0.3:
            row = "C"
        if not tail and not coda and vowel in "iuoa" and rng.random() < 0.15:
            tail = "ー"
        out += _KANA[row][base] + tail
        if coda and coda[0] in "ptkdgS" and not tail and at == len(name) - 1 and rng.random() < 0.5:
            out += "ッ"
        for code in coda:
            out += "ー" if code == "r" and rng.random() < 0.5 and out[-1] != "ー" else _bare_kana(code, rng)
    if rng.random() < 0.1:
        out = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in out)
    return out


def _bare_kana(code: str, rng: random.Random) -> str:
    if code == "n" or (code == "m" and rng.random() < 0.3):
        return "ン"
    if code in "td":
        return _KANA[code]["o"]
    return _KANA[code]["i" if code in "CJZ" else "u"]


_HANGUL_ONSET = {
    "": 11, "k": 15, "g": 0, "n": 2, "t": 16, "d": 3, "r": 5, "l": 5, "m": 6, "b": 7, "v": 7, "s": 9, "T": 9, "S": 9,
    "z": 12, "J": 12, "Z": 12, "C": 14, "p": 17, "f": 17, "h": 18, "y": 11, "w": 11, "N": 11,
}  # fmt: skip
_HANGUL_VOWEL = {"x": 18, "a": 0, "e": 5, "i": 20, "o": 8, "u": 13, "A": 5, "I": 0, "O": 8, "W": 0, "9": 4}
_HANGUL_Y = {"a": 2, "e": 7, "i": 20, "o": 12, "u": 17, "A": 7, "I": 2, "O": 12, "W": 2, "9": 6}
_HANGUL_W = {"a": 9, "e": 15, "i": 16, "o": 14, "u": 13, "A": 15, "I": 9, "O": 14, "W": 9, "9": 14}
_HANGUL_SECOND = {"A": 20, "I": 20, "W": 13}
_HANGUL_CODA = {"n": 4, "m": 16, "N": 21, "l": 8, "k": 1, "p": 17, "t": 19, "g": 1, "b": 17}


def _hangul_syllable(onset: int, vowel: int, coda: int = 0) -> str:
    return chr(0xAC00 + (onset * 21 + vowel) * 28 + coda)


def hangul(name: Name, rng: random.Random) -> str:
    """Hangul: composed syllables, eu under bare consonants, a doubled l between vowels, final stops closed or open."""
    out: list[tuple[int, int, int]] = []
    for onset, vowel, coda in name:
        for code in onset[:-1]:
            out.append((_HANGUL_ONSET[code], 18, 0))
        last = onset[-1:]
        if last == "l" and out and out[-1][2] == 0:
            out[-1] = (*out[-1][:2], 8)
        nucleus = (_HANGUL_Y if last in ("y", "S") else _HANGUL_W if last == "w" else _HANGUL_VOWEL)[vowel]
        if last == "S" and vowel in "aou" and rng.random() < 0.3:
            nucleus = _HANGUL_VOWEL[vowel]
        if vowel in "ae" and rng.random() < 0.3 and last not in ("y", "w"):
            nucleus = 1
        lead = _HANGUL_ONSET[last]
        if last in ("k", "t", "p", "s", "g") and rng.random() < 0.12:
            lead = {"k": 1, "t": 4, "p": 8, "s": 10, "g": 15}[last]
        out.append((lead, nucleus, 0))
        if vowel in _HANGUL_SECOND:
            out.append((11, _HANGUL_SECOND[vowel], 0))
        for code in coda:
            _hangul_coda(out, code, rng)
    return "".join(_hangul_syllable(*s) for s in out)


def _hangul_coda(out: list[tuple[int, int, int]], code: str, rng: random.Random) -> None:
    closes = code in "nmNl" or (code in _HANGUL_CODA and rng.random() < 0.5)
    if closes and out[-1][2] == 0:
        out[-1] = (*out[-1][:2], _HANGUL_CODA[code])
    elif code == "r":
        if rng.random() < 0.6:
            out.append((5, 18, 0))
    else:
        out.append((_HANGUL_ONSET[code], 20 if code in "SCJZ" else 18, 0))


def korean(name: Name) -> str:
    """A Korean name (text_phonemes.draw_korean) in hangul, letter by letter."""
    onsets = {**_HANGUL_ONSET, "s": 9, "b": 7}
    return "".join(_hangul_syllable(onsets[o], _HANGUL_VOWEL[v], {**_HANGUL_CODA, "": 0}[c]) for o, v, c in name)


_CYRILLIC: dict[str, list[str]] = {
    "p": ["п"], "b": ["б"], "t": ["т"], "d": ["д"], "k": ["к"], "g": ["г"], "f": ["ф"], "v": ["в"], "s": ["с"],
    "z": ["з"], "S": ["ш"], "Z": ["ж"], "C": ["ч"], "J": ["дж", "дж", "ж", "дз"], "h": ["х", "х", "г"], "m": ["м"],
    "n": ["н"], "N": ["нг"], "l": ["л", "л", "ль"], "r": ["р"], "w": ["в", "у"], "y": ["й"], "T": ["т", "с", "з"],
    "a": ["а"], "e": ["е", "е", "э"], "i": ["и"], "o": ["о"], "u": ["у", "у", "ю"], "A": ["ей", "ей", "эй"],
    "I": ["ай"], "O": ["о", "оу"], "W": ["ау"], "9": ["ер", "е", "а", "э"],
}  # fmt: skip
_IOTATED = {"йа": "я", "йу": "ю", "йе": "е", "йо": "йо", "йи": "и"}


def cyrillic(name: Name, rng: random.Random) -> str:
    """Russian Cyrillic, letter by phoneme, with iotated vowels contracted."""
    out = "".join(rng.choice(_CYRILLIC[c]) for s in name for c in "".join(s))
    for pair, letter in _IOTATED.items():
        out = out.replace(pair, letter)
    return out


_ARABIC: dict[str, list[str]] = {
    "p": ["ب", "ب", "پ"], "b": ["ب"], "t": ["ت"], "d": ["د"], "k": ["ك", "ك", "ک"], "g": ["ج", "غ", "ق"],
    "f": ["ف"], "v": ["ف", "ف", "ڤ"], "s": ["س"], "z": ["ز"], "S": ["ش"], "Z": ["ج"], "C": ["تش"], "J": ["ج"],
    "h": ["ه"], "m": ["م"], "n": ["ن"], "N": ["نج", "نغ", "نق"], "l": ["ل"], "r": ["ر"], "w": ["و"], "y": ["ي"],
    "T": ["ث"], "a": ["ا", "ا", "ا", ""], "e": ["ي", ""], "i": ["ي", "ي", "ي", ""], "o": ["و", "و", "و", ""],
    "u": ["و", "و", "و", ""], "A": ["ي", "اي"], "I": ["اي"], "O": ["و"], "W": ["او"], "9": ["ر", "", "ا"],
}  # fmt: skip
_ARABIC_INITIAL = {"a": "أ", "e": "إ", "i": "إ", "o": "أو", "u": "أو", "A": "إي", "I": "آي", "O": "أو", "W": "أو", "9": "أ"}  # fmt: skip


def arabic(name: Name, rng: random.Random) -> str:
    """Arabic: long letters for most vowels, short ones left out, a hamza or bare alif at the start."""
    out = ""
    for at, (onset, vowel, coda) in enumerate(name):
        out += "".join(rng.choice(_ARABIC[c]) for c in onset)
        if at == 0 and not onset:
            out += _ARABIC_INITIAL[vowel].replace("أ", rng.choice("أا")).replace("إ", rng.choice("إا"))
        elif at == len(name) - 1 and not coda and vowel in "aeiou":
            out += {"a": rng.choice("اة"), "e": "ي", "i": "ي", "o": "و", "u": "و"}[vowel]
        else:
            out += rng.choice(_ARABIC[vowel])
        out += "".join(rng.choice(_ARABIC[c]) for c in coda)
    return out


_THAI: dict[str, list[str]] = {
    "p": ["พ", "ป"], "b": ["บ"], "t": ["ท", "ต"], "d": ["ด"], "k": ["ค", "ก"], "g": ["ก", "ค"], "f": ["ฟ"],
    "v": ["ว"], "s": ["ส", "ส", "ซ"], "z": ["ซ"], "S": ["ช"], "Z": ["ช", "จ"], "C": ["ช"], "J": ["จ", "จ", "ย"],
    "h": ["ฮ"], "m": ["ม"], "n": ["น"], "N": ["ง"], "l": ["ล"], "r": ["ร"], "w": ["ว"], "y": ["ย"], "T": ["ท", "ธ"],
}  # fmt: skip
# A vowel as text before and after its consonant; the second alternatives are used in closed syllables.
_THAI_OPEN = {"a": ("", "า"), "e": ("เ", ""), "i": ("", "ี"), "o": ("โ", ""), "u": ("", "ู"), "A": ("เ", "ย์"), "I": ("ไ", ""), "O": ("โ", ""), "W": ("เ", "า"), "9": ("เ", "อร์")}  # fmt: skip
_THAI_CLOSED = {"a": ("", "ั"), "e": ("เ", "็"), "i": ("", "ิ"), "o": ("", "อ"), "u": ("", "ุ"), "A": ("เ", ""), "I": ("ไ", ""), "O": ("โ", ""), "W": ("เ", "า"), "9": ("เ", "ิ")}  # fmt: skip


def thai(name: Name, rng: random.Random) -> str:
    """Thai: leading vowels before the consonant cluster, thanthakhat over consonants that are not spoken."""
    out = ""
    for onset, vowel, coda in name:
        table = _THAI_CLOSED if coda and rng.random() < 0.7 else _THAI_OPEN
        before, after = table[vowel]
        letters = "".join(rng.choice(_THAI[c]) for c in onset) or "อ"
        if vowel == "a" and not coda and rng.random() < 0.25:
            after = "ะ"
        if rng.random() < 0.15 and after[-1:] in ("ั", "ี", "ิ", "ู", "ุ"):
            after += "่"
        out += before + letters + after
        for at, code in enumerate(coda):
            silent = at > 0 or code == "r" or (code in "sfSC" and rng.random() < 0.5)
            out += rng.choice(_THAI[code]) + ("์" if silent else "")
    return out

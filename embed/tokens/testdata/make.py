"""Writes small vocabularies and what the Python tokenizers make of texts with them: `python embed/tokens/testdata/make.py`.

clip-merges.txt is in the form of CLIP's bpe_simple_vocab_16e6.txt, siglip.model a SentencePiece model with a few rules of normalisation.
Needs training-notes/export/requirements.txt. What it writes is committed; the tests hold package tokens against it.
"""

from __future__ import annotations

import io
import json
import re
import string
import sys
import tempfile
from pathlib import Path

import sentencepiece
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LENGTH = 24
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
TEXTS = [
    "a photo of a shoe", "A  Photo\tof a\u00a0SHOE!", "it's the seller's 3 bags, they're new", "adidas аdіdаs ad1das", "阿迪达斯 运动鞋",
    "アディダス", "아디다스", "أديداس", "อาดิดาส", "naïve café", "cafe\u0301", "ＡＢＣ　１２３ ﬁne", "\u0130stanbul ΣΑΣ straße", "a_b-c (d) [e]: 50% off!!!",
    "emoji 👟🔥 inside", "zero\u200bwidth \u00adsoft", "x", "?", "...", "𝒶𝒹𝒾𝒹𝒶𝓈 ⓐⓓⓘ", "ſtraße 'ſ 'S", "a\u0000b\u0007c", "①②③ ½ Ⅳ", "\u2028line\u2029s",
    "word " * 40, "ä" * 60, "don't I'll we've I'm he'd", "--'s--'t", "100000 mAh power-bank für €19,99", "ᾳ ΐ ŉ", "<|endoftext|> stays text", "тест Проверка",
]  # fmt: skip
RULES = {
    "ﬁ": "fi", "\u00a0": " ", "\u3000": " ", "\u200b": "", "\u00ad": "", "½": "1⁄2", "①": "1", "②": "2", "Ⅳ": "IV", "ⅳ": "iv", "e\u0301": "é", "\t": " ",
    "\u0007": "", **{chr(0xFEE0 + n): chr(n) for n in range(0x21, 0x7F)},
}  # fmt: skip


def corpus() -> list[str]:
    """Lines of the licence, which never changes, and of the scripts that it lacks."""
    lines = [line.strip() for line in (ROOT / "LICENSE").read_text().splitlines()]
    others = ["运动鞋 阿迪达斯 包", "スニーカー バッグ", "тест проверка обувь", "straße für schuhe", "a photo of a red shoe", "bag with 3 pockets, 19,99"]
    return [line for line in lines if line] + others * 3


def forms() -> tuple[normalizers.Normalizer, pre_tokenizers.PreTokenizer]:
    """How CLIP's published tokenizer brings a text to form, and parts it."""
    parts = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"
    normal = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex("\\s+"), " "), normalizers.Lowercase()]
    )
    split = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(parts), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    return normal, split


def clip(lines: list[str]) -> Tokenizer:
    """Trains the merges and writes them; gives the tokenizer as it is published for CLIP."""
    trained = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    trained.normalizer, trained.pre_tokenizer = forms()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trained.train_from_iterator(
        lines, trainers.BpeTrainer(vocab_size=1100, end_of_word_suffix="</w>", initial_alphabet=alphabet)
    )
    merges = [tuple(m) for m in json.loads(trained.to_str())["model"]["merges"]]
    (HERE / "clip-merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    return published_clip(merges)


def read_merges(path: Path) -> list[tuple[str, str]]:
    """The merges of a list as CLIP's, without the line before them."""
    return [tuple(line.split(" ")) for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")[1:]]


def published_clip(merges: list[tuple[str, str]]) -> Tokenizer:
    """The tokenizer as it is published for CLIP, with these merges."""
    order = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [b for b in range(256) if b not in order]
    names = [chr(b) for b in order] + [chr(256 + n) for n in range(len(rest))]
    tokens = names + [n + "</w>" for n in names] + [a + b for a, b in merges] + [BEGIN, END]
    if len(set(tokens)) != len(tokens):
        sys.exit("two merges give one token: train with another size")
    published = Tokenizer(
        models.BPE({t: i for i, t in enumerate(tokens)}, merges, end_of_word_suffix="</w>", unk_token=END)
    )
    published.normalizer, published.pre_tokenizer = forms()
    return published


def clip_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """Begin, tokens, end, zeros."""
    size = tokenizer.get_vocab_size()
    ids = [size - 2, *tokenizer.encode(text).ids][: LENGTH - 1] + [size - 1]
    return ids + [0] * (LENGTH - len(ids))


def siglip(lines: list[str]) -> sentencepiece.SentencePieceProcessor:
    """Trains a unigram model as SigLIP's is made, with few rules, and writes it."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        rows = (
            f"{' '.join(f'{ord(c):X}' for c in a)}\t{' '.join(f'{ord(c):X}' for c in b)}\n" for a, b in RULES.items()
        )
        rules.write_text("".join(rows))
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(canonical(line) for line in lines), model_writer=model, vocab_size=420, model_type="unigram", pad_id=0, eos_id=1,
            unk_id=2, bos_id=-1, normalization_rule_tsv=str(rules), num_threads=1, character_coverage=0.999, minloglevel=2,
        )  # fmt: skip
    (HERE / "siglip.model").write_bytes(model.getvalue())
    return siglip_model(HERE / "siglip.model")


def siglip_model(path: Path) -> sentencepiece.SentencePieceProcessor:
    """A model as SentencePiece reads it."""
    return sentencepiece.SentencePieceProcessor(model_proto=path.read_bytes())


def canonical(text: str) -> str:
    """SigLIP's canonical text (big_vision, open_clip)."""
    text = text.replace("_", " ").translate(str.maketrans("", "", string.punctuation)).lower()
    return re.sub(r"\s+", " ", text).strip()


def siglip_ids(model: sentencepiece.SentencePieceProcessor, text: str) -> list[int]:
    """Tokens, end, and the end again."""
    ids = model.encode(canonical(text))[: LENGTH - 1] + [1]
    return ids + [1] * (LENGTH - len(ids))


def main() -> None:
    lines = corpus()
    tokenizer, model = clip(lines), siglip(lines)
    cases = [{"text": t, "clip": clip_ids(tokenizer, t), "siglip": siglip_ids(model, t)} for t in TEXTS]
    about = {"length": LENGTH, "clip_size": tokenizer.get_vocab_size(), "siglip_size": model.vocab_size()}
    rows = ",\n".join("  " + json.dumps(c, ensure_ascii=True) for c in cases)
    (HERE / "cases.json").write_text(json.dumps(about)[:-1] + f', "cases": [\n{rows}\n]}}\n')


if __name__ == "__main__":
    main()

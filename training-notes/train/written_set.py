"""Writes a validation set for mark_in_image_text in the format of evaluation sets: held-out names written on photos.

    python written_set.py --shared ../../../shared --out ../work/val-written --han NotoSansSC-Bold.ttf

Names are those of text_holdout.py. Guilty pictures carry a registered name as a print on the goods, a caption or a
watermark, plain or altered as sellers do; innocent ones carry other words, compatible use, or nothing. The set fits
calibration and nothing else. The face for Chinese is given (npm @fontsource/noto-sans-sc, OFL, turned into a TTF).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from text_distort import distort
from text_holdout import BRANDS
from type_setting import FACES, SALES

COMPATIBLE = ["case for {}", "compatible with {}", "fits {} models", "strap for {} watch", "适用于 {}"]
OTHER = "Harbour Meadow Lantern Copper Willow Northern Autumn Classic Studio Garden Velvet Orchid".split()


def face(text: str, size: int, han: Path, rng: random.Random) -> ImageFont.FreeTypeFont:
    name = str(han) if any("\u2e80" <= c <= "\u9fff" for c in text) else rng.choice(FACES)
    return ImageFont.truetype(name, size)


def stamp(picture: Image.Image, text: str, han: Path, rng: random.Random) -> None:
    """Writes a line somewhere: as large as a print, or small; turned a little; bright or dark, not always opaque."""
    size = int(picture.height * rng.uniform(0.045, 0.14))
    font = face(text, size, han, rng)
    width = font.getlength(text)
    if width > 0.92 * picture.width:
        font = font.font_variant(size=max(10, int(size * 0.92 * picture.width / width)))
    box = font.getbbox(text)
    tile = Image.new("RGBA", (int(box[2]) + 8, int(box[3]) + 8), (0, 0, 0, 0))
    ink = tuple(rng.randint(200, 255) if rng.random() < 0.5 else rng.randint(0, 60) for _ in range(3))
    shade = tuple(255 - v for v in ink)
    draw = ImageDraw.Draw(tile)
    draw.text(
        (4, 4),
        text,
        font=font,
        fill=(*ink, rng.randint(130, 255)),
        stroke_width=rng.choice([0, 0, 1]),
        stroke_fill=shade,
    )
    tile = tile.rotate(
        rng.uniform(-18, 18) if rng.random() < 0.5 else 0, expand=True, resample=Image.Resampling.BICUBIC
    )
    at = (rng.randint(0, max(0, picture.width - tile.width)), rng.randint(0, max(0, picture.height - tile.height)))
    picture.paste(tile, at, tile)


def plan(rng: random.Random, count: int) -> tuple[list[dict], list[dict]]:
    """References, and for each listing what is written on its picture."""
    brands = [[latin, *[w for w in others if "\u4e00" <= w[0] <= "\u9fff"]] for latin, others in BRANDS.items()]
    references = [{"right": f"V{i:03}", "kind": "word", "words": [b[0].title(), *b[1:]]} for i, b in enumerate(brands)]
    listings = []
    for n in range(count):
        i = rng.randrange(len(brands))
        name = rng.choice(brands[i])
        kind = rng.choices(["plain", "altered", "other", "compatible", "nothing"], [4, 2, 3, 1, 2])[0]
        if kind == "plain":
            texts = [rng.choice([name.upper(), name.title(), f"{name.title()} {rng.choice(SALES)}"])]
        elif kind == "altered":
            texts = [distort(name, rng)]
        elif kind == "compatible":
            texts = [rng.choice(COMPATIBLE).format(name.title())]
        else:
            texts = [] if kind == "nothing" else [" ".join(rng.sample(OTHER, rng.randint(1, 2)))]
        if rng.random() < 0.4:
            texts.append(rng.choice(SALES))
        truth = [{"right": f"V{i:03}", "signal": "mark_in_image_text"}] if kind in ("plain", "altered") else []
        listings.append({"id": f"W{n:04}", "how": kind, "truth": truth, "texts": texts})
    return references, listings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../../../shared"))
    parser.add_argument("--out", type=Path, default=Path("../work/val-written"))
    parser.add_argument("--han", type=Path, required=True)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=9)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    references, listings = plan(rng, args.count)
    with (args.shared / "train" / "photos.csv").open(encoding="utf-8") as f:
        photos = [row["image"] for row in csv.DictReader(f)]
    (args.out / "listings").mkdir(parents=True, exist_ok=True)
    for listing in listings:
        picture = Image.open(args.shared / "train" / "photos" / rng.choice(photos)).convert("RGB")
        scale = rng.uniform(1.8, 3)
        picture = picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.LANCZOS)
        for text in listing.pop("texts"):
            stamp(picture, text, args.han, rng)
        listing["images"] = [f"listings/{listing['id']}.jpg"]
        picture.save(args.out / listing["images"][0], quality=rng.randint(60, 92))
    head = {
        "name": "val-written",
        "tasks": ["mark_in_image_text"],
        "source": "held-out names written on training photos",
    }
    (args.out / "set.json").write_text(json.dumps(head, indent=1), encoding="utf-8")
    for name, rows in [("references", references), ("listings", listings)]:
        lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
        (args.out / f"{name}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()

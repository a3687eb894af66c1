"""Draws pages of text and writes what the original (PyPI rapidocr-onnxruntime) reads on them.

    pip install rapidocr-onnxruntime==1.4.4 pillow numpy matplotlib
    python internal/ocr/testdata/reference.py --han NotoSansSC-Bold.ttf

Latin faces come with matplotlib; the face for Chinese is given (npm @fontsource/noto-sans-sc, OFL, turned into a TTF).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rapidocr_onnxruntime import RapidOCR

HERE = Path(__file__).resolve().parent
FACES = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FACES / name), size)


def ground(w: int, h: int, top: tuple[int, int, int], bottom: tuple[int, int, int], seed: int) -> Image.Image:
    """A gradient with grain, so that nothing is as flat as a screen."""
    t = np.linspace(0, 1, h)[:, None, None]
    pixels = (1 - t) * np.array(top) + t * np.array(bottom) + np.zeros((h, w, 3))
    pixels += np.random.default_rng(seed).normal(0, 5, (h, w, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def turned(text: str, font: ImageFont.FreeTypeFont, colour: str, degrees: float) -> Image.Image:
    box = font.getbbox(text)
    tile = Image.new("RGBA", (box[2] + 20, box[3] + 20), (0, 0, 0, 0))
    ImageDraw.Draw(tile).text((10, 10), text, font=font, fill=colour)
    return tile.rotate(degrees, expand=True, resample=Image.Resampling.BICUBIC)


def pages(han: Path) -> dict[str, Image.Image]:
    label = ground(520, 380, (235, 228, 214), (190, 180, 168), 1)
    draw = ImageDraw.Draw(label)
    draw.rounded_rectangle((90, 90, 430, 290), 24, fill="#20304f")
    draw.text((128, 118), "VELMORA", font=face("DejaVuSerif-Bold.ttf", 56), fill="#f2e2b8")
    draw.text((150, 200), "finest leather goods", font=face("DejaVuSans.ttf", 22), fill="#e8e8e8")
    draw.text((190, 240), "since 1921", font=face("DejaVuSans-Oblique.ttf", 22), fill="#e8e8e8")
    chinese = ground(600, 420, (250, 240, 240), (230, 200, 200), 2)
    draw = ImageDraw.Draw(chinese)
    draw.text((60, 50), "维尔莫拉旗舰店", font=ImageFont.truetype(str(han), 60), fill="#a01010")
    draw.text((60, 170), "限时特价 99.90元", font=ImageFont.truetype(str(han), 36), fill="#303030")
    draw.text((60, 260), "正品保证 VELMORA", font=ImageFont.truetype(str(han), 36), fill="#303030")
    slanted = ground(560, 560, (90, 120, 110), (40, 60, 70), 3)
    for text, size, degrees, at in [("QUILLON AUDIO", 44, 20, (60, 60)), ("studio monitor", 34, -12, (120, 300)), ("NIGHT FERRY", 40, 90, (440, 100))]:
        tile = turned(text, face("DejaVuSans-Bold.ttf", size), "#fff4d0", degrees)
        slanted.paste(tile, at, tile)
    upside = ground(480, 240, (255, 255, 255), (240, 240, 250), 4)
    ImageDraw.Draw(upside).text((60, 80), "OSTERBY SCARVES", font=face("DejaVuSans-Bold.ttf", 40), fill="#103060")
    upside = upside.rotate(180)
    strip = ground(900, 40, (20, 20, 20), (40, 40, 40), 5)
    ImageDraw.Draw(strip).text((20, 6), "free shipping on orders over 50 euro today only", font=face("DejaVuSans.ttf", 24), fill="white")
    empty = ground(320, 320, (200, 210, 220), (120, 140, 160), 6)
    return {"label": label, "chinese": chinese, "slanted": slanted, "upside": upside, "strip": strip, "empty": empty}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--han", type=Path, required=True)
    args = parser.parse_args()
    engine = RapidOCR()
    expected = {}
    for name, page in pages(args.han).items():
        page.quantize(128).save(HERE / f"{name}.png")
        pixels = np.asarray(Image.open(HERE / f"{name}.png").convert("RGB"))[:, :, ::-1].copy()
        lines, _ = engine(pixels)
        expected[name] = [
            {"text": text, "confidence": round(float(score), 4), "corners": [[float(v) for v in corner] for corner in box]}
            for box, text, score in lines or []
        ]
        print(name, [line["text"] for line in expected[name]])
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

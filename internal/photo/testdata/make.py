"""Makes the fixtures of internal/photo and what Pillow reads out of them.

Run with Pillow installed: python make.py. Writes pictures and expected.json beside itself.
"""

from __future__ import annotations

import json
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageOps

HERE = pathlib.Path(__file__).parent
W, H = 61, 45  # odd, so that partial blocks and chroma edges are met
GRID = 5


def scene(mode: str) -> Image.Image:
    """A smooth gradient with a disc and a bar: every corner differs."""
    y, x = np.mgrid[0:H, 0:W]
    rgb = np.stack([x * 255 // (W - 1), y * 255 // (H - 1), 255 - (x + y) * 255 // (W + H - 2)], -1)
    img = Image.fromarray(rgb.astype(np.uint8))
    draw = ImageDraw.Draw(img)
    draw.ellipse((8, 6, 30, 28), fill=(200, 30, 40))
    draw.rectangle((40, 30, 56, 36), fill=(20, 60, 160))
    if mode == "RGBA":
        alpha = np.clip((x * 510) // W, 0, 255).astype(np.uint8)
        img.putalpha(Image.fromarray(alpha))
        return img
    return img.convert(mode)


def read(path: pathlib.Path) -> Image.Image:
    img = Image.open(path)
    img.seek(0)
    if img.mode == "I;16":
        img = Image.fromarray((np.asarray(img) >> 8).astype(np.uint8))
    img = ImageOps.exif_transpose(img)
    if img.mode in ("P", "RGBA", "LA", "PA") or "transparency" in img.info:
        img = img.convert("RGBA")
        white = Image.new("RGBA", img.size, (255, 255, 255, 255))
        img = Image.alpha_composite(white, img)
    return img.convert("RGB")


def expected(path: pathlib.Path) -> dict[str, object]:
    img = np.asarray(read(path)).astype(int)
    h, w, _ = img.shape
    samples = [
        [x, y, *map(int, img[y, x])]
        for y in range(GRID // 2, h, GRID)
        for x in range(GRID // 2, w, GRID)
    ]
    return {"width": w, "height": h, "mean": img.mean((0, 1)).round(3).tolist(), "samples": samples}


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def main() -> None:
    rgb = scene("RGB")
    rgb.save(HERE / "420.jpg", quality=92, subsampling=2)
    rgb.save(HERE / "422.jpg", quality=92, subsampling=1)
    rgb.save(HERE / "444.jpg", quality=92, subsampling=0)
    rgb.save(HERE / "progressive.jpg", quality=92, progressive=True, subsampling=2)
    rgb.save(HERE / "rgb.jpg", quality=92, keep_rgb=True)
    rgb.save(HERE / "restart.jpg", quality=92, restart_marker_rows=1)
    scene("L").save(HERE / "grey.jpg", quality=92)
    scene("CMYK").save(HERE / "cmyk.jpg", quality=92)
    adobe = (HERE / "cmyk.jpg").read_bytes()
    at = adobe.index(b"\xff\xee\x00\x0eAdobe")
    (HERE / "cmyk-plain.jpg").write_bytes(adobe[:at] + adobe[at + 16 :])
    # YCCK: the same four planes, declared as transformed (Adobe transform 2).
    (HERE / "ycck.jpg").write_bytes(adobe[: at + 15] + b"\x02" + adobe[at + 16 :])
    rgb.save(HERE / "rgb.png", optimize=True)
    scene("L").save(HERE / "grey.png")
    scene("RGBA").save(HERE / "alpha.png")
    scene("P").save(HERE / "palette.png")
    scene("1").save(HERE / "bilevel.png")
    deep = np.asarray(scene("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(HERE / "grey16.png")
    rgb.save(HERE / "orientation6.png", exif=exif(6))
    rgb.quantize(64).save(HERE / "plain.gif")
    frames = [scene("P"), scene("P").rotate(90)]
    frames[0].save(HERE / "animated.gif", save_all=True, append_images=frames[1:])
    rgb.save(HERE / "lossy.webp", quality=90)
    rgb.save(HERE / "lossless.webp", lossless=True)
    scene("RGBA").save(HERE / "alpha.webp", quality=90)
    scene("RGBA").save(HERE / "alpha-lossless.webp", lossless=True)
    rgb.save(HERE / "animated.webp", save_all=True, append_images=[rgb.rotate(180)], quality=90)
    rgb.save(HERE / "orientation8.webp", quality=90, exif=exif(8))
    for o in range(1, 9):
        rgb.save(HERE / f"orientation{o}.jpg", quality=92, exif=exif(o))
    pictures = sorted(p for p in HERE.iterdir() if p.suffix in (".jpg", ".png", ".gif", ".webp"))
    table = {p.name: expected(p) for p in pictures}
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in table.items())
    (HERE / "expected.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()

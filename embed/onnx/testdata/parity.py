"""Make the pictures of the parity test, and what Python makes of them.

    python embed/onnx/testdata/parity.py             # pictures and vectors of all packs
    python embed/onnx/testdata/parity.py --vectors   # after a pack was exported again

needs numpy, onnxruntime and pillow; the outputs in `parity/` are committed.
`pictures/` has 50 small drawn pictures in every format that is accepted,
`decoded/` the pixels that Pillow reads from them (upright, on white), and
`<pack>.f16` the vectors of Pillow and onnxruntime, with the pack's version and
its model's checksum in `<pack>.json` so that stale ones are noticed.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageDraw, ImageOps

HERE = Path(__file__).parent
PARITY = HERE / "parity"
PACKS = [HERE / "tiny", HERE.parents[2] / "models" / "packs" / "touchstone-base"]


def scene(seed: int, width: int, height: int) -> Image.Image:
    """A drawn picture: a gradient with shapes and lines, and the grain of a small camera.

    Flat areas without grain are no measure: there a rounding of the decoder is all that a network sees.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    corners = rng.integers(0, 256, (3, 3))
    base = corners[0] + x[..., None] * (corners[1] - corners[0]) + y[..., None] * (corners[2] - corners[0])
    image = Image.fromarray(base.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(5):
        left, top = (int(v) for v in rng.integers(0, (width, height)))
        right, bottom = (int(v) for v in (left, top) + rng.integers(10, 60, 2))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        draw = [pen.ellipse, pen.rectangle, pen.line][int(rng.integers(3))]
        draw((left, top, right, bottom), fill=colour)
    grain = rng.normal(0, 8, (height, width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def alpha(image: Image.Image) -> Image.Image:
    """The picture fading out to the right, and wholly transparent in a corner."""
    width, height = image.size
    ramp = np.tile(np.linspace(255, 40, width), (height, 1)).astype(np.uint8)
    ramp[: height // 4, : width // 4] = 0
    image = image.copy()
    image.putalpha(Image.fromarray(ramp))
    return image


def png16(array: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel, which Pillow cannot write in colour."""
    height, width = array.shape[:2]
    kind = 2 if array.ndim == 3 else 0
    rows = array.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a saved picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pictures() -> dict[str, bytes]:
    """The fifty."""
    out: dict[str, bytes] = {}
    seed = iter(range(100, 1000))

    def new(width: int = 112, height: int = 96) -> Image.Image:
        return scene(next(seed), width, height)

    for sampling, name in ((0, "444"), (1, "422"), (2, "420")):
        for quality in (30, 60, 90):
            out[f"jpeg-{name}-q{quality}.jpg"] = encoded(new(128, 96), "JPEG", quality=quality, subsampling=sampling)
        out[f"jpeg-{name}-progressive.jpg"] = encoded(new(131, 99), "JPEG", quality=80, subsampling=sampling, progressive=True)
    out["jpeg-grey.jpg"] = encoded(new().convert("L"), "JPEG", quality=80)
    out["jpeg-cmyk.jpg"] = encoded(new().convert("CMYK"), "JPEG", quality=85)
    out["jpeg-cmyk-q50.jpg"] = encoded(new().convert("CMYK"), "JPEG", quality=50)
    out["jpeg-restart.jpg"] = encoded(new(), "JPEG", quality=75, restart_marker_rows=1)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        out[f"exif-{orientation}.jpg"] = encoded(new(112, 80), "JPEG", quality=90, exif=exif)
    out["png-rgb.png"] = encoded(new(), "PNG")
    out["png-odd.png"] = encoded(new(97, 131), "PNG")
    out["png-grey.png"] = encoded(new().convert("L"), "PNG")
    out["png-1bit.png"] = encoded(new().convert("1"), "PNG")
    out["png-palette.png"] = encoded(new().quantize(64), "PNG")
    out["png-palette-16.png"] = encoded(new().quantize(16), "PNG", bits=4)
    out["png-palette-transparent.png"] = encoded(new().quantize(32), "PNG", transparency=3)
    out["png-rgba.png"] = encoded(alpha(new(96, 96)), "PNG")
    out["png-rgba-wide.png"] = encoded(alpha(new(150, 60)), "PNG")
    out["png-grey-alpha.png"] = encoded(alpha(new(96, 96).convert("L")), "PNG")
    rng = np.random.default_rng(7)
    deep = np.asarray(new(72, 64), np.uint16)
    out["png-16bit.png"] = png16(deep * 257)
    out["png-16bit-fine.png"] = png16(deep * 256 + rng.integers(0, 256, deep.shape).astype(np.uint16))
    out["png-16bit-grey.png"] = png16(deep[..., 1] * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    out["png-exif.png"] = encoded(new(100, 80), "PNG", exif=exif)
    out["gif.gif"] = encoded(new().quantize(128), "GIF")
    out["gif-16.gif"] = encoded(new().quantize(16), "GIF")
    out["gif-transparent.gif"] = encoded(new().quantize(32), "GIF", transparency=5)
    frames = [new(90, 90).quantize(32) for _ in range(3)]
    out["gif-animated.gif"] = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    for quality in (40, 80):
        out[f"webp-q{quality}.webp"] = encoded(new(), "WEBP", quality=quality)
    out["webp-odd.webp"] = encoded(new(97, 131), "WEBP", quality=75)
    out["webp-lossless.webp"] = encoded(new(96, 80), "WEBP", lossless=True)
    out["webp-alpha.webp"] = encoded(alpha(new(96, 96)), "WEBP", quality=80)
    out["webp-lossless-alpha.webp"] = encoded(alpha(new(80, 80)), "WEBP", lossless=True)
    for width, height in ((48, 200), (200, 48)):
        out[f"long-{width}x{height}.jpg"] = encoded(new(width, height), "JPEG", quality=85)
    return out


def decode(data: bytes) -> Image.Image:
    """Upright, on white, RGB: what training reads, and internal/photo."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[24] == 16:
        return decode16(data)
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def decode16(data: bytes) -> Image.Image:
    """A PNG of png16's, of which Pillow would cut grey at 255: the upper bytes."""
    image = Image.open(io.BytesIO(data))
    if image.mode == "RGB":
        return image
    return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)).convert("RGB")


def prepare(image: Image.Image, spec: dict) -> np.ndarray:
    """What package embed does with an opaque picture."""
    image = image.resize((spec["width"], spec["height"]), Image.Resampling.LANCZOS)
    array = (np.asarray(image, np.float32) / 255 - np.float32(spec["mean"])) / np.float32(spec["deviation"])
    return np.ascontiguousarray(array.transpose(2, 0, 1)[None], np.float32)


def vectors(pack: Path) -> None:
    """Write one pack's vectors, of its first picture model's first output."""
    if not (pack / "manifest.json").exists():
        print(f"{pack.name}: not there, left out")
        return
    manifest = json.loads((pack / "manifest.json").read_text())
    found = [m for m in manifest["models"] if m["input"]["kind"] == "picture"]
    if not found:
        print(f"{pack.name}: has no picture model, left out")
        return
    model, output = found[0], found[0]["outputs"][0]
    session = onnxruntime.InferenceSession(pack / model["file"]["path"], providers=["CPUExecutionProvider"])
    names = sorted(p.name for p in (PARITY / "pictures").iterdir())
    rows = []
    for name in names:
        image = decode((PARITY / "pictures" / name).read_bytes())
        (row,) = session.run([output["tensor"]], {model["input"]["name"]: prepare(image, model["input"])})
        row = row.reshape(max(1, len(output.get("regions", []))), output["dimension"])
        rows.append(row / np.linalg.norm(row, axis=-1, keepdims=True))
    array = np.stack(rows).astype("<f2")
    (PARITY / f"{pack.name}.f16").write_bytes(array.tobytes())
    header = {
        "pack": manifest["name"],
        "version": manifest["version"],
        "model_sha256": model["file"]["sha256"],
        "output": output["name"],
        "shape": list(array.shape),
        "pictures": names,
    }
    (PARITY / f"{pack.name}.json").write_text(json.dumps(header, indent=1) + "\n")
    print(f"{pack.name} {manifest['version']}: {array.shape}")


def main() -> None:
    """Write the pictures unless only vectors are asked for, then the vectors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", action="store_true", help="keep the pictures, make the vectors again")
    if not parser.parse_args().vectors:
        shutil.rmtree(PARITY, ignore_errors=True)
        for folder in ("pictures", "decoded"):
            (PARITY / folder).mkdir(parents=True)
        for name, data in pictures().items():
            (PARITY / "pictures" / name).write_bytes(data)
            decode(data).save(PARITY / "decoded" / f"{name}.png", optimize=True)
    for pack in PACKS:
        vectors(pack)


if __name__ == "__main__":
    main()

"""Edits of colour, sharpness and overlay, and the list of all edits with their weights."""

from __future__ import annotations

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw

import drawn
import edits
import type_setting
from edits import Edit, Host, Rng, View


def colour(rng: Rng, view: View, host: Host) -> None:
    out = view.pixels
    if rng.random() < 0.6:
        hsv = cv2.cvtColor(np.ascontiguousarray(out), cv2.COLOR_RGB2HSV)
        turn = int(rng.normal() * 8) if rng.random() < 0.7 else int(rng.integers(0, 180))
        hue = np.uint8((np.arange(256) + turn) % 180)
        saturation = np.clip(np.arange(256) * rng.uniform(0.3, 1.8), 0, 255).astype(np.uint8)
        hsv[..., 0] = cv2.LUT(np.ascontiguousarray(hsv[..., 0]), hue)
        hsv[..., 1] = cv2.LUT(np.ascontiguousarray(hsv[..., 1]), saturation)
        out = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    ramp = np.arange(256, dtype=np.float32)[:, None]
    gains = rng.uniform(0.85, 1.15, 3) if rng.random() < 0.4 else 1.0
    ramp = (ramp - 128) * rng.uniform(0.5, 1.6) + 128 * rng.uniform(0.55, 1.5)
    ramp = 255 * (np.clip(ramp * gains, 0, 255) / 255) ** math.exp(rng.uniform(-0.5, 0.5))
    table = np.broadcast_to(np.clip(ramp, 0, 255), (256, 3)).astype(np.uint8)[:, None]
    view.pixels = cv2.LUT(np.ascontiguousarray(out), np.ascontiguousarray(table))


def grey(rng: Rng, view: View, host: Host) -> None:
    luma = cv2.cvtColor(np.ascontiguousarray(view.pixels), cv2.COLOR_RGB2GRAY)
    view.pixels = np.repeat(luma[..., None], 3, 2)


def tint(rng: Rng, view: View, host: Host) -> None:
    grey_part = cv2.cvtColor(np.ascontiguousarray(view.pixels), cv2.COLOR_RGB2GRAY)[..., None]
    tone = np.float32([1.1, 0.95, 0.72]) if rng.random() < 0.5 else rng.uniform(0.6, 1.3, 3)
    keep = rng.uniform(0, 0.6)
    mixed = view.pixels * keep + grey_part * (1 - keep) * tone
    view.pixels = np.clip(mixed, 0, 255).astype(np.uint8)


def blur(rng: Rng, view: View, host: Host) -> None:
    sigma = rng.uniform(0.6, 3.2) * max(view.size) / 256
    view.pixels = cv2.GaussianBlur(view.pixels, (0, 0), sigma)


def jpeg(rng: Rng, view: View, host: Host) -> None:
    code = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(8, 61))]
    view.pixels = cv2.imdecode(cv2.imencode(".jpg", view.pixels, code)[1], cv2.IMREAD_COLOR)


def shrink(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    by = rng.uniform(56, 125) / max(w, h)
    if by < 1:
        width, height = max(8, int(w * by)), max(8, int(h * by))
        view.pixels = edits.fit(view.pixels, width, height)
        view.move(edits.shift(0, 0, width / w, height / h))


def noise(rng: Rng, view: View, host: Host) -> None:
    noisy = view.pixels + rng.normal(0, rng.uniform(5, 35), view.pixels.shape)
    view.pixels = np.clip(noisy, 0, 255).astype(np.uint8)


def fill_colour(rng: Rng, opaque: bool) -> tuple[int, int, int, int]:
    """A colour for type and stickers: often white or black, as in practice."""
    kind = rng.random()
    rgb = (255, 255, 255) if kind < 0.35 else (0, 0, 0) if kind < 0.5 else drawn.colour(rng)
    return (*rgb, 255 if opaque else int(rng.integers(60, 200)))


def overlay(view: View, layer: Image.Image) -> None:
    """Lays an RGBA layer of the same size over the picture."""
    base = Image.fromarray(np.ascontiguousarray(view.pixels))
    base.paste(layer, (0, 0), layer)
    view.pixels = np.asarray(base)


def caption(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    layer = Image.new("RGBA", (w, h))
    draw = ImageDraw.Draw(layer)
    band = rng.random() < 0.5
    for _ in range(int(rng.integers(1, 4))):
        size = int(rng.uniform(0.05, 0.16) * h)
        y = rng.choice([rng.uniform(0, 0.15), rng.uniform(0.75, 0.95), rng.uniform(0, 0.95)]) * h
        if band:
            draw.rectangle((0, y, w, y + size * 1.3), fill=fill_colour(rng, rng.random() < 0.7))
        words = type_setting.phrase(rng, int(rng.integers(1, 6)))
        type_setting.write(rng, layer, words, size, fill_colour(rng, True), (rng.uniform(0, 0.4) * w, y))
    overlay(view, layer)


def watermark(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    layer = Image.new("RGBA", (2 * w, 2 * h))
    words, fill = type_setting.phrase(rng, int(rng.integers(1, 4))), fill_colour(rng, False)
    size, step = int(rng.uniform(0.05, 0.2) * h), int(rng.uniform(0.15, 0.6) * h) + 4
    for y in range(0, 2 * h, step):
        for x in range(0, 2 * w, max(step, size * len(words))):
            type_setting.write(np.random.default_rng(size), layer, words, size, fill, (x, y))
        if step > 0.45 * h and y >= h:
            break
    layer = layer.rotate(float(rng.choice([0, rng.uniform(-50, 50)])))
    overlay(view, layer.crop((w // 2, h // 2, w // 2 + w, h // 2 + h)))


def sticker(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    layer = Image.new("RGBA", (w, h))
    draw = ImageDraw.Draw(layer)
    for _ in range(int(rng.integers(1, 7))):
        r = rng.uniform(0.04, 0.16) * min(w, h)
        x, y = rng.uniform(0, w), rng.uniform(0, h)
        drawn.shape(rng, draw, x, y, r, fill_colour(rng, True))
        if rng.random() < 0.5:  # a face on it
            for dx in (-0.35, 0.35):
                draw.ellipse((x + dx * r - r / 8, y - r / 3, x + dx * r + r / 8, y - r / 12), fill=(0, 0, 0, 255))
            draw.arc((x - r / 2, y - r / 3, x + r / 2, y + r / 2), 20, 160, fill=(0, 0, 0, 255), width=2)
    overlay(view, layer)


def badge(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    layer = Image.new("RGBA", (w, h))
    bw, bh = rng.uniform(0.2, 0.55) * w, rng.uniform(0.1, 0.25) * h
    x, y = rng.uniform(0, w - bw), rng.uniform(0, h - bh)
    round_by = bh / 2 * rng.uniform(0, 1)
    ImageDraw.Draw(layer).rounded_rectangle((x, y, x + bw, y + bh), round_by, fill=fill_colour(rng, True))
    price = f"{rng.choice(['€', '$', '£', '¥', ''])}{rng.integers(1, 500)}"
    type_setting.write(rng, layer, price, int(bh * 0.7), fill_colour(rng, True), (x + bh * 0.2, y + bh * 0.1))
    overlay(view, layer)


def erase(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    out = view.pixels.copy()
    for _ in range(int(rng.integers(1, 4))):
        ew, eh = int(rng.uniform(0.08, 0.4) * w), int(rng.uniform(0.08, 0.4) * h)
        x, y = int(rng.integers(0, w - ew + 1)), int(rng.integers(0, h - eh + 1))
        patch = out[y : y + eh, x : x + ew]
        flat = edits.ground(rng, max(ew, 1), max(eh, 1))
        smear = cv2.blur(patch, (31, 31)) if patch.size else flat
        out[y : y + eh, x : x + ew] = smear if rng.random() < 0.5 else flat[: patch.shape[0], : patch.shape[1]]
    view.pixels = out


def border(rng: Rng, view: View, host: Host) -> None:
    w, h = view.size
    left, right, top, bottom = (rng.uniform(0.03, 0.22, 4) * [w, w, h, h]).astype(int)
    if rng.random() < 0.6:
        left = right = top = bottom = int(rng.uniform(0.03, 0.2) * max(w, h))
    canvas = edits.ground(rng, w + left + right, h + top + bottom)
    edits.place(view, canvas, int(left), int(top), w, h)


def screenshot(rng: Rng, view: View, host: Host) -> None:
    """A shop or chat page around the picture: bars, buttons, lines of type."""
    w, h = view.size
    width = int(w * rng.uniform(1, 1.25))
    height = int(h * rng.uniform(1.25, 2.2)) if rng.random() < 0.75 else int(h * rng.uniform(1.1, 1.4))
    if rng.random() < 0.25:  # a desktop page, text to one side
        width = int(w * rng.uniform(1.4, 2.2))
    light = rng.random() < 0.75
    value = int(rng.integers(236, 256) if light else rng.integers(0, 45))
    page = Image.fromarray(np.full((height, width, 3), value, np.uint8))
    draw = ImageDraw.Draw(page)
    ink = (20, 20, 20) if light else (235, 235, 235)
    for _ in range(int(rng.integers(4, 16))):
        size = int(rng.integers(7, 19))
        type_setting.write(rng, page, type_setting.phrase(rng, int(rng.integers(1, 6))), size, ink)
    for _ in range(int(rng.integers(0, 5))):
        x, y = rng.uniform(0, 0.8) * width, rng.uniform(0, 0.95) * height
        box = (x, y, x + rng.uniform(0.1, 0.9) * width, y + rng.uniform(0.02, 0.08) * height)
        draw.rounded_rectangle(box, 5, fill=drawn.colour(rng))
    draw.rectangle((0, 0, width, height * rng.uniform(0.03, 0.1)), fill=drawn.colour(rng))
    x, y = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    edits.place(view, np.asarray(page).copy(), x, y, w, h)
    if max(view.size) > 320:  # as large as any other picture
        by = 300 / max(view.size)
        w, h = view.size
        view.pixels = edits.fit(view.pixels, int(w * by), int(h * by))
        view.move(edits.shift(0, 0, int(w * by) / w, int(h * by) / h))


def cutout(rng: Rng, view: View, host: Host) -> None:
    """Fades everything but a soft oval or box in the middle to white, as shops clean pictures."""
    w, h = view.size
    y, x = np.mgrid[:h, :w].astype(np.float32)
    x, y = np.abs(x / w * 2 - 1), np.abs(y / h * 2 - 1)
    power = rng.choice([2.0, 4.0, 8.0])
    edge = rng.uniform(0.75, 1.05)
    alpha = 1 / (1 + np.exp((np.power(x**power + y**power, 1 / power) - edge) * rng.uniform(10, 40)))
    view.pixels = (view.pixels * alpha[..., None] + 255 * (1 - alpha[..., None])).astype(np.uint8)


EDITS = [
    Edit("crop", edits.crop, 1.4),
    Edit("mirror", edits.mirror, 1.0),
    Edit("rotate", edits.rotate, 1.2),
    Edit("quarter_turn", edits.quarter_turn, 0.25),
    Edit("perspective", edits.perspective, 1.0),
    Edit("paste_on_photo", edits.paste_on_photo, 2.0),
    Edit("collage", edits.collage, 1.2),
    Edit("screenshot", screenshot, 0.8),
    Edit("border", border, 0.8),
    Edit("colour", colour, 1.2),
    Edit("grey", grey, 0.8),
    Edit("tint", tint, 0.4),
    Edit("blur", blur, 0.8),
    Edit("jpeg", jpeg, 0.8),
    Edit("shrink", shrink, 0.9),
    Edit("noise", noise, 0.4),
    Edit("caption", caption, 0.8),
    Edit("watermark", watermark, 0.8),
    Edit("sticker", sticker, 0.5),
    Edit("badge", badge, 0.4),
    Edit("erase", erase, 0.4),
    Edit("cutout", cutout, 0.3),
]
"""Every edit; the weights follow how often a copyist would want it."""

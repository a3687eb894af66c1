"""Sets a mark into a photograph: perspective, folds, light, plate, shadow, occlusion, and the camera's faults."""

from __future__ import annotations

import cv2
import numpy as np

import logo_materials as material

Rng = np.random.Generator


def recolour(rng: Rng, mark: np.ndarray) -> np.ndarray:
    """Now and then another colour or the negative: shape counts more than colour."""
    kind = rng.random()
    rgb = mark[..., :3]
    if kind < 0.15:
        rgb = 255 - rgb
    elif kind < 0.3:
        rgb = np.roll(rgb, int(rng.integers(1, 3)), -1)
    elif kind < 0.4:
        rgb = np.repeat(rgb.max(-1, keepdims=True), 3, -1)
    return np.dstack([rgb, mark[..., 3]])


def quad(rng: Rng, width: float, height: float, centre: tuple[float, float]) -> np.ndarray:
    """Where the mark's corners go: turned, leaning, in perspective. [4, 2], clockwise from top left."""
    turn = np.radians(np.clip(rng.normal() * 11, -40, 40))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    corners += rng.uniform(-1, 1, (4, 2)) * rng.choice([0.03, 0.12, 0.25])
    corners[:, 0] += corners[:, 1] * rng.normal() * 0.08
    corners = corners * [width / 2, height / 2]
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (corners @ rotation.T + centre).astype(np.float32)


def warped(mark: np.ndarray, corners: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """The mark on a canvas of that size: colours 0 to 1 [H, W, 3], cover [H, W]."""
    h, w = mark.shape[:2]
    span = max(np.ptp(corners[:, 0]), np.ptp(corners[:, 1]), 4)
    if span < 0.6 * max(h, w):  # shrink first, or fine lines alias
        scale = span / max(h, w)
        mark = cv2.resize(mark, (max(4, round(w * scale)), max(4, round(h * scale))), interpolation=cv2.INTER_AREA)
        h, w = mark.shape[:2]
    plain = mark.astype(np.float32) / 255
    plain[..., :3] *= plain[..., 3:]
    source = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    out = cv2.warpPerspective(
        plain, cv2.getPerspectiveTransform(source, corners), (width, height), flags=cv2.INTER_LINEAR
    )
    cover = out[..., 3]
    return np.clip(out[..., :3] / np.maximum(cover, 1e-3)[..., None], 0, 1), np.clip(cover, 0, 1)


def folded(rng: Rng, layers: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Moves pixels [H, W, C] along the slopes of the ground's brightness, as cloth carries a print."""
    rows, columns = ground.shape[:2]
    soft = cv2.GaussianBlur(material.luma(ground), (0, 0), max(1.0, max(rows, columns) * 0.03))
    push = rng.uniform(0.1, 0.5) * max(rows, columns)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    x += push * cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125)
    y += push * cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125)
    return cv2.remap(layers, x, y, cv2.INTER_LINEAR)


def plate(rng: Rng, corners: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """What the mark is fixed on: its own fattened silhouette, an oval or a bar behind it. Cover [H, W]."""
    size = max(np.ptp(corners[:, 0]), np.ptp(corners[:, 1]))
    kind = rng.random()
    if kind < 0.5:
        width = max(3, round(size * rng.uniform(0.03, 0.12)))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        grown = cv2.dilate(cover, kernel)
        return cv2.morphologyEx(
            grown, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width * 2, width * 2))
        )
    middle = corners.mean(0)
    if kind < 0.8:
        t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        half = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
        grow = rng.uniform(1.05, 1.45)
        points = middle + grow * (np.cos(t)[:, None] * half[0] + np.sin(t)[:, None] * half[1])
    else:
        points = middle + (corners - middle) * rng.uniform(1.05, 1.3)
    out = np.zeros_like(cover)
    cv2.fillPoly(out, [np.int32(np.round(points * 8))], 1.0, lineType=cv2.LINE_AA, shift=3)
    return np.maximum(cover, cv2.GaussianBlur(out, (3, 3), 0))


def plate_colours(rng: Rng, cover: np.ndarray) -> np.ndarray:
    """A dark, coloured, white or metal plate."""
    flat = np.full(
        (*cover.shape, 3), rng.uniform(0, 1, 3) if rng.random() < 0.5 else rng.choice([0.06, 0.12, 0.9]), np.float32
    )
    x, y = material.normals(rng, material.relief(rng, flat, cover))
    return material.metal(rng, x, y) if rng.random() < 0.3 else material.lit(rng, flat, x, y, 0.6)


def lay(ground: np.ndarray, colours: np.ndarray, cover: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """Colours over the ground, darkened by the ground's own shade."""
    return ground * (1 - cover[..., None]) + colours * shade[..., None] * cover[..., None]


def shadow(rng: Rng, ground: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """A soft shadow below a badge."""
    size = max(cover.shape)
    moved = np.roll(
        cover, (int(rng.integers(0, max(2, size // 20))), int(rng.integers(-size // 30, size // 30 + 1))), (0, 1)
    )
    soft = cv2.GaussianBlur(moved, (0, 0), max(0.8, size * rng.uniform(0.01, 0.03)))
    return ground * (1 - rng.uniform(0.1, 0.6) * soft[..., None])


def set_in(rng: Rng, ground: np.ndarray, mark: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Puts a mark (RGBA) onto a ground (float 0 to 1) with its corners at `corners`.

    Returns the picture and what it covers, with its plate, after occlusion.
    """
    rows, columns = ground.shape[:2]
    colours, cover = warped(recolour(rng, mark), corners, columns, rows)
    soft = cv2.GaussianBlur(material.luma(ground), (0, 0), max(1.0, max(rows, columns) * 0.08))
    shade = np.clip(material.luma(ground) / np.maximum(soft, 0.08), 0.5, 1.4) ** rng.uniform(0, 0.8)
    shade = shade * rng.uniform(0.55, 1.05)
    if rng.random() < 0.3:
        layers = folded(rng, np.dstack([colours, cover]), ground)
        colours, cover = np.ascontiguousarray(layers[..., :3]), layers[..., 3]
    if rng.random() < 0.07:  # pressed into the ground itself
        x, y = material.normals(rng, material.relief(rng, colours, cover))
        near = cv2.GaussianBlur(
            cv2.dilate(cover, np.ones((5, 5), np.uint8)), (0, 0), 1.5
        )  # the ground beside it lies flat
        return material.lit(rng, ground, x * near, y * near, rng.uniform(0.5, 1.0)).astype(np.float32), cover
    whole = cover
    if rng.random() < 0.35:
        whole = plate(rng, corners, cover)
        ground = shadow(rng, ground, whole)
        ground = lay(ground, plate_colours(rng, whole), whole, np.ones_like(shade))
    elif rng.random() < 0.3:
        ground = shadow(rng, ground, cover)
    behind = ground[cover > 0.5].mean(0) if (cover > 0.5).any() else ground.mean((0, 1))
    colours, inked = material.cover_with(rng, colours, cover, behind)
    if whole is cover:
        whole = inked
    opacity = 1.0 if rng.random() < 0.75 else rng.uniform(0.6, 1.0)
    out = lay(ground, colours, inked * opacity, shade if whole is inked else np.ones_like(shade))
    return np.clip(out, 0, 1).astype(np.float32), whole


def occlude(rng: Rng, picture: np.ndarray, before: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Hides up to a third of the mark behind what was there before, along a slanting edge."""
    side = corners[int(rng.integers(4))]
    middle = corners.mean(0)
    direction = (side - middle) / max(1e-6, float(np.hypot(*(side - middle))))
    rows, columns = picture.shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    reach = float(((corners - middle) @ direction).max()) * rng.uniform(0.35, 0.9)
    hidden = np.clip((x - middle[0]) * direction[0] + (y - middle[1]) * direction[1] - reach + 0.5, 0, 1)[..., None]
    return picture * (1 - hidden) + before * hidden


def box_of(cover: np.ndarray) -> tuple[int, int, int, int] | None:
    """x0, y0, x1, y1 of what is covered; None where nothing is."""
    seen = cover > 0.25
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def photographed(rng: Rng, picture: np.ndarray) -> np.ndarray:
    """The camera's and the network's faults: blur, few pixels, noise, exposure, JPEG. Float in, bytes out."""
    size = max(picture.shape[:2])
    if rng.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6) * size / 160)
    if rng.random() < 0.25:
        h, w = picture.shape[:2]
        by = rng.uniform(0.35, 0.9)
        small = cv2.resize(picture, (max(8, int(w * by)), max(8, int(h * by))), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        picture = np.clip(picture * rng.uniform(0.6, 1.35, 3 if rng.random() < 0.3 else 1), 0, 1) ** np.exp(
            rng.uniform(-0.4, 0.4)
        )
    if rng.random() < 0.3:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.06), picture.shape)
    out = np.clip(picture * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.1:
        out = np.repeat(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    if rng.random() < 0.5:
        code = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        out = cv2.imdecode(cv2.imencode(".jpg", out, code)[1], cv2.IMREAD_COLOR)
    return out

"""Losses of the logo networks: centre points with boxes, and marks against a bank of references."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.06
REFUSED = 0.4  # weight of what must be refused beside what must be named


def targets(boxes: list[Tensor], cells: int) -> tuple[Tensor, Tensor, Tensor]:
    """For boxes in fractions x0, y0, x1, y1: heat [N, 1, C, C], sides in cells [N, 4, C, C], weight [N, 1, C, C].

    Heat is 1 at the cell of a box's centre and falls off as a Gaussian that fits the box; sides are asked of
    the cells in the inner third of a box.
    """
    count = len(boxes)
    heat, sides = torch.zeros(count, 1, cells, cells), torch.ones(count, 4, cells, cells)
    weight = torch.zeros(count, 1, cells, cells)
    middle = torch.arange(cells) + 0.5
    for n, own in enumerate(boxes):
        for x0, y0, x1, y1 in (own * cells).tolist():
            cx, cy, w, h = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
            dx, dy = (middle - cx)[None, :], (middle - cy)[:, None]
            blob = torch.exp(-((dx / max(0.14 * w, 0.45)) ** 2 + (dy / max(0.14 * h, 0.45)) ** 2) / 2)
            row, column = min(cells - 1, int(cy)), min(cells - 1, int(cx))
            blob[row, column] = 1.0
            heat[n, 0] = torch.maximum(heat[n, 0], blob)
            inner = (dx.abs() < max(w / 6, 0.5)) & (dy.abs() < max(h / 6, 0.5))
            inner[row, column] = True
            weight[n, 0][inner] = 1.0
            grid = (middle[None, :] - x0, middle[:, None] - y0, x1 - middle[None, :], y1 - middle[:, None])
            for k, distance in enumerate(grid):
                sides[n, k] = torch.where(inner, distance.expand(cells, cells).clamp(min=0.2), sides[n, k])
    return heat, sides, weight


def centre_loss(logits: Tensor, heat: Tensor) -> Tensor:
    """CenterNet's focal loss, a sum over cells divided by the number of centres."""
    p = logits.sigmoid().clamp(1e-5, 1 - 1e-5)
    hit = (heat >= 1).float()
    good = hit * (1 - p) ** 2 * p.log()
    bad = (1 - hit) * (1 - heat) ** 4 * p**2 * (1 - p).log()
    return -(good + bad).sum() / hit.sum().clamp(min=1)


def box_loss(got: Tensor, want: Tensor, weight: Tensor) -> Tensor:
    """Generalised IoU loss (Rezatofighi et al. 2019) of distances to the four sides, mean over asked cells."""
    w_got, h_got = got[:, 0] + got[:, 2], got[:, 1] + got[:, 3]
    w_want, h_want = want[:, 0] + want[:, 2], want[:, 1] + want[:, 3]
    least, most = torch.minimum(got, want), torch.maximum(got, want)
    both = (least[:, 0] + least[:, 2]) * (least[:, 1] + least[:, 3])
    hull = (most[:, 0] + most[:, 2]) * (most[:, 1] + most[:, 3])
    union = w_got * h_got + w_want * h_want - both
    loss = 1 - both / union + (hull - union) / hull
    return (loss * weight[:, 0]).sum() / weight.sum().clamp(min=1)


def frame_loss(got: Tensor, where: Tensor) -> Tensor:
    """Of frames [N, 5], the first of crops with a mark at `where` [P, 4], x0, y0, x1, y1, the rest of empty places: generalised IoU and
    distance of the edges, and the log loss of the score."""
    x, y, w, h = got[: len(where), :4].unbind(1)
    middle = torch.cat([where[:, :2] + where[:, 2:]] * 2, 1) / 2  # both boxes as distances from the true one's middle
    sign = torch.tensor([-1.0, -1.0, 1.0, 1.0])
    corners = torch.stack([x, y, x + w, y + h], 1)
    sides, true = (corners - middle) * sign, (where - middle) * sign
    met = box_loss(sides[..., None, None], true[..., None, None], torch.ones(len(where), 1, 1, 1))
    edges = functional.smooth_l1_loss(corners, where, beta=0.05)
    marked = (torch.arange(len(got)) < len(where)).float()
    return met + 2 * edges + functional.binary_cross_entropy(got[:, 4].clamp(1e-6, 1 - 1e-6), marked)


def mark_loss(seen: Tensor, empty: Tensor, references: Tensor, groups: Tensor, none: Tensor) -> Tensor:
    """Open-set InfoNCE of views [N, D] and empty places [E, D] against the references [N, D] of the views' marks, both ways.

    "No mark of these" is one more answer, with a cosine `none` that is learned. It is right for an empty place, and for a view when its own
    mark is struck from the register, so that one threshold fits all places: false alarms are counted with one. Marks of one group [N] are
    no negatives of each other.
    """
    count = len(references)
    logits = torch.cat([seen, empty]) @ references.T / TEMPERATURE
    level = (none / TEMPERATURE).expand(len(logits), 1)
    same = groups[None] == groups[:, None]
    known = logits[:count].masked_fill(same & ~torch.eye(count, dtype=torch.bool), -1e4)
    own = torch.arange(count)
    named = functional.cross_entropy(torch.cat([known, level[:count]], 1), own) + functional.cross_entropy(known.T, own)
    struck = torch.cat([logits[:count].masked_fill(same, -1e4), logits[count:]])
    refused = functional.cross_entropy(torch.cat([struck, level], 1), torch.full((len(struck),), count))
    return named / 2 + REFUSED * refused


def register_loss(
    references: Tensor, seen: Tensor, empty: Tensor, register: Tensor, groups: Tensor, none: Tensor
) -> Tensor:
    """The same against a register [R, D] whose first vectors are of the batch's marks, in their order; references are asked for theirs too."""
    count = len(references)
    logits = torch.cat([references, seen, empty]) @ register.T / TEMPERATURE
    level = (none / TEMPERATURE).expand(len(logits), 1)
    own = torch.arange(count).repeat(2)
    same = (groups[:count, None] == groups[None]).repeat(2, 1)
    others = same.clone()
    others[torch.arange(2 * count), own] = False
    known = torch.cat([logits[: 2 * count].masked_fill(others, -1e4), level[: 2 * count]], 1)
    struck = torch.cat([logits[count : 2 * count].masked_fill(same[count:], -1e4), logits[2 * count :]])
    refused = torch.full((len(struck),), len(register))
    named = functional.cross_entropy(known[count:], own[count:]) + 0.3 * functional.cross_entropy(
        known[:count], own[:count]
    )
    return named + REFUSED * functional.cross_entropy(torch.cat([struck, level[: len(struck)]], 1), refused)

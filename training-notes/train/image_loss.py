"""The losses of the image network.

InfoNCE (van den Oord et al. 2018) of edited views against clean references, over the batch and a bank of all training
pictures, and of two pictures of one design; the KoLeo entropy term (Sablayrolles et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE, DESIGN_TEMPERATURE = 0.05, 0.07


@dataclass(frozen=True)
class Keys:
    """What views are compared with: the batch's references first, then the bank, with group numbers.

    Both come from the slow network and carry no gradient (MoCo, He et al. 2020). With references
    from the fast network and an older bank, training collapsed: moving every vector at once away
    from the bank's age lowers the loss without telling pictures apart.
    """

    vectors: Tensor  # [M, D]
    groups: Tensor  # [M]


def forbidden(keys: Keys, view_groups: Tensor, host_groups: Tensor) -> Tensor:
    """Mask [views, M] of keys that are no negatives: the same group, or a picture that the view also shows."""
    mask = keys.groups[None] == view_groups[:, None]
    return mask | (keys.groups[None, None] == host_groups[:, :, None]).any(1)


def contrast(similar: Tensor, positive: Tensor, mask: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """InfoNCE for each view: similarities [V, M], index of the positive [V], mask of non-negatives."""
    mask = mask.scatter(1, positive[:, None], False)
    logits = (similar / temperature).masked_fill(mask, -1e4)
    return functional.cross_entropy(logits, positive, reduction="none")


def copy_loss(views: Tensor, region: Tensor, share: Tensor, positive: Tensor, keys: Keys, mask: Tensor) -> Tensor:
    """Loss for view vectors [V, R, D].

    Three terms: the region that shows the original best; the best of all regions, which is
    how a match is scored; and, where the original is only a part, the whole picture a little.
    """
    similar = views @ keys.vectors.T
    chosen = similar[torch.arange(len(views)), region]
    loss = contrast(chosen, positive, mask) + 0.5 * contrast(similar.amax(1), positive, mask)
    partial = (region != 0).float() * 0.2 * share
    return (loss + partial * contrast(similar[:, 0], positive, mask)).mean()


def koleo(views: Tensor, keys: Keys, mask: Tensor) -> Tensor:
    """Pushes each view [V, D] from the nearest picture of another group."""
    nearest = (views @ keys.vectors.T).masked_fill(mask, -1).amax(1)
    return -(2 - 2 * nearest).clamp(min=1e-6).sqrt().log().mean()


def design_loss(views: Tensor, partner: Tensor, keys: Keys, groups: Tensor) -> Tensor:
    """Loss for design vectors [V, 2, D]; `partner` says which key shows the same design.

    The whole picture against the other's, and the better of whole and centre, which is how a match is scored.
    """
    similar = views @ keys.vectors.T
    mask = keys.groups[None] == groups[:, None]
    whole = contrast(similar[:, 0], partner, mask, DESIGN_TEMPERATURE)
    return (whole + 0.5 * contrast(similar.amax(1), partner, mask, DESIGN_TEMPERATURE)).mean()

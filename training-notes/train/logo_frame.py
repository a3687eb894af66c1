"""Trains what the mark embedder says of a crop beside its vector: where in it the mark lies, and whether there is one.

Proposals come from 32 x 32 cells of a small picture; a crop has the photograph's own pixels, so that it knows the edges better. The
features stay as the embedder's training left them: only two small layers learn (a second stage as in Cascade R-CNN, Cai and
Vasconcelos 2018).
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor

import logo_loss
from image_model import normalise
from logo_crops import Crops
from logo_model import MarkEmbedder
from logo_run import Run, loop


def train(args: argparse.Namespace) -> list[float]:
    """Trains the frame layers on top of `args.warm`; returns the logged losses."""
    args.frozen = True
    crops = Crops(args.work, args.limit)
    run = Run(args, MarkEmbedder(args.weights), 1e-3)
    if not run.path.exists():
        run.model.load_state_dict(torch.load(args.warm, weights_only=True)["average"])
        run.average.load_state_dict(run.model.state_dict())
        run.save()
    run.resume()

    def loss(rng: np.random.Generator) -> Tensor:
        pixels, where = crops.frames(rng, args.batch * 2 // 3, args.batch // 3)
        with torch.no_grad():
            described = run.model.describe(normalise(pixels))
        return logo_loss.frame_loss(run.model.frames(described), where)

    return loop(run, loss)

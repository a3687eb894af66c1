"""Train the text embedder: ``python training-notes/train/text_train.py`` (about 20 minutes on one idle core).

Checkpoints go to training-notes/work/text/; the same command resumes from the last one. ``--tiny`` runs 30 small steps
on invented names alone, without the shared folder.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import asdict
from pathlib import Path
from typing import cast

import torch

from text_data import Codes, Words, batches, encode, read_words
from text_holdout import BRANDS, altered, other_scripts
from text_model import Shape, TextEmbedder, contrastive_loss, spread_loss
from text_warm import warm

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "training-notes" / "work" / "text"


def embed(model: TextEmbedder, texts: list[str]) -> torch.Tensor:
    """Vectors of texts in inference mode, [N, dimension]."""
    with torch.no_grad():
        vectors: torch.Tensor = model(torch.from_numpy(encode([t.lower() for t in texts])))
    return vectors


def recall(model: TextEmbedder, texts: list[str], truth: list[str]) -> float:
    """Share of texts whose nearest held-out Latin name is the true one."""
    names = list(BRANDS)
    nearest = (embed(model, texts) @ embed(model, names).T).argmax(1)
    return sum(names[int(i)] == t for i, t in zip(nearest, truth, strict=True)) / len(truth)


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over 100 steps, then a cosine down to a fiftieth."""
    if step < 100:
        return peak * (step + 1) / 100
    progress = torch.tensor((step - 100) / max(1, steps - 100))
    return peak * float(0.02 + 0.98 * 0.5 * (1 + torch.cos(progress * torch.pi)))


class Trainer:
    """Model, its moving average, optimiser and log of one run."""

    def __init__(self, out: Path, steps: int, peak: float = 2e-3, shape: Shape | None = None) -> None:
        self.out, self.steps, self.peak, self.step = out, steps, peak, 0
        self.model = TextEmbedder(shape)
        self.average = torch.optim.swa_utils.AveragedModel(
            self.model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)
        )
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=peak, weight_decay=1e-4)
        out.mkdir(parents=True, exist_ok=True)

    @property
    def smooth(self) -> TextEmbedder:
        """The averaged weights, which are the ones to export."""
        return cast(TextEmbedder, self.average.module)

    def start(self, warm_steps: int) -> None:
        """Resume from the checkpoint, or warm the tables."""
        path = self.out / "last.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step = state["step"]
            return
        print(f"warm start: error {warm(self.model, warm_steps):.4f}", flush=True)
        self.average.module.load_state_dict(self.model.state_dict())

    def train_step(self, first: Codes, second: Codes, fragments: Codes) -> float:
        """One update on a batch of pairs; returns the contrastive loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.steps, self.peak)
        size = len(first)
        out = self.model(torch.cat([torch.from_numpy(x) for x in (first, second, fragments)]))
        a, b, others = out[:size], out[size : 2 * size], out[2 * size :]
        loss = contrastive_loss(a, b, others)
        total = loss + 0.03 * spread_loss(a)
        self.optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        self.optimiser.step()
        self.average.update_parameters(self.model)
        self.step += 1
        return loss.item()

    def save(self) -> None:
        """Write the checkpoint so that a stop in the middle leaves the former one whole."""
        state = {
            "model": self.model.state_dict(), "average": self.average.state_dict(), "step": self.step,
            "optimiser": self.optimiser.state_dict(), "shape": asdict(self.model.shape),
        }  # fmt: skip
        partial = self.out / "last.pt.part"
        torch.save(state, partial)
        partial.replace(self.out / "last.pt")

    def log(self, loss: float, seconds: float) -> None:
        """Append a line of the curve and print it."""
        scripts, tricks = recall(self.smooth, *other_scripts()), recall(self.smooth, *altered())
        path = self.out / "log.csv"
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["step", "loss", "recall_other_scripts", "recall_altered", "seconds"])
            writer.writerow([self.step, f"{loss:.4f}", f"{scripts:.4f}", f"{tricks:.4f}", f"{seconds:.0f}"])
        print(f"{self.step} loss {loss:.3f} scripts {scripts:.3f} altered {tricks:.3f} {seconds:.0f} s", flush=True)


def run(trainer: Trainer, words: Words, size: int, every: int, warm_steps: int) -> None:
    """Train to the end of the schedule, logging and saving every so many steps."""
    trainer.start(warm_steps)
    source = batches(words, size, seed=1000 + trainer.step)
    started, mean = time.monotonic(), 0.0
    while trainer.step < trainer.steps:
        loss = trainer.train_step(*next(source))
        mean = loss if mean == 0 else 0.98 * mean + 0.02 * loss
        if trainer.step % every == 0 or trainer.step == trainer.steps:
            trainer.log(mean, time.monotonic() - started)
            trainer.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder with train/titles.csv")
    parser.add_argument("--out", type=Path, default=WORK)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tiny", action="store_true", help="30 steps on invented names")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    if args.tiny:
        run(Trainer(args.out / "tiny", 30), Words(), 64, 10, warm_steps=20)
        return
    # The names of the evaluation set are read only to be left out of training.
    registered = args.shared / "eval" / "dev-keyword" / "references.jsonl"
    words = read_words(args.shared / "train" / "titles.csv", [registered], list(BRANDS))
    print(f"{len(words.brands)} brands, {len(words.words)} title words", flush=True)
    run(Trainer(args.out, args.steps), words, args.batch, every=200, warm_steps=250)


if __name__ == "__main__":
    main()

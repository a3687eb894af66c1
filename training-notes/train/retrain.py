"""Retrains a model from nothing, with one command, into a pack of its own.

    python training-notes/train/retrain.py text            # or image, marks, where
    python training-notes/train/retrain.py marks --list    # only says what it would run
    python training-notes/train/retrain.py text --quick    # every step in its shortest form: does the way hold?

The steps are those of the notes, in order. Each that ended well is remembered in the working folder, so that the same command goes on after a break; a step that
trains resumes by itself. The pack begins as a copy of the one that ships and ends verified; nothing else of the repository is written. `make build` must have been run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from catalogue import REPOSITORY, SHARED, WORK

NOTES = REPOSITORY / "training-notes"
SHIPPED = REPOSITORY / "models/packs/touchstone-base"


@dataclass(frozen=True)
class Step:
    """A script with its arguments; `{work}`, `{shared}`, `{pack}` and `{program}` stand for folders. `quick` is added for a short run, and wins as it comes last."""

    script: str
    arguments: str = ""
    quick: str = ""

    def command(self, places: dict[str, str], quick: bool) -> list[str]:
        """What is run."""
        words = f"{self.arguments} {self.quick if quick else ''}".split()
        return [sys.executable, "-W", "ignore", str(NOTES / self.script), *(w.format(**places) for w in words)]


@dataclass(frozen=True)
class Model:
    """The steps that make a model, and what must be made before."""

    steps: list[Step]
    after: list[str] = field(default_factory=list)


PICTURES = Model([Step("train/catalogue.py", "--shared {shared} --work {work}", "--drawn 60")])
MARKS = Model(
    [
        Step("train/marks_fetch.py", "--work {work}/logo"),
        Step("train/marks.py", "--work {work}/logo", "--drawn 200"),
        Step("train/logo_cache.py", "--work {work} --crops 8 --scenes 12000", "--crops 1 --scenes 100"),
        Step("train/logo_set.py", "--work {work} --shared {shared} --out {work}/val-logo", "--rights 30 --listings 40"),
    ],
    ["pictures"],
)
MODELS = {
    "pictures": PICTURES,
    "drawn marks": MARKS,
    "image": Model(
        [
            Step("train/copy_set.py", "--shared {shared} --work {work} --others 1000 --out {work}/val-copy-full"),
            Step("train/copy_set.py", "--shared {shared} --work {work} --others 1000 --seed 41 --out {work}/fit-copy"),
            Step(
                "train/copy_set.py",
                "--shared {shared} --work {work} --copies 1 --trained 1600 --seed 51 --out {work}/fit-hard",
                "--trained 100",
            ),
            Step("train/hard_set.py", "--shared {shared} --work {work} --out {work}/fit-plain"),
            Step("train/mockup_set.py", "--shared {shared} --work {work} --out {work}/fit-mockup", "--count 12"),
            Step(
                "train/mockup_set.py",
                "--shared {shared} --work {work} --val --count 60 --out {work}/val-mockup",
                "--count 12",
            ),
            Step("train/design_set.py", "--shared {shared} --work {work} --others 1000 --out {work}/val-design-full"),
            Step("train/image_train.py", "--shared {shared} --work {work}", "--stages 64:4 --batch 8"),
            Step(
                "train/design_train.py",
                "--work {work} --copy {work}/image.pt --minutes 60",
                "--steps 2 --pairs 6 --bank 40",
            ),
            Step("export/image.py", "--work {work} --checkpoint {work}/design.pt --pack {pack} --side 224"),
            Step(
                "export/fusion.py",
                "--pack {pack} --program {program} --near-copy {work}/val-copy-full --mockups {work}/val-mockup"
                " --verification {work}/fit-copy {work}/fit-hard {work}/fit-plain {work}/fit-mockup --hard {work}/fit-plain --other-prints {work}/fit-mockup"
                " --design {work}/val-design-full --design-beta 0.5",
            ),
        ],
        ["pictures"],
    ),
    "marks": Model(
        [
            Step(
                "train/logo_train.py",
                "proposals --frozen --work {work} --shared {shared} --minutes 4 --name proposals-frozen",
                "--steps 2",
            ),
            Step(
                "train/logo_train.py",
                "proposals --work {work} --shared {shared} --minutes 12 --rate 0.6 --warm {work}/logo/proposals-frozen.pt",
                "--steps 2",
            ),
            Step("train/logo_mine.py", "--work {work} --proposals {work}/logo/proposals.pt"),
            Step(
                "train/logo_train.py",
                "marks --work {work} --shared {shared} --minutes 120 --batch 448 --held 0.6",
                "--steps 2",
            ),
            Step(
                "train/logo_train.py",
                "frames --work {work} --shared {shared} --minutes 5 --warm {work}/logo/marks.pt",
                "--steps 2",
            ),
            Step(
                "export/logo.py",
                "--work {work} --proposals {work}/logo/proposals.pt --marks {work}/logo/frames.pt --pack {pack}",
                "--background 40 --gap 0",
            ),
            Step("export/logo_fusion.py", "--pack {pack} --program {program} --logo {work}/val-logo"),
        ],
        ["drawn marks"],
    ),
    "where": Model(
        [
            Step("train/where_scenes.py", "--work {work} --out {work}/where.npz", "--fit 200 --held-out 60"),
            Step("export/where.py", "--measures {work}/where.npz --pack {pack}"),
        ],
        ["drawn marks"],
    ),
    "text": Model(
        [
            Step("train/text_train.py", "--shared {shared} --out {work}/text --steps 1400", "--steps 4 --batch 64"),
            Step("export/text.py", "--checkpoint {work}/text/last.pt --pack {pack}"),
            Step("train/keyword_set.py", "--shared {shared} --out {work}/val-keyword"),
            Step("export/fusion.py", "--pack {pack} --program {program} --keyword {work}/val-keyword"),
        ]
    ),
}


def plan(name: str) -> list[Step]:
    """The steps of a model, those of what must be made before first."""
    model = MODELS[name]
    return [step for before in model.after for step in plan(before)] + model.steps


@dataclass
class Record:
    """What ended well, kept in a file."""

    path: Path

    def done(self) -> list[list[str]]:
        """The commands that ended well."""
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else []

    def add(self, command: list[str]) -> None:
        """Notes one more, whole or not at all."""
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps([*self.done(), command], indent=1), encoding="utf-8")
        part.replace(self.path)


def retrain(args: argparse.Namespace) -> None:
    """Runs what is not done yet."""
    work, pack = args.work.resolve(), (args.pack or args.work / "pack").resolve()
    program = args.program.resolve()
    places = {"work": str(work), "shared": str(args.shared.resolve()), "pack": str(pack), "program": str(program)}
    commands = [step.command(places, args.quick) for step in plan(args.model)]
    if args.list:
        for command in commands:
            print(*command[3:])
        return
    if not program.exists():
        sys.exit(f"retrain: {program} is not there; make build makes it, --program names another")
    if not (args.shared / "train").exists():
        sys.exit(f"retrain: {args.shared} holds no train/; name the folder that does with --shared")
    work.mkdir(parents=True, exist_ok=True)
    if not pack.exists():
        shutil.copytree(SHIPPED, pack)
    record = Record(work / "retrained.json")
    for number, command in enumerate(commands, 1):
        if command in record.done():
            continue
        print(f"{number}/{len(commands)}", *command[3:], flush=True)
        begin = time.monotonic()
        if status := subprocess.run(command, cwd=NOTES / "train", check=False).returncode:
            sys.exit(f"retrain: this step ended with {status}; the same command goes on with it")
        record.add(command)
        print(f"{number}/{len(commands)} took {time.monotonic() - begin:.0f} s", flush=True)
    sys.exit(subprocess.run([str(program), "models", "verify", str(pack)], check=False).returncode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=[name for name in MODELS if " " not in name and name != "pictures"])
    parser.add_argument(
        "--work", type=Path, default=WORK / "again", help="folder of everything that is made on the way"
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--pack", type=Path, help="default: pack in the working folder")
    parser.add_argument("--program", type=Path, default=REPOSITORY / "bin/touchstone")
    parser.add_argument("--list", action="store_true", help="say what would be run, and end")
    parser.add_argument("--quick", action="store_true", help="every step in its shortest form")
    retrain(parser.parse_args())


if __name__ == "__main__":
    main()

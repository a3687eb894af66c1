"""Fetches the marks and the type that logo training draws with, in pinned versions, and checks them.

    python training-notes/train/marks_fetch.py     # needs npm

`marks_pins.txt` names each package with its version and the SHA-512 of its archive. What is
fetched lies in training-notes/work/logo/packages and is never committed.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from catalogue import WORK

PINS = Path(__file__).with_name("marks_pins.txt")


@dataclass(frozen=True)
class Pin:
    """One package: its name, version and the base64 SHA-512 of its archive."""

    name: str
    version: str
    sha512: str

    @property
    def archive(self) -> str:
        """The file name that `npm pack` gives."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"

    @property
    def folder(self) -> str:
        """Where the package is unpacked."""
        return self.name.removeprefix("@").replace("/", "-")


def pins() -> list[Pin]:
    """The packages in the pin file."""
    return [Pin(*line.split()) for line in PINS.read_text(encoding="utf-8").splitlines() if line.strip()]


def fetch(pin: Pin, out: Path) -> None:
    """Fetches, checks and unpacks one package; does nothing where it is unpacked already."""
    target = out / pin.folder
    if target.exists():
        return
    archive = out / pin.archive
    if not archive.exists():
        subprocess.run(["npm", "pack", "--silent", f"{pin.name}@{pin.version}"], cwd=out, check=True)
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != pin.sha512:
        archive.unlink()
        sys.exit(f"{pin.name} {pin.version} has SHA-512 {found}, not the pinned one; nothing was unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    archive.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK / "logo")
    args = parser.parse_args()
    out = args.work / "packages"
    out.mkdir(parents=True, exist_ok=True)
    for pin in pins():
        fetch(pin, out)
    print(f"{len(pins())} packages in {out}")


if __name__ == "__main__":
    main()

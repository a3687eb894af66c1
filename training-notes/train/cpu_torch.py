"""Lets PyTorch from the ordinary package index run without the libraries for graphics cards, which are most of its 6 GB.

    python training-notes/train/cpu_torch.py      # after `pip install --no-deps torch nvidia-cuda-runtime ...`

The Linux wheel is linked with libraries that a processor never calls but that must be there to load it. For each one that is missing this
writes a stand-in beside PyTorch's own libraries: every function that is asked of it is there and does nothing. The real CUDA
runtime (some megabytes) stays: it is asked at the start whether there is a card, and says no. Needs gcc and nm, readelf of binutils.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

FAMILIES = re.compile(r"lib(cu|nccl|nv)(?!dart)")  # of the vendor, without the runtime
NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
VERSIONS = re.compile(r"File: (\S+)|Name: (\S+)")


def output(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def asked(libraries: list[Path]) -> tuple[set[str], dict[str, dict[str, set[str]]]]:
    """The vendor's libraries that are needed, and the symbols that are asked of each, by version ("" for none)."""
    needed: set[str] = set()
    owner: dict[str, str] = {}  # of a version
    symbols: set[tuple[str, str]] = set()
    for path in libraries:
        needed |= {name for name in NEEDED.findall(output("readelf", "-dW", str(path))) if FAMILIES.match(name)}
        file = ""
        for of, version in VERSIONS.findall(output("readelf", "-VW", str(path))):
            file = of or file
            if version and FAMILIES.match(file):
                owner[version] = file
        for line in output("nm", "-D", "--undefined-only", str(path)).splitlines():
            name, _, version = line.split()[-1].partition("@")
            symbols.add((name, version.lstrip("@")))
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, version in symbols:
        if version in owner:
            wanted[owner[version]][version].add(name)
        elif not version:  # it belongs to the library whose name it begins with
            stems = [n for n in needed if name.lower().startswith(n.removeprefix("lib").partition(".")[0].lower())]
            if stems:
                wanted[max(stems, key=len)][""].add(name)
    return needed, wanted


def write(folder: Path, library: str, symbols: dict[str, set[str]]) -> None:
    """Compiles one stand-in: all symbols at one place that returns 0."""
    names = sorted({n for group in symbols.values() for n in group})
    lines = [".text", *(f".globl {n}\n.type {n},@function\n{n}:" for n in names), "xorl %eax, %eax", "ret"]
    lines.append('.section .note.GNU-stack,"",@progbits')
    versions = [f"{v} {{ global: {' '.join(n + ';' for n in sorted(s))} }};" for v, s in sorted(symbols.items()) if v]
    with tempfile.TemporaryDirectory() as t:
        source, script = Path(t) / "stand-in.s", Path(t) / "versions"
        source.write_text("\n".join(lines) + "\n")
        script.write_text("\n".join(versions) + "\n")
        command = ["gcc", "-shared", "-nostdlib", "-o", str(folder / library), str(source), f"-Wl,-soname,{library}"]
        subprocess.run(command + ([f"-Wl,--version-script={script}"] if versions else []), check=True)


def main() -> None:
    spec = importlib.util.find_spec("torch")  # found, not loaded
    if spec is None or spec.origin is None:
        sys.exit("torch is not installed here")
    folder = Path(spec.origin).parent / "lib"
    vendor = folder.parent.parent / "nvidia"
    there = {p.name for p in vendor.rglob("*.so*")} | {p.name for p in folder.iterdir()}
    needed, wanted = asked(sorted(folder.glob("*.so")))
    missing = sorted(needed - there)
    for library in missing:
        write(folder, library, wanted.get(library, {}))
    print(f"{len(missing)} stand-ins for libraries of graphics cards: {' '.join(missing) or 'none was missing'}")


if __name__ == "__main__":
    main()

"""Keeps a pack's manifest: each export puts in its own model's entry and leaves the rest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

HEADER = {"format": 1, "name": "touchstone-base", "version": "0.7.0", "licence": "Apache-2.0", "models": []}


def replace(path: Path, text: str) -> None:
    """Writes a file in one step: a reader sees the old one or the new one."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def sealed(pack: Path, path: Path) -> dict[str, Any]:
    """A file's entry: path inside the pack, SHA-256, size."""
    data = path.read_bytes()
    return {
        "path": path.relative_to(pack).as_posix(),
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }


def write_golden(path: Path, tolerance: float, cases: list[dict[str, Any]]) -> None:
    """Writes a golden file, a vector a line."""
    rows = []
    for case in cases:
        outputs = [
            f"{json.dumps(name)}: [\n   " + ",\n   ".join(json.dumps(v) for v in vectors) + "]"
            for name, vectors in case["vectors"].items()
        ]
        kind = "picture" if "picture" in case else "text"
        rows.append(f' {{"{kind}": {json.dumps(case[kind])}, "vectors": {{{", ".join(outputs)}}}}}')
    replace(path, f'{{"tolerance": {tolerance}, "cases": [\n' + ",\n".join(rows) + "]}\n")


def update_model(pack: Path, entry: dict[str, Any], file: Path, golden: Path, backgrounds: dict[str, Path]) -> None:
    """Seals a model's files and puts its entry into manifest.json, keeping everything else there."""
    path = pack / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else dict(HEADER)
    for output in entry["outputs"]:
        if output["name"] in backgrounds:
            output["background"] = sealed(pack, backgrounds[output["name"]])
    model = {"id": entry["id"], "file": sealed(pack, file), **entry, "golden": sealed(pack, golden)}
    others = [m for m in manifest["models"] if m["id"] != entry["id"]]
    manifest["models"] = sorted([*others, model], key=lambda m: m["id"])
    replace(path, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

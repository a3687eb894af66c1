"""What schemathesis is told so that it reaches behind the doors of this service.

Most operations name something that must exist, so every other generated name is put in the place of one that the service has (see run.py).
Which one follows from the generated value itself: two runs make the same requests.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from typing import Any

import schemathesis

# Names of things by the field or the part of a path that holds one: {"right_id": ["rgt_..."], "/v1/rights": ["rgt_..."]}.
KNOWN: dict[str, list[str]] = json.loads(os.environ["TOUCHSTONE_KNOWN"])

# Keys that the passes come with: schemathesis reads names out of answers, and would end the very key that it came with.
OURS = set(json.loads(os.environ["TOUCHSTONE_OURS"]))

NOWHERE = "https://hooks.invalid/in"


def digest(value: Any) -> int:
    """A number that follows from a value, evenly spread."""
    return int.from_bytes(hashlib.sha256(repr(value).encode()).digest()[:8], "big")


def known(where: str, value: Any, within: Any) -> Any:
    """The generated value, or every other time one that the service has. What is no string is a fault on purpose and stays."""
    names = KNOWN.get(where, [])
    pick = digest((where, within))
    if not names or not isinstance(value, str) or pick % 2:
        return value
    return names[pick // 2 % len(names)]


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    if not isinstance(path_parameters, dict):
        return path_parameters
    path = context.operation.path
    changed = {}
    for name, value in path_parameters.items():
        before = path.split("/{" + name + "}")[0].split("/{")
        where = before[0] if len(before) == 1 else before[0] + "/" + before[-1].split("}/")[-1]
        changed[name] = known(where, value, path_parameters)
    return changed


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """In every phase, those included that ask no other hook."""
    if case.path.startswith("/v1/keys/{") and OURS.intersection(map(str, case.path_parameters.values())):
        case.path_parameters = dict.fromkeys(case.path_parameters, KNOWN["/v1/keys"][0])


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    if not isinstance(query, dict):
        return query
    return {name: known(name, value, query) for name, value in query.items()}


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Fields at every depth."""
    if isinstance(body, list):
        return [map_body(context, v) for v in body]
    if not isinstance(body, dict):
        return body
    changed = {name: map_body(context, v) if isinstance(v, dict | list) else known(str(name), v, body) for name, v in body.items()}
    if isinstance(changed.get("url"), str):
        changed["url"] = NOWHERE  # nobody's address gets what is only a try
    return changed


def packed(value: Any) -> bytes:
    """Whatever was generated, as the file of an archive that is no pack."""
    data = value if isinstance(value, bytes) else json.dumps(value, default=str).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@schemathesis.serializer("application/x-tar")
def tar(context: Any, value: Any) -> bytes:
    return packed(value)


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """A line for each listing."""
    rows = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(row, default=str).encode() for row in rows)

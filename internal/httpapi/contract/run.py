"""Starts the service on a fresh folder and tries its whole OpenAPI document on it, as an admin and as a rights holder.

Called by `make contract`. Ends with the exit code of schemathesis: not 0 when an answer was a 5xx, had a status, a type of content or a header
that the document does not name, or a body that its schema does not allow. The service's log stays in the folder that is named at the end.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
STARTS_WITHIN = 300  # seconds; the demo catalogue is drawn and scored first


class Client:
    """A few calls with a key."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def call(self, method: str, path: str, body: object = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as err:
            raise SystemExit(f"{method} {path} answered {err.code}: {err.read().decode()}") from err
        return json.loads(text) if text else {}

    def get(self, path: str) -> dict:
        return self.call("GET", path)

    def post(self, path: str, body: object = None) -> dict:
        return self.call("POST", path, body)


def start(binary: str, folder: pathlib.Path) -> tuple[subprocess.Popen, str, str]:
    """The service with the demo catalogue, its address and its first key."""
    log, said = folder / "service.log", folder / "service.out"
    command = [binary, "serve", "--demo", "--addr", "127.0.0.1:0", "--data", str(folder / "data"), "--no-urls"]
    with log.open("wb") as err, said.open("wb") as out:
        service = subprocess.Popen(command, stdout=out, stderr=err)
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and service.poll() is None:
        found = re.search(r"  (http://127\.0\.0\.1:\d+)   API:[\s\S]*Score a copied", said.read_text())
        if found:
            return service, found[1], (folder / "data" / "demo-key").read_text().strip()
        time.sleep(0.2)
    service.kill()
    raise SystemExit(f"the service did not start; {log} says why")


def claimed(admin: Client) -> str:
    """An open case, claimed. Triage goes on meanwhile and may be the first at some."""
    for case in admin.get("/v1/cases?state=open&limit=50")["cases"]:
        try:
            admin.post(f"/v1/cases/{case['id']}/claim")
        except SystemExit:
            continue
        return case["id"]
    raise SystemExit("the demo has no open case to decide")


def furnish(admin: Client, holder: Client, spare: dict, picture: pathlib.Path) -> dict[str, list[str]]:
    """Makes one of each thing that a demo has none of, and names what there is: by field, and by the path that a name stands behind."""
    rights = admin.get("/v1/rights?limit=20")["rights"]
    cases = admin.get("/v1/cases?limit=20")["cases"]
    market = cases[0]["marketplace"]
    right, owner = rights[0]["id"], rights[0]["holder_id"]
    paper = {"file": base64.b64encode(picture.read_bytes()).decode(), "name": "paper.jpg"}
    certificate = holder.post(f"/v1/rights/{right}/certificates", paper)
    power = holder.post(f"/v1/holders/{owner}/powers", {"agent": "agency", "scopes": ["registry", "notices"]})
    inquiry = holder.post("/v1/inquiries", {"topic": "notice", "title": "A question", "text": "How do I prove that goods are copies?"})
    hook = holder.post("/v1/webhooks", {"url": "https://hooks.invalid/in", "kinds": ["case.*"]})
    person = admin.post("/v1/people", {"email": "pat@example.com", "name": "Pat", "role": "reviewer", "account": "demo"})
    case = claimed(admin)
    admin.post(f"/v1/cases/{case}/decide", {"outcome": "taken_down"})
    link = admin.post(f"/v1/cases/{case}/seller-links", {})
    references = [r["id"] for item in rights[:5] for r in admin.get(f"/v1/rights/{item['id']}/references")]
    names = {
        "rights": [r["id"] for r in rights],
        "holders": sorted({r["holder_id"] for r in rights}),
        "cases": [c["id"] for c in cases],
        "notices": [n["id"] for n in admin.get("/v1/notices?limit=20")["notices"]],
        "sweeps": [s["id"] for s in admin.get("/v1/sweeps?limit=20")["sweeps"]],
        "enforcements": [e["id"] for e in admin.get("/v1/enforcements?limit=20")["enforcements"]],
        "marketplaces": [m["id"] for m in admin.get("/v1/marketplaces")],
    }
    reports = [c["report"] for c in cases if c.get("report")]
    sellers = sorted({c["seller"] for c in cases if c.get("seller")})
    listings = [c["listing"] for c in cases if c.get("listing")]
    known = {f"/v1/{kind}": ids for kind, ids in names.items()}
    known |= {
        "/v1/references": references,
        "/v1/certificates": [certificate["id"]],
        "/v1/files": [certificate["file"]],
        "/v1/powers": [power["id"]],
        "/v1/inquiries": [inquiry["id"]],
        "/v1/webhooks": [hook["id"]],
        "/v1/people": [person["id"]],
        "/v1/reports": reports,
        "/v1/listings": listings,
        "/v1/keys": [spare["id"]],
        "/v1/cases/seller-links": [link["id"]],
        "right_id": names["rights"], "right": names["rights"], "holder_id": names["holders"], "holder": names["holders"],
        "case": names["cases"], "cases": names["cases"], "notice": names["notices"], "case_id": names["cases"],
        "marketplace": [market], "seller": sellers, "listing": listings, "report": reports, "report_id": reports, "account": ["demo"],
    }
    return known


def open_to(client: Client, role: str) -> list[str]:
    """The operations that a role may carry out; the others refuse it before they look at anything, which roles_test.go holds them to."""
    ids = []
    for item in client.get("/openapi.json")["paths"].values():
        for operation in item.values():
            roles = operation["description"].rpartition("Roles: ")[2]
            if role in re.findall(r"\w+", roles):
                ids.append(operation["operationId"])
    return sorted(ids)


def check(client: Client, role: str, known: dict, ours: list[str], examples: int, folder: pathlib.Path, more: list[str]) -> int:
    """One pass with a key."""
    ids = open_to(client, role)
    print(f"\n== {role}: {len(ids)} operations", flush=True)
    env = os.environ | {"TOUCHSTONE_URL": client.url, "TOUCHSTONE_KEY": client.key, "TOUCHSTONE_KNOWN": json.dumps(known), "TOUCHSTONE_OURS": json.dumps(ours), "TOUCHSTONE_HOOKS": str(HERE / "hooks.py")}
    command = [pathlib.Path(sys.executable).with_name("st"), "--config-file", HERE / "schemathesis.toml", "run", f"{client.url}/openapi.json"]
    command += [f"--max-examples={examples}", *(f"--include-operation-id={i}" for i in ids), *more]
    code = subprocess.run([str(part) for part in command], env=env, cwd=folder, check=False).returncode
    client.get("/v1/marketplaces")  # the key still opens: the pass was not one of refusals
    return code


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", required=True, help="touchstone, as built")
    options.add_argument("--folder", required=True, type=pathlib.Path, help="an empty folder for data and logs")
    options.add_argument("--examples", type=int, default=10, help="generated requests for each operation, beside those of the edges")
    args, more = options.parse_known_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    service, url, key = start(args.binary, args.folder)
    try:
        admin = Client(url, key)
        issue = {"name": "contract", "account": "demo"}
        holder = admin.post("/v1/keys", issue | {"role": "holder"})["token"]
        spare = admin.post("/v1/keys", issue | {"role": "pipeline"})
        known = furnish(admin, Client(url, holder), spare, args.folder / "data" / "demo" / "demo-001.jpg")
        ours = [k["id"] for k in admin.get("/v1/keys") if k["id"] != spare["id"]]
        codes = [check(Client(url, token), role, known, ours, args.examples, args.folder, more) for role, token in {"admin": key, "holder": holder}.items()]
        if service.poll() is not None:
            print(f"the service ended by itself with {service.returncode}")
            return 1
        return max(codes)
    finally:
        service.terminate()
        service.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(main())

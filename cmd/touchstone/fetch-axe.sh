#!/usr/bin/env bash
# Brings axe-core, which the browser tests look for barriers with, out of a PyPI wheel into .cache/axe. Pinned and checked.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=0.1.8
sum=fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8
to=.cache/axe
mkdir -p "$to"
work=$(mktemp -d "$to/tmp.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "axe-playwright-python==$version"
wheel=$(ls "$work"/*.whl)
echo "$sum  $wheel" | sha256sum --check --quiet
python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("axe_playwright_python/axe.min.js"))' "$wheel" > "$work/axe.min.js"
mv "$work/axe.min.js" "$to/axe.min.js"

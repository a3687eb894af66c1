#!/bin/sh
# Brings the ONNX Runtime library that embed/onnx loads to
# .cache/onnxruntime/libonnxruntime.so (or to the folder given as argument).
#
# The library is taken out of the onnxruntime wheel by pip, through whatever
# index pip is set up to use. One wheel a platform is pinned by its SHA-256 and
# so is the library inside, so that a second call with the library in place
# needs no network and does nothing. Needs python3 with pip; no root, no unzip.
#
# The version is a pair with the binding in go.mod (yalue/onnxruntime_go
# 1.27.0, C API 24): see docs/adr before changing either of them.
set -eu

version=1.31.1

fail() {
	echo "fetch-runtime: $*" >&2
	exit 1
}

# checksum FILE prints its SHA-256 in hex; python3 is there anyway, while
# sha256sum is called differently from one system to the next.
checksum() {
	python3 -c 'import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],"rb").read()).hexdigest())' "$1"
}

command -v python3 >/dev/null 2>&1 ||
	fail "python3 is not installed; install python3 and python3-pip (Debian: apt install python3 python3-pip) and run this again"

case "$(uname -s)/$(uname -m)" in
Linux/x86_64 | Linux/amd64)
	platform=manylinux_2_28_x86_64
	wheel_sum=1f3dea47f2f0e5117c2404cea7d21fd253ae7836a3bf167a501cdfbb2600d536
	library_sum=fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3
	;;
Linux/aarch64 | Linux/arm64)
	platform=manylinux_2_28_aarch64
	wheel_sum=0b9a492176886992e0e875f06bc0367e333f5fff11711a2d642e18b02f3009cc
	library_sum=8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467
	;;
*)
	fail "no library is pinned for $(uname -s) on $(uname -m); install ONNX Runtime $version yourself and set ONNXRUNTIME_LIB to its shared library"
	;;
esac

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$root/.cache/onnxruntime}
target=$folder/libonnxruntime.so

if [ -f "$target" ] && [ "$(checksum "$target")" = "$library_sum" ]; then
	echo "ONNX Runtime $version is already at $target"
	exit 0
fi

python3 -c 'import pip' >/dev/null 2>&1 ||
	fail "python3 has no pip; install it (Debian: apt install python3-pip) and run this again"

mkdir -p "$folder" || fail "cannot create $folder; give a folder you may write to as argument"
# The work folder lies beside the target, so that the last step is a rename.
work=$(mktemp -d "$folder/.fetch.XXXXXX") || fail "cannot write to $folder; give a folder you may write to as argument"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# Python 3.12's wheel is asked for whatever python3 runs here: the library
# inside does not depend on it, and one checksum a platform is enough.
if ! python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
	--only-binary=:all: --python-version 3.12 --implementation cp --abi cp312 \
	--platform "$platform" --dest "$work" "onnxruntime==$version" 2>"$work/pip.log"; then
	cat "$work/pip.log" >&2
	fail "pip could not bring onnxruntime $version for $platform; check the network and pip's configuration (pip config list), or set ONNXRUNTIME_LIB to a library you have"
fi

wheel=$(find "$work" -maxdepth 1 -name 'onnxruntime-*.whl' | head -n 1)
[ -n "$wheel" ] || fail "pip reported success but left no wheel; run it again, or update pip"
found=$(checksum "$wheel")
[ "$found" = "$wheel_sum" ] ||
	fail "the wheel's SHA-256 is $found, $wheel_sum was expected: it is not the file that was pinned, nothing was installed"

python3 -m zipfile -e "$wheel" "$work/wheel" || fail "the wheel could not be unpacked; is the disk full?"
library=$work/wheel/onnxruntime/capi/libonnxruntime.so.$version
[ -f "$library" ] || fail "the wheel holds no capi/libonnxruntime.so.$version"
found=$(checksum "$library")
[ "$found" = "$library_sum" ] || fail "the library's SHA-256 is $found, $library_sum was expected; nothing was installed"

chmod 0755 "$library"
mv -f "$library" "$target"
echo "ONNX Runtime $version is now at $target"

"""Writes a complete pack around a known picture network: DINOv2, the image tower of SigLIP or CLIP, SSCD, or any timm model.

    python training-notes/export/backbone.py dinov2 --checkpoint dinov2_vits14.pth --version 1 --out packs/dinov2
    python training-notes/export/backbone.py siglip --checkpoint siglip.safetensors --version 1 --out packs/siglip
    python training-notes/export/backbone.py clip   --checkpoint clip_vit_b32.safetensors --version 1 --out packs/clip
    python training-notes/export/backbone.py sscd   --checkpoint sscd_disc_mixup.torchscript.pt --version 1 --out packs/sscd
    python training-notes/export/backbone.py timm --model convnext_nano --checkpoint weights.pth --version 1 --out packs/convnext

Checkpoints are files (a state dict as timm saves it, or for SSCD the published TorchScript file): nothing is downloaded. Without
--checkpoint the weights are random and the pack says so in its name, which proves the way and nothing else; --small makes the same
architecture shallow and narrow.

Here are the picture towers of SigLIP and CLIP alone, from timm's checkpoints; `joint.py` has both towers.

The pack has one output, `copy`, of the whole picture; golden vectors; a background set; a calibration fitted to drawn pictures and
their copies; and words, which are the text model of an existing pack (--words). Check it with `touchstone models verify`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from PIL import Image  # noqa: E402

import drawn  # noqa: E402
import edits  # noqa: E402
from image import golden_pictures  # noqa: E402
from image_batches import squash  # noqa: E402
from manifest import replace, sealed, write_golden  # noqa: E402
from surface_edits import EDITS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
OPSET = 17
TOLERANCE = 0.999
BACKGROUND = 256  # vectors
SIDE = 128  # of drawn pictures' listings, before they are resized for the model


@dataclass
class Recipe:
    """What is known of a family: its timm model and how pictures are prepared for it."""

    model: str
    side: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    small: dict[str, int]
    licence: str


IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
OPENAI = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
THIN = {"depth": 2, "embed_dim": 64, "num_heads": 2}
RECIPES = {
    "dinov2": Recipe("vit_small_patch14_dinov2", 224, *IMAGENET, THIN, "Apache-2.0"),
    "siglip": Recipe("vit_base_patch16_siglip_224", 224, *HALF, THIN, "Apache-2.0"),
    "clip": Recipe("vit_base_patch32_clip_224", 224, *OPENAI, THIN, "MIT"),
    "sscd": Recipe("", 288, *IMAGENET, {}, "MIT"),
    "timm": Recipe("", 224, *IMAGENET, {}, "see the model"),
}


class Sscd(nn.Module):
    """SSCD (Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection", CVPR 2022): ResNet, GeM of power 3, one linear layer."""

    def __init__(self, layers: tuple[int, ...] = (3, 4, 6, 3), dimension: int = 512) -> None:
        super().__init__()
        from torchvision.models.resnet import Bottleneck, ResNet

        trunk = ResNet(Bottleneck, list(layers))
        self.trunk = nn.Sequential(*list(trunk.children())[:-2])
        self.head = nn.Linear(2048, dimension)

    def forward(self, pixels: Tensor) -> Tensor:
        maps = self.trunk(pixels).clamp(min=1e-6)
        return self.head(maps.pow(3).mean((2, 3)).pow(1 / 3))


class Graph(nn.Module):
    """A network whose features come out at unit length under one name."""

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features

    def forward(self, pixels: Tensor) -> Tensor:
        return torch.nn.functional.normalize(self.features(pixels), dim=1)


def network(args: argparse.Namespace, recipe: Recipe) -> nn.Module:
    """The features of the recipe, with the weights of the checkpoint."""
    if args.recipe == "sscd":
        if args.checkpoint:
            return torch.jit.load(args.checkpoint, map_location="cpu").eval()
        return Sscd((1, 1, 1, 1), 64).eval() if args.small else Sscd().eval()
    import timm

    options = dict(recipe.small) if args.small else {}
    if args.recipe == "dinov2":
        options["img_size"] = args.side
    model = timm.create_model(args.model or recipe.model, pretrained=False, num_classes=0, **options)
    if args.checkpoint:
        timm.models.load_checkpoint(model, str(args.checkpoint), strict=False)
    else:
        for name, parameter in model.named_parameters():
            if name.endswith(".gamma"):  # a layer's scale begins at nearly nothing: all pictures would look the same
                nn.init.ones_(parameter)
    return model.eval()


def export_graph(features: nn.Module, side: int, path: Path) -> None:
    """Writes one self-contained float32 ONNX file with a dynamic batch axis, and holds it against PyTorch."""
    graph = Graph(features).eval()
    example = torch.rand(2, 3, side, side)
    torch.onnx.export(
        graph, (example,), str(path), dynamo=False, opset_version=OPSET, do_constant_folding=True,
        input_names=["pixels"], output_names=["copy"], dynamic_axes={"pixels": {0: "batch"}, "copy": {0: "batch"}},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for batch in (1, 3):
        pixels = torch.rand(batch, 3, side, side)
        with torch.no_grad():
            want = graph(pixels).numpy()
        (got,) = session.run(["copy"], {"pixels": pixels.numpy()})
        if np.abs(got - want).max() > 1e-3:
            sys.exit(f"{path}: differs from PyTorch by {np.abs(got - want).max()} at a batch of {batch}")


class Runner:
    """Pictures to unit vectors, as the service makes them."""

    def __init__(self, path: Path, recipe: Recipe, side: int) -> None:
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.mean, self.deviation = (np.array(v, np.float32) for v in (recipe.mean, recipe.deviation))
        self.side = side

    def __call__(self, pictures: list[np.ndarray]) -> np.ndarray:
        rows = []
        for picture in pictures:
            pixels = (squash(picture, self.side).astype(np.float32) / 255 - self.mean) / self.deviation
            (vector,) = self.session.run(["copy"], {"pixels": np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])})
            rows.append(vector[0])
        return np.stack(rows)


def write_goldens(run: Runner, pack: Path) -> Path:
    """The golden pictures and their vectors."""
    (pack / "golden").mkdir(exist_ok=True)
    cases = []
    for name, pixels in golden_pictures().items():
        Image.fromarray(pixels).save(pack / "golden" / f"{name}.png")
        rows = [[float(f"{x:.7g}") for x in row] for row in run([pixels])]
        cases.append({"picture": f"golden/{name}.png", "vectors": {"copy": rows}})
    path = pack / "image-golden.json"
    write_golden(path, TOLERANCE, cases)
    return path


def small_picture(number: int) -> np.ndarray:
    """A drawn picture at the size of a listing's."""
    return squash(drawn.picture(number), SIDE)


def calibrate(run: Runner, count: int) -> tuple[float, float]:
    """Fits a logistic curve to the best cosine of each listing: half are edited copies of registered drawings, half are others."""
    references = run([small_picture(n) for n in range(count)])
    rng = np.random.default_rng(5)
    copies = [
        edits.chain(rng, small_picture(n), lambda r: (0, small_picture(9000 + int(r.integers(99)))), EDITS).pixels
        for n in range(count)
    ]
    cosine = run(copies) @ references.T
    hit = cosine.argmax(1) == np.arange(count)
    best = np.concatenate([cosine.max(1), (run([small_picture(5000 + n) for n in range(count)]) @ references.T).max(1)])
    truth = np.concatenate([hit, np.zeros(count, bool)]).astype(float)
    # Newton's method with the weight of a few listings on a slope of 10: with random weights there may be nothing to fit.
    x, a, b = best - best.mean(), 10.0, 0.0
    for _ in range(100):
        p = 1 / (1 + np.exp(-(a * x + b)))
        gradient = np.array([((p - truth) * x).sum() + 0.01 * (a - 10), (p - truth).sum() + 0.01 * b])
        w = p * (1 - p)
        hessian = np.array([[(w * x * x).sum() + 0.01, (w * x).sum()], [(w * x).sum(), w.sum() + 0.01]])
        step = np.linalg.solve(hessian, gradient)
        a, b = max(0.1, a - step[0]), b - step[1]
    print(
        f"calibration: {int(hit.sum())} of {count} copies have their drawing first; a {a:.3f}, b {b - a * best.mean():.3f}"
    )
    return round(float(a), 4), round(float(b - a * best.mean()), 4)


def write_fusion(words: Path, pack: Path, curve: tuple[float, float]) -> Path:
    """The fusion file of the pack that the words are from, with this network's curve; signals without a model are left out."""
    fusion = json.loads((words / "fusion.json").read_text(encoding="utf-8"))
    for signal in ("design_similarity", "logo_in_scene"):
        fusion.pop(signal, None)
    fusion["near_copy"] = {
        "calibration": {"a": curve[0], "b": curve[1]}, "weight": 1.0, "threshold": 0.5, "candidates": 20, "beta": 0.0, "neighbours": 1,
        "mirrored_references": False, "whole_bonus": 0.0,
    }  # fmt: skip
    path = pack / "fusion.json"
    replace(path, json.dumps(fusion, indent=2, ensure_ascii=False) + "\n")
    return path


def copy_words(words: Path, pack: Path) -> dict:
    """Copies the text model and its files, and gives its manifest entry."""
    manifest = json.loads((words / "manifest.json").read_text(encoding="utf-8"))
    (entry,) = (m for m in manifest["models"] if m["input"]["kind"] == "text")
    for file in (entry["file"], entry["golden"]):
        target = pack / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(words / file["path"], target)
    return entry


def write_manifest(
    args: argparse.Namespace,
    recipe: Recipe,
    pack: Path,
    dimension: int,
    golden: Path,
    background: Path,
    fusion: Path,
    captions: dict | None = None,
) -> None:
    """Seals everything; `captions` is the entry of a model whose texts lie among the pictures."""
    random = "" if args.checkpoint else "-random"
    picture = {
        "id": "image", "file": sealed(pack, pack / "image.onnx"),
        "input": {
            "name": "pixels", "kind": "picture", "width": args.side, "height": args.side, "resize": "squash", "interpolation": "lanczos",
            "colour": "rgb", "mean": list(recipe.mean), "deviation": list(recipe.deviation),
        },
        "outputs": [{
            "name": "copy", "tensor": "copy", "dimension": dimension, "normalise": "l2", "metric": "cosine", "background": sealed(pack, background),
        }],
        "golden": sealed(pack, golden),
    }  # fmt: skip
    manifest = {
        "format": 1, "name": (args.name or args.recipe) + random, "version": args.version, "licence": recipe.licence,
        "description": f"{args.model or recipe.model or args.recipe}, whole pictures" + (", random weights" if random else ""),
        "models": [picture, *([captions] if captions else []), copy_words(args.words, pack)], "fusion": sealed(pack, fusion),
    }  # fmt: skip
    replace(pack / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--model", default="", help="timm's name of the model")
    parser.add_argument("--checkpoint", type=Path, help="file with the weights; none: random ones")
    parser.add_argument("--out", type=Path, required=True, help="new folder for the pack")
    parser.add_argument("--name", default="", help="of the pack; the recipe's when left out")
    parser.add_argument("--version", required=True)
    parser.add_argument(
        "--side", type=int, default=0, help="of the model's pictures, in pixels; the recipe's when left out"
    )
    parser.add_argument("--small", action="store_true", help="the same architecture, shallow and narrow")
    parser.add_argument(
        "--words", type=Path, default=ROOT / "models/packs/touchstone-base", help="pack whose text model is taken"
    )
    parser.add_argument("--drawings", type=int, default=300, help="drawn pictures that the calibration is fitted to")
    args = parser.parse_args(arguments)
    if args.recipe == "timm" and not args.model:
        parser.error("timm needs --model")
    args.side = args.side or RECIPES[args.recipe].side
    return args


def write_pack(
    args: argparse.Namespace, recipe: Recipe, features: nn.Module, captions: Callable[[], dict] | None = None
) -> None:
    """Writes the pack around a network; `captions` writes the model of texts and gives its entry."""
    export_graph(features, args.side, args.out / "image.onnx")
    run = Runner(args.out / "image.onnx", recipe, args.side)
    golden = write_goldens(run, args.out)
    background = args.out / "background.f32"
    vectors = run([small_picture(7000 + n) for n in range(BACKGROUND)])
    vectors.astype("<f4").tofile(background)
    fusion = write_fusion(args.words, args.out, calibrate(run, args.drawings))
    entry = captions() if captions else None
    write_manifest(args, recipe, args.out, vectors.shape[1], golden, background, fusion, entry)
    print(
        f"{args.out}: {sum(f.stat().st_size for f in args.out.rglob('*') if f.is_file()) / 1e6:.1f} MB; check it with touchstone models verify {args.out}"
    )


def main(arguments: list[str] | None = None) -> None:
    """Writes the pack."""
    args = parse(arguments)
    torch.manual_seed(0)
    torch.set_num_threads(2)
    args.out.mkdir(parents=True)
    recipe = RECIPES[args.recipe]
    write_pack(args, recipe, network(args, recipe))


if __name__ == "__main__":
    main()

"""Writes a complete pack around CLIP or SigLIP with both towers, so that texts find registered pictures (POST /v1/references/search).

    python training-notes/export/joint.py clip --checkpoint open_clip_pytorch_model.bin --vocabulary bpe_simple_vocab_16e6.txt.gz \\
        --version 1 --out packs/clip
    python training-notes/export/joint.py siglip --checkpoint open_clip_pytorch_model.bin --vocabulary spiece.model --version 1 --out packs/siglip

Checkpoints are files as OpenCLIP keeps them; --model names another of its architectures (ViT-L-14, ViT-B-16-SigLIP-256). Weights of OpenAI's own need
a model whose name ends in -quickgelu. The vocabulary is the file that the model was published with: the list of merges for CLIP, the SentencePiece model for
SigLIP. Nothing is downloaded. Without --checkpoint the weights are random, and with --small the same architecture is shallow and narrow.

The pack has the outputs `copy` of pictures and `caption` of texts in one space, and all else that backbone.py writes.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import open_clip
import torch
from open_clip.model import CLIP, CustomTextCLIP
from torch import Tensor, nn

import backbone
from backbone import HALF, OPENAI, ROOT, Recipe
from manifest import sealed, write_golden

sys.path.insert(0, str(ROOT / "embed/tokens/testdata"))

TEXTS = ["a photo of a shoe", "a red bag with a flap", "Adidas аdіdаs 阿迪达斯", "50% off!!! free shipping"]
MODELS = {"clip": "ViT-B-32", "siglip": "ViT-B-16-SigLIP"}
RECIPES = {"clip": Recipe("", 224, *OPENAI, {}, "MIT"), "siglip": Recipe("", 224, *HALF, {}, "Apache-2.0")}
VOCABULARIES = {"clip": "clip-merges.txt", "siglip": "siglip.model"}
FIRST_OF_MERGES = 48894  # so many lines of CLIP's published list are its vocabulary


class Pictures(nn.Module):
    """The tower of pictures."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        return self.model.encode_image(pixels)


class Captions(nn.Module):
    """The tower of texts: tokens to unit vectors."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor) -> Tensor:
        return nn.functional.normalize(self.model.encode_text(tokens), dim=-1)


def read_vocabulary(recipe: str, path: Path) -> bytes:
    """The vocabulary as the pack keeps it: plain, and of CLIP's published list the lines that are in use."""
    data = path.read_bytes()
    if recipe == "siglip":
        return data
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return "\n".join(text.strip("\n").split("\n")[: FIRST_OF_MERGES + 1]).encode() + b"\n"


def network(args: argparse.Namespace, size: int) -> tuple[nn.Module, int]:
    """The model for a vocabulary of that size, and how many tokens its texts have."""
    settings = copy.deepcopy(open_clip.get_model_config(args.model))
    if settings is None:
        sys.exit(f"OpenCLIP knows no model {args.model}; see open_clip.list_models()")
    text, vision = settings["text_cfg"], settings["vision_cfg"]
    text.pop("hf_tokenizer_name", None), text.pop("tokenizer_kwargs", None)
    if args.checkpoint and text["vocab_size"] != size:
        sys.exit(
            f"the vocabulary has {size} tokens, and {args.model} was trained with {text['vocab_size']}: give the file that it was published with"
        )
    text["vocab_size"], vision["image_size"] = size, args.side
    if args.small:
        settings["embed_dim"] = 64
        text |= {"width": 64, "heads": 2, "layers": 2}
        if "timm_model_name" in vision:
            vision["timm_model_name"] = "vit_tiny_patch16_siglip_small"
            register_small()
        else:
            vision |= {"width": 64, "layers": 2, "head_width": 32}
    make = CustomTextCLIP if settings.pop("custom_text", False) else CLIP
    model = make(**settings)
    if args.checkpoint:
        open_clip.load_checkpoint(model, str(args.checkpoint))
    return model.eval(), text["context_length"]


def register_small() -> None:
    """Tells timm of a picture tower as SigLIP's, shallow and narrow."""
    from timm.models import register_model
    from timm.models.vision_transformer import VisionTransformer

    def vit_tiny_patch16_siglip_small(pretrained: bool = False, **kwargs: object) -> VisionTransformer:
        kwargs = {k: v for k, v in kwargs.items() if k in ("img_size", "num_classes", "global_pool")}
        return VisionTransformer(
            patch_size=16, embed_dim=64, depth=2, num_heads=2, class_token=False, **(kwargs | {"global_pool": "map"})
        )

    register_model(vit_tiny_patch16_siglip_small)


def tokens_of(recipe: str, vocabulary: Path, length: int) -> tuple[int, np.ndarray]:
    """How large the vocabulary is, and the tokens of the golden texts as the Python originals cut them."""
    import make

    make.LENGTH = length
    if recipe == "siglip":
        model = make.siglip_model(vocabulary)
        return model.vocab_size(), np.array([make.siglip_ids(model, t) for t in TEXTS], np.int64)
    tokenizer = make.published_clip(make.read_merges(vocabulary))
    return tokenizer.get_vocab_size(), np.array([make.clip_ids(tokenizer, t) for t in TEXTS], np.int64)


def write_captions(args: argparse.Namespace, model: nn.Module, tokens: np.ndarray, vocabulary: Path) -> dict:
    """Writes the tower of texts, held against PyTorch, and its golden vectors; gives its entry."""
    path, graph = args.out / "caption.onnx", Captions(model).eval()
    torch.onnx.export(
        graph, (torch.from_numpy(tokens[:2]),), str(path), dynamo=False, opset_version=backbone.OPSET, do_constant_folding=True,
        input_names=["tokens"], output_names=["caption"], dynamic_axes={"tokens": {0: "batch"}, "caption": {0: "batch"}},
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (got,) = session.run(["caption"], {"tokens": tokens})
    with torch.no_grad():
        want = graph(torch.from_numpy(tokens)).numpy()
    if np.abs(got - want).max() > 1e-3:
        sys.exit(f"{path}: differs from PyTorch by {np.abs(got - want).max()}")
    golden = args.out / "caption-golden.json"
    write_golden(golden, backbone.TOLERANCE, [
        {"text": text, "vectors": {"caption": [[float(f"{x:.7g}") for x in row]]}} for text, row in zip(TEXTS, got, strict=True)
    ])  # fmt: skip
    return {
        "id": "caption", "file": sealed(args.out, path),
        "input": {
            "name": "tokens", "kind": "text", "encoding": args.recipe, "max_length": tokens.shape[1], "vocabulary": sealed(args.out, vocabulary),
        },
        "outputs": [{
            "name": "caption", "tensor": "caption", "dimension": got.shape[1], "normalise": "l2", "metric": "cosine", "joint": "copy",
        }],
        "golden": sealed(args.out, golden),
    }  # fmt: skip


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--model", default="", help="OpenCLIP's name of the model; the recipe's when left out")
    parser.add_argument("--checkpoint", type=Path, help="file with the weights; none: random ones")
    parser.add_argument(
        "--vocabulary", type=Path, help="file that the model was published with; with random weights, a small one"
    )
    parser.add_argument("--out", type=Path, required=True, help="new folder for the pack")
    parser.add_argument("--name", default="", help="of the pack; the recipe's when left out")
    parser.add_argument("--version", required=True)
    parser.add_argument("--side", type=int, default=0, help="of the model's pictures, in pixels; 224 when left out")
    parser.add_argument("--small", action="store_true", help="the same architecture, shallow and narrow")
    parser.add_argument(
        "--words", type=Path, default=ROOT / "models/packs/touchstone-base", help="pack whose text model is taken"
    )
    parser.add_argument("--drawings", type=int, default=300, help="drawn pictures that the calibration is fitted to")
    args = parser.parse_args(arguments)
    if args.checkpoint and not args.vocabulary:
        parser.error("weights need the vocabulary that they were trained with: --vocabulary")
    args.model, args.side = args.model or MODELS[args.recipe], args.side or RECIPES[args.recipe].side
    args.vocabulary = args.vocabulary or ROOT / "embed/tokens/testdata" / VOCABULARIES[args.recipe]
    return args


def main(arguments: list[str] | None = None) -> None:
    """Writes the pack."""
    args = parse(arguments)
    torch.manual_seed(0)
    torch.set_num_threads(2)
    args.out.mkdir(parents=True)
    vocabulary = args.out / VOCABULARIES[args.recipe]
    vocabulary.write_bytes(read_vocabulary(args.recipe, args.vocabulary))
    length = open_clip.get_model_config(args.model)["text_cfg"]["context_length"]
    size, tokens = tokens_of(args.recipe, vocabulary, length)
    model, _ = network(args, size)
    args.name = args.name or args.recipe + "-joint"
    backbone.write_pack(
        args, RECIPES[args.recipe], Pictures(model), lambda: write_captions(args, model, tokens, vocabulary)
    )


if __name__ == "__main__":
    main()

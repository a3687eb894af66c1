"""Make the graphs and the pack that the tests run; the outputs are committed.

    python embed/onnx/testdata/make.py

needs numpy, onnx, onnxruntime and pillow. `tiny/` is a sound pack of two small
graphs with fixed weights: a convolution with three regions and a second output,
and a text model that looks code points up in a table. `pair/` holds two packs
of the same form with other weights and enough dimensions to tell pictures
apart. `broken/` holds graphs that must be refused or that give unusable vectors.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
WIDTH, HEIGHT = 24, 16  # not square: a mix-up of the two must show
LENGTH, WORD = 8, 5
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
OPSET, IR = 17, 8


def constant(name: str, value: np.ndarray) -> onnx.TensorProto:
    """An initialiser."""
    return numpy_helper.from_array(value, name)


def model(graph: onnx.GraphProto, opset: int = OPSET) -> onnx.ModelProto:
    """A model of a graph, with everything fixed that could differ between runs."""
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="make.py")
    made.ir_version = IR
    return made


def pixels(batch: str | int = "N") -> onnx.ValueInfoProto:
    """The picture input."""
    return helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [batch, 3, HEIGHT, WIDTH])


def picture_model() -> onnx.ModelProto:
    """pixels -> copy [N, 3 regions, 4] (whole, left, right) and shade [N, 4, 1, 1]."""
    rng = np.random.default_rng(1)
    weights = (rng.standard_normal((4, 3, 3, 3)) * 0.4).astype(np.float32)
    node = helper.make_node
    nodes = [
        node("Conv", ["pixels", "weights", "bias"], ["map"], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Relu", ["map"], ["relu"]),
        node("GlobalAveragePool", ["relu"], ["shade"]),
        node("Reshape", ["shade", "row"], ["whole"]),
    ]
    for name, start, end in (("left", "zero", "half"), ("right", "half", "full")):
        nodes += [
            node("Slice", ["relu", start, end, "axis"], [f"{name}_map"]),
            node("GlobalAveragePool", [f"{name}_map"], [f"{name}_pool"]),
            node("Reshape", [f"{name}_pool", "row"], [name]),
        ]
    nodes.append(node("Concat", ["whole", "left", "right"], ["copy"], axis=1))
    integers = {"row": [0, 1, 4], "zero": [0], "half": [WIDTH // 4], "full": [WIDTH // 2], "axis": [3]}
    return model(
        helper.make_graph(
            nodes,
            "picture",
            [pixels()],
            [
                helper.make_tensor_value_info("copy", TensorProto.FLOAT, ["N", 3, 4]),
                helper.make_tensor_value_info("shade", TensorProto.FLOAT, ["N", 4, 1, 1]),
            ],
            [constant("weights", weights), constant("bias", np.array([0.1, 0.2, 0.3, 0.4], np.float32))]
            + [constant(k, np.array(v, np.int64)) for k, v in integers.items()],
        )
    )


def text_model() -> onnx.ModelProto:
    """chars -> word [N, 5]: the mean over all places of a table's rows by code point mod 64."""
    table = np.random.default_rng(2).standard_normal((64, WORD)).astype(np.float32)
    node = helper.make_node
    return model(
        helper.make_graph(
            [
                node("Mod", ["chars", "size"], ["rows"]),
                node("Gather", ["table", "rows"], ["found"]),
                node("ReduceMean", ["found"], ["word"], axes=[1], keepdims=0),
            ],
            "text",
            [helper.make_tensor_value_info("chars", TensorProto.INT64, ["N", LENGTH])],
            [helper.make_tensor_value_info("word", TensorProto.FLOAT, ["N", WORD])],
            [constant("table", table), constant("size", np.array(64, np.int64))],
        )
    )


def pair_model(seed: int) -> onnx.ModelProto:
    """pixels -> copy [N, 48]: a convolution's response in six cells; vectors of two seeds have nothing in common."""
    weights = (np.random.default_rng(seed).standard_normal((8, 3, 3, 3)) * 0.4).astype(np.float32)
    node = helper.make_node
    nodes = [
        node("Conv", ["pixels", "weights"], ["map"], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Tanh", ["map"], ["tanh"]),
        node("AveragePool", ["tanh"], ["cells"], kernel_shape=[4, 4], strides=[4, 4]),
        node("Flatten", ["cells"], ["copy"]),
    ]
    copy = helper.make_tensor_value_info("copy", TensorProto.FLOAT, ["N", 48])
    return model(helper.make_graph(nodes, "pair", [pixels()], [copy], [constant("weights", weights)]))


def flat(nodes: list[onnx.NodeProto], initialisers: list[onnx.TensorProto], batch: str | int = "N", opset: int = OPSET) -> onnx.ModelProto:
    """A picture model with one output copy [N, 3]."""
    copy = helper.make_tensor_value_info("copy", TensorProto.FLOAT, [batch, 3])
    return model(helper.make_graph(nodes, "flat", [pixels(batch)], [copy], initialisers), opset)


def rounds() -> onnx.GraphProto:
    """The body of a loop that does next to nothing."""
    return helper.make_graph(
        [helper.make_node("Identity", ["go"], ["still"]), helper.make_node("Tanh", ["before"], ["after"])],
        "round",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, ["N", 3]),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, ["N", 3]),
        ],
    )


def broken() -> dict[str, onnx.ModelProto]:
    """The graphs that must not serve."""
    node = helper.make_node
    mean = node("ReduceMean", ["pixels"], ["mean"], axes=[2, 3], keepdims=0)
    weight = constant("weight", np.ones(3, np.float32))
    outside = constant("weight", np.ones(3, np.float32))
    outside.ClearField("raw_data")
    outside.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", "12")):
        entry = outside.external_data.add()
        entry.key, entry.value = key, value
    hidden = node("Constant", [], ["weight"], value=outside)
    scale = node("Mul", ["mean", "weight"], ["copy"])
    identity = node("Identity", ["mean"], ["copy"])
    return {
        # the root of a negative number
        "nan": flat([mean, node("Abs", ["mean"], ["abs"]), node("Neg", ["abs"], ["neg"]), node("Sub", ["neg", "weight"], ["less"]), node("Sqrt", ["less"], ["copy"])], [weight]),
        "zero": flat([mean, node("Sub", ["mean", "mean"], ["copy"])], []),
        "fixed": flat([mean, identity], [], batch=1),
        "external": flat([mean, scale], [outside]),
        "external-constant": flat([mean, hidden, scale], []),
        "future": flat([mean, identity], [], opset=99),
        # 64 GiB of zeros, of which the mean is added; and a loop of a thousand million rounds
        "hungry": flat([mean, node("ConstantOfShape", ["huge"], ["zeros"]), node("ReduceMean", ["zeros"], ["zero"], keepdims=0), node("Add", ["mean", "zero"], ["copy"])], [constant("huge", np.array([1 << 34], np.int64))]),
        "endless": flat([mean, node("Loop", ["rounds", "", "mean"], ["copy"], body=rounds())], [constant("rounds", np.array(1 << 40, np.int64))]),
    }


def prepare(path: Path) -> np.ndarray:
    """What package embed does with an opaque picture."""
    image = Image.open(path).convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    array = (np.asarray(image, np.float32) / 255 - np.float32(MEAN)) / np.float32(DEVIATION)
    return np.ascontiguousarray(array.transpose(2, 0, 1)[None], np.float32)


def encode(text: str) -> np.ndarray:
    """Code points, cut and padded."""
    points = [ord(c) for c in text][:LENGTH]
    return np.array([points + [0] * (LENGTH - len(points))], np.int64)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of unit length."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def rounded(vectors: np.ndarray) -> list[list[float]]:
    """Rows with seven significant digits."""
    return [[float(f"{x:.7g}") for x in row] for row in vectors]


def draw(folder: Path) -> list[Path]:
    """Three golden pictures."""
    folder.mkdir(parents=True)
    out = []
    for i, (name, size) in enumerate({"rings": (96, 64), "bars": (50, 90), "small": (12, 9)}.items()):
        image = Image.new("RGB", size, (240, 30 * i, 200 - 60 * i))
        pen = ImageDraw.Draw(image)
        for k in range(0, min(size) // 2, 4):
            colour = ((k * 37) % 256, (k * 91 + 80 * i) % 256, (k * 53) % 256)
            if name == "rings":
                pen.ellipse((k, k, size[0] - k, size[1] - k), fill=colour)
            else:
                pen.rectangle((k, k * 2, k + 2, size[1]), fill=colour)
        image.save(folder / f"{name}.png")
        out.append(folder / f"{name}.png")
    return out


def entry(root: Path, path: Path) -> dict[str, str | int]:
    """A manifest's entry of a file."""
    data = path.read_bytes()
    return {"path": path.relative_to(root).as_posix(), "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def goldens(path: Path, cases: list[dict[str, object]]) -> None:
    """Write a golden file."""
    path.write_text(json.dumps({"tolerance": 0.9999, "cases": cases}, ensure_ascii=False, indent=1) + "\n")


def picture_entry(folder: Path, outputs: list[dict[str, object]]) -> dict[str, object]:
    """A manifest's entry of the picture model."""
    return {
        "id": "image",
        "file": entry(folder, folder / "picture.onnx"),
        "input": {"name": "pixels", "kind": "picture", "width": WIDTH, "height": HEIGHT, "resize": "squash", "interpolation": "lanczos", "colour": "rgb", "mean": MEAN, "deviation": DEVIATION},
        "outputs": outputs,
        "golden": entry(folder, folder / "image-golden.json"),
    }


def text_entry(folder: Path) -> dict[str, object]:
    """A manifest's entry of the text model."""
    return {
        "id": "text",
        "file": entry(folder, folder / "text.onnx"),
        "input": {"name": "chars", "kind": "text", "encoding": "codepoints", "max_length": LENGTH},
        "outputs": [{"name": "word", "tensor": "word", "dimension": WORD, "normalise": "l2", "metric": "cosine"}],
        "golden": entry(folder, folder / "text-golden.json"),
    }


def write_pack(folder: Path, name: str, version: str, picture: onnx.ModelProto, outputs: list[dict[str, object]]) -> None:
    """A pack of a picture model and the text model, with its goldens."""
    (folder / "picture.onnx").write_bytes(picture.SerializeToString())
    (folder / "text.onnx").write_bytes(text_model().SerializeToString())
    session = onnxruntime.InferenceSession(folder / "picture.onnx", providers=["CPUExecutionProvider"])
    cases: list[dict[str, object]] = []
    for path in draw(folder / "golden"):
        got = dict(zip([o["name"] for o in outputs], session.run([o["tensor"] for o in outputs], {"pixels": prepare(path)}), strict=True))
        vectors = {}
        for o in outputs:
            rows = got[o["name"]].reshape(-1, o["dimension"])
            vectors[o["name"]] = rounded(unit(rows) if o["normalise"] == "l2" else rows)
        cases.append({"picture": path.relative_to(folder).as_posix(), "vectors": vectors})
    goldens(folder / "image-golden.json", cases)
    session = onnxruntime.InferenceSession(folder / "text.onnx", providers=["CPUExecutionProvider"])
    cases = []
    for text in ("adidas", "аdidas", "阿迪达斯", "a much longer text than fits", "A\u200bB"):
        (word,) = session.run(["word"], {"chars": encode(text)})
        cases.append({"text": text, "vectors": {"word": rounded(unit(word))}})
    goldens(folder / "text-golden.json", cases)
    manifest = {
        "format": 1,
        "name": name,
        "version": version,
        "licence": "CC0-1.0",
        "description": "Two small graphs with fixed random weights, for tests.",
        "models": [picture_entry(folder, outputs), text_entry(folder)],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    """Write everything."""
    for folder in (HERE / "tiny", HERE / "broken", HERE / "pair" / "1", HERE / "pair" / "2"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name, graph in broken().items():
        (HERE / "broken" / f"{name}.onnx").write_bytes(graph.SerializeToString())
    regions = [{"name": "whole", "x": 0, "y": 0, "w": 1, "h": 1}, {"name": "left", "x": 0, "y": 0, "w": 0.5, "h": 1}, {"name": "right", "x": 0.5, "y": 0, "w": 0.5, "h": 1}]
    copy = {"name": "copy", "tensor": "copy", "dimension": 4, "normalise": "l2", "metric": "cosine", "regions": regions}
    shade = {"name": "shade", "tensor": "shade", "dimension": 4, "normalise": "none", "metric": "dot"}
    write_pack(HERE / "tiny", "tiny", "1", picture_model(), [copy, shade])
    copy = {"name": "copy", "tensor": "copy", "dimension": 48, "normalise": "l2", "metric": "cosine"}
    for seed in (1, 2):
        write_pack(HERE / "pair" / str(seed), "pair", str(seed), pair_model(seed), [copy])


if __name__ == "__main__":
    main()

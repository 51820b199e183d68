"""Writes a trained reader as an ONNX file and checks it against the model it came from. Knows nothing of the loop.

`python -m training.export CHECKPOINT FILE.onnx [--dtype float16|float32|int8]`. Inputs `input_ids`, `attention_mask`,
`token_type_ids` (int64, [batch, tokens]); outputs `start_logits`, `end_logits` (float32, [batch, tokens]), where
position 0 scores "no answer here". Scores at the question's tokens carry no meaning: the caller leaves them out.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rag.onnx import open_session
from training.model import ReaderModel, base_folder, open_model

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start_logits", "end_logits")
# What storing the weights in fewer bits may move a score by, beyond the 1e-4 of exporting itself.
TOLERANCE = {"float32": 1e-4, "float16": 0.05, "int8": 2.0}


def export(model: ReaderModel, path: Path, dtype: str = "float16") -> float:
    """Writes the model and gives the largest difference of a score between torch and the file.

    Args:
        model: the reader.
        path: the file to write.
        dtype: how weights are stored: `float32`; `float16`, cast to float32 when the file is opened, so that the
            arithmetic stays float32; `int8`, which also multiplies in 8 bits.

    Raises:
        SystemExit: the file's scores differ by more than `TOLERANCE`.
    """
    import onnx

    exact = path.with_suffix(".float32.onnx")
    _export_float32(model, exact)
    _refuse_above(TOLERANCE["float32"], difference(model, exact), exact)
    if dtype == "float16":
        onnx.save(store_as_float16(onnx.load(str(exact))), str(path))
    elif dtype == "int8":
        _quantise(exact, path)
    else:
        exact.replace(path)
    exact.unlink(missing_ok=True)
    moved = difference(model, path)
    _refuse_above(TOLERANCE[dtype], moved, path)
    return moved


def open_reader(path: Path) -> ReaderModel:
    """The reader of a checkpoint or of an exported file."""
    model = open_model(base_folder())
    model.load_state_dict(trained_weights(path), strict=False)
    return model.eval()


def store_as_float16(graph: Any) -> Any:
    """The ONNX model with each float32 weight of 64 numbers or more stored as float16 behind a Cast to float32.

    onnxruntime folds the casts when it opens the file. The nodes themselves are unchanged.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    casts, stored = [], []
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 64:
            stored.append(weight)
            continue
        half = f"{weight.name}.float16"
        stored.append(numpy_helper.from_array(values.astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [weight.name], to=TensorProto.FLOAT, name=f"{weight.name}.cast"))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.initializer[:], graph.graph.node[:]
    graph.graph.initializer.extend(stored)
    graph.graph.node.extend(nodes)
    onnx.checker.check_model(graph)
    return graph


def trained_weights(path: Path) -> dict[str, Tensor]:
    """The weights of a reader by parameter name: a checkpoint's averaged ones, or those of an exported file.

    In an exported file a linear layer's weights are transposed and named by the node that multiplies with them.
    """
    if path.suffix != ".onnx":
        weights: dict[str, Tensor] = torch.load(path, weights_only=True, mmap=True)["average"]
        return weights
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    stored = {
        weight.name.removesuffix(".float16"): torch.from_numpy(numpy_helper.to_array(weight).copy()).float()
        for weight in graph.initializer
    }
    products = {node.name: node.input[1] for node in graph.node if node.op_type == "MatMul" and node.input[1] in stored}
    linear = {
        f"{name.strip('/').removesuffix('/MatMul').replace('/', '.')}.weight": stored.pop(weight).T
        for name, weight in products.items()
    }
    return linear | stored


def difference(model: ReaderModel, path: Path) -> float:
    """Largest difference of a score between the model and the file, on a padded batch of fixed random rows."""
    batch = example(rows=3, tokens=77, seed=1)
    with torch.inference_mode():
        expected = [scores.numpy() for scores in model.eval()(*batch)]
    session = open_session(path)
    given = session.run(list(OUTPUTS), {name: rows.numpy() for name, rows in zip(INPUTS, batch, strict=True)})
    seen = batch[1].numpy() == 1  # scores of padding mean nothing
    return max(float(np.abs(one - other)[seen].max()) for one, other in zip(expected, given, strict=True))


def example(rows: int, tokens: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Random (input_ids, attention_mask, token_type_ids), [rows, tokens] each; the last row is padded by a third."""
    draw = torch.Generator().manual_seed(seed)
    ids = torch.randint(1000, 30000, (rows, tokens), generator=draw)
    mask = torch.ones_like(ids)
    mask[-1, tokens - tokens // 3 :] = 0
    types = (torch.arange(tokens) >= 12).long() * mask
    return ids * mask, mask, types


def _export_float32(model: ReaderModel, path: Path) -> None:
    # The exporter that traces: the newer one fixes sizes it meets in attention masks and needs onnxscript.
    torch.onnx.export(
        model.eval(),
        example(rows=2, tokens=32, seed=0),
        str(path),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in (*INPUTS, *OUTPUTS)},
        opset_version=17,
        dynamo=False,
    )


def _quantise(source: Path, path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(source), str(path), weight_type=QuantType.QInt8, per_channel=True)


def _refuse_above(limit: float, moved: float, path: Path) -> None:
    if not moved <= limit:
        raise SystemExit(f"{path} moves scores by {moved:.6f}, more than {limit}: the export is wrong.")


def main() -> None:
    """Exports a checkpoint and prints the file's size and difference."""
    parser = argparse.ArgumentParser(description="Export a trained reader to ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("path", type=Path)
    parser.add_argument("--dtype", choices=sorted(TOLERANCE), default="float16")
    arguments = parser.parse_args()
    moved = export(open_reader(arguments.checkpoint), arguments.path, arguments.dtype)
    print(f"{arguments.path}: {arguments.path.stat().st_size / 1e6:.1f} MB, scores within {moved:.6f} of torch")


if __name__ == "__main__":
    main()

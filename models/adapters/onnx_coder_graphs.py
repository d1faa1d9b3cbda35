"""The coder's two ONNX graphs, written node by node from named arrays: the sentence encoder and the judge.

All large weights are int8, one scale a column. Where it is exact enough, activations become int8 too while it runs, one
scale a row, so that a line's numbers never depend on which lines share its batch; elsewhere the weights are widened
and multiplied in float32. int8 by int8 keeps to ``_STEPS`` steps of weight, so that no processor without dot-product
instructions overflows its 16-bit sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.coder.lines import AROUND

Arrays = Mapping[str, NDArray[np.float32]]

_CONTRIB = "com.microsoft"
_OPSETS = (("", 17), (_CONTRIB, 1))
_IR_VERSION = 8
_STEPS = 63
_WHOLE_STEPS = 127
_STRETCH = 128
_MIDDLE = 128
_FAR = -1e9
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderShape:
    """What the arrays alone do not say: how many layers and attention heads, and the norms' epsilon.

    ``quick`` multiplies int8 by int8 in all but the attention's first step, which loses most by it.
    """

    layers: int
    heads: int
    epsilon: float
    quick: bool = False


@dataclass(slots=True)
class _Graph:
    """A graph being written: every method adds nodes and gives the name of what comes out."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> str:
        """Add a node; the name of its first output, the others count on from 0."""
        name = f"n{len(self.nodes)}"
        names = [name, *(f"{name}_{number}" for number in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, list(inputs), names, domain=domain, **attributes))
        return name

    def keep(self, array: NDArray[Any]) -> str:
        """Add a constant; small ones are kept once."""
        key = (str(array.dtype), f"{array.shape}{array.tolist()}") if array.size <= 8 else None
        if key is not None and key in self.known:
            return self.known[key]
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        if key is not None:
            self.known[key] = name
        return name

    def number(self, value: float) -> str:
        """A constant float."""
        return self.keep(np.asarray(value, np.float32))

    def whole(self, *values: int) -> str:
        """A constant list of whole numbers."""
        return self.keep(np.asarray(values, np.int64))

    def matmul8(self, rows: str, weight: NDArray[np.float32]) -> str:
        """[M, in] times a weight [out, in] as torch holds it, in int8: [M, out] without bias."""
        scale = np.maximum(np.abs(weight).max(1), _TINY) / _STEPS
        held = np.rint(weight / scale[:, None]).astype(np.int8).T
        most = self.add("ReduceMax", self.add("Abs", rows), axes=[1], keepdims=0)
        step = self.add("Max", self.add("Mul", most, self.number(1 / 127)), self.number(_TINY))
        middle = self.keep(np.asarray(_MIDDLE, np.uint8))
        middles = self.add("Expand", middle, self.add("Shape", step))
        quantised = self.add("QuantizeLinear", rows, step, middles, axis=0)
        one, columns = self.number(1.0), self.keep(scale.astype(np.float32))
        inputs = (quantised, self.keep(held), one, columns, middle)
        product = self.add("MatMulIntegerToFloat", *inputs, domain=_CONTRIB)
        return self.add("Mul", product, self.add("Unsqueeze", step, self.whole(1)))

    def matmul(self, rows: str, weight: NDArray[np.float32]) -> str:
        """[M, in] times a weight [out, in] that is held in int8 and multiplied in float32: [M, out] without bias.

        Where many inputs meet in few outputs single weights stand out, so every ``_STRETCH`` of them has its own scale.
        """
        leaves, enters = weight.shape
        stretch = _STRETCH if enters > leaves and enters % _STRETCH == 0 else enters
        rough = weight.reshape(-1, stretch)
        scale = np.maximum(np.abs(rough).max(1), _TINY) / _WHOLE_STEPS
        held = self.keep(np.rint(rough / scale[:, None]).astype(np.int8))
        nought = self.keep(np.zeros(len(scale), np.int8))
        wide = self.add("DequantizeLinear", held, self.keep(scale.astype(np.float32)), nought, axis=0)
        wide = self.add("Reshape", wide, self.whole(leaves, enters))
        return self.add("MatMul", rows, self.add("Transpose", wide, perm=[1, 0]))

    def linear(self, rows: str, arrays: Arrays, name: str) -> str:
        """[M, in] through the linear layer ``name``."""
        return self.add("Add", self.matmul(rows, arrays[f"{name}.weight"]), self.keep(arrays[f"{name}.bias"]))

    def exact(self, rows: str, arrays: Arrays, name: str) -> str:
        """[M, in] through the linear layer ``name``, in float32."""
        weight, bias = self.keep(arrays[f"{name}.weight"].T), self.keep(arrays[f"{name}.bias"])
        return self.add("Add", self.add("MatMul", rows, weight), bias)

    def gelu(self, rows: str, arrays: Arrays, name: str, *, quick: bool = False) -> str:
        """[M, in] through the linear layer ``name`` and GELU."""
        weight = arrays[f"{name}.weight"]
        product = self.matmul8(rows, weight) if quick else self.matmul(rows, weight)
        return self.add("BiasGelu", product, self.keep(arrays[f"{name}.bias"]), domain=_CONTRIB)

    def norm(self, rows: str, arrays: Arrays, name: str, epsilon: float) -> str:
        """Layer normalisation of the last axis."""
        gain, shift = self.keep(arrays[f"{name}.weight"]), self.keep(arrays[f"{name}.bias"])
        return self.add("LayerNormalization", rows, gain, shift, epsilon=epsilon)

    def model(self, inputs: Sequence[Any], outputs: Mapping[str, tuple[str, int]]) -> bytes:
        """The graph as the bytes of an ONNX file; ``outputs`` gives each name its source and its width."""
        for name, (source, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [source], [name]))
        leaving = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
            for name, (_, width) in outputs.items()
        ]
        graph = helper.make_graph(self.nodes, "coder", list(inputs), leaving, self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="practice")
        onnx.checker.check_model(made)
        return bytes(made.SerializeToString(deterministic=True))


def encoder_graph(arrays: Arrays, shape: EncoderShape) -> bytes:
    """The encoder: ``words`` [B, T, D] and ``there`` [B, T] (1 on tokens, 0 on padding) to ``vectors`` [B, D].

    ``arrays`` hold ``positions`` [longest, D] (the token type added), ``norm``, ``layers.N`` and ``pooling``,
    by torch's names.
    """
    graph = _Graph()
    width = arrays["positions"].shape[1]
    length = graph.add("Slice", graph.add("Shape", "there"), graph.whole(1), graph.whole(2))
    positions = graph.add("Slice", graph.keep(arrays["positions"]), graph.whole(0), length, graph.whole(0))
    rows = graph.add("Reshape", graph.add("Add", "words", positions), graph.whole(-1, width))
    rows = graph.norm(rows, arrays, "norm", shape.epsilon)
    mask = graph.add("Cast", "there", to=TensorProto.INT32)
    for number in range(shape.layers):
        rows = _layer(graph, rows, mask, arrays, f"layers.{number}", shape)
    states = graph.add("Reshape", rows, graph.add("Shape", "words"))
    vectors = _pooling(graph, rows, states, arrays, width)
    inputs = [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["lines", "tokens", width]),
        helper.make_tensor_value_info("there", TensorProto.FLOAT, ["lines", "tokens"]),
    ]
    return graph.model(inputs, {"vectors": (vectors, width)})


def _layer(graph: _Graph, rows: str, mask: str, arrays: Arrays, name: str, shape: EncoderShape) -> str:
    """One transformer layer over [B x T, D]."""
    of = f"{name}.attention.self"
    parts = ("query", "key", "value")
    weight = np.concatenate([arrays[f"{of}.{part}.weight"] for part in parts])
    bias = np.concatenate([arrays[f"{of}.{part}.bias"] for part in parts])
    together = graph.add("Concat", graph.add("Shape", "there"), graph.whole(len(weight)), axis=0)
    mixed = graph.add("Reshape", graph.matmul(rows, weight), together)
    query = graph.add("Split", mixed, outputs=3, axis=-1)
    heard = graph.add(
        "MultiHeadAttention",
        *(query, f"{query}_1", f"{query}_2", graph.keep(bias), mask),
        domain=_CONTRIB,
        num_heads=shape.heads,
        mask_filter_value=_FAR,
    )
    heard = graph.add("Reshape", heard, graph.add("Shape", rows))
    rows = _added(graph, heard, rows, arrays, f"{name}.attention.output", shape.epsilon, quick=shape.quick)
    thought = graph.gelu(rows, arrays, f"{name}.intermediate.dense", quick=shape.quick)
    return _added(graph, thought, rows, arrays, f"{name}.output", shape.epsilon, quick=shape.quick)


def _added(graph: _Graph, new: str, rows: str, arrays: Arrays, name: str, epsilon: float, *, quick: bool) -> str:
    """``new`` through the linear layer ``name``, added to ``rows``, and normalised."""
    weight = arrays[f"{name}.dense.weight"]
    product = graph.matmul8(new, weight) if quick else graph.matmul(new, weight)
    held = [arrays[f"{name}.{part}"] for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    inputs = (product, rows, *(graph.keep(array) for array in held))
    return graph.add("SkipLayerNormalization", *inputs, domain=_CONTRIB, epsilon=epsilon)


def _pooling(graph: _Graph, rows: str, states: str, arrays: Arrays, width: int) -> str:
    """The mean and two weighted means of a line's tokens, to one vector [B, D]."""
    beside = graph.add("Unsqueeze", "there", graph.whole(1))
    mean = graph.add("Div", beside, graph.add("ReduceSum", beside, graph.whole(2), keepdims=1))
    weighed = graph.exact(rows, arrays, "pooling.weigh")
    weighed = graph.add("Reshape", weighed, graph.add("Concat", graph.add("Shape", "there"), graph.whole(2), axis=0))
    weighed = graph.add("Transpose", weighed, perm=[0, 2, 1])
    absent = graph.add("Mul", graph.add("Sub", graph.number(1.0), beside), graph.number(_FAR))
    shares = graph.add("Softmax", graph.add("Add", weighed, absent), axis=-1)
    means = graph.add("MatMul", graph.add("Concat", mean, shares, axis=1), states)
    flat = graph.add("Reshape", means, graph.whole(-1, 3 * width))
    return graph.add("Tanh", graph.linear(flat, arrays, "pooling.project"))


def judge_graph(arrays: Arrays, heads: int) -> bytes:
    """The judge: ``vectors`` [N, D] and ``roles`` int64 [N] to ``scores`` [N, outputs] and ``indicators``.

    ``arrays`` hold ``surroundings``, ``join``, ``heads`` and ``indicators`` by torch's names; ``heads`` counts the
    heads of attention.
    """
    graph = _Graph()
    width = arrays["surroundings.role.weight"].shape[1]
    around = _surroundings(graph, arrays, width, heads)
    joined = graph.gelu(graph.add("Concat", "vectors", around, axis=1), arrays, "join")
    inputs = [
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["rows", width]),
        helper.make_tensor_value_info("roles", TensorProto.INT64, ["rows"]),
    ]
    outputs = {
        "scores": (graph.exact(joined, arrays, "heads"), len(arrays["heads.bias"])),
        "indicators": (graph.exact(joined, arrays, "indicators"), len(arrays["indicators.bias"])),
    }
    return graph.model(inputs, outputs)


def _surroundings(graph: _Graph, arrays: Arrays, width: int, heads: int) -> str:
    """Each line after attention over the lines within ``AROUND`` of it."""
    epsilon = 1e-5
    of = "surroundings"
    rows = graph.add("Add", "vectors", graph.add("Gather", graph.keep(arrays[f"{of}.role.weight"]), "roles"))
    mixed = graph.linear(graph.norm(rows, arrays, f"{of}.before", epsilon), arrays, f"{of}.mix")
    query = graph.add("Split", mixed, outputs=3, axis=-1)
    heard = _attention(graph, query, arrays[f"{of}.distance"], width, heads)
    rows = graph.add("Add", rows, graph.linear(heard, arrays, f"{of}.out"))
    thought = graph.gelu(graph.norm(rows, arrays, f"{of}.between", epsilon), arrays, f"{of}.think.0")
    rows = graph.add("Add", rows, graph.linear(thought, arrays, f"{of}.think.2"))
    return graph.norm(rows, arrays, f"{of}.after", epsilon)


def _attention(graph: _Graph, query: str, distance: NDArray[np.float32], width: int, heads: int) -> str:
    """Attention in a band: every line looks at the 2 x AROUND + 1 lines about it, and at nothing outside [0, N)."""
    seen, each = 2 * AROUND + 1, width // heads
    count = graph.add("Squeeze", graph.add("Shape", "roles"))
    zero, one = graph.keep(np.asarray(0, np.int64)), graph.keep(np.asarray(1, np.int64))
    lines = graph.add("Unsqueeze", graph.add("Range", zero, count, one), graph.whole(1))
    at = graph.add("Add", lines, graph.keep(np.arange(-AROUND, AROUND + 1, dtype=np.int64)[None]))
    near = graph.add("Clip", at, zero, graph.add("Sub", count, one))
    outside = graph.add("Cast", graph.add("Not", graph.add("Equal", at, near)), to=TensorProto.FLOAT)
    far = graph.add("Mul", graph.add("Reshape", outside, graph.whole(-1, 1, 1, seen)), graph.number(_FAR))

    def about(part: str, *axes: int) -> str:
        found = graph.add("Reshape", graph.add("Gather", part, near), graph.whole(-1, seen, heads, each))
        return graph.add("Transpose", found, perm=list(axes))

    asked = graph.add("Reshape", graph.add("Mul", query, graph.number(each**-0.5)), graph.whole(-1, heads, 1, each))
    raw = graph.add("MatMul", asked, about(f"{query}_1", 0, 2, 3, 1))
    raw = graph.add("Add", graph.add("Add", raw, graph.keep(distance[None, :, None, :])), far)
    heard = graph.add("MatMul", graph.add("Softmax", raw, axis=-1), about(f"{query}_2", 0, 2, 1, 3))
    return graph.add("Reshape", heard, graph.whole(-1, width))

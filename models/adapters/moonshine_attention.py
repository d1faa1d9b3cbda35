"""Where the decoder of moonshine looks while it writes: its cross-attention, which gives words their times.

The network computes these weights and throws them away. Its file names what each step returns; some of that is
the encoder's keys handed through unchanged, which nobody needs after the first step. `expose` makes those names
point to the attention of the same layer instead. Nothing that is computed changes, only what is returned.
"""

from __future__ import annotations

import struct
from typing import Any

from models.errors import WeightsError

LAYERS = (3, 4, 5)
HEADS = ((3, 0), (3, 1), (3, 2), (4, 0), (4, 2), (4, 3), (4, 6), (4, 7), (5, 3))
"""The heads whose attention moves along the sound word by word; chosen on synthetic speech with known times."""

BRANCH = b"then_branch"
GRAPH_OUTPUTS = 16  # the field of a graph in onnxruntime's file format that lists what it returns


def returned_name(layer: int) -> str:
    """The output that carries a layer's attention once the file went through `expose`."""
    return f"present.{layer}.encoder.key"


def expose(model: bytes) -> bytes:
    """The decoder's file, whose cached steps return attention, shape ``(1, heads, 1, states)``, for each of LAYERS.

    Raises WeightsError where the file is not laid out as expected.
    """
    changed, added = bytearray(model), bytearray()
    graph = _branch(changed)
    table = graph._tab
    names = [graph.Outputs(number) for number in range(graph.OutputsLength())]
    first = table.Vector(table.Offset(GRAPH_OUTPUTS))
    for layer in LAYERS:
        if returned_name(layer).encode() not in names:
            raise WeightsError("moonshine-tiny-en-decoder does not return what we know. Install moonshine-voice again.")
        place = first + 4 * names.index(returned_name(layer).encode())
        name = f"/model/decoder/layers.{layer}/encoder_attn/Softmax_output_0".encode()
        added += bytes(-(len(changed) + len(added)) % 4)
        struct.pack_into("<I", changed, place, len(changed) + len(added) - place)
        added += struct.pack("<I", len(name)) + name + b"\0"
    return bytes(changed + added)


def _branch(model: bytearray) -> Any:
    """The part of the decoder that runs from the second step on."""
    from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import InferenceSession

    graph = InferenceSession.GetRootAs(model, 0).Model().Graph()
    for number in range(graph.NodesLength()):
        node = graph.Nodes(number)
        attributes = [node.Attributes(index) for index in range(node.AttributesLength())]
        for attribute in attributes:
            if attribute.Name() == BRANCH:
                return attribute.G()
    raise WeightsError("moonshine-tiny-en-decoder is not built as we know it. Install moonshine-voice 0.0.73 again.")

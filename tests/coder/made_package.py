"""A tiny coder's weights folder made from random numbers: it knows nothing, and runs as a real one does."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
import pytest

from models.coder.combination import Combination, EvidenceCombination, HeadCombination
from models.coder.indicators import INDICATORS
from models.coder.labels import EVIDENCE, HEADS, NONE, OUTPUTS
from models.coder.linear import SPACES, LinearModel, Space
from models.coder.lines import AROUND, LONGEST, ROLES
from models.coder.ngrams import NUMBERS
from models.coder.package import EncoderFacts, Parts
from models.coder.words import table_of

WIDTH, HEADS_OF_ATTENTION, LAYERS = 24, 2, 2
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz.,?!'", "school", "drink", "what", "you"]
PIECES += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]

COMMON = 40


def parts(seed: int = 0, *, off: Iterable[str] = ("autonomy-",)) -> Parts:
    """Parts with random weights; every flag that is not in ``off`` has a low threshold."""
    graphs = pytest.importorskip("models.adapters.onnx_coder_graphs", reason="needs the package onnx to make a coder")
    draw = np.random.default_rng(seed)
    shape = graphs.EncoderShape(layers=LAYERS, heads=HEADS_OF_ATTENTION, epsilon=1e-12)
    return Parts(
        version="made-1",
        rubric="0.1.0",
        created_from={"data": "random numbers"},
        combination=combination(off),
        encoder=EncoderFacts(layers=LAYERS, longest=LONGEST, width=WIDTH),
        linear=linear(draw),
        words=table_of(draw.normal(size=(len(PIECES), WIDTH)).astype(np.float32), COMMON),
        encoder_graph=graphs.encoder_graph(encoder_arrays(draw), shape),
        judge_graph=graphs.judge_graph(judge_arrays(draw), HEADS_OF_ATTENTION),
        tokenizer=tokenizer(),
    )


def combination(off: Iterable[str]) -> Combination:
    heads = {
        head.name: HeadCombination(
            linear=0.5,
            network=2.0,
            bias=(0.0,) * len(head.classes),
            choice=(1.0,) * len(head.classes),
            sure={code: 0.4 for code in head.codes if code != NONE},
        )
        for head in HEADS
    }
    evidence = {
        name: EvidenceCombination(linear=0.5, network=2.0, bias=0.0, threshold=None if name in off else 0.2)
        for name in EVIDENCE
    }
    return Combination(heads=heads, evidence=evidence, off=dict.fromkeys(off, "Measured too seldom."))


def linear(draw: np.random.Generator) -> LinearModel:
    names = ("what", "you", "school", "drink", "what you")
    spaces = {name: Space(rows={word: row for row, word in enumerate(names)}, idf=_floats(draw, 5)) for name in SPACES}
    weights = {name: _floats(draw, 5, OUTPUTS) for name in SPACES}
    return LinearModel(
        spaces=spaces, weights=weights, numbers=_floats(draw, len(NUMBERS), OUTPUTS), bias=_floats(draw, OUTPUTS)
    )


def encoder_arrays(draw: np.random.Generator) -> dict[str, np.ndarray]:
    arrays = {"positions": _floats(draw, LONGEST, WIDTH), **_norm(draw, "norm")}
    for number in range(LAYERS):
        for part in ("query", "key", "value"):
            arrays |= _linear(draw, f"layers.{number}.attention.self.{part}", WIDTH, WIDTH)
        arrays |= _linear(draw, f"layers.{number}.attention.output.dense", WIDTH, WIDTH)
        arrays |= _linear(draw, f"layers.{number}.intermediate.dense", WIDTH, 2 * WIDTH)
        arrays |= _linear(draw, f"layers.{number}.output.dense", 2 * WIDTH, WIDTH)
        arrays |= _norm(draw, f"layers.{number}.attention.output.LayerNorm")
        arrays |= _norm(draw, f"layers.{number}.output.LayerNorm")
    arrays |= _linear(draw, "pooling.weigh", WIDTH, 2)
    return arrays | _linear(draw, "pooling.project", 3 * WIDTH, WIDTH)


def judge_arrays(draw: np.random.Generator) -> dict[str, np.ndarray]:
    of = "surroundings"
    arrays = {
        f"{of}.role.weight": _floats(draw, len(ROLES), WIDTH),
        f"{of}.distance": _floats(draw, HEADS_OF_ATTENTION, 2 * AROUND + 1),
    }
    for name in ("before", "between", "after"):
        arrays |= _norm(draw, f"{of}.{name}")
    sizes = {f"{of}.mix": (WIDTH, 3 * WIDTH), f"{of}.out": (WIDTH, WIDTH), f"{of}.think.0": (WIDTH, 2 * WIDTH)}
    sizes |= {f"{of}.think.2": (2 * WIDTH, WIDTH), "join": (2 * WIDTH, WIDTH)}
    sizes |= {"heads": (WIDTH, OUTPUTS), "indicators": (WIDTH, len(INDICATORS))}
    for name, (enters, leaves) in sizes.items():
        arrays |= _linear(draw, name, enters, leaves)
    return arrays


def tokenizer() -> str:
    special = {"[CLS]": 2, "[SEP]": 3}
    single = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    single.append({"SpecialToken": {"id": "[SEP]", "type_id": 0}})
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": True,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": single,
                "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {
                    name: {"id": name, "ids": [number], "tokens": [name]} for name, number in special.items()
                },
            },
            "decoder": None,
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {piece: number for number, piece in enumerate(PIECES)},
            },
        }
    )


def _floats(draw: np.random.Generator, *shape: int) -> np.ndarray:
    return draw.normal(scale=0.5, size=shape).astype(np.float32)


def _linear(draw: np.random.Generator, name: str, enters: int, leaves: int) -> dict[str, np.ndarray]:
    return {f"{name}.weight": _floats(draw, leaves, enters), f"{name}.bias": _floats(draw, leaves)}


def _norm(draw: np.random.Generator, name: str) -> dict[str, np.ndarray]:
    return {f"{name}.weight": 1 + _floats(draw, WIDTH) / 4, f"{name}.bias": _floats(draw, WIDTH)}

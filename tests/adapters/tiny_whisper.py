"""A Whisper model small enough for tests, written from random numbers with CTranslate2's own specification.

Its tokens have the real model's numbers and names, so that loading, prompts and word times take the real way;
what it writes is noise. Nothing is downloaded and torch is not needed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, MELS, INNER = 64, 80, 128
TEXT_TOKENS, TIME_TOKENS = 50_257, 1_501
LANGUAGES = [
    "en",
    "zh",
    "de",
    "es",
    "ru",
    "ko",
    "fr",
    "ja",
    "pt",
    "tr",
    "pl",
    "ca",
    "nl",
    "ar",
    "sv",
    "it",
    "id",
    "hi",
    "fi",
    "vi",
    "he",
    "uk",
    "el",
    "ms",
    "cs",
    "ro",
    "da",
    "hu",
    "ta",
    "no",
    "th",
    "ur",
    "hr",
    "bg",
    "lt",
    "la",
    "mi",
    "ml",
    "cy",
    "sk",
    "te",
    "fa",
    "lv",
    "bn",
    "sr",
    "az",
    "sl",
    "kn",
    "et",
    "mk",
    "br",
    "eu",
    "is",
    "hy",
    "ne",
    "mn",
    "bs",
    "kk",
    "sq",
    "sw",
    "gl",
    "mr",
    "pa",
    "si",
    "km",
    "sn",
    "yo",
    "so",
    "af",
    "oc",
    "ka",
    "be",
    "tg",
    "sd",
    "gu",
    "am",
    "yi",
    "lo",
    "uz",
    "fo",
    "ht",
    "ps",
    "tk",
    "nn",
    "mt",
    "sa",
    "lb",
    "my",
    "bo",
    "tl",
    "mg",
    "as",
    "tt",
    "haw",
    "ln",
    "ha",
    "ba",
    "jw",
    "su",
]
NAMED = (
    ["<|endoftext|>", "<|startoftranscript|>"]
    + [f"<|{language}|>" for language in LANGUAGES]
    + ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
)


def write_tiny_whisper(folder: Path) -> Path:
    """Write the model into ``folder`` and return it."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    tokens = vocabulary()
    spec = WhisperSpec(1, 1, 1, 1)
    _encoder(spec.encoder, rng)
    _decoder(spec.decoder, rng, len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, TEXT_TOKENS]
    spec.config.lang_ids = [TEXT_TOKENS + 2 + number for number in range(len(LANGUAGES))]
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(tokens)), encoding="utf-8")
    return folder


def vocabulary() -> list[str]:
    """51,865 tokens in Whisper's order: bytes, made-up pieces of words, named tokens, times."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = _byte_characters() + [
        ("Ġ" if number % 2 else "") + "".join(letters[number // 26**place % 26] for place in range(4))
        for number in range(TEXT_TOKENS - 256)
    ]
    return pieces + NAMED + [f"<|{number * 0.02:.2f}|>" for number in range(TIME_TOKENS)]


def _byte_characters() -> list[str]:
    """A printable character for each byte, in the order in which byte-level vocabularies list them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + number) for number in range(len(hidden))]


def _tokenizer(tokens: list[str]) -> dict[str, Any]:
    named = len(NAMED)
    added = [
        {
            "id": TEXT_TOKENS + number,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": number < named,
        }
        for number, token in enumerate(tokens[TEXT_TOKENS:])
    ]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    vocab = {token: number for number, token in enumerate(tokens[:TEXT_TOKENS])}
    model = {"type": "BPE", "vocab": vocab, "merges": []}
    return {"version": "1.0", "added_tokens": added, "pre_tokenizer": level, "decoder": level, "model": model}


def _fill(spec: Any, rng: np.random.Generator, rows: int, columns: int) -> None:
    spec.weight = rng.normal(0, 0.3, (rows, columns)).astype(np.float32)
    spec.bias = np.zeros(rows, np.float32)


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def _layer(spec: Any, rng: np.random.Generator) -> None:
    """Self-attention and feed-forward of one layer, and attention to the sound where it has one."""
    parts = [(spec.self_attention, (3 * WIDTH, WIDTH))]
    if hasattr(spec, "attention"):
        parts.append((spec.attention, (WIDTH, 2 * WIDTH, WIDTH)))
    for attention, sizes in parts:
        for linear, rows in zip(attention.linear, sizes, strict=True):
            _fill(linear, rng, rows, WIDTH)
        _norm(attention.layer_norm)
    _fill(spec.ffn.linear_0, rng, INNER, WIDTH)
    _fill(spec.ffn.linear_1, rng, WIDTH, INNER)
    _norm(spec.ffn.layer_norm)


def _encoder(spec: Any, rng: np.random.Generator) -> None:
    for convolution, channels in ((spec.conv1, MELS), (spec.conv2, WIDTH)):
        convolution.weight = rng.normal(0, 0.1, (WIDTH, channels, 3)).astype(np.float32)
        convolution.bias = np.zeros(WIDTH, np.float32)
    spec.position_encodings.encodings = rng.normal(0, 0.1, (1500, WIDTH)).astype(np.float32)
    _norm(spec.layer_norm)
    _layer(spec.layer[0], rng)


def _decoder(spec: Any, rng: np.random.Generator, tokens: int) -> None:
    spec.embeddings.weight = rng.normal(0, 0.3, (tokens, WIDTH)).astype(np.float32)
    spec.projection.weight = spec.embeddings.weight
    spec.position_encodings.encodings = rng.normal(0, 0.1, (448, WIDTH)).astype(np.float32)
    _norm(spec.layer_norm)
    _layer(spec.layer[0], rng)

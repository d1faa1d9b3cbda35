"""Whisper models of any size, written from random numbers with CTranslate2's own specification.

Their tokens have the real models' numbers and names, so that loading, prompts and word times take the real way; what
they write is noise. Good for loading, speed and memory, never for accuracy. Nothing is downloaded, torch is not needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MULTILINGUAL_TEXT, ENGLISH_TEXT, TIME_TOKENS = 50_257, 50_256, 1_501
_SPOKEN = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml "
    "cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am "
    "yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue"
)
LANGUAGES = tuple(_SPOKEN.split())
OLD_LANGUAGES = 99
"""Cantonese, the last one, came with large-v3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperShape:
    """The sizes of a Whisper model, as its makers publish them.

    ``inner`` is the width inside a feed-forward part, ``text_tokens`` the number of tokens before the named ones.
    ``weights`` is how they are stored. ``spread`` is the standard deviation of a weight, None for one that keeps
    numbers in float16's range through any number of layers; with it the model never ends a text by itself, so that
    it writes exactly as many tokens as it is allowed to.
    """

    mels: int
    width: int
    heads: int
    inner: int
    encoder_layers: int
    decoder_layers: int
    text_tokens: int = MULTILINGUAL_TEXT
    languages: int = OLD_LANGUAGES
    weights: str = "float16"
    spread: float | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The tokens that are commands to the model, in order."""
        spoken = [f"<|{language}|>" for language in LANGUAGES[: self.languages]]
        tasks = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
        return ("<|endoftext|>", "<|startoftranscript|>", *spoken, *tasks, "<|notimestamps|>")

    def longest_tokens(self, tokens: int) -> int:
        """The limit of new tokens with which a text of exactly that many, at least four, is written without times.

        CTranslate2 stops at half of prompt and limit together; the prompt of an English model is two tokens, else four.
        """
        return 2 * tokens - (2 if self.text_tokens == ENGLISH_TEXT else 4)


SHAPES = {
    "tiny": WhisperShape(
        mels=80, width=64, heads=1, inner=128, encoder_layers=1, decoder_layers=1, weights="int8", spread=0.3
    ),
    "small.en": WhisperShape(
        mels=80, width=768, heads=12, inner=3072, encoder_layers=12, decoder_layers=12, text_tokens=ENGLISH_TEXT
    ),
    "large-v3-turbo": WhisperShape(
        mels=128, width=1280, heads=20, inner=5120, encoder_layers=32, decoder_layers=4, languages=100
    ),
}
"""``tiny`` is nobody's: small enough for tests."""


def write_whisper(folder: Path, shape: WhisperShape) -> Path:
    """Write a model into ``folder`` and return it. Needs about four bytes of memory for each of its numbers."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    folder.mkdir(parents=True, exist_ok=True)
    made = _Weights(shape)
    tokens = vocabulary(shape)
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    made.encoder(spec.encoder)
    made.decoder(spec.decoder, len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, shape.text_tokens]
    spec.config.lang_ids = [shape.text_tokens + 2 + number for number in range(shape.languages)]
    spec.config.alignment_heads = [[shape.decoder_layers - 1, head] for head in range(min(6, shape.heads))]
    spec.validate()
    spec.optimize(quantization=shape.weights)
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(tokens, shape)), encoding="utf-8")
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": shape.mels}), encoding="utf-8")
    return folder


def vocabulary(shape: WhisperShape) -> list[str]:
    """The tokens in Whisper's order: bytes, made-up pieces of words, named tokens, times."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = _byte_characters() + [
        ("Ġ" if number % 2 else "") + "".join(letters[number // 26**place % 26] for place in range(4))
        for number in range(shape.text_tokens - 256)
    ]
    if shape.text_tokens == MULTILINGUAL_TEXT:
        pieces[-1] = ""  # by this CTranslate2 tells a multilingual model from an English one
    return [*pieces, *shape.named, *(f"<|{number * 0.02:.2f}|>" for number in range(TIME_TOKENS))]


def _byte_characters() -> list[str]:
    """A printable character for each byte, in the order in which byte-level vocabularies list them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + number) for number in range(len(hidden))]


def _tokenizer(tokens: list[str], shape: WhisperShape) -> dict[str, Any]:
    added = [
        {
            "id": shape.text_tokens + number,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": number < len(shape.named),
        }
        for number, token in enumerate(tokens[shape.text_tokens :])
    ]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    vocab = {token: number for number, token in enumerate(tokens[: shape.text_tokens])}
    model = {"type": "BPE", "vocab": vocab, "merges": []}
    return {"version": "1.0", "added_tokens": added, "pre_tokenizer": level, "decoder": level, "model": model}


class _Weights:
    """Fills a specification with random numbers, the same ones each time."""

    def __init__(self, shape: WhisperShape) -> None:
        self._shape = shape
        self._rng = np.random.default_rng(7)

    def encoder(self, spec: Any) -> None:
        """Two convolutions, positions of 30 s, and the layers."""
        width = self._shape.width
        for convolution, channels in ((spec.conv1, self._shape.mels), (spec.conv2, width)):
            convolution.weight = self._random((width, channels, 3), 0.1 if self._shape.spread else None)
            convolution.bias = np.zeros(width, np.float32)
        spec.position_encodings.encodings = self._random((1500, width), 0.1)
        self._norm(spec.layer_norm)
        for layer in spec.layer:
            self._layer(layer)

    def decoder(self, spec: Any, tokens: int) -> None:
        """Embeddings, which are the projection too, positions of 448 tokens, and the layers."""
        spec.embeddings.weight = self._random((tokens, self._shape.width))
        if self._shape.spread is None:
            spec.embeddings.weight[self._shape.text_tokens :] = 0  # never likelier than any of 50,000 others
        spec.projection.weight = spec.embeddings.weight
        spec.position_encodings.encodings = self._random((448, self._shape.width), 0.1)
        self._norm(spec.layer_norm)
        for layer in spec.layer:
            self._layer(layer)

    def _layer(self, spec: Any) -> None:
        """Self-attention and feed-forward of one layer, and attention to the sound where it has one."""
        width, inner = self._shape.width, self._shape.inner
        parts = [(spec.self_attention, (3 * width, width))]
        if hasattr(spec, "attention"):
            parts.append((spec.attention, (width, 2 * width, width)))
        for attention, sizes in parts:
            for linear, rows in zip(attention.linear, sizes, strict=True):
                self._fill(linear, rows, width)
            self._norm(attention.layer_norm)
        self._fill(spec.ffn.linear_0, inner, width)
        self._fill(spec.ffn.linear_1, width, inner)
        self._norm(spec.ffn.layer_norm)

    def _fill(self, spec: Any, rows: int, columns: int) -> None:
        spec.weight = self._random((rows, columns))
        spec.bias = np.zeros(rows, np.float32)

    def _norm(self, spec: Any) -> None:
        spec.gamma, spec.beta = (make(self._shape.width, np.float32) for make in (np.ones, np.zeros))

    def _random(self, sizes: tuple[int, ...], spread: float | None = None) -> NDArray[np.float32]:
        """Normal numbers; by default as wide as the shape says, else one over the root of the inputs."""
        wide = spread or self._shape.spread or float(np.prod(sizes[1:])) ** -0.5
        return self._rng.normal(0, wide, sizes).astype(np.float32)

"""The moonshine tiny-en network that moonshine-voice's wheel carries, run on onnxruntime with our own decoding.

Running the two files ourselves gives the probability of every token, the same answer in any order (the wheel's
own library keeps state from call to call), guards against loops, and less than half of the library's time.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.adapters.moonshine_attention import HEADS, LAYERS, expose, returned_name
from models.adapters.moonshine_search import best_path
from models.errors import MissingPartError, WeightsError
from models.records.audio import SAMPLE_RATE
from models.records.provenance import Weights
from models.weights import checked_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NAME = "moonshine-tiny-en"
FOLDER = "assets/tiny-en"
ENCODER, DECODER, TOKENIZER = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"

START, END, LAST_TEXT_TOKEN = 1, 2, 31_999
LOOKS = [returned_name(layer) for layer in LAYERS]
SPACE = "\u2581".encode()
DECODER_LAYERS, DECODER_HEADS, HEAD_SIZE = 6, 8, 36
SAMPLES_PER_STATE = 384
SHORTEST_SAMPLES = SAMPLE_RATE // 2
TOKENS_PER_SECOND = 10
RIVAL = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One piece of text with the natural logarithm of its probability.

    ``rivals`` are the pieces that could have stood in its place, with their probabilities, likeliest first.
    """

    id: int
    log_probability: float
    rivals: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The tokens of one stretch; ``looped`` says that the network went round in circles and was stopped.

    ``attention`` says where the decoder looked for each token: a row each, a column for every 24 ms, 1 at most.
    None where there are no tokens.
    """

    tokens: tuple[Token, ...]
    looped: bool
    attention: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWord:
    """A word as the network wrote it, from how many tokens, and the geometric mean of their probabilities.

    ``rivals`` are other texts that the network had in mind where it wrote this word, with their probabilities.
    """

    text: str
    tokens: int
    probability: float
    rivals: tuple[tuple[str, float], ...] = ()


class MoonshineNetwork:
    """Encoder, decoder and vocabulary of moonshine tiny-en on one processor core.

    Raises MissingPartError where moonshine-voice is not installed, WeightsError where a file is not the one we know.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or _carried_folder()
        encoder, decoder, tokenizer = (_checked(folder, name) for name in (ENCODER, DECODER, TOKENIZER))
        self.weights = tuple(digest for _, digest in (encoder, decoder, tokenizer))
        self._encoder = _session(encoder[0])
        self._decoder = _session(expose(decoder[0]))
        self._pieces = vocabulary(tokenizer[0])
        names = [output.name for output in self._decoder.get_outputs()]
        self._heard = [name for name in names if ".encoder." in name]
        self._written = [name for name in names if ".decoder." in name]

    def encode(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the encoder makes of samples at 16 kHz, shape ``(1, states, 288)``, a state every 24 ms."""
        padded = np.pad(samples, (0, max(0, SHORTEST_SAMPLES - len(samples))))[None].astype(np.float32)
        mask = np.ones(padded.shape, np.int64)
        states: NDArray[np.float32] = self._encoder.run(None, {"input_values": padded, "attention_mask": mask})[0]
        return states

    def read(self, *views: NDArray[np.float32], width: int = 1) -> Reading:
        """The likeliest text for what `encode` made of a sound, by beam search over ``width`` beginnings.

        Several views of the same sound, such as copies at other speeds, are read together: each next token is
        scored by the mean of its log-probabilities over the views. Attention is that of the first view.
        """
        states = views[0].shape[1]
        longest = 8 + TOKENS_PER_SECOND * states * SAMPLES_PER_STATE // SAMPLE_RATE
        decoding = _Decoding(self, views)
        path = best_path(decoding.step, decoding.token, START, END, width=width, longest=longest)
        attention = np.stack(path.looks)[:, :states] if path.tokens else None
        return Reading(tokens=path.notes, looped=path.looped, attention=attention)

    def hearing(self, fixed: dict[str, Any]) -> dict[str, Any]:
        """The decoder's memory before its first step: what it takes from the sound, and nothing written yet.

        The file computes the first only in the branch that runs without a memory; that branch's step is thrown
        away, because only the other one returns where it looked.
        """
        rows = len(fixed["encoder_hidden_states"])
        memory = _empty_memory(rows)
        inputs = {"input_ids": np.full((rows, 1), START, np.int64), "use_cache_branch": np.array([False])}
        returned = self._decoder.run(self._heard, fixed | memory | inputs)
        return memory | _as_memory(self._heard, returned)

    def decode(self, inputs: dict[str, Any]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]], dict[str, Any]]:
        """One step for several paths at once: scores of the next token, looks by layer, what was written by name."""
        wanted = ["logits", *LOOKS, *self._written]
        logits, *returned = self._decoder.run(wanted, inputs | {"use_cache_branch": np.array([True])})
        return logits[:, -1], returned[: len(LOOKS)], _as_memory(self._written, returned[len(LOOKS) :])

    def words(self, tokens: tuple[Token, ...]) -> tuple[WrittenWord, ...]:
        """The words that tokens spell, split where the vocabulary writes a space; no token is left out."""
        groups: list[list[Token]] = []
        for token in tokens:
            if not groups or self._pieces[token.id].startswith(SPACE):
                groups.append([])
            groups[-1].append(token)
        befores: list[list[Token]] = [[], *groups]
        return tuple(self._word(before, group) for before, group in zip(befores, groups, strict=False))

    def _word(self, before: list[Token], group: list[Token]) -> WrittenWord:
        text = self._spell(group)
        found: dict[str, float] = {}
        for number, token in enumerate(group):
            for piece, probability in token.rivals:
                begun = group[:number] if number or self._pieces[piece].startswith(SPACE) else before
                rival = self._spell([*begun, Token(id=piece, log_probability=0.0)])
                if _letters(rival) not in ("", _letters(text)):
                    found[rival] = max(probability, found.get(rival, 0.0))
        return WrittenWord(
            text=text,
            tokens=len(group),
            probability=min(1.0, float(np.exp(np.mean([token.log_probability for token in group])))),
            rivals=tuple(found.items()),
        )

    def _spell(self, tokens: list[Token]) -> str:
        joined = b"".join(self._pieces[token.id] for token in tokens if START < token.id <= LAST_TEXT_TOKEN)
        return joined.replace(SPACE, b" ").decode("utf-8", "replace").strip()


class _Decoding:
    """One stretch being decoded: what the decoder heard in each view, and what each path has written so far.

    All rows go through the network together, those of the first view first; shorter views are padded and masked.
    """

    def __init__(self, network: MoonshineNetwork, views: Sequence[NDArray[np.float32]]) -> None:
        self._network = network
        self._views = len(views)
        self._each = _fixed_inputs(views)
        memory = network.hearing(self._each)
        self._each |= {name: value for name, value in memory.items() if ".encoder." in name}
        self._written = {name: value for name, value in memory.items() if ".decoder." in name}
        self._heard = self._each
        self._scores = np.zeros((self._views, 1, 0))

    def step(self, rows: list[int], lasts: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As `models.adapters.moonshine_search.Step`."""
        before = len(next(iter(self._written.values()))) // self._views
        if len(rows) * self._views != len(self._heard["encoder_hidden_states"]):
            self._heard = {name: np.repeat(value, len(rows), axis=0) for name, value in self._each.items()}
        places = [view * before + row for view in range(self._views) for row in rows]
        written = {name: value[places] for name, value in self._written.items()}
        ids = np.array(lasts * self._views, np.int64)[:, None]
        logits, layers, self._written = self._network.decode(self._heard | written | {"input_ids": ids})
        self._scores = _log_probabilities(logits).reshape(self._views, len(rows), -1)
        return self._scores.mean(axis=0), _looks(layers)[: len(rows)]

    def token(self, row: int, chosen: int) -> Token:
        """A token that was chosen from a row of the last step; a rival counts by the view that favours it most."""
        here = self._scores[:, row]
        return Token(id=chosen, log_probability=float(here[:, chosen].mean()), rivals=_rivals(here.max(axis=0), chosen))


def vocabulary(data: bytes) -> tuple[bytes, ...]:
    """The pieces of text in a ``tokenizer.bin``: each its length (one byte, or two from 128 on), then its bytes."""
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length += 128 * data[at] - 128
            at += 1
        pieces.append(data[at : at + length])
        at += length
    return tuple(pieces)


def _empty_memory(rows: int) -> dict[str, Any]:
    empty = np.zeros((rows, DECODER_HEADS, 0, HEAD_SIZE), np.float32)
    return {
        f"past_key_values.{layer}.{side}.{kind}": empty
        for layer in range(DECODER_LAYERS)
        for side in ("decoder", "encoder")
        for kind in ("key", "value")
    }


def _fixed_inputs(views: Sequence[NDArray[np.float32]]) -> dict[str, Any]:
    """What every step is told about the sound, a row for each view; the mask counts samples and hides the padding."""
    longest = max(view.shape[1] for view in views)
    states = np.concatenate([np.pad(view, ((0, 0), (0, longest - view.shape[1]), (0, 0))) for view in views])
    mask = np.zeros((len(views), longest * SAMPLES_PER_STATE), np.int64)
    for row, view in zip(mask, views, strict=True):
        row[: view.shape[1] * SAMPLES_PER_STATE] = 1
    return {"encoder_hidden_states": states, "encoder_attention_mask": mask}


def _log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = logits.astype(np.float64)
    scores -= scores.max(axis=1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return scores


def _rivals(scores: NDArray[np.float64], chosen: int) -> tuple[tuple[int, float], ...]:
    """Pieces of text other than the chosen one with a probability of RIVAL or more, likeliest first."""
    likely = np.flatnonzero(scores[END + 1 : LAST_TEXT_TOKEN + 1] >= np.log(RIVAL)) + END + 1
    pairs = [(int(piece), float(np.exp(scores[piece]))) for piece in likely if piece != chosen]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _as_memory(names: list[str], values: list[Any]) -> dict[str, Any]:
    """What the decoder returned, under the names by which it takes it back."""
    return {name.replace("present", "past_key_values"): value for name, value in zip(names, values, strict=True)}


def _looks(layers: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Where the heads that follow the sound look, on average, each scaled to 1 at its highest: a row for each path."""
    heads = [layers[LAYERS.index(layer)][:, head, -1].astype(np.float64) for layer, head in HEADS]
    looks: NDArray[np.float64] = np.mean([head / head.max(axis=1, keepdims=True) for head in heads], axis=0)
    return looks


def _carried_folder() -> Path:
    """Where moonshine-voice's wheel keeps the network; found without importing the library."""
    found = importlib.util.find_spec("moonshine_voice")
    if found is None or not found.submodule_search_locations:
        raise MissingPartError("moonshine-voice is not installed; it carries the small recogniser. Run `make install`.")
    return Path(found.submodule_search_locations[0]) / FOLDER


def _checked(folder: Path, name: str) -> tuple[bytes, Weights]:
    """The bytes of a weight file and their digest, which was compared with the one in ``weights.toml``."""
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise WeightsError(f"{NAME}: {name} is missing. Install moonshine-voice 0.0.73 again.") from error
    return data, checked_bytes(NAME, f"{FOLDER}/{name}", data)


def _session(weights: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

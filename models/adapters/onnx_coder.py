"""The coder that comes with the program: the trained networks on onnxruntime and NumPy, without torch."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.coder.decide import decide, off_of
from models.coder.indicators import INDICATORS
from models.coder.labels import OUTPUTS
from models.coder.lines import AROUND, role_number, shorten
from models.coder.package import SHIPPED, Parts, read_package
from models.coder.text import clean
from models.errors import EngineError, WeightsError
from models.ports import Progress, no_progress
from models.records.coding import Coding, Conversation
from models.records.provenance import Engine

_BATCH_TOKENS = 128
"""The most tokens of a batch, padding included: few enough that all between two layers stays in the cache."""

_WINDOW = 256
"""How many lines are judged at once; the lines around them are read too, so the answers are the same."""

_LEARNT = 0.15
"""The share of the work that the linear part takes."""

Rows = NDArray[np.float32]


class OnnxCoder:
    """Codes conversations on the processor alone; nothing is written anywhere, and equal input gives equal output.

    ``weights`` is a folder of one's own; None takes the one that comes with the program. ``threads`` 0 uses every core.
    Raises WeightsError where the folder is not whole and unchanged.
    """

    def __init__(self, weights: Path | None = None, threads: int = 0) -> None:
        package = read_package(SHIPPED if weights is None else weights)
        self._parts: Parts = package.parts
        self._tokenizer = _tokenizer(package.parts.tokenizer)
        self._threads = threads or os.cpu_count() or 1
        self._encoder = _session(package.parts.encoder_graph, "encoder.onnx")
        self._judge = _session(package.parts.judge_graph, "judge.onnx")
        _check_shapes(self._encoder, self._judge, package.parts)
        self._engine = Engine(
            name="embedded-coder",
            version=package.parts.version,
            weights=package.weights,
            options={"rubric": package.parts.rubric, "onnxruntime": importlib.metadata.version("onnxruntime")},
        )

    @property
    def engine(self) -> Engine:
        """What codes: the training's version, and every weight file's digest."""
        return self._engine

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        """Code every line from its text and the lines around it. Raises EngineError."""
        texts = [clean(line.text) for line in conversation.lines]
        linear = self._parts.linear.scores(texts)
        progress(_LEARNT)
        roles = np.array([role_number(line, conversation) for line in conversation.lines], np.int64)
        try:
            network, indicators = self._judged(self._vectors(texts, progress), roles)
        except Exception as error:  # the library's own errors have no common class
            raise EngineError("The coder's network failed. Run `practice doctor`.") from error
        utterances = decide(conversation, self._parts.combination, linear, network, indicators)
        progress(1.0)
        return Coding(
            engine=self._engine,
            setting=conversation.setting,
            change_goal=conversation.change_goal,
            utterances=utterances,
            off=off_of(conversation, self._parts.combination),
        )

    def _vectors(self, texts: Sequence[str], progress: Progress) -> Rows:
        """One vector a line, [N, D]; lines with the same tokens are read once."""
        ids = [self._ids(text) for text in texts]
        distinct = sorted(set(ids), key=lambda one: (len(one), one))
        found = np.zeros((len(distinct), self._parts.encoder.width), np.float32)
        done = 0
        with ThreadPoolExecutor(self._threads) as pool:
            for rows in pool.map(self._encode, _batches(distinct)):
                found[done : done + len(rows)] = rows
                done += len(rows)
                progress(_LEARNT + (0.98 - _LEARNT) * done / len(distinct))
        places = {one: place for place, one in enumerate(distinct)}
        return np.asarray(found[[places[one] for one in ids]], np.float32)

    def _ids(self, text: str) -> tuple[int, ...]:
        """A line's token ids, its middle left out where it is long."""
        readable = text.encode("utf-8", "replace").decode("utf-8")  # half characters cannot be read
        return tuple(shorten(self._tokenizer.encode(readable).ids, self._parts.encoder.longest))

    def _encode(self, batch: Sequence[tuple[int, ...]]) -> Rows:
        longest = max(len(one) for one in batch)
        tokens = np.zeros((len(batch), longest), np.int64)
        there = np.zeros((len(batch), longest), np.float32)
        for row, one in enumerate(batch):
            tokens[row, : len(one)] = one
            there[row, : len(one)] = 1
        words = self._parts.words.look_up(tokens)
        return np.asarray(self._encoder.run(["vectors"], {"words": words, "there": there})[0], np.float32)

    def _judged(self, vectors: Rows, roles: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """Scores [N, outputs] and [N, indicators], window by window."""
        scores = np.zeros((len(roles), OUTPUTS), np.float32)
        indicators = np.zeros((len(roles), len(INDICATORS)), np.float32)
        for start in range(0, len(roles), _WINDOW):
            end = min(start + _WINDOW, len(roles))
            first, last = max(0, start - AROUND), min(len(roles), end + AROUND)
            seen = {"vectors": vectors[first:last], "roles": roles[first:last]}
            found = self._judge.run(["scores", "indicators"], seen)
            scores[start:end], indicators[start:end] = (one[start - first : end - first] for one in found)
        return scores, indicators


def _batches(lines: Sequence[tuple[int, ...]]) -> Iterator[Sequence[tuple[int, ...]]]:
    """Lines sorted by length, in batches of at most ``_BATCH_TOKENS`` with padding, and of at least one line."""
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or (end + 1 - start) * len(lines[end]) > _BATCH_TOKENS:
            yield lines[start:end]
            start = end


def _tokenizer(held: str) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(held)
    except Exception as error:  # the library's own errors have no class
        raise WeightsError("tokenizer.json of the coder's weights cannot be used. Train the coder again.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _session(graph: bytes, name: str) -> Any:
    """A session of one thread: batches run side by side, which splits the work better than threads within one."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    onnxruntime.disable_telemetry_events()
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own errors have no common class
        raise WeightsError(f"{name} of the coder's weights cannot be used. Train the coder again.") from error


def _check_shapes(encoder: Any, judge: Any, parts: Parts) -> None:
    """Raises WeightsError where the graphs are for other codes, or for another encoder, than the rest."""
    widths = {out.name: out.shape[-1] for session in (encoder, judge) for out in session.get_outputs()}
    expected = {"vectors": parts.encoder.width, "scores": OUTPUTS, "indicators": len(INDICATORS)}
    if widths != expected or len(parts.linear.bias) != OUTPUTS:
        raise WeightsError("The coder's weights are for other codes than this version knows. Train them again.")

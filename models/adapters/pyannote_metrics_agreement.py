"""Diarization and Jaccard errors by pyannote.metrics."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from models.adapters.evaluation_parts import load
from models.agreement import DiarizationErrors, JaccardErrors
from models.records.span import Span, union

VoiceTime = tuple[str, Span]


def turn_errors(
    reference: Iterable[VoiceTime], hypothesis: Iterable[VoiceTime], *, length_ms: int, collar_ms: int
) -> tuple[DiarizationErrors, JaccardErrors]:
    """Errors of who speaks when over ``[0, length_ms)``, overlap included.

    ``collar_ms`` is left out on either side of every reference boundary (the library's own argument is both sides
    together). Raises MissingPartError.
    """
    os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "false")
    core, metrics = load("pyannote.core"), load("pyannote.metrics.diarization")
    truth, guess = _annotation(core, reference), _annotation(core, hypothesis)
    heard = core.Timeline([core.Segment(0, length_ms / 1000)])
    collar = 2 * collar_ms / 1000
    der = metrics.DiarizationErrorRate(collar=collar).compute_components(truth, guess, uem=heard)
    jer = metrics.JaccardErrorRate(collar=collar).compute_components(truth, guess, uem=heard)
    return (
        DiarizationErrors(
            total_ms=_ms(der["total"]),
            missed_ms=_ms(der["missed detection"]),
            false_alarm_ms=_ms(der["false alarm"]),
            confusion_ms=_ms(der["confusion"]),
        ),
        JaccardErrors(speakers=int(jer["speaker count"]), error=float(jer["speaker error"])),
    )


def _annotation(core: Any, turns: Iterable[VoiceTime]) -> Any:
    annotation = core.Annotation()
    by_voice: dict[str, list[Span]] = {}
    for speaker, span in turns:
        by_voice.setdefault(speaker, []).append(span)
    for speaker, spans in sorted(by_voice.items()):
        for number, span in enumerate(union(spans)):
            if span.duration_ms:
                annotation[core.Segment(span.start_ms / 1000, span.end_ms / 1000), f"{speaker}-{number}"] = speaker
    return annotation


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

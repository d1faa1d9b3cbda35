"""Write what is truly said in a spoken session: JSON with word times, STM and RTTM."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.evaluation.annotation import Annotation, Said, VoiceSpan


def as_json(name: str, annotation: Annotation) -> str:
    """The reference document ``NAME.reference.json``: duration, turns, and utterances with their words."""
    document = {
        "name": name,
        "duration_ms": annotation.duration_ms,
        "turns": [
            {"start_ms": turn.start_ms, "end_ms": turn.end_ms, "speaker": turn.speaker}
            for turn in annotation.turns or ()
        ],
        "utterances": [_utterance(one) for one in annotation.said or ()],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _utterance(said: Said) -> dict[str, object]:
    return {
        "id": said.id,
        "start_ms": said.start_ms,
        "end_ms": said.end_ms,
        "speaker": said.speaker,
        "role": said.role,
        "text": said.text,
        "words": [{"start_ms": w.start_ms, "end_ms": w.end_ms, "text": w.text} for w in said.words],
    }


def as_stm(name: str, said: tuple[Said, ...]) -> str:
    """Lines ``name channel speaker start end text``, seconds with three decimals."""
    return "".join(
        f"{name} 1 {one.speaker} {one.start_ms / 1000:.3f} {one.end_ms / 1000:.3f} {one.text}\n" for one in said
    )


def as_rttm(name: str, turns: tuple[VoiceSpan, ...]) -> str:
    """Lines ``SPEAKER name channel start duration <NA> <NA> speaker <NA> <NA>``, seconds with three decimals."""
    return "".join(
        f"SPEAKER {name} 1 {turn.start_ms / 1000:.3f} {turn.duration_ms / 1000:.3f}"
        f" <NA> <NA> {turn.speaker} <NA> <NA>\n"
        for turn in turns
    )


def write_references(folder: Path, name: str, annotation: Annotation) -> None:
    """Write NAME.reference.json, NAME.stm and NAME.rttm into ``folder``."""
    (folder / f"{name}.reference.json").write_text(as_json(name, annotation), encoding="utf-8")
    (folder / f"{name}.stm").write_text(as_stm(name, annotation.said or ()), encoding="utf-8")
    (folder / f"{name}.rttm").write_text(as_rttm(name, annotation.turns or ()), encoding="utf-8")

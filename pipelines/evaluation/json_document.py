"""Read our own JSON: ``session.json`` of an analysis and the reference document of a spoken session.

Fields that this version does not know are passed over, so that newer documents can be measured too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from models.errors import BadInputError
from models.records.speech import Check, Role, Word
from pipelines.evaluation.annotation import Annotation, Said, VoiceSpan, turns_of
from pipelines.evaluation.timed_lines import read_text

Entry = TypeVar("Entry")


def read_json(path: Path) -> Annotation:
    """What a session or reference document tells. Raises BadInputError naming the file and the entry."""
    try:
        document = json.loads(read_text(path))
    except ValueError as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInputError(f"{path}{line}: this is not valid JSON. Correct it and try again.") from error
    if not isinstance(document, dict) or not isinstance(document.get("utterances"), list):
        raise BadInputError(f"{path} holds no list of utterances. Give a session.json or a reference document.")
    said = tuple(sorted(_each(path, document, "utterances", _said), key=lambda one: (one.start_ms, one.end_ms)))
    turns = tuple(_each(path, document, "turns", _turn)) if "turns" in document else turns_of(said)
    checks = tuple(_each(path, document, "checks", _check)) if "checks" in document else None
    duration = document.get("duration_ms") or (document.get("recording") or {}).get("duration_ms")
    return Annotation(said=said, turns=turns, checks=checks, duration_ms=duration)


def _each(
    path: Path, document: dict[str, Any], field: str, build: Callable[[dict[str, Any], int], Entry]
) -> list[Entry]:
    if not isinstance(document[field], list):
        raise BadInputError(f"{path}: {field} is not a list. Correct it and try again.")
    entries: list[Entry] = []
    for number, item in enumerate(document[field], start=1):
        try:
            entries.append(build(item, number))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInputError(
                f"{path}: entry {number} of {field} is incomplete or malformed. Correct it and try again."
            ) from error
    return entries


def _said(item: dict[str, Any], number: int) -> Said:
    role = item.get("role")
    return Said(
        id=str(item.get("id", number)),
        start_ms=int(item["start_ms"]),
        end_ms=int(item["end_ms"]),
        speaker=str(item["speaker"]),
        text=str(item["text"]),
        role=Role(role) if role else None,
        words=tuple(
            Word(start_ms=int(word["start_ms"]), end_ms=int(word["end_ms"]), text=str(word["text"]))
            for word in item.get("words") or ()
        ),
    )


def _turn(item: dict[str, Any], number: int) -> VoiceSpan:
    return VoiceSpan(start_ms=int(item["start_ms"]), end_ms=int(item["end_ms"]), speaker=str(item["speaker"]))


def _check(item: dict[str, Any], number: int) -> Check:
    return Check(
        id=str(item.get("id", number)),
        rank=int(item.get("rank", number)),
        start_ms=int(item["start_ms"]),
        end_ms=int(item["end_ms"]),
        kinds=tuple(item.get("kinds") or ()),
        reason=str(item.get("reason", "")),
        utterances=tuple(item.get("utterances") or ()),
        heard=str(item.get("heard", "")),
    )

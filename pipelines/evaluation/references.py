"""Read what a source tells about one recording, from one file or from several that complete each other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from models.errors import BadInputError
from pipelines.evaluation.annotation import Annotation, turns_of
from pipelines.evaluation.json_document import read_json
from pipelines.evaluation.timed_lines import read_rttm, read_stm
from pipelines.evaluation.webvtt import read_vtt

Kind = TypeVar("Kind")

_KNOWN = ".json, .stm, .vtt or .rttm"


def read_annotation(paths: tuple[Path, ...], *, names: Iterable[str] = ()) -> Annotation:
    """What the files together tell: later files fill in what earlier ones leave open; an RTTM file decides the turns.

    An STM or RTTM file with several recordings is searched for one of ``names``, then for the stem of its own or
    another of the files. Raises BadInputError with the file and, where there is one, the line.
    """
    wanted = (*names, *(path.name.split(".")[0] for path in paths))
    merged = Annotation()
    for path in sorted(paths, key=lambda path: path.suffix.lower() != ".rttm"):
        told = _read(path, wanted)
        merged = Annotation(
            said=merged.said if merged.said is not None else told.said,
            turns=merged.turns if merged.turns is not None else told.turns,
            checks=merged.checks if merged.checks is not None else told.checks,
            duration_ms=merged.duration_ms if merged.duration_ms is not None else told.duration_ms,
        )
    return merged


def _read(path: Path, wanted: tuple[str, ...]) -> Annotation:
    match path.suffix.lower():
        case ".json":
            return read_json(path)
        case ".stm":
            said = _one(path, read_stm(path), wanted)
            return Annotation(said=said, turns=turns_of(said))
        case ".vtt":
            captions = read_vtt(path)
            return Annotation(said=captions, turns=turns_of(captions))
        case ".rttm":
            return Annotation(turns=_one(path, read_rttm(path), wanted))
    raise BadInputError(f"{path} is of no kind that can be compared. Give {_KNOWN}.")


def _one(path: Path, found: dict[str, tuple[Kind, ...]], wanted: tuple[str, ...]) -> tuple[Kind, ...]:
    if len(found) <= 1:
        return next(iter(found.values()), ())
    for name in wanted:
        if name in found:
            return found[name]
    raise BadInputError(
        f"{path} tells about {len(found)} recordings and none has the name of this result's file or folder. "
        "Put the result in a folder named after its recording."
    )

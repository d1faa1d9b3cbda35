"""AnnoMI-shaped CSV: one row for each utterance and annotator, with the columns of AnnoMI-full.

Source of the shape: Wu et al., ICASSP 2022 and Future Internet 2023, 15(3) 110.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.errors import BadInputError
from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role
from pipelines.labelled.records import Gold, Labelled

REQUIRED = ("transcript_id", "utterance_id", "interlocutor", "utterance_text")
_ROLES = {"therapist": Role.PRACTITIONER, "client": Role.PARENT_OR_CARER}
_BEHAVIOURS = {"question": "question", "reflection": "reflection", "therapist_input": "input", "other": "other"}
_KINDS = {
    "question": ("question_exists", "question_subtype", ("open", "closed")),
    "reflection": ("reflection_exists", "reflection_subtype", ("simple", "complex")),
    "input": ("therapist_input_exists", "therapist_input_subtype", ("information", "advice", "options", "negotiation")),
}
_TALK = ("change", "sustain", "neutral")
_EMPTY = frozenset({"", "nan", "n/a", "none"})

Row = dict[str, str]


def read_annomi(path: Path, *, every_annotator: bool = False) -> tuple[Labelled, ...]:
    """Every transcript of the file, in its order; labels of its first annotator, or of all of them as shares.

    The first annotator is the one of the transcript's first row; an utterance they did not code has its own first row.
    Raises BadInputError that names file, line and column where a row cannot be used.
    """
    transcripts: dict[str, dict[str, list[tuple[int, Row]]]] = {}
    for number, row in _rows(path):
        transcripts.setdefault(row["transcript_id"], {}).setdefault(row["utterance_id"], []).append((number, row))
    if not transcripts:
        raise BadInputError(f"{path.name} holds no row below its columns.")
    return tuple(
        _transcript(path, name, utterances, every_annotator=every_annotator) for name, utterances in transcripts.items()
    )


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
            if missing:
                raise BadInputError(f"{path.name}, line 1: there is no column {missing[0]}. Give AnnoMI's columns.")
            for row in reader:
                line = reader.line_num
                if None in row or None in row.values():
                    raise BadInputError(f"{path.name}, line {line}: the row does not have as many cells as line 1.")
                if not row["transcript_id"] or not row["utterance_id"]:
                    raise BadInputError(f"{path.name}, line {line}: transcript_id or utterance_id is empty.")
                yield line, row
    except (UnicodeDecodeError, csv.Error) as refused:
        raise BadInputError(
            f"{path.name}, after line {line}: this is not CSV in UTF-8. Save it as CSV (UTF-8) and try again."
        ) from refused
    except OSError as refused:
        raise BadInputError(f"{path.name} cannot be opened. Check the name and the folder.") from refused


def _transcript(
    path: Path, name: str, utterances: dict[str, list[tuple[int, Row]]], *, every_annotator: bool
) -> Labelled:
    first = next(iter(utterances.values()))[0][1]
    annotator = first.get("annotator_id", "")
    lines, gold = [], []
    for turn, (uid, rows) in enumerate(utterances.items(), 1):
        number, row = rows[0]
        role = _ROLES.get(row["interlocutor"].strip().lower())
        if role is None:
            raise BadInputError(f"{path.name}, line {number}: interlocutor is neither therapist nor client.")
        lines.append(
            Line(id=uid, turn=turn, speaker=row["interlocutor"].strip(), role=role, text=row["utterance_text"])
        )
        first_ones = ([r for r in rows if r[1].get("annotator_id", "") == annotator] or rows)[:1]
        gold.append(_gold(path, rows if every_annotator else first_ones, role))
    topic = first.get("topic", "").strip()
    return Labelled(
        name=name,
        group=first.get("video_title", "").strip() or name,
        source="annomi",
        conversation=Conversation(
            setting=Setting.DIRECT_PRACTICE, change_goal=topic or "not stated", lines=tuple(lines)
        ),
        gold=tuple(gold),
        quality=_cell(first, "mi_quality") or None,
    )


def _gold(path: Path, rows: Sequence[tuple[int, Row]], role: Role) -> Gold:
    heads: dict[str, Counter[str]] = {}
    for number, row in rows:
        for head, value in _values(path, number, row, role):
            heads.setdefault(head, Counter())[value] += 1
    return Gold(heads={h: {v: n / votes.total() for v, n in votes.items()} for h, votes in heads.items()})


def _values(path: Path, number: int, row: Row, role: Role) -> Iterator[tuple[str, str]]:
    if role is Role.PARENT_OR_CARER:
        talk = _cell(row, "client_talk_type")
        if talk:
            yield "talk", _one_of(path, number, "client_talk_type", talk, _TALK)
        return
    main = _cell(row, "main_therapist_behaviour")
    if main:
        yield "behaviour", _BEHAVIOURS[_one_of(path, number, "main_therapist_behaviour", main, tuple(_BEHAVIOURS))]
    for head, (exists, subtype, allowed) in _KINDS.items():
        if subtype not in row:
            continue
        kind = _cell(row, subtype)
        if kind:
            yield head, _one_of(path, number, subtype, kind, allowed)
        elif _cell(row, exists) in ("false", "0") or (exists not in row and main):
            yield head, "none"


def _cell(row: Row, column: str) -> str:
    value = row.get(column, "").strip().lower()
    return "" if value in _EMPTY else value


def _one_of(path: Path, number: int, column: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadInputError(f"{path.name}, line {number}: {column} must be one of {', '.join(allowed)}.")
    return value

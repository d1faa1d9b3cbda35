"""What pages read of documents: the same as a strict reading gives, and the same errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import pytest

from models.errors import BadInputError
from models.records.session import Session, SessionUtterance
from models.records.speech import Word
from pipelines.outputs.coding_json import CodingDocument, CodingDocumentError, UtteranceCodes, coding_json, coding_of
from pipelines.outputs.session_json import SessionDocumentError, from_json, to_json
from service.reflection import moments
from service.transcripts import reading
from service.transcripts.reading import coding_read, session_read
from tests.outputs.codings import hostile_coding, small_coding
from tests.outputs.sessions import empty_session, hostile_session, long_session, small_session

Change = Callable[[dict[str, Any]], object]
PARTS: tuple[tuple[type, type], ...] = (
    (reading.UtteredInWords, SessionUtterance),
    (reading.WordStart, Word),
    (reading.HeardInWords, Session),
    (reading.BroughtLine, UtteranceCodes),
    (reading.Brought, CodingDocument),
    (moments.MarkedUtterance, UtteranceCodes),
    (moments.Marks, CodingDocument),
)
OTHERS = dict(PARTS)


def _whole(kind: Any) -> Any:
    """The type of a record's field where a part has ``kind``."""
    inner = get_args(kind)
    return tuple[OTHERS[inner[0]], ...] if inner and inner[0] in OTHERS else kind


@pytest.mark.parametrize(("part", "whole"), PARTS)
def test_a_part_of_a_document_has_its_fields_as_the_record_of_the_whole_has_them(part: type, whole: type) -> None:
    of_whole = get_type_hints(whole)
    assert {name: _whole(kind) for name, kind in get_type_hints(part).items()} == {
        name: of_whole[name] for name in get_type_hints(part)
    }


@pytest.mark.parametrize("make", [small_session, hostile_session, empty_session, lambda: long_session(60)])
def test_what_is_read_is_what_a_strict_reading_gives(make: Callable[[], Session]) -> None:
    document = to_json(make()).encode()
    strict, found = from_json(document), session_read(document, word_times=True)
    assert [(one.id, one.speaker, one.role, one.text, one.start_ms, one.end_ms, one.overlap) for one in found.said] == [
        (one.id, one.speaker, one.role, one.text, one.start_ms, one.end_ms, one.overlap) for one in strict.utterances
    ]
    assert [one.times for one in found.said] == [tuple(w.start_ms for w in one.words) for one in strict.utterances]
    assert [one.role_sure for one in found.said] == [one.role_confidence >= 0.5 for one in strict.utterances]
    assert [(one.speaker, one.suggested, one.confidence, one.reason) for one in found.voices] == [
        (one.speaker, one.role, one.role_confidence, one.role_reason) for one in strict.speakers
    ]
    assert found.checks == strict.checks


def test_roles_that_people_gave_are_told_from_suggested_ones() -> None:
    session = small_session()
    first, *others = session.speakers
    given = replace(session, speakers=(replace(first, source="given"), *others))
    assert session_read(to_json(given).encode(), word_times=False).coded == {first.speaker: first.role}


def test_without_the_starts_of_words_everything_else_is_the_same() -> None:
    document = to_json(small_session()).encode()
    with_times, without = session_read(document, word_times=True), session_read(document, word_times=False)
    assert without == replace(with_times, said=tuple(replace(one, times=()) for one in with_times.said))


@pytest.mark.parametrize("make", [small_coding, hostile_coding])
def test_the_lines_of_a_coding_are_read_as_a_strict_reading_gives_them(make: Callable[[], Any]) -> None:
    document = coding_json(make()).encode()
    assert [(one.id, one.speaker, one.role, one.text) for one in coding_read(document).said] == [
        (one.id, one.speaker, one.role, one.text) for one in coding_of(document, "The coding").utterances
    ]


DAMAGES: dict[str, Change] = {
    "a number in quotes": lambda told: told["utterances"][2].update(start_ms="12"),
    "no such role": lambda told: told["utterances"][1].update(role="a-secret-word"),
    "a missing text": lambda told: told["utterances"][0].pop("text"),
    "an end before its start": lambda told: told["utterances"][0].update(end_ms=-1),
    "no checks": lambda told: told.pop("checks"),
    "another version": lambda told: told.update(schema_version="9.9"),
    "no version": lambda told: told.pop("schema_version"),
    "a version that is none": lambda told: told.update(schema_version="a-secret-word"),
}
BROKEN = (b"", b"{", b"[]", b'{"a": 1}', b"\xff\xfe", b"nothing of the kind")


def _error(read: Callable[[bytes], object], document: bytes) -> tuple[type[BadInputError], str]:
    with pytest.raises(BadInputError) as refused:
        read(document)
    return type(refused.value), str(refused.value)


def _damaged(change: Change) -> bytes:
    told = json.loads(to_json(small_session()))
    change(told)
    return json.dumps(told).encode()


@pytest.mark.parametrize("document", [*map(_damaged, DAMAGES.values()), *BROKEN], ids=[*DAMAGES, *map(str, BROKEN)])
@pytest.mark.parametrize("word_times", [True, False])
def test_a_damaged_session_gives_the_error_of_a_strict_reading(document: bytes, word_times: bool) -> None:
    found = _error(lambda one: session_read(one, word_times=word_times), document)
    assert found == _error(from_json, document)
    assert found[0] is SessionDocumentError
    assert "a-secret-word" not in found[1]


@pytest.mark.parametrize("change", [
    lambda told: told["utterances"][0].update(text=7),
    lambda told: told.update(schema_version="9.9"),
])  # fmt: skip
def test_a_damaged_coding_gives_the_error_of_a_strict_reading(change: Change) -> None:
    told = json.loads(coding_json(small_coding()))
    change(told)
    document = json.dumps(told).encode()
    found = _error(coding_read, document)
    assert found == _error(lambda one: coding_of(one, "The coding"), document)
    assert found[0] is CodingDocumentError

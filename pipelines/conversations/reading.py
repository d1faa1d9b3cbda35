"""Read an existing transcript, of whatever kind, as a conversation for the coder."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from models.errors import BadInputError
from models.records.coding import Conversation
from pipelines.conversations.captions import ARROW, cues_of, is_vtt
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.document import told_in
from pipelines.conversations.lines import conversation_from
from pipelines.conversations.source import Source, Tell, read_source, tell_nobody
from pipelines.conversations.spoken import Spoken, Told
from pipelines.conversations.table import header_of, spoken_rows
from pipelines.conversations.voices import spoken_in
from pipelines.labelled.annomi import read_annomi

MOST_CUES = 100_000
_FIRST_LINES = 20


def read_conversation(path: Path, choices: ReadingChoices | None = None, tell: Tell = tell_nobody) -> Conversation:
    """The conversation in ``path``: session.json, the development set's shape, WebVTT, SRT, or CSV.

    What kind of file it is shows in its content. ``tell`` hears what a person should know about the reading.
    Raises BadInputError with one sentence that says what to do, and never repeats what the file says.
    """
    choices = choices or ReadingChoices()
    source = read_source(path, tell)
    told = _told(source, choices)
    if told.spoken and not any(one.speaker or one.role for one in told.spoken):
        raise BadInputError(
            f"{source.name} does not say who speaks. Export it with speaker names, or add a speaker to every line."
        )
    return conversation_from(told, choices, source.name)


def _told(source: Source, choices: ReadingChoices) -> Told:
    if source.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return told_in(source)
    lines = source.lines
    header = None if is_vtt(lines) else header_of(source)
    if header and {"transcript_id", "utterance_text"} <= set(header[0]):
        return _annomi(source, choices.transcript)
    if header:
        return Told(spoken=spoken_rows(source))
    if is_vtt(lines) or any(ARROW in line for line in [one for one in lines if one.strip()][:_FIRST_LINES]):
        cues = tuple(islice(cues_of(lines, source.name), MOST_CUES + 1))
        if len(cues) > MOST_CUES:
            raise BadInputError(f"{source.name} has more than {MOST_CUES:,} captions, more than any session. Split it.")
        return Told(spoken=spoken_in(cues))
    raise BadInputError(_no_kind(source))


def _no_kind(source: Source) -> str:
    if re.search(r"[,;\t]", source.lines[0]) and source.name.lower().endswith((".csv", ".tsv")):
        return f"{source.name}, line 1: there is no column text. Name the columns speaker,text."
    return (
        f"{source.name} is not a transcript that can be read. "
        "Give session.json, WebVTT, SRT, or CSV with the columns speaker,text."
    )


def _annomi(source: Source, wanted: str | None) -> Told:
    found = read_annomi(source.path)
    if wanted is not None:
        found = tuple(one for one in found if one.name == wanted)
        if not found:
            raise BadInputError(f"{source.name} holds no transcript with that id.")
    if len(found) > 1:
        raise BadInputError(
            f"{source.name} holds {len(found)} transcripts. Choose one with --transcript, such as "
            f"--transcript {_safe(found[0].name)}."
        )
    if not found:
        return Told(spoken=())
    talk = found[0].conversation
    return Told(
        spoken=tuple(
            Spoken(speaker=line.speaker, text=line.text, role=line.role, turn=line.turn, id=line.id)
            for line in talk.lines
        ),
        setting=talk.setting,
        change_goal=talk.change_goal,
    )


def _safe(name: str) -> str:
    """A transcript's id where it is a plain number or code."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,12}", name) else "ID"

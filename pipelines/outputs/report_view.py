"""What the report page shows, worked out before it is drawn: turn cards, marks, the check list, the waveform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.records.session import Session, SessionTurn, SessionUtterance, Speaker
from models.records.speech import Check, Role, Word
from pipelines.outputs.wording import certainty, clock, one_line, role_name, speaker_name

COLOURS = 6
UNSURE_WORD = 0.6
"""Words under this probability get the quiet dotted line."""
LONGEST_CARD = 12
"""Utterances on one turn card, so that a long monologue is drawn in pieces."""
_LONGEST_HEARD = 6
"""Heard words beyond this many are a passage, not words to mark one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text; ``unsure`` where the machine was."""

    text: str
    unsure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A link from an utterance to an entry of the check list."""

    anchor: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An utterance as it is shown."""

    anchor: str
    utterance: SessionUtterance
    time: str
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice as it is shown: its place from 0, its colour's number, the mark on its badge, name and role.

    ``certainty`` says in words how sure the role is; it is empty where there is no role to be sure of.
    """

    place: int
    colour: int
    mark: str
    label: str
    name: str
    role: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Consecutive utterances of one voice."""

    voice: Voice
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An entry of the check list; ``lines`` are the anchors of the utterances it touches."""

    anchor: str
    number: int
    check: Check
    time: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """The waveform's lines of one voice, as an SVG path; ``voice`` None is where nobody speaks."""

    voice: int | None
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything on the page that follows from the session."""

    voices: tuple[Voice, ...]
    cards: tuple[Card, ...]
    passages: tuple[Passage, ...]

    @property
    def lines(self) -> Iterator[Line]:
        """All utterances, in the order of the page."""
        return (line for card in self.cards for line in card.lines)


def view(session: Session) -> View:
    """Arrange a session for the page. Voices are in the order of ``speakers``, then as they turn up in the dialogue."""
    utterances = sorted(session.utterances, key=lambda u: (u.start_ms, u.end_ms, u.id))
    voices = _voices(session.speakers, utterances)
    checks = sorted(session.checks, key=lambda c: (c.rank, c.start_ms, c.id))
    marks = {c.id: Mark(anchor=_anchor("c", c.id, n), number=n) for n, c in enumerate(checks, start=1)}
    heard = {check.id: check.heard for check in checks}
    lines = [_line(utterance, number, marks, heard) for number, utterance in enumerate(utterances)]
    anchors = {line.utterance.id: line.anchor for line in lines}
    return View(
        voices=tuple(voices.values()),
        cards=tuple(_cards(lines, voices)),
        passages=tuple(_passage(check, marks[check.id], anchors) for check in checks),
    )


def strokes(
    turns: Sequence[SessionTurn], voices: Sequence[Voice], peaks: Sequence[float], duration_ms: int
) -> tuple[Stroke, ...]:
    """The waveform in a box of ``len(peaks)`` by 100, one path for each voice.

    Where two voices speak at once the upper half is the first one's, the lower half the other's. Heights are
    in proportion to the loudest peak.
    """
    loudest = max(peaks, default=0) or 1
    paths: dict[int | None, list[str]] = {}
    for number, (peak, present) in enumerate(zip(peaks, _present(turns, voices, len(peaks), duration_ms), strict=True)):
        half = max(2, round(48 * peak / loudest))
        upper, lower = (present[0], present[-1]) if present else (None, None)
        if upper == lower:
            paths.setdefault(upper, []).append(f"M{number} {50 - half}v{2 * half}")
        else:
            paths.setdefault(upper, []).append(f"M{number} {50 - half}v{half}")
            paths.setdefault(lower, []).append(f"M{number} 50v{half}")
    return tuple(
        Stroke(voice=voice, path="".join(parts))
        for voice, parts in sorted(paths.items(), key=lambda item: -1 if item[0] is None else item[0])
    )


def _present(turns: Sequence[SessionTurn], voices: Sequence[Voice], count: int, duration_ms: int) -> list[list[int]]:
    """For each piece of the waveform, the voices that speak in its middle."""
    order = {voice.label: voice.place for voice in voices}
    present: list[set[int]] = [set() for _ in range(count)]
    for turn in turns:
        first = round(turn.start_ms * count / max(1, duration_ms))
        last = round(turn.end_ms * count / max(1, duration_ms))
        for number in range(max(0, first), min(count, last)):
            if one_line(turn.speaker) in order:
                present[number].add(order[one_line(turn.speaker)])
    return [sorted(voices_here) for voices_here in present]


def _voices(speakers: Sequence[Speaker], utterances: Sequence[SessionUtterance]) -> dict[str, Voice]:
    known = {speaker.speaker: speaker for speaker in speakers}
    labels = dict.fromkeys([*known, *(utterance.speaker for utterance in utterances)])
    return {label: _voice(place, label, known.get(label)) for place, label in enumerate(labels)}


def _voice(place: int, label: str, speaker: Speaker | None) -> Voice:
    number = re.fullmatch(r"Speaker ([0-9]{1,2})", speaker_name(label))
    role = speaker.role if speaker else Role.UNKNOWN
    return Voice(
        place=place,
        colour=place % COLOURS,
        mark=number[1] if number else "?",
        label=one_line(label),
        name=speaker_name(label),
        role=role_name(role),
        certainty=certainty(speaker) if speaker and role is not Role.UNKNOWN else "",
    )


def _line(utterance: SessionUtterance, number: int, marks: dict[str, Mark], heard: dict[str, str]) -> Line:
    touched = [check for check in utterance.checks if check in marks]
    return Line(
        anchor=_anchor("u", utterance.id, number),
        utterance=utterance,
        time=clock(utterance.start_ms),
        pieces=_pieces(utterance, [heard[check] for check in touched]),
        marks=tuple(marks[check] for check in touched),
    )


def _passage(check: Check, mark: Mark, anchors: dict[str, str]) -> Passage:
    return Passage(
        anchor=mark.anchor,
        number=mark.number,
        check=check,
        time=clock(check.start_ms),
        lines=tuple(anchors[utterance] for utterance in check.utterances if utterance in anchors),
    )


def _cards(lines: list[Line], voices: dict[str, Voice]) -> Iterator[Card]:
    started: list[Line] = []
    for line in lines:
        changes = started and line.utterance.speaker != started[-1].utterance.speaker
        if changes or len(started) == LONGEST_CARD:
            yield Card(voice=voices[started[0].utterance.speaker], lines=tuple(started))
            started = []
        started.append(line)
    if started:
        yield Card(voice=voices[started[0].utterance.speaker], lines=tuple(started))


def _anchor(kind: str, identifier: str, number: int) -> str:
    """An id for the page: the session's own where it is plain, otherwise a number it cannot clash with."""
    return f"{kind}-{identifier}" if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", identifier) else f"{kind}.{number}"


def _pieces(utterance: SessionUtterance, heard: list[str]) -> tuple[Piece, ...]:
    """The text in runs, sure and unsure. Where words and text do not match, nothing is marked."""
    tokens = one_line(utterance.text).split()
    unsure = [False] * len(tokens)
    if len(utterance.words) == len(tokens):
        unsure = [_doubtful(word) for word in utterance.words]
    for words in heard:
        for number in _found(words.split(), tokens):
            unsure[number] = True
    pieces: list[Piece] = []
    for token, doubt in zip(tokens, unsure, strict=True):
        if pieces and pieces[-1].unsure == doubt:
            pieces[-1] = Piece(text=f"{pieces[-1].text} {token}", unsure=doubt)
        else:
            pieces.append(Piece(text=token, unsure=doubt))
    return tuple(pieces)


def _doubtful(word: Word) -> bool:
    return word.probability is not None and word.probability < UNSURE_WORD


def _found(heard: list[str], tokens: list[str]) -> range:
    """Where the heard words stand in the utterance, case and punctuation apart; empty if they do not."""
    wanted, said = [_bare(w) for w in heard], [_bare(t) for t in tokens]
    if 0 < len(wanted) <= _LONGEST_HEARD:
        for start in range(len(said) - len(wanted) + 1):
            if said[start : start + len(wanted)] == wanted:
                return range(start, start + len(wanted))
    return range(0)


def _bare(word: str) -> str:
    return re.sub(r"^\W+|\W+$", "", word.casefold())

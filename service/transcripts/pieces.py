"""Utterances in their order while corrections are applied to them; each knows what comes after it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from models.records.speech import Role
from service.transcripts.errors import NoSuchUtteranceError, NothingToJoinError, SplitPlaceError
from service.transcripts.records import Said


@dataclass(slots=True, kw_only=True)
class Piece:
    """An utterance as it stands so far. ``role`` is set where a person gave it one of its own; ``machine_role`` holds
    while it stays with its voice and nobody confirmed that one's."""

    id: str
    speaker: str
    text: str
    machine_text: str
    start_ms: int | None
    end_ms: int | None
    overlap: bool
    times: tuple[int, ...]
    machine_role: Role
    machine_sure: bool
    role: Role | None = None
    moved: bool = False
    before: Piece | None = None
    after: Piece | None = None


class Pieces:
    """The utterances of a transcript, each found by its id, in order of time."""

    def __init__(self, said: tuple[Said, ...]) -> None:
        self._by_id: dict[str, Piece] = {}
        self._first: Piece | None = None
        self.merged: dict[str, str] = {}
        last: Piece | None = None
        for one in said:
            piece = Piece(
                id=one.id, speaker=one.speaker, text=one.text, machine_text=one.machine_text, start_ms=one.start_ms,
                end_ms=one.end_ms, overlap=one.overlap, times=one.times, machine_role=one.role,
                machine_sure=one.role_sure, before=last,
            )  # fmt: skip
            if last is None:
                self._first = piece
            else:
                last.after = piece
            self._by_id[piece.id] = last = piece

    def __iter__(self) -> Iterator[Piece]:
        piece = self._first
        while piece is not None:
            yield piece
            piece = piece.after

    def __contains__(self, piece_id: str) -> bool:
        return piece_id in self._by_id

    def of(self, piece_id: str) -> Piece:
        """The utterance of an id. Raises NoSuchUtteranceError."""
        if piece_id not in self._by_id:
            raise NoSuchUtteranceError
        return self._by_id[piece_id]

    def between(self, first: str, last: str | None) -> list[Piece]:
        """The utterances from one to another, both with it. Raises NoSuchUtteranceError, also where they are turned."""
        piece: Piece | None = self.of(first)
        end = self.of(last or first)
        found = []
        while piece is not None:
            found.append(piece)
            if piece is end:
                return found
            piece = piece.after
        raise NoSuchUtteranceError

    def split(self, piece_id: str, at: int, new_id: str) -> None:
        """Cut before the word nearest to the character ``at``; times are estimated.

        Raises NoSuchUtteranceError, and SplitPlaceError where there is one word or none.
        """
        piece = self.of(piece_id)
        at = _between_words(piece.text, at)
        if new_id in self._by_id:
            raise SplitPlaceError
        head, tail = piece.text[:at].rstrip(), piece.text[at:]
        where = _machine_place(piece, at)
        cut_ms, words = _cut_ms(piece, where, at), len(piece.machine_text[:where].split())
        second = Piece(
            id=new_id, speaker=piece.speaker, text=tail, machine_text=piece.machine_text[where:].lstrip(),
            start_ms=cut_ms, end_ms=piece.end_ms, overlap=piece.overlap, times=piece.times[words:], role=piece.role,
            machine_role=piece.machine_role, machine_sure=piece.machine_sure, moved=piece.moved,
        )  # fmt: skip
        piece.text, piece.machine_text = head, piece.machine_text[:where].rstrip()
        piece.end_ms, piece.times = cut_ms, piece.times[:words]
        self._place(second, piece)

    def merge(self, piece_id: str, other_id: str) -> None:
        """Make two that follow each other one, under the first one's id and voice.

        Raises NoSuchUtteranceError, NothingToJoinError.
        """
        piece, other = self.of(piece_id), self.of(other_id)
        if piece.after is not other:
            raise NothingToJoinError
        piece.text = _joined(piece.text, other.text)
        piece.machine_text = _joined(piece.machine_text, other.machine_text)
        piece.times += other.times
        piece.overlap = piece.overlap or other.overlap
        if piece.end_ms is not None and other.end_ms is not None:
            piece.end_ms = max(piece.end_ms, other.end_ms)
        piece.moved = piece.moved or other.moved or piece.speaker != other.speaker
        self._drop(other)
        self.merged[other_id] = piece_id

    def _place(self, new: Piece, behind: Piece) -> None:
        """Behind a piece, and behind those after it that begin earlier: the order of time stays."""
        while new.start_ms is not None and (after := behind.after) is not None:
            if after.start_ms is None or after.start_ms >= new.start_ms:
                break
            behind = after
        new.before, new.after = behind, behind.after
        if behind.after is not None:
            behind.after.before = new
        behind.after = new
        self._by_id[new.id] = new

    def _drop(self, piece: Piece) -> None:
        if piece.before is not None:
            piece.before.after = piece.after
        if piece.after is not None:
            piece.after.before = piece.before
        del self._by_id[piece.id]


def _between_words(text: str, at: int) -> int:
    """The start of the word that begins nearest to a place, never of the first one."""
    starts = [found.start() for found in re.finditer(r"\S+", text)][1:]
    if not starts:
        raise SplitPlaceError
    return min(starts, key=lambda start: abs(start - at))


def _joined(first: str, second: str) -> str:
    return " ".join(part for part in (first, second) if part)


def _machine_place(piece: Piece, at: int) -> int:
    """Where the machine's text is cut: at the same place, or after a change at a word's end in proportion."""
    if piece.text == piece.machine_text:
        return at
    wanted = len(piece.machine_text) * at / max(1, len(piece.text))
    ends = [0, *(found.end() for found in re.finditer(r"\S+", piece.machine_text))]
    after = bisect_left(ends, wanted)
    near = [ends[place] for place in (after - 1, after) if 0 <= place < len(ends)]
    return min(near, key=lambda end: abs(end - wanted))


def _cut_ms(piece: Piece, where: int, at: int) -> int | None:
    """The time of a cut: the start of the machine's word there where that is known, else by the length of the text."""
    if piece.start_ms is None or piece.end_ms is None:
        return None
    word = len(piece.machine_text[:where].split())
    if len(piece.times) == len(piece.machine_text.split()) and 0 < word < len(piece.times):
        guess = piece.times[word]
    else:
        guess = piece.start_ms + (piece.end_ms - piece.start_ms) * at // max(1, len(piece.text))
    return min(max(guess, piece.start_ms), piece.end_ms)

"""Corrections applied in their order to what the machine wrote. Pure: records in, a record out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.records.speech import Check, Role
from service.database.words import AmendmentKind
from service.transcripts.amendments import Amendment, Change
from service.transcripts.errors import (
    NoSuchUtteranceError,
    NoSuchVoiceError,
    NothingToJoinError,
    SplitPlaceError,
    TranscriptChangeError,
)
from service.transcripts.history import History
from service.transcripts.pieces import Piece, Pieces
from service.transcripts.records import Said, Standing, Voice

_ADDED = re.compile(r"ADDED_\d{2,4}")
MOST_VOICES = 40


def stand(machine: Standing, amendments: Iterable[Amendment]) -> Standing:
    """The transcript as it stands. A correction whose place is gone, as after an undo of what came before, waits."""
    history = History(amendments=tuple(amendments))
    draft = Draft(machine)
    for change in history.changes():
        draft.try_to(change)
    return draft.standing(history.number)


def given_roles(amendments: Iterable[Amendment]) -> dict[str, Role]:
    """The roles that people gave to the machine's voices; a voice that was joined with another has that one's."""
    roles: dict[str, Role] = {}
    into: dict[str, str] = {}
    for change in History(amendments=tuple(amendments)).changes():
        if not change.of_voice:
            continue
        if change.kind is AmendmentKind.ROLE and change.role is not None:
            roles[change.about] = change.role
        elif change.kind is AmendmentKind.VOICE and change.speaker is not None:
            _join(into, change.about, change.speaker)
    known = {*roles, *into}
    found = {voice: roles.get(into.get(voice, voice)) for voice in sorted(known) if not _ADDED.fullmatch(voice)}
    return {voice: role for voice, role in found.items() if role is not None}


class Draft:
    """A transcript that corrections are applied to, one after another."""

    def __init__(self, machine: Standing) -> None:
        self._machine = machine
        self._pieces = Pieces(machine.said)
        self._voices = {one.speaker: one for one in machine.voices} | {
            one.speaker: _added(one.speaker)
            for one in machine.said
            if one.speaker not in {voice.speaker for voice in machine.voices}
        }
        self._roles: dict[str, Role] = {}
        self._into: dict[str, str] = {}
        self._heard: set[str] = set()

    def try_to(self, change: Change) -> None:
        """Apply a correction where it still fits; else leave everything as it is."""
        try:
            self.apply(change)
        except TranscriptChangeError:
            return

    def apply(self, change: Change) -> None:
        """Apply a correction. Raises a TranscriptChangeError where it does not fit; nothing is changed then."""
        match change.kind:
            case AmendmentKind.ROLE:
                self._role(change)
            case AmendmentKind.VOICE:
                self._voice(change)
            case AmendmentKind.WORDS:
                self._pieces.of(change.about).text = change.text or ""
            case AmendmentKind.SPLIT:
                self._split(change)
            case AmendmentKind.MERGE:
                self._pieces.merge(change.about, change.other or "")
            case AmendmentKind.HEARD:
                self._hear(change)

    def says_already(self, change: Change) -> bool:
        """Whether it stands like that, so that the correction would change nothing. Raises what `apply` does."""
        if change.kind is AmendmentKind.ROLE and change.of_voice:
            return self._roles.get(change.about) is change.role
        if change.kind is AmendmentKind.WORDS:
            return self._pieces.of(change.about).text == change.text
        if change.kind is AmendmentKind.VOICE and not change.of_voice:
            pieces = self._pieces.between(change.about, change.last)
            return all(piece.speaker == change.speaker and piece.role is None for piece in pieces)
        return change.kind is AmendmentKind.HEARD and change.about in self._heard

    def after(self, utterance_id: str) -> str:
        """The id of the utterance after one. Raises NoSuchUtteranceError, NothingToJoinError."""
        after = self._pieces.of(utterance_id).after
        if after is None:
            raise NothingToJoinError
        return after.id

    @property
    def new_voice(self) -> str:
        """A label that no voice has yet."""
        count = sum(voice.added for voice in self._voices.values())
        return f"ADDED_{count + 1:02}"

    def standing(self, number: int) -> Standing:
        """The transcript as it stands now."""
        pieces = list(self._pieces)
        voices = self._standing_voices(pieces)
        by_label = {voice.speaker: voice for voice in voices}
        sure = {one.speaker: one.role_sure for one in self._machine.said}
        here = {piece.id for piece in pieces}
        checks = [self._check(check, pieces, here) for check in self._machine.checks]
        return replace(
            self._machine,
            said=tuple(_said(piece, by_label[piece.speaker], sure) for piece in pieces),
            voices=voices,
            checks=tuple(check for check in checks if check.id not in self._heard),
            heard=tuple(check for check in checks if check.id in self._heard),
            merged=dict(self._pieces.merged),
            number=number,
        )

    def _role(self, change: Change) -> None:
        if change.role is None:
            raise TranscriptChangeError
        if change.of_voice:
            self._known(change.about)
            self._roles[change.about] = change.role
            return
        for piece in self._pieces.between(change.about, change.last):
            piece.role, piece.moved = change.role, True

    def _voice(self, change: Change) -> None:
        target = change.speaker or ""
        if target not in self._voices:
            if not _ADDED.fullmatch(target) or len(self._voices) >= MOST_VOICES:
                raise NoSuchVoiceError
            pieces = [] if change.of_voice else self._pieces.between(change.about, change.last)
            if not pieces:
                raise NoSuchVoiceError
            self._voices[target] = _added(target)
        if not change.of_voice:
            for piece in self._pieces.between(change.about, change.last):
                piece.moved = piece.moved or piece.speaker != target
                piece.speaker, piece.role = target, None
            return
        self._known(change.about)
        if change.about == target:
            raise NoSuchVoiceError
        for piece in self._pieces:
            if piece.speaker == change.about:
                piece.speaker, piece.moved = target, True
        _join(self._into, change.about, target)

    def _split(self, change: Change) -> None:
        if change.at is None or not change.other:
            raise SplitPlaceError
        self._pieces.split(change.about, change.at, change.other)

    def _hear(self, change: Change) -> None:
        if change.about not in {check.id for check in self._machine.checks}:
            raise NoSuchUtteranceError
        self._heard.add(change.about)

    def _known(self, speaker: str) -> None:
        if speaker not in self._voices:
            raise NoSuchVoiceError

    def _standing_voices(self, pieces: list[Piece]) -> tuple[Voice, ...]:
        lengths: Counter[str] = Counter()
        for piece in pieces:
            timed = piece.start_ms is not None and piece.end_ms is not None
            lengths[piece.speaker] += (piece.end_ms or 0) - (piece.start_ms or 0) if timed else len(piece.text.split())
        total = sum(lengths.values()) or 1
        speaking = {piece.speaker for piece in pieces}
        return tuple(
            replace(
                voice,
                role=self._roles.get(voice.speaker, voice.role),
                confirmed=voice.speaker in self._roles or voice.confirmed,
                share=lengths[voice.speaker] / total,
            )
            for voice in self._voices.values()
            if voice.speaker in speaking or (voice.speaker not in self._into and not voice.added)
        )

    def _check(self, check: Check, pieces: list[Piece], here: set[str]) -> Check:
        """A passage with the utterances that are there now: of a split one the parts that it reaches into."""
        touched = tuple(self._now(one) for one in check.utterances)
        roots = {one.partition(".")[0] for one in touched}
        found = tuple(
            piece.id
            for piece in pieces
            if piece.id in touched or (piece.id.partition(".")[0] in roots and "." in piece.id)
            if _reaches(check, piece)
        )
        return replace(check, utterances=found or tuple(one for one in touched if one in here))

    def _now(self, utterance_id: str) -> str:
        while utterance_id not in self._pieces and utterance_id in self._pieces.merged:
            utterance_id = self._pieces.merged[utterance_id]
        return utterance_id


def _join(into: dict[str, str], about: str, target: str) -> None:
    """Voices that were joined with ``about`` before go on with it to ``target``."""
    for voice, joined in list(into.items()):
        if joined == about:
            into[voice] = target
    into[about] = target
    into.pop(target, None)


def _added(speaker: str) -> Voice:
    return Voice(speaker=speaker, role=Role.UNKNOWN, confidence=0.0, reason="You added this voice.", added=True)


def _reaches(check: Check, piece: Piece) -> bool:
    if piece.start_ms is None or piece.end_ms is None:
        return True
    return piece.start_ms < check.end_ms and piece.end_ms > check.start_ms


def _said(piece: Piece, voice: Voice, sure: Mapping[str, bool]) -> Said:
    role, known = voice.role, voice.confirmed or sure.get(voice.speaker, False)
    if piece.role is not None:
        role, known = piece.role, True
    elif not piece.moved and not voice.confirmed:
        role, known = piece.machine_role, piece.machine_sure
    return Said(
        id=piece.id,
        speaker=piece.speaker,
        role=role,
        text=piece.text,
        machine_text=piece.machine_text,
        start_ms=piece.start_ms,
        end_ms=piece.end_ms,
        role_sure=known,
        overlap=piece.overlap,
        moved=piece.moved,
        times=piece.times,
    )

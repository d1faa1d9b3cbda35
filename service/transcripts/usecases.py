"""Reading a transcript as it stands, and correcting it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from models.records.coding import Setting
from service.api.errors import ChangedMeanwhileError
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import AmendmentKind, Content
from service.jobs.records import Document
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.permissions.voices import account_for
from service.sessions.errors import NoDocumentError
from service.transcripts import store
from service.transcripts.amendments import Act, Amendment, packed
from service.transcripts.history import History
from service.transcripts.machine import with_first_suggestions
from service.transcripts.planning import Planned, planned, redo_acts, undo_acts
from service.transcripts.reading import coding_read, session_read
from service.transcripts.records import Standing
from service.transcripts.standing import given_roles, stand

MOST_ACTS = 200
"""In one batch."""
_ATTEMPTS = 3
ACTING = {Setting.DIRECT_PRACTICE: ActorRole.PRACTITIONER, Setting.SUPERVISION: ActorRole.MANAGER}
"""As what the worker of a session acts."""
Wanted = Callable[[Sequence[Amendment]], Sequence[Act]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """Whether there is something to undo, and something to do again."""

    undo: bool
    redo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The transcript before and after corrections; the same where they had been made before.

    ``unaccounted``: how many people were added to those who have to agree, because a voice was given a role that nobody
    on record has. The session is in quarantine then.
    """

    before: Standing
    after: Standing
    undoable: Undoable
    unaccounted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The machine's transcript, the corrections of it, and which act each of them was."""

    machine: Standing
    amendments: tuple[Amendment, ...]
    acts: dict[str, Amendment]

    @property
    def number(self) -> int:
        return self.amendments[-1].number if self.amendments else 0

    def with_these(self, plan: Sequence[Planned], numbers: Sequence[int]) -> _Known:
        group = plan[0].act_id
        new = tuple(
            Amendment(number=number, group=group, change=one.change, undoes=one.undoes)
            for one, number in zip(plan, numbers, strict=True)
        )
        return replace(self, amendments=(*self.amendments, *new))

    def undoable(self) -> Undoable:
        history = History(amendments=self.amendments)
        return Undoable(undo=bool(history.to_undo()), redo=bool(history.to_redo()))

    def standing(self) -> Standing:
        stands = stand(self.machine, self.amendments)
        given = given_roles(self.amendments)
        coded = self.machine.coded
        if not self.machine.timed:  # a coding that was brought does not say who gave its roles
            coded = {voice: role for voice, role in coded.items() if voice in given}
        return replace(stands, given=given, coded=coded, version=f"{self.machine.version}-{stands.number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcripts:
    """Transcripts of sessions. Every method raises RefusedError where the policy says no."""

    parts: Parts

    def read(self, actor: Actor, session_id: str, *, purpose: Purpose) -> Standing:
        """The transcript as it stands. Raises NoDocumentError where there is none yet."""
        return self.look(actor, session_id, purpose=purpose)[0]

    def look(self, actor: Actor, session_id: str, *, purpose: Purpose) -> tuple[Standing, Undoable]:
        """The transcript as it stands, and what can be undone. Raises NoDocumentError where there is none yet."""
        with self.parts.broker.open(actor, session_id, Content.TRANSCRIPT, purpose=purpose) as opened:
            known = self._known(actor, opened, purpose)
        return known.standing(), known.undoable()

    def own(self, actor: Actor, session_id: str) -> Standing:
        """The transcript as it stands, for whoever may correct it. Raises NoDocumentError."""
        with self.parts.broker.open(
            actor, session_id, Content.TRANSCRIPT, purpose=Purpose.REFLECTION, action=Action.EDIT
        ) as opened:
            return self._known(actor, opened, Purpose.REFLECTION).standing()

    def out_of(self, actor: Actor, opened: Opened, *, purpose: Purpose, action: Action) -> Standing:
        """The same from a transcript that is open already; one that was brought is opened for the same action.

        Raises NoDocumentError where there is none yet.
        """
        return self._known(actor, opened, purpose, action=action).standing()

    def amend(self, actor: Actor, session_id: str, acts: Sequence[Act]) -> Amended:
        """Keep corrections of one's own transcript, all of them or none.

        Acts that were kept before change nothing. Raises what `planned` raises, and ChangedMeanwhileError where others
        go on writing at the same time.
        """
        splits = any(one.change is not None and one.change.kind is AmendmentKind.SPLIT for one in acts)
        done = self._amend(actor, session_id, lambda known: acts, splits=splits)
        was, now = done.before.given, done.after.given
        newly = [role for voice, role in now.items() if was.get(voice) is not role]
        return replace(done, unaccounted=len(account_for(self.parts, actor, session_id, newly))) if newly else done

    def undo(self, actor: Actor, session_id: str, act_id: str) -> Amended:
        """Take back what was done last. Raises NothingToUndoError."""
        return self._amend(actor, session_id, lambda known: undo_acts(known, act_id), once=act_id)

    def redo(self, actor: Actor, session_id: str, act_id: str) -> Amended:
        """Do again what was undone last. Raises NothingToUndoError."""
        return self._amend(actor, session_id, lambda known: redo_acts(known, act_id), once=act_id)

    def _amend(
        self, actor: Actor, session_id: str, wanted: Wanted, *, once: str | None = None, splits: bool = False
    ) -> Amended:
        with self.parts.broker.open(
            actor, session_id, Content.TRANSCRIPT, purpose=Purpose.REFLECTION, action=Action.EDIT
        ) as opened:
            for _ in range(_ATTEMPTS):
                known = self._known(actor, opened, Purpose.REFLECTION, splits=splits)
                if once in known.acts:
                    return _amended(known, known)
                acts = wanted(known.amendments)
                plan = planned(known.machine, known.amendments, acts, known.acts)
                if not plan:
                    return _amended(known, known)
                numbers = self._keep(actor, opened, plan, known.number, group=plan[0].act_id)
                if numbers:
                    return _amended(known, known.with_these(plan, numbers))
        raise ChangedMeanwhileError

    def _keep(self, actor: Actor, opened: Opened, plan: Sequence[Planned], before: int, *, group: str) -> Sequence[int]:
        """Store amendments with their audit row; their numbers, none where others stored some since."""
        session_id = opened.session_id
        new = [
            store.NewRow(
                act_id=one.act_id,
                kind=one.kind,
                about=one.change.shown_about if one.change else store.UNDO,
                body=opened.seal(store.FIELD, packed(one.change, group)),
                undoes=one.undoes,
            )
            for one in plan
        ]
        with self.parts.database.writing() as rows:
            if store.last_number(rows, session_id) != before:
                return ()
            now = self.parts.clock()
            numbers = store.add(rows, session_id, actor.person_id, new, now)
            self.parts.trail.append(rows, self._event(rows, actor, session_id, now))
        return numbers

    def _known(
        self, actor: Actor, opened: Opened, purpose: Purpose, *, splits: bool = False, action: Action = Action.VIEW
    ) -> _Known:
        """``splits``: something is to be split. The starts of words are read for that alone."""
        session_id = opened.session_id
        with self.parts.database.reading() as rows:
            sealed = store.kept(rows, session_id)
            made = store.made_of(rows, session_id, Document.SESSION)
        amendments = store.opened_amendments(opened, sealed)
        by_number = {one.number: one for one in amendments}
        acts = {one.act_id: by_number[one.number] for one in sealed if one.number in by_number}
        if made:
            splits = splits or any(one.change and one.change.kind is AmendmentKind.SPLIT for one in amendments)
            machine = _recorded(opened, made, word_times=splits)
        else:
            machine = self._brought(actor, session_id, purpose, action)
        return _Known(machine=machine, amendments=amendments, acts=acts)

    def _brought(self, actor: Actor, session_id: str, purpose: Purpose, action: Action) -> Standing:
        """A transcript that was brought is in the codes alone."""
        broker = self.parts.broker
        with broker.open(actor, session_id, Content.CODING, purpose=purpose, action=action) as opened:
            with self.parts.database.reading() as rows:
                made = store.made_of(rows, session_id, Document.CODING)
            if not made:
                raise NoDocumentError
            newest = coding_read(_read(opened, made[-1][0]))
            if len(made) > 1:
                newest = with_first_suggestions(newest, coding_read(_read(opened, made[0][0])))
        return replace(newest, version=made[-1][1][:32])

    def _event(self, rows: Connection, actor: Actor, session_id: str, now: int) -> AuditEvent:
        return AuditEvent(
            when_ms=now,
            actor_id=actor.person_id,
            role=ACTING[store.setting_of(rows, session_id)],
            action=Action.EDIT,
            kind=Kind.ARTEFACT,
            object_id=session_id,
            purpose=Purpose.REFLECTION,
            outcome=Outcome.DONE,
            request_id=actor.request_id,
            session_id=session_id,
        )


def _amended(before: _Known, after: _Known) -> Amended:
    return Amended(before=before.standing(), after=after.standing(), undoable=after.undoable())


def _recorded(opened: Opened, made: Sequence[tuple[str, str]], *, word_times: bool) -> Standing:
    """What the machine made of a recording, with what it suggested before people gave roles."""
    newest = session_read(_read(opened, made[-1][0]), word_times=word_times)
    if newest.coded:
        for blob_id, _ in made[:-1]:
            first = session_read(_read(opened, blob_id), word_times=False)
            if not first.coded:
                newest = with_first_suggestions(newest, first)
                break
    return replace(newest, version=made[-1][1][:32])


def _read(opened: Opened, blob_id: str) -> bytes:
    with opened.read(blob_id) as reader:
        return reader.readall() or b""

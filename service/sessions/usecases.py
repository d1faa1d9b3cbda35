"""Adding a session, reading and changing what was written about it, and sharing it with the coach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Select

from models.records.coding import Setting
from models.records.speech import Role
from service.api.errors import ChangedMeanwhileError
from service.api.paging import Wanted
from service.api.repeat import Answer, Once
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import Content, SessionState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.sessions import store
from service.sessions.errors import NothingToShareError, NotYoursToAddError, ReviewBegunError
from service.sessions.records import Details, NewSession, Present, Session, SessionFacts, SessionPage

_FIELD = "session.details"
_ADDERS = {
    Setting.DIRECT_PRACTICE: StaffRole.PRACTITIONER,
    Setting.SUPERVISION: StaffRole.MANAGER,
}
Visible = Callable[[Connection, Actor], Select[tuple[str]]]
"""Which sessions an actor may know of, as the policy says it; a query for their ids."""


def details_of(parts: Parts, opened: Opened) -> Details:
    """What the worker wrote about the session whose details are open; nothing where nothing was written."""
    with parts.database.reading() as rows:
        sealed = store.sealed_details(rows, opened.session_id)
    return Details.unpacked(opened.unseal(_FIELD, sealed)) if sealed else Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """What people do with sessions. Every method raises RefusedError for a session that is not the actor's to see."""

    parts: Parts
    visible: Visible

    def add(self, actor: Actor, new: NewSession, once: Once | None = None) -> Session:
        """Add a session of the actor's own. Its key is durable before a row names it.

        With ``once``, the session that the same act added before. Raises NotYoursToAddError, RepeatConflictError.
        """
        role = _ADDERS[new.setting]
        if role not in actor.roles:
            raise NotYoursToAddError
        session_id = self._before(once)
        if session_id is None:
            session_id = self._added(actor, new, ActorRole(role), once)
        elif (found := self.look(actor, session_id)).facts.version > 1:
            return found
        try:
            return self.change(actor, session_id, new.details, version=1)
        except ChangedMeanwhileError:  # the same request beside this one kept them
            return self.look(actor, session_id)

    def look(self, actor: Actor, session_id: str, *, purpose: Purpose = Purpose.REFLECTION) -> Session:
        """A session with its details."""
        with self.parts.broker.open(actor, session_id, Content.DETAILS, purpose=purpose) as opened:
            details = details_of(self.parts, opened)
            with self.parts.database.reading() as rows:
                facts = store.facts_of(rows, session_id)
            if facts is None:
                raise RefusedError("no such session")
        return Session(facts=facts, details=details)

    def change(self, actor: Actor, session_id: str, details: Details, *, version: int) -> Session:
        """Replace the details that had this version. Raises ChangedMeanwhileError where they have another by now."""
        with self.parts.broker.open(
            actor, session_id, Content.DETAILS, purpose=Purpose.REFLECTION, action=Action.EDIT
        ) as opened:
            sealed = opened.seal(_FIELD, details.packed())
            with self.parts.database.writing() as rows:
                if not store.keep_details(rows, session_id, sealed, version):
                    raise ChangedMeanwhileError
                facts = store.facts_of(rows, session_id)
        if facts is None:
            raise RefusedError("no such session")
        return Session(facts=facts, details=details)

    def page(self, actor: Actor, wanted: Wanted | None = None) -> SessionPage:
        """Sessions that the actor may know of, newest first, without content. Raises CursorError."""
        with self.parts.database.reading() as rows:
            return store.page(rows, self.visible(rows, actor), wanted or Wanted())

    def share(self, actor: Actor, session_id: str) -> SessionFacts:
        """Let the worker's coach see a session that is ready; sharing again changes nothing."""
        facts = self._own(actor, session_id)
        if facts.state is not SessionState.READY:
            raise NothingToShareError
        if facts.shared_ms is not None:
            return facts
        return self._keep_shared(actor, session_id, self.parts.clock())

    def unshare(self, actor: Actor, session_id: str) -> SessionFacts:
        """Take sharing back. Raises ReviewBegunError once the coach has begun."""
        facts = self._own(actor, session_id)
        if facts.shared_ms is None:
            return facts
        return self._keep_shared(actor, session_id, None)

    def _added(self, actor: Actor, new: NewSession, role: ActorRole, once: Once | None) -> str:
        """The id of the new session, or of one that a request beside this one was faster with; details come after."""
        session_id = new_id()
        self.parts.broker.create(actor, session_id)
        with self.parts.database.writing() as rows:
            if once and (before := once.earlier(rows)):
                return str(before.body["id"])
            now = self.parts.clock()
            store.add(rows, session_id, actor.person_id, new, _present(new.participants), now)
            self._tell(rows, actor, session_id, Action.EDIT, role=role)
            if once:
                once.keep(rows, Answer(status=201, body={"id": session_id}), now)
        return session_id

    def _before(self, once: Once | None) -> str | None:
        if once is None:
            return None
        with self.parts.database.reading() as rows:
            before = once.earlier(rows)
        return None if before is None else str(before.body["id"])

    def _keep_shared(self, actor: Actor, session_id: str, shared_ms: int | None) -> SessionFacts:
        with self.parts.database.writing() as rows:
            now = store.facts_of(rows, session_id)
            if now is None:
                raise RefusedError("no such session")
            if shared_ms is None and now.review_begun_ms is not None:
                raise ReviewBegunError
            store.keep_shared(rows, session_id, shared_ms)
            self._tell(rows, actor, session_id, Action.PERMISSION, role=_own_role(now))
            after = store.facts_of(rows, session_id)
        assert after is not None
        return after

    def _own(self, actor: Actor, session_id: str) -> SessionFacts:
        """The facts of a session that is the actor's own; the broker has recorded the look."""
        found = self.look(actor, session_id).facts
        if found.worker_id != actor.person_id:
            raise RefusedError("not the worker")
        return found

    def _tell(
        self, rows: Connection, actor: Actor, session_id: str, action: Action, *, role: ActorRole, ok: bool = True
    ) -> None:
        event = AuditEvent(
            when_ms=self.parts.clock(),
            actor_id=actor.person_id,
            role=role,
            action=action,
            kind=Kind.SESSION,
            object_id=session_id,
            purpose=Purpose.REFLECTION,
            outcome=Outcome.DONE if ok else Outcome.DENIED,
            request_id=actor.request_id,
            session_id=session_id,
        )
        self.parts.trail.append(rows, event)


def _own_role(facts: SessionFacts) -> ActorRole:
    return ActorRole(_ADDERS[facts.setting])


def _present(roles: tuple[Role, ...]) -> tuple[Present, ...]:
    counted: Counter[Role] = Counter()
    present = []
    for role in roles:
        counted[role] += 1
        present.append(Present(id=new_id(), role=role, place=counted[role]))
    return tuple(present)

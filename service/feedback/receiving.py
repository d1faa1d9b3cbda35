"""After the release: the worker reads, answers and contests; the coach says something to that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NoReturn

from service.api.errors import ChangedMeanwhileError
from service.audit.records import Action, ActorRole, Purpose
from service.database.words import Content, FeedbackState, ReplyKind, StaffRole
from service.feedback import store
from service.feedback.acting import REPLY_FIELD, Acting
from service.feedback.errors import FeedbackStateError, ReplyError
from service.feedback.records import MOST_WORDS, SECOND, WHOLE, Awaited, Facts, Received, Reply, Written, plain
from service.ids import is_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.sessions.usecases import Sessions

_SECOND_WORDS = "A second coder is asked to look at this session."


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Released feedback, and replies to it. Every method raises RefusedError for what is not the actor's to see."""

    parts: Parts

    def released(self, actor: Actor, session_id: str, *, action: Action = Action.VIEW) -> Received | None:
        """The feedback on a session that was released last, for its worker or its author; None before that.

        Raises BlobRefusedError where the content is not the one that was confirmed, whoever put it there.
        ``action`` says in the audit whether it is looked at or taken away as a document.
        """
        with self.parts.database.reading() as rows:
            facts = store.released_on(rows, session_id)
        if facts is None or actor.person_id not in (facts.worker_id, facts.author_id):
            return None
        acting = self._acting(actor, facts)
        with acting.open(session_id, Content.FEEDBACK, action) as opened:
            written = Written(facts=facts, body=acting.body(opened, facts))
        return Received(written=written, replies=self._replies(acting, facts))

    def found(self, actor: Actor, session_id: str) -> Received | Awaited | None:
        """What was released to its worker or by its author; for the worker, before that, what they wait for.

        None for anybody else: what a coach is writing is `Feedbacks`'s to show.
        """
        received = self.released(actor, session_id)
        if received is not None:
            return received
        with self.parts.database.reading() as rows:
            if store.worker_of(rows, session_id) != actor.person_id:
                return None
        Sessions(parts=self.parts, visible=self.parts.broker.visible_sessions).look(actor, session_id)
        return Awaited(asked=self.waits_to_talk(actor, session_id))

    def refuse(self, actor: Actor, session_id: str) -> NoReturn:
        """Nothing is released to this person: recorded like any other refusal."""
        self.parts.broker.open(actor, session_id, Content.FEEDBACK, purpose=Purpose.COACHING).close()
        raise RefusedError("nothing is released")

    def waits_to_talk(self, actor: Actor, session_id: str) -> bool:
        """Whether the worker is asked to talk about feedback that is confirmed, or to waive that."""
        with self.parts.database.reading() as rows:
            found = store.to_talk_about(rows, session_id)
        return found is not None and found.worker_id == actor.person_id

    def waive(self, actor: Actor, session_id: str) -> None:
        """The worker does without the conversation. Raises FeedbackStateError where nobody asked."""
        purpose = Purpose.REFLECTION
        with self.parts.broker.open(
            actor, session_id, Content.DETAILS, purpose=purpose, action=Action.EDIT
        ), self.parts.database.writing() as rows:  # fmt: skip
            found = store.to_talk_about(rows, session_id)
            if store.worker_of(rows, session_id) != actor.person_id:
                raise RefusedError("not the worker")
            if found is None:
                raise FeedbackStateError
            now = self.parts.clock()
            if not store.keep(rows, found, now, heard="waived", heard_by=actor.person_id, heard_ms=now):
                raise ChangedMeanwhileError
            self._acting(actor, found).tell(rows, found, Action.EDIT)

    def answer(self, actor: Actor, session_id: str, words: str, *, act_id: str) -> None:
        """The worker says something to all of it; the same act again is kept once. Raises ReplyError."""
        self._said(actor, session_id, ReplyKind.ANSWER, WHOLE, words, act_id)

    def contest(self, actor: Actor, session_id: str, element: str, words: str, *, act_id: str) -> None:
        """The worker sees a score differently; both views stand side by side from then on. Raises ReplyError."""
        self._said(actor, session_id, ReplyKind.CONTEST, element, words, act_id)

    def ask_second(self, actor: Actor, session_id: str, *, act_id: str) -> None:
        """The worker asks for a second coder, where a score is contested. Raises ReplyError."""
        found = self.released(actor, session_id)
        if found is None:
            self.refuse(actor, session_id)
        if not any(one.kind is ReplyKind.CONTEST for one in found.replies):
            raise ReplyError("Say first which score you see differently, then ask for a second coder.")
        if not found.second_wanted:
            self._said(actor, session_id, ReplyKind.CONTEST, SECOND, _SECOND_WORDS, act_id)

    def respond(self, actor: Actor, session_id: str, about: str, words: str, *, act_id: str) -> None:
        """The coach says something to what the worker said. Raises ReplyError."""
        self._said(actor, session_id, ReplyKind.RESPONSE, about, words, act_id)

    def second_wanted(self, actor: Actor) -> tuple[str, ...]:
        """The sessions that this coach may review, where a second coder is asked for; for the queue."""
        with self.parts.database.reading() as rows:
            visible = self.parts.broker.visible_sessions(rows, actor, Purpose.COACHING, content=Content.REVIEW)
            return store.second_wanted(rows, visible) if StaffRole.COACH in actor.roles else ()

    def _said(self, actor: Actor, session_id: str, kind: ReplyKind, about: str, words: str, act_id: str) -> None:
        found = self.released(actor, session_id)
        if found is None:
            self.refuse(actor, session_id)
        facts, said = found.written.facts, plain(words)
        mine = facts.author_id if kind is ReplyKind.RESPONSE else facts.worker_id
        if actor.person_id != mine:
            raise RefusedError("not theirs to say")
        if not _fits(found, kind, about, said, act_id):
            raise ReplyError
        acting = self._acting(actor, facts)
        with acting.open(session_id, Content.REPLY, Action.EDIT) as opened:
            sealed = opened.seal(REPLY_FIELD, json.dumps({"words": said}, ensure_ascii=False).encode())
            with self.parts.database.writing() as rows:
                acting.still(rows, opened)
                if store.is_kept(rows, facts.id, act_id):
                    return
                given = {"kind": kind, "about": about, "body": sealed, "act_id": act_id}
                store.add_reply(rows, facts, **given, person_id=actor.person_id, made_ms=self.parts.clock())
                acting.tell(rows, facts, Action.EDIT)

    def _replies(self, acting: Acting, facts: Facts) -> tuple[Reply, ...]:
        with acting.open(facts.session_id, Content.REPLY) as opened:
            with self.parts.database.reading() as rows:
                found = store.replies(rows, facts.id)
            return tuple(
                Reply(
                    number=row.number,
                    kind=ReplyKind(row.kind),
                    about=row.about,
                    words=str(json.loads(opened.unseal(REPLY_FIELD, row.body))["words"]),
                    made_ms=row.made_ms,
                    mine=row.person_id == acting.actor.person_id,
                )
                for row in found
            )

    def _acting(self, actor: Actor, facts: Facts) -> Acting:
        if actor.person_id == facts.author_id:
            return Acting(parts=self.parts, actor=actor, role=ActorRole.COACH)
        own = StaffRole.PRACTITIONER if StaffRole.PRACTITIONER in actor.roles else StaffRole.MANAGER
        return Acting(parts=self.parts, actor=actor, role=ActorRole(own))


def _fits(found: Received, kind: ReplyKind, about: str, said: str, act_id: str) -> bool:
    """Whether this can be said about that. A response is to something that the worker said."""
    if found.written.facts.state is not FeedbackState.RELEASED or not is_id(act_id) or not 0 < len(said) <= MOST_WORDS:
        return False
    if kind is ReplyKind.RESPONSE:
        return about in {one.about for one in found.replies if one.kind is not ReplyKind.RESPONSE}
    if kind is ReplyKind.CONTEST:
        return about == SECOND or about in {one.element for one in found.written.body.scores}
    return about == WHOLE

"""What a worker does with their own reflection. Whether it is theirs is the broker's to say, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from models.records.rubric import Rubric
from pipelines.outputs.scoring_json import scoring_of
from service.api.errors import ChangedMeanwhileError
from service.audit.records import Action, Purpose
from service.database.words import Content
from service.jobs.records import Document
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.reflection import store
from service.reflection.changing import Changed, Sent, changed, rated, settled
from service.reflection.errors import NotRatedYetError
from service.reflection.moments import Suggested, marks_read, suggested
from service.reflection.records import Kept, Reflection, checked
from service.rubrics import rubric_for
from service.sessions import store as sessions
from service.sessions.documents import Documents
from service.transcripts.usecases import Transcripts

_FIELD = "reflection.body"
_MOST_TRIES = 5
"""So often a change is tried while other windows of the same worker are faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflections:
    """Reflections of sessions. Every method raises RefusedError for anybody but the session's own worker."""

    parts: Parts

    def look(self, actor: Actor, session_id: str) -> Kept:
        """What the worker wrote so far; version 0 where they wrote nothing."""
        with self._open(actor, session_id) as opened:
            return self._kept(opened)

    def change(self, actor: Actor, session_id: str, sent: Sent) -> Kept:
        """Keep what was sent. Where another version stands by now, that one stays and what was sent is kept beside it.

        Raises ChangedMeanwhileError after that, ReflectionTextError, and RatedAlreadyError, which keep nothing.
        """
        conflict = False

        def made(kept: Kept) -> Kept:
            nonlocal conflict
            checked(sent.fields, self._elements(kept))
            after: Changed = changed(kept, sent, self.parts.clock())
            conflict = after.conflict
            return replace(kept, reflection=after.reflection)

        kept = self._edit(actor, session_id, made)
        if conflict:
            raise ChangedMeanwhileError
        return kept

    def rate(self, actor: Actor, session_id: str, *, without: bool = False) -> Kept:
        """Say that the worker has rated themself, or goes on ``without``; from then on suggestions are shown.

        Doing it again changes nothing. Raises RatingsMissingError.
        """

        def made(kept: Kept) -> Kept:
            if kept.rated_ms is not None:
                return kept
            after = rated(kept, self._elements(kept), without=without)
            return replace(kept, reflection=after, rated_ms=self.parts.clock())

        return self._edit(actor, session_id, made)

    def settle(self, actor: Actor, session_id: str, aside_id: str, *, use: bool) -> Kept:
        """Take a text that was kept beside, or let it go. Raises NothingKeptError, RatedAlreadyError."""
        return self._edit(
            actor, session_id, lambda kept: replace(kept, reflection=settled(kept, aside_id, use=use))
        )  # fmt: skip

    def suggestions(self, actor: Actor, session_id: str, kept: Kept) -> Suggested:
        """What the program marked and suggested, for somebody who has rated themself.

        ``kept`` is what `look` gave. Raises NotRatedYetError, NoDocumentError while it is not made.
        """
        if kept.rated_ms is None:
            raise NotRatedYetError
        documents, purpose = Documents(parts=self.parts), Purpose.REFLECTION
        scoring = documents.read(actor, session_id, Document.SCORING, purpose=purpose)
        coding = documents.read(actor, session_id, Document.CODING, purpose=purpose)
        standing = Transcripts(parts=self.parts).read(actor, session_id, purpose=purpose)
        return suggested(
            rubric_for(kept.facts.setting),
            standing,
            marks_read(coding.body),
            scoring_of(scoring.body, "The scoring"),
        )

    def _edit(self, actor: Actor, session_id: str, made: Callable[[Kept], Kept]) -> Kept:
        """Read, make and keep, again and again until nobody came between. What stays as it was is not kept anew."""
        with self._open(actor, session_id, Action.EDIT) as opened:
            for _ in range(_MOST_TRIES):
                before = self._kept(opened)
                after = made(before)
                if after == before:
                    return before
                after = replace(after, version=before.version + 1, changed_ms=self.parts.clock())
                if self._stored(actor, opened, after):
                    return after
        raise ChangedMeanwhileError

    def _stored(self, actor: Actor, opened: Opened, after: Kept) -> bool:
        sealed = opened.seal(_FIELD, after.reflection.packed())
        row = store.Row(
            body=sealed, version=after.version, rated_ms=after.rated_ms, changed_ms=after.changed_ms or 0
        )  # fmt: skip
        with self.parts.database.writing() as rows:
            return store.keep(rows, opened.session_id, actor.person_id, row)

    def _kept(self, opened: Opened) -> Kept:
        with self.parts.database.reading() as rows:
            facts, row = sessions.facts_of(rows, opened.session_id), store.read(rows, opened.session_id)
        if facts is None:
            raise RefusedError("no such session")
        if row is None:
            return Kept(facts=facts)
        read = Reflection() if row.body is None else Reflection.unpacked(opened.unseal(_FIELD, row.body))
        return Kept(
            facts=facts, reflection=read, version=row.version, rated_ms=row.rated_ms, changed_ms=row.changed_ms
        )  # fmt: skip

    def _open(self, actor: Actor, session_id: str, action: Action = Action.VIEW) -> Opened:
        return self.parts.broker.open(
            actor, session_id, Content.REFLECTION, purpose=Purpose.REFLECTION, action=action
        )  # fmt: skip

    def _elements(self, kept: Kept) -> frozenset[str]:
        return frozenset(one.id for one in rubric_for(kept.facts.setting).elements)


def ratings_of(reflection: Reflection, rubric: Rubric) -> Mapping[str, str]:
    """Self-ratings by element, in the rubric's order; those that are missing are empty."""
    return {one.id: reflection.rated(one.id) for one in rubric.elements}

"""The cells of the policy: who asks, how they stand to the session, how the session is, for what, what, to do what.

`expected` says what the answer to each has to be, in words of its own; it asks nothing of the policy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from service.audit.records import Action, ActorRole, Purpose
from service.database.words import (
    Content,
    FeedbackState,
    PermissionAnswer,
    PermissionPurpose,
    PersonState,
    SessionState,
)
from service.database.words import StaffRole as Staff
from service.keybroker.policy import Condition, Facts, Relationship
from service.keybroker.ports import Actor
from tests.service.keybroker.worlds import World, actor

ROLES = ("practitioner", "coach", "manager", "researcher", "administrator", "no role", "disabled", "ended", "system")
"""``disabled`` is a person who has every role and may not sign in; ``ended`` had every role until now."""
TIES = ("own", "coach", "lead", "team", "apart")
FORMER = ("coach ended", "coach to come", "lead ended", "other team")
"""To the policy these are all ``apart``; that they are is the database's to say."""
LETTERS = {Action.VIEW: "V", Action.PLAY: "P", Action.EDIT: "E", Action.EXPORT: "X", Action.RELEASE: "R"}
_ALL = frozenset(("reflection", "coaching", "research"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a session is. ``given`` is what everybody agreed to; ``spoilt`` is how the second participant's answer is."""

    name: str
    state: SessionState = SessionState.READY
    given: frozenset[str] = _ALL
    spoilt: str = ""
    shared: bool = True
    supervision: bool = False
    released: bool = False
    author: bool = False
    others_draft: bool = False
    erasing: bool = False


_GOOD = Case(name="good")
CASES = (
    _GOOD,
    replace(_GOOD, name="not shared", shared=False),
    replace(_GOOD, name="supervision", supervision=True),
    replace(_GOOD, name="supervision, released", supervision=True, released=True),
    replace(_GOOD, name="released", released=True),
    replace(_GOOD, name="own draft", author=True),
    replace(_GOOD, name="another's draft", others_draft=True),
    replace(_GOOD, name="own feedback released", author=True, released=True),
    *(replace(_GOOD, name=f"only {purpose}", given=frozenset((purpose,)), released=True) for purpose in sorted(_ALL)),
    *(
        replace(_GOOD, name=f"permission {how}", given=frozenset(), spoilt=how)
        for how in ("missing", "refused", "withdrawn", "expired", "of nobody")
    ),
    *(replace(_GOOD, name=f"state {state}", state=state) for state in SessionState if state is not SessionState.READY),
    replace(_GOOD, name="supervision in quarantine", supervision=True, state=SessionState.QUARANTINED),
    replace(_GOOD, name="erasure begun", erasing=True),
)

# What is allowed where the session is as it should be, by purpose and content: view, play, edit, export (X), release.
_OWN = {
    ("reflection", "details"): "VEX",
    ("reflection", "recording"): "VPEX",
    ("reflection", "transcript"): "VEX",
    ("reflection", "coding"): "VX",
    ("reflection", "reflection"): "VEX",
    ("coaching", "review"): "VX",
    ("coaching", "feedback"): "VX",
    ("coaching", "reply"): "VEX",
}
_COACH = {
    ("coaching", "details"): "V",
    ("coaching", "recording"): "VP",
    ("coaching", "transcript"): "V",
    ("coaching", "coding"): "V",
    ("coaching", "review"): "VEX",
    ("coaching", "feedback"): "VEXR",
    ("coaching", "reply"): "VEX",
}
_RESEARCH = {("research", "transcript"): "VX", ("research", "coding"): "VX"}
_STRANGERS = ("apart", *FORMER)
_ASKED_FOR = {
    ("subject-access", what): "X" for what in ("details", "transcript", "coding", "review", "feedback", "reply")
}
_SYSTEM = {("reflection", what): "VE" for what in ("recording", "transcript", "coding")}


class Cell(NamedTuple):
    """One question."""

    role: str
    tie: str
    case: Case
    purpose: Purpose
    content: Content
    action: Action

    @property
    def kind(self) -> tuple[str, ...]:
        """The question without the session."""
        return self.role, self.tie, self.purpose, self.content, self.action


def expected(role: str, tie: str, case: Case, purpose: Purpose, content: Content, action: Action) -> bool:
    """The answer, by this page alone."""
    table = _table_for(role, tie, case)
    if case.erasing or case.state in ("withdrawn", "erased"):
        return False
    if LETTERS[action] not in table.get((purpose, content), ""):
        return False
    if (table is _OWN and content == "details") or table is _ASKED_FOR:
        return True
    if case.state == "quarantined" or purpose not in case.given:
        return False
    if table is _OWN and content in ("review", "feedback", "reply"):
        return case.released
    if table is _COACH and content == "reply":
        return case.author and case.released
    return not (table is _COACH and content == "feedback" and action is not Action.EDIT) or case.author


def _table_for(role: str, tie: str, case: Case) -> dict[tuple[str, str], str]:
    if role == "system":
        return _SYSTEM
    if tie == "own" and (role == "practitioner" or (role == "manager" and case.supervision)):
        return _OWN
    if role == "administrator":
        return _ASKED_FOR
    if (role, tie) == ("coach", "coach") and case.shared:
        return _COACH
    return _RESEARCH if role == "researcher" and tie in _STRANGERS else {}


def facts_for(role: str, tie: str, case: Case) -> Facts:
    """What the database would say, told without one."""
    conditions = {
        Condition.SHARED: case.shared,
        Condition.RELEASED: case.released,
        Condition.AUTHOR: case.author,
        Condition.SUPERVISION: case.supervision,
    }
    known = {"own": Relationship.OWN, "coach": Relationship.COACH, "lead": Relationship.LEAD, "team": Relationship.TEAM}
    system = role == "system"
    return Facts(
        roles=frozenset((ActorRole(role),)) if role in set(ActorRole) else frozenset(),
        state=case.state,
        erasing=case.erasing,
        relationships=frozenset(
            (Relationship.SYSTEM,) if system else (known.get(tie, Relationship.APART), Relationship.ANY)
        ),
        conditions=frozenset(name for name, holds in conditions.items() if holds),
        given=frozenset(PermissionPurpose(purpose) for purpose in case.given),
    )


def built(world: World, role: str, tie: str, case: Case) -> tuple[Actor, str]:
    """The same in the database: a fresh worker, team and session, and who asks about it."""
    who = _asker(world, role)
    worker = who.person_id if tie == "own" and role != "system" else world.person((Staff.PRACTITIONER,))
    ours = world.team()
    world.member(worker, ours)
    session_id = world.session(
        worker,
        state=case.state,
        setting="supervision" if case.supervision else "direct_practice",
        shared_ms=world.now if case.shared else None,
        team_id=ours,
    )
    if role != "system":
        _tie(world, tie, who.person_id, worker, ours)
    _permit(world, session_id, case)
    if case.author:
        asker = worker if role == "system" else who.person_id
        world.feedback(session_id, asker, FeedbackState.RELEASED if case.released else FeedbackState.DRAFT)
    elif case.released or case.others_draft:
        world.feedback(session_id, world.person(), FeedbackState.RELEASED if case.released else FeedbackState.IN_REVIEW)
    if case.erasing:
        world.erasure(session_id)
    return who, session_id


def _asker(world: World, role: str) -> Actor:
    if role == "system":
        return Actor.worker("f" * 32)
    if role == "disabled":
        return actor(world.person(Staff, state=PersonState.DISABLED))
    if role == "ended":
        return actor(world.person(Staff, window=(0, world.now)))
    return actor(world.person(() if role == "no role" else (Staff(role),)))


def _tie(world: World, tie: str, who: str, worker: str, ours: str) -> None:
    windows = {
        "coach": (world.now, world.now + 1),
        "coach ended": (0, world.now),
        "coach to come": (world.now + 1, None),
    }
    if tie in windows:
        world.coaching(who, worker, windows[tie])
    elif tie in ("lead", "lead ended"):
        world.member(who, ours, leads=True, window=(0, world.now if tie == "lead ended" else None))
    elif tie == "team":
        world.member(who, ours)
    elif tie == "other team":
        world.member(who, world.team())


def _permit(world: World, session_id: str, case: Case) -> None:
    if case.spoilt == "of nobody":
        return
    purposes = tuple(PermissionPurpose(purpose) for purpose in sorted(case.given))
    if not case.spoilt:
        world.participant(session_id, *purposes, place=1)
        world.participant(session_id, *purposes, place=2)
        return
    everything = tuple(PermissionPurpose)
    world.participant(session_id, *everything, place=1)
    if case.spoilt == "missing":
        world.participant(session_id, place=2)
        return
    second = world.participant(session_id, *(everything if case.spoilt == "withdrawn" else ()), place=2)
    for purpose in everything:
        if case.spoilt == "expired":
            world.answers(session_id, second, purpose, until_ms=world.now)
        else:
            world.answers(session_id, second, purpose, PermissionAnswer(case.spoilt))

"""The form of everybody's answers: reading what was chosen, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.records.speech import Role
from service.database.words import How, PermissionAnswer, PermissionPurpose
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.records import Answer, Participant, standing
from service.permissions.usecases import record
from service.sessions.overview import Overview
from service.web.adding_form import DAY_PARTS, day_of
from service.web.forms import Fields
from service.web.reading_aloud import audience_of, newest_statement
from service.web.words import PRESENT_WORDS

SHORT_PURPOSES: Mapping[str, tuple[str, str]] = {
    PermissionPurpose.REFLECTION: ("Reflection", "The worker listens and reads, to think about how they worked."),
    PermissionPurpose.COACHING: ("Coaching", "The worker may share it with their coach."),
    PermissionPurpose.RESEARCH: ("Research", "People who study this work may read it, without what tells who is who."),
    PermissionPurpose.MODEL_IMPROVEMENT: ("Improving the tools", "It may be used to make the suggestions better."),
}
"""Each purpose in a word and in a sentence, in the order in which the statements ask."""
WAYS: Mapping[str, str] = {How.SPOKEN: "They said so", How.WRITTEN: "In writing", How.RECORDED: "On the recording"}
HOW_WORDS: Mapping[str, str] = {
    How.SPOKEN: "spoken", How.WRITTEN: "in writing", How.RECORDED: "on the recording",
    How.THROUGH_PARENT: "a parent or carer answered",
}  # fmt: skip
PARENT = "parent"
UNKNOWN_WORDS = "Somebody not known yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer that was chosen; times in ms since 1970."""

    one: Participant
    purpose: PermissionPurpose
    answer: PermissionAnswer
    how: How
    said_ms: int
    until_ms: int | None


def called(people: Sequence[Participant]) -> dict[str, str]:
    """What each participant is called, by id: the role, with a number where there are two of it."""
    roles = [one.role for one in people]
    return {
        one.id: PRESENT_WORDS.get(one.role, UNKNOWN_WORDS) + (f" {one.place}" if roles.count(one.role) > 1 else "")
        for one in people
    }


def field_of(one: Participant, purpose: PermissionPurpose) -> str:
    """The name of the field of one answer."""
    return f"answer-{one.id}-{purpose.value}"


def read_answers(sent: Fields, seen: Overview, zone: ZoneInfo) -> tuple[tuple[Said, ...], dict[str, str]]:
    """The answers that were chosen, and the errors by field; nothing is to be kept where there is one."""
    errors: dict[str, str] = {}
    said_ms = _said(sent, seen.now_ms, zone, errors)
    until_ms = _until(sent, seen.now_ms, zone, errors)
    way = sent.one("how")
    if way not in WAYS:
        errors["how"] = "Choose how they answered"
    if errors:
        return (), errors
    found = tuple(
        Said(one=one, purpose=purpose, answer=answer, how=how, said_ms=said_ms, until_ms=until_ms)
        for one, purpose, answer, how in _chosen(sent, seen.people, How(way))
    )
    names = called(seen.people)
    for said in found:
        if said.answer is PermissionAnswer.REFUSED and _agrees(seen.answers, said, seen.now_ms):
            purpose = SHORT_PURPOSES[said.purpose][0].lower()
            errors[field_of(said.one, said.purpose)] = (
                f"{names[said.one.id]} said yes to {purpose} before. Use “Take back”, which says what follows"
            )
    if not found and seen.people:
        errors[field_of(seen.people[0], PermissionPurpose.REFLECTION)] = "Choose yes or no for at least one person"
    return found, errors


def record_answers(parts: Parts, actor: Actor, session_id: str, answers: Sequence[Said]) -> None:
    """Keep the answers, each an act of its own. Raises what `record` raises."""
    for said in answers:
        through = said.how is How.THROUGH_PARENT
        statement = newest_statement(audience_of(said.one.role, through_parent=through)).name
        record(
            parts, actor, session_id, said.one.id, said.purpose, said.answer,
            how=said.how, statement=statement, said_ms=said.said_ms, until_ms=said.until_ms,
        )  # fmt: skip


def usual_answer_fields(day: date) -> dict[str, str]:
    """What the form starts with: the day of the session, and spoken answers."""
    return {"how": How.SPOKEN.value} | {f"said-{part}": str(getattr(day, part)) for part in DAY_PARTS}


def _chosen(
    sent: Fields, people: Sequence[Participant], way: How
) -> Iterator[tuple[Participant, PermissionPurpose, PermissionAnswer, How]]:
    for one in people:
        through = one.role is Role.CHILD and sent.one(f"voice-{one.id}") == PARENT
        for purpose in PermissionPurpose:
            answer = sent.one(field_of(one, purpose))
            if answer in (PermissionAnswer.GIVEN, PermissionAnswer.REFUSED):
                yield one, purpose, PermissionAnswer(answer), How.THROUGH_PARENT if through else way


def _agrees(answers: Sequence[Answer], said: Said, now_ms: int) -> bool:
    """Whether the same voice's latest answer is a yes that holds."""
    before = standing(answers).get((said.one.id, said.purpose, said.how is How.THROUGH_PARENT))
    return before is not None and before.holds(now_ms)


def _said(sent: Fields, now_ms: int, zone: ZoneInfo, errors: dict[str, str]) -> int:
    day, today = day_of(sent, "said"), _today(now_ms, zone)
    if day is None or day.year < 2000:
        errors["said"] = "Enter the day on which they answered, like 22 11 2026"
        return 0
    if day > today:
        errors["said"] = "The day on which they answered must be today or in the past"
    return now_ms if day == today else _ms(datetime.combine(day, time(12), zone))


def _until(sent: Fields, now_ms: int, zone: ZoneInfo, errors: dict[str, str]) -> int | None:
    if not any(sent.one(f"until-{part}") for part in DAY_PARTS):
        return None
    day = day_of(sent, "until")
    if day is None or not _today(now_ms, zone) < day < date(9000, 1, 1):
        errors["until"] = "Enter a day after today, or leave all three parts empty"
        return None
    return _ms(datetime.combine(day + timedelta(days=1), time(0), zone))


def _today(now_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

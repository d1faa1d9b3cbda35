"""Permissions as the options of a command state them, such as ``2:reflection,coaching=spoken``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from models.errors import BadInputError
from models.records.speech import Role
from service.database.words import How, PermissionAnswer, PermissionPurpose
from service.remote.errors import StrangeAnswerError

_Word = TypeVar("_Word", bound=StrEnum)
_WORKERS = (Role.PRACTITIONER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one participant said. ``place`` counts the participants from 1, in the order in which they were named."""

    place: int
    purpose: PermissionPurpose
    answer: PermissionAnswer
    how: How

    @property
    def _voice(self) -> tuple[int, str, bool]:
        return self.place, self.purpose, self.how is How.THROUGH_PARENT


def said_of(given: Sequence[str], refused: Sequence[str], roles: Sequence[Role]) -> tuple[Said, ...]:
    """What the options --given and --refused state about participants with these roles.

    Without a number something holds for everybody; through a parent, for every child. Raises BadInputError.
    """
    every = [one for text in given for one in _read(text, PermissionAnswer.GIVEN, roles)]
    every += [one for text in refused for one in _read(text, PermissionAnswer.REFUSED, roles)]
    seen: set[tuple[int, str, bool]] = set()
    for one in every:
        if one._voice in seen:
            raise BadInputError(
                f"Participant {one.place} is said to have answered twice about {one.purpose.value}. State it once."
            )
        seen.add(one._voice)
    return tuple(every)


def audience(role: Role, how: How) -> str:
    """For whom the words are written that somebody with this role heard before answering."""
    if role is Role.CHILD and how is not How.THROUGH_PARENT:
        return "child"
    return "worker" if role in _WORKERS else "adult"


def current_statements(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """For each audience the name of its newest statement, from the service's list. Raises StrangeAnswerError."""
    newest: dict[str, tuple[int, str]] = {}
    for one in items:
        reader, name = str(one.get("audience", "")), str(one.get("name", ""))
        number = name.rpartition("-")[2]
        if not reader or not number.isascii() or not number.isdigit():
            raise StrangeAnswerError
        newest[reader] = max(newest.get(reader, (0, "")), (int(number), name))
    return {reader: name for reader, (_, name) in newest.items()}


def _read(text: str, answer: PermissionAnswer, roles: Sequence[Role]) -> Iterator[Said]:
    whom, colon, rest = text.rpartition(":")
    named, equals, way = rest.partition("=")
    if not equals or not named.strip():
        raise BadInputError(
            "A permission is stated as reflection,coaching=spoken, or 2:reflection=spoken for the second participant."
        )
    purposes = [_word(PermissionPurpose, one, "purpose") for one in named.split(",")]
    how = _word(How, way, "way")
    for place in _places(whom.strip() if colon else None, how, roles):
        for purpose in purposes:
            yield Said(place=place, purpose=purpose, answer=answer, how=how)


def _places(whom: str | None, how: How, roles: Sequence[Role]) -> list[int]:
    children = [place for place, role in enumerate(roles, 1) if role is Role.CHILD]
    through = how is How.THROUGH_PARENT
    if whom is None:
        found = children if through else list(range(1, len(roles) + 1))
    elif whom.isascii() and whom.isdigit() and 1 <= int(whom) <= len(roles):
        found = [int(whom)]
    else:
        raise BadInputError(
            f"There are {len(roles)} participants. Name one by its number, such as 1:reflection=spoken."
        )
    if not found or (through and not set(found) <= set(children)):
        raise BadInputError("Only for a child somebody else can answer. State how the others gave it themselves.")
    return found


def _word(kind: type[_Word], text: str, called: str) -> _Word:
    try:
        return kind(text.strip().lower())
    except ValueError:
        raise BadInputError(f"There is no such {called} of a permission. Use one of: {', '.join(kind)}.") from None

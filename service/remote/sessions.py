"""Sessions and the permissions of those who were there, as a service elsewhere keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.errors import BadInputError
from models.records.speech import Role
from service.database.words import How, PermissionPurpose
from service.ids import is_id, new_id
from service.remote.answers import mapping, text_in
from service.remote.connection import Connection
from service.remote.errors import StrangeAnswerError
from service.remote.stated import Said, audience


def checked(session_id: str) -> str:
    """An id as it was typed. Raises BadInputError."""
    if not is_id(session_id.strip().lower()):
        raise BadInputError("An id has 32 hexadecimal digits. `practice remote list` shows those of your sessions.")
    return session_id.strip().lower()


def add_session(connection: Connection, asked: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Make a session; gives its id, and its participants' ids in the order of ``asked["participants"]``."""
    made = connection.make("/sessions", asked)
    session_id = checked(text_in(made, "id"))
    present = made.get("participants") or participants(connection, session_id)
    return session_id, _in_order(present, asked["participants"])


def participants(connection: Connection, session_id: str) -> list[dict[str, Any]]:
    """Who was there, by role, with what each agreed to; always in the same order."""
    found = list(connection.each(f"/sessions/{session_id}/participants"))
    order = {role.value: place for place, role in enumerate(Role)}
    return sorted(found, key=lambda one: (order.get(one.get("role", ""), len(order)), one.get("place", 0)))


def answers_for(
    said: Sequence[Said], roles: Sequence[Role], ids: Sequence[str], statements: Mapping[str, str],
    times: Mapping[str, Any],
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """What is to be recorded; ``statements``: the current one by audience, ``times``: said_ms and until_ms.

    Raises StrangeAnswerError where a statement is missing.
    """
    rows = []
    for one in said:
        body = {
            "purpose": one.purpose.value, "answer": one.answer.value, "how": one.how.value,
            "statement": text_in(dict(statements), audience(roles[one.place - 1], one.how)), **times,
        }  # fmt: skip
        rows.append({"participant": ids[one.place - 1], "key": new_id(), "body": body})
    return tuple(rows)


def record_answer(connection: Connection, session_id: str, row: Mapping[str, Any]) -> None:
    """Record one answer of `answers_for`; the second time changes nothing."""
    path = f"/sessions/{session_id}/participants/{checked(row['participant'])}/permissions"
    connection.make(path, row["body"], row["key"])


def share(connection: Connection, session_id: str, *, shared: bool) -> dict[str, Any]:
    """Share a session with the worker's coach, or take that back. Gives the session."""
    return mapping(connection.ask("PUT" if shared else "DELETE", f"/sessions/{session_id}/sharing"))


def withdraw(
    connection: Connection, session_id: str, participant_id: str, purposes: Sequence[PermissionPurpose], how: How
) -> dict[str, Any]:
    """Record that somebody changed their mind; no purposes: all of them. Gives the receipt."""
    body: dict[str, Any] = {"how": how.value}
    if purposes:
        body["purposes"] = [purpose.value for purpose in purposes]
    return connection.make(f"/sessions/{session_id}/participants/{participant_id}/withdrawal", body)


def receipt(connection: Connection, session_id: str) -> dict[str, Any]:
    """The receipt of a session's withdrawal, as it stands now."""
    return connection.get(f"/sessions/{session_id}/receipt")


def _in_order(present: Sequence[Mapping[str, Any]], roles: Sequence[str]) -> tuple[str, ...]:
    """Ids by role: the first child is who was named first as a child."""

    def ids() -> Iterator[str]:
        counted: dict[str, int] = {}
        for role in roles:
            counted[role] = counted.get(role, 0) + 1
            found = [one for one in present if one.get("role") == role and one.get("place") == counted[role]]
            if len(found) != 1:
                raise StrangeAnswerError
            yield checked(text_in(dict(found[0]), "id"))

    return tuple(ids())

"""An id of somebody else's, anywhere in a request, is answered like an id that there is not (SECURITY S2)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from service.database.tables import METADATA, hold, passkey
from service.ids import new_id
from tests.service.routes_matrix.bodies import names_in
from tests.service.routes_matrix.cells import ask, slug_of, told
from tests.service.routes_matrix.expectations import ROWS, STATES
from tests.service.routes_matrix.house import House, come_in, enter_state
from tests.service.routes_matrix.principals import BY_NAME

IDS = ("session_id", "participant_id", "hold_id", "job_id", "upload_id", "review_id", "feedback_id")
"""Ids that belong to somebody; those of people and teams are an administrator's to know."""
PASSKEY = {"public_key": "AA", "sign_count": 0, "label": "-", "transports": "", "created_ms": 0}
SWAPS = [
    (key, name)
    for key in ROWS
    for name in IDS
    if name in names_in(key)
    and not ("/holds" in key and name == "session_id")  # administrators hold any session
    and "/subject-access" not in key  # administrators ask about any session; its own tests ask for foreign copies
    and " /administration" not in key  # their pages are for any session; tests/service/web/admin asks for foreign ids
]


@pytest.mark.parametrize(("key", "name"), SWAPS)
def test_a_foreign_id_is_answered_like_one_that_there_is_not(house: House, key: str, name: str) -> None:
    enter_state(house, STATES[0])
    principal = BY_NAME["administrator, same team" if "holds" in key else "worker"]
    come_in(house, principal)
    own, foreign = house.things["worker"], house.things["supervisor"]
    house.change(update(hold).where(hold.c.id == foreign["hold_id"]).values(ended_ms=None))
    before = _content(house)
    answers = [
        ask(house, principal, key, ROWS[key], own | {name: other}, stays=True).response
        for other in (foreign[name], new_id())
    ]
    assert told(answers[0]) == told(answers[1])
    assert slug_of(answers[0]) == ("ok" if "/holds" in key else "nothing-here")
    assert _content(house) == before


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("DELETE /api/v1/me/sign-ins/{sign_in_id}", "sign_in_id"),
        ("DELETE /api/v1/me/tokens/{token_id}", "token_id"),
        ("DELETE /api/v1/me/passkeys/{passkey_id}", "passkey_id"),
    ],
)
def test_ending_another_persons_sign_in_token_or_passkey_is_answered_alike_and_ends_nothing(
    house: House, key: str, name: str
) -> None:
    enter_state(house, STATES[0])
    come_in(house, BY_NAME["coach's token"])
    own = house.things["worker"]
    theirs = house.council.callers["somebody"].actor.person_id
    house.change(insert(passkey).values(id=new_id(), person_id=theirs, credential_id="AA", **PASSKEY))
    before = _content(house)
    found = [row[0] for row in before[name.removesuffix("_id")] if theirs in row]
    answers = [
        ask(house, BY_NAME["worker"], key, ROWS[key], own | {name: str(one)}, stays=True).response
        for one in (found[0], new_id() * (2 if name == "sign_in_id" else 1))
    ]
    assert told(answers[0]) == told(answers[1])
    assert _content(house) == before


def test_an_idempotency_key_of_another_person_tells_nothing_of_what_they_did(house: House) -> None:
    enter_state(house, STATES[0])
    path, body = f"/sessions/{house.things['worker']['session_id']}/participants", {"role": "child"}
    again = {"Idempotency-Key": "the-same-key-0001"}
    made = [house.council.worker.send("POST", path, body, again) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    other = house.council.callers["learner"]
    with_key, without = other.send("POST", path, body, again), other.send("POST", path, body)
    assert told(with_key) == told(without)
    assert with_key.status_code == 404


def test_ids_of_each_kind_are_swapped() -> None:
    assert {name for _, name in SWAPS} == set(IDS)


def _content(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Every row but the audit's."""
    found = {}
    with house.council.parts.database.reading() as rows:
        for table in METADATA.sorted_tables:
            if not table.name.startswith("audit"):
                found[table.name] = [tuple(row) for row in rows.execute(table.select())]
    return found

"""Access tokens carry what their person may do now, and no more."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.api.errors import NotFreshError
from service.database.tables import token
from service.database.words import StaffRole
from service.keybroker.ports import Actor
from service.people import staff, tokens
from service.people.errors import TokenInputError
from service.people.parts import PeopleParts
from service.people.principal import csrf_token, resolve_cookie, resolve_token
from service.people.records import SCOPE_ROLES, Scope, SignedIn
from service.people.sign_in_rows import FRESH_MS
from service.people.tokens import DAY_MS, LONGEST_MS, MOST
from tests.service.people.conftest import REQUEST, Add, entered, here
from tests.service.stand_ins import ToldClock

P, C, A = StaffRole.PRACTITIONER, StaffRole.COACH, StaffRole.ADMINISTRATOR


def make(people: PeopleParts, signed: SignedIn, *scopes: Scope, lasts: int = DAY_MS, label: str = "laptop") -> str:
    until = people.parts.clock() + lasts
    return tokens.make_token(people, signed, label=label, scopes=scopes or [Scope.JOBS_READ], until_ms=until)[1]


def machine(people: PeopleParts, secret: str) -> SignedIn:
    found = resolve_token(people, secret, REQUEST)
    assert found is not None
    return found


@pytest.fixture
def ola(people: PeopleParts, add: Add) -> SignedIn:
    add("ola", P)
    return here(people, entered(people, "ola").cookie)


def test_a_token_acts_for_its_person_within_its_scopes(people: PeopleParts, ola: SignedIn) -> None:
    found = machine(people, make(people, ola, Scope.JOBS_READ, Scope.UPLOADS_WRITE))
    assert (found.actor.person_id, found.actor.roles) == (ola.actor.person_id, {P})
    assert found.scopes == {Scope.JOBS_READ, Scope.UPLOADS_WRITE}


def test_a_person_at_a_browser_needs_no_scope(ola: SignedIn) -> None:
    assert ola.scopes is None


def test_every_scope_says_which_roles_it_means_something_to() -> None:
    assert set(SCOPE_ROLES) == set(Scope)
    assert all(SCOPE_ROLES.values())


def test_a_token_is_never_fresh_and_makes_no_tokens(people: PeopleParts, ola: SignedIn) -> None:
    found = machine(people, make(people, ola))
    assert not found.fresh
    with pytest.raises(NotFreshError):
        make(people, found)


def test_a_token_needs_a_fresh_proof(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    cookie = entered(people, "ola").cookie
    clock.pass_ms(FRESH_MS)
    with pytest.raises(NotFreshError):
        make(people, here(people, cookie))


def test_a_token_and_a_cookie_are_not_taken_for_one_another(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    cookie = entered(people, "ola").cookie
    secret = make(people, here(people, cookie))
    assert secret.startswith("prt_")
    assert resolve_cookie(people, secret, REQUEST) is None
    assert resolve_token(people, cookie, REQUEST) is None
    assert resolve_token(people, f"prt_{cookie}", REQUEST) is None


@pytest.mark.parametrize("value", [None, "", "prt_", "prt_" + "x" * 5000, "prt_\ud800"])
def test_a_token_that_nobody_was_given_is_nobody(people: PeopleParts, value: str | None) -> None:
    assert resolve_token(people, value, REQUEST) is None


def test_the_database_does_not_hold_a_token(people: PeopleParts, ola: SignedIn) -> None:
    secret = make(people, ola)
    with people.parts.database.reading() as rows:
        [row] = rows.execute(select(token)).all()
    assert secret not in str(row)
    assert resolve_token(people, row.secret_hash, REQUEST) is None


@pytest.mark.parametrize("lasts", [0, -1, LONGEST_MS + 1])
def test_a_token_ends_within_a_year(people: PeopleParts, ola: SignedIn, lasts: int) -> None:
    with pytest.raises(TokenInputError):
        make(people, ola, lasts=lasts)


def test_a_token_is_over_at_its_end(people: PeopleParts, ola: SignedIn, clock: ToldClock) -> None:
    secret = make(people, ola, lasts=LONGEST_MS)
    clock.pass_ms(LONGEST_MS - 1)
    machine(people, secret)
    clock.pass_ms(1)
    assert resolve_token(people, secret, REQUEST) is None


@pytest.mark.parametrize("label", ["", "  ", "x" * 81, "two\nlines"])
def test_a_token_has_a_label_of_one_line(people: PeopleParts, ola: SignedIn, label: str) -> None:
    with pytest.raises(TokenInputError):
        make(people, ola, label=label)


def test_a_token_gets_no_scope_that_its_person_has_no_role_for(people: PeopleParts, ola: SignedIn) -> None:
    with pytest.raises(TokenInputError):
        make(people, ola, Scope.JOBS_READ, Scope.AUDIT_READ)


def test_a_token_loses_what_its_person_loses_and_gets_nothing_new(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    person_id = add("mo", P, C)
    secret = make(people, here(people, entered(people, "mo").cookie), Scope.REVIEWS_WRITE, Scope.JOBS_READ)
    staff.end_role(people.parts, administrator, person_id, C)
    staff.grant_role(people.parts, administrator, person_id, A)
    found = machine(people, secret)
    assert (found.actor.roles, found.scopes) == ({P, A}, {Scope.JOBS_READ})


def test_a_disabled_persons_token_is_nobody_at_once_and_for_good(
    people: PeopleParts, administrator: Actor, ola: SignedIn
) -> None:
    secret = make(people, ola)
    staff.disable(people.parts, administrator, ola.actor.person_id)
    assert resolve_token(people, secret, REQUEST) is None
    staff.enable(people.parts, administrator, ola.actor.person_id)
    assert resolve_token(people, secret, REQUEST) is None


def test_a_person_ends_their_own_tokens_and_nobody_elses(people: PeopleParts, add: Add, ola: SignedIn) -> None:
    add("mo", P)
    mo = here(people, entered(people, "mo").cookie)
    secret, others = make(people, ola), make(people, mo)
    [shown], [theirs] = tokens.list_tokens(people, ola), tokens.list_tokens(people, mo)
    assert (shown.label, shown.scopes, shown.seen_ms) == ("laptop", {Scope.JOBS_READ}, None)
    tokens.end_token(people, ola, theirs.id)
    machine(people, others)
    tokens.end_token(people, ola, shown.id)
    assert resolve_token(people, secret, REQUEST) is None
    assert tokens.list_tokens(people, ola) == []


def test_a_persons_tokens_are_few(people: PeopleParts, ola: SignedIn) -> None:
    for _ in range(MOST):
        make(people, ola)
    with pytest.raises(TokenInputError):
        make(people, ola)


def test_the_use_of_a_token_is_noted(people: PeopleParts, ola: SignedIn, clock: ToldClock) -> None:
    secret = make(people, ola)
    clock.pass_ms(5)
    machine(people, secret)
    assert tokens.list_tokens(people, ola)[0].seen_ms == clock()


def test_a_token_needs_no_token_of_a_page(people: PeopleParts, ola: SignedIn) -> None:
    found = machine(people, make(people, ola))
    assert csrf_token(people, found) is None

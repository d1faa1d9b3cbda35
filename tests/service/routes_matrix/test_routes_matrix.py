"""Every route for everybody: what each answers is what `expectations` declares (SECURITY S1, S10, I2)."""

from __future__ import annotations

import pytest

from service.api.description import routes_of
from tests.service.routes_matrix.cells import wrong_cells
from tests.service.routes_matrix.expectations import NAMED, ROWS, STATES
from tests.service.routes_matrix.house import House
from tests.service.routes_matrix.principals import BY_NAME

QUICK = (
    "anonymous", "worker", "worker, page of another site", "worker, signed out", "worker, second proof waited for",
    "supervisor", "coach",
    "coach, relationship ended", "manager, leads the team", "researcher, other team", "administrator, same team",
    "worker's token of the scope", "coach's token",
)  # fmt: skip
"""Who asks every route in the default tests; all of them, in every state, ask in the slow ones."""


def test_every_route_of_the_application_has_a_row_and_every_row_a_route(house: House) -> None:
    routes = {f"{route.method} {route.path}" for route in routes_of(house.council.app)}
    assert {" ".join(key.split()[:2]) for key in ROWS} == routes


def test_everybody_whom_the_expectations_name_asks() -> None:
    assert set(BY_NAME) >= NAMED


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in BY_NAME]
)
def test_a_permitted_session_is_answered_as_declared(house: House, name: str) -> None:
    assert wrong_cells(house, STATES[0], BY_NAME[name]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("state", STATES[1:])  # the slower one: from erased there is no way back
def test_a_session_in_another_state_is_answered_as_declared(house: House, state: str, name: str) -> None:
    assert wrong_cells(house, state, BY_NAME[name]) == []

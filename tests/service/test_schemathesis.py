"""The application keeps to its own description, whoever asks and whatever they send."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from starlette.types import Receive, Scope, Send

from service.api.description import ADDRESS
from tests.service.council import URL, Council, standing_council
from tests.service.schema_callers import CALLERS, Callers

QUICK_CASES = 500
CASES = 10_000
SEED = 20_261_122
LEFT_OUT: dict[str, str] = {
    "positive_data_acceptance": "most well-formed requests are rightly refused: an id of nothing, a role without the right",
}
"""Checks that are not asked, each with its reason."""


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    with standing_council(tmp_path) as made:
        yield made


@dataclass
class Asked:
    """Sends cases of the schema to the application and remembers what was wrong with the answers."""

    callers: Callers
    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    _changed: bool = False

    def __post_init__(self) -> None:
        load_all_checks()
        names = [name for name in CHECKS.get_all_names() if name not in LEFT_OUT]
        self._checks = CHECKS.get_by_names(names)
        generation = GenerationConfig(with_security_parameters=False)
        project = ProjectConfig(generation=generation, base_url=URL)
        config = SchemathesisConfig(projects=ProjectsConfig(default=project))
        document = self.callers.council.app.openapi()
        self.schema = schemathesis.openapi.from_dict(document, config=config)
        self.schema.app = _without_lifespan(self.callers.council.app)
        self.operations = [found.ok() for found in self.schema.get_all_operations()]

    def ask(self, operation: Any, count: int, seeded: int) -> None:
        """Send this many cases of one operation, by callers in turn."""
        if self._changed:
            self.callers.renew()
            self._changed = False
        chosen = random.Random(seeded)
        made = st.one_of(*_strategies(operation))

        @seed(seeded)
        @settings(
            max_examples=count, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=made)
        def each(case: Any) -> None:
            self._ask(case, CALLERS[(seeded + self.cases) % len(CALLERS)], chosen)

        each()

    def _ask(self, case: Any, name: str, chosen: random.Random) -> None:
        self.cases += 1
        if chosen.random() < 0.6:
            for parameter, ids in self.callers.real(case.path_parameters).items():
                case.path_parameters[parameter] = chosen.choice(ids)
            case.headers.update(self.callers.upload_headers(case.headers))
        headers = self.callers.headers_of(name)
        response = case.call(headers=headers)
        self.statuses[response.status_code] += 1
        self._changed |= case.method not in ("GET", "HEAD") and response.status_code < 300
        try:
            case.validate_response(response, checks=self._checks, headers=headers)
        except FailureGroup as group:
            for failure in group.exceptions:
                told = f"{case.operation.label} as {name}: {failure.title}"
                self.wrong.setdefault(told, f"{failure} {response.status_code} {case!r} {response.content[:300]!r}")


def _strategies(operation: Any) -> list[Any]:
    modes = [schemathesis.GenerationMode.POSITIVE]
    if operation.body or any(True for _ in operation.iter_parameters()):
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    return [operation.as_strategy(mode) for mode in modes]


def _without_lifespan(app: Any) -> Any:
    """The application as it stands: whoever calls it neither starts nor ends it."""

    async def standing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise RuntimeError("it runs already")
        await app(scope, receive, send)

    return standing


def _asked(council: Council, cases: int) -> Asked:
    asked = Asked(Callers(council))
    turn = 0
    while asked.cases < cases:
        most = min(40, -(-(cases - asked.cases) // len(asked.operations)))
        for operation in asked.operations:
            if asked.cases < cases:
                asked.ask(operation, most, SEED + turn)
        turn += 1
    return asked


def test_the_application_keeps_to_its_description_whoever_asks(council: Council) -> None:
    asked = _asked(council, QUICK_CASES)
    assert asked.wrong == {}
    assert asked.cases >= QUICK_CASES
    assert {200, 201, 204, 401, 403, 404, 422} <= set(asked.statuses)

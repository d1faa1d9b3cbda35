"""The application keeps to its own description, whoever asks and whatever they send."""

from __future__ import annotations

import random
import re
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
from schemathesis.config import ChecksConfig, GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.config._checks import NegativeDataRejectionConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from starlette.types import Receive, Scope, Send

from service.api.description import METHODS
from service.ingest.protocol import BODY_TYPE
from tests.service.council import URL, Council, standing_council
from tests.service.schema_callers import CALLERS, Callers

QUICK_CASES = 300
CASES = 10_000
SEED = 20_261_122
REFUSALS = [*range(400, 410), 410, 412, 413, 415, 422, 423, 428, 429, 460]
"""How what cannot be meant is refused: 412, 423 and 460 are words of tus."""
LEFT_OUT: dict[str, str] = {
    "positive_data_acceptance": "most well-formed requests are rightly refused: ids of nothing, roles without rights",
    "object_level_authorization": "test_matrix asks it of every route and every principal",
    "use_after_free": "needs a history of requests; asked below of every route that reads what can be ended",
    "ensure_resource_availability": "needs a history of requests; test_whole_path follows what was made to its end",
    "missing_required_header": "needs cases of the coverage phase; negative_data_rejection asks it of every header",
    "unsupported_method": "needs cases of the coverage phase; asked below of every address",
}
"""Checks that are not asked, each with its reason."""
_S = "/api/v1/sessions/{session_id}"
REMAINS = frozenset({f"{_S}/receipt", f"{_S}/participants", f"{_S}/subject-access"})
"""What is seen of an erased session: that it was erased, who had agreed to what, by role, and that there is no copy."""


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
        schemathesis.serializer.alias(BODY_TYPE, "application/octet-stream")
        names = [name for name in CHECKS.get_all_names() if name not in LEFT_OUT]
        self._checks = CHECKS.get_by_names(names)
        generation = GenerationConfig(with_security_parameters=False)
        rejected = ChecksConfig(negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=REFUSALS))
        project = ProjectConfig(generation=generation, base_url=URL, checks=rejected)
        config = SchemathesisConfig(projects=ProjectsConfig(default=project))
        document = self.callers.council.app.openapi()
        self.schema = schemathesis.openapi.from_dict(document, config=config)
        self.app: Any = self.callers.council.app
        self.schema.app = self._standing
        self.operations = [found.ok() for found in self.schema.get_all_operations()]

    async def _standing(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application as it stands: whoever calls it neither starts nor ends it."""
        if scope["type"] == "lifespan":
            raise RuntimeError("it runs already")
        await self.app(scope, receive, send)

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
            self._ask(case, chosen)

        each()

    def _ask(self, case: Any, chosen: random.Random) -> None:
        """Half of the cases are of things that are there, asked for by somebody with the role that it takes."""
        self.cases += 1
        name = CALLERS[self.cases // 2 % len(CALLERS)]
        if self.cases % 2:
            told = case.operation.definition.raw
            name = self.callers.suited(told.get("x-roles", ()), told.get("x-scope"))
            self._of_what_is_there(case, chosen)
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

    def _of_what_is_there(self, case: Any, chosen: random.Random) -> None:
        """Real ids, and real headers of uploads and versions, except where the case is wrong there on purpose."""
        if not case.meta.is_negative_at(ParameterLocation.PATH):
            for parameter, ids in self.callers.real(case.path_parameters).items():
                case.path_parameters[parameter] = chosen.choice(ids)
        if not case.meta.is_negative_at(ParameterLocation.HEADER):
            case.headers.update(self.callers.upload_headers(case.headers))
            if "If-Match" in case.headers:
                case.headers["If-Match"] = self.callers.tag(case.path_parameters)


def _strategies(operation: Any) -> list[Any]:
    modes = [schemathesis.GenerationMode.POSITIVE]
    if operation.body or any(True for _ in operation.iter_parameters()):
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    return [operation.as_strategy(mode) for mode in modes]


def _answering(status: int, content: bytes) -> Any:
    """An application that answers everything in one way."""

    async def same(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return same


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


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_the_application_keeps_to_its_description_in_10_000_cases(council: Council) -> None:
    asked = _asked(council, CASES)
    assert asked.wrong == {}
    assert asked.cases >= CASES


def test_a_check_that_is_left_out_exists_and_has_its_reason(council: Council) -> None:
    """A new version of the library that brings another check has it asked without anybody thinking of it."""
    load_all_checks()
    assert set(LEFT_OUT) <= set(CHECKS.get_all_names())
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())


def test_answers_that_break_the_description_are_found(council: Council) -> None:
    """The checks would see a server's error, an answer of another form, and a door that stands open."""
    asked = Asked(Callers(council))
    [listed] = [one for one in asked.operations if one.label == "GET /api/v1/sessions"]
    for status, content in {500: b"{}", 200: b'{"items": 7}', 204: b""}.items():
        asked.app = _answering(status, content)
        asked.ask(listed, 7, SEED)
    found = " ".join(asked.wrong)
    wanted = ("Server error", "Response violates schema", "without authentication")
    assert [title for title in wanted if title not in found] == [], found


def test_a_method_that_no_route_has_is_refused_with_those_that_there_are(council: Council) -> None:
    """As `unsupported_method` and `allow_header_conformance` ask it."""
    document = council.app.openapi()["paths"]
    taken = {path: {method for method in METHODS if method in operations} for path, operations in document.items()}
    for path, methods in taken.items():
        real = re.sub(r"\{\w+\}", "0" * 32, path)
        also = {one for other in taken if _matches(other, real) for one in taken[other]}
        for method in {"get", "put", "post", "patch", "delete"} - also:
            response = council.client.request(method, real, headers=council.worker.headers)
            named = {one.lower() for one in response.headers.get("allow", "").split(", ")}
            assert (response.status_code, methods - named) == (405, set()), (method, path)


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


@pytest.mark.parametrize("made", ["/api/v1/sessions/{session_id}", "/api/v1/uploads/{upload_id}"])
def test_what_was_erased_or_ended_is_not_read_again(council: Council, made: str) -> None:
    """As `use_after_free` asks it, of every route below."""
    asked = Asked(Callers(council))
    ids = {name: found[0] for name, found in asked.callers.ids.items()} | {"name": "session"}

    def answered(operation: Any) -> int:
        names = {parameter.name for parameter in operation.path_parameters}
        who = "administrator" if "/subject-access" in operation.path else "worker"
        headers = asked.callers.headers_of(who) | {"Tus-Resumable": "1.0.0"}
        return int(
            operation.Case(path_parameters={name: ids[name] for name in names}).call(headers=headers).status_code
        )

    below = [one for one in asked.operations if one.path.startswith(made) and one.path not in REMAINS]
    reading = [one for one in below if one.method.lower() in ("get", "head")]
    [ending] = [one for one in below if one.label == f"DELETE {made}"]
    before = {answered(one) for one in reading}
    assert answered(ending) in (202, 204)
    assert before & {200, 204}
    after = {one.label: answered(one) for one in reading}
    assert {label for label, status in after.items() if status not in (404, 410)} == set()

"""People who are signed in because a test says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.api.about import Program
from service.app import WebParts
from service.database.words import StaffRole
from service.ids import new_id
from service.keybroker.ports import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    actor: Actor
    fresh: bool = False
    scopes: frozenset[str] | None = None


@dataclass
class TestResolver:
    """Knows secrets by heart; ``asked`` counts, and who is in ``gone`` is nobody from then on."""

    __test__ = False
    cookies: dict[str, Here] = field(default_factory=dict)
    tokens: dict[str, Here] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    asked: int = 0

    def resolve_cookie(self, value: str, request_id: str) -> Here | None:
        self.asked += 1
        return None if value in self.gone else self.cookies.get(value)

    def resolve_token(self, value: str, request_id: str) -> Here | None:
        self.asked += 1
        return None if value in self.gone else self.tokens.get(value)

    def csrf_ok(self, cookie: str, given: str) -> bool:
        return given == f"csrf-of-{cookie}"


def person(*roles: StaffRole) -> Actor:
    return Actor(person_id=new_id(), roles=frozenset(roles), request_id=new_id())


def everybody() -> TestResolver:
    worker = person(StaffRole.PRACTITIONER)
    cookies = {
        "worker": Here(actor=worker),
        "fresh": Here(actor=person(StaffRole.PRACTITIONER), fresh=True),
        "boss": Here(actor=person(StaffRole.ADMINISTRATOR), fresh=True),
    }
    tokens = {
        "reads": Here(actor=worker, scopes=frozenset({"about:read", "things:read"})),
        "writes": Here(actor=worker, scopes=frozenset({"things:write"})),
        "nothing": Here(actor=worker, scopes=frozenset()),
    }
    return TestResolver(cookies=cookies, tokens=tokens)


def web_parts(resolver: TestResolver | None = None) -> WebParts:
    return WebParts(
        resolver=resolver or everybody(),
        secret=bytes(32),
        program=Program(version="1.2.3", rubrics=lambda: {"direct-practice": "msw 1"}),
        microphone_paths=frozenset({"/record"}),
    )

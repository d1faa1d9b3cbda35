"""An installation with people, and with two sessions in one state; it can be put back as it was."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from service.database.tables import (
    artefact,
    coaching,
    erasure,
    hold,
    job,
    membership,
    passkey,
    person,
    review,
    role_grant,
    session,
    sign_in,
    team,
    token,
    waiting_sign_in,
)
from service.database.words import JobState, PersonState, StaffRole
from service.ids import new_id
from service.installation import opened_installation
from service.people.parts import PeopleParts
from service.people.passwords import Passwords
from service.people.principal import csrf_of
from service.people.records import Scope
from service.people.unguessable import hidden
from service.settings_service import ServiceSettings
from service.web_process import relying_party, web_app
from tests.service.council import API, STATEMENTS, URL, VISIT, Caller, Council, wav
from tests.service.routes_matrix.copies import Copies
from tests.service.routes_matrix.drafted import draft_of
from tests.service.routes_matrix.principals import Principal
from tests.service.stand_ins import ToldClock

PASSWORD = "kettle under nine ladders"
PURPOSES = ("reflection", "coaching", "research")
HOUR_MS = 3_600_000
PIECE = wav()[:2_000]
WAITS = "w" * 43
"""The cookie's value of a sign-in that waits for its second proof."""


@dataclass
class House:
    """A council. ``things`` are ids by the names of path parameters, for the worker's session and the supervisor's."""

    council: Council
    people: PeopleParts
    inside: TestClient
    things: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    kept: dict[str, sqlite3.Connection] = field(default_factory=dict)
    copies: Copies = field(default_factory=Copies)

    @property
    def now(self) -> int:
        return self.council.clock()

    def keep(self, name: str) -> None:
        """Remember the database as it is."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with self._file() as live:
            live.backup(copy)
        self.kept[name] = copy

    def put_back(self, name: str) -> None:
        """The database as it was; files that were written since belong to no row, deleted ones of copies come back."""
        with self._file() as live:
            self.kept[name].backup(live)
        self.copies.put_back(self.council.parts)

    def change(self, *statements: object) -> None:
        with self.council.parts.database.writing() as rows:
            for one in statements:
                rows.execute(one)  # type: ignore[call-overload]

    def version(self, session_id: str) -> int:
        with self.council.parts.database.reading() as rows:
            found = rows.execute(select(session.c.version).where(session.c.id == session_id)).scalar_one_or_none()
        return found or 1

    def erasure_of(self, session_id: str) -> str | None:
        with self.council.parts.database.reading() as rows:
            return rows.execute(select(erasure.c.id).where(erasure.c.session_id == session_id)).scalar_one_or_none()

    def audited(self) -> int:
        return self.council.audited()

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        path = self.council.parts.database.engine.url.database
        assert path is not None
        live = sqlite3.connect(path)
        try:
            yield live
        finally:
            live.close()


@contextmanager
def standing_house(folder: Path) -> Iterator[House]:
    """A house in which everything was done that routes need to have something to act on."""
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder / "data"), "PRACTICE_URL": URL})
    with opened_installation(settings, may_begin=True, clock=(clock := ToldClock())) as installation:
        cheap = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
        people = PeopleParts(
            parts=installation.parts, passwords=cheap, guesses=lambda _: 1e12, key=installation.secret,
            passkeys=relying_party(settings),
        )  # fmt: skip
        app = web_app(installation, people)
        with TestClient(app, base_url=URL, client=("203.0.113.7", 40000)) as client:
            council = Council(installation, app, client, clock, folder)
            house = House(council, people, TestClient(app, base_url=URL, client=("127.0.0.1", 40000)))
            _populate(house)
            _hash_passwords(house, cheap)
            installation.keeper.keep()  # there has to be an anchor that the audit is held against
            house.keep("base")
            yield house


def _populate(house: House) -> None:
    council = house.council
    council.person("worker", StaffRole.PRACTITIONER)
    council.person("supervisor", StaffRole.MANAGER)
    council.person("somebody", StaffRole.ADMINISTRATOR)
    council.person("other administrator", StaffRole.ADMINISTRATOR)
    council.person("target", StaffRole.PRACTITIONER, StaffRole.COACH)
    council.person("former", StaffRole.PRACTITIONER)
    council.person("learner", StaffRole.PRACTITIONER)
    council.person("novice", StaffRole.PRACTITIONER)
    _teams(house)
    own = _session(house, council.worker, VISIT)
    supervised = {**VISIT, "setting": "supervision", "participants": ["supervisor", "practitioner"]}
    supervision = _session(house, council.callers["supervisor"], supervised)
    named = update(session).where(session.c.id == supervision["session_id"])
    house.change(named.values(setting="direct_practice"))  # the only setting that the pretended coder knows
    council.work()
    house.change(named.values(setting="supervision"))
    for caller, things in ((council.worker, own), (council.callers["supervisor"], supervision)):
        _after_work(house, caller, things)
    house.things = {"worker": own | _common(house), "supervisor": supervision | _common(house)}


def _teams(house: House) -> None:
    people, now = house.council.callers, house.now
    ours, theirs = new_id(), new_id()
    house.tokens["north"], house.tokens["south"] = ours, theirs
    of = {"worker": ours, "target": theirs}
    house.change(
        insert(team).values(id=ours, name="North", created_ms=0),
        insert(team).values(id=theirs, name="South", created_ms=0),
        *(
            insert(membership).values(
                id=new_id(), person_id=people[name].actor.person_id, team_id=where, leads=False, from_ms=0
            )
            for name, where in of.items()
        ),
        insert(coaching).values(
            id=new_id(), coach_id=people["target"].actor.person_id, worker_id=people["learner"].actor.person_id,
            from_ms=now - 1,
        ),
        update(person).where(person.c.id == people["former"].actor.person_id).values(state=PersonState.DISABLED),
    )  # fmt: skip


def _session(house: House, caller: Caller, visit: dict[str, object]) -> dict[str, str]:
    """A session that waits for work, by everybody's permission."""
    session_id = caller.done("POST", "/sessions", visit)["id"]
    people = caller.get(f"/sessions/{session_id}/participants").json()["items"]
    for one in people:
        for purpose in PURPOSES:
            house.council.answer(session_id, one, purpose, by=caller)
    house.council.upload(session_id, by=caller)
    return {"session_id": session_id, "participant_id": people[-1]["id"], "role": people[-1]["role"]}


def _after_work(house: House, caller: Caller, things: dict[str, str]) -> None:
    session_id = things["session_id"]
    assert caller.get(f"/sessions/{session_id}").json()["state"] == "ready"
    things["job_id"] = caller.get(f"/sessions/{session_id}/jobs").json()["items"][0]["id"]
    begun = house.council.begin_upload(session_id, 3 * len(PIECE), caller)
    things["upload_id"] = begun.headers["Location"].rpartition("/")[2]
    things["hold_id"], things["review_id"], things["feedback_id"] = new_id(), new_id(), new_id()
    coach_id = house.council.callers["somebody"].actor.person_id
    asker = house.council.callers["other administrator"].actor
    things["copy_id"] = house.copies.make(house.council.parts, asker, session_id, things["participant_id"])
    owner = house.council.callers["other administrator"].actor.person_id
    ended = {"from_ms": 0, "until_ms": house.now, "ended_ms": house.now}
    house.change(
        update(job).where(job.c.id == things["job_id"]).values(state=JobState.CANCELLED, reason="cancelled"),
        insert(review).values(
            id=things["review_id"],
            session_id=session_id,
            coach_id=coach_id,
            kind="open",
            state="open",
            scoring_key=_scoring_key(house, session_id),
            begun_ms=0,
            revealed_ms=0,
        ),
        draft_of(
            house.council.installation.keys,
            session_id,
            id=things["feedback_id"],
            review_id=things["review_id"],
            author_id=coach_id,
            worker_id=caller.actor.person_id,
        ),
        insert(hold).values(id=things["hold_id"], session_id=session_id, owner_id=owner, reason="court", **ended),
    )


def _scoring_key(house: House, session_id: str) -> str:
    with house.council.parts.database.reading() as rows:
        found = rows.execute(
            select(artefact.c.content_key).where(artefact.c.session_id == session_id, artefact.c.stage == "scoring")
        )
        return str(found.scalar_one())


def _common(house: House) -> dict[str, str]:
    """What routes of administration act on."""
    people = house.council.callers
    asker = people["other administrator"]
    invited = {"sign_in_name": "invited@north.example", "shown_name": "-", "roles": []}
    if "link" not in house.tokens:
        house.tokens["link"] = asker.done("POST", "/people", invited)["link"].rpartition("/")[2]
    ids = {name: one.actor.person_id for name, one in people.items()}
    return {
        "person_id": ids["target"], "former": ids["former"], "coach_id": ids["target"], "worker_id": ids["learner"],
        "novice": ids["novice"], "team_id": house.tokens["south"], "north": house.tokens["north"],
    }  # fmt: skip


def _hash_passwords(house: House, cheap: Passwords) -> None:
    house.change(update(person).where(person.c.password_hash.is_(None)).values(password_hash=cheap.hash(PASSWORD)))


def _tokens(house: House, who: str) -> list[object]:
    """Tokens of one person: for each scope, for all but it, for all; and two that are over."""
    words = [*Scope]
    wanted = {f"only {one}": [one] for one in words} | {
        f"others {one}": [w for w in words if w != one] for one in words
    }
    wanted |= {"every": words, "ended": words, "over": words}
    rows: list[object] = []
    for name, scopes in wanted.items():
        secret = f"prt_{new_id()}"
        house.tokens[f"{who} {name}"] = secret
        rows.append(insert(token).values(
            id=new_id(), secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
            person_id=house.council.callers[who].actor.person_id, label="-", scopes=" ".join(sorted(scopes)),
            created_ms=0, until_ms=house.now if name == "over" else house.now + HOUR_MS,
            ended_ms=house.now if name == "ended" else None,
        ))  # fmt: skip
    return rows


def enter_state(house: House, state: str) -> None:
    """Both sessions in a state; the same state again is put back. Nothing comes after erased."""
    if state in house.kept:
        house.put_back(state)
        return
    house.put_back("base")
    for who in ("worker", "supervisor"):
        _bring(house.council.callers[who], house.things[who], state)
    if state == "erased":
        assert house.council.erase() == 2
    house.keep(state)


def _bring(caller: Caller, things: dict[str, str], state: str) -> None:
    path = f"/sessions/{things['session_id']}"
    if state != "not shared":
        caller.done("PUT", f"{path}/sharing")
    if state == "quarantined":
        caller.done("POST", f"{path}/participants", {"role": "child"})
    if state in ("withdrawn", "erased"):
        caller.done("POST", f"{path}/participants/{things['participant_id']}/withdrawal", {})


def come_in(house: House, principal: Principal) -> None:
    """Make the installation such that this principal is as their name says."""
    me = house.council.callers[principal.who].actor.person_id
    changes: list[object] = []
    if principal.roles is not None:
        changes.append(update(role_grant).where(role_grant.c.person_id == me).values(until_ms=house.now))
        changes += [
            insert(role_grant).values(id=new_id(), person_id=me, role=role, from_ms=0) for role in principal.roles
        ]
    changes += _tokens(house, principal.who) if principal.token else []
    changes += _tied(house, principal.tie, me) + _signed(house, principal.sign_in, me)
    if changes:
        house.change(*changes)


def _tied(house: House, tie: str, me: str) -> list[object]:
    worker, now = house.council.worker.actor.person_id, house.now
    windows = {"coaches": (0, None), "coached": (0, now), "will coach": (now + 1, None)}
    teams = {"same team": ("north", False), "other team": ("south", False), "leads": ("north", True)}
    if tie in windows:
        start, end = windows[tie]
        return [insert(coaching).values(id=new_id(), coach_id=me, worker_id=worker, from_ms=start, until_ms=end)]
    if tie in teams:
        name, leads = teams[tie]
        where = house.tokens[name]
        return [insert(membership).values(id=new_id(), person_id=me, team_id=where, leads=leads, from_ms=0)]
    return []


def _signed(house: House, how: str, me: str) -> list[object]:
    mine = update(sign_in).where(sign_in.c.person_id == me)
    changes: dict[str, list[object]] = {
        "not fresh": [mine.values(fresh_ms=house.now - HOUR_MS // 12)],
        "ended": [mine.values(ended_ms=house.now)],
        "timed out": [mine.values(seen_ms=house.now - HOUR_MS // 2)],
        "waiting": [
            mine.values(ended_ms=house.now),
            insert(waiting_sign_in).values(
                id=hidden(WAITS), person_id=me, created_ms=house.now, until_ms=house.now + HOUR_MS
            ),
            insert(passkey).values(
                id=new_id(),
                person_id=me,
                credential_id="AAAA",
                public_key="AAAA",
                sign_count=0,
                label="-",
                transports="",
                created_ms=0,
            ),
        ],
        "disabled": [update(person).where(person.c.id == me).values(state=PersonState.DISABLED)],
    }
    return changes.get(how, [])


def headers_of(house: House, principal: Principal, scope: str) -> dict[str, str]:
    """What the principal sends with each request to a route of that scope."""
    if principal.token:
        name = {"only": f"only {scope}", "others": f"others {scope}"}.get(principal.token, principal.token)
        mine = house.tokens.get(f"{principal.who} {name}", house.tokens[f"{principal.who} every"])
        return {"Authorization": f"Bearer {mine}"}
    if principal.sign_in == "none":
        return {"Origin": URL}
    mine = dict(house.council.callers[principal.who].headers)
    if principal.sign_in == "waiting":
        secret = csrf_of(house.people, hidden(WAITS))
        return {"Cookie": f"__Host-second={WAITS}; __Host-sid={WAITS}", "Origin": URL, "X-CSRF": secret}
    if principal.sign_in == "elsewhere":
        del mine["X-CSRF"]
        mine["Origin"] = "https://elsewhere.example"
    return mine


def metadata(session_id: str) -> str:
    """Of an upload."""
    words = {"session": session_id, "kind": "sound", "filename": "again.wav"}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())


__all__ = ["API", "PASSWORD", "PIECE", "STATEMENTS", "VISIT", "House", "come_in", "enter_state", "standing_house"]

"""The API, use cases, or SQL of the application's own role, in any order: nothing is released unconfirmed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Executable, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.errors import PracticeError
from service.blobs.errors import BlobRefusedError
from service.blobs.local_store import LocalBlobStore
from service.database.engine import open_database
from service.database.tables import confirmation, feedback
from service.database.words import FeedbackState
from service.feedback.acting import FIELD
from service.feedback.records import Facts
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.usecases import Reviews
from tests.service.feedback.gate_door import ApiDoor, standing_door
from tests.service.feedback.made import QUOTE, Told, told
from tests.service.reviews.made import a_coach
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

WHO = st.sampled_from(["coach", "worker", "other"])
HASHES = st.sampled_from(["its own", "junk", "of other words", None])
PEOPLE = st.sampled_from(["coach", "worker", "other", None])
MOSTLY = st.sampled_from([True, True, False])
WORDS = st.sampled_from(["You waited.", "You asked, and waited."])
COLUMNS = {
    "state": st.sampled_from(list(FeedbackState)),
    "confirmed_hash": HASHES,
    "body_hash": HASHES,
    "confirmed_by": PEOPLE,
    "released_by": PEOPLE,
    "heard_by": PEOPLE,
    "worker_id": PEOPLE,
    "author_id": PEOPLE,
    "heard": st.sampled_from(["conversation", "waived", None]),
    "released_ms": st.sampled_from([1, None]),
    "heard_ms": st.sampled_from([1, None]),
    "body": st.sampled_from(["other words", "rubbish", None]),
    "version": st.just(1),
}
"""What direct SQL sets, in any combination."""
BESIDE_STATE = {name: values for name, values in COLUMNS.items() if name != "state"}


class Gate(RuleBasedStateMachine):
    """One session's feedback, with everybody trying everything."""

    parts: ClassVar[Parts]
    door: ClassVar[ApiDoor]
    steps: ClassVar[int] = 0
    asked: ClassVar[Counter[str]]
    releases: ClassVar[int] = 0

    @initialize(already=st.sampled_from([None, None, "released", "released by API"]))
    def begin(self, already: str | None) -> None:
        """Some begin where there is already something released to attack."""
        self.one: Told = told(self.parts)
        self.people: dict[str | None, Actor] = {
            "coach": self.one.coach, "worker": self.one.worker, "other": a_coach(self.parts)
        }  # fmt: skip
        self.door.let_in({str(name): one for name, one in self.people.items()})
        self.other_words = self.sealed_words()
        self.seen: dict[str, tuple[bytes, str]] = {}
        if already == "released":
            self.all_the_way()
        elif already:
            self.all_the_way_by_api()

    def sealed_words(self) -> tuple[bytes, str]:
        """Words that the coach once saved, and then wrote over."""
        facts = self.one.written("Words of another day.").facts
        with self.parts.database.reading() as rows:
            body = rows.scalar(select(feedback.c.body).where(feedback.c.id == facts.id))
        assert body is not None
        return body, facts.body_hash

    @property
    def now(self) -> Facts:
        found = self.one.feedbacks.mine(self.one.coach, self.one.session_id)
        if found is None:
            raise ValueError("there is none")
        return found.facts

    def tried(self, what: Callable[[], object]) -> None:
        type(self).steps += 1
        try:
            what()
        except (PracticeError, IntegrityError, ValueError):
            return  # refused, which is always an answer

    @rule(words=WORDS)
    def change(self, words: str) -> None:
        self.tried(lambda: self.one.written(words))

    @rule(who=WHO, step=st.sampled_from(["send_to_review", "back_to_draft", "record_conversation", "release"]))
    def step(self, who: str, step: str) -> None:
        self.tried(lambda: getattr(self.one.feedbacks, step)(
            self.people[who], self.now.id, version=self.now.version
        ))  # fmt: skip

    @rule(who=WHO, honest=MOSTLY)
    def confirm(self, who: str, honest: bool) -> None:
        def confirmed() -> None:
            given = self.now.body_hash if honest else self.other_words[1]
            self.one.feedbacks.confirm(self.people[who], self.now.id, given, version=self.now.version)

        self.tried(confirmed)

    @rule(who=WHO)
    def waive(self, who: str) -> None:
        self.tried(lambda: self.one.receiving.waive(self.people[who], self.one.session_id))

    @rule()
    def all_the_way(self) -> None:
        """As it is meant to be, so that there is something released to attack."""
        self.tried(self.one.released)

    def asks(self, who: str, method: str, end: str, body: object = None, *, versioned: bool = True) -> Response:
        """One request about the feedback that there is, whoever asks; what came of it is counted."""
        answer = self.door.send(
            who, method, f"/feedback/{self.now.id}{end}", body, self.now.version if versioned else None
        )
        self.asked[f"{method} {end} {answer.status_code}"] += 1
        return answer

    @rule(who=WHO, words=WORDS, quote=st.sampled_from([QUOTE, QUOTE, "never said"]))
    def change_by_api(self, who: str, words: str, quote: str) -> None:
        strength = {"element": "empathy", "words": words, "moments": [{"utterance": "u3", "quote": quote}]}
        self.tried(lambda: self.asks(who, "PUT", "", {"strengths": [strength], "next_steps": ["Ask, then wait."]}))

    @rule(who=WHO, step=st.sampled_from(["/send", "/back", "/conversation", "/release"]), versioned=MOSTLY)
    def step_by_api(self, who: str, step: str, versioned: bool) -> None:
        self.tried(lambda: self.asks(who, "POST", step, versioned=versioned))

    @rule(who=WHO, honest=MOSTLY)
    def confirm_by_api(self, who: str, honest: bool) -> None:
        def confirmed() -> None:
            given = self.now.body_hash if honest else self.other_words[1]
            self.asks(who, "POST", "/confirm", {"body_hash": given})

        self.tried(confirmed)

    @rule()
    def all_the_way_by_api(self) -> None:
        """As it is meant to be, by the hash that the author was shown."""

        def gone() -> None:
            self.change_by_api("coach", "You waited.", QUOTE)
            shown = self.asks("coach", "POST", "/send")
            if shown.status_code != 200:
                return
            self.asks("coach", "POST", "/confirm", {"body_hash": shown.json()["body_hash"]})
            for step in ("/conversation", "/release"):
                self.asks("coach", "POST", step)

        self.tried(gone)

    @rule(who=WHO, what=st.sampled_from(["waiver", "begin", "released/replies", "released/second-coder"]))
    def ask_of_the_session(self, who: str, what: str) -> None:
        reply = {"act_id": new_id(), "about": "empathy", "words": "I see it differently."}
        bodies: dict[str, object] = {
            "begin": {"review_id": self.one.review_id},
            "released/replies": reply,
            "released/second-coder": {"act_id": new_id()},
        }
        end = "" if what == "begin" else f"/{what}"

        def asked() -> None:
            answer = self.door.send(who, "POST", f"/sessions/{self.one.session_id}/feedback{end}", bodies.get(what))
            self.asked[f"POST {what} {answer.status_code}"] += 1

        self.tried(asked)

    @rule(who=WHO)
    def read_by_api(self, who: str) -> None:
        """Whoever is shown released feedback is shown what somebody else than its worker confirmed."""
        type(self).steps += 1
        answer = self.door.send(who, "GET", f"/sessions/{self.one.session_id}/feedback/released")
        self.asked[f"GET released {answer.status_code}"] += 1
        if answer.status_code != 200:
            return
        shown = answer.json()
        with self.parts.database.reading() as rows:
            named = (confirmation.c.feedback_id == shown["id"], confirmation.c.body_hash == shown["body_hash"])
            by = set(rows.scalars(select(confirmation.c.person_id).where(*named)))
        assert by - {self.one.worker.person_id}
        assert (shown["state"], who == "other") == ("released", False)

    @rule(reopened=st.booleans())
    def review(self, reopened: bool) -> None:
        reviews = Reviews(parts=self.parts)
        act = reviews.reopen if reopened else reviews.finish
        self.tried(lambda: act(self.one.coach, self.one.review_id))

    @rule(values=st.fixed_dictionaries({}, optional=COLUMNS))
    def update_directly(self, values: dict[str, Any]) -> None:
        if values:
            mine = feedback.c.session_id == self.one.session_id
            self.tried(lambda: self.sent(update(feedback).where(mine).values(self.filled(values))))

    @rule(
        values=st.fixed_dictionaries({"state": st.sampled_from(list(FeedbackState))}, optional=BESIDE_STATE),
        anew=st.booleans(),
    )  # fmt: skip
    def insert_directly(self, values: dict[str, Any], anew: bool) -> None:
        def inserted() -> None:
            with self.parts.database.reading() as rows:
                mine = feedback.c.session_id == self.one.session_id
                there = dict(rows.execute(select(feedback).where(mine)).mappings().first() or {})
            more = {"id": new_id()} if anew or not there else {}
            self.sent(insert(feedback).prefix_with("OR REPLACE").values(there | self.filled(values) | more))

        self.tried(inserted)

    @rule(what=st.sampled_from(["feedback", "confirmation"]))
    def delete_directly(self, what: str) -> None:
        table = feedback if what == "feedback" else confirmation
        self.tried(lambda: self.sent(delete(table).where(table.c.session_id == self.one.session_id)))
        if what == "feedback" and self.is_gone():
            self.tried(self.one.drafted)

    @rule(by=PEOPLE)
    def change_a_confirmation(self, by: str | None) -> None:
        mine = confirmation.c.session_id == self.one.session_id
        self.tried(lambda: self.sent(update(confirmation).where(mine).values(self.filled({"person_id": by}))))

    def is_gone(self) -> bool:
        with self.parts.database.reading() as rows:
            mine = feedback.c.session_id == self.one.session_id
            return rows.execute(select(feedback.c.id).where(mine)).first() is None

    def sent(self, statement: Executable) -> None:
        with self.parts.database.writing() as rows:
            rows.execute(statement)

    def filled(self, values: dict[str, Any]) -> dict[str, Any]:
        """What the words of a rule stand for."""
        made: dict[str, Any] = {}
        with self.parts.database.reading() as rows:
            own = rows.scalar(select(feedback.c.body_hash).where(feedback.c.session_id == self.one.session_id))
        hashes = {"its own": own, "junk": "0" * 64, "of other words": self.other_words[1], None: None}
        bodies = {"other words": self.other_words[0], "rubbish": b"-", None: None}
        for name, value in values.items():
            if name.endswith("_hash"):
                made[name] = hashes[value]
            elif name == "body":
                made[name] = bodies[value]
            elif name.endswith(("_by", "_id")):
                made[name] = self.people[value].person_id if value else None
            else:
                made[name] = value
        return made

    @invariant()
    def nothing_is_released_that_no_person_confirmed(self) -> None:
        if not hasattr(self, "one"):
            return
        with self.parts.database.reading() as rows:
            released = rows.execute(select(feedback).where(
                feedback.c.session_id == self.one.session_id, feedback.c.state == FeedbackState.RELEASED
            )).all()  # fmt: skip
            confirmed = {(row.feedback_id, row.body_hash, row.person_id) for row in rows.execute(select(confirmation))}
        for row in released:
            before = self.seen.setdefault(row.id, (row.body, row.body_hash))
            assert row.body in (before[0], None)
            assert row.worker_id == self.one.worker.person_id
            assert self.one.worker.person_id not in (row.confirmed_by, row.released_by)
            assert row.heard in ("conversation", "waived")
            if row.body is not None:
                assert row.body_hash == before[1]
                assert (row.id, row.body_hash, row.confirmed_by) in confirmed
        self.what_is_read_was_confirmed(confirmed)

    def what_is_read_was_confirmed(self, confirmed: set[tuple[str, str, str]]) -> None:
        """The database cannot read content; who reads it looks whether it is what the hash says."""
        try:
            found = self.one.receiving.released(self.one.worker, self.one.session_id)
        except (BlobRefusedError, PracticeError):
            return
        if found is not None:
            facts = found.written.facts
            broker = self.parts.broker
            assert isinstance(broker, OpenHandedBroker)
            key = broker.open(self.one.worker, self.one.session_id, None, purpose=None)  # type: ignore[arg-type]
            digest = key.digest(FIELD, found.written.body.sha256)
            assert (facts.id, digest, facts.confirmed_by) in confirmed
            type(self).releases += 1


def it_can_be_done_at_all() -> None:
    """Both ways end in something that is released and read; else no refusal would mean anything."""
    for already in ("released", "released by API"):
        read, by_api = Gate.releases, Gate.asked["POST /release 200"]
        gate = Gate()
        gate.begin(already)
        gate.nothing_is_released_that_no_person_confirmed()
        assert Gate.releases == read + 1
        assert Gate.asked["POST /release 200"] == by_api + (already == "released by API")


def ran(migrated: Path, steps: int) -> None:
    """Run the machine until so many steps were tried."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # thousands of transactions, none of which has to last
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        path = Path(folder) / "service.sqlite3"
        shutil.copy(migrated, path)
        database, blobs = open_database(f"sqlite:///{path}"), LocalBlobStore(Path(folder) / "blobs")
        Gate.parts = Parts(
            database=database, blobs=blobs, broker=OpenHandedBroker(blobs=blobs), trail=RememberingTrail(),
            clock=ToldClock(), blind_share=0.0,
        )  # fmt: skip
        Gate.steps, Gate.releases, Gate.asked = 0, 0, Counter()
        with standing_door(Gate.parts, Path(folder)) as Gate.door:
            it_can_be_done_at_all()
            while Gate.steps < steps:
                told_so = settings(
                    max_examples=max(2, (steps - Gate.steps) // 50), stateful_step_count=50, deadline=None,
                    database=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
                )  # fmt: skip
                run_state_machine_as_test(Gate, settings=told_so)  # type: ignore[no-untyped-call]
        database.close()


def test_nothing_is_released_that_no_person_confirmed_as_it_is(migrated_file: Path) -> None:
    ran(migrated_file, 200)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_is_released_in_thousands_of_steps(migrated_file: Path) -> None:
    ran(migrated_file, 5_000)
    requests = dict(sorted(Gate.asked.items()))
    sys.stdout.write(f"{Gate.steps} steps, released content was read {Gate.releases} times; requests: {requests}\n")

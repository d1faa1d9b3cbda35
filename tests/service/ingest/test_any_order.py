"""Whatever a client does and in whatever pieces, what was counted is what was sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.blobs.local_store import LocalBlobStore
from service.database.engine import open_database
from service.ids import new_id
from service.ingest.errors import UploadBusyError, UploadOffsetError, UploadTooLongError
from service.ingest.records import Limits, Upload
from service.ingest.usecases import Ingest
from service.parts import Parts
from tests.service.ingest.material import (
    SESSION,
    actor,
    asked,
    contents,
    in_chunks,
    sha,
    stray_blobs,
    wave,
)
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

LENGTH = 40_000
SOUND = wave(LENGTH)


class DroppedError(Exception):
    pass


class Client(RuleBasedStateMachine):
    made: Path

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.made.parent))
        self.clock = ToldClock()
        self.database = open_database(f"sqlite:///{shutil.copy(self.made, self.folder / 'db')}")
        self.broker = OpenHandedBroker(blobs=LocalBlobStore(self.folder / "blobs"), known={SESSION})
        parts = Parts(
            database=self.database, blobs=self.broker.blobs, broker=self.broker, trail=RememberingTrail(),
            clock=self.clock,
        )  # fmt: skip
        self.ingest = Ingest(parts=parts, queue=lambda *_: new_id(), limits=Limits(part_bytes=9_000, spare_bytes=0))
        self.upload_id = self.ingest.begin(actor(), asked(SOUND)).id
        self.counted = 0

    def _standing(self) -> Upload:
        return self.ingest.standing(actor(), self.upload_id)

    @rule(size=st.integers(0, LENGTH), pieces=st.integers(1, 20_000))
    def send(self, size: int, pieces: int) -> None:
        sent = SOUND[self.counted : self.counted + size]
        self.counted += len(sent)
        offset = self.counted - len(sent)
        assert self.ingest.receive(actor(), self.upload_id, offset, in_chunks(sent, pieces)).received == self.counted

    @rule(size=st.integers(0, LENGTH), pieces=st.integers(1, 20_000))
    def drop(self, size: int, pieces: int) -> None:
        sent = SOUND[self.counted : self.counted + size]

        def chunks() -> Iterator[bytes]:
            yield from in_chunks(sent, pieces)
            raise DroppedError

        if self.counted + len(sent) == LENGTH:
            return
        with pytest.raises(DroppedError):
            self.ingest.receive(actor(), self.upload_id, self.counted, chunks())
        self.counted += len(sent)

    @rule(offset=st.integers(0, LENGTH + 5))
    def send_elsewhere(self, offset: int) -> None:
        if offset != self.counted:
            with pytest.raises(UploadOffsetError):
                self.ingest.receive(actor(), self.upload_id, offset, [SOUND])

    @rule(more=st.integers(1, 9_000))
    def send_too_much(self, more: int) -> None:
        if self.counted < LENGTH:
            with pytest.raises(UploadTooLongError):
                self.ingest.receive(actor(), self.upload_id, self.counted, [SOUND[self.counted :] + b"x" * more])

    @rule(size=st.integers(1, LENGTH), pieces=st.integers(100, 20_000), silent=st.booleans())
    def send_beside(self, size: int, pieces: int, silent: bool) -> None:
        """Another request for the same upload, while the first runs; only after a silence it takes over."""
        if self.counted == LENGTH:
            return
        sent = SOUND[self.counted : self.counted + 50]

        def chunks() -> Iterator[bytes]:
            yield b"?"
            if silent:
                self.clock.pass_ms(self.ingest.limits.claim_ms)
            try:
                self.counted = self.ingest.receive(actor(), self.upload_id, self.counted, [sent]).received
                assert silent
            except UploadBusyError:
                assert not silent
            raise DroppedError

        if silent:
            with pytest.raises(UploadBusyError):
                self.ingest.receive(actor(), self.upload_id, self.counted, chunks())
        else:
            first = iter(chunks())
            next(first)

            def right() -> Iterator[bytes]:
                yield SOUND[self.counted : self.counted + 1]
                yield from first

            if self.counted + 1 < LENGTH:
                with pytest.raises(DroppedError):
                    self.ingest.receive(actor(), self.upload_id, self.counted, right())
                self.counted += 1

    @rule()
    def restart(self) -> None:
        found = self.ingest.reconcile()
        assert (found.damaged_uploads, found.lost_recordings, found.unfinished) == ((), (), 0)

    @invariant()
    def what_counts_is_what_was_sent(self) -> None:
        if not hasattr(self, "upload_id"):
            return
        standing = self._standing()
        assert standing.received == self.counted
        assert bool(standing.recording_id) == (self.counted == LENGTH)
        assert stray_blobs(self.database, self.broker) == set()
        if standing.recording_id:
            assert contents(self.database, self.broker) == [sha(SOUND)]

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)


def schedule(made: Path, count: int) -> None:
    Client.made = made
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Client,
        settings=settings(
            max_examples=count, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


QUICK, ALL = 8, 300


def test_a_client_may_do_things_in_any_order(made: Path) -> None:
    schedule(made, QUICK)


@pytest.mark.slow
def test_a_client_may_do_things_in_any_order_many_times(made: Path) -> None:
    schedule(made, ALL)

"""Life, readiness, metrics, and how the process stops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from service.api.about import engines_in_use, tell_engines
from service.api.health import SILENT_MS, Check, Readiness, usual_checks
from service.api.metrics import AuditState, Metrics
from service.api.stopping import Stopping
from service.app import create_app
from service.audit.errors import AuditDatabaseError
from service.blobs.local_store import LocalBlobStore
from service.database.tables import worker
from service.keybroker.errors import LostEpochError
from service.parts import Parts
from service.settings_service import ServiceSettings
from tests.service.api.conftest import READER, Site, settings_for
from tests.service.api.people_here import web_parts

TOKEN = "a-token-for-the-metrics-alone"


def beat(parts: Parts, ago_ms: int) -> None:
    seen = parts.clock() - ago_ms
    row = {"id": f"w{ago_ms}", "version": "1", "queues": "speech", "started_ms": seen, "seen_ms": seen}
    with parts.database.writing() as rows:
        rows.execute(insert(worker).values(**row))


def state_of(parts: Parts, *more: Check) -> tuple[bool, dict[str, str]]:
    state = Readiness((*usual_checks(parts), *more)).state()
    return state.ready, state.parts


def test_a_process_with_all_its_parts_is_ready(parts: Parts) -> None:
    beat(parts, 0)
    assert state_of(parts) == (True, {"database": "ok", "blobs": "ok", "worker": "ok"})


def test_a_worker_that_is_silent_is_told_of_but_uploads_are_still_taken(parts: Parts) -> None:
    assert state_of(parts)[1]["worker"] == "SilentWorkerError"
    beat(parts, SILENT_MS + 1)
    assert state_of(parts) == (True, {"database": "ok", "blobs": "ok", "worker": "SilentWorkerError"})


def test_a_store_that_is_gone_is_not_ready(parts: Parts, tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "elsewhere")
    for path in sorted((tmp_path / "elsewhere").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (tmp_path / "elsewhere").rmdir()
    (tmp_path / "elsewhere").write_bytes(b"no folder")
    ready, found = state_of(replace(parts, blobs=store))
    assert (ready, found["blobs"]) == (False, "StoreUnavailableError")


def test_a_database_that_cannot_be_written_is_not_ready(parts: Parts) -> None:
    """Reading still works, so the word says what is wrong."""
    with parts.database.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        driver.execute("PRAGMA query_only = 1")  # type: ignore[union-attr]
    ready, found = state_of(parts)
    assert (ready, found["database"]) == (False, "ReadOnlyDatabaseError")


def test_looking_whether_it_can_be_written_leaves_nothing(parts: Parts) -> None:
    state_of(parts)
    with parts.database.reading() as rows:
        assert rows.exec_driver_sql("SELECT count(*) FROM setting").scalar_one() == 0


def test_a_part_of_the_composition_that_fails_is_named_by_its_class_alone(site: Site, parts: Parts) -> None:
    def lost() -> None:
        raise LostEpochError("a private word")

    ready, found = state_of(parts, Check(name="keystore", look=lost))
    assert (ready, found["keystore"]) == (False, "LostEpochError")


def test_asking_often_looks_once(parts: Parts) -> None:
    looks: list[int] = []
    readiness = Readiness((Check(name="counted", look=lambda: looks.append(1)),))
    for _ in range(50):
        readiness.state()
    assert len(looks) == 1


def test_a_process_that_stops_lives_but_is_not_ready(site: Site) -> None:
    assert site.client.get("/readyz").status_code == 200
    site.app.state.stopping.ask()
    assert site.client.get("/healthz").json() == {"status": "ok"}
    response = site.client.get("/readyz")
    assert (response.status_code, response.json()["stopping"]) == (503, True)


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ("testclient", {}, 404),
    ],
)
def test_without_a_token_metrics_are_for_this_machine_alone(
    shared_site: Site, address: str, headers: dict[str, str], status: int
) -> None:
    """A proxy on this machine passes strangers on; they do not count as coming from here."""
    client = TestClient(shared_site.app, client=(address, 40000))
    assert client.get("/metrics", headers=headers).status_code == status


def test_with_a_token_metrics_are_for_who_brings_it(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(f"{TOKEN}\n")
    settings = settings_for(tmp_path, PRACTICE_METRICS_TOKEN_FILE=str(file))
    client = TestClient(create_app(parts, settings, web_parts()), client=("127.0.0.1", 40000))
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_requests_are_counted_by_template_so_that_no_id_becomes_a_series(shared_site: Site) -> None:
    for number in range(5):
        shared_site.client.get(f"/api/v1/things/{number:032x}", headers=READER)
        shared_site.client.get(f"/nowhere/{number}")
    text = TestClient(shared_site.app, client=("127.0.0.1", 40000)).get("/metrics").text
    assert 'practice_requests_total{method="GET",route="/api/v1/things/{thing_id}",status="200"} 5.0' in text
    assert 'practice_requests_total{method="GET",route="none",status="404"} 5.0' in text
    assert "0000000" not in text
    assert 'practice_jobs{state="queued"} 0.0' in text
    assert "practice_open_uploads 0.0" in text


def test_metrics_tell_how_far_the_audit_goes(parts: Parts) -> None:
    state = AuditState(sequence=41, anchored_ms=parts.clock() - 90_000)
    text = Metrics(parts, lambda: state).text().decode()
    assert "practice_audit_sequence 41.0" in text
    assert "practice_audit_anchor_age_seconds 90.0" in text
    assert "practice_database_answers 1.0" in text


def test_metrics_without_a_database_say_so_and_stay_there(parts: Parts) -> None:
    def gone() -> AuditState:
        raise AuditDatabaseError

    text = Metrics(parts, gone).text().decode()
    assert "practice_database_answers 0.0" in text
    assert "practice_jobs" not in text


def test_about_tells_versions_and_the_engines_that_a_worker_built(site: Site, parts: Parts) -> None:
    expected = {"version": "1.2.3", "rubrics": {"direct-practice": "msw 1"}, "engines": {}}
    assert site.client.get("/api/v1/about", headers=READER).json() == expected
    for engines in ({"transcriber": "old"}, {"transcriber": "moonshine-tiny-en"}):
        tell_engines(parts.database, engines)
    assert site.client.get("/api/v1/about", headers=READER).json()["engines"] == {"transcriber": "moonshine-tiny-en"}
    assert engines_in_use(parts.database) == {"transcriber": "moonshine-tiny-en"}


def test_the_hooks_are_called_once_after_the_last_request_the_last_one_first(
    parts: Parts, settings: ServiceSettings
) -> None:
    called: list[str] = []

    def broken() -> None:
        raise RuntimeError

    web = replace(web_parts(), at_end=(lambda: called.append("first"), broken, lambda: called.append("last")))
    app = create_app(parts, settings, web)
    with TestClient(app) as client:
        client.get("/healthz")
        assert called == []
    app.state.stopping.end()
    assert called == ["last", "first"]


def test_requests_under_way_are_counted(parts: Parts) -> None:
    stopping = Stopping()
    with stopping.one_request(), stopping.one_request():
        assert stopping.under_way == 2
    assert stopping.under_way == 0

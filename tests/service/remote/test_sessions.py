"""`practice remote list|status|get|share|unshare|withdraw|watch`."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.scoring_json import scoring_json
from pipelines.outputs.session_json import to_json
from service.cli.main import Stopped
from service.remote import following
from service.remote.keeping import Account
from tests.outputs.practices import small_practice
from tests.outputs.sessions import small_session
from tests.service.remote.conftest import Run, Typing
from tests.service.remote.fake_service import END, JOB, PURPOSES, SESSION, Answer, FakeService, job, problem


@pytest.fixture
def documents(service: FakeService) -> dict[str, bytes]:
    """What the service has of the session."""
    session = small_session()
    practice = small_practice(session)
    texts = {
        "session": to_json(session), "coding": coding_json(practice.coding), "scoring": scoring_json(practice.scoring),
    }  # fmt: skip
    service.documents = {name: text.encode() for name, text in texts.items()}
    return service.documents


def test_all_pages_of_the_sessions_are_listed(service: FakeService, signed_in: Account, run: Run) -> None:
    code, out, _ = run("list", "--json")
    assert code == 0
    assert [one["id"] for one in json.loads(out)["items"]] == [SESSION, "5f" * 16]
    shown = run("list")[1]
    assert f"2026-11-20  direct_practice  ready  no      {SESSION}" in shown


def test_a_session_is_told_with_who_agreed_to_what(service: FakeService, signed_in: Account, run: Run) -> None:
    code, out, _ = run("status", SESSION, "--json")
    told = json.loads(out)
    assert code == 0
    assert set(told) == {"session", "participants", "jobs"}
    assert [one["role"] for one in told["participants"]] == service.roles
    assert told["participants"][0]["standing"] == dict.fromkeys(PURPOSES, "given")
    assert "2  parent or carer 1" in run("status", SESSION)[1]


def test_content_is_read_for_a_purpose(service: FakeService, signed_in: Account, run: Run) -> None:
    run("status", SESSION, "--purpose", "coaching")
    assert service.told("GET", f"/sessions/{SESSION}")[0].query == "purpose=coaching"
    assert run("status", SESSION, "--purpose", "operation")[0] == 2


def test_the_documents_are_written_as_the_service_has_them(
    service: FakeService, signed_in: Account, run: Run, documents: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "results"
    code, told, err = run("get", SESSION, "--out", out, "--purpose", "coaching", "--json")
    assert code == 0, err
    assert json.loads(told) == {"out": str(out), "files": ["session.json", "coding.json", "scoring.json"]}
    assert {path.stem: path.read_bytes() for path in out.iterdir()} == documents
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {one.query for one in service.seen if "/documents/" in one.path} == {"purpose=coaching"}


def test_nothing_is_written_where_one_document_is_refused(
    service: FakeService, signed_in: Account, run: Run, documents: dict[str, bytes], tmp_path: Path
) -> None:
    del documents["scoring"]
    code, _, err = run("get", SESSION, "--out", tmp_path / "results")
    assert (code, err) == (2, "There is nothing here that you may see.\n")
    assert not (tmp_path / "results").exists()


def test_a_session_made_from_a_transcript_has_no_session_document(
    service: FakeService, signed_in: Account, run: Run, documents: dict[str, bytes], tmp_path: Path
) -> None:
    missing = problem(404, "This session has no such document yet.", "not-made-yet")
    service.instead[("GET", f"/sessions/{SESSION}/documents/session")] = [missing, missing]
    code, told, _ = run("get", SESSION, "--out", tmp_path / "results", "--json")
    assert (code, json.loads(told)["files"]) == (0, ["coding.json", "scoring.json"])
    (tmp_path / "results" / "session.json").write_text("of another session")
    code, _, err = run("get", SESSION, "--out", tmp_path / "results", "--report")
    assert code == 2
    assert "A report needs session.json" in err


def test_the_report_is_made_here(
    service: FakeService, signed_in: Account, run: Run, documents: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "results"
    code, told, err = run("get", SESSION, "--out", out, "--report", "--json")
    assert code == 0, err
    made = ["transcript.vtt", "transcript.txt", "turns.rttm", "report.html"]
    assert json.loads(told)["files"][3:] == made
    assert (out / "transcript.vtt").read_text().startswith("WEBVTT")
    assert "empathy" in (out / "report.html").read_text().lower()


def test_scores_by_a_rubric_that_is_not_here_are_not_drawn(
    service: FakeService, signed_in: Account, run: Run, documents: dict[str, bytes], tmp_path: Path
) -> None:
    scoring = json.loads(documents["scoring"])
    scoring["rubric"]["digest"] = "0" * 64
    documents["scoring"] = json.dumps(scoring).encode()
    code, _, err = run("get", SESSION, "--out", tmp_path / "results", "--report")
    assert code == 2
    assert "Name its file with --rubric" in err
    assert (tmp_path / "results" / "session.json").exists()


@pytest.mark.parametrize(("command", "method"), [("share", "PUT"), ("unshare", "DELETE")])
def test_sharing_is_given_and_taken_back(
    service: FakeService, signed_in: Account, run: Run, command: str, method: str
) -> None:
    code, out, _ = run(command, SESSION, "--json")
    assert (code, json.loads(out)) == (0, {"session": SESSION, "shared": command == "share"})
    assert len(service.told(method, f"/sessions/{SESSION}/sharing")) == 1


def withdrawals(service: FakeService) -> list[Any]:
    return [(one.path.split("/")[4], one.body) for one in service.seen if one.path.endswith("/withdrawal")]


def test_a_withdrawal_asks_who_and_what_and_prints_the_receipt(
    service: FakeService, signed_in: Account, run: Run, typing: Typing
) -> None:
    typing("y")
    code, out, err = run("withdraw", SESSION, "--participant", 3, "--how", "written")
    assert code == 0
    assert "Participant 3 (child 1) changed their mind. The session is erased for everybody, for good." in err
    assert withdrawals(service) == [(f"{3:032x}", {"how": "written"})]
    assert out.splitlines()[0].strip() == "It is being erased."
    assert "withdrawn: 2026-11-18 11:06 UTC" in out


def test_a_withdrawal_that_is_not_meant_is_not_sent(
    service: FakeService, signed_in: Account, run: Run, typing: Typing
) -> None:
    typing("n")
    assert run("withdraw", SESSION, "--participant", 1)[0] == 1
    assert withdrawals(service) == []


def test_a_withdrawal_without_anybody_to_ask_needs_a_yes(service: FakeService, signed_in: Account, run: Run) -> None:
    code, _, err = run("withdraw", SESSION, "--participant", 1)
    assert code == 2
    assert "--yes" in err
    assert withdrawals(service) == []


def test_a_receipt_keeps_the_certificate_once_there_is_one(
    service: FakeService, signed_in: Account, run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / "certificate.json"
    code, _, err = run("receipt", SESSION, "--certificate", kept)
    assert (code, kept.exists()) == (2, False)
    assert "no certificate yet" in err
    service.certificate = b'{"certificate": {}}'
    code, out, _ = run("receipt", SESSION, "--certificate", kept)
    assert (code, kept.read_bytes()) == (0, service.certificate)
    assert "state: certified" in out
    assert run("receipt", SESSION, "--certificate", kept)[0] == 2


def test_one_purpose_can_be_taken_back_alone(service: FakeService, signed_in: Account, run: Run) -> None:
    code, out, _ = run("withdraw", SESSION, "--participant", 2, "--only", "research", "--yes", "--json")
    assert code == 0
    assert withdrawals(service) == [(f"{2:032x}", {"how": "spoken", "purposes": ["research"]})]
    assert json.loads(out)["receipt"]["whole"] is True


def test_a_participant_who_is_not_there_is_refused(service: FakeService, signed_in: Account, run: Run) -> None:
    code, _, err = run("withdraw", SESSION, "--participant", 4, "--yes")
    assert code == 2
    assert "There are 3 participants" in err


@pytest.mark.parametrize("identifier", [JOB, SESSION])
def test_the_work_is_followed_by_a_jobs_id_or_a_sessions(
    service: FakeService, signed_in: Account, run: Run, identifier: str
) -> None:
    code, out, _ = run("watch", identifier, "--json")
    assert (code, json.loads(out)) == (0, {"job": job()})


def test_following_goes_on_over_streams_that_end_before_the_work_does(
    service: FakeService, signed_in: Account, run: Run
) -> None:
    halves = [job("running", "decode", 0.5), job("running", "transcribe", 0.2)]
    service.streams = [
        [("progress", halves[0]), ("end", {"why": "stopping"})],
        [("progress", halves[1])],
        [("progress", job()), END],
    ]
    running = [Answer(200, halves[1]), Answer(200, halves[1]), Answer(200, halves[1])]
    service.instead[("GET", f"/jobs/{JOB}")] = running
    assert run("watch", JOB)[0] == 0
    assert len(service.told("GET", f"/jobs/{JOB}/events")) == 3


def test_following_outlasts_a_service_that_is_being_started_again(
    service: FakeService, signed_in: Account, run: Run, waits: list[float]
) -> None:
    service.instead[("GET", f"/jobs/{JOB}/events")] = [problem(502, "No.", "unavailable")] * 3
    assert run("watch", JOB)[0] == 0
    assert len(waits) == 3


def test_following_ends_where_the_service_stays_away(
    service: FakeService, signed_in: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_LOST", 2)
    service.instead[("GET", f"/jobs/{JOB}/events")] = [problem(502, "A part did not answer.", "unavailable")] * 9
    code, _, err = run("watch", JOB)
    assert (code, err) == (4, "A part did not answer.\n")


def test_work_that_failed_says_why_and_ends_with_4(service: FakeService, signed_in: Account, run: Run) -> None:
    service.job = job("failed", "transcribe", 0.3, reason="no-speech", sentence="No words were found.")
    code, _, err = run("watch", SESSION)
    assert (code, err) == (4, "No words were found.\n")


def test_following_ends_when_it_may_not_be_seen_any_more(service: FakeService, signed_in: Account, run: Run) -> None:
    over = problem(404, "There is nothing here that you may see.")
    service.instead[("GET", f"/jobs/{JOB}")] = [Answer(200, job("running")), over]
    service.streams = [[("end", {"why": "nothing-here"})]]
    code, _, err = run("watch", JOB)
    assert (code, err) == (2, "There is nothing here that you may see.\n")


def test_ctrl_c_leaves_the_work_going(
    service: FakeService, signed_in: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr(following, "_heard", stopped)
    code, _, err = run("watch", JOB)
    assert code == 130
    assert f"practice remote watch {JOB}" in err
    assert not any(one.path.endswith("/cancel") for one in service.seen)


def test_a_session_without_work_is_said(service: FakeService, signed_in: Account, run: Run) -> None:
    service.job = None
    code, _, err = run("watch", SESSION)
    assert code == 2
    assert "Nothing is worked on" in err


@pytest.mark.parametrize("typed", ["../sessions", "5E" * 15, "x" * 32, f"{SESSION}/sharing"])
def test_what_is_no_id_is_asked_nowhere(service: FakeService, signed_in: Account, run: Run, typed: str) -> None:
    code, _, err = run("share", typed)
    assert code == 2
    assert "32 hexadecimal digits" in err
    assert service.seen == []

"""`practice remote add|upload|resume`: a session, what was agreed to, and a recording over many connections."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from service.cli import remote_adding
from service.cli.main import Stopped
from service.remote import uploading
from service.remote.keeping import Account, Begun, Cabinet
from tests.service.remote.conftest import Run
from tests.service.remote.fake_service import (
    RECORDING,
    SESSION,
    TOKEN,
    UPLOAD,
    Answer,
    FakeService,
    job,
    problem,
)

DROPS = 10
CONTENT = bytes(range(256)) * 1200
FACTS = ("--setting", "direct_practice", "--held-on", "2026-11-20", "--lawful-basis", "public-task")
PEOPLE = ("--participant", "practitioner", "--participant", "child,parent-or-carer", "--participant", "child")
AGREED = ("--given", "reflection=spoken")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording of 300 KiB, of which little is sent at a time."""
    monkeypatch.setattr(uploading, "FIRST_BYTES", 10_000)
    monkeypatch.setattr(uploading, "REQUEST_BYTES", 100_000)
    path = tmp_path / "visit é.wav"
    path.write_bytes(CONTENT)
    return path


def begun_in(cabinet: Cabinet, service: FakeService) -> list[Begun]:
    return list(cabinet.begun(service.origin))


def test_a_session_is_made_agreed_to_and_its_recording_arrives_whole(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, file: Path
) -> None:
    code, out, err = run("add", file, *FACTS, *PEOPLE, *AGREED, "--title", "Second visit", "--json")
    assert code == 0, err
    shown = {"session": SESSION, "recording": RECORDING, "answers": 4, "state": "ready", "job": None}
    assert json.loads(out) == shown
    assert bytes(service.content) == CONTENT
    assert list(service.creations.values()) == [{"session": SESSION, "kind": "sound", "filename": file.name}]
    assert begun_in(cabinet, service) == []


def test_the_session_says_what_the_options_say(service: FakeService, signed_in: Account, run: Run, file: Path) -> None:
    run("add", file, *FACTS, *PEOPLE, "--title", "Second visit", "--goal", "calm mornings")
    (asked,) = service.told("POST", "/sessions")
    assert asked.body == {
        "setting": "direct_practice", "held_on": "2026-11-20", "lawful_basis": "public-task", "legal_status": None,
        "participants": ["practitioner", "child", "parent_or_carer", "child"], "title": "Second visit", "purpose": "",
        "change_goal": "calm mornings", "notes": "",
    }  # fmt: skip


def test_each_answer_is_recorded_for_the_right_person_with_the_newest_words_for_them(
    service: FakeService, signed_in: Account, run: Run, file: Path
) -> None:
    said = ("--given", "reflection=spoken", "--refused", "4:research=through-parent", "--said-on", "2026-11-19")
    assert run("add", file, *FACTS, *PEOPLE, *said)[0] == 0
    rows = {(one["path"].split("/")[4], one["purpose"]): one for one in service.answers.values() if "answer" in one}
    statements = {
        int(person, 16): one["statement"] for (person, purpose), one in rows.items() if purpose == "reflection"
    }
    assert statements == {1: "worker-1", 2: "child-1", 3: "adult-10", 4: "child-1"}
    refused = rows[(f"{4:032x}", "research")]
    assert (refused["answer"], refused["how"], refused["statement"]) == ("refused", "through-parent", "adult-10")
    assert {one["said_ms"] for one in rows.values()} == {1_795_046_400_000}
    assert {one["until_ms"] for one in rows.values()} == {None}


def test_a_last_day_is_counted_whole(service: FakeService, signed_in: Account, run: Run, file: Path) -> None:
    run("add", file, *FACTS, *PEOPLE, *AGREED, "--until", "2999-12-31")
    assert {one["until_ms"] for one in service.answers.values() if "answer" in one} == {32_503_680_000_000}


def test_ten_dropped_connections_lose_and_repeat_nothing(
    service: FakeService, signed_in: Account, run: Run, file: Path, waits: list[float]
) -> None:
    service.drops = [1 + 7919 * number % 30_000 for number in range(DROPS)]
    code, _, err = run("upload", SESSION, file)
    assert code == 0, err
    assert service.drops == []
    assert bytes(service.content) == CONTENT
    assert len(service.creations) == 1
    assert len(waits) >= DROPS


def test_a_connection_that_brings_nothing_is_given_up_and_can_be_resumed(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, file: Path, waits: list[float]
) -> None:
    service.drops = [5_000] + [0] * (uploading.MOST_LOST + 1)
    code, _, err = run("upload", SESSION, file)
    assert code == 4
    assert "`practice remote resume` goes on" in err
    assert max(waits) <= uploading.LONGEST_REST_S
    (begun,) = begun_in(cabinet, service)
    assert begun.location == f"/uploads/{UPLOAD}"
    code, out, err = run("resume", "--json")
    assert code == 0, err
    assert json.loads(out)["recording"] == RECORDING
    assert bytes(service.content) == CONTENT
    assert begun_in(cabinet, service) == []


def test_resuming_records_what_was_not_recorded_yet_and_nothing_twice(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, file: Path
) -> None:
    third = f"/sessions/{SESSION}/participants/{3:032x}/permissions"
    service.instead[("POST", third)] = [problem(500, "It failed.", "unforeseen")]
    assert run("add", file, *FACTS, *PEOPLE, *AGREED)[0] == 4
    (begun,) = begun_in(cabinet, service)
    assert [one["participant"] for one in begun.answers] == [f"{3:032x}", f"{4:032x}"]
    assert run("resume", SESSION)[0] == 0
    recorded = [one["path"] for one in service.answers.values() if "answer" in one]
    assert sorted(recorded) == [f"/sessions/{SESSION}/participants/{number:032x}/permissions" for number in range(1, 5)]
    assert len(service.told("POST", "/sessions")) == 1
    assert bytes(service.content) == CONTENT


def test_what_is_kept_of_an_upload_is_its_owners_alone_and_holds_no_title_or_token(
    service: FakeService, signed_in: Account, run: Run, file: Path, tmp_path: Path
) -> None:
    service.instead[("POST", "/uploads")] = [problem(500, "It failed.", "unforeseen")]
    run("add", file, *FACTS, *PEOPLE, *AGREED, "--title", "Second visit", "--notes", "a quiet house")
    kept = tmp_path / "config" / "practice" / "uploads" / f"{SESSION}.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    text = kept.read_text()
    assert not any(word in text for word in ("Second visit", "quiet", TOKEN))


def test_ctrl_c_during_an_upload_says_how_to_go_on(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: object, arrived: int, size: int) -> None:
        if arrived > 50_000:
            raise Stopped

    monkeypatch.setattr(remote_adding._arriving, "watch", stopped)
    code, _, err = run("upload", SESSION, file)
    assert code == 130
    assert f"practice remote resume {SESSION}" in err
    assert len(begun_in(cabinet, service)) == 1


def test_a_file_that_changed_since_is_not_resumed(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, file: Path
) -> None:
    service.instead[("POST", "/uploads")] = [problem(500, "It failed.", "unforeseen")]
    run("upload", SESSION, file)
    file.write_bytes(CONTENT + b"more")
    code, _, err = run("resume")
    assert code == 2
    assert "size or its time changed" in err
    assert bytes(service.content) == b""
    assert begun_in(cabinet, service) == []


def test_an_upload_that_ended_at_the_service_is_begun_anew_once(
    service: FakeService, signed_in: Account, run: Run, file: Path
) -> None:
    service.instead[("HEAD", f"/uploads/{UPLOAD}")] = [Answer(410)]
    assert run("upload", SESSION, file)[0] == 0
    assert len(service.creations) == 2
    assert bytes(service.content) == CONTENT
    service.instead[("HEAD", f"/uploads/{UPLOAD}")] = [Answer(410), Answer(410)]
    code, _, err = run("upload", SESSION, file)
    assert code == 2
    assert "ended at the service" in err


def test_a_file_of_a_kind_that_is_not_taken_is_refused_after_its_first_bytes(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, file: Path
) -> None:
    service.instead[("PATCH", f"/uploads/{UPLOAD}")] = [problem(415, "This is no recording.", "wrong-kind")]
    code, _, err = run("upload", SESSION, file)
    assert (code, err) == (2, "This is no recording.\n")
    assert [one.headers["content-length"] for one in service.told("PATCH", f"/uploads/{UPLOAD}")] == ["10000"]
    assert begun_in(cabinet, service) == []


@pytest.mark.parametrize("status", [409, 423, 429, 502, 503])
def test_a_service_that_is_busy_is_asked_again(
    service: FakeService, signed_in: Account, run: Run, file: Path, status: int, waits: list[float]
) -> None:
    service.instead[("PATCH", f"/uploads/{UPLOAD}")] = [Answer(status, None, {"Retry-After": "3"})]
    assert run("upload", SESSION, file)[0] == 0
    assert waits == [3.0]
    assert bytes(service.content) == CONTENT


def test_a_service_without_room_is_told_at_once(service: FakeService, signed_in: Account, run: Run, file: Path) -> None:
    service.instead[("POST", "/uploads")] = [problem(507, "There is no room left. Tell whoever runs it.", "full")]
    code, _, err = run("upload", SESSION, file)
    assert (code, err) == (4, "There is no room left. Tell whoever runs it.\n")


def test_an_upload_that_is_to_go_elsewhere_is_refused(
    service: FakeService, signed_in: Account, run: Run, file: Path
) -> None:
    elsewhere = {"Location": "https://elsewhere.example/api/v1/uploads/1"}
    service.instead[("POST", "/uploads")] = [Answer(201, None, elsewhere)]
    code, _, err = run("upload", SESSION, file)
    assert code == 2
    assert "another address" in err
    assert bytes(service.content) == b""


def test_a_transcript_is_sent_as_one(service: FakeService, signed_in: Account, run: Run, tmp_path: Path) -> None:
    words = tmp_path / "visit.vtt"
    words.write_text("WEBVTT\n")
    assert run("upload", SESSION, words)[0] == 0
    assert [one["kind"] for one in service.creations.values()] == ["transcript"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--given", "reflection"), "stated as"),
        (("--given", "9:reflection=spoken"), "There are 4 participants"),
        (("--given", "reflexion=spoken"), "no such purpose"),
        (("--given", "reflection=shouted"), "no such way"),
        (("--given", "1:reflection=through-parent"), "Only for a child"),
        (("--given", "reflection=spoken", "--refused", "2:reflection=written"), "answered twice"),
        (("--given", "reflection=spoken", "--until", "2020-01-01"), "lies in the past"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_made(
    service: FakeService, signed_in: Account, run: Run, file: Path, words: tuple[str, ...], said: str
) -> None:
    code, _, err = run("add", file, *FACTS, *PEOPLE, *words)
    assert code == 2
    assert said in err
    assert service.seen == []


def test_a_file_that_is_not_there_makes_no_session(
    service: FakeService, signed_in: Account, run: Run, tmp_path: Path
) -> None:
    code, _, err = run("add", tmp_path / "none.wav", *FACTS, *PEOPLE)
    assert (code, err) == (2, "There is no file none.wav. Check the name and the folder.\n")
    assert service.seen == []


def test_waiting_follows_the_work_to_its_end(service: FakeService, signed_in: Account, run: Run, file: Path) -> None:
    code, out, _ = run("add", file, *FACTS, *PEOPLE, *AGREED, "--wait", "--json")
    assert code == 0
    assert json.loads(out)["job"] == job()


def test_a_session_that_waits_for_permission_says_so(
    service: FakeService, signed_in: Account, run: Run, file: Path
) -> None:
    service.job, service.facts = None, {**service.facts, "state": "quarantined"}
    code, out, _ = run("add", file, *FACTS, *PEOPLE, "--wait")
    assert code == 0
    assert f"practice remote permit {SESSION}" in out


def test_nothing_begun_is_said(service: FakeService, signed_in: Account, run: Run) -> None:
    code, _, err = run("resume")
    assert code == 2
    assert "practice remote add" in err


def test_an_upload_that_waits_for_a_permission_goes_on_once_it_is_recorded(
    service: FakeService, signed_in: Account, run: Run, file: Path
) -> None:
    missing = problem(403, "Somebody's permission is missing.", "permission-missing")
    service.instead[("POST", "/uploads")] = [missing]
    code, _, err = run("add", file, *FACTS, *PEOPLE)
    assert code == 2
    assert f"practice remote resume {SESSION}" in err
    code, out, err = run("permit", SESSION, "--given", "reflection=spoken", "--json")
    assert (code, json.loads(out)) == (0, {"session": SESSION, "answers": 4}), err
    assert run("resume")[0] == 0
    assert bytes(service.content) == CONTENT


def test_answers_are_recorded_by_the_numbers_that_status_shows(
    service: FakeService, signed_in: Account, run: Run
) -> None:
    service.roles = ["child", "practitioner"]
    assert run("permit", SESSION, "--refused", "2:coaching=spoken")[0] == 0
    (said,) = service.answers.values()
    assert (said["path"].split("/")[4], said["answer"], said["statement"]) == (f"{1:032x}", "refused", "child-1")
    held_on_ms = 1_795_132_800_000
    assert said["said_ms"] == held_on_ms


def test_a_permit_that_says_nothing_is_refused(service: FakeService, signed_in: Account, run: Run) -> None:
    assert run("permit", SESSION)[0] == 2
    assert service.seen == []

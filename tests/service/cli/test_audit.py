"""`practice audit`: a database, an anchor file and a key file in, sentences or JSON out."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from service.audit.anchors import AnchorFile, AnchorInterval
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.records import Action
from service.audit.sql_rows import SqlRows
from service.database.engine import Database
from tests.service.audit.chains import BEGUN, CHAIN, KEY, event
from tests.service.audit.files import opened, writing
from tests.service.cli.commands import practice

Run = Callable[..., tuple[int, str, str]]
DAY = 86_400_000
ANNA, BEN = "a1" * 16, "b2" * 16
VISIT, OTHER = "5e" * 16, "5f" * 16
EVENTS = (
    event(BEGUN + 1000, actor_id=ANNA, action=Action.VIEW, session_id=VISIT),
    event(BEGUN + 2000, actor_id=ANNA, action=Action.PLAY, session_id=VISIT),
    event(BEGUN + DAY, actor_id=BEN, action=Action.DENIAL, session_id=None, object_id=VISIT),
    event(BEGUN + 2 * DAY, actor_id=BEN, action=Action.SIGN_IN, session_id=None, object_id=OTHER),
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *words: practice(monkeypatch, capsys, "audit", *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with four events, anchored at the beginning and at the third."""
    (tmp_path / "keys").write_text(KEY.line())
    (tmp_path / "keys").chmod(0o600)
    keys, place = Keyring(keys=(KEY,)), AnchorFile(tmp_path / "anchors")
    with closing(opened(tmp_path / "practice.db")) as database:
        fill(database, keys, place)
    return tmp_path


def fill(database: Database, keys: Keyring, place: AnchorFile) -> None:
    with writing(database) as rows:
        AuditLog(rows, keys).begin(CHAIN, BEGUN)
    anchored = None
    for one in (None, *EVENTS):
        with writing(database) as rows:
            if one is not None:
                AuditLog(rows, keys).append(one)
        with database.reading() as connection:
            anchored = AuditLog(SqlRows(connection), keys).anchor(place, anchored, BEGUN, AnchorInterval(rows=3))


def verify_words(folder: Path) -> list[object]:
    return ["verify", folder / "practice.db", "--anchors", folder / "anchors", "--key-file", folder / "keys"]


def spoil(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "practice.db", isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_a_whole_chain_ends_with_0_and_says_what_is_not_anchored(folder: Path, run: Run) -> None:
    code, out, _ = run(*verify_words(folder))
    assert code == 0
    assert "The last 1 event is not anchored yet: the last anchor, of 2026-" in out
    assert "holds event 3." in out
    assert out.rstrip().endswith("all 5 events are as they were written, the beginning of the chain included.")


def test_a_broken_chain_ends_with_6_and_a_sentence_for_each_finding(folder: Path, run: Run) -> None:
    spoil(folder, "DELETE FROM audit WHERE sequence = 2", "UPDATE audit SET mac = zeroblob(32) WHERE sequence = 1")
    code, out, err = run(*verify_words(folder))
    assert code == 6
    assert "Event 1 was changed after it was written. Keep this database as it is" in out
    assert "Event 2 was taken out." in out
    assert out.rstrip().endswith("Not whole.")
    assert err == ""


def test_rows_cut_off_before_the_last_anchor_are_said(folder: Path, run: Run) -> None:
    spoil(folder, "DELETE FROM audit WHERE sequence > 1")
    code, out, _ = run(*verify_words(folder))
    assert code == 6
    assert "Events 2 to 3 were written and anchored, and are gone" in out
    assert "cut off after the last anchor: Event 4 was written and is gone" in out


def test_the_result_is_one_json_document(folder: Path, run: Run) -> None:
    code, out, _ = run(*verify_words(folder), "--json")
    document = json.loads(out)
    assert (code, document["whole"], document["events"], document["unanchored"]) == (0, True, 5, 1)
    assert document["findings"] == []
    spoil(folder, "DELETE FROM audit WHERE sequence = 2")
    code, out, _ = run(*verify_words(folder), "--json")
    document = json.loads(out)
    assert (code, document["whole"]) == (6, False)
    assert [(one["kind"], one["first"], one["last"]) for one in document["findings"]] == [("missing", 2, 2)]


@pytest.mark.parametrize("name", ["practice.db", "anchors", "keys"])
def test_a_missing_file_is_bad_input(folder: Path, run: Run, name: str) -> None:
    (folder / name).unlink()
    code, out, err = run(*verify_words(folder))
    assert (code, out) == (2, "")
    assert name in err


def test_the_anchors_are_read_before_the_rows(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is written and anchored while a verification begins is no sign of a cut."""
    from service.cli import audit

    real = audit.read_anchors

    def then_written(path: Path) -> object:
        read = real(path)
        with closing(opened(folder / "practice.db")) as database, writing(database) as rows:
            log = AuditLog(rows, Keyring(keys=(KEY,)))
            log.append(event(BEGUN + 3 * DAY))
            log.anchor(AnchorFile(path), None, BEGUN + 3 * DAY)
        return read

    monkeypatch.setattr(audit, "read_anchors", then_written)
    code, out, _ = run(*verify_words(folder))
    assert (code, "all 6 events" in out) == (0, True)


def shown(out: str) -> list[str]:
    return [row["sequence"] for row in csv.DictReader(io.StringIO(out))]


@pytest.mark.parametrize(("options", "expected"), [
    ([], ["1", "2", "3", "4"]), (["--actor", ANNA], ["1", "2"]), (["--action", "play"], ["2"]),
    (["--action", "play", "--action", "denial"], ["2", "3"]), (["--session", VISIT], ["1", "2", "3"]),
    (["--session", VISIT, "--actor", BEN], ["3"]), (["--since", "2026-09-23"], ["4"]),
    (["--until", "2026-09-21"], ["1", "2"]), (["--since", "2026-09-22", "--until", "2026-09-22"], ["3"]),
])  # fmt: skip
def test_events_are_chosen_by_actor_action_session_and_day(
    folder: Path, run: Run, options: list[str], expected: list[str]
) -> None:
    code, out, _ = run("show", folder / "practice.db", "--csv", *options)
    assert (code, shown(out)) == (0, expected)


def test_the_values_of_an_event_stand_in_its_columns(folder: Path, run: Run) -> None:
    _, out, _ = run("show", folder / "practice.db", "--csv", "--action", "play")
    (row,) = csv.DictReader(io.StringIO(out))
    one = EVENTS[1]
    assert row == {
        "sequence": "2", "time": "2026-09-21 14:13:22.000 UTC", "action": "play", "outcome": one.outcome,
        "kind": "session", "object": one.object_id, "session": VISIT, "actor": ANNA, "role": one.role,
        "purpose": one.purpose, "request": one.request_id,
    }  # fmt: skip


def test_events_are_written_out_for_people(folder: Path, run: Run) -> None:
    code, out, _ = run("show", folder / "practice.db", "--action", "denial")
    assert code == 0
    assert out.startswith(f"3  2026-09-22 14:13:20.000 UTC  denial {EVENTS[2].outcome}: session {VISIT}\n")
    assert f"by {EVENTS[2].role} {BEN}, for {EVENTS[2].purpose}, request {EVENTS[2].request_id}" in out


def test_events_that_cannot_be_read_are_counted(folder: Path, run: Run) -> None:
    spoil(folder, "UPDATE audit SET link = x'00' WHERE sequence = 2")
    code, out, err = run("show", folder / "practice.db", "--csv")
    assert (code, shown(out)) == (0, ["1", "2", "3", "4"])
    assert "1 events cannot be read" in err


@pytest.mark.parametrize("option", ["--actor", "--session"])
def test_a_name_is_no_id(folder: Path, run: Run, option: str) -> None:
    code, _, err = run("show", folder / "practice.db", option, "Anna")
    assert code == 2
    assert option in err
    assert "Anna" not in err


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, folder: Path) -> str:
    """The same events at an address."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'practice.db'}"
    database = request.getfixturevalue("postgres_database")
    (folder / "anchors").unlink()
    fill(database, Keyring(keys=(KEY,)), AnchorFile(folder / "anchors"))
    return str(database.engine.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("by_variable", [False, True])
def test_the_installations_database_is_verified_and_shown_by_its_address(
    folder: Path, url: str, run: Run, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    if by_variable:
        monkeypatch.setenv("PRACTICE_DATABASE_URL", url)
    named = [] if by_variable else ["--database", url]
    code, out, err = run("verify", *named, *verify_words(folder)[2:])
    assert (code, err) == (0, "")
    assert "all 5 events are as they were written" in out
    code, out, _ = run("show", *named, "--csv", "--actor", ANNA)
    assert (code, shown(out)) == (0, ["1", "2"])


def test_a_file_that_is_named_counts_more_than_the_variable(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRACTICE_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert run(*verify_words(folder))[0] == 0


def test_an_audit_without_a_database_is_bad_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRACTICE_DATABASE_URL", raising=False)
    code, _, err = run("show")
    assert (code, "Name the database" in err) == (2, True)


@pytest.mark.parametrize(
    "url", ["mysql://anna:secret@x/y", "anna:secret", "sqlite://", "postgresql+psycopg://anna:secret@127.0.0.1:1/x"]
)
def test_an_address_that_leads_nowhere_is_refused_without_being_repeated(run: Run, url: str) -> None:
    code, out, err = run("show", "--database", url)
    assert (code in (1, 2), out) == (True, "")
    assert "secret" not in err
    assert err.endswith(".\n")

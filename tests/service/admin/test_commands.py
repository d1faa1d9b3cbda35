"""What the commands of operation print, how they end, and what the audit says of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from service.audit.opening import open_file
from service.audit.reading import Filter, readings
from service.audit.records import Action, ActorRole
from service.audit.store import each_row
from service.cli.workplace import worker_id_of
from service.database.tables import hold, person, session, setting, worker
from service.ids import new_id
from service.jobs.beats import database_ms
from service.jobs.health import LOST_AFTER_MS
from service.keybroker.ports import Actor
from service.worker import WorkerSettings
from tests.service.admin.commands import practice
from tests.service.installed import Installed, Told

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Actor, Told]:
    folder = tmp_path_factory.mktemp("made")
    home = Installed(folder)
    who = home.worker()
    return folder, who, home.session(who, worked_on=False)


@pytest.fixture
def home(made: tuple[Path, Actor, Told], tmp_path: Path) -> Installed:
    shutil.copytree(made[0], tmp_path / "home")
    return Installed(tmp_path / "home")


@pytest.fixture
def told(made: tuple[Path, Actor, Told]) -> Told:
    return made[2]


def system_acts(home: Installed) -> list[Action]:
    with open_file(home.settings.data / "service.sqlite3") as rows:
        found = [one.event for one in readings(each_row(rows), Filter()) if one.event]
    return [event.action for event in found if event.role is ActorRole.SYSTEM]


def test_a_backup_says_where_its_parts_belong_and_until_when(home: Installed, tmp_path: Path) -> None:
    ran = practice(home.environment, "backup", str(tmp_path / "copy"))
    assert ran.code == 0, ran.err
    assert "keystore/  opens data/. Keep it elsewhere, and delete every copy by" in ran.out
    assert "older than 7 days" in ran.out
    assert practice(home.environment, "backup", str(tmp_path / "copy")).code == 2
    assert Action.EXPORT in system_acts(home)


def test_dated_backups_lie_beside_each_other_and_old_keystores_are_counted(home: Installed, tmp_path: Path) -> None:
    for name in ("2026-01-01T000000Z", "something else"):
        (tmp_path / name / "keystore").mkdir(parents=True)
    ran = practice(home.environment, "backup", "--dated", str(tmp_path), "--json")
    told = json.loads(ran.out)
    assert (tmp_path / told["folder"] / "keystore" / "keystore.sqlite3").is_file()
    assert told["keystores_too_old"] == 1


def test_a_restore_says_what_came_back(home: Installed, tmp_path: Path) -> None:
    assert practice(home.environment, "backup", str(tmp_path / "copy")).code == 0
    other = Installed(tmp_path / "other")
    missing = practice(other.environment, "restore", str(tmp_path / "copy"))
    assert missing.code == 3
    assert "PRACTICE_LEDGER" in missing.err
    other.settings.ledger.parent.mkdir(parents=True)
    other.settings.ledger.touch(0o600)
    ran = practice(other.environment, "restore", str(tmp_path / "copy"), "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["blobs"] == {"opens": 1}
    assert Action.ADMINISTRATION in system_acts(other)


def test_a_restore_of_damaged_blobs_ends_with_a_code_of_its_own(home: Installed, tmp_path: Path) -> None:
    assert practice(home.environment, "backup", str(tmp_path / "copy")).code == 0
    next((tmp_path / "copy" / "data" / "blobs").glob("??/*")).unlink()
    other = Installed(tmp_path / "other")
    other.settings.ledger.parent.mkdir(parents=True)
    other.settings.ledger.touch(0o600)
    refused = practice(other.environment, "restore", str(tmp_path / "copy"))
    assert (refused.code, "--despite-damage" in refused.err) == (6, True)


def test_rotating_keys_counts_them_and_is_audited(home: Installed) -> None:
    ran = practice(home.environment, "rotate-keys", "--json")
    assert json.loads(ran.out) == {"epoch": 2, "keys": 1, "whole": True}
    assert system_acts(home).count(Action.KEY) == 1


def test_a_person_who_is_locked_out_is_let_in_by_the_machines_owner(home: Installed) -> None:
    with home.opened() as installation, installation.parts.database.writing() as rows:
        name = rows.execute(select(person.c.sign_in_name).limit(1)).scalar_one()
    ran = practice(home.environment, "recovery-link", name.upper())
    assert "/welcome/" in ran.out
    refused = practice(home.environment, "recovery-link", "somebody-else")
    assert (refused.code, "somebody-else" in refused.err) == (2, False)


def test_an_erasure_prints_its_certificate_and_one_of_nothing_is_refused(home: Installed, told: Told) -> None:
    ran = practice(home.environment, "erase", told.session_id)
    assert json.loads(ran.out)["certificate"]["cause"] == "request"
    assert practice(home.environment, "erase", told.session_id).out == ran.out
    assert not home.scanned(told.canaries, keyed=True).found
    assert system_acts(home).count(Action.ERASURE) == 3, "that it was asked for twice, and that it was done"
    for nothing in (new_id(), "a title, by mistake"):
        refused = practice(home.environment, "erase", nothing)
        assert (refused.code, nothing in refused.err) == (1, False)


def test_an_erasure_under_a_hold_says_until_when_and_keeps_the_key(home: Installed, told: Told) -> None:
    with home.opened() as installation, installation.parts.database.writing() as rows:
        now = installation.parts.clock()
        owner = rows.execute(select(session.c.worker_id)).scalar_one()
        values = {"reason": "court", "from_ms": now, "until_ms": now + DAY_MS}
        rows.execute(insert(hold).values(id=new_id(), session_id=told.session_id, owner_id=owner, **values))
    ran = practice(home.environment, "erase", told.session_id)
    assert (ran.code, json.loads(ran.out)["state"]) == (0, "fenced")
    assert "A hold keeps its key until" in ran.err
    with home.opened() as installation:
        assert installation.destroyer.wrapped(told.session_id) == told.wrapped


def test_retention_tells_what_is_due_and_deletes_it(home: Installed, told: Told) -> None:
    assert "0 within 14 days." in practice(home.environment, "retention", "preview").out
    with home.opened() as installation, installation.parts.database.writing() as rows:
        rows.execute(update(session).values(created_ms=installation.parts.clock() - 181 * DAY_MS))
    found = json.loads(practice(home.environment, "retention", "preview", "--json").out)
    assert [(one["session_id"], one["kind"]) for one in found] == [(told.session_id, None)]
    ran = practice(home.environment, "retention", "run", "--json")
    assert json.loads(ran.out) == {"kinds": 0, "sessions": 1, "held": 0, "erased": 1}
    assert not home.scanned(told.canaries, keyed=True).found


def test_with_a_clock_that_jumped_nothing_is_deleted_until_somebody_confirms_it(home: Installed) -> None:
    assert practice(home.environment, "retention", "run").code == 0
    with home.opened() as installation, installation.parts.database.writing() as rows:
        rows.execute(update(session).values(created_ms=0))
        rows.execute(update(setting).where(setting.c.name == "retention.high-water-ms").values(value="1000"))
    refused = practice(home.environment, "retention", "run")
    assert (refused.code, "--clock-is-right" in refused.err) == (2, True)
    ran = practice(home.environment, "retention", "run", "--clock-is-right", "--json")
    assert json.loads(ran.out)["sessions"] == 1


def test_a_worker_is_healthy_while_its_own_heart_beats(home: Installed) -> None:
    ask = ("worker", "--healthy", "--name", "cpu")
    assert practice(home.environment, *ask).code == 1
    with home.opened() as installation:
        for name, silent_ms in (("cpu", 0), ("0", 61_000)):
            with installation.parts.database.writing() as rows:
                rows.execute(insert(worker).values(
                    id=worker_id_of(name), version="1", queues="speech", started_ms=0,
                    seen_ms=database_ms(rows) - silent_ms,
                ))  # fmt: skip
    assert practice(home.environment, *ask).code == 0
    assert practice({**home.environment, "PRACTICE_WORKER": "0"}, "worker", "--healthy").code == 1
    assert practice(home.environment, "worker", "--healthy", "--name", "No Name").code == 2


def test_a_worker_is_unhealthy_as_soon_as_others_take_it_for_dead() -> None:
    assert WorkerSettings(worker_id="one", engine_url="").lost_after_ms == LOST_AFTER_MS


def test_asking_for_a_worker_makes_no_installation(tmp_path: Path) -> None:
    empty = Installed(tmp_path / "empty")
    assert practice(empty.environment, "worker", "--healthy").code == 1
    assert not empty.settings.data.exists()


def test_an_upgrade_of_nothing_makes_an_installation_once_and_says_what_to_back_up(tmp_path: Path) -> None:
    """Workers do not begin one, and may start before the web process does."""
    empty = Installed(tmp_path / "empty")
    first = practice(empty.environment, "upgrade")
    assert (first.code, "both have to be backed up" in first.err) == (0, True)
    again = practice(empty.environment, "upgrade")
    assert (again.code, again.err) == (0, "")
    with empty.opened() as installation:
        assert not installation.first_start


def test_no_command_makes_an_installation_where_there_is_none(tmp_path: Path) -> None:
    for number, words in enumerate((("backup", str(tmp_path / "c")), ("rotate-keys",), ("erase", new_id()))):
        empty = Installed(tmp_path / f"empty{number}")
        assert practice(empty.environment, *words).code in (2, 3)
        assert not (empty.settings.data / "keystore.sqlite3").exists()

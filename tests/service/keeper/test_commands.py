"""`practice keeper machine add|list|remove`, and what `practice keeper` and `practice worker` refuse to start with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.errors import PracticeError
from service.audit.reading import Filter, readings
from service.audit.records import Action
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.cli.main import app
from service.keeper.machines import read_folder
from service.settings_service import SettingError
from tests.service.installed import Installed


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    made = Installed(tmp_path)
    with made.opened(may_begin=True):
        pass
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def ran(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, PracticeError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def acts(installed: Installed) -> list[str]:
    """The objects of what was done to machines, by the audit."""
    with installed.opened() as installation, installation.parts.database.reading() as connection:
        found: Any = list(readings(each_row(SqlRows(connection)), Filter(actions=frozenset({Action.ADMINISTRATION}))))
    return [one.event.object_id for one in found if one.event.kind == "key"]


def test_a_machine_is_added_listed_and_removed_and_each_is_in_the_audit(installed: Installed, tmp_path: Path) -> None:
    assert "No machine" in ran("keeper", "machine", "list")
    said = ran("keeper", "machine", "add", "gpu-one", "--out", str(tmp_path / "carried"))
    assert "PRACTICE_KEEPER=https://127.0.0.1:8766" in said
    carried = read_folder(tmp_path / "carried")
    assert carried.name == "gpu-one"
    assert carried.token not in said
    [known] = json.loads(ran("keeper", "machine", "list", "--json"))
    assert known["name"] == "gpu-one"
    assert known["id"] in ran("keeper", "machine", "list")
    ran("keeper", "machine", "remove", "gpu-one")
    assert json.loads(ran("keeper", "machine", "list", "--json")) == []
    assert acts(installed) == [known["id"]] * 2


def test_a_machine_whose_row_cannot_be_written_is_not_known(installed: Installed, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def full(*_: object, **__: object) -> None:
        raise SettingError

    monkeypatch.setattr("service.keeper.usecases.tell", full)
    with pytest.raises(SettingError):
        ran("keeper", "machine", "add", "gpu-one", "--out", str(tmp_path / "carried"))
    assert json.loads(ran("keeper", "machine", "list", "--json")) == []


def test_the_keeper_does_not_start_where_no_worker_elsewhere_could_work(installed: Installed) -> None:
    with pytest.raises(SettingError, match="PRACTICE_DATABASE_URL"):
        ran("keeper")


def test_a_worker_that_is_half_elsewhere_does_not_start(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICE_KEEPER", "https://keeper.council.example")
    with pytest.raises(SettingError, match="PRACTICE_MACHINE"):
        ran("worker")

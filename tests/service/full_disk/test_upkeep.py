"""What is written beside requests on a disk without room: anchors, the ledger, keys, backups, logs, a first start."""

from __future__ import annotations

import io
import json
import logging
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from models.errors import PracticeError
from service.admin.backup import back_up
from service.api.logs import log_request, set_up_logs
from service.audit.errors import AnchorFileError
from service.database.words import ErasureTrigger
from service.erasure.errors import LedgerUnavailableError
from service.erasure.ledger import ErasureLedger
from service.ids import new_id
from service.installation import opened_installation
from service.keybroker.errors import KeystoreFullError
from service.settings_service import ServiceSettings
from tests.service.acts import ACTS
from tests.service.full_disk.place import Place, empty_log
from tests.service.full_disk.small_disk import SmallDisk

PAGES = (0, 1, 2, 4, 8, 16, 32, 64)
FEW_PAGES = [pytest.param(pages, marks=() if pages in (0, 4, 64) else pytest.mark.slow) for pages in PAGES]


def test_an_anchor_without_room_is_told_and_kept_as_soon_as_there_is_some(place: Place) -> None:
    keeper, settings = place.council.installation.keeper, place.council.installation.settings
    settings.anchors.unlink(missing_ok=True)
    with place.disk.full_but(0), pytest.raises(AnchorFileError, match="full"):
        keeper.stop()
    assert keeper.failed
    keeper.stop()
    assert not keeper.failed
    place.whole()


def test_an_erasure_without_room_goes_on_where_it_stood(place: Place) -> None:
    council, act = place.council, ACTS[-1]
    trying = act.ready(council)
    assert act.do(trying).status_code == 202
    for pages in PAGES:
        with place.short(pages):
            try:
                if council.erase():
                    break
            except PracticeError:
                continue
    council.erase()
    assert council.worker.send("POST", trying.path, {}).json()["state"] == "certified"
    place.whole()


def test_an_entry_of_the_ledger_without_room_is_made_later(place: Place, folder: Path, disk: SmallDisk) -> None:
    ledger = ErasureLedger(folder / "ledger", place.council.installation.audit_keys)
    session_id = new_id()
    with disk.full_but(0), pytest.raises(LedgerUnavailableError):
        ledger.note(session_id, ErasureTrigger.WITHDRAWAL, 1)
    assert ledger.note(session_id, ErasureTrigger.WITHDRAWAL, 2) == 1
    assert [one.session_id for one in ledger.entries()] == [session_id]


@pytest.mark.parametrize("pages", FEW_PAGES[:5])
def test_a_rotation_of_keys_without_room_changes_nothing_or_is_whole(place: Place, pages: int) -> None:
    keys = place.council.installation.keys
    with place.disk.full_but(pages), suppress(KeystoreFullError):
        keys.rotate()
    keys.rotate()
    place.whole()


@pytest.mark.parametrize("pages", FEW_PAGES)
def test_a_backup_without_room_leaves_nothing_and_can_be_made_under_the_same_name(
    place: Place, folder: Path, pages: int
) -> None:
    installation = place.council.installation
    empty_log(installation.parts.database)
    with place.disk.full_but(pages), pytest.raises(PracticeError):
        back_up(installation, folder / "backup")
    assert list(folder.iterdir()) == []
    assert back_up(installation, folder / "backup").missing == 0


@pytest.mark.parametrize("pages", [*FEW_PAGES, pytest.param(120, marks=pytest.mark.slow)])
def test_a_first_start_without_room_is_made_whole_by_the_next_one(disk: SmallDisk, folder: Path, pages: int) -> None:
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder / "data")})
    with disk.full_but(pages), pytest.raises((PracticeError, OSError)), opened_installation(settings, may_begin=True):
        pass
    with opened_installation(settings, may_begin=True) as installation:
        assert installation.first_start


def test_a_log_without_room_does_not_stop_what_it_tells_of(
    disk: SmallDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with (folder / "log").open("w") as file:
        set_up_logs(file)
        for route, pages in (("/one", 9), ("/two", 0), ("/three", 9)):
            with disk.full_but(pages):
                log_request(
                    request_id="r" * 4096, actor_id=None, method="GET", route=route, status=200, ms=1, size=1, cut=False
                )  # fmt: skip
    assert [json.loads(line)["route"] for line in (folder / "log").read_text().splitlines()] == [
        "/one",
        "/two",
        "/three",
    ]

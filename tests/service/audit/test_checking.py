"""The newest backup, as the audit tells of it."""

from __future__ import annotations

from service.admin.acts import tell
from service.audit.checking import last_backup
from service.audit.records import NOBODY, Action, Kind, Outcome
from service.ids import new_id
from tests.service.council import Council


def test_the_newest_backup_is_found_and_whether_it_failed(council: Council) -> None:
    parts, made = council.parts, new_id()
    tell(parts, Action.EXPORT, Kind.INSTALLATION, object_id=made, request_id=made)
    tell(parts, Action.EXPORT, Kind.INSTALLATION, object_id=NOBODY, request_id=new_id())
    with parts.database.reading() as rows:
        found = last_backup(rows)
    assert found is not None
    assert found.finished
    tell(parts, Action.EXPORT, Kind.INSTALLATION, object_id=made, request_id=made, outcome=Outcome.FAILED)
    with parts.database.reading() as rows:
        failed = last_backup(rows)
    assert failed is not None
    assert not failed.finished

"""Whatever shows something of a session leaves a row in the audit, and without that row shows nothing (SECURITY I2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from service.audit.chained_trail import ChainedTrail
from service.audit.errors import BrokenTailError
from service.audit.records import AuditEvent
from service.database.errors import DatabaseFullError
from tests.service.content_seen import Seen, seen_session
from tests.service.council import standing_council

NO_ROOM = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with standing_council(tmp_path_factory.mktemp("audited")) as council:
        yield seen_session(council)


def test_every_address_that_shows_content_leaves_a_row_and_one_that_refuses_leaves_one(seen: Seen) -> None:
    for who, address in seen.addresses:
        before = seen.council.audited()
        response = seen.get(who, address)
        assert response.status_code == 200
        assert seen.council.audited() > before, f"{address} shows something to the {who} and nobody can find out"
        before = seen.council.audited()
        assert seen.get("stranger", address).status_code == 404
        assert seen.council.audited() == before + 1, address


def test_most_of_these_addresses_do_show_content(seen: Seen) -> None:
    """Without this the tests beside it could pass over addresses that show nothing anyway."""
    shown = [address for who, address in seen.addresses if seen.holds(seen.get(who, address))]
    assert len(shown) > len(seen.addresses) * 2 // 3


@pytest.mark.parametrize("error", [DatabaseFullError, BrokenTailError, OSError, RuntimeError])
def test_where_the_audit_cannot_be_written_not_a_byte_is_shown(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuse(self: ChainedTrail, rows: Connection, event: AuditEvent) -> None:
        raise error

    monkeypatch.setattr(ChainedTrail, "append", refuse)
    _shows_nothing(seen)


def test_where_the_database_refuses_the_row_not_a_byte_is_shown(seen: Seen) -> None:
    with seen.council.parts.database.writing() as rows:
        rows.execute(text(NO_ROOM))
    try:
        _shows_nothing(seen)
    finally:
        with seen.council.parts.database.writing() as rows:
            rows.execute(text("DROP TRIGGER full"))
    assert seen.holds(seen.get(*seen.addresses[0]))


def _shows_nothing(seen: Seen) -> None:
    for who, address in seen.addresses:
        for headers in ({}, {"Range": "bytes=0-99"}, {"If-None-Match": "*"}):
            response = seen.get(who, address, **headers)
            assert response.status_code >= 500, (who, address, headers)
            assert not seen.holds(response), (who, address, headers)

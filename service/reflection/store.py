"""All SQL about reflections."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.database.tables import reflection
from service.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A reflection as it is stored; ``body`` is sealed, and None once it was taken out."""

    body: bytes | None
    version: int
    rated_ms: int | None
    changed_ms: int


def read(rows: Connection, session_id: str) -> Row | None:
    """The reflection of a session, None where there is none."""
    wanted = (reflection.c.body, reflection.c.version, reflection.c.rated_ms, reflection.c.changed_ms)
    found = rows.execute(select(*wanted).where(reflection.c.session_id == session_id)).mappings().first()
    return None if found is None else Row(**found)


def keep(rows: Connection, session_id: str, person_id: str, row: Row) -> bool:
    """Keep it as the version after ``row.version - 1``; False where another version is kept by now."""
    values = {"body": row.body, "version": row.version, "rated_ms": row.rated_ms, "changed_ms": row.changed_ms}
    if row.version > 1:
        before = (reflection.c.session_id == session_id, reflection.c.version == row.version - 1)
        return rows.execute(update(reflection).where(*before).values(**values)).rowcount == 1
    try:
        with rows.begin_nested():
            rows.execute(insert(reflection).values(id=new_id(), session_id=session_id, person_id=person_id, **values))
    except IntegrityError:  # another window was faster with the first word
        return False
    return True

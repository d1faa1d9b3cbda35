"""All SQL about reflections."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.database.tables import coaching, reflection
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


def coaches(rows: Connection, worker_id: str, now_ms: int) -> int:
    """How many people coach this worker at that moment."""
    now = (
        coaching.c.worker_id == worker_id,
        coaching.c.from_ms <= now_ms,
        or_(coaching.c.until_ms.is_(None), coaching.c.until_ms > now_ms),
    )
    return int(rows.execute(select(func.count()).select_from(coaching).where(*now)).scalar_one())

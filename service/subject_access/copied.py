"""That copies of a session were made, for those who look at it; nothing of what is in them."""

from __future__ import annotations

from service.parts import Parts
from service.subject_access import store


def copies_made(parts: Parts, session_id: str) -> tuple[int, ...]:
    """When each copy that is still there was made, newest first, in ms since 1970.

    It asks nobody whether they may know: whoever calls it has opened the session's own page.
    """
    with parts.database.reading() as rows:
        return tuple(one.made_ms for one in store.copies(rows, session_id))

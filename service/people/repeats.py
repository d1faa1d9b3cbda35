"""Acts that are asked for twice, because an answer was lost: the second time nothing is made."""

from __future__ import annotations

from sqlalchemy import Connection


class DoneBeforeError(Exception):
    """Ends the transaction of an act that was done before; no error of the one who asks."""

    def __init__(self, made_id: str) -> None:
        super().__init__()
        self.made_id = made_id
        """The id of what was made then. Its secret, if it has one, was shown then and is kept nowhere."""


class Repeats:
    """An act that says nothing about being repeated: it is done each time."""

    def refuse_second(self, rows: Connection) -> None:
        """First in the act's transaction. Raises DoneBeforeError."""

    def keep(self, rows: Connection, made_id: str, now_ms: int) -> None:
        """Last in the act's transaction."""


UNKEYED = Repeats()

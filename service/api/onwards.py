"""Where somebody goes on to after signing in: a page of this service and nowhere else."""

from __future__ import annotations

HOME = "/"
LONGEST = 500


def next_page(given: str) -> str:
    """A page of this service to go on to; home for everything that might lead elsewhere."""
    fits = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if fits and len(given) < LONGEST else HOME

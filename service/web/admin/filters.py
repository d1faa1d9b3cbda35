"""How templates of administration write sizes and spans of time."""

from __future__ import annotations

from collections.abc import Collection

from jinja2 import Environment

from service.web.words import ROLE_WORDS

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_UNITS = ((1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def add_filters(environment: Environment) -> None:
    """Let templates use them; doing it again changes nothing."""
    environment.filters.update(size=size, span=span, many=many, role_names=role_names)


def role_names(roles: Collection[str]) -> str:
    """Roles as people call them, in the order in which they are listed everywhere."""
    return ", ".join(words for role, words in ROLE_WORDS.items() if role in roles) or "None"


def size(bytes_: int) -> str:
    """So many bytes as people read them: 1.4 GB, 0 bytes."""
    for unit, word in _UNITS:
        if bytes_ >= unit:
            return f"{bytes_ / unit:.1f} {word}"
    return many(bytes_, "byte")


def span(lasts_ms: int) -> str:
    """So long in words, in its largest unit: less than a minute, 5 minutes, 3 hours, 12 days."""
    lasts_ms = abs(lasts_ms)
    if lasts_ms < _MINUTE:
        return "less than a minute"
    if lasts_ms < _HOUR:
        return many(lasts_ms // _MINUTE, "minute")
    if lasts_ms < 2 * _DAY:
        return many(lasts_ms // _HOUR, "hour")
    return many(lasts_ms // _DAY, "day")


def many(number: int, one: str, more: str = "") -> str:
    """A number with its noun: 1 session, 2 sessions, 3 people."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"

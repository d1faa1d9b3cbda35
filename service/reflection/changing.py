"""What becomes of a reflection when something is sent: pure, so that two windows can be tried in every order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from service.ids import new_id
from service.reflection.errors import (
    NothingKeptError,
    RatedAlreadyError,
    RatingsMissingError,
    ReflectionTextError,
)
from service.reflection.records import MOST_ASIDES, MOST_FIELDS, Aside, Kept, Reflection, is_rating


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What somebody sent who had seen ``version``. ``let_go``: ids of texts kept beside that are wanted no more.

    ``whole``: fields that were not sent are empty; otherwise they stay as they are. ``version`` None: a choice that
    counts whatever was seen before it.
    """

    fields: Mapping[str, str]
    version: int | None = None
    whole: bool = False
    let_go: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The reflection after it. ``conflict``: another version was seen, so what was sent is kept beside what stands."""

    reflection: Reflection
    conflict: bool = False


def changed(kept: Kept, sent: Sent, now_ms: int) -> Changed:
    """What is kept now. Raises RatedAlreadyError where a rating would change after the suggestions were shown."""
    before = kept.reflection
    if sent.version is not None and not before.written <= sent.version <= kept.version:
        return Changed(reflection=_aside(before, sent.fields, now_ms), conflict=True)
    fields = {} if sent.whole else dict(before.fields)
    fields |= sent.fields
    fields = {name: text for name, text in fields.items() if text}
    if len(fields) > MOST_FIELDS:
        raise ReflectionTextError(f"A reflection holds up to {MOST_FIELDS} answers and notes. Take some out.")
    if kept.rated_ms is not None and _ratings(fields) != _ratings(before.fields):
        raise RatedAlreadyError
    return Changed(reflection=_with(kept, fields, _left(before.asides, fields, sent.let_go)))


def rated(kept: Kept, elements: Collection[str], *, without: bool) -> Reflection:
    """The reflection of somebody who goes on to the suggestions. Raises RatingsMissingError unless ``without``."""
    missing = any(not kept.reflection.rated(element) for element in elements)
    if missing and not without:
        raise RatingsMissingError
    return replace(kept.reflection, without_rating=missing)


def settled(kept: Kept, aside_id: str, *, use: bool) -> Reflection:
    """Take a text that was kept beside into its field, or let it go. What stood there is then kept beside instead.

    Raises NothingKeptError, and RatedAlreadyError for a rating after the suggestions were shown.
    """
    before = kept.reflection
    found = next((one for one in before.asides if one.id == aside_id), None)
    if found is None:
        raise NothingKeptError
    if not use:
        return replace(before, asides=tuple(one for one in before.asides if one is not found))
    if is_rating(found.field) and kept.rated_ms is not None:
        raise RatedAlreadyError
    fields = {**before.fields, found.field: found.text}
    stood = replace(found, text=before.text(found.field))
    swapped = tuple(stood if one is found else one for one in before.asides)
    return _with(kept, fields, _left(swapped, fields))


def _with(kept: Kept, fields: Mapping[str, str], asides: tuple[Aside, ...]) -> Reflection:
    """The next version of a reflection."""
    before = kept.reflection
    written = before.written if fields == before.fields else kept.version + 1
    return replace(before, fields=fields, written=written, asides=asides)


def _aside(before: Reflection, fields: Mapping[str, str], now_ms: int) -> Reflection:
    """With what was sent beside what stands, each text once. Raises ReflectionTextError where there is no room."""
    known = {(one.field, one.text) for one in before.asides}
    later = [
        Aside(id=new_id(), field=name, text=text, kept_ms=now_ms)
        for name, text in fields.items()
        if text and text != before.text(name) and (name, text) not in known
    ]
    if len(before.asides) + len(later) > MOST_ASIDES:
        raise ReflectionTextError(
            "Too much was written in two windows at once. Copy what you need, then load this again."
        )
    return replace(before, asides=(*before.asides, *later))


def _left(
    asides: Iterable[Aside], fields: Mapping[str, str], let_go: Collection[str] = frozenset()
) -> tuple[Aside, ...]:
    """Without those that were let go of, are empty, or stand in their fields by now."""
    return tuple(one for one in asides if one.text and one.id not in let_go and fields.get(one.field) != one.text)


def _ratings(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in fields.items() if is_rating(name)}

"""YAML with the line of every value, and without YAML's traps.

No aliases, tags or second documents; a key stands once; ``no``, ``1:30`` and ``2024-05-01`` are text. Keys become text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""Where a value stands, such as ``("elements", 2, "anchors")``."""

DEEPEST = 12
MOST_VALUES = 10_000
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,8})\.[0-9]{1,9}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_REFUSED = {
    "alias": "an alias (*name) cannot be used. Write the text out.",
    "anchor": "an anchor (&name) cannot be used. Write the text out; put text that starts with & in quotes.",
    "tag": "a tag (!name) cannot be used. Put text that starts with ! in quotes.",
    "second": "a second document (---) cannot be used. Keep one rubric to a file.",
    "deep": f"lists and keys are nested more than {DEEPEST} deep. Write it flatter.",
    "many": f"more than {MOST_VALUES:,} values, far more than in any rubric. Check that it is the right file.",
    "key": "a key must be a single word or number.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: the line, counted from 1, where in the document, and what to do."""

    line: int
    place: Place
    says: str


class YamlFaultError(Exception):
    """The text is not the YAML that we read; ``fault`` says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.says)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class LinedYaml:
    """A document as dicts, lists and plain values; ``lines`` has the line of every place in it.

    ``repeated`` are keys that stand more than once; the first of each counts.
    """

    value: Any
    lines: dict[Place, int]
    repeated: tuple[Fault, ...]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it that is written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def lined_yaml(text: str) -> LinedYaml:
    """Read one document. Raises YamlFaultError."""
    reader = _Reader(text)
    try:
        value = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlFaultError(Fault(line=line, place=(), says=_syntax(text, line))) from None
    except yaml.YAMLError:
        raise YamlFaultError(Fault(line=1, place=(), says="a character cannot be read. Save it as UTF-8.")) from None
    return LinedYaml(value=value, lines=reader.lines, repeated=tuple(reader.repeated))


class _Reader:
    """Builds values from the parser's events, so that nothing is expanded before it was looked at."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        self.lines: dict[Place, int] = {}
        self.repeated: list[Fault] = []

    def document(self) -> Any:
        """The only document; None for an empty text."""
        value = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused("second", event, ())
                value = self.value(next(self.events), ())
        return value

    def value(self, event: Any, place: Place) -> Any:
        """The value that begins with this event."""
        self.lines.setdefault(place, event.start_mark.line + 1)
        self._look(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] and event.style is None else event.value
        return self._mapping(place) if isinstance(event, yaml.MappingStartEvent) else self._sequence(place)

    def _look(self, event: Any, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise _refused("alias", event, place)
        if event.anchor is not None:
            raise _refused("anchor", event, place)
        if event.tag is not None:
            raise _refused("tag", event, place)
        if len(place) > DEEPEST:
            raise _refused("deep", event, place[:3])
        if len(self.lines) > MOST_VALUES:
            raise _refused("many", event, ())

    def _sequence(self, place: Place) -> list[Any]:
        values: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            values.append(self.value(event, (*place, len(values))))
        return values

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise _refused("key", event, place)
            self._look(event, place)
            self._entry(values, event, (*place, event.value))
        return values

    def _entry(self, values: dict[str, Any], event: Any, place: Place) -> None:
        if event.value in values:
            line = event.start_mark.line + 1
            says = f"this key stands on line {self.lines[place]} already. Keep one of the two."
            self.repeated.append(Fault(line=line, place=place, says=says))
            self.value(next(self.events), (*place, "repeated", len(self.repeated)))
            return
        self.lines[place] = event.start_mark.line + 1
        values[event.value] = self.value(next(self.events), place)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _refused(why: str, event: Any, place: Place) -> YamlFaultError:
    return YamlFaultError(Fault(line=event.start_mark.line + 1, place=place, says=_REFUSED[why]))


def _syntax(text: str, line: int) -> str:
    lines = text.split("\n")
    near = "\n".join(lines[max(0, line - 2) : line])
    if re.search(r"^[ ]*\t", near, re.MULTILINE):
        return "a tab indents the line. Indent with spaces."
    return (
        "this is not YAML. Look at the indentation here and on the line before, and put text that holds a colon, "
        "a # or quotes into quotes."
    )

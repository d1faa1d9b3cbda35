"""Everything that is wrong with a rubric, each with its line and place: against the schema, then within itself."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from models.records.coding import Setting
from pipelines.rubric_reading.yaml_lines import Fault, LinedYaml, Place

MOST_SHOWN = 10
MOST_KNOWN = 8
_COUNT = ("none", "one", "two", "three", "four")


def rubric_schema() -> dict[str, Any]:
    """The JSON Schema of a rubric, as it stands in rubric_prompts/rubric.schema.json."""
    schema: dict[str, Any] = json.loads(files("rubric_prompts").joinpath("rubric.schema.json").read_text("utf-8"))
    return schema


def faults_of(document: LinedYaml) -> tuple[Fault, ...]:
    """All faults, sorted by line. What one part says of another is looked at once every part is well formed."""
    found = list(document.repeated)
    if not isinstance(document.value, dict):
        return (Fault(line=1, place=(), says="must hold keys, such as schema_version: 1, and not a list or one text."),)
    for error in _validator().iter_errors(document.value):
        found += _schema_faults(error, document)
    if not found:
        found = [Fault(line=document.line(at), place=at, says=says) for at, says in _disagreements(document.value)]
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: (fault.line, len(fault.place), fault.says)))


def told(faults: tuple[Fault, ...], file: str) -> str:
    """The faults as a person reads them, one a line, the first ten of them."""
    lines = [f"{file}, line {one.line}{_at(one.place)}: {one.says}" for one in faults[:MOST_SHOWN]]
    if len(faults) > MOST_SHOWN:
        lines.append(f"There are {len(faults) - MOST_SHOWN} more. Put these right first.")
    return "\n".join(lines)


def _at(place: Place) -> str:
    """A place such as ``, elements[2].anchors``; what is no plain key is not repeated."""
    path = ""
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += ("." if path else "") + _shown(part)
    return f", {path}" if path else ""


def _shown(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,63}", key) else "…"


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(rubric_schema())


def _schema_faults(error: ValidationError, document: LinedYaml) -> Iterator[Fault]:
    place: Place = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        at = (*place, error.instance)
        yield Fault(line=document.line(at), place=at, says=f"this key must be {error.schema['description']}.")
    elif error.validator == "additionalProperties":
        for key in sorted(set(error.instance) - set(error.schema["properties"])):
            at = (*place, key)
            yield Fault(line=document.line(at), place=at, says=_unknown(key, list(error.schema["properties"])))
    elif error.validator == "required":
        yield Fault(line=document.line(place), place=place, says=_missing(error))
    else:
        yield Fault(line=document.line(place), place=place, says=_wrong(error))


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f"this key is not known. Did you mean {near[0]}?"
    if all(name.isdigit() for name in known):
        return f"this key is not known. Use {known[0]} to {known[-1]}."
    if len(known) > MOST_KNOWN:
        return "this key is not known. Remove it, or make it a comment (#)."
    return f"this key is not known. Remove it; known here: {', '.join(known)}."


def _missing(error: ValidationError) -> str:
    needed = error.schema["required"]
    there = sum(name in error.instance for name in needed)
    if all(name.isdigit() for name in needed):
        return f"needs {error.schema['description']}; it has {_COUNT[there]}."
    absent = [name for name in needed if name not in error.instance]
    return f"needs {' and '.join((', '.join(absent[:-1]), absent[-1])) if len(absent) > 1 else absent[0]}. Add it here."


def _wrong(error: ValidationError) -> str:
    schema = error.schema
    if error.validator == "type" and schema.get("type") == "object":
        return "must hold keys" + (f": {schema['description']}." if "description" in schema else ".")
    if "description" in schema:
        return f"must be {schema['description']}."
    if error.validator == "type" and schema.get("type") == "array":
        return "must be a list."
    return f"must be a list of at most {schema['maxItems']}." if "maxItems" in schema else "is not as it must be."


def _disagreements(rubric: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    yield from _repeated_ids(rubric)
    yield from _grouping(rubric)
    yield from _measures(rubric)
    guard, role = rubric["length_guard"], Setting(rubric["setting"]).scored_role
    if guard["warning_under_minutes"] < guard["counts_only_under_minutes"]:
        yield ("length_guard",), "warning_under_minutes must not be less than counts_only_under_minutes."
    if rubric["speakers"]["scored_role"] != role:
        yield ("speakers", "scored_role"), f"must be {role} where setting is {rubric['setting']}."
    if ("time_use_codes" in rubric or "summary_band" in rubric) and rubric["setting"] != Setting.SUPERVISION:
        yield ("setting",), "time_use_codes and summary_band are for supervision. Remove them, or set supervision."


def _repeated_ids(rubric: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    indicators: list[tuple[Place, str]] = []
    for number, element in enumerate(rubric["elements"]):
        for side in ("indicators_positive", "indicators_negative"):
            places = (("elements", number, side, each, "id") for each in range(len(element[side])))
            indicators += zip(places, (one["id"] for one in element[side]), strict=True)
    yield from _twice(indicators, "indicator")
    for part, what in (("elements", "element"), ("factors", "factor"), ("time_use_codes", "code")):
        yield from _twice([((part, at, "id"), one["id"]) for at, one in enumerate(rubric.get(part, ()))], what)


def _twice(named: list[tuple[Place, str]], what: str) -> Iterator[tuple[Place, str]]:
    seen: set[str] = set()
    for place, name in named:
        if name in seen:
            yield place, f"the {what} {name} exists already. Give each {what} an id of its own."
        seen.add(name)


def _grouping(rubric: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    known = {element["id"] for element in rubric["elements"]}
    group: dict[str, str] = {}
    for number, factor in enumerate(rubric["factors"]):
        for at, name in enumerate(factor["elements"]):
            place: Place = ("factors", number, "elements", at)
            if name not in known:
                yield place, f"there is no element {name}. Use an id from elements."
            elif name in group:
                yield place, f"{name} is in the factor {group[name]} already. Each element belongs to one factor."
            group.setdefault(name, factor["id"])
        if factor["min_elements"] > len(factor["elements"]):
            yield ("factors", number, "min_elements"), "must not be more than the factor has elements."
    for number, element in enumerate(rubric["elements"]):
        if element["id"] not in group:
            yield ("elements", number, "id"), f"{element['id']} is in no factor. Add it to the elements of one factor."


def _measures(rubric: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    for number, element in enumerate(rubric["elements"]):
        for at, name in enumerate(element.get("measures", ())):
            if name not in rubric.get("measures", {}):
                yield ("elements", number, "measures", at), f"{name} is not explained. Add it to measures."

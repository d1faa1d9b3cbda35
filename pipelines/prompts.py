"""What a language model is asked about one element: the prompt's files, filled in with the rubric's own words.

``python -m pipelines.prompts SETTING ELEMENT`` prints a prompt of a shipped rubric;
``python -m pipelines.prompts schemas`` writes the answer schemas that are missing beside the prompts.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.errors import BadInputError
from models.records.coding import Setting
from models.records.prompt import Prompt, PromptRef
from models.records.rubric import Element, Indicator, Rubric
from pipelines.rubrics import shipped_rubric

FRAME = "element"
"""The prompt that every element shares; ``{{notes}}`` in it is the element's own file, where it has one."""

PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}")
_FILE = re.compile(r"([a-z][a-z0-9_]*)\.v([1-9][0-9]{0,3})\.(md|schema\.json)")
_NOTHING_LISTED = "Nothing is listed."
_WHO = {
    Setting.DIRECT_PRACTICE: "practitioner, also called the worker,",
    Setting.SUPERVISION: "supervisor, and not the worker whose practice is talked about,",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFile:
    """One shipped file, in its newest version."""

    version: int
    content: bytes

    @property
    def text(self) -> str:
        """The file as text, without the last line's end."""
        return self.content.decode("utf-8").rstrip("\n")


def prompt_for(rubric: Rubric, element: Element, transcript_text: str, context_text: str) -> Prompt:
    """The prompt for one element of a rubric, and the schema of its answer.

    ``transcript_text`` has one line for each utterance: id, role, text. ``context_text`` says what is known beforehand
    and may be empty. Both go in exactly as they are: what looks like a placeholder in them, or in the rubric, is not
    filled.
    """
    frame, schema = _newest(FRAME, "md"), _newest(FRAME, "schema.json")
    notes = _newest(element.id, "md") if element.id != FRAME else None
    if frame is None or schema is None:
        raise BadInputError("The shared prompt is missing from rubric_prompts/prompts. Install the program again.")
    words = {
        **_words(rubric, element),
        "notes": notes.text if notes else "",
        "mark": _mark(transcript_text, context_text),
        "context": context_text or "Nothing is known beforehand.",
        "transcript": transcript_text,
    }
    parts = [frame, schema, *([notes] if notes else [])]
    return Prompt(
        text=filled(frame.text, words),
        schema=answer_schema(element),
        ref=PromptRef(
            id=element.id if notes else FRAME,
            version=f"{frame.version}.{notes.version}" if notes else str(frame.version),
            digest=_digest(part.content for part in parts),
        ),
    )


def filled(template: str, words: Mapping[str, str]) -> str:
    """The template with each ``{{name}}`` replaced, in one pass: what was put in is not looked at again.

    Raises KeyError for a name without words.
    """
    return PLACEHOLDER.sub(lambda found: words[found[1]], template)


def answer_schema(element: Element) -> dict[str, Any]:
    """The JSON Schema of an answer about this element: its indicators are the only ones that may be named."""
    shared = _newest(FRAME, "schema.json")
    if shared is None:
        raise BadInputError("The answer's schema is missing from rubric_prompts/prompts. Install the program again.")
    schema: dict[str, Any] = json.loads(shared.text)
    indicators = (*element.indicators_for, *element.indicators_against)
    schema["properties"]["evidence"]["items"]["properties"]["indicator"]["enum"] = [one.id for one in indicators]
    return schema


def answer_schema_text(element: Element) -> str:
    """The schema as it lies beside the element's prompt."""
    return json.dumps(answer_schema(element), indent=2) + "\n"


@cache
def prompts_digest() -> str:
    """SHA-256 of all prompt files, names and bytes: which prompts a language model was asked with."""
    prompts = files("rubric_prompts").joinpath("prompts")
    parts = sorted((file.name, file.read_bytes()) for file in prompts.iterdir() if _FILE.fullmatch(file.name))
    return _digest(part for name, content in parts for part in (name.encode("utf-8"), content))


@cache
def _newest(name: str, kind: str) -> PromptFile | None:
    found = []
    for file in files("rubric_prompts").joinpath("prompts").iterdir():
        parts = _FILE.fullmatch(file.name)
        if parts and (parts[1], parts[3]) == (name, kind):
            found.append((int(parts[2]), file))
    if not found:
        return None
    version, newest = max(found, key=lambda one: one[0])
    return PromptFile(version=version, content=newest.read_bytes())


def _words(rubric: Rubric, element: Element) -> dict[str, str]:
    return {
        "element": element.name,
        "question": element.question,
        "scored_role": rubric.setting.scored_role,
        "who": _WHO[rubric.setting],
        "indicators_for": _list(_indicator(one) for one in element.indicators_for),
        "indicators_against": _list(_indicator(one) for one in element.indicators_against),
        "look_alikes": _list(element.not_to_confuse),
        "limits": _list(_limits(element)),
        "not_applicable": _not_applicable(element),
        "anchors": _list(
            f"{score} ({label}): {anchor}"
            for score, (label, anchor) in enumerate(zip(rubric.labels, element.anchors, strict=True), 1)
        ),
        "rules": _list(rubric.rules),
    }


def _limits(element: Element) -> list[str]:
    limits = [element.limits] if element.limits else []
    if element.whole_session:
        limits.append("It is judged on the whole session. What may lie outside this transcript counts neither way.")
    if element.needs_context:
        needed = ", ".join(name.replace("_", " ") for name in element.needs_context)
        limits.append(f"Judging it takes knowing: {needed}. What is not noted beforehand is not known.")
    return limits


def _not_applicable(element: Element) -> str:
    goal = " Nor is there a score where no change goal is noted beforehand." if element.needs_change_goal else ""
    return element.not_applicable_when + goal


def _indicator(one: Indicator) -> str:
    wording = f"{one.id}: {one.text.rstrip('.')}."
    return f'{wording} Such as: "{one.example}"' if one.example else wording


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or _NOTHING_LISTED


def _mark(transcript_text: str, context_text: str) -> str:
    """A mark that nobody in the room could have said, since it follows from everything that was said."""
    said = _digest(text.encode("utf-8", "replace") for text in (transcript_text, context_text))
    return f"session-{said[:16]}"


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def write_missing_schemas(folder: Path) -> tuple[str, ...]:
    """Write the answer schema of every shipped element that has none beside its prompt; the names of the new files."""
    written = []
    for element in (one for setting in Setting for one in shipped_rubric(setting).elements):
        for prompt in sorted(folder.glob(f"{element.id}.v*.md")):
            beside = prompt.with_suffix(".schema.json")
            if not beside.exists():
                beside.write_text(answer_schema_text(element), "utf-8")
                written.append(beside.name)
    return tuple(written)


def main(arguments: list[str]) -> None:
    """Print a prompt with an empty session, or write the schemas that are missing."""
    if arguments == ["schemas"]:
        sys.stdout.writelines(f"{name}\n" for name in write_missing_schemas(Path("rubric_prompts/prompts")))
        return
    elements = {(setting, one.id): one for setting in Setting for one in shipped_rubric(setting).elements}
    chosen = tuple(arguments)
    found = next(((setting, one) for (setting, name), one in elements.items() if (setting, name) == chosen), None)
    if found is None:
        raise BadInputError("Use: python -m pipelines.prompts direct_practice empathy, or ... schemas")
    sys.stdout.write(prompt_for(shipped_rubric(found[0]), found[1], "", "").text + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BadInputError as wrong:
        sys.exit(str(wrong))

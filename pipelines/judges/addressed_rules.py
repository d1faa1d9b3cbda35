"""Reads the rules of ``addressed.toml``: by which words an utterance speaks to the software."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("addressed.toml")
_NAME = re.compile(r"%(\w+)%")


@cache
def rules() -> dict[str, re.Pattern[str]]:
    """Name to pattern, for text that `pipelines.judges.addressed.plain` made."""
    read = _read()
    words = read["words"]
    patterns = read["english"] | read["elsewhere"]
    return {name: re.compile(_filled(pattern, words), re.DOTALL) for name, pattern in patterns.items()}


@cache
def squashed() -> re.Pattern[str]:
    """What to look for in letters that were said or written one by one."""
    return re.compile(_read()["squashed"]["letters"])


@cache
def run_together() -> re.Pattern[str]:
    """What to look for in a text without its blanks: words that a transcript may have cut elsewhere."""
    return re.compile(_read()["squashed"]["anywhere"])


@cache
def cues() -> dict[str, re.Pattern[str]]:
    """Words of each kind of cue; one alone is ordinary speech."""
    read = _read()
    kinds = read["cues"].items()
    return {name: re.compile(rf"\b(?:{_filled(words, read['words'])})\b") for name, words in kinds}


@cache
def pairs() -> tuple[frozenset[str], ...]:
    """Kinds of cue that do not stand in one sentence of ordinary speech."""
    return tuple(frozenset(pair.split("+")) for pair in _read()["pairs"]["pairs"].split())


@cache
def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def _filled(pattern: str, words: dict[str, str]) -> str:
    """The pattern with every %name% replaced, names inside names too."""
    while _NAME.search(pattern):
        pattern = _NAME.sub(lambda found: words[found.group(1)], pattern)
    return pattern

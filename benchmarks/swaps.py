"""Conversations said in another way: other names, the other gender, another spelling, another family."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.records.coding import Conversation

TABLES = Path(__file__).with_name("swap_words.toml")

Rewrite = Callable[[str], str]

_ING = re.compile(r"\b([A-Za-z]*[aeiouy][A-Za-z]*)ing\b")
_HER = re.compile(r"\bher\b(?: (\w+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A way to say a conversation differently; ``of`` gives the rewriting for the whole of its words."""

    kind: str
    name: str
    of: Callable[[str], Rewrite]

    def __call__(self, conversation: Conversation) -> Conversation | None:
        """The conversation said so; None where that changes nothing."""
        rewrite = self.of("\n".join(line.text for line in conversation.lines))
        lines = tuple(replace(line, text=rewrite(line.text)) for line in conversation.lines)
        if lines == conversation.lines:
            return None
        goal = None if conversation.change_goal is None else rewrite(conversation.change_goal)
        return replace(conversation, lines=lines, change_goal=goal)


def swaps() -> Iterator[Swap]:
    """Every swap, kind by kind."""
    tables = tomllib.loads(TABLES.read_text("utf-8"))
    names = {culture: _renaming(tables, culture) for culture in tables["other_names"]}
    yield Swap(kind="names", name="other English names", of=names["english"])
    yield Swap(kind="gender", name="gender words", of=lambda whole: _gendered(tables))
    yield Swap(kind="gender", name="gender words and names", of=_gendered_names(tables))
    for variety, table in tables["spelling"].items():
        yield Swap(kind="spelling", name=variety, of=_spelt(table))
    for culture in ("south_asian", "west_african", "east_european"):
        yield Swap(kind="family", name=f"{culture.replace('_', ' ')} names", of=names[culture])
    numbers = _both_ways(tables["numbers"]["pairs"])
    yield Swap(kind="family", name="ages and numbers", of=lambda whole: _words(numbers))


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = dict(pair.split() for pair in text.split(","))
    return pairs


def _both_ways(text: str) -> dict[str, str]:
    there = _pairs(text)
    return there | {other: one for one, other in there.items()}


def _words(table: Mapping[str, str]) -> Rewrite:
    """Whole words for others, all at once, with a capital where there was one."""
    longest_first = sorted(table, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w'])(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)

    def other(found: re.Match[str]) -> str:
        new = table[found[0].lower()]
        return new[0].upper() + new[1:] if found[0][0].isupper() else new

    return lambda text: pattern.sub(other, text)


def _names(table: Mapping[str, str]) -> Rewrite:
    if not table:
        return lambda text: text
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, table)) + r")\b")
    return lambda text: pattern.sub(lambda found: table[found[0]], text)


def _said(names: str, whole: str) -> list[str]:
    """Those of the names that occur, in the order in which they are first said."""
    known = set(names.split())
    return list(dict.fromkeys(word for word in re.findall(r"\b[A-Z][a-z]+\b", whole) if word in known))


def _renamed(tables: Mapping[str, Any], whole: str, culture: str, turned: bool) -> dict[str, str]:
    """Name -> another of the same gender (or of the other one), each its own as long as there are enough."""
    table: dict[str, str] = {}
    for group in ("f", "m", "surnames"):
        into = {"f": "m", "m": "f"}.get(group, group) if turned else group
        others = tables["other_names"][culture][into].split()
        for number, name in enumerate(_said(tables["given_names"][group], whole)):
            table[name] = others[number % len(others)]
    return table


def _renaming(tables: Mapping[str, Any], culture: str) -> Callable[[str], Rewrite]:
    return lambda whole: _names(_renamed(tables, whole, culture, turned=False))


def _gendered_names(tables: Mapping[str, Any]) -> Callable[[str], Rewrite]:
    def of(whole: str) -> Rewrite:
        names, words = _names(_renamed(tables, whole, "english", turned=True)), _gendered(tables)
        return lambda text: words(names(text))

    return of


def _gendered(tables: Mapping[str, Any]) -> Rewrite:
    """Every gender word for the other. "Her" is marked first: as "him" or "his", by the word that follows."""
    not_hers = set(tables["gender"]["not_hers"].split())
    words = _words(_both_ways(tables["gender"]["pairs"]) | {"him": "her", "his": "her", "hers": "his"})
    marks = {"\x01": "him", "\x02": "Him", "\x03": "his", "\x04": "His"}

    def mark(found: re.Match[str]) -> str:
        after = found[1]
        person = after is None or after.lower() in not_hers
        capital = found[0][0].isupper()
        sign = {(True, False): "\x01", (True, True): "\x02", (False, False): "\x03", (False, True): "\x04"}
        return sign[person, capital] + ("" if after is None else f" {after}")

    def rewrite(text: str) -> str:
        turned = words(_HER.sub(mark, text))
        for sign, word in marks.items():
            turned = turned.replace(sign, word)
        return turned

    return rewrite


def _spelt(table: Mapping[str, Any]) -> Callable[[str], Rewrite]:
    words = _words(_pairs(table["words"]))

    def rewrite(text: str) -> str:
        return words(_ING.sub(r"\1in'", text) if table.get("ing") else text)

    return lambda whole: rewrite

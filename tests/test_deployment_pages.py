"""The pages that a council installs by and signs, held to the program and to each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from service.cli.main import app
from tests.test_deployment import DOCKERFILES, ROOT

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "deploy/systemd/README.md"]
DEPLOYED = [path for path in sorted((ROOT / "deploy").rglob("*")) if path.is_file()] + DOCKERFILES
PAPERS = [
    ROOT / f"docs/{name}.md"
    for name in ("dpia", "atrs", "privacy-notice", "run-on-one-machine", "run-on-several", "gpu")
]

NOT_YET: set[str] = set()
"""Commands that the pages name and the program does not have. It must shrink: see the tests at the end."""
VARIABLES_NOT_YET: set[str] = set()
"""The same for settings."""


def in_code(text: str) -> str:
    """Only what a page marks as code."""
    fenced = re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)
    return "\n".join(fenced + re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text))


def named_commands() -> dict[str, str]:
    """Every command of the program that a page, a unit or an image names, with one place that does."""
    found: dict[str, str] = {}
    for path in [*PAGES, *DEPLOYED]:
        text = path.read_text("utf-8")
        text = in_code(text) if path.suffix == ".md" else text
        calls = re.findall(
            r"(?:^|[\s/(])practice(?:-admin)? ([a-z][a-z-]*)(?: ([a-z][a-z-]*)(?=[\s`\"']|$))?", text, re.M
        )
        calls += re.findall(r"docker compose run --rm(?: -T)? (?:web|worker|worker-gpu) ([a-z-]+)(?: ([a-z-]+))?", text)
        calls += re.findall(r"^(?:CMD|ENTRYPOINT) \[\"([a-z-]+)\"(?!, \"-c)()", text.replace('CMD ["python"', ""), re.M)
        for first, second in calls if path.suffix != ".conf" and path.name != "postgres-role.sh" else []:
            found.setdefault(f"{first} {second}".strip() if first in GROUPS else first, path.name)
    found.pop("practice", None)
    return found


def program() -> tuple[set[str], set[str]]:
    """The program's commands, and which first words are groups of several."""
    top: Any = typer.main.get_command(app)
    names, groups = set(), set()
    for name, command in top.commands.items():
        inner = getattr(command, "commands", None)
        names |= {f"{name} {part}" for part in inner} if inner else {name}
        groups |= {name} if inner else set()
    return names, groups


GROUPS = program()[1] | {name.partition(" ")[0] for name in NOT_YET if " " in name}


@pytest.mark.parametrize("path", [*PAPERS, ROOT / "deploy/systemd/README.md"], ids=lambda path: path.name)
def test_every_link_of_a_page_leads_to_a_page_and_its_heading(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        name, _, heading = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        assert page.is_relative_to(ROOT), target
        assert page.exists(), target
        assert not heading or heading in headings(page), target


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made of their words."""
    words = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in words}


def test_every_test_that_the_assessment_relies_on_is_there() -> None:
    text = (ROOT / "docs/dpia.md").read_text("utf-8")
    named = set(re.findall(r"`(tests/[\w/.-]+)`", text))
    modules = set(re.findall(r"`python -m (benchmarks\.[\w.]+)`", text))
    assert len(named) > 8
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {name for name in modules if not (ROOT / (name.replace(".", "/") + ".py")).exists()} == set()


def test_the_assessment_numbers_what_the_controller_must_decide() -> None:
    """Each number is there, from 1 to the last; none stands for two questions of the same step."""
    text = (ROOT / "docs/dpia.md").read_text("utf-8")
    marked = re.findall(r"\*\*Decide (\d+)\*\*", text.partition("## Step 1")[2]) + re.findall(
        r"\| \*\*(\d+)\*\* \|", text
    )
    announced = re.findall(r"\*\*Decide (\d+)\*\*", text.partition("## Step 1")[0])
    assert {int(number) for number in marked} == set(range(int(announced[0]), int(announced[1]) + 1))


def test_the_transparency_record_quotes_its_pages_word_for_word() -> None:
    text = " ".join((ROOT / "docs/atrs.md").read_text("utf-8").split())
    pages = [ROOT / "models/coder/MODEL_CARD.md", ROOT / "docs/judge.md", ROOT / "docs/language-judge.md"]
    quoted = re.findall(r'"(?:\*\*)?([^"*]+?)(?:\*\*)?"', text.partition("In the words of those pages")[2])
    sources = " ".join(" ".join(page.read_text("utf-8").split()) for page in pages)
    assert len(quoted) == 3
    assert [words for words in quoted if words not in sources] == []


def test_the_transparency_record_repeats_no_measured_figure() -> None:
    """A figure that is written in two places is wrong in one of them sooner or later."""
    text = (ROOT / "docs/atrs.md").read_text("utf-8")
    assert re.findall(r"(?<![\w/.])0?\.\d+|\b\d+(?:\.\d+)?%(?! interval)", text) == []


def test_the_pages_name_no_command_that_is_neither_there_nor_announced() -> None:
    named, (there, _) = named_commands(), program()
    assert len(named) > 15
    assert {f"{name} ({place})" for name, place in named.items() if name not in there | NOT_YET | GROUPS} == set()


def test_what_is_announced_is_named_and_not_there_yet() -> None:
    """Take a command out of NOT_YET when it is there."""
    assert NOT_YET & program()[0] == set()
    assert NOT_YET - set(named_commands()) == set()


def variables(paths: list[Path]) -> set[str]:
    return {name for path in paths for name in re.findall(r"\bPRACTICE_[A-Z_]+[A-Z]\b", path.read_text("utf-8"))}


def test_the_pages_name_no_setting_that_is_neither_read_nor_announced() -> None:
    sources = [path for name in ("service", "models", "requirements") for path in (ROOT / name).rglob("*.py")]
    read = {name for path in sources for name in re.findall(r"[\"'](PRACTICE_[A-Z_]+)[\"']", path.read_text("utf-8"))}
    read |= {f"PRACTICE_LLM_{part}" for part in ("URL", "MODEL", "KEY", "FOLDER", "CONTEXT", "ALLOW_PUBLIC", "CA_FILE")}
    named = variables([*PAGES, *DEPLOYED])
    assert named >= VARIABLES_NOT_YET
    assert named - read - VARIABLES_NOT_YET == set()
    assert VARIABLES_NOT_YET & read == set(), "take it out of VARIABLES_NOT_YET: the program reads it now"

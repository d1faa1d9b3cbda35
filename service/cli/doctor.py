"""`practice doctor`: what engines, weights, GPU and system packages are here, and what to do about what is missing."""

from __future__ import annotations

import json as json_text
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from models.errors import MissingPartError
from service.cli.weights import Folder, default_folder
from service.doctor import Condition, Finding, examine

_SIGNS = {Condition.OK: "[green]ok[/]", Condition.MISSING: "[yellow]missing[/]", Condition.PROBLEM: "[red]problem[/]"}


def doctor(
    folder: Folder = None,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but problems.")] = False,
) -> None:
    """Look at everything an analysis may use. Exit code 3 if something keeps the program from doing its job."""
    findings = examine(folder or default_folder())
    problems = [finding for finding in findings if finding.state is Condition.PROBLEM]
    if json:
        sys.stdout.write(json_text.dumps([asdict(finding) for finding in findings], indent=1) + "\n")
    else:
        _print(tuple(problems) if quiet else findings)
    if problems:
        raise typer.Exit(MissingPartError.exit_code)


def _print(findings: tuple[Finding, ...]) -> None:
    if not findings:
        return
    table = Table("Part", "State", "What was found, and what to do", box=None, pad_edge=False)
    for finding in findings:
        said = finding.detail if not finding.advice else f"{finding.detail}\n{finding.advice}"
        table.add_row(finding.name, _SIGNS[finding.state], said)
    Console(highlight=False).print(table)

"""`practice code`: mark what each utterance of an existing transcript does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import BadInputError
from models.records.coding import Coding, Conversation
from pipelines.outputs.coding_json import coding_json
from pipelines.stages.classify import classify
from service.cli.coding_table import print_coding
from service.cli.progress import LONG, one_bar
from service.cli.transcripts import (
    JsonOption,
    QuietOption,
    RoleOption,
    SettingOption,
    TranscriptFile,
    TranscriptOption,
    WeightsOption,
    conversation_in,
    target_of,
    teller,
)

FILE_NAME = "coding.json"


def code(
    file: TranscriptFile,
    setting: SettingOption = None,
    goal: Annotated[
        str | None,
        typer.Option(help="The change that the session is to help with; without one change talk is not coded."),
    ] = None,
    role: RoleOption = None,
    transcript: TranscriptOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write coding.json: a folder, or a file that ends in .json.")
    ] = None,
    as_json: JsonOption = False,
    flags_only: Annotated[bool, typer.Option("--flags-only", help="Show only utterances with a flag.")] = False,
    quiet: QuietOption = False,
    weights: WeightsOption = None,
) -> None:
    """Mark what each utterance of a transcript does, and where it looks like skilled practice or the opposite.

    Everything it prints is a suggestion for a person to confirm.
    """
    if as_json and flags_only:
        raise BadInputError("--flags-only is for the table; with --json every utterance is printed. Leave one out.")
    target = target_of(out, file, FILE_NAME)
    told = teller(quiet=quiet)
    conversation = conversation_in(file, setting, goal, role, transcript, told)
    coding = _coded(conversation, weights, shown=not quiet)
    text = coding_json(coding)
    if target is not None:
        target.write(text)
    if as_json:
        typer.echo(text.encode("utf-8"), nl=False)
    elif not quiet:
        print_coding(coding, conversation, Console(highlight=False, markup=False, emoji=False), flags_only=flags_only)
    if target is not None:
        told.print(f"Written to {target.path}.")


def _coded(conversation: Conversation, weights: Path | None, *, shown: bool) -> Coding:
    from service import engines

    coder = engines.embedded_coder(weights)
    with one_bar("code", shown=shown and len(conversation.lines) >= LONG) as progress:
        return classify(conversation, coder, progress)

"""`practice code`: mark what each utterance of an existing transcript does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import BadInputError
from models.records.coding import Coding, Conversation, Setting
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.reading import read_conversation
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.folder import write_whole
from pipelines.stages.classify import classify
from service.cli.coding_table import print_coding
from service.cli.progress import StageBars
from service.cli.roles import given_roles

FILE_NAME = "coding.json"
_LONG = 300
"""From so many lines on, progress is shown."""


def code(
    file: Annotated[
        Path, typer.Argument(help="The transcript: session.json, WebVTT, SRT, or CSV with the columns speaker,text.")
    ],
    setting: Annotated[
        Setting | None,
        typer.Option(help="Whose practice is looked at, where the file does not say.", show_default=False),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(help="The change that the session is to help with; without one change talk is not coded."),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="A speaker's role, such as NAME=practitioner. Can be repeated.")
    ] = None,
    transcript: Annotated[str | None, typer.Option(help="Which transcript, where a file holds several.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write coding.json: a folder, or a file that ends in .json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    flags_only: Annotated[bool, typer.Option("--flags-only", help="Show only utterances with a flag.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    weights: Annotated[
        Path | None, typer.Option(help="A folder of weights of your own, made by `practice train coder`.")
    ] = None,
) -> None:
    """Mark what each utterance of a transcript does, and where it looks like skilled practice or the opposite.

    Everything it prints is a suggestion for a person to confirm.
    """
    if as_json and flags_only:
        raise BadInputError("--flags-only is for the table; with --json every utterance is printed. Leave one out.")
    target = None if out is None else _target(out, file)
    told = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)
    choices = ReadingChoices(setting=setting, change_goal=goal, roles=given_roles(role or []), transcript=transcript)
    conversation = read_conversation(file, choices, told.print)
    coding = _coded(conversation, weights, shown=not quiet)
    text = coding_json(coding)
    if target is not None:
        _write(target, text)
    if as_json:
        typer.echo(text.encode("utf-8"), nl=False)
    elif not quiet:
        print_coding(coding, conversation, Console(highlight=False, markup=False, emoji=False), flags_only=flags_only)
    if target is not None:
        told.print(f"Written to {target}.")


def _coded(conversation: Conversation, weights: Path | None, *, shown: bool) -> Coding:
    from service import engines

    coder = engines.embedded_coder(weights)
    if not shown or len(conversation.lines) < _LONG:
        return classify(conversation, coder)
    with StageBars(shown=True) as bars:
        bars.begins("code")
        return classify(conversation, coder, lambda fraction: bars.progresses("code", fraction))


def _target(out: Path, source: Path) -> Path:
    """The file to write. Raises BadInputError where that would replace something else."""
    if out.is_dir() or (not out.exists() and out.suffix.lower() != ".json"):
        target = out / FILE_NAME
    elif out.suffix.lower() == ".json" and (not out.exists() or out.is_file()):
        target = out
    else:
        raise BadInputError(
            f"{out.name} is there already and is no .json file. Name a folder or a .json file with --out."
        )
    if target.exists() and source.exists() and target.samefile(source):
        raise BadInputError("--out names the transcript itself. Name another folder or file.")
    if target.is_dir():
        raise BadInputError(f"{target.name} is a folder. Name another one with --out.")
    return target


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(target, text.encode("utf-8"))
    except OSError as refused:
        raise BadInputError(
            f"{target.name} cannot be written there. Check the folder, and that the disk is not full."
        ) from refused

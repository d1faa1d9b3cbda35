"""`practice score`: suggest a score for each element, with its evidence and its doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import BadInputError
from models.ports import Judge
from models.records.coding import Conversation, Setting
from models.records.rubric import Rubric
from models.records.scoring import Circumstances
from models.records.speech import Role
from pipelines.outputs.scoring_json import scoring_json
from pipelines.rubrics import read_rubric
from pipelines.scoring import Scored, circumstances_of, score_conversation
from service import judges
from service.cli.progress import LONG, one_bar
from service.cli.scoring_table import print_scoring
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
from service.judges import JudgeKind
from service.settings import Settings

FILE_NAME = "scoring.json"


def score(
    file: TranscriptFile,
    judge: Annotated[
        JudgeKind,
        typer.Option(
            help="transparent counts evidence on this machine; llm asks a language model that you have set up."
        ),
    ] = JudgeKind.TRANSPARENT,
    rubric: Annotated[
        Path | None, typer.Option(help="A rubric of your own, a YAML file; else the one for the setting.")
    ] = None,
    setting: SettingOption = None,
    goal: Annotated[
        str | None,
        typer.Option(help="The change that the session is to help with; some elements are judged only against one."),
    ] = None,
    role: RoleOption = None,
    transcript: TranscriptOption = None,
    legal_status: Annotated[
        str | None, typer.Option(help="The family's legal status, such as child in need; a judge reads it as context.")
    ] = None,
    roles_checked: Annotated[
        bool, typer.Option("--roles-checked", help="A person has confirmed who is who in this transcript.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write scoring.json: a folder, or a file that ends in .json.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    weights: WeightsOption = None,
) -> None:
    """Suggest a score for each element of the rubric, with the moments behind it and how unsure it is.

    Every score is a suggestion for a person to confirm, change or reject. There is no overall score.
    """
    target = target_of(out, file, FILE_NAME)
    told = teller(quiet=quiet)
    own = None if rubric is None else read_rubric(rubric)
    conversation = conversation_in(file, setting, goal, role, transcript, told)
    _check_setting(own, conversation.setting)
    asked = judges.judge_for(judge, Settings.from_environment())
    if roles_checked:
        conversation = _confirmed(conversation)
    circumstances = circumstances_of(conversation, legal_status=legal_status or None, checked=roles_checked)
    scored = _scored(conversation, asked, own, circumstances, weights, shown=not quiet)
    text = scoring_json(scored.scoring)
    if target is not None:
        target.write(text)
    if as_json:
        typer.echo(text.encode("utf-8"), nl=False)
    elif not quiet:
        print_scoring(scored, Console(highlight=False, markup=False, emoji=False))
    if target is not None:
        told.print(f"Written to {target.path}.")


def _check_setting(rubric: Rubric | None, setting: Setting) -> None:
    """Raises BadInputError, before anything is coded, where a rubric is for another kind of conversation."""
    if rubric is not None and rubric.setting is not setting:
        raise BadInputError(
            f"This rubric is for {_words(rubric.setting)}, and the transcript is read as {_words(setting)}. "
            f"Name a rubric for {_words(setting)}, or add --setting {rubric.setting.value}."
        )


def _words(setting: Setting) -> str:
    return setting.value.replace("_", " ")


def _confirmed(conversation: Conversation) -> Conversation:
    """The conversation after a person has confirmed who is who: every role that is known is sure."""
    lines = tuple(replace(line, role_sure=line.role is not Role.UNKNOWN) for line in conversation.lines)
    return replace(conversation, lines=lines)


def _scored(
    conversation: Conversation,
    judge: Judge,
    rubric: Rubric | None,
    circumstances: Circumstances,
    weights: Path | None,
    *,
    shown: bool,
) -> Scored:
    from service import engines

    coder = engines.embedded_coder(weights)
    with one_bar("judge", shown=shown and len(conversation.lines) >= LONG) as progress:
        return score_conversation(conversation, coder, judge, rubric, circumstances, progress)

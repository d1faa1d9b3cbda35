"""`practice analyse`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from models.adapters.media_kinds import HEAD_BYTES, sniff
from models.errors import BadInputError
from models.records.coding import Setting
from models.records.rubric import Rubric
from models.records.speech import Role, SpeakerCount
from pipelines.session import Choices
from service.cli.progress import StageBars
from service.cli.roles import given_roles, role_named
from service.settings import Settings

if TYPE_CHECKING:
    from pipelines.session import Engines
    from service.analysis import Analysis

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made if it is not there.")]


def analyse(
    file: Annotated[Path, typer.Argument(help="The recording: wav, mp3, m4a, flac, ogg, opus, webm, mp4, wma or amr.")],
    out: Out,
    engine: Annotated[
        str, typer.Option(help="Who writes the words: auto, moonshine, whisper, or a Whisper folder's name or path.")
    ] = "auto",
    diarizer: Annotated[str, typer.Option(help="Who splits by voice: auto, embedded or pyannote.")] = "auto",
    speakers: Annotated[int | None, typer.Option(min=1, max=12, help="How many voices there are, if you know.")] = None,
    min_speakers: Annotated[int, typer.Option(min=1, max=12, help="At least so many voices.")] = 1,
    max_speakers: Annotated[int, typer.Option(min=1, max=12, help="At most so many voices.")] = 6,
    channels: Annotated[
        str, typer.Option(help="auto, mix (all channels together) or separate (one voice for each channel).")
    ] = "auto",
    role: Annotated[
        list[str] | None, typer.Option(help="A voice's role, such as SPEAKER_00=practitioner. Can be repeated.")
    ] = None,
    participant: Annotated[
        list[str] | None, typer.Option(help="The role of somebody who took part. Can be repeated.")
    ] = None,
    setting: Annotated[
        Setting | None,
        typer.Option(
            help="Whose practice is looked at: direct_practice, or supervision. Default: the rubric's.",
            show_default=False,
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(help="The change that the session is to help with; without one change talk is not coded."),
    ] = None,
    legal_status: Annotated[
        str | None, typer.Option(help="The family's legal status, such as 'child in need plan'.")
    ] = None,
    rubric: Annotated[
        Path | None, typer.Option(help="A rubric of your own, as YAML; `docs/rubric.md` says how to write one.")
    ] = None,
    language: Annotated[str, typer.Option(help="The language spoken, as two letters.")] = "en",
    glossary: Annotated[
        Path | None, typer.Option(help="A text file with names and terms of your council, one a line (Whisper only).")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    max_hours: Annotated[float, typer.Option(min=0.01, max=24, help="Refuse recordings that last longer.")] = 6.0,
    discard_stages: Annotated[
        bool, typer.Option("--discard-stages", help="Keep no stage outputs: smaller, but the next run starts anew.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Turn one recording into a transcript by speaker, with flags, suggested scores and a list of passages to check.

    Everything it writes is a machine's draft, for a person to check and confirm.
    """
    _require_recording(file)
    from service.engines import EngineChoice

    count = _count(speakers, min_speakers, max_speakers)
    own = _rubric(rubric, setting)
    choices = Choices(
        count=count,
        roles=given_roles(role or []),
        participants=_participants(participant or []),
        setting=setting or (own.setting if own else Setting.DIRECT_PRACTICE),
        change_goal=_said(goal),
        legal_status=_said(legal_status),
        rubric=own,
    )
    choice = EngineChoice(
        engine=engine,
        diarizer=diarizer,
        channels=channels,
        language=language,
        glossary=_glossary(glossary),
        device=device,
        max_hours=max_hours,
    )
    run_analysis(file, out, choice, choices, as_json=as_json, quiet=quiet, keep_stages=not discard_stages)


def run_analysis(
    file: Path, out: Path, choice: object, choices: Choices, *, as_json: bool, quiet: bool, keep_stages: bool
) -> tuple[Analysis, Engines]:
    """Analyse with bars, and tell what was found. Raises PracticeError."""
    from service.analysis import analyse_recording
    from service.cli.analysis_summary import summary, tell
    from service.engines import EngineChoice, choose_engines

    assert isinstance(choice, EngineChoice)
    if out.exists() and not out.is_dir():
        raise BadInputError(f"{out.name} is a file. Name a folder with --out.")
    chosen = choose_engines(choice, Settings.from_environment())
    talk = Console(stderr=True, quiet=quiet or as_json, highlight=False)
    for reason in chosen.reasons:
        talk.print(reason, style="dim")
    with StageBars(shown=not quiet) as bars:
        analysis = analyse_recording(file, out, chosen.engines, choices, watcher=bars, keep_stages=keep_stages)
    if as_json:
        typer.echo(json.dumps(summary(analysis, chosen.reasons), indent=2))
    elif not quiet:
        tell(analysis)
    return analysis, chosen.engines


def _require_recording(file: Path) -> None:
    """Look whether there is a recording to read, before anything slow begins.

    Raises BadInputError, and RefusedRecordingError by the file's first bytes.
    """
    if file.is_dir():
        raise BadInputError(f"{file.name} is a folder. Name one recording.")
    head = b""
    try:
        size = file.stat().st_size
        if file.is_file():
            with file.open("rb") as opened:
                head = opened.read(HEAD_BYTES)
    except FileNotFoundError as refused:
        raise BadInputError(f"There is no file {file.name}. Check the name and the folder.") from refused
    except OSError as refused:
        raise BadInputError(f"{file.name} cannot be opened. Check that you may read it.") from refused
    if file.is_file():
        sniff(head, size)


def _count(exact: int | None, least: int, most: int) -> SpeakerCount:
    if least > most:
        raise BadInputError("--min-speakers is larger than --max-speakers. Swap them or leave one out.")
    return SpeakerCount(exact=exact, least=least, most=most)


def _participants(roles: list[str]) -> tuple[Role, ...]:
    return tuple(role_named(part) for text in roles for part in text.split(","))


def _glossary(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as refused:
        raise BadInputError("The glossary cannot be read. It is plain text (UTF-8), one term a line.") from refused
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _rubric(path: Path | None, setting: Setting | None) -> Rubric | None:
    """A rubric of one's own, read before anything slow begins. Raises BadInputError."""
    if path is None:
        return None
    from pipelines.rubrics import read_rubric

    rubric = read_rubric(path)
    if setting not in (None, rubric.setting):
        raise BadInputError(
            f"{path.name} is a rubric for {rubric.setting.value}. Leave out --setting, or name that one."
        )
    return rubric


def _said(text: str | None) -> str | None:
    """What an option says; nothing at all where it is blank."""
    return (text or "").strip() or None

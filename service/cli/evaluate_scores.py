"""``practice evaluate scores``: how good are suggested scores, against scores that people gave?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from models.errors import BadInputError
from models.ports import Judge
from models.records.provenance import Engine
from models.records.rubric import Rubric
from pipelines.evaluation.coder.document import INTERVALS, engine_document
from pipelines.evaluation.scores.document import SCHEMA_VERSION, scores_document
from pipelines.evaluation.scores.evaluation import ScoresMeasured, evaluate_scores
from pipelines.evaluation.scores.judged import judge_flags, judge_text
from pipelines.evaluation.scores.reading import ScoredSessions, read_scored
from pipelines.labelled.records import Labelled
from pipelines.rubrics import read_rubric
from service.cli.progress import named_bars
from service.cli.score_tables import print_scores
from service.judges import JudgeKind, judge_for
from service.settings import Settings


class From(StrEnum):
    """What the judge starts from: people's flags, the words themselves, or each in turn."""

    FLAGS = "flags"
    TEXT = "text"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What there is to judge: the sessions, with how many were left out, and whether a rubric was named."""

    sessions: tuple[Labelled, ...]
    without: int
    other_setting: int
    rubric: Rubric | None


def scores(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of scored sessions in the development set's shape, or one.")
    ],
    judge: Annotated[JudgeKind, typer.Option(help="Who suggests the scores.")] = JudgeKind.TRANSPARENT,
    source: Annotated[
        From, typer.Option("--from", help="Judge from people's flags, from the text, or from both in turn.")
    ] = From.BOTH,
    rubric: Annotated[Path | None, typer.Option(help="A rubric of your own; otherwise the shipped ones.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Folder of a trained coder; otherwise the embedded one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the pooled figures only, and no progress.")] = False,
) -> None:
    """Compare suggested scores with people's, element by element."""
    asked = asked_for(read_scored(folder), rubric)
    judging = judge_for(judge, Settings.from_environment())
    with named_bars(shown=not (quiet or as_json)) as watch:
        coder, found = measure(asked, judging, source, weights, watch("Sessions"))
    if as_json:
        sys.stdout.write(to_document(judging.engine, coder, asked, found))
        return
    console = Console()
    for line in left_out(asked):
        console.print(line, highlight=False, markup=False)
    for one in found:
        print_scores(one, console, quiet=quiet)


def asked_for(read: ScoredSessions, rubric: Path | None) -> Asked:
    """The sessions of the rubric's setting. Raises BadInputError where the rubric is none, or there is no session."""
    chosen = None if rubric is None else read_rubric(rubric)
    mine = [one for one in read.sessions if chosen is None or one.conversation.setting is chosen.setting]
    if not mine and chosen is not None:
        raise BadInputError(f"No scored session here is {chosen.setting.value}, which this rubric is for.")
    return Asked(
        sessions=tuple(mine), without=read.without, other_setting=len(read.sessions) - len(mine), rubric=chosen
    )


def measure(
    asked: Asked, judge: Judge, source: From, weights: Path | None, watch: Callable[[float], None]
) -> tuple[Engine | None, tuple[ScoresMeasured, ...]]:
    """What was measured from flags and from text, as asked, and which coder read the text."""
    found, coder_engine = [], None
    if source is not From.TEXT:
        found.append(evaluate_scores(judge_flags(asked.sessions, judge, asked.rubric), "flags"))
    if source is not From.FLAGS:
        from service import engines  # building engines loads libraries that other commands do without

        coder = engines.embedded_coder(weights)
        coder_engine = coder.engine
        judged = judge_text(asked.sessions, coder, judge, asked.rubric, watch)
        found.append(evaluate_scores(judged, "text"))
    return coder_engine, tuple(found)


def to_document(judge: Engine, coder: Engine | None, asked: Asked, found: Sequence[ScoresMeasured]) -> str:
    """All figures as JSON, in the shape that docs/evaluation-scores.md describes."""
    whole: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "judge": engine_document(judge),
        "coder": None if coder is None else engine_document(coder),
        "rubric": None if asked.rubric is None else asked.rubric.ref.id,
        "intervals": INTERVALS | {"drawn": "sessions"},
        "left_out": {"without_scores": asked.without, "other_setting": asked.other_setting},
        "results": [scores_document(one) for one in found],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def left_out(asked: Asked) -> Iterator[str]:
    """A sentence for each kind of session that is in no figure."""
    for count, why in (
        (asked.without, "that nobody scored"),
        (asked.other_setting, "of another setting than the rubric's"),
    ):
        if count:
            yield f"{count} session{'' if count == 1 else 's'} {why} left out."

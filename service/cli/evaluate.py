"""``practice evaluate speech``: how good is a transcript by speaker, against a reference?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from models.agreement import DiarizationErrors, JaccardErrors, WordErrors
from models.errors import BadInputError
from pipelines.evaluation.speech import COLLAR_MS, FileMeasures, Measure, SpeechEvaluation, evaluate
from service.cli.evaluate_coder import coder
from service.cli.evaluate_scores import scores

evaluate_app = typer.Typer(help="Measure results against references.", no_args_is_help=True)

_TITLES = {
    "wer": "Word errors (WER)",
    "cpwer": "Word errors by speaker (cpWER)",
    "der_collar": f"Diarization errors (DER, collar {COLLAR_MS / 1000} s)",
    "der": "Diarization errors (DER, no collar)",
    "jer_collar": f"Jaccard errors (JER, collar {COLLAR_MS / 1000} s)",
    "jer": "Jaccard errors (JER, no collar)",
    "wder": "Words with the wrong speaker (WDER)",
    "role_accuracy": "Words with the right role",
    "negation_recall": "Negations that came out",
    "risk_recall": "Risk words that came out",
    "check_precision": "Checks that cover an error",
    "check_precision_important": "Checks that cover a flipped negation or lost risk word",
    "check_recall_negations": "Flipped negations in the check list",
    "check_recall_risk_words": "Lost risk words in the check list",
    "check_recall_important": "Both in the check list",
    "check_recall_all_errors": "All errors in the check list",
    "check_share_of_audio": "Share of the recording asked to hear",
}


@evaluate_app.callback()
def _evaluate() -> None:
    """Measure results against references."""


evaluate_app.command()(coder)
evaluate_app.command()(scores)


@evaluate_app.command()
def speech(
    reference: Annotated[
        list[Path],
        typer.Option(help="Reference: .stm, .rttm, .vtt or our .json; one or several for each result."),
    ],
    hypothesis: Annotated[list[Path], typer.Option(help="Result: session.json, or .vtt, .stm or .rttm.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print all counts as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the pooled measures only.")] = False,
) -> None:
    """Compare transcripts by speaker with what was truly said, and by whom."""
    found = evaluate(match_up(reference, hypothesis))
    if as_json:
        sys.stdout.write(found.to_json())
        return
    print_evaluation(found, Console(), quiet=quiet)


def match_up(references: list[Path], hypotheses: list[Path]) -> list[tuple[tuple[Path, ...], Path]]:
    """Give every result its references: all of them where there is one result, else the same share, in order.

    References of one result follow each other: with two results and four references, the first two are the first's.
    A single reference file is used for all results. Raises BadInputError where the numbers do not fit.
    """
    if len(hypotheses) == 1 or len(references) == 1:
        return [(tuple(references), hypothesis) for hypothesis in hypotheses]
    each, rest = divmod(len(references), len(hypotheses))
    if rest or not each:
        raise BadInputError(
            f"{len(references)} references do not fit {len(hypotheses)} results. "
            "Give each result equally many, in the order of the results."
        )
    return [
        (tuple(references[number * each : (number + 1) * each]), hypothesis)
        for number, hypothesis in enumerate(hypotheses)
    ]


def print_evaluation(found: SpeechEvaluation, console: Console, *, quiet: bool = False) -> None:
    """Print the pooled measures, and with several results a line for each."""
    console.print(_measures(found.pooled, len(found.files)))
    if len(found.files) > 1 and not quiet:
        console.print(_files(found))
    if not quiet:
        for reason in dict.fromkeys(found.pooled.reasons.values()):
            console.print(f"Not judged where marked with a dash: {reason}")


def _measures(row: FileMeasures, files: int) -> Table:
    table = Table(title=f"Speech, {files} recording{'s' if files != 1 else ''}")
    table.add_column("Measure")
    table.add_column("Rate", justify="right")
    table.add_column("Counts")
    for name, count in row.measures.items():
        table.add_row(_TITLES.get(name, name), _rate(count), _counts(count))
    for role, errors in row.by_role.items():
        table.add_row(f"Word errors, {role.value.replace('_', ' ')}", _rate(errors), _counts(errors))
    return table


def _files(found: SpeechEvaluation) -> Table:
    table = Table(title="By recording")
    table.add_column("Recording")
    columns = ("wer", "cpwer", "der_collar", "wder", "role_accuracy")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    for row in found.files:
        table.add_row(row.name, *(_rate(row.measures.get(name)) for name in columns))
    return table


def _rate(count: Measure | None) -> str:
    rate = None if count is None else count.rate
    return "–" if rate is None else f"{rate:.1%}"


def _counts(count: Measure | None) -> str:
    match count:
        case None:
            return ""
        case WordErrors():
            return f"{count.substitutions} wrong, {count.deletions} missing, {count.insertions} extra / {count.length}"
        case DiarizationErrors():
            parts = (count.missed_ms, count.false_alarm_ms, count.confusion_ms, count.total_ms)
            missed, extra, confused, total = (f"{part / 1000:.1f}" for part in parts)
            return f"{missed} s missed, {extra} s extra, {confused} s confused / {total} s"
        case JaccardErrors():
            return f"{count.speakers} speakers"
    return f"{count.part} / {count.whole}"

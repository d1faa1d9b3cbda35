"""``practice evaluate coder``: how good is the coder, on labelled conversations and on contrasting pairs?"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from models.errors import BadInputError
from models.ports import Coder
from pipelines.evaluation.coder import document
from pipelines.evaluation.coder.coded import CodedSet, code_all
from pipelines.evaluation.coder.contrasts import ContrastsMeasured, measure_contrasts, read_contrasts
from pipelines.evaluation.coder.degrade import Degrade, degrade
from pipelines.evaluation.coder.evaluation import AS_GIVEN, CoderMeasures, Shape, evaluate_coder, read_labelled
from pipelines.evaluation.coder.flags import LEAST_SUPPORT
from pipelines.evaluation.coder.mistakes import Mistake, mistakes
from pipelines.evaluation.coder.reliability_svg import calibration_svg
from pipelines.labelled.records import Labelled
from service.cli.coder_tables import print_contrasts, print_measures, print_mistakes
from service.cli.progress import Watch, named_bars

DOCUMENT = "coder-evaluation.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was measured on all data of one shape, with the text as given or degraded."""

    shape: Shape
    data: tuple[str, ...]
    measures: CoderMeasures
    mistakes: tuple[Mistake, ...]


def coder(
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled conversations: AnnoMI-shaped .csv, a folder of sessions, a .json or .jsonl file."),
    ] = None,
    contrasts: Annotated[
        list[Path] | None, typer.Option(help="Pairs of lines that differ in one thing, as JSON lines.")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="Folder of a trained coder; otherwise the embedded one.")] = None,
    degraded: Annotated[
        Degrade | None, typer.Option("--degrade", help="Measure again without punctuation, in lower case, or both.")
    ] = None,
    errors: Annotated[
        int, typer.Option(min=0, help="Print so many of the most confident mistakes, with their text.")
    ] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the JSON and the calibration plots (SVG).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the main figures only, and no progress.")] = False,
) -> None:
    """Compare the coder's codes and flags with people's labels."""
    from service import engines  # building engines loads libraries that other commands do without

    if not data and not contrasts:
        raise BadInputError("There is nothing to measure on. Give --data, --contrasts or both.")
    if as_json and errors:
        raise BadInputError("Mistakes hold speech and are printed as text only. Use --errors without --json.")
    read = read_all(data or [])
    pairs = [pair for path in contrasts or [] for pair in read_contrasts(path)]
    engine = engines.embedded_coder(weights)
    with named_bars(shown=not (quiet or as_json)) as watch:
        results = evaluate_all(read, engine, degraded, errors, watch)
        contrasted = measure_contrasts(pairs, engine, watch("Pairs")) if pairs else None
    whole = to_document(engine, results, contrasted)
    if out is not None:
        write_out(out, whole, results)
    if as_json:
        sys.stdout.write(whole)
        return
    _print(results, contrasted, Console(), quiet=quiet)


Read = dict[Shape, tuple[tuple[str, ...], tuple[Labelled, ...]]]


def read_all(paths: Sequence[Path]) -> Read:
    """Conversations by the shape of their data, with the names of the files they come from. Raises BadInputError."""
    read: Read = {}
    for path in paths:
        shape, labelled = read_labelled(path)
        names, before = read.get(shape, ((), ()))
        read[shape] = ((*names, path.name or path.resolve().name), (*before, *labelled))
    return read


def evaluate_all(read: Read, engine: Coder, how: Degrade | None, errors: int, watch: Watch) -> tuple[Result, ...]:
    """Measure every shape of data as given, and again degraded where asked. Raises WeightsError, EngineError."""
    results = []
    for shape, (names, labelled) in read.items():
        for text in (AS_GIVEN, *([how.value] if how else [])):
            given = labelled if text == AS_GIVEN else degrade(labelled, Degrade(text))
            coded: CodedSet = code_all(given, engine, watch(f"{shape.value}, {text}"))
            results.append(
                Result(shape=shape, data=names, measures=evaluate_coder(coded, text), mistakes=mistakes(coded, errors))
            )
    return tuple(results)


def to_document(engine: Coder, results: Sequence[Result], contrasted: ContrastsMeasured | None) -> str:
    """All figures as JSON, in the shape that docs/evaluation-coder.md describes."""
    whole: dict[str, Any] = {
        "schema_version": document.SCHEMA_VERSION,
        "engine": document.engine_document(engine.engine),
        "intervals": document.INTERVALS,
        "results": [
            {"shape": one.shape.value, "data": list(one.data), **document.measures_document(one.measures)}
            for one in results
        ],
        "contrasts": None if contrasted is None else document.contrasts_document(contrasted),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def write_out(folder: Path, whole: str, results: Sequence[Result]) -> None:
    """Write the JSON, and a reliability diagram for each head and each flag with enough labels."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DOCUMENT).write_text(whole, "utf-8")
        for one in results:
            for name, svg in plots(one):
                (folder / name).write_text(svg, "utf-8")
    except OSError as refused:
        raise BadInputError(
            f"Nothing can be written to the folder {folder.name}. Name another with --out."
        ) from refused


def plots(result: Result) -> Iterator[tuple[str, str]]:
    """File names and SVG of one result's reliability diagrams."""
    measures = result.measures
    calibrated = {name: head.calibration for name, head in measures.heads.items()}
    for name, flag in measures.flags.evidence.items():
        if flag.counts.support >= LEAST_SUPPORT:
            calibrated[name] = flag.calibration
    for name, found in calibrated.items():
        if found is not None:
            plain = name[:-1] + {"+": "-for", "-": "-against"}.get(name[-1], name[-1])
            title = plain.replace("_", " ").replace("-", ", ")
            text = re.sub(r"\W+", "-", measures.text)
            yield (
                f"reliability-{result.shape.value}-{text}-{plain}.svg",
                calibration_svg(title, f"{result.shape.value}, text {measures.text}", found),
            )


def _print(results: Sequence[Result], contrasted: ContrastsMeasured | None, console: Console, *, quiet: bool) -> None:
    for shape in dict.fromkeys(one.shape for one in results):
        mine = [one for one in results if one.shape is shape]
        console.print(f"\n{', '.join(mine[0].data)}", markup=False, highlight=False)
        print_measures([one.measures for one in mine], console, quiet=quiet)
        for one in mine:
            print_mistakes(one.mistakes, one.measures.text, console)
    if contrasted is not None:
        print_contrasts(contrasted, console)

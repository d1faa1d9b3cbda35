"""Everything that is measured of a coder on labelled conversations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.coder.labels import HEADS
from models.errors import BadInputError
from models.records.coding import Off
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.flags import FlagsMeasured, measure_flags
from pipelines.evaluation.coder.heads import HeadMeasures, measure_head
from pipelines.evaluation.coder.intervals import Draws
from pipelines.evaluation.coder.mi_codes import MiCodesMeasured, measure_mi_codes
from pipelines.labelled.annomi import read_annomi
from pipelines.labelled.devset import read_devset, read_session, read_utterances
from pipelines.labelled.records import Labelled

AS_GIVEN = "as given"


class Shape(StrEnum):
    """The shape of labelled data; data of one shape are judged together, of two apart."""

    ANNOMI = "annomi"
    DEVSET = "devset"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderMeasures:
    """What was measured on one set of conversations; ``text`` says what was done to their words first.

    ``off`` is what the coder does not state in some or all of them, and why; it may be measured all the same.
    """

    text: str
    conversations: int
    groups: int
    lines: int
    heads: dict[str, HeadMeasures]
    mi_codes: MiCodesMeasured
    flags: FlagsMeasured
    off: tuple[Off, ...] = ()


def read_labelled(path: Path) -> tuple[Shape, tuple[Labelled, ...]]:
    """Labelled conversations of a CSV file, a folder of sessions and utterances, or one file of these.

    Raises BadInputError that names the file, and the line or turn.
    """
    if path.is_dir():
        return Shape.DEVSET, read_devset(path, path.resolve().name)
    match path.suffix.lower():
        case ".csv":
            return Shape.ANNOMI, read_annomi(path)
        case ".json":
            return Shape.DEVSET, (read_session(path),)
        case ".jsonl":
            return Shape.DEVSET, read_utterances(path)
    raise BadInputError(
        f"{path.name} is not labelled data. Give a .csv file, a folder of sessions, a .json session or a .jsonl file."
    )


def evaluate_coder(coded: CodedSet, text: str = AS_GIVEN) -> CoderMeasures:
    """Every measure of the codings against the labels. What has no label is None with the reason."""
    draws = Draws(coded.groups)
    return CoderMeasures(
        text=text,
        conversations=len(coded.conversations),
        groups=coded.groups,
        lines=coded.lines,
        heads={head.name: measure_head(head, coded, draws) for head in HEADS},
        mi_codes=measure_mi_codes(coded, draws),
        flags=measure_flags(coded, draws),
        off=tuple(dict.fromkeys(off for one in coded.conversations for off in one.coding.off)),
    )

"""How good is a transcript by speaker? Every measure of it against a reference, one recording at a time and pooled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from models.adapters.jiwer_alignment import align
from models.adapters.meeteval_agreement import speaker_word_errors
from models.adapters.pyannote_metrics_agreement import turn_errors
from models.adapters.whisper_normalizer_text import english_normaliser
from models.agreement import DiarizationErrors, JaccardErrors, Share, WordErrors, pooled
from models.errors import BadInputError
from models.records.speech import Role
from pipelines.evaluation.annotation import Annotation, VoiceSpan
from pipelines.evaluation.check_measures import CheckCounts, check_counts
from pipelines.evaluation.references import read_annotation
from pipelines.evaluation.tokens import Token, speaker_words, tokens_of
from pipelines.evaluation.word_measures import Aligned, errors_by_role, recall, right_roles, word_errors, wrong_speakers
from pipelines.stages.lexicon import is_negation, is_risk

COLLAR_MS = 250

Measure = WordErrors | Share | DiarizationErrors | JaccardErrors
Paths = Path | tuple[Path, ...]

NO_WORDS = "The reference or the result holds no text."
NO_TURNS = "The reference or the result does not say who speaks when."
NO_ROLES = "The reference names no roles."
NO_ROLES_GIVEN = "The result names no roles; give a session.json."
NO_CHECKS = "The result holds no check list; give a session.json."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMeasures:
    """What was measured on one recording, or on several with their counts added.

    ``measures`` has every measure by name in a fixed order; None where it could not be judged, and then ``reasons``
    says why. ``by_role`` are the word errors of each role.
    """

    name: str
    measures: dict[str, Measure | None]
    by_role: dict[Role, WordErrors]
    reasons: dict[str, str]

    def to_dict(self) -> dict[str, object]:
        """Counts and rates as plain values, for JSON."""
        return {
            "name": self.name,
            "measures": {name: _plain(count, self.reasons.get(name)) for name, count in self.measures.items()},
            "wer_by_role": {role.value: _plain(count, None) for role, count in self.by_role.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEvaluation:
    """Every recording's measures and the pooled ones: counts added, never rates averaged."""

    files: tuple[FileMeasures, ...]
    pooled: FileMeasures

    def to_json(self) -> str:
        """The whole evaluation as a JSON document."""
        document = {
            "collar_ms": COLLAR_MS,
            "pooled": self.pooled.to_dict(),
            "files": [one.to_dict() for one in self.files],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def evaluate(pairs: Sequence[tuple[Paths, Path]]) -> SpeechEvaluation:
    """Compare results with their references: each pair is one or several reference files, and the result.

    A result is a session.json, or a .vtt, .stm or .rttm file where the measures allow. Raises BadInputError for files
    that cannot be read, MissingPartError where the extra ``evaluate`` is not installed.
    """
    if not pairs:
        raise BadInputError("There is nothing to compare. Give at least one reference and one result.")
    files = tuple(_evaluate_one(references, result) for references, result in pairs)
    return SpeechEvaluation(files=files, pooled=add_up(files))


def add_up(files: Iterable[FileMeasures], name: str = "pooled") -> FileMeasures:
    """Add the counts of several recordings; a measure is None only where no recording has it."""
    rows = tuple(files)
    names = list(dict.fromkeys(measure for row in rows for measure in row.measures))
    measures = {measure: _sum(row.measures.get(measure) for row in rows) for measure in names}
    reasons = {measure: reason for row in reversed(rows) for measure, reason in row.reasons.items()}
    roles = sorted({role for row in rows for role in row.by_role})
    by_role = {role: pooled(row.by_role.get(role) for row in rows) or WordErrors() for role in roles}
    return FileMeasures(
        name=name,
        measures=measures,
        by_role=by_role,
        reasons={measure: reason for measure, reason in reasons.items() if measures[measure] is None},
    )


def _sum(counts: Iterable[Measure | None]) -> Measure | None:
    """The sum of counts of one measure, which are all of one kind."""
    return pooled(cast("Iterable[WordErrors | None]", counts))


def measure(name: str, reference: Annotation, result: Annotation) -> FileMeasures:
    """Every measure of one result against its reference. Raises MissingPartError."""
    measures: dict[str, Measure | None] = {}
    reasons: dict[str, str] = {}
    by_role: dict[Role, WordErrors] = {}
    aligned = align_words(reference, result)
    length_ms = _length(reference, result)

    def note(names: Iterable[str], reason: str | None, counts: Callable[[], Iterable[Measure]]) -> None:
        if reason is None:
            measures.update(zip(names, counts(), strict=True))
        else:
            measures.update(dict.fromkeys(names))
            reasons.update(dict.fromkeys(names, reason))

    no_words = NO_WORDS if aligned is None else None
    words = aligned or Aligned(pairs=())
    no_roles = no_words or (None if reference.knows_roles else NO_ROLES)
    no_role_guess = no_roles or (None if result.speaks_of_roles else NO_ROLES_GIVEN)
    no_checks = no_words or (None if result.checks is not None else NO_CHECKS)
    no_turns = NO_TURNS if reference.turns is None or result.turns is None else None
    note(("wer", "cpwer"), no_words, lambda: (word_errors(words), _by_speaker(reference, result)))
    note(TURN_MEASURES, no_turns, lambda: _turns(reference.turns or (), result.turns or (), length_ms))
    note(("wder",), no_words, lambda: (wrong_speakers(words),))
    note(("role_accuracy",), no_role_guess, lambda: (right_roles(words),))
    note(("negation_recall", "risk_recall"), no_words, lambda: (recall(words, is_negation), recall(words, is_risk)))
    note(CHECK_MEASURES, no_checks, lambda: _checks(check_counts(words, result.checks or (), length_ms)))
    if no_roles is None:
        by_role = errors_by_role(words)
    return FileMeasures(name=name, measures=measures, by_role=by_role, reasons=reasons)


TURN_MEASURES = ("der_collar", "der", "jer_collar", "jer")
CHECK_MEASURES = (
    "check_precision",
    "check_precision_important",
    "check_recall_negations",
    "check_recall_risk_words",
    "check_recall_important",
    "check_recall_all_errors",
    "check_share_of_audio",
)


def _evaluate_one(references: Paths, result: Path) -> FileMeasures:
    told = references if isinstance(references, tuple) else (references,)
    name = result.parent.name if result.stem == "session" and result.parent.name else result.name.split(".")[0]
    names = (name, result.name.split(".")[0], *(path.name.split(".")[0] for path in told))
    reference = read_annotation(told, names=names)
    return measure(name, reference, read_annotation((result,), names=names))


def align_words(reference: Annotation, result: Annotation) -> Aligned | None:
    """Words against words. What is said at the same time has no true order, so the order with fewest errors counts."""
    if reference.said is None or result.said is None:
        return None
    normalise = english_normaliser()
    candidates = [
        _align(ours, theirs)
        for ours in tokens_of(reference.said, normalise)
        for theirs in tokens_of(result.said, normalise)
    ]
    return min(candidates, key=lambda aligned: word_errors(aligned).errors)


def _align(ours: tuple[Token, ...], theirs: tuple[Token, ...]) -> Aligned:
    pairs = align([token.text for token in ours], [token.text for token in theirs])
    return Aligned(pairs=tuple((None if i is None else ours[i], None if j is None else theirs[j]) for i, j in pairs))


def _by_speaker(reference: Annotation, result: Annotation) -> WordErrors:
    normalise = english_normaliser()
    return speaker_word_errors(
        speaker_words(reference.said or (), normalise), speaker_words(result.said or (), normalise)
    )


def _turns(reference: tuple[VoiceSpan, ...], result: tuple[VoiceSpan, ...], length_ms: int) -> tuple[Measure, ...]:
    ours, theirs = [(turn.speaker, turn) for turn in reference], [(turn.speaker, turn) for turn in result]
    der_collar, jer_collar = turn_errors(ours, theirs, length_ms=length_ms, collar_ms=COLLAR_MS)
    der, jer = turn_errors(ours, theirs, length_ms=length_ms, collar_ms=0)
    return der_collar, der, jer_collar, jer


def _checks(counts: CheckCounts) -> tuple[Share, ...]:
    return (
        counts.useful,
        counts.important,
        counts.flipped_negations,
        counts.lost_risk_words,
        counts.important_errors,
        counts.all_errors,
        counts.asked_ms,
    )


def _length(reference: Annotation, result: Annotation) -> int:
    """Time that is compared: to the end of the recording, or of whatever is told last on either side."""
    ends = [span.end_ms for side in (reference, result) for span in (*(side.said or ()), *(side.turns or ()))]
    lengths = [side.duration_ms for side in (reference, result) if side.duration_ms is not None]
    return max([*ends, *lengths], default=0)


def _plain(count: Measure | None, reason: str | None) -> dict[str, object]:
    if count is None:
        return {"rate": None, "reason": reason}
    counts = {field: getattr(count, field) for field in type(count).__dataclass_fields__}
    rate = count.rate
    return {"rate": None if rate is None else round(rate, 6), **counts}

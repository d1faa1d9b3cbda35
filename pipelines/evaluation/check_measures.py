"""Does the please-check list ask people to hear what is really wrong, and little else?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.agreement import Share
from models.records.span import Span, intersection, total_ms, union
from models.records.speech import Check
from pipelines.evaluation.word_measures import Aligned, Pair, same_voice, speaker_map
from pipelines.stages.lexicon import is_negation, is_risk

LISTENING_MARGIN_MS = 250
"""Somebody who hears a passage hears this much on either side of it as well."""


class ErrorKind(StrEnum):
    """What is wrong at one place; a place may be of several kinds."""

    WORD = "word"
    SPEAKER = "speaker"
    FLIPPED_NEGATION = "flipped_negation"
    LOST_RISK_WORD = "lost_risk_word"


IMPORTANT = frozenset({ErrorKind.FLIPPED_NEGATION, ErrorKind.LOST_RISK_WORD})


@dataclass(frozen=True, slots=True, kw_only=True)
class RealError:
    """Something that the result has wrong, and when: in the reference's time, the result's, or both."""

    kinds: frozenset[ErrorKind]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCounts:
    """How the check list meets the real errors.

    ``useful``: checks that cover any real error (a wrong word or a wrong speaker); ``important``: checks that cover a
    flipped negation or a lost risk word. Both are precisions. The rest are recalls: errors that a check covers.
    ``asked_ms`` is the time to be heard out of the recording's time.
    """

    useful: Share
    important: Share
    flipped_negations: Share
    lost_risk_words: Share
    important_errors: Share
    all_errors: Share
    asked_ms: Share


def check_counts(aligned: Aligned, checks: tuple[Check, ...], duration_ms: int) -> CheckCounts:
    """Meet the check list with the real errors of the aligned words."""
    errors = real_errors(aligned)
    heard = intersection(checks, [Span(start_ms=0, end_ms=duration_ms)])
    important = [error for error in errors if error.kinds & IMPORTANT]
    return CheckCounts(
        useful=Share(part=sum(_covers_any(check, errors) for check in checks), whole=len(checks)),
        important=Share(part=sum(_covers_any(check, important) for check in checks), whole=len(checks)),
        flipped_negations=_recall(errors, ErrorKind.FLIPPED_NEGATION, checks),
        lost_risk_words=_recall(errors, ErrorKind.LOST_RISK_WORD, checks),
        important_errors=_covered(important, checks),
        all_errors=_covered(errors, checks),
        asked_ms=Share(part=total_ms(heard), whole=duration_ms),
    )


def real_errors(aligned: Aligned) -> list[RealError]:
    """Every place where words or speakers differ from the reference, in order."""
    matching = speaker_map(aligned)
    errors: list[RealError] = []
    for block in _blocks(aligned.pairs):
        flipped = _flipped(block)
        for place, (ours, theirs) in enumerate(block):
            kinds = set()
            if ours is None or theirs is None or ours.text != theirs.text:
                kinds.add(ErrorKind.WORD)
            if place in flipped:
                kinds.add(ErrorKind.FLIPPED_NEGATION)
            if ours is not None and is_risk(ours.text) and (theirs is None or theirs.text != ours.text):
                kinds.add(ErrorKind.LOST_RISK_WORD)
            if ours is not None and theirs is not None and not same_voice(matching, ours, theirs):
                kinds.add(ErrorKind.SPEAKER)
            if kinds:
                spans = tuple(Span(start_ms=t.start_ms, end_ms=t.end_ms) for t in (ours, theirs) if t is not None)
                errors.append(RealError(kinds=frozenset(kinds), spans=spans))
    return errors


def important_errors(aligned: Aligned) -> list[RealError]:
    """The flipped negations and lost risk words among `real_errors`."""
    return [error for error in real_errors(aligned) if error.kinds & IMPORTANT]


def _blocks(pairs: tuple[Pair, ...]) -> Iterator[list[Pair]]:
    """Runs of differing words, and each agreeing word by itself."""
    block: list[Pair] = []
    for ours, theirs in pairs:
        if ours is not None and theirs is not None and ours.text == theirs.text:
            if block:
                yield block
            block = []
            yield [(ours, theirs)]
        else:
            block.append((ours, theirs))
    if block:
        yield block


def _flipped(block: list[Pair]) -> set[int]:
    """Places in a run of differing words where a negation was lost or invented.

    "not" heard as "never" is a wrong word, not a flip; nor is a negation that moved within the run.
    """
    lost = [i for i, (ours, _) in enumerate(block) if ours is not None and is_negation(ours.text)]
    made = [i for i, (_, theirs) in enumerate(block) if theirs is not None and is_negation(theirs.text)]
    spare = len(lost) - len(made)
    longer, shorter = (lost, made) if spare > 0 else (made, lost)
    alone = [place for place in longer if place not in shorter]
    return set(alone[: abs(spare)])


def is_heard(heard: Span, error: RealError) -> bool:
    """Whether somebody who listens to ``heard`` hears the error; margins are counted."""
    return any(
        span.start_ms < heard.end_ms + LISTENING_MARGIN_MS and heard.start_ms - LISTENING_MARGIN_MS < span.end_ms
        for span in error.spans
    )


def _covers_any(check: Check, errors: Iterable[RealError]) -> bool:
    return any(is_heard(check, error) for error in errors)


def _recall(errors: list[RealError], kind: ErrorKind, checks: tuple[Check, ...]) -> Share:
    return _covered([error for error in errors if kind in error.kinds], checks)


def _covered(errors: list[RealError], checks: tuple[Check, ...]) -> Share:
    heard = union(checks)
    return Share(part=sum(any(is_heard(span, error) for span in heard) for error in errors), whole=len(errors))

"""Where a transcript may say the opposite of what was said, or may have lost a word of harm or danger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log10

from models.records.speech import Word, Words
from pipelines.stages.breaks import ends_sentence
from pipelines.stages.finding import Finding, joined, phrase, span_of
from pipelines.stages.in_mind import InMind, Rival, in_mind, lost_not
from pipelines.stages.lexicon import RISK_WORDS, is_auxiliary, is_negation, is_polar, is_pronoun, is_risk, token_of
from pipelines.stages.second_look import Difference, changes_risk, differences, turns_round
from pipelines.stages.sound_alike import most_like

NO_PROBABILITY = 0.8
"""How likely a word counts whose engine says nothing about it."""

DISAGREEMENT = 0.4
"""How much less likely a word counts that a second reading does not have."""

UNSURE = 0.2
"""Plain words less doubtful than this are left alone."""

MAY_BE_ANOTHER = 0.3
"""From this doubt on a word is compared with the risk words it may stand for."""

DOUBTFUL_NEGATION = 0.1
DOUBTFUL_AUXILIARY = 0.25
BESIDE = 0.6
"""A negation is at least this share as doubtful as the word beside it."""

LONG = 5
"""Words of this many letters mostly carry meaning; shorter ones mostly do not."""

GARBLED = 0.15
"""Words in doubt side by side matter more: there something quite different may have been said."""

CAN_DOUBT = 0.04
"""Below this next to nothing was wrong in the speech that these numbers were chosen on (benchmarks/checks.py)."""

CAN = ("can", "can't")
"""They sound so alike that a little doubt (`CAN_DOUBT`) counts as doubt enough."""

AFTER = 3
"""A risk word this many words after an auxiliary makes a lost "not" matter most."""

NEAR_WORDS = 4
"""A risk word this many words away makes it matter more."""

SURE = 0.97
"""From this probability on, in every word concerned, the engine counts as sure."""

LEAST_LIKELY = 0.004
"""An alternative this likely has the lowest score; ten times as likely scores 0.2 more."""

LIKE = 0.55
"""Words in doubt that are this much like a risk word matter more."""

NAMED, LETTERS = 0.7, 5
"""From this likeness on a risk word of so many letters is named; below it one that is named was hardly ever said."""

TELLING = 0.1
LONG_ENOUGH = 4
"""What else was heard tells something from this probability and this many letters on."""


def meaning(words: Words) -> Iterator[Finding]:
    """Everything that might change what the words mean, in no order."""
    parted = differences(words)
    doubt = doubts(words, parted)
    rivals = in_mind(words)
    yield from _second_thoughts(words, parted)
    yield from _nearly_written(words, rivals)
    yield from _missing_nots(words, doubt, rivals)
    yield from _in_doubt(words, doubt, _other_texts(words, parted))


def doubts(words: Words, parted: Sequence[Difference]) -> list[float]:
    """For each word how doubtful it is, in [0, 1]: from the engine's probability and the second reading."""
    doubt = [1 - (NO_PROBABILITY if word.probability is None else word.probability) for word in words.words]
    for difference in parted:
        for i in range(difference.first, difference.last):
            doubt[i] = min(1.0, doubt[i] + DISAGREEMENT)
    for i, word in enumerate(words.words):
        if doubt[i] >= CAN_DOUBT and token_of(word.text) in CAN:
            doubt[i] = max(doubt[i], DOUBTFUL_AUXILIARY)
    return doubt


def _second_thoughts(words: Words, parted: Sequence[Difference]) -> Iterator[Finding]:
    """Places where the second reading has a negation or a risk word too many or too few."""
    for difference in parted:
        turned, risky = turns_round(words, difference), changes_risk(words, difference)
        if not (turned or risky) or not words.words:
            continue
        first, last = max(0, difference.first - 1), min(len(words.words), difference.last + 1)
        inner = words.words[difference.first : difference.last] or words.words[first:last]
        ours = phrase(words.words[first:last])
        theirs = _phrase_around(words.words, first, difference, last)
        yield Finding(
            span=span_of(inner),
            sign="second_negation" if turned else "second_risk",
            score=3.0 if turned else 2.5,
            reason=f"Heard '{ours}'; a second listening heard '{theirs}'.",
            heard=ours,
            must=True,
        )


def _nearly_written(words: Words, rivals: InMind) -> Iterator[Finding]:
    """Negations and risk words that the recogniser nearly wrote; a "not" beside an auxiliary is told elsewhere."""
    for place, rival in rivals.negations.items():
        if _beside_auxiliary(words, place) is not None and lost_not(words, place, rival):
            continue
        first = place - 1 if lost_not(words, place, rival) else place
        heard = words.words[max(0, first) : place + 1]
        yield Finding(
            span=span_of(heard),
            sign="nearly_negation",
            score=0.75 * _by_likelihood(rival),
            reason=_maybe(words, place, rival, phrase(heard)),
            heard=phrase(heard),
        )
    for place, rival in rivals.risks.items():
        ours = phrase(words.words[place : place + 1])
        yield Finding(
            span=span_of(words.words[place : place + 1]),
            sign="nearly_risk",
            score=0.4 + 0.7 * rival.probability,
            reason=f"Heard '{ours}'; it could be '{rival.text}'.",
            heard=ours,
        )


def _maybe(words: Words, place: int, rival: Rival, heard: str) -> str:
    if lost_not(words, place, rival):
        return f"Heard '{heard}'; a 'not' may be missing."
    return f"Heard '{heard}'; there may be a '{rival.text}' here."


def _by_likelihood(rival: Rival) -> float:
    likely = 0.1 * log10(rival.probability / LEAST_LIKELY) if rival.probability > LEAST_LIKELY else 0.0
    return 0.5 + 2 * likely


def _beside_auxiliary(words: Words, place: int) -> int | None:
    """The number of the first auxiliary that a "not" in this place would belong to."""
    for i in (place, place - 1):
        if 0 <= i < len(words.words) and _first_auxiliary(words, i):
            return i
    return None


def _first_auxiliary(words: Words, i: int) -> bool:
    """Whether a word is an auxiliary and, of "would have been", the first."""
    return is_auxiliary(words.words[i].text) and not (i and is_auxiliary(words.words[i - 1].text))


def _missing_nots(words: Words, doubt: Sequence[float], rivals: InMind) -> Iterator[Finding]:
    """Statements that a lost "not" would turn round: an auxiliary without a negation."""
    for i in range(len(words.words)):
        if not _first_auxiliary(words, i):
            continue
        if any(is_negation(other.text) for other in words.words[max(0, i - 1) : i + 3]):
            continue
        score = _missing_score(words, doubt, rivals, i)
        if score:
            heard = phrase(words.words[i : i + 2])
            yield Finding(
                span=span_of(words.words[i : i + 2]),
                sign="missing_not",
                score=score,
                reason=f"Heard '{heard}'; a 'not' may be missing.",
                heard=heard,
            )


def _missing_score(words: Words, doubt: Sequence[float], rivals: InMind, i: int) -> float:
    """How much an auxiliary without a "not" matters: by what the engine had in mind, by what follows, by doubt."""
    here = [rivals.negations[at] for at in (i, i + 1) if at in rivals.negations]
    near = [rival for rival in here if any(lost_not(words, at, rival) for at in (i, i + 1))]
    backed = max(map(_by_likelihood, near), default=0.0)
    follows = _rest(words.words, i, AFTER)
    around = words.words[max(0, i - NEAR_WORDS) : i + 1 + NEAR_WORDS]
    doubtful = max(doubt[i : i + 2])
    risky = any(is_risk(word.text) for word in follows)
    close = risky or any(is_risk(word.text) for word in around)
    polar = _polar(words.words, i)
    if not (backed or polar or close or doubtful >= DOUBTFUL_AUXILIARY):
        return 0.0
    sure = i in rivals.looked_at and not here and doubtful <= 1 - SURE
    lexical = 0.1 + 0.4 * doubtful + (0.25 if risky else 0.1 if close else 0.0)
    if i in rivals.looked_at and not here:
        lexical *= 0.4 if sure or not risky else 0.7
    return max(backed + (0.15 if close else 0.0), lexical, 0.6 if polar else 0.0)


def _rest(words: Sequence[Word], i: int, most: int) -> list[Word]:
    """Up to ``most`` words after a word, in the same sentence."""
    rest: list[Word] = []
    for before, word in zip(words[i:], words[i + 1 : i + 1 + most], strict=False):
        if ends_sentence(before.text):
            break
        rest.append(word)
    return rest


def _polar(words: Sequence[Word], i: int) -> bool:
    """Whether "any" or the like follows, as it does after a "not" ("there are any left"), and it is no question."""
    follows = _rest(words, i, NEAR_WORDS)
    if not any(is_polar(word.text) for word in follows) or is_pronoun(follows[0].text):
        return False
    sentence = _rest(words, i, 30)
    return not (sentence and sentence[-1].text.rstrip("\"'”’").endswith("?"))


def _in_doubt(words: Words, doubt: Sequence[float], others: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """Doubtful negations and risk words, every risk word as far as there is room, and other words in doubt."""
    for i, (word, doubtful) in enumerate(zip(words.words, doubt, strict=True)):
        heard = phrase([word])
        if is_negation(word.text):
            doubtful = max(doubtful, BESIDE * max(doubt[max(0, i - 1) : i + 2]))
            if doubtful >= DOUBTFUL_NEGATION:
                reason = f"Heard '{heard}'; make sure that it was said."
                yield _doubtful(word, "doubtful_negation", 0.35 + 0.5 * doubtful, reason)
        elif is_risk(word.text):
            yield _doubtful(word, "doubtful_risk", 0.1 + 0.6 * doubtful, f"Heard '{heard}'; make sure of this word.")
        elif doubtful >= UNSURE:
            yield _unsure(words.words, i, doubt, others[i])


def _unsure(words: Sequence[Word], i: int, doubt: Sequence[float], others: Sequence[str]) -> Finding:
    """A plain word in doubt, and which risk word it is like, alone or with a doubtful word beside it."""
    heard = phrase([words[i]])
    texts = [words[i].text, *others]
    if i + 1 < len(words) and doubt[i + 1] >= MAY_BE_ANOTHER:
        texts.append(words[i].text + words[i + 1].text)
    like, alike = most_like(texts) if doubt[i] >= MAY_BE_ANOTHER else ("", 0.0)
    near = words[max(0, i - 2) : i + 3]
    telling = any(is_negation(other.text) or is_risk(other.text) for other in near)
    base = 0.45 if len(token_of(words[i].text)) >= LONG else 0.35
    score = doubt[i] * (base + (0.2 * alike if alike >= LIKE else 0.0)) + (0.05 if telling else 0.0)
    score += GARBLED * max([0.0, *doubt[max(0, i - 1) : i], *doubt[i + 1 : i + 2]])
    if alike >= NAMED and len(like) >= LETTERS and like in RISK_WORDS:
        return _doubtful(words[i], "named_risk", score, f"Heard '{heard}'; it could be '{like}'.")
    return _doubtful(words[i], "like_risk" if alike >= LIKE else "unsure", score, f"Not sure of '{heard}'.")


def _other_texts(words: Words, parted: Sequence[Difference]) -> list[list[str]]:
    """For each word what else was heard in its place: by the second reading, or among the alternatives."""
    others: list[list[str]] = [[] for _ in words.words]
    for difference in parted:
        for i in range(difference.first, difference.last):
            others[i] += [text for text in (*difference.other, "".join(difference.other)) if len(text) >= LONG_ENOUGH]
    starts = {word.start_ms: i for i, word in reversed(list(enumerate(words.words)))}
    for stretch in words.stretches:
        for alternative in stretch.alternatives:
            telling = alternative.probability >= TELLING and len(alternative.text) >= LONG_ENOUGH
            if telling and alternative.start_ms in starts:
                others[starts[alternative.start_ms]].append(alternative.text)
    return others


def _doubtful(word: Word, sign: str, score: float, reason: str) -> Finding:
    return Finding(span=span_of([word]), sign=sign, score=score, reason=reason, heard=phrase([word]))


def _phrase_around(words: Sequence[Word], first: int, difference: Difference, last: int) -> str:
    """The second reading in the place of our words, with a word on either side."""
    before = [word.text for word in words[first : difference.first]]
    after = [word.text for word in words[difference.last : last]]
    return joined([*before, *difference.other, *after])

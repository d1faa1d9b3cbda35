"""The judge that asks a language model: one question for each element, window and sample; every answer is checked.

Speech is data. Utterances that speak to the software are removed from what the model sees, can be no evidence, and are
listed for the reviewer; the rest stands between marks that follow from the whole text, so that nothing said can close
them. What the model quotes is looked up, and what it says in its own words is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.errors import EngineError, NoAnswerError, UnreachableError
from models.ports import Answerer, Progress, no_progress
from models.records.prompt import Prompt
from models.records.provenance import Engine
from models.records.rubric import Element, Rubric
from models.records.scoring import Circumstances, NoScore, Observed, Suggestion, Verdict
from pipelines.judges.addressed import addressed, speaks_to_software
from pipelines.judges.merge import Part, merged, unanswered
from pipelines.judges.sheet import Shown, fenced, numbered, told_of
from pipelines.judges.votes import Vote, read_vote
from pipelines.judges.windows import windows

Prompts = Callable[[Rubric, Element, str, str], Prompt]
"""Makes the prompt for an element from the transcript's text and what is known of the session."""

VERSION = "1"
_LEAST_ROOM = 200
"""Tokens: with less room than this for the transcript, a window holds too little talk to judge."""
_MARGIN = 64
_OVERLAP = 0.15
_GIVE_UP = 3
"""After so many questions in a row that did not reach the model, it is not asked again."""


class LanguageJudge:
    """Implements the port `models.ports.Judge` with a language model behind an `Answerer`.

    ``samples`` questions are asked about each window, with seeds 1, 2, 3 ... and another mark around the transcript;
    ``prompt_set`` says which prompts are used, as a digest, and takes part in the engine's identity.
    """

    def __init__(self, answerer: Answerer, prompts: Prompts, samples: int = 3, prompt_set: str = "") -> None:
        if samples < 1:
            raise ValueError("a judge has to ask at least once")
        self._answerer = answerer
        self._prompts = prompts
        self._samples = samples
        self._prompt_set = prompt_set

    @property
    def engine(self) -> Engine:
        """The model that answers, how often it is asked, and by which prompts."""
        model = self._answerer.engine
        options = {**model.options, "samples": str(self._samples), "judge": VERSION}
        if self._prompt_set:
            options["prompts"] = self._prompt_set
        return replace(model, options=options)

    def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
        """One suggestion for each element, in the rubric's order; see `models.ports.Judge`."""
        lines = observed.coding.utterances
        removed = addressed([line.text for line in lines])
        ids = tuple(line.id for line, found in zip(lines, removed, strict=True) if found)
        circumstances, goal, told = _cleaned(observed)
        shown = numbered(observed.coding, frozenset(ids))
        sitting = _Sitting(self._answerer, self._prompts, self._samples, rubric, shown, circumstances, goal)
        suggestions = []
        for number, element in enumerate(rubric.elements, 1):
            suggestions.append(_unasked(element, observed, rubric, shown) or sitting.suggestion(element))
            progress(number / len(rubric.elements))
        if sitting.unreachable and not sitting.answered:
            raise EngineError(f"The language model gave no answer at all. {sitting.unreachable}")
        notes = _notes(len(ids), sitting) + told
        return Verdict(
            suggestions=tuple(suggestions), notes=notes, addressed=ids, quotes_dropped=sitting.quotes_dropped
        )


def _unasked(element: Element, observed: Observed, rubric: Rubric, shown: Sequence[Shown]) -> Suggestion | None:
    """The suggestion where the question need not be put to the model."""
    if element.needs_change_goal and not observed.coding.change_goal:
        because = "No change goal was stated beforehand, and without one this element does not apply."
        return Suggestion(element=element.id, score=None, reason=NoScore.NOT_APPLICABLE, because=because)
    if observed.length_ms < rubric.length.counts_only_ms:
        because = "The session is too short for a score; its measures are all that can be said."
    elif not any(line.scored for line in shown):
        role = observed.coding.setting.scored_role.replace("_", " ")
        because = f"No utterance that can be judged is by a voice with the role {role}. Check who is who."
    else:
        return None
    return Suggestion(element=element.id, score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because=because)


def _cleaned(observed: Observed) -> tuple[Circumstances, str | None, tuple[str, ...]]:
    """What was typed in about the session, without entries that speak to the software, and a note about those."""
    about = observed.circumstances
    entries = {"purpose": about.purpose, "legal status": about.legal_status, "change goal": observed.coding.change_goal}
    refused = [name for name, text in entries.items() if text and speaks_to_software(text)]
    kept = {name: None if name in refused else text for name, text in entries.items()}
    note = f"Not shown to the language model, because it speaks to the software: {', '.join(refused)}."
    cleaned = replace(about, purpose=kept["purpose"], legal_status=kept["legal status"])
    return cleaned, kept["change goal"], (note,) if refused else ()


def _notes(removed: int, sitting: _Sitting) -> tuple[str, ...]:
    notes = []
    if removed:
        were = "1 utterance speaks" if removed == 1 else f"{removed} utterances speak"
        notes.append(f"{were} to the software. The language model did not see the words; please listen.")
    if sitting.quotes_dropped:
        many = sitting.quotes_dropped
        notes.append(
            f"{many} offered as evidence {'was' if many == 1 else 'were'} dropped: not found in the transcript."
        )
    if sitting.failures:
        notes.append(f"{sitting.failures} of {sitting.asked} questions to the language model had no usable answer.")
    return tuple(notes)


@dataclass(slots=True)
class _Sitting:
    """One session before the model: asks, and keeps count."""

    answerer: Answerer
    prompts: Prompts
    samples: int
    rubric: Rubric
    shown: tuple[Shown, ...]
    circumstances: Circumstances
    goal: str | None
    asked: int = 0
    answered: int = 0
    failures: int = 0
    quotes_dropped: int = 0
    unreachable: str = ""
    _in_a_row: int = 0
    _sizes: tuple[int, ...] = ()

    def suggestion(self, element: Element) -> Suggestion:
        """Ask about one element in every window and merge the answers; a window without any ends the asking."""
        try:
            cut = self._windows(element)
        except NoAnswerError as refused:
            return unanswered(element, refused.why, 1)
        parts = []
        for number, window in enumerate(cut, 1):
            shown = self.shown[window.start : window.stop]
            if not any(line.scored for line in shown):
                continue
            votes, failures = self._votes(element, shown, (number, len(cut)))
            if not votes:
                return unanswered(element, failures[0], len(cut))
            weight = float(sum(line.scored for line in shown))
            parts.append(Part(votes=votes, weight=weight, asked=self.samples))
        return merged(element, parts)

    def _windows(self, element: Element) -> tuple[range, ...]:
        """How the session is cut for this element. Raises NoAnswerError where its prompt leaves no room."""
        about = told_of(self.circumstances, self.goal, (1, 99))
        empty = self.prompts(self.rubric, element, fenced((), 0), about)
        room = self.answerer.longest_prompt_tokens - self.answerer.count_tokens(empty.text) - _MARGIN
        if room < _LEAST_ROOM:
            raise NoAnswerError("The model's context is too short for this element's prompt. Give it a longer one.")
        if not self._sizes:
            self._sizes = tuple(self.answerer.count_tokens(line.line) + 1 for line in self.shown)
        return windows(self._sizes, room, int(room * _OVERLAP))

    def _votes(
        self, element: Element, shown: Sequence[Shown], part: tuple[int, int]
    ) -> tuple[tuple[Vote, ...], tuple[str, ...]]:
        """The votes about one window, and why others are missing."""
        votes: list[Vote] = []
        failures: list[str] = []
        for seed in range(1, self.samples + 1):
            try:
                votes.append(self._vote(element, shown, part, seed))
            except NoAnswerError as refused:
                failures.append(refused.why)
                self.failures += 1
        return tuple(votes), tuple(failures)

    def _vote(self, element: Element, shown: Sequence[Shown], part: tuple[int, int], seed: int) -> Vote:
        about = told_of(self.circumstances, self.goal, part)
        transcript = fenced([line.line for line in shown], seed)
        prompt = self.prompts(self.rubric, element, transcript, about)
        self.asked += 1
        if self.answerer.count_tokens(prompt.text) > self.answerer.longest_prompt_tokens:
            raise NoAnswerError("One utterance is too long for the model's context. Give it a longer one.")
        vote = read_vote(self._answer(prompt, seed), element, shown)
        self.quotes_dropped += vote.dropped
        return vote

    def _answer(self, prompt: Prompt, seed: int) -> str:
        if self._in_a_row >= _GIVE_UP:
            raise NoAnswerError(self.unreachable)
        try:
            answer = self.answerer.answer(prompt.text, prompt.schema, seed)
        except UnreachableError as refused:
            self._in_a_row += 1
            self.unreachable = refused.why
            raise
        except NoAnswerError:
            self._in_a_row = 0
            self.answered += 1
            raise
        self._in_a_row = 0
        self.answered += 1
        return answer

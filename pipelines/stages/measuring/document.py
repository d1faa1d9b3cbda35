"""docs/measures.md as text: what every measure means, and the rules it is counted by."""

from __future__ import annotations

from models.records.coding import Setting
from pipelines.stages.lexicon import BACKCHANNELS
from pipelines.stages.measuring.doubts import NEAR, PLAUSIBLE
from pipelines.stages.measuring.draws import DRAWS
from pipelines.stages.measuring.floor import LISTENER_WORDS, SIMILAR_AFFIRMATIONS, THOUGHT_WORDS
from pipelines.stages.measuring.kinds import MEASURES, MeasureKind
from pipelines.stages.measuring.times import INTERRUPTION_MS
from pipelines.stages.time_use import RUN

_INTRODUCTION = """# Measures of a session

Counts, shares and ratios that are computed from the codes of a session. They inform a conversation between a
coach and a worker; none is a score, none is a norm, and none says what a session achieved. It is the
practitioner's practice that is looked at, and in supervision the supervisor's. Everybody else is context.

The rules paraphrase the Motivational Interviewing Treatment Integrity code 4.2.1 (Moyers, Manuel and Ernst). A
machine that applies them to probabilities is not a trained coder with the recording: do not report these
figures as MITI scores.

This file is written by `python -m pipelines.stages.measures > docs/measures.md`; change
`pipelines/stages/measuring/` instead.
"""

_RULES = f"""## How they are counted

- A **stretch of speech** (MITI: a volley) is uninterrupted speech of that person. A listener's noise does not
  end it: at most {LISTENER_WORDS} words, all of this list, and not a question. After a question or a reflection
  such words are an answer, and end it. Their own noises are no stretch of speech.
- Listeners' words: {", ".join(sorted(BACKCHANNELS))}.
- **Each code counts once in a stretch of speech**, however often it occurs. One with a complex reflection
  counts as complex, not as simple beside it.
- **One code for one thought.** A line of one sentence of at most {THOUGHT_WORDS} words is taken for one
  thought: where it is an act (it seeks collaboration, affirms, confronts, structures ...), it is no question,
  reflection or information beside it. What is confronting and reflecting at once is neither. A longer line may
  hold several thoughts, and each of them counts. A reflection and the question that checks it always both
  count.
- Questions, reflections and information come from the coder's own heads for them; persuading, affirming,
  seeking collaboration, emphasising autonomy, confronting and structuring from its head for acts.
- **Affirmations** with the same words stop counting after {SIMILAR_AFFIRMATIONS}. Small words and their order
  do not matter to this; whether two affirmations mean the same in other words is not judged.
- **Defaults when unsure.** Two codes are in doubt where each has a probability of at least {PLAUSIBLE} and they
  are at most {NEAR} apart. Then one counts: of persuading and information, information; of complex and simple,
  simple; of emphasising autonomy and seeking collaboration, seeking; of either and affirming, affirming; of an
  inviting or strengthening act and any other code, the other; of a weak affirmation and nothing, nothing; of
  confronting and a question, confronting. Between confronting and a reflection, and between confronting and
  persuading, nothing is counted. A code that is switched off decides no doubt.
- What the coder has **switched off** because it was measured as too unreliable is not counted, and neither is a
  total that needs it. Reflections as such are known even where simple and complex cannot be told apart.
- **Nothing to divide by** means no value: a ratio needs at least one expected case below the line. It is never
  given as 0.
- **What a supervision was spent on** is a share of the time spoken by anybody, or of the words; greetings and
  listeners' noises take no part, and the shares add up to 1. Each line counts for every code with its probability
  (docs/time-use.md says how good these are); the value is what is expected, not the middle of the draws, and
  {RUN} lines in a row are drawn together, because talk stays with a topic and so do errors.
- **Times** are used where every utterance has one, otherwise words. Speaking over somebody for less than
  {INTERRUPTION_MS} ms is ordinary turn-taking.

## How sure

Every measure that rests on codes comes with an 80% interval. {DRAWS} times over, each line gets a class for
every head at random, by the coder's probabilities, and the rules above are applied; the value is the middle of
what came out, the interval leaves out the lowest and the highest tenth. It is the same each time. It holds the
coder's own doubt of each line, as if it were wrong in each line apart from all others, and nothing else: not a
coder that is wrong in one direction throughout a session, not a misheard word and not a voice taken for
another. Where a measure rests on times and words alone, both ends equal the value, which claims nothing about
how sure it is who spoke.

What is judged by ear (a lead-in that only cues a question, permission given minutes earlier, tone) is not in
the text and not in these rules. Advice that was asked for or agreed to counts as persuading.
"""


def explanation_text() -> str:
    """The whole of docs/measures.md."""
    tables = [_table(title, setting) for title, setting in _SETTINGS]
    return "\n".join([_INTRODUCTION, *tables, _RULES])


_SETTINGS = (("Direct practice", Setting.DIRECT_PRACTICE), ("Supervision", Setting.SUPERVISION))


def _table(title: str, setting: Setting) -> str:
    rows = [f"## {title}", "", "| Measure | Name | Unit | Meaning |", "|---|---|---|---|"]
    rows += [_row(kind) for kind in MEASURES if setting in kind.settings]
    return "\n".join([*rows, ""])


def _row(kind: MeasureKind) -> str:
    needs = " Needs a change goal." if kind.needs_goal else ""
    return f"| {kind.title} | `{kind.name}` | {kind.unit} | {kind.explanation}{needs} |"

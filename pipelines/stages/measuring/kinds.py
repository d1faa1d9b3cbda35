"""Every measure there is, with the words a coach reads. The wording lives here and nowhere else.

"A stretch of speech" is what MITI calls a volley: uninterrupted speech of the person whose practice is looked at, the
practitioner or in supervision the supervisor.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.records.coding import Setting

BOTH = (Setting.DIRECT_PRACTICE, Setting.SUPERVISION)
DIRECT = (Setting.DIRECT_PRACTICE,)
SUPERVISION = (Setting.SUPERVISION,)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureKind:
    """What a measure is called, what it says, and what it is made of.

    ``unit`` is a unit of `models.records.scoring.Measure`; ``explanation`` is one sentence for a coach. ``codes`` names
    what the coder has to state, and ``heads`` the heads it has to answer; where one is off or missing, the measure is
    not available. ``per`` names what a ratio or share divides by, in the plural. ``from_codes`` is False where it
    rests on times and words alone: then the interval says nothing of how sure anybody is who spoke.
    """

    name: str
    unit: str
    title: str
    explanation: str
    settings: tuple[Setting, ...] = BOTH
    codes: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    per: str = ""
    needs_goal: bool = False
    from_codes: bool = True


def _count(code: str, title: str, explanation: str, head: str, *codes: str) -> MeasureKind:
    return MeasureKind(
        name=f"count_{code}",
        unit="count",
        title=title,
        explanation=explanation,
        codes=codes or (code,),
        heads=(head,),
    )


def _spent(code: str, title: str, on: str) -> MeasureKind:
    return MeasureKind(
        name=f"time_use_{code}",
        unit="share",
        title=f"Time on {title}",
        explanation=f"The share of the talk, both people's, that was spent on {on}.",
        settings=SUPERVISION,
    )


MEASURES: tuple[MeasureKind, ...] = (
    _count("question", "Questions", "Stretches of speech in which something was asked, however much.", "question"),
    _count(
        "open_question",
        "Open questions",
        "Stretches of speech with a question that leaves room for the person's own answer (a local split "
        "of questions).",
        "question",
        "question",
        "open_question",
    ),
    _count(
        "closed_question",
        "Closed questions",
        "Stretches of speech with a question that a word, a date or a yes or no would answer (a local "
        "split of questions).",
        "question",
        "question",
        "closed_question",
    ),
    _count(
        "reflection",
        "Reflections",
        "Stretches of speech that gave back what the other person said or meant, simply or with more depth.",
        "reflection",
    ),
    _count(
        "simple_reflection",
        "Simple reflections",
        "Stretches of speech that gave back what was said and added little, where nothing deeper was "
        "reflected beside it.",
        "reflection",
        "reflection",
        "simple_reflection",
    ),
    _count(
        "complex_reflection",
        "Complex reflections",
        "Stretches of speech that gave back meaning or feeling beyond the other person's words.",
        "reflection",
        "reflection",
        "complex_reflection",
    ),
    _count(
        "giving_information",
        "Giving information",
        "Stretches of speech that told or explained something without advising or arguing.",
        "input",
        "information",
    ),
    _count(
        "persuade",
        "Persuading",
        "Stretches of speech that tried to change a view or a decision by advice, reasons or argument; whether leave "
        "was given first is not known.",
        "mi_code",
    ),
    MeasureKind(
        name="count_persuade_with_permission",
        unit="count",
        title="Persuading with permission",
        explanation="Stretches of speech with advice the person had asked for or agreed to hear; the "
        "coder cannot tell, so it is "
        "never counted.",
        settings=DIRECT,
    ),
    _count(
        "affirm",
        "Affirming",
        "Stretches of speech that named a particular strength or effort of the other person; more than a "
        "few alike are not counted.",
        "mi_code",
    ),
    _count(
        "seeking_collaboration",
        "Seeking collaboration",
        "Stretches of speech that asked for leave, agreement or the other person's ideas, so that it "
        "became joint work.",
        "mi_code",
    ),
    _count(
        "emphasizing_autonomy",
        "Emphasising autonomy",
        "Stretches of speech that said plainly what is the other person's own choice to make.",
        "mi_code",
    ),
    _count(
        "confront",
        "Confronting",
        "Stretches of speech that argued with, blamed, shamed or warned the other person; saying a worry "
        "plainly is not meant.",
        "mi_code",
    ),
    _count(
        "structuring",
        "Structuring",
        "Stretches of speech that said what the talk is about, where it has got to or what comes next (a local code).",
        "mi_code",
    ),
    MeasureKind(
        name="reflection_to_question_ratio",
        unit="ratio",
        title="Reflections for each question",
        explanation="How many reflections there were for each question, each counted once in a stretch of speech.",
        codes=("reflection", "question"),
        heads=("reflection", "question"),
        per="questions",
    ),
    MeasureKind(
        name="percent_complex_reflections",
        unit="share",
        title="Share of reflections that are complex",
        explanation="Of the stretches of speech with a reflection, the share in which at least one was complex.",
        codes=("reflection", "simple_reflection", "complex_reflection"),
        heads=("reflection",),
        per="reflections",
    ),
    MeasureKind(
        name="open_question_share",
        unit="share",
        title="Share of questions that are open",
        explanation="Open questions as a share of open and closed ones, each counted once in a stretch of speech.",
        codes=("question", "open_question", "closed_question"),
        heads=("question",),
        per="questions",
    ),
    MeasureKind(
        name="mi_adherent_total",
        unit="count",
        title="Inviting and strengthening, together",
        explanation="Seeking collaboration, affirming and emphasising autonomy, added up.",
        codes=("seeking_collaboration", "affirm", "emphasizing_autonomy"),
        heads=("mi_code",),
    ),
    MeasureKind(
        name="mi_non_adherent_total",
        unit="count",
        title="Persuading and confronting, together",
        explanation="Persuading and confronting, added up; in statutory work some of it may be a duty.",
        codes=("persuade", "confront"),
        heads=("mi_code",),
    ),
    MeasureKind(
        name="percent_change_talk",
        unit="share",
        title="Share of change talk",
        explanation="Of what the family said for or against the change goal, the share that spoke for it.",
        settings=DIRECT,
        codes=("talk", "change", "sustain"),
        heads=("talk",),
        per="utterances of change or sustain talk",
        needs_goal=True,
    ),
    MeasureKind(
        name="change_talk_followed_up_rate",
        unit="share",
        title="Change talk that was taken up",
        explanation="Of the change talk after which the worker spoke again, the share where that stretch "
        "of speech held a "
        "reflection, an open question or (where the coder states them) an affirmation.",
        settings=DIRECT,
        codes=("talk", "change", "reflection", "question", "open_question"),
        heads=("talk", "reflection", "question"),
        per="utterances of change talk",
        needs_goal=True,
    ),
    MeasureKind(
        name="talk_share_practitioner",
        unit="share",
        title="The worker's share of the talk",
        explanation="The worker's share of all time spoken, or of all words where not every utterance has its time.",
        settings=DIRECT,
        from_codes=False,
    ),
    MeasureKind(
        name="talk_share_supervisor",
        unit="share",
        title="The supervisor's share of the talk",
        explanation="The supervisor's share of all time spoken, or of all words where not every utterance has its "
        "time.",
        settings=SUPERVISION,
        from_codes=False,
    ),
    MeasureKind(
        name="longest_monologue",
        unit="seconds",
        title="Longest stretch of speech",
        explanation="The longest time of speaking before somebody else did, in seconds without pauses, or in words "
        "where not every utterance has its time.",
    ),
    MeasureKind(
        name="interruptions",
        unit="count",
        title="Interruptions",
        explanation="How often the one whose practice is looked at began to speak at least half a second "
        "before somebody else had finished and "
        'went on after them; a listener\'s "mm" and speaking over an interpreter or an unknown voice do not count.',
        from_codes=False,
    ),
    MeasureKind(
        name="longest_question_run",
        unit="count",
        title="Longest run of questions",
        explanation="The most stretches of speech in a row that asked something and reflected nothing.",
        codes=("question", "reflection"),
        heads=("question", "reflection"),
    ),
    _spent("narr", "events", "telling what has happened: an account of events, visits and calls"),
    _spent("what", "tasks", "tasks: what is to be done, by whom and by when"),
    _spent("why", "meaning", "why things are as they are: explanations, and what speaks for and against them"),
    _spent(
        "how", "how to do it", "how the worker will do it: wording, planning, rehearsing, looking back at real talk"
    ),
    _spent("child", "the child", "what life is like for this child, and what the child has said or shown"),
    _spent("fam", "the family", "how the parents or the family see it, and what they do well"),
    _spent("risk", "risk and need", "risk and need: what is worrying, how sure it is, whether it is enough to act"),
    _spent("feel", "the worker's feelings", "how the worker is: feelings, strain and wellbeing"),
    _spent("dec", "decisions", "decisions that were made, with their reasons"),
    _spent("admin", "administration", "systems, forms, leave, figures and compliance"),
)
"""In the order in which they are shown."""


def kinds_of(setting: Setting) -> tuple[MeasureKind, ...]:
    """The measures of one setting, in their order."""
    return tuple(kind for kind in MEASURES if setting in kind.settings)

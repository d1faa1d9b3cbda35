"""A conversation with what people said of each of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.records.coding import Conversation
from models.records.scoring import NoScore


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A person's flag: this line is evidence for ("+") or against ("-") an element, by this indicator."""

    element: str
    direction: str
    indicator: str

    @property
    def evidence(self) -> str:
        """The evidence's name, as in ``models.coder.labels.EVIDENCE``: "empathy+"."""
        return f"{self.element}{self.direction}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What people said of one line.

    ``heads``: head -> class -> share of the annotators who chose it, adding to 1; a head nobody judged is absent.
    ``mi_codes`` as written in the source, empty where it has none. ``labels`` is None where flags were not looked for.
    ``time_use`` is one of ``models.coder.time_use.codes.CLASSES``, None where nobody judged it.
    """

    heads: dict[str, dict[str, float]] = field(default_factory=dict)
    mi_codes: tuple[str, ...] = ()
    labels: tuple[Label, ...] | None = None
    time_use: str | None = None

    def choice(self, head: str) -> str | None:
        """The class most annotators chose, the first of equals; None if nobody judged this head."""
        shares = self.heads.get(head)
        return max(shares, key=lambda name: shares[name]) if shares else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldScore:
    """What a person scored one element of a session: 1 to 5, or why not; and the turns it rests on."""

    score: int | NoScore
    evidence_turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One conversation with its labels, line by line.

    ``name`` is unique within its source; ``group`` holds together what must not be split between training and
    test (a video, a session, one author's file of single utterances). ``quality`` is what the source says of the
    whole conversation ("high", "low"), None where it says nothing. ``scores`` by element, empty where nobody scored.
    """

    name: str
    group: str
    source: str
    conversation: Conversation
    gold: tuple[Gold, ...]
    quality: str | None = None
    scores: dict[str, GoldScore] = field(default_factory=dict)

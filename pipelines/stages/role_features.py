"""What a voice's words say about its role: a few counts that a person can follow, per word spoken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.stages.lexicon import token_of

SHRINK_WORDS = 60
"""A voice with this many words counts for half; one that hardly speaks says hardly anything about itself."""

SHRINK_UTTERANCES = 6

PHRASES: Mapping[str, tuple[str, ...]] = {
    "asking": (
        "(do|are|have|did|would|can|could|will|were|don't|aren't|haven't|didn't) (you|he|she|they|we)",
        "(what|how|when|where|who|why) (do|did|does|are|is|was|were|would|have|has|can|could|will|about|made|"
        "else|long|often|many|much)",
        "(what's|how's|who's|where's|when's|tell me|anything else|is that|is it|is there|was it|was that|has he|"
        "has she|is he|is she)",
    ),
    "reflecting": (
        "(sounds|seems|looks|feels) (like|as)",
        "it (sounds|seems)",
        "so (you|you're|you've|it's|that's|for you|what|there's|if)",
        "you (feel|felt|said|mentioned|told me|want|wanted|love|care|worry|know that)",
        "you're (feeling|saying|thinking|worried|wanting|finding|trying)",
        "(i'm hearing|on the one hand|part of you|if i've|have i got)",
    ),
    "you": ("(you|your|you're|you've|you'd|you'll|yourself)",),
    "self": ("(i|i'm|i've|i'd|i'll|my|me|myself|mine)",),
    "own story": (
        "i (was|had|did|didn't|don't|do|just|can't|couldn't|never|went|got|used|said|told|hate|feel|felt|guess|"
        "need|tried|don't know|know)",
        "(i've been|i'm not|i've got|i ain't|i dunno)",
    ),
    "own family": (
        "(my|me|our) (mum|mam|mom|dad|mother|father|son|daughter|kids|kid|boys|girls|lad|husband|wife|boyfriend|"
        "girlfriend|partner|ex|brother|sister|nan|friends|friend|mate|mates|baby)",
    ),
    "agency": (
        "(assessment|assessments|conference|plan|plans|referral|visit|visits|manager|team|council|review|"
        "meeting|report|reports|support|service|services|court|guardian|supervision)",
        "(social worker|health visitor|family support|core group|school (said|told|have|says|rang)|concern|"
        "concerns|worried about|safeguarding|information|options)",
    ),
    "purpose": (
        "(i'm here|talk about|talk through|go through|i wanted to|i'd like to|i was wondering|wondering|"
        "shall we|is it okay|is it ok|would it be|let's|if that's|if it's|next time|next week|before i|can i|"
        "could i|may i|today|on a scale)",
    ),
    "fillers": ("(um|uh|er|like|you know|i mean|whatever|dunno|stuff|anyway|innit)",),
    "we": ("(we|we'll|we're|we've|we'd|us)",),
}

STARTS: Mapping[str, tuple[str, ...]] = {
    "answers": ("yeah", "yes", "yep", "no", "nah", "yup", "not", "because", "well", "i", "i'm", "it's", "just"),
    "leads": ("so", "okay", "ok", "right", "and", "alright", "what", "how", "thank", "thanks", "great"),
}

REPORTING = re.compile(
    r"(?<!\S)(?:(?:he|she|they) (?:says|asks|say|ask|wants|is asking|is saying)|(?:i have told|i told|"
    r"tell) (?:her|him|them))"
    r"(?!\S)"
)
"""How an interpreter speaks of the person they speak for. Too rare in what the model learned from to be a feature."""

_PATTERNS = {name: re.compile(r"(?<!\S)(?:" + "|".join(parts) + r")(?!\S)") for name, parts in PHRASES.items()}

NAMES = ("question marks", *PHRASES, *STARTS, "word length", "utterance length")
"""The features in the order in which the model's weights stand."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one voice's words; ``seen`` follows `NAMES`; divided by ``by`` it is a rate."""

    words: int
    utterances: int
    seen: tuple[float, ...]
    by: tuple[float, ...]
    reports: int = 0

    def __getitem__(self, name: str) -> float:
        """How often something was seen."""
        return self.seen[NAMES.index(name)]


def count(texts: Iterable[str]) -> Counts:
    """Count the features in the utterances of one voice."""
    said = [text for text in texts if text.strip()]
    lines = [[token for token in map(token_of, text.split()) if token] for text in said]
    plain = [" ".join(line) for line in lines]
    words = sum(map(len, lines))
    found = [float(sum(text.count("?") for text in said))]
    found += [float(sum(len(pattern.findall(line)) for line in plain)) for pattern in _PATTERNS.values()]
    found += [float(sum(line[0] in starts for line in lines if line)) for starts in STARTS.values()]
    found += [float(sum(len(token) for line in lines for token in line)), float(words)]
    spoken = float(len(lines))
    by = [float(words)] * (1 + len(PHRASES)) + [spoken] * len(STARTS) + [float(words), spoken]
    reports = sum(len(REPORTING.findall(line)) for line in plain)
    return Counts(words=words, utterances=len(lines), seen=tuple(found), by=tuple(by), reports=reports)


def rates(counts: Counts, usual: Sequence[float], *, punctuated: bool) -> list[float]:
    """How far each feature lies from what is usual, drawn to 0 where a voice says little.

    ``usual`` are the rates over everybody. Without punctuation question marks say nothing and give 0.
    """
    shrink = [SHRINK_WORDS] * (1 + len(PHRASES)) + [SHRINK_UTTERANCES] * len(STARTS) + [SHRINK_WORDS, SHRINK_UTTERANCES]
    away = [
        (seen - expected * by) / (by + few)
        for seen, by, expected, few in zip(counts.seen, counts.by, usual, shrink, strict=True)
    ]
    if not punctuated:
        away[0] = 0.0
    return away

"""Sessions for the tests of the outputs: small, realistic from the demo script, hostile, and long."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from models.records.audio import Advice, Recording
from models.records.provenance import Engine, StageTime, Weights
from models.records.session import SCHEMA_VERSION, Coverage, Session, SessionTurn, SessionUtterance, Speaker
from models.records.speech import Check, Role, Timing, Word

PRACTITIONER, PARENT = "SPEAKER_00", "SPEAKER_01"
ROLES = {PRACTITIONER: Role.PRACTITIONER, PARENT: Role.PARENT_OR_CARER}
MS_A_WORD, PAUSE_MS = 310, 350
SAMPLE = (
    (PRACTITIONER, "Thanks for seeing me today. What would you like to talk about first?"),
    (PARENT, "The mornings, I suppose. We are always late and it is not for want of trying."),
    (PRACTITIONER, "You try hard, and it still goes wrong."),
    (PARENT, "I wasn't drunk. I had a couple the night before, that's all."),
    (PRACTITIONER, "Mm."),
    (PARENT, "And he has never been hurt. I would not let that happen."),
)


def small_session() -> Session:
    """Two voices, six utterances, two checks."""
    return build(SAMPLE, heard={3: "wasn't", 5: "never"})


def demo_session(script: Path) -> Session:
    """The demo script's turns with invented times."""
    turns = json.loads(script.read_text("utf-8"))["turns"]
    voices = {Role.PRACTITIONER: PRACTITIONER}
    said = tuple((voices.get(Role(turn["role"]), PARENT), turn["text"]) for turn in turns)
    negations = [n for n, (_, text) in enumerate(said) if "n't" in text]
    heard = {n: next(w for w in said[n][1].split() if "n't" in w).strip(".,?") for n in negations[:7]}
    return build(said, heard=heard)


def long_session(utterances: int = 2000) -> Session:
    """An hour and more of talk, a check for every twentieth utterance."""
    said = tuple(SAMPLE[n % len(SAMPLE)] for n in range(utterances))
    return build(said, heard={n: said[n][1].split()[-1] for n in range(0, utterances, 20)})


def hostile_session() -> Session:
    """Speech, labels and ids that try to break out of every format."""
    bad = "</script><img src=x onerror=alert(1)> --> <v Bob>&amp;\"' \u202eevil\u2069 \U0001f600\u2028NOTE\n\nWEBVTT"
    voice = 'SPEAKER <b>"x"</b>\u202e'
    said = ((PRACTITIONER, bad), (voice, "x" * 50_000), (PARENT, "{{ 7 * 7 }} {% raw %} <!-- ]]> %3Cscript%3E"))
    session = build(said, heard={0: bad})
    first, *others = session.utterances
    named = replace(first, id='u" onclick="alert(1)" --> \n')
    check = replace(session.checks[0], id="c'><script>", utterances=(named.id,), reason=bad)
    engines = {"transcribe": Engine(name="<i>engine</i>", version="</style>", options={"x": bad})}
    return replace(
        session,
        id="../<session>",
        utterances=(replace(named, checks=(check.id,)), *others),
        checks=(check,),
        advice=(Advice(code="x", message=bad),),
        engines=engines,
        language='en"><script>',
    )


def empty_session() -> Session:
    """A recording in which nobody speaks."""
    return build((), heard={})


def build(said: tuple[tuple[str, str], ...], *, heard: dict[int, str]) -> Session:
    """A session of these utterances one after another; ``heard`` gives checks by number of utterance."""
    utterances: list[SessionUtterance] = []
    now = 600
    for number, (voice, text) in enumerate(said):
        checks = (f"c{number:04d}",) if number in heard else ()
        utterance = _utterance(number, voice, text, now, checks)
        utterances.append(utterance)
        now = utterance.end_ms + (-400 if text == "Mm." else PAUSE_MS + 130 * (number % 7))
    duration = now + 1000
    return Session(
        schema_version=SCHEMA_VERSION,
        id="5f1c0a9e2b7d4c31",
        recording=_recording(duration),
        advice=(Advice(code="low_level", message="The recording is quiet. Put the recorder closer next time."),),
        engines=_engines(),
        timing=Timing.ESTIMATED,
        language="en",
        speakers=_speakers(utterances),
        turns=tuple(SessionTurn(start_ms=u.start_ms, end_ms=u.end_ms, speaker=u.speaker) for u in utterances),
        utterances=tuple(utterances),
        checks=_checks(utterances, heard),
        check_share=0.062 if heard else None,
        coverage=Coverage(speech_ms=now, transcribed_ms=now - 100, share=0.99)
        if said
        else Coverage(speech_ms=0, transcribed_ms=0, share=None),
        stages=(StageTime(stage="transcribe", seconds=12.4, real_time_factor=0.049),),
    )


def _utterance(number: int, voice: str, text: str, start_ms: int, checks: tuple[str, ...]) -> SessionUtterance:
    words = tuple(
        Word(
            start_ms=start_ms + n * MS_A_WORD,
            end_ms=start_ms + (n + 1) * MS_A_WORD,
            text=word,
            probability=0.42 if (number * 7 + n) % 41 == 11 else None,
        )
        for n, word in enumerate(text.split())
    )
    return SessionUtterance(
        start_ms=start_ms,
        end_ms=words[-1].end_ms,
        id=f"u{number:04d}",
        speaker=voice,
        role=ROLES.get(voice, Role.UNKNOWN),
        role_confidence=0.93 if voice in ROLES else 0.0,
        text=text,
        words=words,
        overlap=text == "Mm." or number % 23 == 17,
        margin=0.71,
        checks=checks,
    )


def _recording(duration_ms: int) -> Recording:
    return Recording(
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        size_bytes=2_093_412,
        container="mp4",
        codec="aac",
        channels=1,
        sample_rate_hz=44_100,
        duration_ms=duration_ms,
    )


def _engines() -> dict[str, Engine]:
    weights = Weights(name="moonshine-small-en", sha256="a" * 64)
    return {
        "transcribe": Engine(name="moonshine-voice", version="0.0.73", weights=(weights,), options={"threads": "1"}),
        "diarize": Engine(name="embedded-diarizer", version="1"),
        "decode": Engine(name="pyav", version="18.1.0"),
    }


def _speakers(utterances: list[SessionUtterance]) -> tuple[Speaker, ...]:
    total = sum(u.duration_ms for u in utterances)
    reasons = {PRACTITIONER: "Asks most of the questions and says what happens next."}
    return tuple(
        Speaker(
            speaker=voice,
            role=ROLES.get(voice, Role.UNKNOWN),
            role_confidence={PRACTITIONER: 0.93, PARENT: 0.66}.get(voice, 0.0),
            role_reason=reasons.get(voice, "Talks about family life and answers questions."),
            source="suggested",
            speech_ms=(mine := sum(u.duration_ms for u in utterances if u.speaker == voice)),
            share=round(mine / total, 4),
            turns=sum(u.speaker == voice for u in utterances),
        )
        for voice in dict.fromkeys(u.speaker for u in utterances)
    )


def _checks(utterances: list[SessionUtterance], heard: dict[int, str]) -> tuple[Check, ...]:
    reasons = (
        ("negation", "A second reading of the sound does not have this “not”. It could turn the sentence round."),
        ("risk_word", "A word about risk that a second reading of the sound does not support."),
        ("overlap", "Two people speak at once, so words may be missing."),
    )
    return tuple(
        Check(
            start_ms=utterances[number].start_ms,
            end_ms=min(utterances[number].end_ms, utterances[number].start_ms + 4000),
            id=f"c{number:04d}",
            rank=rank + 1,
            kinds=(reasons[rank % 3][0],),
            reason=reasons[rank % 3][1],
            utterances=(utterances[number].id,),
            heard=words,
        )
        for rank, (number, words) in enumerate(heard.items())
    )

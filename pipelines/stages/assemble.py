"""Everything the stages found, as the one document that is written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.records.audio import Audio
from models.records.provenance import Engine, StageTime
from models.records.session import SCHEMA_VERSION, Coverage, Session, SessionTurn, SessionUtterance, Speaker
from models.records.span import Span, intersection, total_ms
from models.records.speech import Role, Speech, Transcript, Turns, Utterance, Words


def assemble(
    audio: Audio,
    speech: Speech,
    turns: Turns,
    words: Words,
    transcript: Transcript,
    *,
    engines: Mapping[str, Engine],
    seconds: Mapping[str, float],
    given: Mapping[str, Role],
) -> Session:
    """The session document. ``seconds`` are those of each stage; ``given`` the roles a person decided."""
    return Session(
        schema_version=SCHEMA_VERSION,
        id=f"rec-{audio.recording.sha256[:12]}",
        recording=audio.recording,
        advice=audio.advice,
        engines=dict(engines),
        timing=transcript.timing,
        language=transcript.language,
        speakers=_speakers(turns, transcript, given),
        turns=tuple(SessionTurn(start_ms=t.start_ms, end_ms=t.end_ms, speaker=t.speaker) for t in turns.turns),
        utterances=session_utterances(transcript),
        checks=transcript.checks,
        check_share=_share(total_ms(transcript.checks), audio.duration_ms),
        coverage=_coverage(speech, words),
        stages=_times(seconds, audio.duration_ms),
    )


def session_utterances(transcript: Transcript) -> tuple[SessionUtterance, ...]:
    """The utterances with their speakers' roles and the checks that touch them."""
    return tuple(_utterance(utterance, transcript) for utterance in transcript.utterances)


def _speakers(turns: Turns, transcript: Transcript, given: Mapping[str, Role]) -> tuple[Speaker, ...]:
    labels = sorted({*turns.speakers, *(u.speaker for u in transcript.utterances)})
    spoken = {label: [t for t in turns.turns if t.speaker == label] for label in labels}
    everything = sum(total_ms(own) for own in spoken.values())
    speakers = []
    for label in labels:
        role = transcript.role_of(label)
        speakers.append(
            Speaker(
                speaker=label,
                role=role.role,
                role_confidence=role.confidence,
                role_reason=role.reason,
                source="given" if label in given else "suggested",
                speech_ms=total_ms(spoken[label]),
                share=_share(total_ms(spoken[label]), everything) or 0.0,
                turns=len(spoken[label]),
            )
        )
    return tuple(speakers)


def _utterance(utterance: Utterance, transcript: Transcript) -> SessionUtterance:
    role = transcript.role_of(utterance.speaker)
    return SessionUtterance(
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        id=utterance.id,
        speaker=utterance.speaker,
        role=role.role,
        role_confidence=role.confidence,
        text=utterance.text,
        words=utterance.words,
        overlap=utterance.overlap,
        margin=utterance.margin,
        checks=tuple(check.id for check in transcript.checks if utterance.id in check.utterances),
    )


def _coverage(speech: Speech, words: Words) -> Coverage:
    heard = total_ms(speech.spans)
    read: Sequence[Span] = [stretch for stretch in words.stretches if stretch.text.strip()] or words.words
    written = total_ms(intersection(speech.spans, read))
    return Coverage(speech_ms=heard, transcribed_ms=written, share=_share(written, heard))


def _times(seconds: Mapping[str, float], audio_ms: int) -> tuple[StageTime, ...]:
    length = audio_ms / 1000
    return tuple(
        StageTime(stage=stage, seconds=round(took, 3), real_time_factor=round(took / length, 4) if length else 0.0)
        for stage, took in seconds.items()
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None

"""A session as WebVTT subtitles, one cue for each utterance, with the voice named in each."""

from __future__ import annotations

import re

from models.records.session import Session, SessionUtterance
from pipelines.outputs.wording import MACHINE_NOTICE, one_line, role_name


def to_vtt(session: Session) -> str:
    """WebVTT. A cue's identifier is the utterance's id, its voice is ``SPEAKER_00 (practitioner)``.

    The voice keeps the label that session.json and turns.rttm use, so that the files can be laid side by side.
    Speech is escaped and kept on one line, so nothing said can end a cue or start a tag.
    """
    utterances = sorted(session.utterances, key=lambda u: (u.start_ms, u.end_ms, u.id))
    blocks = [f"WEBVTT - {MACHINE_NOTICE}", *(_cue(utterance) for utterance in utterances)]
    return "\n\n".join(blocks) + "\n"


def timestamp(milliseconds: int) -> str:
    """``hh:mm:ss.ttt``, with more digits of hours where it needs them."""
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"


def _cue(utterance: SessionUtterance) -> str:
    end_ms = max(utterance.end_ms, utterance.start_ms + 1)  # a cue may not be empty
    identifier = re.sub(r"[^\w.:-]|-->", "_", one_line(utterance.id)) or "_"
    voice = f"{utterance.speaker} ({role_name(utterance.role)})"
    times = f"{timestamp(utterance.start_ms)} --> {timestamp(end_ms)}"
    return f"{identifier}\n{times}\n<v {_escaped(voice)}>{_escaped(utterance.text)}</v>"


def _escaped(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

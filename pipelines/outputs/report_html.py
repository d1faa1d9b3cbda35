"""A session as one page that needs nothing else: dialogue, sound, elements and check list, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from models.records.session import Session, SessionUtterance
from pipelines.outputs import practice_wording, wording
from pipelines.outputs.practice_view import Practice, practice_view
from pipelines.outputs.report_view import View, strokes, view

CONTEXT_MS = 1000
"""How much before and after a passage is played with it."""
_TEMPLATES = Path(__file__).parent / "templates"
_KINDS_OF_SOUND = {
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}


def to_html(session: Session, playback: Path | None, peaks: Sequence[float], practice: Practice | None = None) -> str:
    """The report as one HTML file with style, script and sound inside.

    ``playback`` is a small compressed recording that browsers play (m4a, mp3, ogg, opus, wav or webm), or None: then
    the page shows no player. ``peaks`` outline it, in [0, 1]. ``practice`` None leaves out flags, elements and
    measures. The same arguments give the same bytes.
    Raises ValueError for another kind of sound file, OSError if it cannot be read.
    """
    shown = view(session)
    style, script = _asset("report.css") + _asset("practice.css"), _asset("report.js")
    return (
        _template_environment()
        .get_template("report.html.j2")
        .render(
            session=session,
            view=shown,
            practice=practice_view(practice, tuple(shown.lines)) if practice else None,
            practice_notice=practice_wording.SUGGESTION_NOTICE,
            words=wording,
            sound=_sound(playback),
            strokes=strokes(session.turns, shown.voices, peaks, session.recording.duration_ms),
            width=len(peaks),
            data=_data(session, shown),
            spoken_in=_spoken_in(session.language),
            engines=wording.engine_lines(session),
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704  our own file, which holds no "</"
            script=Markup(script),  # noqa: S704  likewise
        )
    )


@cache
def _template_environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _asset(name: str) -> str:
    """A file of ours to be put into the page. Raises ValueError if it would end its own element."""
    text = (_TEMPLATES / name).read_text("utf-8")
    if "</" in text:
        raise ValueError(f"{name} may not hold '</'")
    return text


def _policy(style: str, script: str) -> str:
    """What the page may do: its own style and script, its own sound, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "media-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _sound(playback: Path | None) -> Markup | None:
    if playback is None:
        return None
    kind = _KINDS_OF_SOUND.get(playback.suffix.lower())
    if kind is None:
        raise ValueError(f"a report cannot hold sound of the kind {playback.suffix!r}")
    packed = base64.b64encode(playback.read_bytes()).decode("ascii")
    return Markup(f"data:{kind};base64,{packed}")  # noqa: S704  base64 has nothing to escape, and there is much of it


def _spoken_in(language: str) -> Markup:
    """The attribute that tells screen readers to read speech in another language than the page's English."""
    other = re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", language) and not language.startswith("en")
    return Markup(' lang="{}"').format(language) if other else Markup("")


def _data(session: Session, shown: View) -> Markup:
    """What the script needs, numbers only: times of utterances, their words, and passages."""
    data = {
        "duration": session.recording.duration_ms,
        "context": CONTEXT_MS,
        "utterances": [[u.start_ms, u.end_ms, *_word_starts(u)] for u in (line.utterance for line in shown.lines)],
        "checks": [[passage.check.start_ms, passage.check.end_ms] for passage in shown.passages],
    }
    text = json.dumps(data, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  JSON without <, > and &


def _word_starts(utterance: SessionUtterance) -> list[int]:
    """Each word's start after the utterance's, in milliseconds; none where words and text do not match."""
    if len(wording.one_line(utterance.text).split()) != len(utterance.words):
        return []
    return [word.start_ms - utterance.start_ms for word in utterance.words]

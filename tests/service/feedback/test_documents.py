"""The PDF is written in a process of its own, tagged, with headings in the order they are read in."""

from __future__ import annotations

import re
import subprocess
import zlib
from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.records.coding import Setting
from service.feedback.errors import PdfFailedError, PdfPartMissingError
from service.feedback.pdf import NO_PANGO, pdf_of
from service.feedback.records import NOT_FOR, Body, Changed, MadeBy, Moment, Scored, Strength
from service.feedback.rendering import FeedbackView, view_of

BODY = Body(
    strengths=(
        Strength(
            element="empathy",
            words="You stayed\x07 with it.",
            moments=(Moment(utterance="u1", quote="That was hard.", start_ms=62_000, end_ms=64_000),),
        ),
    ),
    scores=(Scored(element="empathy", score=4, none=None), Scored(element="autonomy", score=None, none="not_seen")),
    next_steps=("Ask, then wait.",),
    made_by=MadeBy(coder="coder 1", judge="judge 1", rubric="another 9"),
    changed=Changed(flags_accepted=2),
    setting=Setting.DIRECT_PRACTICE,
    review_number=1,
)


@pytest.fixture
def view() -> FeedbackView:
    return view_of(BODY, "2026-11-20")


def test_what_people_read_has_places_words_and_no_control_characters(view: FeedbackView) -> None:
    (strength,) = view.strengths
    assert strength.words == "You stayed with it."
    assert (strength.moments[0].at, strength.moments[0].fragment) == ("1:02", "#t=61.5,64.5")
    assert view.scores[0].label.startswith("4 of 5: ")
    assert view.scores[1].label == "Not seen in this session"
    assert view.not_for == NOT_FOR
    assert any("which is installed now" in one for one in view.made)


@pytest.mark.parametrize(("code", "error"), [(NO_PANGO, PdfPartMissingError), (1, PdfFailedError)])
def test_a_pdf_that_cannot_be_written_says_why(
    monkeypatch: pytest.MonkeyPatch, view: FeedbackView, code: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=code, stdout=b""))
    with pytest.raises(error):
        pdf_of(view, "Council")


def test_a_pdf_that_takes_too_long_is_ended(view: FeedbackView) -> None:
    with pytest.raises(PdfFailedError):
        pdf_of(view, "Council", longest_s=0.01)


@pytest.mark.slow
def test_the_pdf_is_tagged_with_its_headings_and_its_language(view: FeedbackView) -> None:
    written = pdf_of(replace(view, title="A < title"), 'The "Council"')
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", written, re.S)
    text = written + b"\n".join(_inflated(one) for one in streams)
    assert b"pdfuaid" in text
    assert b"/StructTreeRoot" in text
    assert re.search(rb"/Lang ?\(en-GB\)", text)
    order = re.findall(rb"/S ?/(H[123])\b", text)
    assert order.count(b"H1") == 1
    assert order.count(b"H2") == 4


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""

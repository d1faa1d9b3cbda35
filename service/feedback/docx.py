"""Feedback as a Word document: headings, no pictures, no macros."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from service.feedback.rendering import FeedbackView, SaidView, StrengthView
from service.word_documents import begun, packed

if TYPE_CHECKING:
    from docx.document import Document as Written


def docx_of(view: FeedbackView, council: str) -> bytes:
    """The document."""
    made = begun(view.title, council)
    made.sections[0].footer.paragraphs[0].text = view.title
    made.add_paragraph(council)
    made.add_paragraph().add_run(view.not_for).bold = True
    made.add_heading("What went well", 2)
    for one in view.strengths:
        _strength(made, one)
    made.add_heading("Next step" if len(view.next_steps) == 1 else "Next steps", 2)
    for step in view.next_steps:
        made.add_paragraph(step, style="List Bullet")
    _scores(made, view)
    if view.said:
        made.add_heading("What was said since", 2)
        _said(made, view.said)
    if view.second_wanted:
        made.add_paragraph("A second coder is asked to look at this session.")
    made.add_heading("How this was made", 2)
    for sentence in view.made:
        made.add_paragraph(sentence)
    return packed(made)


def _strength(made: Written, one: StrengthView) -> None:
    made.add_heading(one.name, 3)
    if one.words:
        made.add_paragraph(one.words)
    for moment in one.moments:
        place = f" (at {moment.at} in the recording)" if moment.at else ""
        made.add_paragraph(f"“{moment.quote}”{place}", style="Quote")


def _scores(made: Written, view: FeedbackView) -> None:
    made.add_heading("Scores that the coach confirmed", 2)
    if view.warning:
        made.add_paragraph(view.warning)
    for one in view.scores:
        made.add_heading(one.name, 3)
        made.add_paragraph().add_run(one.label).bold = True
        for text in (one.words, one.definition and f"What it is: {one.definition}",
                     one.anchor and f"What this score means: {one.anchor}"):  # fmt: skip
            if text:
                made.add_paragraph(text)
        _said(made, one.said)


def _said(made: Written, replies: Iterable[SaidView]) -> None:
    for one in replies:
        paragraph = made.add_paragraph()
        paragraph.add_run(f"{one.whose}: ").bold = True
        paragraph.add_run(one.words)

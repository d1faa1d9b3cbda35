"""A copy as one file to hand out: the document for programs, the same in words as a page and as a Word document."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jinja2 import Environment, PackageLoader

from service.feedback.records import plain
from service.subject_access.wording import CopyView, Section, view_of
from service.word_documents import begun, packed

if TYPE_CHECKING:
    from docx.document import Document as Written

ZIP_TYPE = "application/zip"


def file_name(copy_id: str) -> str:
    """Of the file: it names nobody."""
    return f"subject-access-{copy_id[:8]}.zip"


def zipped(document: Mapping[str, Any]) -> bytes:
    """The file. The same document gives the same bytes but for the Word document's own dates."""
    view, made = view_of(document), datetime.fromisoformat(document["made"]).timetuple()[:6]
    inside = {
        "copy.json": json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8"),
        "copy.html": _environment().get_template("copy.html.j2").render(view=view).encode("utf-8"),
        "copy.docx": _docx(view),
    }
    kept = io.BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as file:
        for name, content in inside.items():
            file.writestr(ZipInfo(name, made), content, ZIP_DEFLATED)
    return kept.getvalue()


def _docx(view: CopyView) -> bytes:
    made = begun(view.title)
    for words in view.about:
        made.add_paragraph(words)
    for section in view.sections:
        _section(made, section)
    made.add_heading("What is not in this copy", 2)
    made.add_paragraph(view.closing)
    return packed(made)


def _section(made: Written, section: Section) -> None:
    made.add_heading(section.heading, 2)
    for line in section.lines:
        paragraph = made.add_paragraph()
        if line.lead:
            paragraph.add_run(f"{line.lead}  ").bold = True
        words = paragraph.add_run(plain(line.words))
        if line.aside:
            words.italic = True
    if not section.lines:
        made.add_paragraph(section.empty)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.subject_access"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )

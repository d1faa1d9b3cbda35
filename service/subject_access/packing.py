"""A copy as one file to hand out: the document for programs, the same in words as a page and as a Word document."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Written
from docx.oxml.ns import qn
from docx.shared import Pt
from jinja2 import Environment, PackageLoader

from service.feedback.records import plain
from service.subject_access.wording import CopyView, Section, view_of

ZIP_TYPE = "application/zip"
_LANGUAGE = "en-GB"


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
    made = Document()
    made.core_properties.title, made.core_properties.language = view.title, _LANGUAGE
    made.core_properties.author, made.core_properties.comments = "", ""
    normal = made.styles["Normal"]
    normal.font.size = Pt(11)
    fonts = normal.element.get_or_add_rPr()
    fonts.append(fonts.makeelement(qn("w:lang"), {qn("w:val"): _LANGUAGE, qn("w:eastAsia"): _LANGUAGE}))
    made.add_heading(view.title, 1)
    for words in view.about:
        made.add_paragraph(words)
    for section in view.sections:
        _section(made, section)
    made.add_heading("What is not in this copy", 2)
    made.add_paragraph(view.closing)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


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

"""What every Word document of the service begins and ends with. The library is imported when one is asked for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document as Written

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LANGUAGE = "en-GB"


def begun(title: str, author: str = "") -> Written:
    """A document with its heading: its properties, the language of all text, and letters large enough to read."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = Document()
    made.core_properties.title, made.core_properties.author = title, author
    made.core_properties.language, made.core_properties.comments = _LANGUAGE, ""
    normal = made.styles["Normal"]
    normal.font.size = Pt(11)
    fonts = normal.element.get_or_add_rPr()
    fonts.append(fonts.makeelement(qn("w:lang"), {qn("w:val"): _LANGUAGE, qn("w:eastAsia"): _LANGUAGE}))
    made.add_heading(title, 1)
    return made


def packed(made: Written) -> bytes:
    """The document's bytes."""
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()

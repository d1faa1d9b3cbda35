"""Feedback as a tagged PDF. WeasyPrint runs in a process of its own: it is slow to import and can be ended there."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

from jinja2 import Environment, PackageLoader

from service.feedback.errors import PdfFailedError, PdfPartMissingError
from service.feedback.rendering import FeedbackView

PDF_TYPE = "application/pdf"
LONGEST_S = 60.0
NO_PANGO = 3
"""What the process ends with where it cannot load its libraries."""
_PATH = "/usr/local/bin:/usr/bin:/bin"


def pdf_of(view: FeedbackView, council: str, *, longest_s: float = LONGEST_S) -> bytes:
    """The PDF (PDF/UA-1). Raises PdfPartMissingError without Pango, PdfFailedError after ``longest_s`` seconds."""
    written = _environment().get_template("feedback.html.j2").render(view=view, council=council)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.feedback.pdf_process"],
            input=written.encode(), capture_output=True, timeout=longest_s, check=False,
            env={"PATH": _PATH, "LANG": "C.UTF-8", "PYTHONPATH": ":".join(filter(None, sys.path))},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PdfFailedError from None
    if done.returncode == NO_PANGO:
        raise PdfPartMissingError
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise PdfFailedError
    return done.stdout


def _quoted(text: str) -> str:
    """A text between the quotation marks of a style sheet."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


@cache
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("service.feedback"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["css"] = _quoted
    return made

"""The process that writes a PDF: HTML on its input, the PDF on its output. It reaches no file and no network."""

from __future__ import annotations

import sys
from typing import Any


def main() -> int:
    """Write the PDF; the exit code says whether a library is missing."""
    from service.feedback.pdf import NO_PANGO

    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError:
        return NO_PANGO
    html = sys.stdin.buffer.read().decode()
    fetcher: Any = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    written = HTML(string=html, url_fetcher=fetcher, base_url=None).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    sys.stdout.buffer.write(written or b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())

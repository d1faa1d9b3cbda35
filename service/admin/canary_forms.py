"""Canaries: unlikely contents that a test plants, and the forms in which each may lie on a disk."""

from __future__ import annotations

import base64
import html
import json
import math
import secrets
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from models.errors import BadInputError

SHORTEST, LONGEST = 20, 1024
_DISTINCT = 6
_LETTERS = "bcdfghjklmnpqrstvwxyz23456789"
_LOUDEST = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One planted content, by a name that a report can show.

    ``content`` is text, or bytes that have to be found unchanged (sound, a wrapped key): 20 to 1024 bytes (text: as
    UTF-8) of at least 6 different values. Raises BadInputError otherwise, because it would be found by chance.
    """

    name: str
    content: str | bytes = field(repr=False)

    def __post_init__(self) -> None:
        size, distinct = len(self.data), len(set(self.data))
        if not SHORTEST <= size <= LONGEST or distinct < _DISTINCT:
            raise BadInputError(
                f"A canary has {SHORTEST} to {LONGEST} bytes of at least {_DISTINCT} different values; this one has "
                f"{size} bytes of {distinct}."
            )

    @property
    def data(self) -> bytes:
        """The content as bytes; text as UTF-8."""
        return self.content.encode("utf-8") if isinstance(self.content, str) else self.content


def text_canary(name: str) -> Canary:
    """A marker of 26 letters and digits, about 116 bits, that no writer has to escape."""
    return Canary(name=name, content="zq" + "".join(secrets.choice(_LETTERS) for _ in range(24)))


def sound_canary(name: str, samples: int = 48) -> Canary:
    """Quiet noise as ``samples`` 16-bit little-endian samples, to lie in the middle of a PCM recording."""
    noise = [secrets.randbelow(2 * _LOUDEST + 1) - _LOUDEST for _ in range(samples)]
    return Canary(name=name, content=struct.pack(f"<{samples}h", *noise))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Bytes to look for: ``data`` as it lies there, in lower case where ``any_case``."""

    canary: str
    form: str
    data: bytes = field(repr=False)
    any_case: bool


def patterns(canaries: Sequence[Canary]) -> list[Pattern]:
    """Every form of every canary; two forms with the same bytes are one, by the first one's name."""
    found = []
    for canary in canaries:
        seen: set[bytes] = set()
        for form, data, any_case in _forms(canary):
            key = data.lower() if any_case else data
            if key not in seen:
                seen.add(key)
                found.append(Pattern(canary=canary.name, form=form, data=key, any_case=any_case))
    return found


def _forms(canary: Canary) -> Iterator[tuple[str, bytes, bool]]:
    if isinstance(canary.content, str):
        text = canary.content
        yield "raw", canary.data, True
        yield from _wide(text)
        yield from _escaped(text)
    else:
        yield "raw", canary.data, False
        yield from _floats(canary.data)
    yield "hex", canary.data.hex().encode(), True
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for phase in range(3):
            # Only the letters that no neighbouring byte can change.
            first, last = math.ceil(phase * 4 / 3), (phase + len(canary.data)) * 4 // 3
            yield "base64", alphabet(b"\0" * phase + canary.data)[first:last], False


def _wide(text: str) -> Iterator[tuple[str, bytes, bool]]:
    """UTF-16 in both orders; without the outer zero, which is also the neighbour's in the other order."""
    yield "utf-16", text.encode("utf-16-le").removesuffix(b"\0"), True
    yield "utf-16", text.encode("utf-16-be").removeprefix(b"\0"), True


def _escaped(text: str) -> Iterator[tuple[str, bytes, bool]]:
    for ascii_only in (True, False):
        inner = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield "json", inner.encode(), True
        yield "json", inner.replace("/", "\\/").encode(), True
    yield "json", "".join(f"\\u{unit:04x}" for unit in _units(text)).encode(), True
    for escaped in (quote(text), quote(text, safe=""), quote_plus(text)):
        yield "url", escaped.encode(), True
    yield "url", "".join(f"%{byte:02x}" for byte in text.encode()).encode(), True
    yield "html", html.escape(text).encode(), True
    yield "html", html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;").encode(), True


def _units(text: str) -> tuple[int, ...]:
    wide = text.encode("utf-16-le")
    return struct.unpack(f"<{len(wide) // 2}H", wide)


def _floats(data: bytes) -> Iterator[tuple[str, bytes, bool]]:
    """16-bit samples as decoders hand them on: 32-bit floats of one 32,768th each."""
    count = len(data) // 2
    samples = struct.unpack(f"<{count}h", data[: 2 * count])
    yield "float32", struct.pack(f"<{count}f", *(sample / 32768 for sample in samples)), False

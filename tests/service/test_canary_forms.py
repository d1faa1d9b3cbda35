"""Each form in which a canary may lie is found where it is, and none where it is not."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInputError
from service.admin.canaries import Canary, sound_canary, text_canary
from service.admin.canary_forms import Pattern, patterns
from service.admin.canary_search import Search
from service.admin.canary_stream import Allowance, Stream

PLAIN = Canary(name="plain", content="zqwhrk7m3vtdd8pn5xgqz6kjb2")
WRITTEN = Canary(name="written", content='Zoë "Quill"/O\'Brénn & the <7th> heron \U0001f426')
SOUND = Canary(name="sound", content=struct.pack("<24h", *(n * n * 37 % 9001 - 4500 for n in range(24))))
ALL = (PLAIN, WRITTEN, SOUND)
SEARCH = Search(patterns(ALL))

Told = tuple[str, str, str, int]
FORMS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "UTF-8": ("raw", lambda text: text.encode()),
    "UTF-8 in capitals": ("raw", lambda text: text.encode().upper()),
    "UTF-16 LE": ("utf-16", lambda text: text.encode("utf-16-le")),
    "UTF-16 BE": ("utf-16", lambda text: text.encode("utf-16-be")),
    "hex": ("hex", lambda text: text.encode().hex().encode()),
    "hex in capitals": ("hex", lambda text: text.encode().hex().upper().encode()),
    "JSON, ASCII": ("json", lambda text: json.dumps(text).encode()),
    "JSON": ("json", lambda text: json.dumps(text, ensure_ascii=False).encode()),
    "JSON, slashes": ("json", lambda text: json.dumps(text).replace("/", "\\/").encode()),
    "JSON, each letter": ("json", lambda text: b"".join(b"\\u%04X" % unit for unit in units(text))),
    "URL path": ("url", lambda text: quote(text).encode()),
    "URL query": ("url", lambda text: quote_plus(text).encode()),
    "URL, each byte": ("url", lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode()),
    "HTML": ("html", lambda text: html.escape(text).encode()),
    "HTML, numbers": ("html", lambda text: html.escape(text).replace("&quot;", "&#34;").replace("x27", "39").encode()),
}


def units(text: str) -> tuple[int, ...]:
    wide = text.encode("utf-16-le")
    return struct.unpack(f"<{len(wide) // 2}H", wide)


def hits(data: bytes, block: int = 1 << 16, allowance: Allowance | None = None) -> set[Told]:
    """(canary, form, packed, offset) of every hit in a stream that comes in blocks; a hit told twice is a failure."""
    told: list[Told] = []

    def note(offset: int, path: str, pattern: Pattern) -> None:
        told.append((pattern.canary, pattern.form, path, offset))

    stream = Stream(SEARCH, note, allowance or Allowance(bytes_left=1 << 24, left_out=set()))
    for at in range(0, len(data), block):
        stream.feed(data[at : at + block])
    stream.finish()
    assert len(set(told)) == len(told)
    return set(told)


@pytest.mark.parametrize("form", FORMS)
@given(before=st.binary(max_size=70), after=st.binary(max_size=40), block=st.integers(1, 90))
def test_written_text_is_found_in_each_form_at_any_place_and_in_any_blocks(
    form: str, before: bytes, after: bytes, block: int
) -> None:
    name, write = FORMS[form]
    lies = write(str(WRITTEN.content))
    found = hits(before + lies + after, block)
    assert found
    assert {(canary, form) for canary, form, _, _ in found} == {("written", name)}
    assert all(0 <= offset - len(before) <= 1 for _, _, _, offset in found)


@pytest.mark.parametrize("form", FORMS)
def test_a_plain_marker_is_found_whatever_escapes_the_text_around_it(form: str) -> None:
    found = hits(FORMS[form][1](f'"{PLAIN.content}" & so/on'))
    assert {canary for canary, *_ in found} == {"plain"}


@pytest.mark.parametrize(("order", "offset"), [("utf-16-le", 2), ("utf-16-be", 3)])
def test_one_wide_marker_is_one_hit_though_each_order_holds_most_of_the_other(order: str, offset: int) -> None:
    assert hits(f"a{PLAIN.content}b".encode(order)) == {("plain", "utf-16", "", offset)}


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("canary", ALL, ids=lambda canary: canary.name)
@given(before=st.binary(max_size=30), after=st.binary(max_size=30), block=st.integers(1, 90))
def test_base64_is_found_in_every_phase(
    encode: Callable[[bytes], bytes], canary: Canary, before: bytes, after: bytes, block: int
) -> None:
    found = hits(encode(before + canary.data + after), block)
    assert {(name, form) for name, form, _, _ in found} == {(canary.name, "base64")}


@given(before=st.binary(max_size=70), after=st.binary(max_size=40), block=st.integers(1, 90))
def test_sound_is_found_as_samples_and_as_floats(before: bytes, after: bytes, block: int) -> None:
    floats = struct.pack("<24f", *(sample / 32768 for sample in struct.unpack("<24h", SOUND.data)))
    assert hits(before + SOUND.data + after, block) == {("sound", "raw", "", len(before))}
    assert hits(before + floats + after, block) == {("sound", "float32", "", len(before))}


@given(data=st.binary(max_size=3000), block=st.integers(1, 900))
def test_nothing_is_found_in_bytes_without_a_canary(data: bytes, block: int) -> None:
    assert hits(data, block) == set()


@pytest.mark.parametrize("canary", ALL, ids=lambda canary: canary.name)
@given(place=st.integers(0, 19), change=st.integers(1, 255))
def test_a_canary_with_one_byte_changed_is_not_found(canary: Canary, place: int, change: int) -> None:
    data = bytearray(canary.data)
    data[place] ^= change
    still = bytes(data).lower() == canary.data.lower() and canary is not SOUND
    assert bool(hits(bytes(data))) == still


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@given(before=st.binary(max_size=90), inside=st.binary(max_size=400), block=st.integers(1, 700))
def test_a_packed_member_is_opened_wherever_it_starts(
    pack: Callable[[bytes], bytes], before: bytes, inside: bytes, block: int
) -> None:
    kind = "gzip" if pack is gzip.compress else "zlib"
    found = hits(before + pack(inside + PLAIN.data) + b"after", block)
    assert ("plain", "raw", f"{kind}@{len(before)}/", len(inside)) in found


@given(before=st.binary(max_size=90), block=st.integers(1, 700), name=st.text("abc/", min_size=1, max_size=60))
def test_a_zip_member_is_opened_in_whatever_blocks_its_header_comes(before: bytes, block: int, name: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), b"-" * 300 + PLAIN.data, zipfile.ZIP_DEFLATED)
    assert ("plain", "raw", f"zip@{len(before)}/", 300) in hits(before + made.getvalue(), block)


def test_what_is_packed_twice_is_opened() -> None:
    inner = gzip.compress(PLAIN.data)
    assert ("plain", "raw", "gzip@0/gzip@1000/", 0) in hits(gzip.compress(b"ab" * 500 + inner))


def test_what_is_packed_more_often_than_allowed_is_said() -> None:
    """The words around keep the packer from storing the inner archive as it is, where it would be seen from outside."""
    inner = gzip.compress(PLAIN.data * 5)
    allowance = Allowance(bytes_left=1 << 20, depth=1, left_out=set())
    assert hits(gzip.compress(b"ab" * 500 + inner), allowance=allowance) == set()
    assert [reason.name for reason in allowance.left_out] == ["DEEP"]


def test_what_unpacks_to_more_than_allowed_is_given_up_and_said() -> None:
    allowance = Allowance(bytes_left=1 << 20, left_out=set())
    assert hits(gzip.compress(bytes(1 << 22) + PLAIN.data), allowance=allowance) == set()
    assert [reason.name for reason in allowance.left_out] == ["LARGE"]


def test_many_members_open_at_one_time_are_limited_and_said() -> None:
    endless = zlib.compress(bytes(1 << 16), level=0)[:60000]
    opened = b"".join(endless[:200] for _ in range(80))
    allowance = Allowance(bytes_left=1 << 24, members=8, left_out=set())
    hits(opened, allowance=allowance)
    assert "MANY" in {reason.name for reason in allowance.left_out}


@pytest.mark.parametrize("cut", [0.4, 0.9])
def test_a_damaged_archive_gives_up_what_comes_before_the_damage(cut: float) -> None:
    filling = b"".join(b"%d quiet words, " % (n * 7919 % 10007) for n in range(4000))
    packed = bytearray(gzip.compress(filling[:2000] + PLAIN.data + filling))
    place = int(len(packed) * cut)
    packed[place : place + 40] = b"\xff" * 40
    allowance = Allowance(bytes_left=1 << 24, left_out=set())
    assert ("plain", "raw", "gzip@0/", 2000) in hits(bytes(packed), allowance=allowance)
    assert [reason.name for reason in allowance.left_out] == ["DAMAGED"]


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x1f\x8b\x08"])
def test_bytes_that_only_begin_like_an_archive_are_no_gap(start: bytes) -> None:
    allowance = Allowance(bytes_left=1 << 24, left_out=set())
    hits(b"constants: " + start + b"', 'and then' and many more words", allowance=allowance)
    assert allowance.left_out == set()


@pytest.mark.parametrize(("before", "said"), [(b"", ["DAMAGED"]), (b"page", [])])
def test_a_damaged_zlib_stream_is_said_only_where_it_starts_its_file(before: bytes, said: list[str]) -> None:
    """Elsewhere two bytes that only look like its start would make too many false alarms."""
    allowance = Allowance(bytes_left=1 << 24, left_out=set())
    cut = zlib.compress(PLAIN.data + bytes(range(256)) * 9)[:200]
    assert len(hits(before + cut, allowance=allowance)) >= 1
    assert [reason.name for reason in allowance.left_out] == said


def test_an_archive_that_stops_short_gives_up_what_is_there() -> None:
    packed = gzip.compress(PLAIN.data + bytes(range(256)) * 300)
    allowance = Allowance(bytes_left=1 << 24, left_out=set())
    assert ("plain", "raw", "gzip@0/", 0) in hits(packed[: len(packed) // 2], allowance=allowance)
    assert [reason.name for reason in allowance.left_out] == ["DAMAGED"]


def test_damage_right_behind_the_canary_does_not_hide_it() -> None:
    """The library keeps back all that it unpacked in the call that met the damage."""
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(b"-" * 300 + PLAIN.data) + packer.flush(zlib.Z_FULL_FLUSH)
    assert ("plain", "raw", "gzip@0/", 300) in hits(packed + b"\x07\xff\xff")


def test_what_is_not_opened_is_not_found() -> None:
    """The limits that docs/canaries.md states; a finding here means that the page is out of date."""
    assert hits(bz2.compress(PLAIN.data)) == set()
    assert hits(base64.b64encode(base64.b64encode(PLAIN.data))) == set()


@pytest.mark.parametrize("content", ["short", "a" * 40, b"\0" * 100, "x1" * 30, b"abcdefgh" * 200])
def test_a_canary_that_chance_could_make_is_refused_without_being_repeated(content: str | bytes) -> None:
    with pytest.raises(BadInputError, match="A canary has 20 to 1024 bytes") as refused:
        Canary(name="weak", content=content)
    assert str(content) not in str(refused.value)


def test_made_canaries_differ_and_do_not_show_themselves() -> None:
    made = [text_canary("a"), text_canary("b"), sound_canary("c"), sound_canary("d")]
    assert len({canary.data for canary in made}) == 4
    assert len(made[2].data) == 96
    assert all(str(canary.content) not in repr(canary) for canary in made)


def test_a_pattern_too_short_for_the_search_is_refused() -> None:
    with pytest.raises(ValueError, match="nineteen"):
        Search([Pattern(canary="a", form="raw", data=b"x" * 18, any_case=False)])

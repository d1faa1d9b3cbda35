"""Playback: parts of a sound, as a browser asks for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.ranges import Span, UnsatisfiableError, span_of
from tests.service.api.conftest import READER, Site
from tests.service.api.things import SOUND

EXAMPLES = 150
SIZE = len(SOUND)


def play(site: Site, wanted: str | None, path: str = "/api/v1/sound", **more: str) -> object:
    headers = {**READER, **more, **({"Range": wanted} if wanted is not None else {})}
    return site.client.get(path, headers=headers)


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-", 0, SIZE), ("bytes=0-0", 0, 1), ("bytes=100-2099", 100, 2100), ("bytes=-5", SIZE - 5, SIZE),
     ("bytes=10000-99999999", 10000, SIZE), ("bytes=-99999999", 0, SIZE), ("Bytes = 7-8", 7, 9)],
)  # fmt: skip
def test_a_range_gives_just_its_bytes(shared_site: Site, wanted: str, start: int, end: int) -> None:
    response = play(shared_site, wanted)
    assert response.status_code == 206
    assert response.content == SOUND[start:end]
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response.headers["content-length"] == str(end - start)
    assert response.headers["content-type"] == "audio/ogg"


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=-0", "bytes=999999999999-"])
def test_a_range_behind_the_end_says_how_long_it_is(shared_site: Site, wanted: str) -> None:
    response = play(shared_site, wanted)
    assert (response.status_code, response.headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert response.json()["type"] == "/problems/out-of-range"


@pytest.mark.parametrize(
    "wanted", [None, "bytes=9-3", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=a-b", "bytes=--1"]
)
def test_what_is_no_single_range_gives_everything(shared_site: Site, wanted: str | None) -> None:
    response = play(shared_site, wanted)
    assert (response.status_code, response.content) == (200, SOUND)
    assert response.headers["accept-ranges"] == "bytes"


def test_a_listener_with_parts_of_another_version_gets_everything(shared_site: Site) -> None:
    assert play(shared_site, "bytes=5-9", **{"If-Range": '"v0"'}).status_code == 200
    assert play(shared_site, "bytes=5-9", **{"If-Range": '"v1"'}).status_code == 206


def test_a_head_tells_the_length_and_sends_nothing(shared_site: Site) -> None:
    response = shared_site.client.head("/api/v1/sound", headers=READER)
    assert (response.headers["content-length"], response.content) == (str(SIZE), b"")


@pytest.mark.parametrize("wanted", ["bytes=0-", "bytes=999999999-", None])
def test_what_is_played_is_closed_once(site: Site, wanted: str | None) -> None:
    play(site, wanted)
    assert site.closed == ["closed"]


def test_a_withdrawal_cuts_the_sound_off_where_it_is(site: Site) -> None:
    """The first pieces came; then nothing more, the answer stays unfinished, and what was read is closed."""
    response = play(site, None, "/api/v1/sound?cut=2")
    assert response.content == SOUND[:2000]
    assert len(response.content) < int(response.headers["content-length"])
    assert site.closed == ["closed"]


HEADERS = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.builds("bytes={}-{}".format, st.integers(0, 120), st.one_of(st.just(""), st.integers(0, 120))),
    st.builds("bytes=-{}".format, st.integers(0, 120)),
    st.from_regex(r"bytes\s*=\s*[0-9]*-[0-9]*(,[0-9]*-[0-9]*)*", fullmatch=True),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(header=HEADERS, size=st.integers(0, 100))
def test_whatever_is_asked_for_lies_within_what_there_is(header: str | None, size: int) -> None:
    try:
        span = span_of(header, size)
    except UnsatisfiableError:
        assert header is not None
        return
    assert span is None or 0 <= span.start < span.end <= size


@settings(max_examples=EXAMPLES, deadline=None)
@given(first=st.integers(0, 120), last=st.integers(0, 120), size=st.integers(1, 100))
def test_a_range_means_the_bytes_that_a_slice_means(first: int, last: int, size: int) -> None:
    """Compared with Python's own idea of a part of a sequence."""
    content = range(size)
    expected = content[first : last + 1]
    if last < first:
        assert span_of(f"bytes={first}-{last}", size) is None
    elif not expected:
        with pytest.raises(UnsatisfiableError):
            span_of(f"bytes={first}-{last}", size)
    else:
        assert span_of(f"bytes={first}-{last}", size) == Span(start=expected[0], end=expected[-1] + 1)


@given(last=st.integers(1, 200), size=st.integers(1, 100))
def test_a_suffix_means_the_last_bytes(last: int, size: int) -> None:
    expected = range(size)[-last:]
    assert span_of(f"bytes=-{last}", size) == Span(start=expected[0], end=size)

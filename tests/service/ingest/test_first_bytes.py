"""What is sent is judged by its first bytes, before the rest of it is taken."""

from __future__ import annotations

import pytest

from models.adapters.media_kinds import HEAD_BYTES
from models.adapters.media_refusals import RefusedRecordingError
from service.ingest.errors import TranscriptKindError
from service.ingest.kinds import FirstBytes, check_head
from service.ingest.records import UploadKind
from tests.hostile.confusion import CONFUSION
from tests.service.ingest.material import wave

AT_FIRST_SIGHT = {"empty", "text", "playlist", "web_page", "image", "document", "archive", "program", "not_audio"}


@pytest.mark.parametrize("name", CONFUSION)
def test_of_files_that_pretend_those_are_refused_that_show_it_at_once(name: str) -> None:
    """The others look like recordings from outside; what they are, the media child says later."""
    verdict, make = CONFUSION[name]
    content = make(1)
    if verdict in AT_FIRST_SIGHT:
        with pytest.raises(RefusedRecordingError) as refused:
            check_head(UploadKind.SOUND, content[:HEAD_BYTES], len(content))
        assert refused.value.reason == verdict
    elif verdict == "read":
        check_head(UploadKind.SOUND, content[:HEAD_BYTES], len(content))


@pytest.mark.parametrize("name", CONFUSION)
def test_no_recording_is_taken_for_a_transcript(name: str) -> None:
    verdict, make = CONFUSION[name]
    content = make(1)
    if verdict == "text":
        check_head(UploadKind.TRANSCRIPT, content[:HEAD_BYTES], len(content))
    else:
        with pytest.raises((TranscriptKindError, RefusedRecordingError)):
            check_head(UploadKind.TRANSCRIPT, content[:HEAD_BYTES], len(content))


def test_a_transcript_of_an_old_program_is_taken() -> None:
    content = "speaker,text\nA,“Dw i’n gwybod” – cafés, naïve, señor\n".encode("cp1252") * 20
    check_head(UploadKind.TRANSCRIPT, content, len(content))


def test_nothing_is_judged_before_enough_of_it_came() -> None:
    judge = FirstBytes(UploadKind.SOUND, 100_000)
    judge.feed(b"%PDF-1.7" + b"\n" * (HEAD_BYTES - 9))
    with pytest.raises(RefusedRecordingError):
        judge.feed(b"\n")


def test_what_comes_after_the_beginning_is_not_looked_at() -> None:
    judge = FirstBytes(UploadKind.SOUND, 200_000)
    judge.feed(wave(HEAD_BYTES))
    judge.feed(b"%PDF-1.7")
    FirstBytes(UploadKind.SOUND, 200_000, offset=HEAD_BYTES).feed(b"%PDF" * HEAD_BYTES)

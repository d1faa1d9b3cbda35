"""P7 for blobs: while blobs are written, given up, killed and read, no file on the disk holds their content."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

import pytest

from service.blobs.format import ChunkCipher
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore, Step
from service.blobs.sealed import read_blob, write_blob
from tests.service.blobs.killed_put import CANARY as KILLED_CANARY
from tests.service.blobs.material import KEY, SESSION, SMALL
from tests.service.blobs.test_killed_put import killed

CANARY = b"canary-7f3a-of-the-family-at-home"
KEY_CANARY = KEY


def forms(canary: bytes) -> list[bytes]:
    """The ways in which the same words could lie on a disk."""
    aligned = [base64.b64encode(b"\0" * shift + canary)[4:-4] for shift in range(3)]
    return [canary, canary.hex().encode(), canary.decode("latin-1").encode("utf-16-le"), *aligned]


def hits(folder: Path, canary: bytes) -> int:
    raws = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return sum(form in raw for raw in raws for form in forms(canary))


def busy(folder: Path) -> int:
    """Write, give up and read blobs full of canaries; the hits in any file at any time."""
    found = 0

    def look(_: Step) -> None:
        nonlocal found
        found += hits(folder, CANARY) + hits(folder, KEY_CANARY)

    store = LocalBlobStore(folder / "blobs", reached=look)
    for number in range(3):
        blob_id = new_blob_id()
        with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id, chunk_bytes=SMALL) as writer:
            for _ in range(200):
                writer.write(CANARY * (number + 1))
        with read_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as reader:
            assert CANARY in reader.readall()
    with (
        pytest.raises(ValueError, match="given up"),
        write_blob(store, KEY, session_id=SESSION, blob_id=new_blob_id(), chunk_bytes=SMALL) as writer,
    ):
        give_up(writer.write)
    return found + hits(folder, CANARY) + hits(folder, KEY_CANARY)


def give_up(write: object) -> None:
    assert callable(write)
    write(CANARY * 1000)
    raise ValueError("given up")


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which temporary files would land too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_no_file_holds_content_or_key_at_any_step(watched: Path) -> None:
    assert busy(watched) == 0


def test_a_killed_put_leaves_no_content(watched: Path) -> None:
    killed(watched, Step.PART_WRITTEN, 3)
    assert [path for path in watched.rglob("*.part") if path.stat().st_size > SMALL]
    assert hits(watched, KILLED_CANARY) == 0


def test_the_search_finds_content_where_nothing_is_encrypted(watched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the search could pass because it finds nothing ever."""
    monkeypatch.setattr(ChunkCipher, "seal", lambda self, index, raw, total=None: bytes(raw) + bytes(16))
    monkeypatch.setattr(ChunkCipher, "open", lambda self, index, raw, total=None: raw[:-16])
    assert busy(watched) > 0


@pytest.mark.parametrize("form", range(len(forms(CANARY))))
def test_the_search_finds_each_form(form: int, tmp_path: Path) -> None:
    samples = [CANARY, CANARY.hex().encode(), CANARY.decode().encode("utf-16-le")]
    samples += [base64.b64encode(b"\0" * shift + CANARY + b"  ") for shift in range(3)]
    (tmp_path / "file").write_bytes(b"before " + samples[form] + b" after")
    assert hits(tmp_path, CANARY) >= 1

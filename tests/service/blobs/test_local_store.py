"""What only the folder of this machine promises: who may read it, what leads out of it, and what a full disk does."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from service.blobs.errors import (
    BlobExistsError,
    NoSuchBlobError,
    StoreFullError,
    StoreUnavailableError,
)
from service.blobs.local_store import LocalBlobStore, Step
from tests.service.blobs.material import content

ID = "ab" * 16
ROOT = Path(__file__).parents[3]
TOO_LARGE = """
import resource, sys
from pathlib import Path
from service.blobs.errors import StoreFullError
from service.blobs.local_store import LocalBlobStore
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
store = LocalBlobStore(Path(sys.argv[1]))
try:
    with store.put("ab" * 16) as sink:
        for _ in range(10):
            sink.write(bytes(20_000))
except StoreFullError:
    sys.exit(7)
"""


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


def put(store: LocalBlobStore, raw: bytes = b"sealed", blob_id: str = ID) -> None:
    with store.put(blob_id) as sink:
        sink.write(raw)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_files_and_folders_are_for_their_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = LocalBlobStore(tmp_path / "data" / "blobs")
        with store.put(ID) as sink:
            sink.write(b"x")
            assert [stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path)] == [0o600]
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path)] == [0o600]
    folders = [path for path in (tmp_path / "data").rglob("*") if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "data", *folders]} == {0o700}


def test_a_link_in_the_place_of_a_blob_is_not_followed(store: LocalBlobStore, tmp_path: Path) -> None:
    put(store)
    secret = tmp_path / "secret"
    secret.write_bytes(b"not a blob")
    blob = tmp_path / "blobs" / "ab" / ID
    blob.unlink()
    blob.symlink_to(secret)
    for look in (store.get, store.size):
        with pytest.raises(StoreUnavailableError):
            look(ID)
    with pytest.raises(BlobExistsError):
        put(store)
    store.delete(ID)
    assert secret.read_bytes() == b"not a blob"


def test_a_link_in_the_place_of_a_part_is_not_written_through(store: LocalBlobStore, tmp_path: Path) -> None:
    put(store)
    store.delete(ID)
    secret = tmp_path / "secret"
    secret.write_bytes(b"not a blob")
    (tmp_path / "blobs" / "ab" / f"{ID}.part").symlink_to(secret)
    with pytest.raises(BlobExistsError):
        put(store)
    assert secret.read_bytes() == b"not a blob"


def test_a_link_in_the_place_of_a_shelf_is_not_followed(store: LocalBlobStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "blobs" / "ab").symlink_to(outside)
    with pytest.raises(StoreUnavailableError):
        put(store)
    assert list(outside.iterdir()) == []


def test_a_pipe_in_the_place_of_a_blob_is_refused_and_blocks_nobody(store: LocalBlobStore, tmp_path: Path) -> None:
    put(store)
    blob = tmp_path / "blobs" / "ab" / ID
    blob.unlink()
    os.mkfifo(blob)
    for look in (store.get, store.size):
        with pytest.raises(StoreUnavailableError):
            look(ID)


def test_what_else_lies_in_the_folder_is_neither_listed_nor_swept(store: LocalBlobStore, tmp_path: Path) -> None:
    put(store)
    strays = [tmp_path / "blobs" / "ab" / "notes", tmp_path / "blobs" / "ab" / "notes.part", tmp_path / "blobs" / "x"]
    strays.append(tmp_path / "blobs" / "ab" / ("cd" * 16))
    for stray in strays:
        stray.write_bytes(b"")
    assert list(store.ids()) == [ID]
    assert store.sweep() == 0
    assert all(stray.exists() for stray in strays)


def test_a_second_store_on_the_folder_neither_sweeps_nor_repeats_a_running_put(
    store: LocalBlobStore, tmp_path: Path
) -> None:
    """The web process and the worker share the folder."""
    other = LocalBlobStore(tmp_path / "blobs")
    with store.put(ID) as sink:
        sink.write(b"one")
        assert other.sweep() == 0
        with pytest.raises(BlobExistsError):
            put(other)
    assert other.size(ID) == 3


def test_deleting_ends_a_put_that_is_running(store: LocalBlobStore, tmp_path: Path) -> None:
    """An erased session stays erased though an upload of it was not finished."""

    def put_and_delete() -> None:
        with store.put(ID) as sink:
            sink.write(b"x")
            store.delete(ID)

    with pytest.raises(NoSuchBlobError):
        put_and_delete()
    assert files(tmp_path) == []


def test_a_put_does_not_remove_the_part_of_another_that_followed_it(store: LocalBlobStore) -> None:
    first = store.put(ID)
    first.__enter__()
    store.delete(ID)
    with store.put(ID) as sink:
        with pytest.raises(NoSuchBlobError):
            first.__exit__(None, None, None)
        sink.write(b"second")
    assert store.size(ID) == 6


def test_an_open_blob_is_read_on_after_it_is_deleted(store: LocalBlobStore) -> None:
    put(store, b"sealed")
    source = store.get(ID)
    store.delete(ID)
    assert source.read_at(0, 10) == b"sealed"
    source.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_plainly_and_leaves_nothing(
    number: int, store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(number, "no room", str(tmp_path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StoreFullError) as refused:
            put(store)
    assert str(tmp_path) not in str(refused.value)
    assert files(tmp_path) == []
    put(store)
    assert store.size(ID) == 6


def test_a_limit_on_the_size_of_files_is_a_full_store_too(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TOO_LARGE, tmp_path], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 7, done.stderr
    assert files(tmp_path) == []


@pytest.mark.parametrize("step", [step for step in Step if step.name in ("PART_SYNCED", "NAME_SYNCED", "SHELF_SYNCED")])
def test_a_failing_fsync_fails_the_put_and_tears_nothing(
    step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be made durable is never acknowledged."""
    store = LocalBlobStore(tmp_path / "blobs")
    real, turn = os.fsync, iter((Step.SHELF_SYNCED, Step.PART_SYNCED, Step.NAME_SYNCED))

    def failing(descriptor: int) -> None:
        if next(turn) == step:
            raise OSError(errno.EIO, "input/output error", "/secret/path")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(StoreUnavailableError, match="EIO") as refused:
            put(store, content(9000))
    assert "secret" not in str(refused.value)
    assert [path.read_bytes() for path in files(tmp_path)] in ([], [content(9000)])


def test_a_short_write_is_written_on(store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, raw: real(descriptor, raw[:700]))
        put(store, content(5000))
    assert files(tmp_path)[0].read_bytes() == content(5000)


def test_no_descriptor_is_left_open(store: LocalBlobStore) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    put(store)
    store.get(ID).close()
    store.size(ID)
    for _ in range(3):
        with pytest.raises(BlobExistsError):
            put(store)
        with pytest.raises(NoSuchBlobError):
            store.get("cd" * 16)
    store.sweep()
    assert list(store.ids()) == [ID]
    store.delete(ID)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailableError) as refused:
        LocalBlobStore(tmp_path / "file" / "blobs")
    assert str(tmp_path) not in str(refused.value)

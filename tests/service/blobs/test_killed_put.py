"""kill -9 at every step of a put and of a delete: what was acknowledged is there, whole; nothing is torn."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.blobs import local_store
from service.blobs.local_store import LocalBlobStore, Step
from service.blobs.sealed import read_blob, write_blob
from tests.service.blobs.killed_put import BLOBS, CANARY, plain
from tests.service.blobs.material import KEY, SESSION

ROOT = Path(__file__).parents[3]
ONCE = {Step.PART_REMOVED, Step.BLOB_REMOVED, Step.REMOVAL_SYNCED}
TURNS = [(step, turn) for step in Step for turn in (1, 2) if turn == 1 or step not in ONCE]
CHANGES = {
    "mkdir",
    "write",
    "pwrite",
    "fsync",
    "fdatasync",
    "replace",
    "rename",
    "link",
    "unlink",
    "remove",
    "truncate",
}


def killed(folder: Path, step: Step, turn: int) -> list[list[str]] | None:
    """What a process said before it died the ``turn``-th time it came to a step; None where it never did."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.blobs.killed_put", folder],
        cwd=ROOT,
        env={**os.environ, "PRACTICE_KILL_AT": f"{step}:{turn}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (-signal.SIGKILL, 0), done.stderr
    if not done.returncode:
        return None
    return [line.split(" ", 1) for line in done.stdout.splitlines()]


def check(folder: Path, said: list[list[str]]) -> None:
    """Start again after the death, and look."""
    store = LocalBlobStore(folder / "data" / "blobs")
    there = set(store.ids())
    put = {blob_id for what, blob_id in said if what == "put"}
    deleting = {blob_id for what, blob_id in said if what == "deleting"}
    deleted = {blob_id for what, blob_id in said if what == "deleted"}
    assert put - deleting <= there
    assert not deleted & there
    for blob_id in there:
        with read_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as reader:
            assert reader.readall() == plain(blob_id)
    store.sweep()
    assert [path for path in folder.rglob("*") if path.is_file() and path.name not in there] == []
    for blob_id in set(BLOBS) - there:
        with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as writer:
            writer.write(plain(blob_id))
    assert set(store.ids()) == set(BLOBS)


@pytest.mark.parametrize(("step", "turn"), TURNS)
def test_a_death_at_any_step_loses_and_tears_nothing(step: Step, turn: int, tmp_path: Path) -> None:
    said = killed(tmp_path, step, turn)
    assert said is not None, "the process never came to this step"
    assert all(CANARY not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    check(tmp_path, said)


@pytest.mark.slow
@pytest.mark.parametrize("step", list(Step))
def test_a_hundred_deaths_at_each_step_lose_and_tear_nothing(step: Step, tmp_path: Path) -> None:
    deaths, turn = 0, 1
    while deaths < 100:
        folder = tmp_path / f"{deaths} {turn}"
        folder.mkdir(exist_ok=True)
        said = killed(folder, step, turn)
        if said is None:
            assert turn > 1, "the process never came to this step"
            turn = 1
            continue
        check(folder, said)
        deaths, turn = deaths + 1, turn + 1


def test_a_part_left_by_a_death_is_swept_once(tmp_path: Path) -> None:
    killed(tmp_path, Step.PART_WRITTEN, 1)
    store = LocalBlobStore(tmp_path / "data" / "blobs")
    assert (store.sweep(), store.sweep()) == (1, 0)


def test_a_put_takes_the_place_of_one_that_died(tmp_path: Path) -> None:
    killed(tmp_path, Step.PART_WRITTEN, 2)
    store = LocalBlobStore(tmp_path / "data" / "blobs")
    with store.put(BLOBS[0]) as sink:
        sink.write(b"new")
    assert store.size(BLOBS[0]) == 3


def test_every_change_to_the_disk_is_a_step_that_the_tests_can_die_at() -> None:
    """A call that changes the disk is named as an argument of `do`, never called; and every step is used."""
    tree = ast.parse(Path(local_store.__file__).read_text("utf-8"))
    direct, given, steps = [], [], set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.rpartition(".")[2] in CHANGES and not called.startswith("fcntl"):
            direct.append(ast.unparse(node))
        if called == "os.open" and "_NEW" in ast.unparse(node):
            direct.append(ast.unparse(node))
        if called.endswith(".do"):
            steps.add(ast.unparse(node.args[0]))
            given.append(ast.unparse(node.args[1]))
    assert direct == []
    loops = {"step": {"Step.PART_REMOVED", "Step.BLOB_REMOVED"}}
    used = set().union(*(loops.get(step, {step}) for step in steps))
    assert used == {f"Step.{step.name}" for step in Step}
    assert {"os.fsync", "os.replace", "os.write", "os.unlink", "os.open", "os.mkdir", "path.mkdir"} == set(given)

"""R2 for blobs: a power cut at any moment loses nothing acknowledged and tears nothing, and every fsync is needed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from service.blobs.local_store import LocalBlobStore, Step
from tests.service.blobs.material import content
from tests.service.blobs.power_loss import Disk

FIRST, SECOND = "ab" * 16, "cd" * 16
RAW = {FIRST: content(9000, "first"), SECOND: content(5000, "second")}
RUNS = 500
SYNCS = [step for step in Step if step.name.endswith("SYNCED")]


class Forgetful(LocalBlobStore):
    """The store with one of its fsyncs taken out."""

    forgets: Step

    def do(self, step: Step, change: Callable[..., object], *arguments: object, **named: object) -> object:  # type: ignore[override]
        if step == self.forgets:
            return None
        return super().do(step, change, *arguments, **named)


def forgetting(step: Step) -> type[LocalBlobStore]:
    return type("Forgetful", (Forgetful,), {"forgets": step})


def scenario(top: Path, kind: type[LocalBlobStore], patch: pytest.MonkeyPatch, *, after_a_death: bool) -> Disk:
    """Two puts and a delete, acknowledged one by one; or the same over what a process that died had begun."""
    disk = Disk(top)
    with patch.context() as shims:
        disk.record(shims)
        if after_a_death:
            for folder in ("data", "data/blobs", "data/blobs/ab"):
                (top / folder).mkdir()
            os.close(os.open(top / "data/blobs/ab" / f"{FIRST}.part", os.O_CREAT | os.O_RDWR))
        store = kind(top / "data" / "blobs")
        for blob_id, raw in RAW.items():
            with store.put(blob_id) as sink:
                sink.write(raw[:4096])
                sink.write(raw[4096:])
            disk.events.append(("put", 0, blob_id))
        disk.events.append(("deleting", 0, FIRST))
        store.delete(FIRST)
        disk.events.append(("deleted", 0, FIRST))
    return disk


def harm(disk: Disk, runs: int) -> list[str]:
    """What is lost, torn or risen again in so many power cuts."""
    found = []
    for run in range(runs):
        dice = random.Random(run)
        cut = dice.randrange(len(disk.events) + 1)
        left = {path.rpartition("/")[2]: raw for path, raw in disk.after(cut, dice).items()}
        said = {kind: {event[2] for event in disk.events[:cut] if event[0] == kind} for kind in ("put", "deleting")}
        gone = {event[2] for event in disk.events[:cut] if event[0] == "deleted"}
        found += [f"lost {blob_id}" for blob_id in said["put"] - said["deleting"] if blob_id not in left]
        found += [f"torn {name}" for name, raw in left.items() if name in RAW and raw != RAW[name]]
        found += [f"risen {blob_id}" for blob_id in gone if blob_id in left]
    return found


@pytest.mark.parametrize("after_a_death", [False, True])
def test_five_hundred_power_cuts_lose_and_tear_nothing(
    after_a_death: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = scenario(tmp_path, LocalBlobStore, monkeypatch, after_a_death=after_a_death)
    assert sum(event[0] == "fsync" for event in disk.events) >= len(SYNCS)
    assert harm(disk, RUNS) == []


@pytest.mark.parametrize("after_a_death", [False, True])
@pytest.mark.parametrize("step", SYNCS)
def test_without_any_one_fsync_a_power_cut_does_harm(
    step: Step, after_a_death: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So none is there for nothing, and none can be taken out unseen."""
    disk = scenario(tmp_path, forgetting(step), monkeypatch, after_a_death=after_a_death)
    assert harm(disk, RUNS)


def test_renaming_before_the_content_is_synced_does_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order counts, not only that each is done."""
    disk = scenario(tmp_path, LocalBlobStore, monkeypatch, after_a_death=False)
    rename = next(at for at, event in enumerate(disk.events) if event[0] == "rename")
    assert disk.events[rename - 1][0] == "fsync"
    disk.events[rename - 1 : rename + 1] = disk.events[rename], disk.events[rename - 1]
    assert any(line.startswith("torn") for line in harm(disk, RUNS))

"""Pulling weights, against a hub that runs on this machine and speaks the real one's protocol."""

from __future__ import annotations

import hashlib
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import weights
from models.adapters import hub_downloader
from models.adapters.hub_downloader import Progress, pull
from models.adapters.hub_transfer import GatedError, PullError, Transfer
from models.errors import WeightsError
from models.weights import Entry, Kind, State, WeightFile
from models.weights_lock import read_lock
from tests.models.adapters.local_hub import COMMIT, GOOD_TOKEN, OTHER_COMMIT, Hub, running

MODEL = bytes(range(256)) * 4096
CONFIG = b'{"plain": true}\n'


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running(Hub(files={"model.bin": MODEL, "sub/config.json": CONFIG}, large={"model.bin"})) as served:
        yield served


def entry_for(hub: Hub, *, pinned: bool = True, gated: bool = False, repo: str = "some/model") -> Entry:
    files = tuple(
        WeightFile(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest() if pinned else None)
        for path, data in hub.files.items()
    )
    return Entry(
        name="small", engine="test", kind=Kind.HUB, repo=repo, revision=COMMIT, licence="MIT", files=files, gated=gated
    )


def fetch(hub: Hub, folder: Path, entry: Entry | None = None, token: str | None = None, **watch: object):
    transfer = Transfer(endpoint=hub.endpoint, token=token, sleep=lambda seconds: None, timeout_s=5)
    return pull(entry or entry_for(hub), folder, transfer=transfer, **watch)


def part_of(folder: Path) -> Path:
    return folder / "small" / f".model.bin.{COMMIT[:12]}.part"


def test_a_pull_brings_every_file_with_its_pinned_bytes(hub: Hub, tmp_path: Path) -> None:
    pulled = fetch(hub, tmp_path)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL
    assert (tmp_path / "small/sub/config.json").read_bytes() == CONFIG
    assert pulled.fetched == ("model.bin", "sub/config.json")
    assert pulled.trusted == ()


def test_a_second_pull_asks_the_hub_for_nothing(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    hub.requests.clear()
    assert fetch(hub, tmp_path).kept == ("model.bin", "sub/config.json")
    assert hub.requests == []


def test_a_damaged_file_is_pulled_again(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    (tmp_path / "small/model.bin").write_bytes(MODEL[:-1] + b"?")
    assert fetch(hub, tmp_path).fetched == ("model.bin",)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_a_dropped_connection_is_taken_up_where_it_broke_off(hub: Hub, tmp_path: Path) -> None:
    hub.drop_after = [300_000, 200_000]
    fetch(hub, tmp_path)
    ranges = [headers.get("Range") for headers in hub.asked("/blob/")]
    assert ranges[0] is None
    assert ranges[1:] == ["bytes=300000-", "bytes=500000-"]
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_a_later_pull_goes_on_with_what_an_earlier_one_left(hub: Hub, tmp_path: Path) -> None:
    part_of(tmp_path).parent.mkdir(parents=True)
    part_of(tmp_path).write_bytes(MODEL[:123_456])
    fetch(hub, tmp_path)
    assert hub.asked("/blob/")[0]["Range"] == "bytes=123456-"
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL
    assert not part_of(tmp_path).exists()


def test_a_whole_part_needs_no_request(hub: Hub, tmp_path: Path) -> None:
    part_of(tmp_path).parent.mkdir(parents=True)
    part_of(tmp_path).write_bytes(MODEL)
    fetch(hub, tmp_path)
    assert hub.asked("model.bin") == []
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


@pytest.mark.parametrize("fault", ["ignore_range", "wrong_range"])
def test_a_hub_that_cannot_go_on_is_asked_from_the_start(hub: Hub, tmp_path: Path, fault: str) -> None:
    setattr(hub, fault, True)
    part_of(tmp_path).parent.mkdir(parents=True)
    part_of(tmp_path).write_bytes(MODEL[:1000])
    fetch(hub, tmp_path)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_a_part_longer_than_the_file_is_started_anew(hub: Hub, tmp_path: Path) -> None:
    part_of(tmp_path).parent.mkdir(parents=True)
    part_of(tmp_path).write_bytes(MODEL + b"more")
    fetch(hub, tmp_path)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_a_connection_that_keeps_dropping_ends_in_a_sentence_and_keeps_the_part(hub: Hub, tmp_path: Path) -> None:
    hub.drop_after = [1000] + [0] * 20
    with pytest.raises(PullError, match="run the same command again to go on"):
        fetch(hub, tmp_path)
    assert part_of(tmp_path).stat().st_size == 1000
    assert not (tmp_path / "small/model.bin").exists()


def test_a_busy_hub_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.statuses = [503, 429]
    fetch(hub, tmp_path)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_one_wrong_byte_is_thrown_away_with_advice(hub: Hub, tmp_path: Path) -> None:
    hub.altered = {"model.bin"}
    with pytest.raises(WeightsError, match=r"model\.bin has the wrong SHA-256, so it was thrown away"):
        fetch(hub, tmp_path)
    assert list((tmp_path / "small").iterdir()) == []


def test_another_commit_than_the_pinned_one_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.commit = OTHER_COMMIT
    with pytest.raises(WeightsError, match="is not the pinned commit's"):
        fetch(hub, tmp_path)
    assert not (tmp_path / "small/model.bin").exists()


def test_a_file_of_another_size_is_refused_before_it_is_fetched(hub: Hub, tmp_path: Path) -> None:
    entry = entry_for(hub)
    hub.files["model.bin"] = MODEL * 2
    with pytest.raises(PullError, match="where 1,048,576 are pinned"):
        fetch(hub, tmp_path, entry)
    assert not part_of(tmp_path).exists()


def test_a_file_without_a_pinned_digest_is_held_to_the_first_one_that_came(hub: Hub, tmp_path: Path) -> None:
    entry = entry_for(hub, pinned=False)
    assert fetch(hub, tmp_path, entry).trusted == ("model.bin", "sub/config.json")
    assert {state.state for state in weights.verify(entry, tmp_path)} == {State.OK}
    assert read_lock(tmp_path)["small"]["model.bin"].commit == COMMIT

    hub.files["sub/config.json"] = CONFIG.replace(b"true", b"null")
    (tmp_path / "small/sub/config.json").unlink()
    with pytest.raises(WeightsError, match="wrong SHA-256"):
        fetch(hub, tmp_path, entry)


@pytest.mark.parametrize("fault", ["altered", "without_digest"])
def test_a_first_pull_believes_no_bytes_that_the_hub_does_not_vouch_for(hub: Hub, tmp_path: Path, fault: str) -> None:
    hub.altered = {"sub/config.json"} if fault == "altered" else set()
    hub.without_digest = fault == "without_digest"
    with pytest.raises(WeightsError, match=r"sub/config\.json has the wrong SHA-256"):
        fetch(hub, tmp_path, entry_for(hub, pinned=False))
    assert "sub/config.json" not in read_lock(tmp_path).get("small", {})


def test_a_gated_model_without_a_token_says_which_page_and_which_variable(hub: Hub, tmp_path: Path) -> None:
    hub.gated = True
    with pytest.raises(GatedError) as caught:
        fetch(hub, tmp_path, entry_for(hub, gated=True))
    assert f"{hub.endpoint}/some/model" in str(caught.value)
    assert "HF_TOKEN" in str(caught.value)


def test_a_token_without_access_is_told_to_accept_the_conditions_and_is_not_shown(hub: Hub, tmp_path: Path) -> None:
    hub.gated = True
    with pytest.raises(GatedError, match="Accept the model's conditions") as caught:
        fetch(hub, tmp_path, token="hf_not_accepted")
    assert "hf_not_accepted" not in f"{caught.value} {caught.value.__cause__}"


def test_a_transfer_does_not_show_its_token() -> None:
    assert "hf_secret" not in repr(Transfer(endpoint="https://hub.example", token="hf_secret"))


def test_a_good_token_opens_a_gated_model_and_goes_to_the_hub_only(hub: Hub, tmp_path: Path) -> None:
    hub.gated = True
    fetch(hub, tmp_path, token=GOOD_TOKEN)
    assert all("Authorization" in headers for role, _, headers in hub.requests if role == "hub")
    network = [headers for role, _, headers in hub.requests if role == "network"]
    assert network
    assert not any("Authorization" in headers for headers in network)


def test_a_renamed_repository_is_followed_with_the_token(hub: Hub, tmp_path: Path) -> None:
    hub.gated, hub.renamed_from = True, "old/name"
    fetch(hub, tmp_path, entry_for(hub, repo="old/name"), token=GOOD_TOKEN)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_a_file_that_the_hub_does_not_have_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    entry = entry_for(hub)
    del hub.files["model.bin"]
    with pytest.raises(PullError, match="does not have this file at the pinned commit"):
        fetch(hub, tmp_path, entry)


def test_a_hub_that_cannot_be_reached_is_one_sentence_with_no_query_in_it(hub: Hub, tmp_path: Path) -> None:
    hub.network = "http://127.0.0.1:9"
    with pytest.raises(PullError, match=r"127\.0\.0\.1 cannot be reached") as caught:
        fetch(hub, tmp_path)
    assert "Signature" not in str(caught.value)


def test_an_address_that_is_no_hub_is_refused() -> None:
    for endpoint in ("ftp://hub", "file:///etc", "hub.example", "https://user:word@hub.example"):
        with pytest.raises(PullError, match="must look like"):
            Transfer(endpoint=endpoint)


def test_a_secure_hub_is_not_followed_to_an_insecure_place() -> None:
    transfer = Transfer(endpoint="https://hub.example")
    with pytest.raises(PullError, match="not safe to follow"):
        transfer._next("https://hub.example/a", "http://hub.example/a")


def test_too_little_room_is_said_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1000, 990, 10))
    with pytest.raises(PullError, match="1 MB are still to come and the models folder has 0 MB free"):
        fetch(hub, tmp_path)
    assert not part_of(tmp_path).exists()


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hub_downloader.os, "fsync", full)
    with pytest.raises(PullError, match="disk of the models folder is full"):
        fetch(hub, tmp_path)
    assert not (tmp_path / "small/model.bin").exists()


def test_progress_never_goes_back_and_ends_with_every_byte(hub: Hub, tmp_path: Path) -> None:
    told: list[Progress] = []
    hub.drop_after = [300_000]
    fetch(hub, tmp_path, progress=told.append)
    done = [step.done for step in told]
    assert done == sorted(done)
    assert done[-1] == told[-1].total == len(MODEL) + len(CONFIG)


def test_two_pulls_of_the_same_weights_do_not_write_into_each_other(hub: Hub, tmp_path: Path) -> None:
    def second(_: Progress) -> None:
        with pytest.raises(PullError, match="Another pull of small is running"):
            fetch(hub, tmp_path)

    fetch(hub, tmp_path, progress=second)
    assert (tmp_path / "small/model.bin").read_bytes() == MODEL


def test_weights_that_a_package_carries_are_not_pulled(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nothing to pull"):
        pull(weights.entry("silero-vad-v6"), tmp_path)

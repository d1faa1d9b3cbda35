"""What the key keeper and a worker elsewhere are told: refused in one sentence where it cannot be meant."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from service.cli.workplace import worker_id_of
from service.keeper.far import opened_far
from service.keeper.machines import Machine, far_worker_id, write_folder
from service.keeper.settings import FarSettings, KeeperSettings
from service.settings_service import ServiceSettings, SettingError

POSTGRES = "postgresql+psycopg://practice@db.council.example/practice"
STORE = "s3://recordings/live?endpoint=https://objects.council.example&region=local"


def service(**more: str) -> ServiceSettings:
    return ServiceSettings.from_environment({"HOME": "/nowhere", "PRACTICE_DATA": "/nowhere/data", **more})


def elsewhere(**more: str) -> FarSettings | None:
    told = {"PRACTICE_KEEPER": "https://keeper.council.example", "PRACTICE_MACHINE": "/etc/practice/machine"}
    settings = {"PRACTICE_DATABASE_URL": POSTGRES, "PRACTICE_BLOBS": STORE}
    return FarSettings.from_environment(service(**{**settings, **more}), {**told, **more})


def test_without_a_keeper_a_worker_is_beside_the_keystore() -> None:
    assert FarSettings.from_environment(service(), {}) is None


def test_a_worker_elsewhere_asks_at_the_usual_port_unless_another_is_named() -> None:
    found = elsewhere()
    assert found == FarSettings(host="keeper.council.example", port=8766, machine=Path("/etc/practice/machine"))
    other = elsewhere(PRACTICE_KEEPER="https://10.0.0.5:9000/")
    assert other is not None
    assert (other.host, other.port) == ("10.0.0.5", 9000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRACTICE_KEEPER", ""), ("PRACTICE_MACHINE", ""), ("PRACTICE_KEEPER", "http://keeper.council.example"),
        ("PRACTICE_KEEPER", "keeper.council.example:8766"), ("PRACTICE_KEEPER", "https://"),
        ("PRACTICE_KEEPER", "https://someone@keeper.council.example"), ("PRACTICE_KEEPER", "https://k.example/keys"),
        ("PRACTICE_KEEPER", "https://k.example?a"), ("PRACTICE_KEEPER", "https://k.example:99999"),
        ("PRACTICE_KEEPER", "https://0.0.0.0"), ("PRACTICE_DATABASE_URL", "sqlite:////nowhere/service.sqlite3"),
        ("PRACTICE_BLOBS", "/nowhere/blobs"),
    ],
)  # fmt: skip
def test_what_a_worker_elsewhere_cannot_work_with_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        elsewhere(**{name: value})
    assert len(value) < 10 or value not in str(refused.value)


def test_the_keeper_listens_on_this_machine_alone_unless_told() -> None:
    found = KeeperSettings.from_environment(service(), {})
    assert (found.host, found.port, found.names) == ("127.0.0.1", 8766, ("127.0.0.1",))
    assert found.folder == Path("/nowhere/data/keys/keeper")


def test_the_keepers_certificate_is_for_the_names_that_workers_use() -> None:
    told = {"PRACTICE_KEEPER_HOST": "0.0.0.0", "PRACTICE_KEEPER_NAMES": "keeper.council.example, 10.0.0.5"}
    assert KeeperSettings.from_environment(service(), told).names == ("keeper.council.example", "10.0.0.5")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("PRACTICE_KEEPER_NAMES", {"PRACTICE_KEEPER_HOST": "0.0.0.0"}),
        ("PRACTICE_KEEPER_NAMES", {"PRACTICE_KEEPER_HOST": "::"}),
        ("PRACTICE_KEEPER_NAMES", {"PRACTICE_KEEPER_NAMES": "a name"}),
        ("PRACTICE_KEEPER_NAMES", {"PRACTICE_KEEPER_NAMES": "0.0.0.0"}),
        ("PRACTICE_KEEPER_PORT", {"PRACTICE_KEEPER_PORT": "0"}),
        ("PRACTICE_KEEPER_PORT", {"PRACTICE_KEEPER_PORT": "65536"}),
        ("PRACTICE_KEEPER_SESSIONS", {"PRACTICE_KEEPER_SESSIONS": "many"}),
    ],
)
def test_what_the_keeper_cannot_mean_is_named(name: str, told: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=name):
        KeeperSettings.from_environment(service(), told)


def test_a_worker_elsewhere_is_called_by_its_machine_and_no_host_can_be(tmp_path: Path) -> None:
    write_folder(tmp_path / "m", name="gpu-one", token="0" * 64, certificate=b"-", audit_keys=b"-")
    far = FarSettings(host="k.example", port=1, machine=tmp_path / "m")
    assert worker_id_of("0", far) == "gpu-one/0"
    machine = Machine(name="gpu-one", id="0" * 32, digest="")
    assert machine.runs(far_worker_id("gpu-one", "0"))
    assert not [
        one for one in ("gpu-one-worker-0", "gpu-one", "gpu/0", "gpu-one2/0", "x/gpu-one/0") if machine.runs(one)
    ]


def test_where_a_keystore_lies_no_worker_elsewhere_starts(tmp_path: Path) -> None:
    settings = service(PRACTICE_DATA=str(tmp_path), PRACTICE_DATABASE_URL=POSTGRES, PRACTICE_BLOBS=STORE)
    (tmp_path / "keystore.sqlite3").touch()
    far = FarSettings(host="127.0.0.1", port=1, machine=tmp_path)
    with pytest.raises(SettingError, match="keystore"), opened_far(settings, far, "0", stop=threading.Event()):
        pass

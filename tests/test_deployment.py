"""What a council installs from: images, locks, compose file, units, proxy."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_architecture import HEAVY

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILES = sorted(ROOT.glob("Dockerfile.*"))
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service")) + sorted((ROOT / "deploy/systemd").glob("*.timer"))
DROP_INS = sorted((ROOT / "deploy/systemd/drop-ins").glob("*.conf"))
IMAGES = "build", "web-packages", "worker-packages", "packages", "base"
"""Stages that no container is started from."""


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """A unit's sections; a key that is written twice has two values."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    found: dict[str, dict[str, list[str]]] = {name: {} for name in parser.sections()}
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[section].setdefault(key, []).append(value)
    return found


def instructions(path: Path) -> list[tuple[str, str]]:
    """A Dockerfile's instructions with their arguments, continued lines joined, comments left out."""
    text = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.strip().partition(" ") for line in lines) if word]


def stages(path: Path) -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage by its name; what stands before the first FROM is under ""."""
    found: dict[str, list[tuple[str, str]]] = {"": []}
    name = ""
    for word, rest in instructions(path):
        if word == "FROM":
            name = rest.split()[-1] if " AS " in rest else f"stage {len(found)}"
            found[name] = []
        found[name].append((word, rest))
    return found


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
    return loaded


def images() -> list[tuple[str, dict[str, list[tuple[str, str]]], str]]:
    """Every stage that a container is started from: its file's name, the file's stages, its own name."""
    files = [(path.name, stages(path)) for path in DOCKERFILES]
    return [(file, found, name) for file, found in files for name in found if name and name not in IMAGES]


def test_the_compose_file_publishes_no_port_but_the_webs_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    assert set(published) == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_workers_and_database_are_on_a_network_without_a_way_out() -> None:
    loaded = compose()
    assert loaded["networks"]["inside"]["internal"] is True
    for name, service in loaded["services"].items():
        assert service["networks"] == ["inside"] or name == "web", name


def test_every_container_is_held_back() -> None:
    for name, service in compose()["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["read_only"] is True, name
        assert service["ulimits"] == {"core": 0}, name
        assert name == "postgres" or service["user"] == "10001:10001", name


def test_no_container_of_ours_can_swap() -> None:
    """Sound and words are in its memory."""
    for name, service in compose()["services"].items():
        if name != "postgres":
            assert service["memswap_limit"] == service["mem_limit"], name


def test_the_compose_file_holds_no_secret_and_names_every_one_that_it_uses() -> None:
    loaded = compose()
    used = {secret for service in loaded["services"].values() for secret in service.get("secrets", [])}
    assert used == set(loaded["secrets"])
    assert all(set(secret) == {"file"} for secret in loaded["secrets"].values())
    for service in loaded["services"].values():
        for name, value in service["environment"].items():
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), name
            assert not re.search(r"(PASSWORD|SECRET|TOKEN|KEY)$", name), name


def test_every_volume_that_is_mounted_is_declared() -> None:
    loaded = compose()
    mounted = {volume.split(":")[0] for service in loaded["services"].values() for volume in service["volumes"]}
    assert {name for name in mounted if not name.startswith(".")} == set(loaded["volumes"])
    assert all((ROOT / "deploy" / name).exists() for name in mounted if name.startswith("."))


def test_the_compose_file_builds_stages_that_exist() -> None:
    for name, service in compose()["services"].items():
        if build := service.get("build"):
            file = (ROOT / "deploy" / build["context"] / build["dockerfile"]).resolve()
            assert file in DOCKERFILES, name
            assert "target" not in build or build["target"] in stages(file), name


def test_there_are_three_images() -> None:
    assert [(file, name) for file, _, name in images()] == [
        ("Dockerfile.gpu", "stage 2"), ("Dockerfile.web", "worker"), ("Dockerfile.web", "web"),
    ]  # fmt: skip


@pytest.mark.parametrize(("file", "found", "name"), images(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_image_ends_as_the_user_that_owns_the_keystore(file: str, found: dict[str, Any], name: str) -> None:
    users = [rest for word, rest in found[name] if word == "USER"]
    assert users[-1:] == ["10001:10001"]
    assert {word for word, _ in found[name]} >= {"HEALTHCHECK", "VOLUME", "ENTRYPOINT", "CMD"}


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_every_source_of_a_copy_is_there_and_in_the_build_context(path: Path) -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    copied = [rest.split() for word, rest in instructions(path) if word == "COPY"]
    sources = {source for words in copied for source in words[:-1]}
    ours = {source for words in copied if not words[0].startswith("--from=") for source in words[:-1]}
    assert len(ours) > 6
    assert {source for source in ours if not (ROOT / source).exists()} == set()
    assert {s for s in ours if s not in kept and not (s.startswith("requirements/") and s.endswith(".lock"))} == set()
    assert {source[7:] for source in sources if source.startswith("--from=")} <= set(stages(path))


def unless_told(value: str) -> str:
    """What a value of compose.yaml is where the environment does not say otherwise."""
    return re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value)


def test_compose_builds_from_the_same_images_as_the_files_alone() -> None:
    for service in compose()["services"].values():
        if build := service.get("build"):
            own = dict(rest.split("=", 1) for word, rest in stages(ROOT / build["dockerfile"])[""] if word == "ARG")
            told = {name: unless_told(value) for name, value in build["args"].items()}
            assert own == {name: value for name, value in told.items() if name.endswith("_IMAGE")}


@pytest.mark.parametrize("service", ["web", "worker", "worker-gpu", "postgres"])
def test_no_name_of_the_outside_is_asked_for(service: str) -> None:
    """An address that is nobody's (RFC 5737): engines otherwise hand names on to this machine's own resolver."""
    assert compose()["services"][service]["dns"] == ["192.0.2.1"]


def test_nothing_is_taken_by_a_tag_that_moves() -> None:
    """No `latest`, no name without a tag."""
    named = [unless_told(service["image"]) for service in compose()["services"].values()]
    for path in DOCKERFILES:
        named += [rest.partition("=")[2] for word, rest in stages(path)[""] if word == "ARG"]
        own = set(stages(path))
        for word, rest in instructions(path):
            base = rest.split()[0]
            if word == "FROM" and base not in own:
                assert base.startswith("${"), f"{path.name}: {base}"
    assert len(named) == 6
    assert [image for image in named if not re.fullmatch(r"[a-z/-]+:(?!latest)[\w.-]+", image)] == []


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_what_is_installed_from_a_lock_is_checked_against_its_hashes(path: Path) -> None:
    runs = [rest for word, rest in instructions(path) if word == "RUN"]
    installs = [part for run in runs for part in run.split("&&") if "-r requirements/" in part]
    assert len(installs) >= 2
    assert [part for part in installs if "--require-hashes" not in part or "--no-deps" not in part] == []


def locked(name: str) -> dict[str, str]:
    """The entries of a lock file by package."""
    text = (ROOT / f"requirements/{name}.lock").read_text("utf-8")
    return {part.partition("==")[0].partition(" ")[0]: part for part in re.split(r"\n(?=\w)", text.strip())}


@pytest.mark.parametrize("name", ["web", "worker", "gpu", "build"])
def test_images_hold_the_versions_and_hashes_that_the_tests_ran_with(name: str) -> None:
    tested = locked("test") | locked("run")
    assert {package for package, entry in locked(name).items() if _pins(entry) != _pins(tested[package])} == set()


def _pins(entry: str) -> list[str]:
    return [re.split(r"[ ;]", entry)[0], *sorted(re.findall(r"sha256:\w+", entry))]


def test_the_webs_image_has_all_of_a_worker_but_no_model_library() -> None:
    left_out = set(locked("worker")) - set(locked("web"))
    names = {package.replace("-", "_") for package in locked("web")}
    assert set(locked("web")) < set(locked("worker"))
    assert {"av", "ctranslate2", "onnxruntime", "faster-whisper", "moonshine-voice"} <= left_out
    assert names & HEAVY == set()


def test_the_command_and_the_web_process_start_without_what_the_webs_image_leaves_out() -> None:
    left_out = sorted(package.replace("-", "_") for package in set(locked("worker")) - set(locked("web")))
    code = f"""
import importlib, importlib.util, sys
for name in {left_out!r}:
    sys.modules[name] = None
for name in ("service.cli.main", "service.parts", "service.audit.log", "service.keybroker.keystore", "service.app"):
    if name != "service.app" or importlib.util.find_spec(name):
        importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_gpus_lock_leaves_torch_to_the_source_of_cuda_12_wheels() -> None:
    gpu = locked("gpu")
    assert {"torch", "torchaudio", "torchcodec"} & set(gpu) == set()
    assert [name for name in gpu if name.startswith(("nvidia-", "cuda-", "triton"))] == []
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    text = (ROOT / "Dockerfile.gpu").read_text("utf-8")
    for need in [*pinned["gpu"], *pinned["loaders"]]:
        if need.startswith("torch"):
            assert need in text, need


@pytest.mark.parametrize("path", [*UNITS, *DROP_INS], ids=lambda path: path.name)
def test_a_unit_can_be_read(path: Path) -> None:
    found = unit(path)
    wanted = {".timer": "Timer", ".service": "Service", ".conf": "Service"}
    assert found[wanted[path.suffix]]


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_a_service_runs_with_as_little_as_it_can(path: Path) -> None:
    service = unit(path)["Service"]
    wanted = {
        "User": "practice", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes",
        "LimitCORE": "0", "MemorySwapMax": "0", "UMask": "0077", "CapabilityBoundingSet": "",
    }  # fmt: skip
    assert {key: service.get(key, [None])[-1] for key in wanted} == wanted
    assert "MemoryMax" in service
    assert "practice" in service["StateDirectory"][0].split()
    assert unit(path)["Unit"]["AssertPathIsMountPoint"] == ["/mnt/practice-offsite"]


def test_a_worker_has_no_network_unless_a_drop_in_names_addresses() -> None:
    worker = unit(ROOT / "deploy/systemd/practice-worker@.service")["Service"]
    opened = unit(ROOT / "deploy/systemd/drop-ins/network.conf")["Service"]
    assert worker["PrivateNetwork"] == ["yes"]
    assert opened["IPAddressDeny"] == ["any"]
    assert "any" not in opened["IPAddressAllow"]


def test_a_worker_may_still_build_the_walls_round_a_recording() -> None:
    """The media child unshares its network and makes an empty folder its root."""
    worker = unit(ROOT / "deploy/systemd/practice-worker@.service")["Service"]
    assert set(worker["RestrictNamespaces"][0].split()) == {"user", "net", "ipc"}
    assert "chroot" in worker["SystemCallFilter"][0].split()


def test_every_timer_has_its_service_and_is_explained() -> None:
    timers = [path for path in UNITS if path.suffix == ".timer"]
    page = (ROOT / "deploy/systemd/README.md").read_text("utf-8")
    assert len(timers) == 3
    for path in timers:
        assert path.with_suffix(".service") in UNITS
        assert path.stem in page


def port_of(name: str, pattern: str) -> str:
    found = re.search(pattern, (ROOT / name).read_text("utf-8"))
    assert found, name
    return found[1]


def test_proxy_image_settings_and_pages_agree_on_the_port() -> None:
    ports = {
        port_of("Dockerfile.web", r"PRACTICE_PORT=(\d+)"), port_of("Dockerfile.web", r"EXPOSE (\d+)"),
        port_of("Dockerfile.web", r"127\.0\.0\.1:(\d+)/healthz"), port_of("deploy/nginx.conf", r"127\.0\.0\.1:(\d+);"),
        port_of("deploy/systemd/practice.env.example", r"PRACTICE_PORT=(\d+)"),
        port_of("deploy/compose.yaml", r"127\.0\.0\.1:\d+:(\d+)"),
        port_of("docs/run-on-one-machine.md", r"127\.0\.0\.1:(\d+)/readyz"),
    }  # fmt: skip
    assert len(ports) == 1


def test_the_proxy_never_writes_an_upload_to_its_own_disk() -> None:
    text = re.sub(r"#.*", "", (ROOT / "deploy/nginx.conf").read_text("utf-8"))
    said = dict(re.findall(r"^\s*([a-z_0-9]+)\s+([^;{]+);", text, re.MULTILINE))
    assert said["proxy_request_buffering"] == "off"
    assert said["proxy_buffering"] == "off"
    assert said["proxy_max_temp_file_size"] == "0"

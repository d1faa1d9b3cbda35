"""Finding out what a machine has, without importing model libraries."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from models.adapters import machine_probe
from service.doctor import OLDEST_FFMPEG, numbers


def test_a_child_answers_in_json() -> None:
    assert machine_probe.ask("print([1, 2])") == [1, 2]


@pytest.mark.parametrize("code", ["print('no json'", "import os; os.abort()", "print('no json')"])
def test_a_child_that_fails_answers_nothing(code: str) -> None:
    assert machine_probe.ask(code) is None


def test_the_token_does_not_reach_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert machine_probe.ask("import os, json; print(json.dumps('HF_TOKEN' in os.environ))") is False


def test_the_installed_decoder_is_new_enough() -> None:
    found = machine_probe.ffmpeg()
    assert found is not None
    assert numbers(found[1]) >= OLDEST_FFMPEG


def test_a_package_that_is_absent_has_no_version() -> None:
    assert machine_probe.package_version("no-such-package-anywhere") is None
    assert machine_probe.package_version("numpy")


def test_torch_is_read_and_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "torch"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    (package / "version.py").write_text("cuda: Optional[str] = '12.6'\nhip: Optional[str] = None\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(machine_probe, "package_version", lambda name: "2.13.0+cu126")
    assert machine_probe.torch_build() == ("2.13.0+cu126", "12.6")
    (package / "version.py").write_text("cuda: Optional[str] = None\n")
    assert machine_probe.torch_build() == ("2.13.0+cu126", None)


def test_gpus_are_what_the_driver_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA Test, 16384 MiB, 570.1'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert machine_probe.nvidia_gpus() == ("NVIDIA Test, 16384 MiB, 570.1",)
    program.write_text("#!/bin/sh\nexit 9\n")
    assert machine_probe.nvidia_gpus() == ()
    program.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine_probe.nvidia_gpus() == ()

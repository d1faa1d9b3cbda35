"""A clean Debian 12 in a folder, and commands in it. Needs root, debootstrap, and systemd-nspawn to boot it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = (
    "ca-certificates", "curl", "dbus", "passwd", "python-is-python3", "python3", "python3-venv", "sudo", "systemd",
    "systemd-sysv",
)  # fmt: skip
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--resolv-conf=off")
"""Runs something in a folder without asking this machine's own systemd."""
_PASSED_ON = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_DEFAULT_TIMEOUT", "UV_HTTP_TIMEOUT")
_BOOT_S = 90


class StepError(Exception):
    """A step did not end well."""


def made(folder: Path) -> None:
    """Make the folder where it is not there yet: a minimal Debian with what the pages take for granted."""
    if (folder / "etc/debian_version").exists():
        return
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def prepared(folder: Path) -> None:
    """Names and certificates of this machine, and a checkout of the last commit as /src."""
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    shutil.copy(f"/{CERTIFICATES}", folder / CERTIFICATES)
    (folder / "etc/hosts").write_text(f"127.0.0.1 localhost {os.uname().nodename}\n", "utf-8")
    (folder / "etc/sudoers.d/mirrors").write_text("Defaults !env_reset\n", "utf-8")
    shutil.rmtree(folder / "src", ignore_errors=True)
    (folder / "src").mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(folder / "src")], input=archive, check=True)


def environment(more: Mapping[str, str]) -> list[str]:
    """What a command in the folder sees, for `env -i`: nothing of this machine's but its mirrors' addresses."""
    told = {
        "PATH": PATH,
        "HOME": "/root",
        "TERM": "dumb",
        "PIP_CERT": f"/{CERTIFICATES}",
        "SSL_CERT_FILE": f"/{CERTIFICATES}",
    }
    told |= {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return ["env", "-i", *(f"{name}={value}" for name, value in {**told, **more}.items())]


def ran(command: Sequence[str], shown: str) -> str:
    """Run it; what it printed. Raises StepError with the end of that."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    printed = done.stdout + done.stderr
    if done.returncode:
        raise StepError(f"exit code {done.returncode}: {shown}\n{printed[-2000:]}")
    return printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted:
    """Commands in the folder while its own systemd runs it, on this machine's network."""

    leader: int

    def sh(self, line: str) -> str:
        """Run a line of shell as root. Raises StepError."""
        entered = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-p", "-r", "-w"]
        return ran([*entered, *environment({}), "sh", "-c", line], line)


@contextmanager
def booted(folder: Path) -> Iterator[Booted]:
    """The folder with its systemd running; it is powered off at the end."""
    command = [*NSPAWN, "-D", str(folder), "--boot"]
    with (folder.parent / f"{folder.name}.console").open("wb") as console:
        nspawn = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True
        )
    try:
        machine = Booted(leader=_leader(nspawn.pid))
        _until_up(machine)
        yield machine
        subprocess.run(["nsenter", "-t", str(machine.leader), "-m", "-p", "-r", "systemctl", "poweroff"], check=False)
        nspawn.wait(60)
    finally:
        if nspawn.poll() is None:
            nspawn.send_signal(signal.SIGTERM)
            nspawn.wait(60)


def _leader(pid: int) -> int:
    end = time.monotonic() + _BOOT_S
    while time.monotonic() < end:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        time.sleep(0.5)
    raise StepError("systemd did not start in the folder; its console is beside the folder")


def _until_up(machine: Booted) -> None:
    end = time.monotonic() + _BOOT_S
    while time.monotonic() < end:
        try:
            machine.sh("systemctl is-system-running --quiet")
        except StepError:
            time.sleep(1)
        else:
            return
    raise StepError("systemd did not come up in the folder; its console is beside the folder")

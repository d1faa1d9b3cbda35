"""Sets up the virtual environment: `python3 requirements/set_up.py run|test`. Needs nothing but Python 3.11 and its standard library.

`run` installs what the main job needs, `test` that and everything the tests need. Versions and hashes come from the lock files.
It is instant when nothing changed. torch is installed for `test` alone, and only as a build that does not ask for CUDA packages.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": ("run.lock",), "test": ("run.lock", "test.lock")}
TORCH = "torch==2.13.0"
INSTALLER = "uv==0.13.9"


def main() -> int:
    """Set up the environment named in the arguments; returns the exit code."""
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted not in LOCKS:
        print("usage: python3 requirements/set_up.py run|test", file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):
        print(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 3
    home = Path(os.environ.get("PRACTICE_VENV", ROOT / ".venv"))
    stamp = home / f".practice-{wanted}"
    mark = fingerprint(wanted)
    if stamp.exists() and stamp.read_text() == mark:
        return 0
    started = time.monotonic()
    try:
        install(home, wanted)
    except subprocess.CalledProcessError as failed:
        print(f"The set-up stopped at: {' '.join(map(str, failed.cmd[:6]))} ... Its message is above.", file=sys.stderr)
        return 3
    stamp.write_text(mark)
    print(f"Set up in {time.monotonic() - started:.0f} s.")
    return 0


def fingerprint(wanted: str) -> str:
    """What the environment is made from; a change of any of it sets up again."""
    made_from = [ROOT / "requirements" / name for name in LOCKS[wanted]]
    made_from += [ROOT / "pyproject.toml", Path(__file__)]
    digest = hashlib.sha256(f"{sys.version}{ROOT}".encode())
    for path in made_from:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(home: Path, wanted: str) -> None:
    """Make the environment and install the locked packages into it."""
    python = home / "bin" / "python"
    if not python.exists():
        make_environment(home)
    step("the installer (uv)", [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", INSTALLER])
    locked = ROOT / "requirements" / LOCKS[wanted][-1]
    if wanted == "test":
        check_compiler()
    megabytes = "about 1.9 GB on disk" if wanted == "test" else "about 0.7 GB on disk"
    uv = [home / "bin" / "uv", "pip", "install", "-q", "--python", python]
    step(f"the locked packages, {megabytes}", [*uv, "--no-deps", "--require-hashes", "-r", locked])
    step("this project", [*uv, "--no-deps", "-e", ROOT])
    if wanted == "test":
        install_torch(python)


def make_environment(home: Path) -> None:
    """A virtual environment with pip; says what to install where Python came without venv."""
    try:
        venv.create(home, with_pip=True, clear=home.exists())
    except (subprocess.CalledProcessError, ModuleNotFoundError):
        shutil.rmtree(home, ignore_errors=True)
        print("Python came without venv. On Debian or Ubuntu: apt-get install python3-venv", file=sys.stderr)
        raise


def check_compiler() -> None:
    """One of the evaluation libraries (meeteval) is built on the machine; says so where no compiler is found."""
    if not shutil.which("g++") and not shutil.which("clang++"):
        print(
            "A C++ compiler is needed to build meeteval. On Debian or Ubuntu: apt-get install g++ python3-dev",
            file=sys.stderr,
        )
        raise subprocess.CalledProcessError(1, ["g++", "--version"])


def install_torch(python: Path) -> None:
    """Install torch where a build without CUDA packages can be had; otherwise say how to get one and go on."""
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    asked = subprocess.run(
        [*pip, "-q", "--dry-run", "--no-deps", "--report", "-", TORCH], capture_output=True, text=True
    )
    needs: list[str] = []
    if asked.returncode == 0:
        needs = (
            json.loads(asked.stdout)["install"][0]["metadata"].get("requires_dist", [])
            if json.loads(asked.stdout)["install"]
            else []
        )
    heavy = [need for need in needs if need.startswith(("nvidia", "cuda"))]
    if asked.returncode != 0 or (
        heavy and sys.platform == "linux" and "extra ==" not in heavy[0] and not shutil.which("nvidia-smi")
    ):
        print(
            "Only a CUDA build of torch was found, several gigabytes, and this machine has no GPU: torch is left out and the tests that need\n"
            "it skip. To run them, set PIP_EXTRA_INDEX_URL to the address of PyTorch's CPU wheels and run this again.",
            file=sys.stderr,
        )
        return
    step("torch", [*pip, "-q", "--no-deps", TORCH])


def step(what: str, command: list[object]) -> None:
    """Run one step and say what it does; raises CalledProcessError."""
    print(f"Installing {what} ...", flush=True)
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())

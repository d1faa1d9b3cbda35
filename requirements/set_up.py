"""Sets up the virtual environment: `python3 requirements/set_up.py run|test|browser|docs`, with Python 3.11 or later.

`run` installs what the main job needs; `test` that and everything the tests need; `browser` what drives a browser in
the tests of the report page, and asks for Chromium; `docs` what makes the documentation a site. Versions and hashes
come from the lock files. It is instant when nothing changed. torch is installed for `test` alone, and never as a build
that asks for CUDA packages unless the machine has a GPU.
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
LOCKS = {name: ROOT / "requirements" / f"{name}.lock" for name in ("run", "test", "browser", "docs")}
SIZES = {
    "run": "about 0.7 GB on disk",
    "test": "about 2 GB on disk",
    "browser": "0.1 GB more than the tests",
    "docs": "a few MB more",
}
INSTALLER = "uv==0.13.9"
CHROMIUM = ("chromium", "google-chrome")
TORCH = "torch==2.13.0"
NO_TORCH = """\
Only a CUDA build of torch was found, several gigabytes, and this machine has no GPU: torch is left out, and the tests
that need it skip. To run them, set PIP_EXTRA_INDEX_URL to the address of PyTorch's CPU wheels and run this again."""


def main() -> int:
    """Set up the environment named in the arguments; returns the exit code."""
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted not in LOCKS:
        return refuse("usage: python3 requirements/set_up.py run|test|browser|docs")
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything has checked the version
        return refuse(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    if wanted == "browser" and not any(map(shutil.which, CHROMIUM)):
        return refuse("The tests of the report page need Chromium. On Debian or Ubuntu: apt-get install chromium")
    home = Path(os.environ.get("PRACTICE_VENV", ROOT / ".venv"))
    stamp, mark = home / f".practice-{wanted}", fingerprint(wanted)
    if stamp.exists() and stamp.read_text() == mark:
        return 0
    started = time.monotonic()
    try:
        install(home, wanted)
    except subprocess.CalledProcessError as failed:
        return refuse(f"The set-up stopped at: {' '.join(map(str, failed.cmd[:5]))} ... Its message is above.")
    stamp.write_text(mark)
    print(f"Set up in {time.monotonic() - started:.0f} s.")
    return 0


def refuse(sentence: str) -> int:
    """Say what is wrong; the exit code for it."""
    print(sentence, file=sys.stderr)
    return 3


def fingerprint(wanted: str) -> str:
    """What the environment is made from; a change of any of it sets up again."""
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for path in (LOCKS[wanted], ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(home: Path, wanted: str) -> None:
    """Make the environment and install the locked packages into it."""
    python = home / "bin" / "python"
    if not python.exists():
        make_environment(home)
    if wanted == "test":
        check_compiler()
    step("the installer (uv)", [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", INSTALLER])
    uv = [home / "bin" / "uv", "pip", "install", "-q", "--python", python, "--no-deps"]
    step(f"the locked packages, {SIZES[wanted]}", [*uv, "--require-hashes", "-r", LOCKS[wanted]])
    step("this project", [*uv, "-e", ROOT])
    if wanted == "test":
        install_torch(python)


def make_environment(home: Path) -> None:
    """A virtual environment with pip; says what to install where Python came without venv."""
    try:
        venv.create(home, with_pip=True, symlinks=True, clear=home.exists())
    except subprocess.CalledProcessError:
        shutil.rmtree(home, ignore_errors=True)
        refuse("Python came without venv. On Debian or Ubuntu: apt-get install python3-venv")
        raise


def check_compiler() -> None:
    """One of the evaluation libraries (meeteval) is built on the machine; says so where no compiler is found."""
    if not shutil.which("g++") and not shutil.which("clang++"):
        refuse("A C++ compiler is needed to build meeteval. On Debian or Ubuntu: apt-get install g++ python3-dev")
        raise subprocess.CalledProcessError(1, ["g++", "--version"])


def install_torch(python: Path) -> None:
    """Install torch where a build without CUDA packages can be had; otherwise say how to get one and go on."""
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "-q", "--no-deps"]
    report = [str(part) for part in [*pip, "--dry-run", "--report", "-", TORCH]]
    asked = subprocess.run(report, capture_output=True, text=True, check=False)
    if asked.returncode != 0 or (asks_for_cuda(asked.stdout) and not shutil.which("nvidia-smi")):
        refuse(NO_TORCH)
        return
    step("torch", [*pip, TORCH])


def asks_for_cuda(report: str) -> bool:
    """Whether pip's report names a build whose plain requirements, not its extras, hold CUDA packages."""
    for package in json.loads(report)["install"]:
        for need in package["metadata"].get("requires_dist", []):
            if need.startswith(("nvidia-", "cuda-", "triton")) and "extra ==" not in need:
                return sys.platform == "linux"
    return False


def step(what: str, command: list[object]) -> None:
    """Run one step and say what it does; raises CalledProcessError."""
    print(f"Installing {what} ...", flush=True)
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())

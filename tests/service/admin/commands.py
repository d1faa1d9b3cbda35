"""Commands run as people run them, each in a process of its own that was forked from this one."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service import barriers
from service.cli.main import main


@dataclass(frozen=True)
class Ran:
    """How it ended: its exit code, or minus the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


def practice(environment: Mapping[str, str], *words: str, barrier: str = "") -> Ran:
    """`practice` with these words and settings; ``barrier`` names where it is killed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("out", "err")]
        child = os.fork()
        if not child:
            _be_it(environment, words, barrier, paths)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Ran(code, *(path.read_text("utf-8") for path in paths))


def _be_it(environment: Mapping[str, str], words: tuple[str, ...], barrier: str, paths: list[Path]) -> None:
    code = 99
    try:
        os.environ.update(environment)
        barriers.arm({barriers.VARIABLE: barrier})
        for number, path in enumerate(paths, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115 - descriptors
        sys.argv = ["practice", *words]
        code = 0
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

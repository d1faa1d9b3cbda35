"""`practice remote` on this machine, as the people of a service in containers use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.debian.folder import ROOT, StepError
from pipelines.demo import demo_recording

PATIENCE_S = 1800
PASSWORD = "kettle under nine ladders"
FIRST, WORKER = "first@council", "worker@council"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Commands against ``url``; what they keep lies in ``folder``."""

    url: str
    folder: Path

    def begun(self, link: str) -> None:
        """Become the first administrator, and invite somebody who signs in. Raises StepError."""
        (self.folder / "password").write_text(PASSWORD, "utf-8")
        (self.folder / "password").chmod(0o600)
        self.said("accept-link", link, "--name", FIRST, "--shown-name", "First", *self._password)
        self.said("sign-in", self.url, "--name", FIRST, *self._password)
        made = self.said(
            "invite", WORKER, "--shown-name", "A worker", "--role", "practitioner", "--name", FIRST, *self._password
        )
        self.said("accept-link", made["link"], *self._password)
        self.said("sign-in", self.url, "--name", WORKER, *self._password)

    def uploaded(self) -> str:
        """Add a session with the sample recording, to which everybody agreed; its id. Raises StepError."""
        present = ("practitioner", "parent_or_carer", "child")
        roles = [word for role in present for word in ("--participant", role)]
        made = self.said(
            "add", str(demo_recording()), "--setting", "direct_practice", "--held-on", "2026-11-20",
            "--lawful-basis", "public-task", *roles, "--given", "reflection,coaching=spoken",
        )  # fmt: skip
        return str(made["session"])

    def until_running(self, session: str) -> None:
        """Wait until a worker is at it. Raises StepError."""
        self._until(session, "running")

    def until_done(self, session: str) -> None:
        """Wait until the session is coded and scored. Raises StepError."""
        self._until(session, "done")

    def _until(self, session: str, wanted: str) -> None:
        end, state = time.monotonic() + PATIENCE_S, ""
        while time.monotonic() < end:
            jobs = self.said("status", session)["jobs"]
            state = jobs[0]["state"] if jobs else "none"
            if state == wanted:
                return
            if state in ("done", "failed", "cancelled"):
                break
            time.sleep(1)
        raise StepError(f"the session's job is {state}, and not {wanted}")

    @property
    def _password(self) -> tuple[str, str]:
        return ("--password-file", str(self.folder / "password"))

    def said(self, *words: str) -> Any:
        """What a command says as JSON. Raises StepError."""
        command = [sys.executable, "-m", "service.cli", "remote", *words, "--json"]
        told = {**os.environ, "XDG_CONFIG_HOME": str(self.folder)}
        done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StepError(f"exit code {done.returncode}: practice remote {words[0]}\n{done.stderr[-2000:]}")
        return json.loads(done.stdout)

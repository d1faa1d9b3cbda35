"""The steps of Dockerfile.web in copies of a clean Debian folder, one for each stage, and then what the image runs.

    python -m benchmarks.debian.image --target web
    python -m benchmarks.debian.image --target worker

Debian 12 stands for the Python image, whose system it is. Reads the instructions that our files use, and no others. The
image's command is started as its user with nothing else running, and its health check is asked until it says yes. Needs
root, debootstrap, systemd-nspawn and a package registry.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.debian.folder import NSPAWN, PATH, ROOT, StepError, environment, made, prepared, ran

FILE = ROOT / "Dockerfile.web"
PATIENCE_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage's folder, and what its instructions have set for those after them."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    where: str = "/"
    user: str = "root"
    starts: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    health: tuple[str, ...] = ()

    def command(self, *words: str) -> list[str]:
        """The command line that runs these words in the folder, as its user and with its variables."""
        place = ["--as-pid2", "--pipe", f"--directory={self.folder}", f"--chdir={self.where}", f"--user={self.user}"]
        return [*NSPAWN, *place, *environment(self.variables), *words]


def main() -> int:
    """Print each instruction and its seconds; 1 where one did not end well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", default="web", choices=("web", "worker"))
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/practice-debian"), help="kept for the next time")
    given = parser.parse_args()
    debian = given.folder.resolve()
    made(debian)
    prepared(debian)
    text, stages = FILE.read_text("utf-8"), dict[str, Stage]()
    wanted = needed(text, given.target)
    try:
        for name, base, instructions in stages_of(text):
            if name in wanted:
                stages[name] = built(name, stages.get(base), debian, instructions, stages)
        started(stages[given.target])
    except StepError as failed:
        print(f"FAILED {failed}")
        return 1
    print("Every step ended well.")
    return 0


def stages_of(text: str) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Each stage: its name, what it begins from, and its instructions."""
    lines = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#"))).splitlines()
    found: list[tuple[str, str, list[tuple[str, str]]]] = []
    for line in filter(None, map(str.strip, lines)):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append((name, base, []))
        elif found:
            found[-1][2].append((word, rest.strip()))
    yield from found


def needed(text: str, target: str) -> set[str]:
    """The stages that a target is made of."""
    every = {name: (base, instructions) for name, base, instructions in stages_of(text)}
    wanted, found = [target], set()
    for name in wanted:
        if name in every and name not in found:
            found.add(name)
            base, instructions = every[name]
            wanted += [base, *(source for _, rest in instructions for source in re.findall(r"^--from=(\S+)", rest))]
    return found


def built(
    name: str, base: Stage | None, debian: Path, instructions: list[tuple[str, str]], others: dict[str, Stage]
) -> Stage:
    """Run a stage's instructions in a copy of what it begins from. Raises StepError."""
    folder = debian.parent / f"{debian.name}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base.folder if base else debian), str(folder)], check=True)
    if base is None:
        shutil.rmtree(folder / "src")
    stage = replace(base, folder=folder) if base else Stage(folder=folder)
    for word, rest in instructions:
        begun = time.monotonic()
        stage = done(stage, word, rest, debian, others)
        print(f"{time.monotonic() - begun:6.1f} s  {name}: {word} {rest[:90]}", flush=True)
    return stage


def done(stage: Stage, word: str, rest: str, debian: Path, others: dict[str, Stage]) -> Stage:
    """One instruction. Raises StepError."""
    match word:
        case "RUN":
            ran(stage.command("sh", "-c", rest), rest)
        case "COPY":
            _copied(stage, rest, debian, others)
        case "ENV":
            told = dict(one.split("=", 1) for one in shlex.split(rest))
            return replace(stage, variables=stage.variables | {k: v.replace("$PATH", PATH) for k, v in told.items()})
        case "WORKDIR":
            (stage.folder / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            return replace(stage, where=rest)
        case "USER":
            return replace(stage, user=rest.partition(":")[0])
        case "ENTRYPOINT":
            return replace(stage, starts=tuple(json.loads(rest)))
        case "CMD":
            return replace(stage, arguments=tuple(json.loads(rest)))
        case "HEALTHCHECK":
            return replace(stage, health=tuple(json.loads(rest.partition(" CMD ")[2])))
        case "ARG" | "VOLUME" | "EXPOSE":
            pass
        case _:
            raise StepError(f"{word} is not an instruction that this reads")
    return stage


def _copied(stage: Stage, rest: str, debian: Path, others: dict[str, Stage]) -> None:
    *sources, target = [part for part in rest.split() if not part.startswith("--")]
    taken_from = re.match(r"--from=(\S+)", rest)
    root = others[taken_from[1]].folder if taken_from else debian / "src"
    place = stage.folder / (target if target.startswith("/") else f"{stage.where}/{target}").lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    for source in (root / one.lstrip("/") for one in sources):
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, place / source.name)


def started(stage: Stage) -> None:
    """Start what the image starts, and ask its health check until it says yes. Raises StepError."""
    begun = time.monotonic()
    check = shlex.join(stage.health)
    waits = f"i=0; until {check}; do i=$((i+1)); test $i -lt {PATIENCE_S} || exit 1; sleep 1; done"
    starts = shlex.join((*stage.starts, *stage.arguments))
    line = f"{shlex.join(stage.starts)} upgrade && {starts} & {waits}; kill -TERM $!; wait $!"
    stage = replace(stage, variables=stage.variables | {"PRACTICE_URL": "http://localhost:8765"})
    ran(stage.command("sh", "-c", line), line)
    print(f"{time.monotonic() - begun:6.1f} s  it started, said that it is well, and stopped when it was told to")


if __name__ == "__main__":
    sys.exit(main())

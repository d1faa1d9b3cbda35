"""Rubrics and prompts that were released are never edited: ``rubric_prompts/used.json`` holds the digest of each."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

USED = "used.json"
_VERSIONED = re.compile(r"[a-z][a-z0-9_]*\.v[1-9][0-9]*\.(?:yaml|md|schema\.json)")


def versioned_files(folder: Path) -> tuple[str, ...]:
    """Every rubric, prompt and prompt's schema in a folder of rubrics, by its path below the folder, sorted."""
    found = (path for path in folder.rglob("*") if path.is_file() and _VERSIONED.fullmatch(path.name))
    return tuple(sorted(path.relative_to(folder).as_posix() for path in found))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sealed(folder: Path) -> dict[str, str]:
    """The digest of every released file by its path below the folder; empty where nothing was released."""
    used = folder / USED
    return dict(json.loads(used.read_text("utf-8"))) if used.exists() else {}


def seal(folder: Path) -> dict[str, str]:
    """Add the files that are not listed yet, and return them; an entry that is there is never changed."""
    listed = sealed(folder)
    new = {name: digest_of(folder / name) for name in versioned_files(folder) if name not in listed}
    if new:
        text = json.dumps(dict(sorted({**listed, **new}.items())), indent=2)
        (folder / USED).write_text(text + "\n", "utf-8")
    return new


def broken_seals(folder: Path) -> tuple[str, ...]:
    """Sentences about every released file that was changed or is gone, and every file that is not listed."""
    listed, there = sealed(folder), versioned_files(folder)
    gone = [f"{name} was released and is gone. Bring it back." for name in listed if name not in there]
    new = [f"{name} is not in {USED}. Run: python -m pipelines.rubrics seal" for name in there if name not in listed]
    changed = [
        f"{name} was released and has been changed since. Take the change back, and make a new version of the file."
        for name, digest in listed.items()
        if name in there and digest_of(folder / name) != digest
    ]
    return (*gone, *changed, *new)

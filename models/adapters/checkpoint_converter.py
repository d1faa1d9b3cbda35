"""Turns pulled pickles into safetensors, once, in a confined process; the pickle is deleted and never loaded.

What was made is written to the lock file together with the digest of the pickle it was made from.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from models import weights
from models.errors import WeightsError
from models.weights import CONVERTED, Entry
from models.weights_lock import LockedFile, record

_READER = Path(__file__).with_name("checkpoint_reader.py")
_REFUSED = 65
_TIMEOUT_S = 300


def convert(entry: Entry, models_folder: Path) -> tuple[str, ...]:
    """Convert every pickle of ``entry`` that is there; gives the relative paths that were converted.

    A pickle is touched only if its SHA-256 is the pinned one. Raises WeightsError; then nothing was replaced.
    """
    folder = weights.folder_of(entry, models_folder)
    pickles = [file for file in entry.files if file.convert and (folder / file.path).is_file()]
    for file in pickles:
        if weights.digest(folder / file.path) != file.sha256:
            raise WeightsError(
                f"{entry.name}: {file.path} is not the file we know, so it was not opened. "
                f"Delete it and run `practice models pull {entry.name}`."
            )
    convert_files(models_folder, entry.name, [(file.path, file.sha256 or "") for file in pickles], entry.revision)
    return tuple(file.path for file in pickles)


def convert_files(models_folder: Path, name: str, pickles: Iterable[tuple[str, str]], commit: str = "") -> None:
    """Convert pickles (relative path, SHA-256 already checked) below ``models_folder / name`` and lock the result."""
    for path, sha256 in pickles:
        source = models_folder / name / path
        with tempfile.TemporaryDirectory(dir=source.parent, prefix=".converting-") as scratch:
            _run_reader(source, Path(scratch), f"{name}/{path}")
            made = {product: _locked(Path(scratch) / product, commit, sha256) for product in CONVERTED}
            for product in CONVERTED:
                (Path(scratch) / product).replace(source.with_name(product))
        places = {Path(path).with_name(product).as_posix(): locked for product, locked in made.items()}
        record(models_folder, name, places, forget=(path,))
        source.unlink()


def _run_reader(source: Path, into: Path, shown: str) -> None:
    """Raises WeightsError unless the confined process has written all of `CONVERTED`."""
    environment = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-I", "-B", str(_READER), str(source.resolve()), str(into.resolve())]
    try:
        done = subprocess.run(
            command,
            check=False,
            env=environment,
            cwd=into,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f"{shown}: the conversion took too long and was stopped. Pull the weights again.") from error
    if done.returncode == _REFUSED:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise WeightsError(f"{shown} was not converted, and must not be used. {said}")
    if done.returncode != 0 or not all((into / product).is_file() for product in CONVERTED):
        raise WeightsError(f"{shown}: the conversion failed ({done.returncode}). Pull the weights again.")


def _locked(path: Path, commit: str, converted_from: str) -> LockedFile:
    if path.suffix == ".json":
        json.loads(path.read_text("utf-8"))
    return LockedFile(
        sha256=weights.digest(path), size=path.stat().st_size, commit=commit, converted_from=converted_from
    )

"""Finding a Whisper model in the models folder, for ``--engine auto`` and ``--model NAME``."""

from __future__ import annotations

from pathlib import Path

PREFERENCE = ("large-v3-turbo", "large-v3", "distil-large-v3.5", "distil-large-v3", "medium.en", "small.en", "base.en")
"""Best first; folders with other names come after these, in alphabetical order."""

_TOKENIZERS = ("tokenizer.json", "vocabulary.json", "vocabulary.txt")


def is_whisper(folder: Path) -> bool:
    """Whether a folder holds a Whisper model in CTranslate2's format: model, configuration and a tokenizer."""
    named = all((folder / name).is_file() for name in ("model.bin", "config.json"))
    return named and any((folder / name).is_file() for name in _TOKENIZERS)


def whisper_folders(models_folder: Path) -> tuple[Path, ...]:
    """Every Whisper model in the models folder, the preferred one first."""
    if not models_folder.is_dir():
        return ()
    found = [folder for folder in models_folder.iterdir() if folder.is_dir() and is_whisper(folder)]
    rank = {name: place for place, name in enumerate(PREFERENCE)}
    return tuple(sorted(found, key=lambda folder: (rank.get(folder.name, len(rank)), folder.name)))


def find_whisper(models_folder: Path, name: str | None = None) -> Path | None:
    """The folder of a Whisper model: the one called ``name``, a folder given by path, or the best there is.

    None where there is none.
    """
    if name is None:
        return next(iter(whisper_folders(models_folder)), None)
    named = [folder for folder in whisper_folders(models_folder) if folder.name == name]
    if named:
        return named[0]
    given = Path(name)
    return given if given.is_dir() and is_whisper(given) else None

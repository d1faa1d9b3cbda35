"""What to say when a library of the extra ``evaluate`` is missing."""

from __future__ import annotations

import importlib
from typing import Any

from models.errors import MissingPartError


def load(module: str) -> Any:
    """Import a module of the extra. Raises MissingPartError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingPartError(
            f"{module.split('.')[0]} is not installed. "
            "In the project's folder run `pip install '.[evaluate]'`, then try again."
        ) from error

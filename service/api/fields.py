"""The forms of ids and times, as paths and bodies hold them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

ID = "^[0-9a-f]{32}$"
EXAMPLE_ID = "5f2b8c1e9a7d4036b1c2d3e4f5a60718"
EXAMPLE_MS = 1_795_000_000_000
LATEST_MS = 1 << 53
"""Numbers beyond this are no longer whole in every reader of JSON."""

PathId = Annotated[str, Path(pattern=ID, examples=[EXAMPLE_ID])]
Id = Annotated[str, Field(pattern=ID, examples=[EXAMPLE_ID])]
Moment = Annotated[int, Field(ge=0, lt=LATEST_MS, examples=[EXAMPLE_MS], description="ms since 1970, UTC")]


class Form(BaseModel):
    """What is sent or answered: no field but those that are named; made from a record of the same fields."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

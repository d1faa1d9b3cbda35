"""The council's colour as a style sheet of its own, because no style may stand in a page."""

from __future__ import annotations

import re

from fastapi import APIRouter, Depends
from starlette.responses import Response

from service.api.principals import public
from service.web.rendering import Council

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def text_on(colour: str) -> str:
    """Black or white, whichever is read better on a colour like #1d4f91: never less than 4.58:1 (WCAG 2.2).

    The black is a true one: a softer black leaves middling colours without any text that reaches 4.5:1.
    """
    return "#ffffff" if contrast("#ffffff", colour) >= contrast("#000000", colour) else "#000000"


def contrast(one: str, other: str) -> float:
    """How well one colour is read on another, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def look_router(council: Council) -> APIRouter:
    """The style sheet. Raises ValueError for a colour that is none."""
    if _COLOUR.fullmatch(council.colour) is None:
        raise ValueError("a colour is like #1d4f91")
    style = f":root {{ --council-colour: {council.colour}; --council-text: {text_on(council.colour)}; }}\n"
    router = APIRouter(include_in_schema=False)

    @router.get("/look.css", dependencies=[Depends(public())], response_class=Response)
    def look() -> Response:
        """The council's colours."""
        return Response(style, media_type="text/css")

    return router


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

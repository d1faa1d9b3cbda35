"""Pages of the API itself, for people."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def page(name: str, **given: object) -> str:
    """A template of this folder, filled; everything given is escaped."""
    return _environment().get_template(name).render(**given)


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("service.api"), autoescape=True, undefined=StrictUndefined)

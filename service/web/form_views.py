"""What every form's template is given: what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict, TypeVar

from service.web.adding_form import DAY_PARTS

Item = dict[str, str]
_Value = TypeVar("_Value")


class Perhaps(dict[str, _Value]):
    """Gives ``none`` for what is not in it: templates are strict, and most fields have neither a value nor an error."""

    def __init__(self, given: Mapping[str, _Value], none: _Value) -> None:
        super().__init__(given)
        self._none = none

    def __missing__(self, name: str) -> _Value:
        return self._none


class FormView(TypedDict):
    """``wrong``: the errors as components take them. ``date_items``: the parts of a date input by its prefix."""

    fields: Mapping[str, str]
    errors: Mapping[str, str]
    wrong: Mapping[str, Item | None]
    date_items: Callable[[str], list[Item]]


def form_view(fields: Mapping[str, str], errors: Mapping[str, str]) -> FormView:
    """For a form with these fields, by their names, and these errors."""

    def date_items(prefix: str) -> list[Item]:
        error = " govuk-input--error" if prefix in errors else ""
        return [
            {
                "name": part,
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}{error}",
                "value": fields.get(f"{prefix}-{part}", ""),
            }
            for part in DAY_PARTS
        ]

    wrong: Mapping[str, Item | None] = {name: {"text": text} for name, text in errors.items()}
    return FormView(
        fields=Perhaps(fields, ""), errors=Perhaps(errors, ""), wrong=Perhaps(wrong, None), date_items=date_items
    )

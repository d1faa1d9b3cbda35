"""What every form's template is given: what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict

from service.web.adding_form import DAY_PARTS

Item = dict[str, str]


class FormView(TypedDict):
    """``wrong``: the errors as components take them. ``date_items``: the parts of a date input by its prefix."""

    fields: Mapping[str, str]
    errors: Mapping[str, str]
    wrong: Mapping[str, Mapping[str, str]]
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

    wrong = {name: {"text": text} for name, text in errors.items()}
    return FormView(fields=fields, errors=errors, wrong=wrong, date_items=date_items)

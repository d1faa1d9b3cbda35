"""The council's colour, and what is written on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.settings_service import ServiceSettings, SettingError
from service.web.look import contrast, look_router, text_on
from service.web.rendering import Council

COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda parts: "#{:02x}{:02x}{:02x}".format(*parts))


@given(COLOURS)
def test_text_on_any_colour_can_be_read(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="#1d4f91"):
        look_router(Council(colour="blue"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRACTICE_COLOUR", "blue"),
        ("PRACTICE_COLOUR", "#12345"),
        ("PRACTICE_COUNCIL_NAME", "x" * 61),
        ("PRACTICE_SERVICE_NAME", "two\nlines"),
    ],
)
def test_a_setting_that_cannot_be_shown_is_refused_by_its_name_alone(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        ServiceSettings.from_environment({name: value})
    assert value not in str(refused.value)


def test_the_council_is_called_as_the_settings_say() -> None:
    given = {"PRACTICE_COUNCIL_NAME": "North", "PRACTICE_SERVICE_NAME": "Reflect", "PRACTICE_COLOUR": "#ABCDEF"}
    look = ServiceSettings.from_environment(given).look
    assert (look.name, look.service, look.colour) == ("North", "Reflect", "#abcdef")

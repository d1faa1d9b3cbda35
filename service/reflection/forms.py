"""Reflections as the API takes and shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.api.fields import Form, Id, Moment
from service.reflection.changing import Sent
from service.reflection.records import (
    CANNOT_SAY,
    MOST_ASIDES,
    MOST_FIELDS,
    MOST_TEXT,
    NOTE,
    OWN,
    WANTED,
    Kept,
    answer_field,
    answer_parts,
    is_rating,
    rating_field,
)

Text = Annotated[str, Field(max_length=MOST_TEXT, examples=["I went quiet there, and it helped."])]
About = Annotated[str, Field(pattern=r"^[^\s:]{1,64}:[a-z_]{1,64}[+-]$", examples=["u12:empathy+"])]
Asked = Annotated[str, Field(pattern="^[a-z0-9_+-]{1,64}$", examples=["noticed-after"])]
Element = Annotated[str, Field(pattern="^[a-z_]{1,64}$", examples=["empathy"])]
Ratings = Annotated[
    dict[Element, Annotated[int, Field(ge=1, le=5)] | None],
    Field(examples=[{"empathy": 4}], description="1 to 5; null for an element that the worker cannot rate"),
]


class AnswerForm(Form):
    """What the worker wrote to one moment: to a question, or as a note of their own."""

    about: About
    question: Asked = OWN
    text: Text


class WrittenForm(Form):
    """What stands in a reflection."""

    ratings: Ratings = Field(default_factory=dict, max_length=20)
    answers: list[AnswerForm] = Field(default_factory=list, max_length=MOST_FIELDS)
    note: Text = ""
    wanted: Text = ""


class ReflectionForm(WrittenForm):
    """A reflection to be kept, whole. ``let_go``: texts that were kept beside and are wanted no more."""

    let_go: list[Id] = Field(default_factory=list, max_length=MOST_ASIDES)

    def sent(self, version: int) -> Sent:
        """For the use case."""
        fields = {NOTE: self.note, WANTED: self.wanted}
        fields |= {rating_field(name): CANNOT_SAY if of is None else str(of) for name, of in self.ratings.items()}
        fields |= {answer_field(one.about, one.question): one.text for one in self.answers}
        return Sent(fields=fields, version=version, whole=True, let_go=frozenset(self.let_go))


class RatedForm(Form):
    """Going on to the suggestions."""

    without_rating: bool = Field(default=False, description="Go on although not every element is rated")


class AsideShown(Form):
    """A text that was written while another one was: it is kept beside what stands in its field."""

    id: Id
    field: str = Field(examples=["note"])
    text: str
    kept_ms: Moment


class ReflectionShown(WrittenForm):
    """A reflection as it is kept. From ``rated_ms`` on the worker was shown the suggestions."""

    version: int = Field(examples=[3], description="What the ETag is made of; 0 before anything was written")
    rated_ms: Moment | None
    changed_ms: Moment | None
    without_rating: bool
    asides: list[AsideShown]

    @classmethod
    def of(cls, kept: Kept) -> ReflectionShown:
        """From what was read."""
        fields = kept.reflection.fields
        ratings = {name.partition(" ")[2]: text for name, text in fields.items() if is_rating(name)}
        answers = [(parts, text) for name, text in fields.items() if (parts := answer_parts(name))]
        return cls(
            ratings={element: None if text == CANNOT_SAY else int(text) for element, text in ratings.items()},
            answers=[AnswerForm(about=about, question=asked, text=text) for (about, asked), text in answers],
            note=kept.reflection.text(NOTE),
            wanted=kept.reflection.text(WANTED),
            version=kept.version,
            rated_ms=kept.rated_ms,
            changed_ms=kept.changed_ms,
            without_rating=kept.reflection.without_rating,
            asides=[AsideShown.model_validate(one) for one in kept.reflection.asides],
        )

"""What can stand in the way of feedback; no message holds what was said or written."""

from __future__ import annotations

from models.errors import BadInputError, EngineError, MissingPartError, PracticeError


class ReviewNotFinishedError(PracticeError):
    """Feedback is written from a finished review. Finish your review first."""


class ReviewChangedError(PracticeError):
    """The review changed since this feedback was written. Take it back to a draft and save it again."""


class FeedbackStateError(PracticeError):
    """Feedback goes one step at a time, and this step is not the next one. Load the page again to see where it is."""


class NotADraftError(PracticeError):
    """This feedback is no draft any more. Take it back to a draft to change it."""


class OtherContentError(PracticeError):
    """This feedback is not the one that you read. Read it again, then confirm it."""


class NotTalkedError(PracticeError):
    """Feedback is released after a conversation. Record that you talked, or ask the worker whether they waive it."""


class NotReadyToReleaseError(PracticeError):
    """This feedback is empty. Write at least one strength and one next step, then go on."""


class QuoteError(BadInputError):
    """A quote does not stand in the transcript word for word. Copy it from the transcript, or leave the moment out."""


class NoSuchElementError(BadInputError):
    """A text is to an element that this review has no score for. Load the feedback again to see its elements."""


class FeedbackTextError(BadInputError):
    """A text is too long, or there are more than two next steps. Shorten it, then save again."""


class ReplyError(BadInputError):
    """Write what you want to say, in up to 4,000 characters, about a score that has been released."""


class PdfPartMissingError(MissingPartError):
    """Writing PDF needs Pango. Install the Debian package libpangoft2-1.0-0, or use the Word document instead."""


class PdfFailedError(EngineError):
    """The PDF could not be written in time. Use the Word document, and tell whoever runs this service."""

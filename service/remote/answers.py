"""What answers of a service mean: objects of JSON, and problems as one sentence."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpx2

from service.remote.errors import FailedThereError, RefusedThereError, StrangeAnswerError

LONGEST = 600
"""Characters of a sentence that are shown."""
_FAULTS = {
    10: "it is over",
    9: "it is not valid yet; check this machine's clock",
    18: "it is signed by itself",
    19: "an authority that is not known here signed it",
    20: "an authority that is not known here signed it",
    21: "an authority that is not known here signed it",
    62: "it is for another name",
    64: "it is for another address",
}
"""By OpenSSL's X509_V_ERR numbers."""


def mapping(answer: httpx2.Response) -> dict[str, Any]:
    """The object that an answer holds; none at all is an empty one. Raises StrangeAnswerError."""
    if not answer.content:
        return {}
    try:
        found = answer.json()
    except ValueError:
        raise StrangeAnswerError from None
    if not isinstance(found, dict):
        raise StrangeAnswerError
    return found


def text_in(found: dict[str, Any], name: str) -> str:
    """A text that an answer has to hold. Raises StrangeAnswerError."""
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise StrangeAnswerError
    return value


def refusal(answer: httpx2.Response, secrets: Iterable[str] = ()) -> RefusedThereError | FailedThereError:
    """The error that an answer of 400 or more means; ``secrets`` are never repeated, whatever the service says."""
    status, told = answer.status_code, _problem(answer)
    sentence = _printable(str(told.get("detail") or f"The service answered with status {status}, without a reason."))
    fields = [_printable(str(one.get("field", ""))) for one in told.get("fields") or () if isinstance(one, dict)]
    sentence += f" Fields: {', '.join(fields[:10])}." if fields else ""
    for secret in secrets:
        sentence = sentence.replace(secret, "...")
    if status >= 500:
        return FailedThereError(sentence, status)
    slug = _printable(str(told.get("type", ""))).rpartition("/")[2]
    if slug == "not-signed-in":
        sentence += " Run `practice remote sign-in` again."
    return RefusedThereError(sentence, status, slug)


def certificate_fault(failed: BaseException) -> str:
    """Why a certificate was not taken; empty where that is not what failed."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _FAULTS.get(cause.verify_code, "it could not be verified")
        cause = cause.__cause__ or cause.__context__
    return ""


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    if not answer.headers.get("content-type", "").startswith(("application/problem+json", "application/json")):
        return {}
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _printable(text: str) -> str:
    """Without signs that move a terminal's cursor or change its colours."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST]

"""The port `Answerer` over the OpenAI-compatible chat completions that vLLM, Ollama and llama.cpp speak.

One kind of request leaves this module, to one address that is checked each time. The client library's own retries,
environment variables, extra headers and logs of requests are all switched off.
"""

from __future__ import annotations

import importlib
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from models.adapters.answer_text import checked
from models.adapters.endpoint_address import NotPrivateError, addresses, endpoint
from models.errors import BadInputError, MissingPartError, NoAnswerError, UnreachableError
from models.records.provenance import Engine

_LOGS = ("openai", "httpx2", "httpcore2")
_WAIT_FOR = (429, 503)
_CANNOT_ASK = (401, 403, 404)
_ELSEWHERE = ("-cloud", ":cloud")
"""How Ollama names models that it does not run itself but sends questions on for."""
_AROUND = 64
"""Tokens that the server's chat template puts around a prompt, and room to spare."""
_READ_AT_LEAST = 0.7
"""A server that counts fewer tokens than this share of the prompt's words has cut it."""
_PIECE = re.compile(r"[A-Za-z]+|[^\sA-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAISettings:
    """Where to ask and how. ``context_tokens`` is what the server was started with, prompt and answer together.

    ``key`` is sent to this server only. ``allow_public`` lets transcripts leave the private network.
    ``ca_file`` names the certificates to trust for https, in PEM. ``attempts`` counts connections tried for a question.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    allow_public: bool = False
    ca_file: str | None = None
    timeout_s: float = 120.0
    context_tokens: int = 8192
    answer_tokens: int = 1500
    attempts: int = 3


class OpenAIAnswerer:
    """Implements `models.ports.Answerer` with a server of the council's own."""

    def __init__(self, settings: OpenAISettings, sleep: Callable[[float], None] = time.sleep) -> None:
        """Check the address and prepare the client; sends nothing. Raises BadInputError, MissingPartError."""
        self._place = endpoint(settings.url)
        _check(settings)
        with suppress(OSError):  # a name that is not known now may be later; it is looked up for each question
            addresses(self._place, allow_public=settings.allow_public)
        self._settings = settings
        self._sleep = sleep
        self._library = _openai()
        self._schemas = True
        from models.adapters.endpoint_transport import CheckedTransport

        transport = CheckedTransport(
            self._place,
            key=settings.key,
            allow_public=settings.allow_public,
            ca_file=settings.ca_file,
            timeout_s=settings.timeout_s,
        )
        self._client = self._library.OpenAI(
            api_key="unused",
            base_url=self._place.url,
            max_retries=0,
            timeout=settings.timeout_s,
            http_client=self._library.DefaultHttpxClient(transport=transport, trust_env=False, follow_redirects=False),
        )

    @property
    def engine(self) -> Engine:
        """The model by its name on the server, and which server; never a key."""
        options = {
            "model": self._settings.model,
            "server": f"{self._place.host}:{self._place.port}",
            "context_tokens": str(self._settings.context_tokens),
            "answer_tokens": str(self._settings.answer_tokens),
            "temperature": "0",
        }
        return Engine(name="openai-compatible", version=self._library.__version__, options=options)

    @property
    def longest_prompt_tokens(self) -> int:
        """What the context holds beside the answer."""
        return self._settings.context_tokens - self._settings.answer_tokens - _AROUND

    def count_tokens(self, text: str) -> int:
        """A generous estimate: a token for every three letters begun, digit, sign, and byte of any other script."""
        return sum(
            -(-len(piece) // 3) if piece.isascii() else len(piece.encode("utf-8")) for piece in _PIECE.findall(text)
        )

    def answer(self, prompt: str, schema: Mapping[str, object], seed: int) -> str:
        """Ask once, with a schema if the server takes one. Raises NoAnswerError, UnreachableError."""
        try:
            return self._answer(prompt, schema, seed)
        except NotPrivateError as refused:
            raise UnreachableError(str(refused)) from None

    def _answer(self, prompt: str, schema: Mapping[str, object], seed: int) -> str:
        if self._schemas:
            try:
                return self._read(self._ask(prompt, _strict(schema), seed), prompt, schema)
            except self._library.BadRequestError:
                pass
        try:
            told = f"{prompt}\n\nThe JSON Schema of your answer:\n{json.dumps(schema)}"
            reply = self._ask(told, {"type": "json_object"}, seed)
        except self._library.BadRequestError:
            raise NoAnswerError(
                "The model's server refused the question (400). Its context may be shorter than the setting says."
            ) from None
        self._schemas = False
        return self._read(reply, prompt, schema)

    def _ask(self, prompt: str, form: Mapping[str, object], seed: int) -> Any:
        """One reply; connections that fail and servers that are busy are tried again. Raises BadRequestError too."""
        library = self._library
        for attempt in range(1, self._settings.attempts + 1):
            last = attempt == self._settings.attempts
            try:
                return self._client.chat.completions.create(
                    model=self._settings.model,
                    messages=[{"role": "user", "content": prompt}],
                    response_format=form,
                    temperature=0,
                    seed=seed,
                    max_tokens=self._settings.answer_tokens,
                )
            except library.BadRequestError:
                raise
            except library.APITimeoutError:
                raise NoAnswerError(f"The model took longer than {self._settings.timeout_s:g} seconds.") from None
            except library.APIStatusError as refused:
                if refused.status_code not in _WAIT_FOR or last:
                    raise _refusal(refused.status_code) from None
            except library.APIConnectionError as broken:
                if isinstance(broken.__cause__, NoAnswerError | NotPrivateError):
                    raise broken.__cause__ from None
                if last:
                    raise UnreachableError() from None
            except (library.OpenAIError, ValueError):
                raise NoAnswerError("The model's server sent something that is no answer.") from None
            self._sleep(min(0.5 * 2**attempt, 8.0))
        raise UnreachableError()

    def _read(self, reply: Any, prompt: str, schema: Mapping[str, object]) -> str:
        """The answer's text out of a reply that may be anything. Raises NoAnswerError."""
        choices = getattr(reply, "choices", None)
        choice = choices[0] if isinstance(choices, list) and choices else None
        message, ended = getattr(choice, "message", None), getattr(choice, "finish_reason", None)
        if message is None:
            raise NoAnswerError("The model's server sent something that is no answer.")
        if ended == "length":
            raise NoAnswerError("The model's answer was cut off. Allow it more tokens.")
        if ended == "content_filter" or getattr(message, "refusal", None):
            raise NoAnswerError("The model refused to answer, or a filter stopped it.")
        self._whole(reply, prompt)
        text = getattr(message, "content", None)
        return checked(text if isinstance(text, str) else None, schema)

    def _whole(self, reply: Any, prompt: str) -> None:
        """Refuse an answer to a prompt that the server has cut: some do so without a word. Raises NoAnswerError."""
        counted = getattr(getattr(reply, "usage", None), "prompt_tokens", None)
        if isinstance(counted, int) and 0 < counted < _READ_AT_LEAST * len(prompt.split()):
            raise NoAnswerError("The model's server read only a part of the question. Give it a longer context.")


def _check(settings: OpenAISettings) -> None:
    """Raises BadInputError where a setting cannot be meant."""
    if not settings.model.strip():
        raise BadInputError("No model is named. Name it as the language model's server does.")
    if settings.model.strip().lower().endswith(_ELSEWHERE) and not settings.allow_public:
        raise BadInputError(
            "By its name this model runs elsewhere, and a server of your own would only pass the transcript on. Name a "
            "model that runs here."
        )
    if settings.timeout_s <= 0 or settings.attempts < 1 or settings.answer_tokens < 1:
        raise BadInputError("Time limit, attempts and answer tokens of the language model must be positive.")
    if settings.context_tokens <= settings.answer_tokens + _AROUND:
        raise BadInputError("The language model's context leaves no room for a question beside the answer.")


def _openai() -> Any:
    try:
        library = importlib.import_module("openai")
    except ModuleNotFoundError:
        raise MissingPartError(
            "The library openai is not installed. Install this program's requirements again."
        ) from None
    for name in _LOGS:
        logging.getLogger(name).setLevel(logging.WARNING)  # below that they write out prompts, headers and keys
    return library


def _strict(schema: Mapping[str, object]) -> dict[str, object]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)}}


def _refusal(status: int) -> NoAnswerError:
    if status in _CANNOT_ASK:
        return UnreachableError(f"The language model's server refused ({status}). Check the key and the model's name.")
    if status in _WAIT_FOR:
        return NoAnswerError(f"The model's server was too busy ({status}).")
    if 300 <= status < 400:
        return UnreachableError("The language model's server sends on to another address, which is not followed.")
    return NoAnswerError(f"The model's server failed ({status}).")

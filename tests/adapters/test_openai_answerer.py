"""The answerer over HTTP: what it sends and where, and what it makes of good, bad and absent servers."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path
from typing import Any

import pytest

from models.adapters import endpoint_address
from models.adapters.openai_answerer import OpenAIAnswerer, OpenAISettings
from models.errors import BadInputError, NoAnswerError, UnreachableError
from pipelines.labelled.devset import read_devset
from tests.adapters.chat_server import (
    Act,
    breaks_off,
    chat_server,
    fails,
    hangs_up,
    reply,
    says,
    sends,
    trickles,
    waits,
)

SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": ["integer", "null"], "minimum": 1, "maximum": 5}},
    "required": ["score"],
    "additionalProperties": False,
}
GOOD = '{"score": 4}'


def answerer(url: str, **more: Any) -> OpenAIAnswerer:
    settings = {"model": "m", "timeout_s": 5.0, **more}
    return OpenAIAnswerer(OpenAISettings(url=url, **settings), sleep=lambda _: None)


def ask(*acts: Act, prompt: str = "a question", **more: Any) -> str:
    with chat_server(*acts) as server:
        return answerer(server.url, **more).answer(prompt, SCHEMA, seed=7)


def why(*acts: Act, **more: Any) -> str:
    with pytest.raises(NoAnswerError) as caught:
        ask(*acts, **more)
    assert "SECRET" not in caught.value.why
    return caught.value.why


def test_a_good_answer_is_given_back_as_it_is() -> None:
    assert ask(says(GOOD)) == GOOD


def test_it_asks_with_the_schema_at_temperature_zero_with_the_seed_and_a_limit() -> None:
    with chat_server(says(GOOD)) as server:
        answerer(server.url, answer_tokens=99).answer("a question", SCHEMA, seed=7)
        (body,), paths = server.requests, server.paths
    assert paths == ["/v1/chat/completions"]
    assert body["messages"] == [{"role": "user", "content": "a question"}]
    assert (body["temperature"], body["seed"], body["max_tokens"], body["model"]) == (0, 7, 99, "m")
    assert body["response_format"]["json_schema"] == {"name": "answer", "strict": True, "schema": SCHEMA}
    assert set(body) == {"messages", "model", "temperature", "seed", "max_tokens", "response_format"}


def test_it_sends_no_header_that_tells_of_the_machine_or_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer from-the-environment\nX-Other: 1")
    with chat_server(says(GOOD)) as server:
        answerer(server.url).answer("a question", SCHEMA, seed=7)
        (headers,) = server.headers
    assert set(headers) == {
        "accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent",
    }  # fmt: skip
    assert headers["user-agent"] == "practice"


def test_a_key_that_was_given_is_sent_and_shown_nowhere() -> None:
    with chat_server(says(GOOD)) as server:
        settings = OpenAISettings(url=server.url, model="m", key="hush")
        asked = OpenAIAnswerer(settings)
        asked.answer("a question", SCHEMA, seed=7)
        assert server.headers[0]["authorization"] == "Bearer hush"
    assert "hush" not in repr(settings) + repr(asked.engine)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server(fails(500)) as proxy, chat_server(says(GOOD)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        answerer(server.url).answer("a question", SCHEMA, seed=7)
        assert (len(proxy.requests), len(server.requests)) == (0, 1)


def test_a_redirect_is_not_followed() -> None:
    with chat_server(says(GOOD)) as elsewhere:
        told = why(fails(307, Location=elsewhere.url + "/chat/completions"))
        assert elsewhere.requests == []
    assert "not followed" in told


def test_a_server_that_takes_no_schema_is_asked_for_json_and_told_the_schema() -> None:
    with chat_server(fails(400), says(GOOD)) as server:
        asked = answerer(server.url)
        assert asked.answer("a question", SCHEMA, seed=7) == GOOD
        assert asked.answer("a question", SCHEMA, seed=8) == GOOD
        forms = [body["response_format"]["type"] for body in server.requests]
    assert forms == ["json_schema", "json_object", "json_object"]
    assert json.dumps(SCHEMA) in server.requests[1]["messages"][0]["content"]


def test_a_server_that_refuses_both_forms_gives_no_answer() -> None:
    assert "400" in why(fails(400))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "   ",
        "a score of four",
        '{"score": 4',
        '{"score": 4} and more',
        '{"score": NaN}',
        '{"score": 1, "score": 5}',
    ],
)
def test_an_answer_that_is_not_one_json_value_is_refused(content: str) -> None:
    assert "not JSON" in why(says(content)) or "empty" in why(says(content))


@pytest.mark.parametrize("content", ['{"score": 6}', '{"score": "4"}', "{}", "[]", '{"score": 4, "more": 1}', "5"])
def test_an_answer_that_does_not_keep_to_the_schema_is_refused(content: str) -> None:
    assert "form" in why(says(content))


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (says(GOOD, finish="length"), "cut off"),
        (says(GOOD, finish="content_filter"), "refused"),
        (says(None, refusal="SECRET"), "refused"),
        (says(None), "empty"),
        (sends(b"{}"), "no answer"),
        (sends(b"[]"), "no answer"),
        (sends(b"not json"), "no answer"),
        (sends(b'{"choices": []}'), "no answer"),
        (sends(b'{"choices": [{"message": 5}]}'), "empty"),
        (sends(reply('"x"')[:-30]), "no answer"),
        (fails(500), "500"),
        (fails(418), "418"),
        (waits(1.0), "longer than 0.3 seconds"),
        (trickles, "longer than 0.3 seconds"),
    ],
)
def test_a_server_that_answers_badly_gives_no_answer_and_a_reason(act: Act, told: str) -> None:
    assert told in why(act, timeout_s=0.3)


def test_an_answer_larger_than_any_could_be_is_not_read_on() -> None:
    assert "cannot be asked" in why(sends(b" " * 5_000_000), attempts=1)


@pytest.mark.parametrize("act", [hangs_up, breaks_off, fails(429), fails(503)])
def test_a_server_that_fails_for_a_moment_is_asked_again(act: Act) -> None:
    assert ask(act, act, says(GOOD)) == GOOD


@pytest.mark.parametrize("act", [hangs_up, breaks_off])
def test_a_connection_that_keeps_failing_is_given_up_after_the_attempts(act: Act) -> None:
    with chat_server(act) as server, pytest.raises(UnreachableError):
        answerer(server.url, attempts=2).answer("a question", SCHEMA, seed=7)
    assert len(server.requests) == 2


def test_a_server_that_stays_busy_gives_no_answer() -> None:
    assert "busy" in why(fails(429))


@pytest.mark.parametrize("status", [500, 502, 418])
def test_a_server_that_fails_for_good_is_asked_once(status: int) -> None:
    with chat_server(fails(status)) as server, pytest.raises(NoAnswerError):
        answerer(server.url).answer("a question", SCHEMA, seed=7)
    assert len(server.requests) == 1


def test_no_server_at_all_is_said_to_be_unreachable() -> None:
    with chat_server(says(GOOD)) as server:
        url = server.url
    with pytest.raises(UnreachableError, match="Check that its server runs"):
        answerer(url).answer("a question", SCHEMA, seed=7)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_model_counts_as_unreachable(status: int) -> None:
    with chat_server(fails(status)) as server, pytest.raises(UnreachableError, match=str(status)):
        answerer(server.url).answer("a question", SCHEMA, seed=7)


def test_a_server_that_read_only_a_part_of_the_question_gives_no_answer() -> None:
    """Some servers cut a long prompt without a word; their own count of its tokens tells."""
    prompt = "word " * 1000
    assert "only a part" in why(says(GOOD, prompt_tokens=500), prompt=prompt)
    assert ask(says(GOOD, prompt_tokens=1000), prompt=prompt) == GOOD


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/v1", "127.0.0.1:8000/v1", "http:///v1", "http://127.0.0.1:x/v1", "http://127.0.0.1/v1?key=1",
        "http://user:secret@127.0.0.1/v1", "http://user@127.0.0.1/v1", "http://127.0.0.1\\@8.8.8.8/v1", "file:///etc",
        "",
    ],
)  # fmt: skip
def test_an_address_of_another_form_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadInputError) as caught:
        answerer(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8", "1.1.1.1", "[2606:4700::1111]", "169.254.169.254", "[fe80::1]", "0.0.0.0", "[::]", "224.0.0.1",
        "100.64.0.1", "[::ffff:8.8.8.8]", "172.32.0.1", "192.169.0.1", "134744072",
    ],
)  # fmt: skip
def test_an_address_outside_the_private_networks_is_refused(host: str) -> None:
    with pytest.raises(BadInputError, match="private network"):
        answerer(f"http://{host}/v1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "[::1]", "[fd00::1]"]
)
def test_an_address_of_a_private_network_is_taken(host: str) -> None:
    assert answerer(f"http://{host}:1/v1").engine.options["model"] == "m"


def test_a_public_address_is_taken_only_with_the_explicit_setting() -> None:
    assert answerer("http://8.8.8.8/v1", allow_public=True).engine.name == "openai-compatible"
    with pytest.raises(BadInputError):
        answerer("http://169.254.169.254/v1", allow_public=True)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, ...]) -> None:
    """Names resolve to these addresses, one tuple for each look-up, the last one for good."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        now = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in now]

    monkeypatch.setattr(endpoint_address.socket, "getaddrinfo", getaddrinfo)


def test_a_name_with_one_public_address_among_private_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ("127.0.0.1", "8.8.8.8"))
    with pytest.raises(BadInputError, match="private network"):
        answerer("http://model.example/v1")


def test_a_name_that_becomes_public_after_the_check_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server(says(GOOD)) as server:
        resolving(monkeypatch, ("127.0.0.1",), ("8.8.8.8",))
        asked = answerer(server.url.replace("127.0.0.1", "model.example"))
        with pytest.raises(UnreachableError, match="private network"):
            asked.answer("a question", SCHEMA, seed=7)
        assert server.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once; whoever connects is given the address, and can be led nowhere else."""
    real, asked_for = socket.getaddrinfo, []

    def getaddrinfo(host: str, port: int, *rest: Any, **more: Any) -> Any:
        asked_for.append(host)
        return real("127.0.0.1" if host == "model.example" else host, port, *rest, **more)

    with chat_server(says(GOOD)) as server:
        monkeypatch.setattr(endpoint_address.socket, "getaddrinfo", getaddrinfo)
        asked = answerer(server.url.replace("127.0.0.1", "model.example"))
        asked_for.clear()
        assert asked.answer("a question", SCHEMA, seed=7) == GOOD
        assert server.headers[0]["host"].startswith("model.example:")
    assert asked_for == ["model.example", "127.0.0.1"]


def test_a_name_that_is_not_known_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(endpoint_address.socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(UnreachableError):
        answerer("http://model.example/v1").answer("a question", SCHEMA, seed=7)


def test_nothing_of_the_prompt_or_key_is_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with chat_server(says(GOOD)) as server:
        answerer(server.url, key="hush").answer("SECRET SPEECH", SCHEMA, seed=7)
    assert "SECRET" not in caplog.text
    assert "hush" not in caplog.text


@pytest.mark.parametrize("model", ["big:120b-cloud", "big:cloud"])
def test_a_model_that_the_server_would_pass_on_is_refused(model: str) -> None:
    with pytest.raises(BadInputError, match="runs elsewhere"):
        answerer("http://127.0.0.1:1/v1", model=model)
    assert answerer("http://127.0.0.1:1/v1", model=model, allow_public=True).engine.options["model"] == model


@pytest.mark.parametrize(
    "wrong", [{"model": " "}, {"timeout_s": 0}, {"attempts": 0}, {"answer_tokens": 0}, {"context_tokens": 1500}]
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInputError):
        answerer("http://127.0.0.1:1/v1", **wrong)


def test_the_estimate_of_tokens_is_above_a_real_tokenizers_count() -> None:
    """Measured with the WordPiece vocabulary that the coder ships, on every invented session of the repository."""
    from tokenizers import Tokenizer

    root = Path(__file__).parents[2]
    real = Tokenizer.from_file(str(root / "models" / "coder" / "weights" / "tokenizer.json"))
    real.no_truncation()
    asked = answerer("http://127.0.0.1:1/v1")
    for session in read_devset(root / "pipelines" / "training" / "coder" / "data" / "devset"):
        text = "\n".join(line.text for line in session.conversation.lines)
        assert asked.count_tokens(text) >= len(real.encode(text, add_special_tokens=False).ids)

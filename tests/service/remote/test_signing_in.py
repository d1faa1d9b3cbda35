"""`practice remote accept-link|sign-in|sign-out|people|invite`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from service.remote.errors import NotSignedInHereError
from service.remote.keeping import Account, Cabinet
from tests.service.remote.conftest import Run, Typing
from tests.service.remote.fake_service import FIRST, INVITED, PASSWORD, TOKEN, Answer, FakeService, problem


def secret_file(path: Path, secret: str, mode: int = 0o600) -> Path:
    path.write_text(f"{secret}\n")
    path.chmod(mode)
    return path


def test_signing_in_keeps_a_token_in_a_file_of_its_owner_alone(
    service: FakeService, cabinet: Cabinet, run: Run, typing: Typing, tmp_path: Path
) -> None:
    typing("o.reed", passwords=(PASSWORD,))
    code, out, err = run("sign-in", service.origin)
    kept = tmp_path / "config" / "practice" / "remote.json"
    assert code == 0, err
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert cabinet.account().token == TOKEN
    assert TOKEN not in out + err
    assert PASSWORD not in kept.read_text() + out + err


def test_signing_in_makes_a_token_of_the_scopes_that_the_roles_give_a_use(
    service: FakeService, run: Run, typing: Typing
) -> None:
    service.staff = ["coach"]
    typing("o.reed", passwords=(PASSWORD,))
    code, out, _ = run("sign-in", service.origin, "--json", "--days", 7)
    assert code == 0
    (asked,) = service.told("POST", "/me/tokens")
    assert asked.body == {"label": "practice remote", "scopes": ["sessions:read", "jobs:read"], "days": 7}
    shown = {"server": service.origin, "scopes": ["sessions:read", "jobs:read"], "until_ms": None}
    assert json.loads(out) == shown


def test_the_password_begins_nothing_that_lasts(service: FakeService, run: Run, typing: Typing) -> None:
    typing("o.reed", passwords=(PASSWORD,))
    run("sign-in", service.origin, "--scope", "sessions:read")
    assert [(one.method, one.path) for one in service.seen][-1] == ("POST", "/sign-out")


def test_a_wrong_password_is_one_sentence_and_keeps_nothing(
    service: FakeService, cabinet: Cabinet, run: Run, typing: Typing
) -> None:
    typing("o.reed", passwords=("wrong",))
    code, _, err = run("sign-in", service.origin)
    assert code == 2
    assert err.endswith("The name or the password is wrong.\n")
    with pytest.raises(NotSignedInHereError):
        cabinet.account()


def test_signing_in_again_ends_the_token_before(
    service: FakeService, signed_in: Account, run: Run, typing: Typing
) -> None:
    typing("o.reed", passwords=(PASSWORD,))
    assert run("sign-in", service.origin)[0] == 0
    assert len(service.told("DELETE", f"/me/tokens/{signed_in.token_id}")) == 1


def test_a_machine_signs_in_with_a_token_from_a_file(
    service: FakeService, cabinet: Cabinet, run: Run, tmp_path: Path
) -> None:
    code, _, err = run("sign-in", service.origin, "--token-file", secret_file(tmp_path / "token", TOKEN))
    assert code == 0, err
    assert cabinet.account() == Account(server=service.origin, token=TOKEN)


def test_a_token_that_is_good_for_nothing_is_not_kept(
    service: FakeService, cabinet: Cabinet, run: Run, tmp_path: Path
) -> None:
    code, out, err = run("sign-in", service.origin, "--token-file", secret_file(tmp_path / "token", "prt_over"))
    assert code == 2
    assert "You are not signed in." in err
    assert "prt_over" not in out + err
    with pytest.raises(NotSignedInHereError):
        cabinet.account()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_token_file_that_others_may_open_is_refused(
    service: FakeService, run: Run, tmp_path: Path, mode: int
) -> None:
    file = secret_file(tmp_path / "token", TOKEN, mode)
    code, _, err = run("--server", service.origin, "--token-file", file, "list")
    assert code == 2
    assert "chmod 600" in err
    assert service.seen == []


def test_a_kept_token_that_others_may_open_is_refused(
    service: FakeService, signed_in: Account, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "config" / "practice" / "remote.json").chmod(0o644)
    code, _, err = run("list")
    assert code == 2
    assert "chmod 600" in err
    assert service.seen == []


def test_every_command_takes_a_token_file_without_signing_in(service: FakeService, run: Run, tmp_path: Path) -> None:
    file = secret_file(tmp_path / "token", TOKEN)
    assert run("--server", service.origin, "--token-file", file, "list")[0] == 0


def test_a_token_file_without_a_service_is_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("--token-file", secret_file(tmp_path / "token", TOKEN), "list")
    assert code == 2
    assert "--server" in err


def test_a_token_is_not_sent_to_another_service_than_it_is_for(
    service: FakeService, signed_in: Account, run: Run
) -> None:
    code, _, err = run("--server", "https://elsewhere.example", "list")
    assert code == 2
    assert "signed in to another service" in err


def test_signing_out_asks_for_the_password_to_end_the_token(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run, typing: Typing
) -> None:
    service.instead[("DELETE", f"/me/tokens/{signed_in.token_id}")] = [problem(403, "Not with a token.", "not-allowed")]
    typing("o.reed", passwords=(PASSWORD,))
    code, out, _ = run("sign-out", "--json")
    assert (code, json.loads(out)) == (0, {"server": service.origin, "ended": True})
    last = service.told("DELETE", f"/me/tokens/{signed_in.token_id}")[-1]
    assert "authorization" not in last.headers
    with pytest.raises(NotSignedInHereError):
        cabinet.account()


def test_signing_out_of_a_token_that_ended_asks_nothing(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run
) -> None:
    service.tokens.clear()
    assert run("sign-out")[0] == 0
    with pytest.raises(NotSignedInHereError):
        cabinet.account()


def test_signing_out_here_alone_asks_the_service_nothing(
    service: FakeService, signed_in: Account, cabinet: Cabinet, run: Run
) -> None:
    assert run("sign-out", "--only-here")[0] == 0
    assert service.seen == []
    with pytest.raises(NotSignedInHereError):
        cabinet.account()


def test_the_first_administrator_types_names_and_the_password_twice(
    service: FakeService, run: Run, typing: Typing
) -> None:
    typing("o.reed", "O. Reed", passwords=(PASSWORD, PASSWORD))
    code, out, err = run("accept-link", f"{service.origin}/welcome/{FIRST}")
    assert code == 0, err
    (asked,) = service.told("POST", "/links/first")
    names = {"sign_in_name": "o.reed", "shown_name": "O. Reed"}
    assert asked.body == {"secret": FIRST, "password": PASSWORD, **names}
    assert PASSWORD not in out + err


def test_somebody_invited_types_the_password_alone(service: FakeService, run: Run, typing: Typing) -> None:
    typing("", passwords=(PASSWORD, PASSWORD))
    code, out, _ = run("accept-link", f"{service.origin}/welcome/{INVITED}", "--json")
    assert (code, json.loads(out)) == (0, {"server": service.origin, "person": "aa" * 16})
    assert service.told("POST", "/links/accept")[0].body == {"secret": INVITED, "password": PASSWORD}


def test_two_passwords_that_differ_are_not_sent(service: FakeService, run: Run, typing: Typing) -> None:
    typing("", passwords=(PASSWORD, "another one"))
    code, _, err = run("accept-link", f"{service.origin}/welcome/{INVITED}")
    assert code == 2
    assert "differ" in err
    assert service.seen == []


def test_a_link_that_is_left_out_is_asked_for(service: FakeService, run: Run, typing: Typing) -> None:
    typing("", passwords=(f"{service.origin}/welcome/{INVITED}", PASSWORD, PASSWORD))
    assert run("accept-link")[0] == 0


def test_a_link_is_accepted_with_a_password_from_a_file(service: FakeService, run: Run, tmp_path: Path) -> None:
    file = secret_file(tmp_path / "password", PASSWORD)
    words = ("accept-link", f"{service.origin}/welcome/{FIRST}", "--name", "o.reed", "--shown-name", "O. Reed")
    code, _, err = run(*words, "--password-file", file)
    assert code == 0, err
    assert service.told("POST", "/links/first")[0].body["password"] == PASSWORD


def test_without_a_terminal_nothing_is_asked(service: FakeService, run: Run) -> None:
    code, _, err = run("sign-in", service.origin, "--name", "o.reed")
    assert code == 2
    assert "--password-file" in err
    assert service.seen == []


def test_people_are_listed_as_they_are_written(service: FakeService, signed_in: Account, run: Run) -> None:
    code, out, _ = run("people")
    assert code == 0
    assert "O. [red]Reed" in out
    assert json.loads(run("people", "--json")[1])["items"][0]["roles"] == ["coach"]


def test_an_invitation_prints_the_link_for_that_person(
    service: FakeService, signed_in: Account, run: Run, typing: Typing
) -> None:
    typing("o.reed", passwords=(PASSWORD,))
    code, out, _ = run("invite", "a.hill", "--shown-name", "A. Hill", "--role", "coach", "--json")
    assert (code, json.loads(out)) == (0, {"person": "ab" * 16, "link": f"{service.origin}/welcome/new"})
    (asked,) = service.told("POST", "/people")
    assert asked.body == {"sign_in_name": "a.hill", "shown_name": "A. Hill", "roles": ["coach"]}


def test_a_sign_in_that_has_to_wait_waits_as_long_as_it_is_told(
    service: FakeService, run: Run, typing: Typing, waits: list[float]
) -> None:
    busy = problem(429, "Too many attempts.", "too-many")
    service.instead[("POST", "/sign-in")] = [Answer(429, busy.body, {**busy.headers, "Retry-After": "7"})]
    typing("o.reed", passwords=(PASSWORD,))
    code, _, err = run("sign-in", service.origin)
    assert code == 0
    assert waits == [7.0]
    assert "The service asks to wait 7 s." in err

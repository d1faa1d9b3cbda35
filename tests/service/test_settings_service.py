"""The service's settings: each has a default, and what cannot be meant is refused by the variable's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings_service import GIB, PORT, CouncilSignIn, Limits, ServiceSettings, SettingError

SECRET = "Quagmire"


def read(**given: str) -> ServiceSettings:
    return ServiceSettings.from_environment(given)


def test_without_any_setting_everything_lies_under_the_home_folder_and_only_this_machine_reaches_it() -> None:
    settings = read(XDG_DATA_HOME="/somewhere")
    assert settings.data == Path("/somewhere/practice/data")
    assert settings.database_url == "sqlite:////somewhere/practice/data/service.sqlite3"
    assert settings.blobs == "/somewhere/practice/data/blobs"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", PORT, f"http://localhost:{PORT}")
    assert settings.limits == Limits(upload_bytes=2 * GIB, recording_hours=6, open_uploads=3)
    assert not settings.https
    assert not settings.api_docs
    assert settings.blind_share == 0.2
    assert not settings.second_proof_required


def test_a_council_s_own_settings_are_taken() -> None:
    settings = read(
        PRACTICE_DATABASE_URL="postgresql+psycopg://db/practice",
        PRACTICE_URL="https://Practice.Example/",
        PRACTICE_BLOBS="s3://recordings/live",
        PRACTICE_TRUSTED_PROXY="10.0.0.1, 10.1.0.0/16",
        PRACTICE_OPEN_UPLOADS="5",
        PRACTICE_BLIND_SHARE="0.35",
        PRACTICE_SECOND_PROOF="Required",
    )
    assert settings.public_url == "https://practice.example"
    assert settings.https
    assert settings.blobs == "s3://recordings/live"
    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    assert settings.limits.open_uploads == 5
    assert settings.blind_share == 0.35
    assert settings.second_proof_required


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRACTICE_URL", f"http://{SECRET}.example"),
        ("PRACTICE_URL", f"https://user:{SECRET}@practice.example"),
        ("PRACTICE_URL", f"https://practice.example/{SECRET}"),
        ("PRACTICE_URL", f"https://practice.example?{SECRET}"),
        ("PRACTICE_URL", f"ftp://{SECRET}"),
        ("PRACTICE_URL", "https://"),
        ("PRACTICE_URL", f"https://{SECRET}:notaport"),
        ("PRACTICE_URL", f"https://[{SECRET}"),
        ("PRACTICE_BLIND_SHARE", SECRET),
        ("PRACTICE_BLIND_SHARE", "1.5"),
        ("PRACTICE_BLIND_SHARE", "-0.1"),
        ("PRACTICE_BLIND_SHARE", "nan"),
        ("PRACTICE_PORT", "0"),
        ("PRACTICE_PORT", "65536"),
        ("PRACTICE_PORT", SECRET),
        ("PRACTICE_PORT", "٣"),
        ("PRACTICE_UPLOAD_BYTES", "-5"),
        ("PRACTICE_RECORDING_HOURS", "25"),
        ("PRACTICE_OPEN_UPLOADS", "1" * 50),
        ("PRACTICE_BLOBS", f"https://{SECRET}"),
        ("PRACTICE_BLOBS", "s3://"),
        ("PRACTICE_TRUSTED_PROXY", SECRET),
        ("PRACTICE_TRUSTED_PROXY", "0.0.0.0/0"),
        ("PRACTICE_TRUSTED_PROXY", "*"),
        ("PRACTICE_API_DOCS", SECRET),
        ("PRACTICE_SECOND_PROOF", SECRET),
        ("PRACTICE_SECOND_PROOF", "1"),
        ("PRACTICE_METRICS_TOKEN_FILE", f"/nowhere/{SECRET}"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_its_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(**{name: value})
    assert name in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://practice.example:8443", "practice.example"),
        ("http://localhost:8765", "localhost"),
        ("http://127.0.0.1:8765", None),
        ("https://10.1.2.3", None),
        ("http://[::1]:8765", None),
    ],
)
def test_passkeys_are_for_addresses_with_a_name(url: str, host: str | None) -> None:
    assert read(PRACTICE_URL=url).passkey_host == host
    if host is None:
        with pytest.raises(SettingError, match="PRACTICE_SECOND_PROOF"):
            read(PRACTICE_URL=url, PRACTICE_SECOND_PROOF="required")


@pytest.mark.parametrize(
    ("content", "mode"), [("short", 0o600), ("two words that are long enough", 0o600), ("", 0o600)]
)
def test_a_token_file_without_a_long_word_is_refused(tmp_path: Path, content: str, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(SettingError, match="PRACTICE_METRICS_TOKEN_FILE"):
        read(PRACTICE_METRICS_TOKEN_FILE=str(file))


def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-token-for-the-metrics-alone")
    file.chmod(0o644)
    with pytest.raises(SettingError, match="owner"):
        read(PRACTICE_METRICS_TOKEN_FILE=str(file))


def test_secrets_are_not_shown_with_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}-and-more-of-it-to-be-long")
    file.chmod(0o600)
    url = f"postgresql+psycopg://practice:{SECRET}@db/practice"
    shown = repr(read(PRACTICE_DATABASE_URL=url, PRACTICE_METRICS_TOKEN_FILE=str(file)))
    assert SECRET not in shown


def test_the_council_s_sign_in_is_read_whole_or_not_at_all() -> None:
    assert read().council is None
    given = {"PRACTICE_OIDC_ISSUER": "https://council.example", "PRACTICE_OIDC_CLIENT_ID": "practice"}
    with pytest.raises(SettingError, match="PRACTICE_OIDC_SECRET_FILE"):
        read(**given)
    settings = read(**given, PRACTICE_OIDC_SECRET_FILE="/etc/secret", PRACTICE_OIDC_CA_FILE="/etc/ca.pem")
    assert settings.council == CouncilSignIn(
        issuer="https://council.example", client_id="practice", secret_file=Path("/etc/secret"),
        ca_file=Path("/etc/ca.pem"),
    )  # fmt: skip


def test_a_one_time_link_leads_to_the_public_address() -> None:
    assert read(PRACTICE_URL="https://practice.example").link_to("s") == "https://practice.example/welcome/s"

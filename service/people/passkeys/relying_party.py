"""Talks WebAuthn: what a browser is asked for, and whether what it gives is right. The only module with its library.

The library is imported where a ceremony begins or ends, so that a start does not wait for it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.people.passkeys.rows import ANSWERED_MS
from service.people.store import Row

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticationCredential, PublicKeyCredentialDescriptor, RegistrationCredential

LONGEST_ANSWER = 16_384
"""Characters of what a browser sends; a device's own certificates are not asked for."""
LONGEST_ID = 1_023
"""Bytes of what a device calls a passkey, as WebAuthn says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """This service as browsers know it: its host's name, the one origin its pages have, and what people call it."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A browser's answer to a challenge, not checked yet. ``user_handle`` None: the device told none."""

    challenge: bytes
    credential_id: str
    user_handle: bytes | None
    read: AuthenticationCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A browser's new passkey, not checked yet."""

    challenge: bytes
    read: RegistrationCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A new passkey that was checked, in the form in which it is kept."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]


def handle_of(person_id: str) -> bytes:
    """What a device keeps of whom a passkey is of: the random id, which tells nothing."""
    return bytes.fromhex(person_id)


def request_options(party: RelyingParty, challenge: bytes, known: Iterable[Row]) -> dict[str, Any]:
    """What a browser is asked for to prove who somebody is. ``known``: their passkeys; none where that is not known."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.id, challenge=challenge, timeout=ANSWERED_MS, allow_credentials=[_named(row) for row in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _plain(options_to_json(options))


def creation_options(party: RelyingParty, challenge: bytes, person: Row, known: Iterable[Row]) -> dict[str, Any]:
    """What a browser is asked for to make a passkey; a device that holds one of ``known`` makes no second."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id, rp_name=party.name, user_name=person["sign_in_name"], user_id=handle_of(person["id"]),
        user_display_name=person["shown_name"], challenge=challenge, timeout=ANSWERED_MS,
        exclude_credentials=[_named(row) for row in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )  # fmt: skip
    return _plain(options_to_json(options))


def read_assertion(given: str) -> Assertion | None:
    """What a browser sent as its answer; None where it cannot be read."""
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json, parse_client_data_json

    if len(given) > LONGEST_ANSWER:
        return None
    try:
        read = parse_authentication_credential_json(given)
        challenge = parse_client_data_json(read.response.client_data_json).challenge
    except Exception:  # what a stranger sends makes the library raise whatever it comes upon
        return None
    return Assertion(
        challenge=challenge, credential_id=bytes_to_base64url(read.raw_id), user_handle=read.response.user_handle,
        read=read,
    )  # fmt: skip


def read_registration(given: str) -> Registration | None:
    """What a browser sent as its new passkey; None where it cannot be read."""
    from webauthn.helpers import parse_client_data_json, parse_registration_credential_json

    if len(given) > LONGEST_ANSWER:
        return None
    try:
        read = parse_registration_credential_json(given)
        challenge = parse_client_data_json(read.response.client_data_json).challenge
    except Exception:  # as above
        return None
    return Registration(challenge=challenge, read=read)


def check_assertion(party: RelyingParty, assertion: Assertion, public_key: str) -> int | None:
    """How far the device has counted, if the signature is this passkey's, of this service, by a verified person."""
    from webauthn import verify_authentication_response

    try:
        checked = verify_authentication_response(
            credential=assertion.read, expected_challenge=assertion.challenge, expected_rp_id=party.id,
            expected_origin=party.origin, credential_public_key=_bytes(public_key),
            credential_current_sign_count=0,  # its going back is looked at by us, who tell the audit of it
            require_user_verification=True,
        )  # fmt: skip
    except Exception:  # as above
        return None
    return checked.new_sign_count


def check_registration(party: RelyingParty, registration: Registration) -> Registered | None:
    """The new passkey, if it was made for this service by a verified person."""
    from webauthn import verify_registration_response

    try:
        checked = verify_registration_response(
            credential=registration.read, expected_challenge=registration.challenge, expected_rp_id=party.id,
            expected_origin=party.origin, require_user_verification=True,
        )  # fmt: skip
    except Exception:  # as above
        return None
    if len(checked.credential_id) > LONGEST_ID:
        return None
    return Registered(
        credential_id=_text(checked.credential_id), public_key=_text(checked.credential_public_key),
        sign_count=checked.sign_count,
        transports=tuple(sorted({one.value for one in registration.read.response.transports or ()})),
    )  # fmt: skip


def _named(row: Row) -> PublicKeyCredentialDescriptor:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    transports = [AuthenticatorTransport(word) for word in row["transports"].split()]
    return PublicKeyCredentialDescriptor(id=_bytes(row["credential_id"]), transports=transports or None)


def _plain(written: str) -> dict[str, Any]:
    read = json.loads(written)
    assert isinstance(read, dict)
    return read


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(f"{text}==")

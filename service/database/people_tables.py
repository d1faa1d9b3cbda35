"""Tables of people: who they are, what they may be, how they sign in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table, UniqueConstraint, false

from service.database.columns import METADATA, among, count, id_key, refers, when, word
from service.database.words import PasskeyUse, PersonState, StaffRole

person = Table(
    "person",
    METADATA,
    id_key(),
    Column("sign_in_name", String(254), nullable=False, unique=True),  # in lower case, as people type it
    Column("shown_name", String(120), nullable=False),
    word("state"),
    Column("password_hash", String(300), nullable=True),
    Column("issuer", String(300), nullable=True),  # OpenID Connect: identity is issuer and subject together
    Column("subject", String(255), nullable=True),
    when("created_ms"),
    when("changed_ms"),
    UniqueConstraint("issuer", "subject"),
    among("state", PersonState),
)

team = Table("team", METADATA, id_key(), Column("name", String(120), nullable=False, unique=True), when("created_ms"))

role_grant = Table(
    "role_grant",
    METADATA,
    id_key(),
    refers("person_id", "person"),
    word("role"),
    refers("given_by", "person", optional=True, index=False),
    when("from_ms"),
    when("until_ms", optional=True),
    among("role", StaffRole),
)

membership = Table(
    "membership",
    METADATA,
    id_key(),
    refers("person_id", "person"),
    refers("team_id", "team"),
    Column("leads", Boolean, nullable=False, server_default=false()),  # a manager leads; others are in it
    when("from_ms"),
    when("until_ms", optional=True),
)

coaching = Table(
    "coaching",
    METADATA,
    id_key(),
    refers("coach_id", "person"),
    refers("worker_id", "person"),
    refers("given_by", "person", optional=True, index=False),
    when("from_ms"),
    when("until_ms", optional=True),
)

sign_in = Table(
    "sign_in",
    METADATA,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie's value, never the value
    refers("person_id", "person"),
    when("created_ms"),
    when("seen_ms"),
    when("fresh_ms"),  # when the person last proved who they are; exports and administration ask for minutes
    when("ended_ms", optional=True),
)

token = Table(
    "token",
    METADATA,
    id_key(),
    Column("secret_hash", String(64), nullable=False, unique=True),
    refers("person_id", "person"),
    Column("label", String(80), nullable=False),
    Column("scopes", String(200), nullable=False),  # words separated by one space, in order
    when("created_ms"),
    when("until_ms"),
    when("seen_ms", optional=True),
    when("ended_ms", optional=True),
)

one_time_link = Table(
    "one_time_link",
    METADATA,
    Column("secret_hash", String(64), primary_key=True),
    refers("person_id", "person", optional=True),
    word("use"),
    when("created_ms"),
    when("until_ms"),
    when("used_ms", optional=True),
    among("use", ("first-administrator", "invitation", "new-password", "council-sign-in")),
)

passkey = Table(
    "passkey",
    METADATA,
    id_key(),
    refers("person_id", "person"),
    Column("credential_id", String(1400), nullable=False, unique=True),  # as the device calls it, in base64url
    Column("public_key", String(4000), nullable=False),  # COSE, in base64url; nothing that could sign is here
    count("sign_count"),
    Column("label", String(80), nullable=False),
    Column("transports", String(100), nullable=False),  # words separated by one space: how a browser reaches it
    when("created_ms"),
    when("used_ms", optional=True),
)

challenge = Table(
    "challenge",
    METADATA,
    Column("id", String(64), primary_key=True),  # SHA-256 of the challenge
    word("use"),
    Column("bound", String(64), nullable=False),  # SHA-256 of the cookie of the browser that it was given to
    when("created_ms"),
    when("until_ms"),
    among("use", PasskeyUse),
)

waiting_sign_in = Table(
    "waiting_sign_in",
    METADATA,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie's value; no cookie of a sign-in has it
    refers("person_id", "person"),
    when("created_ms"),
    when("until_ms"),
)

attempt = Table(
    "attempt",
    METADATA,
    Column("bucket", String(100), primary_key=True),  # what is limited and a keyed hash of whom, never a name
    when("window_ms"),
    count("used"),
)

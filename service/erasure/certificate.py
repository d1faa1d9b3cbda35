"""The proof of an erasure: what was done when, by which method, with which result, and what it does not claim."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from service.audit.keys import Keyring
from service.audit.packing import packed
from service.erasure.records import Erasure
from service.erasure.verification import Findings

TAG = b"practice-erasure-certificate-1"
_DAY_MS = 86_400_000
NOT_CLAIMED = (
    "blocks that a disk keeps by itself after they are overwritten, and snapshots below this program",
    "copies that a person downloaded or printed before",
    "the sound of voices in anybody's memory or notes",
)


def certificate(
    erasure: Erasure, found: Findings, signing: Keyring, *, compaction: str, backup_days: int, now: int
) -> bytes:
    """The signed certificate as JSON. ``backup_days``: so long backups of the keystore are kept.

    Its session is a pseudonym: an HMAC, that only who holds the signing key can match.
    """
    secret = signing.current.secret
    destroyed = erasure.note.began_ms.get("key-destroyed", now)
    body: dict[str, Any] = {
        "form": TAG.decode(),
        "erasure": erasure.id,
        "session": hmac.digest(secret, packed(TAG, erasure.session_id.encode()), "sha256").hex(),
        "cause": erasure.cause.value,
        "requested_ms": erasure.requested_ms,
        "began_ms": dict(sorted(erasure.note.began_ms.items())),
        "certified_ms": now,
        "key": "the session's own data key, destroyed in the keystore",
        "stores": _stores(erasure, found, compaction),
        "scans": erasure.scans,
        "looked_into": {"files": found.files, "bytes": found.bytes, "whole": found.whole},
        "beyond_recovery_after_ms": destroyed + backup_days * _DAY_MS,
        "keystore_backups_are_kept_days": backup_days,
        "not_claimed": list(NOT_CLAIMED),
        "program": _version(),
    }
    return json.dumps(
        {"certificate": body, "key": signing.current.id, "signature": _signature(secret, body)}, sort_keys=True
    ).encode("ascii")


def holds(data: bytes, signing: Keyring) -> bool:
    """Whether this certificate was signed with one of the keys and is as it was signed."""
    try:
        read = json.loads(data)
        known = signing.by_id().get(read["key"])
        body, signature = read["certificate"], str(read["signature"])
    except (ValueError, KeyError, TypeError):
        return False
    return known is not None and hmac.compare_digest(signature, _signature(known[1], body))


def commitment(data: bytes) -> str:
    """What the audit row of the certificate holds: its SHA-256."""
    return sha256(data).hexdigest()


def _stores(erasure: Erasure, found: Findings, compaction: str) -> list[dict[str, Any]]:
    searched = "not looked for: an interruption came between" if found.key_bytes is None else "looked for everywhere"
    return [
        {"store": "keystore", "method": f"key removed, file written anew; its bytes {searched}", "left": _left(found)},
        {"store": "blobs", "method": f"{len(erasure.note.blobs)} blobs unlinked", "left": found.blobs},
        {"store": "database", "method": f"rows deleted and emptied. {compaction}", "left": found.rows},
        {"store": "caches and exports", "method": "let go of in this process; none are kept on disk", "left": 0},
    ]


def _left(found: Findings) -> int:
    return int(found.key_there) + (found.key_bytes or 0)


def _signature(secret: bytes, body: dict[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")
    return hmac.digest(secret, packed(TAG, canonical), "sha256").hex()


def _version() -> str:
    try:
        return version("practice")
    except PackageNotFoundError:
        return "unknown"

"""Whether sealed blobs open with their sessions' keys, told without giving out a key or a byte of content."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from service.blobs.errors import BlobRefusedError, NoSuchBlobError
from service.blobs.sealed import read_blob
from service.blobs.store import BlobStore
from service.keybroker.errors import KeyDestroyedError, KeyRefusedError, NoSuchKeyError
from service.keybroker.keystore import Keystore, open_keystore


class Proof(StrEnum):
    """What became of opening a blob. ``erased``: its session's key was destroyed, as it should be."""

    OPENS = "opens"
    REFUSED = "refused"
    MISSING = "missing"
    NO_KEY = "no key"
    ERASED = "erased"


class BlobProver:
    """Opens blobs and looks at nothing in them; for whoever restores, where no policy lets anybody in yet."""

    def __init__(self, keystore: Keystore, blobs: BlobStore) -> None:
        self._keystore = keystore
        self._blobs = blobs

    def prove(self, session_id: str, blob_id: str) -> Proof:
        """Open the header and the last chunk, which proves key, ids and length. Raises StoreUnavailableError."""
        try:
            key = self._keystore.unwrap(session_id)
            read_blob(self._blobs, key, session_id=session_id, blob_id=blob_id).close()
        except KeyDestroyedError:
            return Proof.ERASED
        except NoSuchKeyError:
            return Proof.NO_KEY
        except NoSuchBlobError:
            return Proof.MISSING
        except (BlobRefusedError, KeyRefusedError):
            return Proof.REFUSED
        return Proof.OPENS


def blob_prover(keystore_file: Path, epochs: Path, blobs: BlobStore) -> BlobProver:
    """A prover on the keystore at these places. Raises what `open_keystore` raises."""
    return BlobProver(open_keystore(keystore_file, epochs), blobs)

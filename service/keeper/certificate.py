"""The key keeper's own certificate, made once: machines pin it, so nobody else has to sign it."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from service.audit.private_files import read_private, write_private
from service.keeper.errors import CertificateNamesError, KeeperFilesError

DAYS = 3650
_EARLIER = datetime.timedelta(days=1)
"""A machine whose clock is a little behind takes a new certificate too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """Where the certificate and its private key lie, both private."""

    certificate: Path
    key: Path


def kept_certificate(folder: Path, names: tuple[str, ...]) -> CertificateFiles:
    """The certificate for these names and addresses, made where there is none. One process at a time.

    Raises CertificateNamesError where it is for others, KeeperFilesError.
    """
    files = CertificateFiles(certificate=folder / "certificate.pem", key=folder / "certificate.key")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not files.certificate.exists():
            files.key.unlink(missing_ok=True)
            _make(files, names)
        found = x509.load_pem_x509_certificate(read_private(files.certificate))
        read_private(files.key)
    except (OSError, ValueError):
        raise KeeperFilesError from None
    if set(_names_in(found)) != set(names):
        raise CertificateNamesError
    return files


def _make(files: CertificateFiles, names: tuple[str, ...]) -> None:
    """The key first: a certificate that is there has its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "practice key keeper")])
    now = datetime.datetime.now(datetime.UTC)
    public = key.public_key()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(issuer_name=who, subject_name=who, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    write_private(files.key, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    write_private(files.certificate, made.public_bytes(pem))


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _names_in(found: x509.Certificate) -> list[str]:
    told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(one.value) for one in told]

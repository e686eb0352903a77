"""A SoftHSM2 with tokens of its own in a temporary folder.

SoftHSM reads SOFTHSM2_CONF whenever it is initialised, and python-pkcs11 keeps a module loaded for the life of the
process: so there is one folder a test process, filled before the first test and named by SOFTHSM2_CONF to the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PIN = "token-pin-4711"
_SO_PIN = "officer-4711"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


def missing() -> str | None:
    """Say what this machine lacks, or None."""
    if shutil.which("softhsm2-util") is None:
        return "softhsm2-util is not installed"
    if module() is None:
        return "SoftHSM2's module is not installed"
    try:
        import pkcs11  # noqa: F401
    except ImportError:
        return "python-pkcs11 is not installed"
    return None


def module() -> Path | None:
    return next((Path(path) for path in _MODULES if Path(path).exists()), None)


@dataclass(frozen=True)
class SoftHsm:
    """The folder; use `token` before the module is first loaded."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> SoftHsm:
        (folder / "tokens").mkdir()
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
        return cls(folder)

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    def new_token(self, label: str) -> None:
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", _SO_PIN],
            env=os.environ | {"SOFTHSM2_CONF": str(self.configuration)}, check=True, capture_output=True,
        )  # fmt: skip


def put_certificate(session, der: bytes, id_: bytes, label: str) -> None:
    from asn1crypto import x509
    from pkcs11 import Attribute, CertificateType, ObjectClass

    try:
        subject = x509.Certificate.load(der).subject.dump()
    except ValueError:
        subject = b"0\0"  # for what is no certificate at all
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.SUBJECT: subject,
            Attribute.ID: id_,
            Attribute.LABEL: label,
            Attribute.VALUE: der,
        }
    )


def put_key(session, key, id_: bytes, label: str, *, always_authenticate: bool = False) -> None:
    """Import a private key of ``cryptography``."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pkcs11 import Attribute
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.rsa import decode_rsa_private_key

    der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    template = decode_rsa_private_key(der) if isinstance(key, rsa.RSAPrivateKey) else decode_ec_private_key(der)
    session.create_object(
        template
        | {
            Attribute.TOKEN: True,
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.SIGN: True,
            Attribute.ID: id_,
            Attribute.LABEL: label,
            Attribute.ALWAYS_AUTHENTICATE: always_authenticate,
        }
    )

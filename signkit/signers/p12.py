"""Keys in PKCS#12 files (``p12:FILE``, also .pfx)."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from signkit.errors import SignerUnusable
from signkit.incoming import read_file
from signkit.limits import KEY_FILE_BYTES
from signkit.signers.base import AskSecret, KeyAlgorithm, SecretRequest, wipe
from signkit.signers.software import SoftwareKey
from signkit.words import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates


class Pkcs12Signer:
    """A software key, decrypted once when the file is opened and used for every signature of the session."""

    def __init__(self, key: SoftwareKey, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        self._key = key
        self.certificate = certificate
        self.chain = chain

    @property
    def algorithm(self) -> KeyAlgorithm:
        """How the key signs."""
        return self._key.algorithm

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``; see `signkit.signers.base.Signer`."""
        return self._key.sign(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def open_pkcs12(path: Path, ask: AskSecret) -> Pkcs12Signer:
    """Decrypt a PKCS#12 file; its passphrase is asked for only where it has one.

    Raises:
        InputUnreadable: the file cannot be read.
        SignerUnusable("passphrase-wrong"): the passphrase does not open it.
        SignerUnusable("key-file-unusable"): no private key with a certificate in it, or a kind of key that cannot sign.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    content = _decrypt(path, read_file(path, KEY_FILE_BYTES), ask)
    if content.key is None or content.cert is None:
        raise SignerUnusable(
            "key-file-unusable",
            path=str(path),
            cause=Text("it holds no private key with its certificate", "秘密鍵とその証明書が入っていません"),
        )
    key = SoftwareKey.of(content.key, str(path))
    chain = tuple(extra.certificate.public_bytes(Encoding.DER) for extra in content.additional_certs)
    return Pkcs12Signer(key, content.cert.certificate.public_bytes(Encoding.DER), chain)


def _decrypt(path: Path, data: bytes, ask: AskSecret) -> PKCS12KeyAndCertificates:
    if not _is_pkcs12(data):
        raise SignerUnusable(
            "key-file-unusable",
            path=str(path),
            cause=Text("it is not a PKCS#12 file", "PKCS#12 ファイルではありません"),
        )
    try:
        return _load(data, None)
    except ValueError:
        pass  # the usual case: it has a passphrase
    passphrase = ask(SecretRequest("passphrase", path.name))
    try:
        return _load(data, passphrase)
    except ValueError as error:
        raise SignerUnusable("passphrase-wrong", path=str(path)) from error
    finally:
        wipe(passphrase)


def _load(data: bytes, passphrase: bytearray | None) -> PKCS12KeyAndCertificates:
    from cryptography.hazmat.primitives.serialization import pkcs12

    secret: Any = passphrase  # a buffer does; the library copies it once
    return pkcs12.load_pkcs12(data, bytes(secret) if secret is not None else None)


def _is_pkcs12(data: bytes) -> bool:
    from asn1crypto import pkcs12

    try:
        # RFC 7292 4: the version of a PFX is 3.
        return bool(pkcs12.Pfx.load(data, strict=True)["version"].native == "v3")
    except (ValueError, TypeError, KeyError):
        return False

"""``vault:NAME``: the key NAME.key and the certificate NAME.crt, PEM, of the folder in SIGNKIT_VAULT."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from signkit.signers.base import KeyAlgorithm, SecretRequest
from signkit.signers.registry import SignerContext


class VaultSigner:
    """An RSA key; `signkit.signers.base.Signer` says what each part is for."""

    algorithm = KeyAlgorithm("rsa", "sha256")
    chain: tuple[bytes, ...] = ()

    def __init__(self, key: rsa.RSAPrivateKey, certificate: bytes) -> None:
        self._key = key
        self.certificate = certificate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        del self._key

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``: here with the key itself, in earnest by asking whoever holds it."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def open_vault(rest: str, context: SignerContext) -> VaultSigner:
    """Open the key that the URI names, with the passphrase that its owner types."""
    folder = Path(os.environ["SIGNKIT_VAULT"])
    if not rest.isidentifier():  # the name comes from a command line: it never becomes a path
        raise ValueError(f"{rest!r} is no name of a key")
    certificate = x509.load_pem_x509_certificate((folder / f"{rest}.crt").read_bytes())
    der = certificate.public_bytes(serialization.Encoding.DER)
    if context.accept is not None:
        context.accept(der, VaultSigner.algorithm)  # before the secret is asked for
    secret = context.ask(SecretRequest("passphrase", rest))
    try:
        key = serialization.load_pem_private_key((folder / f"{rest}.key").read_bytes(), bytes(secret))
    finally:
        secret[:] = bytes(len(secret))
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("only RSA keys are kept in this vault")
    return VaultSigner(key, der)

"""The `Signer` protocol: what the signing room needs of a key, wherever it lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self

KeyType = Literal["rsa", "rsa-pss", "ecdsa", "ed25519", "ed448"]
SecretKind = Literal[
    "passphrase",
    "new-passphrase",
    "token-pin",
    "signature-password",
    "authentication-pin",
    "surface-pin",
    "code-b",
    "birth-date",
    "new-signature-password",
    "new-pin",
    "pairing-code",
    "document-password",
    "callback-address",
]


@dataclass(frozen=True)
class KeyAlgorithm:
    """How a key signs: its type and the hash (asn1crypto's name, e.g. ``sha256``) applied to the data first."""

    key_type: KeyType
    digest: str


@dataclass(frozen=True)
class SecretRequest:
    """What a person is asked for.

    Attributes:
        kind: a key file's passphrase, a token's PIN, one of the card's secrets (``new-…`` is one to be set), or
            the code that a signing agent shows, or an encrypted PDF's password, or the address at which a browser
            elsewhere ended after a person's consent.
        of: which file, card or token, in words a person recognises.
        tries_left: how many wrong answers remain before it locks; None where nothing locks or nobody can know.
        after_wrong: a wrong answer was given since the last right one, though how many remain is not told.
    """

    kind: SecretKind
    of: str
    tries_left: int | None = None
    after_wrong: bool = False


@dataclass(frozen=True)
class Purpose:
    """What signatures are wanted for, where a key's own person is to be told.

    Attributes:
        role: whose field is signed; empty where there is none.
        files: name and SHA-256 (hexadecimal) of each file.
    """

    role: str = ""
    files: tuple[tuple[str, str], ...] = ()


#: Asks a person; returns the secret as bytes that the receiver wipes after use.  Only the command line implements it.
AskSecret = Callable[[SecretRequest], bytearray]
#: Raises where a key with this certificate (DER) that signs so is of no use.
Accept = Callable[[bytes, KeyAlgorithm], None]


class KeyFacts(Protocol):
    """What is public of a key: enough for everything about a signature but the key's own work.

    Attributes:
        certificate: the signing certificate, DER.
        chain: further certificates of its chain, issuer first, DER; may be empty.
        algorithm: how the key signs.
    """

    @property
    def certificate(self) -> bytes: ...  # noqa: D102
    @property
    def chain(self) -> tuple[bytes, ...]: ...  # noqa: D102
    @property
    def algorithm(self) -> KeyAlgorithm: ...  # noqa: D102


class Signer(KeyFacts, Protocol):
    """An opened key.  It is a context manager, so that a card session opens late and closes for certain."""

    def sign(self, data: bytes) -> bytes:
        """Sign ``data`` (which is hashed here or in the device) and return the signature as CMS carries it.

        ECDSA signatures are DER ``Ecdsa-Sig-Value``.
        """
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class NamedSignature:
    """A signature together with the certificate of the key that made it, and the certificate's issuers where given."""

    signature: bytes
    certificate: bytes
    chain: tuple[bytes, ...] = ()


class LateSigner(Protocol):
    """A key whose certificate comes with its signature only: what it signs cannot name the certificate.

    Attributes:
        is_rehearsal: it is one for trying, which its certificate would say.
    """

    @property
    def is_rehearsal(self) -> bool: ...  # noqa: D102

    def sign_and_name(self, data: bytes) -> NamedSignature:
        """Sign ``data`` as `Signer.sign` does; return the certificate too."""
        ...


@dataclass(frozen=True)
class ConsentLink:
    """Where a person agrees to one signature.

    Attributes:
        address: to open in a browser.
        here: the browser is one of this machine, to which it comes back; else any, such as the phone's own.
    """

    address: str
    here: bool


#: Shows a person where to agree.  Only the command line and the desk implement it.
ShowLink = Callable[[ConsentLink], None]


def wipe(secret: bytearray) -> None:
    """Overwrite a secret in place."""
    secret[:] = bytes(len(secret))

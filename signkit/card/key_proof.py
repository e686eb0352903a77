"""What the authentication key signs, and how a proof is checked.

The authentication key must never sign a document, and a remote party must not be able to have one signed under the name
of a challenge.  So what it signs always begins with ``DOMAIN``, which no CMS attribute set, certificate or PDF begins
with, and is hashed on this side.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from signkit.card.keys import HashName, card_key

DOMAIN = b"SignKit user authentication, version 1\0"

#: How every statement begins that the signing key makes about the card's two keys; no document begins so either.
BINDING_DOMAIN = b"SignKit binding of certificates, version 1\n"

#: Bytes a challenge may have: enough not to repeat, few enough to be no document.
CHALLENGE_SIZES = range(16, 257)


@dataclass(frozen=True)
class Authentication:
    """A proof: the key of ``certificate`` (DER) signed ``DOMAIN + challenge`` with ``hash_name``."""

    certificate: bytes
    challenge: bytes
    hash_name: HashName
    signature: bytes


@dataclass(frozen=True)
class Binding:
    """Both keys of one card, used one after the other in one hold of it.

    Attributes:
        certificate: the 署名用電子証明書, DER.
        statement: what its key signed.
        hash_name, signature: how.
        authentication: the other key's proof over all of the above.
    """

    certificate: bytes
    statement: bytes
    hash_name: HashName
    signature: bytes
    authentication: Authentication


def signed_bytes(challenge: bytes) -> bytes:
    """Return what is hashed and signed for ``challenge``.

    Raises:
        ValueError: its size is not in CHALLENGE_SIZES.
    """
    if len(challenge) not in CHALLENGE_SIZES:
        raise ValueError(f"a challenge has {CHALLENGE_SIZES.start} to {CHALLENGE_SIZES.stop - 1} bytes")
    return DOMAIN + challenge


def check_authentication(proof: Authentication, challenge: bytes) -> None:
    """Check a proof against the challenge that was given out.  Whether its certificate is trusted is another question.

    Raises:
        ValueError: the proof answers another challenge.
        CardAnswerInvalid: the signature is false, or the certificate unreadable.
    """
    # The challenge is the one that was given out, not the one that the proof brings: else any recorded proof would do.
    if proof.challenge != challenge:
        raise ValueError("the proof answers another challenge")
    key = card_key(proof.certificate)
    key.verify(proof.hash_name, hashlib.new(proof.hash_name, signed_bytes(challenge)).digest(), proof.signature)


def check_statement(statement: bytes) -> None:
    """Refuse what is no statement for a binding, before a try is risked.

    Raises:
        ValueError: it begins otherwise.
    """
    if not statement.startswith(BINDING_DOMAIN):
        raise ValueError("the signing key signs no such statement")


def binding_challenge(certificate: bytes, statement: bytes, signature: bytes) -> bytes:
    """Return what the authentication key answers: the signing certificate, the statement and its signature."""
    parts = (hashlib.sha256(part).digest() for part in (certificate, statement, signature))
    return hashlib.sha256(BINDING_DOMAIN + b"".join(parts)).digest()


def check_binding(proof: Binding, statement: bytes) -> None:
    """Check both signatures, against the statement that was made for it.

    Raises:
        ValueError: it is about another statement.
        CardAnswerInvalid: a signature is false, or a certificate unreadable.
    """
    if proof.statement != statement:
        raise ValueError("the proof is about another statement")
    digest = hashlib.new(proof.hash_name, statement).digest()
    card_key(proof.certificate).verify(proof.hash_name, digest, proof.signature)
    check_authentication(proof.authentication, binding_challenge(proof.certificate, statement, proof.signature))

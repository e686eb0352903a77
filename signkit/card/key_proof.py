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

#: Bytes a challenge may have: enough not to repeat, few enough to be no document.
CHALLENGE_SIZES = range(16, 257)


@dataclass(frozen=True)
class Authentication:
    """A proof: the key of ``certificate`` (DER) signed ``DOMAIN + challenge`` with ``hash_name``."""

    certificate: bytes
    challenge: bytes
    hash_name: HashName
    signature: bytes


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

"""What costs much to make, and what no test judges: made once in a process, then copied or handed out."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from signkit.rehearsal.pki import RehearsalPki, kept_rehearsal


def lay_rehearsal(folder: Path, *cards: str) -> RehearsalPki:
    """Keep a rehearsal in ``folder``, where there is none yet, with the cards of these profiles and holders.

    It is the same for all who ask: making one takes four RSA keys, and each card three to six more.
    """
    shutil.copytree(_rehearsal(cards), folder)
    return kept_rehearsal(folder)


@cache
def _rehearsal(cards: tuple[str, ...]) -> Path:
    from signkit.rehearsal.cards import kept_contents

    folder = _folder() / "-".join(("rehearsal", *cards))
    if cards:
        shutil.copytree(_rehearsal(cards[:-1]), folder)
        kept_contents(folder, cards[-1])
    else:
        kept_rehearsal(folder)
    return folder


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="signkit-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def rsa_key(use: str) -> rsa.RSAPrivateKey:
    """Return the run's RSA key for a use: one each, however many tests need it."""
    return rsa.generate_private_key(65537, 2048)

"""A certificate known again without its number: a keyed hash, whose key lies elsewhere.

The numbers of JPKI's certificates (発行番号) are not to be collected (公的個人認証法), and they are short: a hash
without a key, or with its key beside it, tells them to whoever counts through them.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.errors import FileUnusable, InputUnreadable, system_cause
from signkit.secret_file import SecretUnsafe, read_private_file
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

_KEY_BYTES = 32


def keyed_number(key: bytes, issuer: x509.Name, number: int) -> str:
    """Return HMAC-SHA256 (hexadecimal) over the issuer's name (DER) and the certificate's number."""
    return keyed_numbers(key, issuer)(number)


def keyed_numbers(key: bytes, issuer: x509.Name) -> Callable[[int], str]:
    """Return `keyed_number` for many numbers of one issuer."""
    named = issuer.dump() + b"\0"
    # HMAC (RFC 2104): without the key the few possible numbers cannot be counted through.
    return lambda number: hmac.digest(key, named + str(number).encode(), "sha256").hex()


def kept_key(path: Path) -> bytes:
    """Return the key in ``path``; one is made, for this user's eyes only, where there is none yet.

    Raises:
        FileUnusable("output-not-written"): none is there, and none can be made.
        InputUnreadable: what is there is no such key, or others may read it.
    """
    if not path.exists():
        _make_key(path)
    return _read_key(path)


def _make_key(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # O_EXCL: of two programs that begin at once one makes the key, the other reads it.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            os.fsync(file.fileno())
    except FileExistsError:
        pass  # another process made it just now
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(path), cause=system_cause(error)) from error


def _read_key(path: Path) -> bytes:
    try:
        key = read_private_file(path)
    except SecretUnsafe as unsafe:
        raise InputUnreadable(str(path), unsafe.cause) from unsafe
    if len(key) != _KEY_BYTES:
        raise InputUnreadable(str(path), _NO_KEY)
    return key


_NO_KEY = Text(f"it is no key of {_KEY_BYTES} bytes", f"{_KEY_BYTES}バイトの鍵ではありません")

"""Secrets in files: read only where nobody else may read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from signkit.errors import InputUnreadable, system_cause
from signkit.words import Text, Unfit

_MAX_SECRET = 16_384


class SecretUnsafe(Unfit):
    """A file of secrets is not what it should be."""


def read_private_file(path: Path) -> bytes:
    """Read a file that only this user may read, up to 16 KB.

    Raises:
        SecretUnsafe: others may read it (POSIX), or it is longer.
        InputUnreadable: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(_MAX_SECRET + 1)
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    # A secret that others can read is everybody's.
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretUnsafe(_OPEN_TO_OTHERS)
    if len(data) > _MAX_SECRET:
        raise SecretUnsafe(_TOO_LONG)
    return data


def read_secret(path: Path) -> str:
    """Read one line of visible ASCII from a file that only this user may read.

    Raises:
        SecretUnsafe, InputUnreadable: as `read_private_file`; or it holds something else.
    """
    try:
        text = read_private_file(path).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise SecretUnsafe(_NO_SECRET) from error
    if not is_token(text):
        raise SecretUnsafe(_NO_SECRET)
    return text


def is_token(text: str) -> bool:
    """Whether it may stand in a header: one line of visible ASCII."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


_OPEN_TO_OTHERS = Text(
    "others may read it (chmod 600 makes it yours alone)",
    "他の利用者が読めます (chmod 600 で自分だけのものにする)",
)
_TOO_LONG = Text("it is longer than 16 KB", "16 KB を超えています")
_NO_SECRET = Text("it does not hold one line of plain ASCII", "ASCII の1行ではありません")

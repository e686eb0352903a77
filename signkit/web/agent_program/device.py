"""Who this agent is to an office: its key, and the id that the office gave it."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signkit.errors import InputUnreadable
from signkit.incoming import read_file
from signkit.output import make_folder, write_checked
from signkit.words import Text

_MOST = 16 * 1024


@dataclass(frozen=True)
class Device:
    """This agent at one office.

    Attributes:
        desk: the office's origin.
        key: its private key; it never leaves this machine, and signs calls, never documents.
        id: ``TENANT.AGENT``; None: not paired yet.
    """

    desk: str
    key: Ed25519PrivateKey = field(repr=False)
    id: str | None = None

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.key.public_key().public_bytes_raw()


def load_device(home: Path, desk: str) -> Device:
    """Return who this agent is to that office; somebody new where it does not know the office.

    Raises:
        InputUnreadable: what is kept is damaged.
    """
    path = _file(home, desk)
    if not path.exists():
        return Device(desk, Ed25519PrivateKey.generate())
    try:
        kept = json.loads(read_file(path, _MOST))
        return Device(desk, Ed25519PrivateKey.from_private_bytes(b64decode(kept["key"])), str(kept["id"]))
    except (ValueError, TypeError, KeyError) as error:
        raise InputUnreadable(str(path), _DAMAGED) from error


def keep_device(home: Path, device: Device, id_: str) -> Device:
    """Keep who this agent is from now on; nobody else on this machine can read it."""
    kept = {"desk": device.desk, "id": id_, "key": b64encode(device.key.private_bytes_raw()).decode()}
    make_folder(home)
    write_checked(_file(home, device.desk), json.dumps(kept).encode(), overwrite=True, private=True)
    return replace(device, id=id_)


def forget_device(home: Path, desk: str) -> None:
    """Be somebody new to that office the next time."""
    _file(home, desk).unlink(missing_ok=True)


def _file(home: Path, desk: str) -> Path:
    return home / f"{hashlib.sha256(desk.encode()).hexdigest()[:32]}.json"


_DAMAGED = Text(
    "it does not say who this agent is; pair it again with --pair",
    "エージェントの登録情報が壊れています。--pair で登録し直してください",
)

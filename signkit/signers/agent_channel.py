"""The channel between a program and the signing agent on the same machine: who may speak, and that nobody cuts in.

Both ends hold the pairing code, 128 random bits that the agent shows and a person types at the other end.  Fresh random
numbers of both ends and the code give the keys of one connection; every message carries its number and an HMAC, so that
none can be made, altered, repeated or reflected without the code.  Nothing is encrypted: what passes on the loopback
interface (a certificate, digests, signatures) is no secret on this machine, and a PIN never passes.

A browser cannot speak this: its request does not begin as `_GREETING` does, and gets no answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import struct
import time
from typing import Any, Literal

LOOPBACK = "127.0.0.1"
_GREETING = b"signkit-agent/1\n"
# Fresh from both ends: neither an agent nor a program alone can bring an old conversation back.
_NONCE_SIZE = 32
_MAC_SIZE = 32
# 128 bits: nobody guesses it within the life of a code, nor later from a recorded conversation.
_CODE_BYTES = 16
_MAX_MESSAGE = 65_536
#: Seconds in which programs greet each other; no person is waited for.
_GREETING_SECONDS = 10.0

Side = Literal["agent", "client"]


class ChannelBroken(Exception):
    """The other side went away, is too slow, or does not speak as it should."""


class CodeWrong(ChannelBroken):
    """The other side greeted properly and does not hold the code."""


def new_code() -> str:
    """Return a fresh pairing code: 26 letters and digits in groups."""
    # Base32 (RFC 4648 6): no 0, 1, 8 to be taken for a letter, and case does not matter.
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode("ascii").rstrip("=")
    return "-".join(text[index : index + 5] for index in range(0, len(text), 5))


def secret_of(code: bytes | bytearray) -> bytes:
    """Return the secret that a code stands for, however it was typed."""
    # People type hyphens or leave them out.
    return hashlib.sha256(bytes(code).upper().translate(None, b"- \r\n\t")).digest()


class Channel:
    """Messages over one connection, each a JSON object; `greet` makes one."""

    def __init__(self, connection: socket.socket, keys: dict[Side, bytes], own: Side) -> None:
        self._connection = connection
        self._keys = keys
        self._own: Side = own
        self._other: Side = "client" if own == "agent" else "agent"
        self._sent = 0
        self._received = 0

    def send(self, message: dict[str, Any]) -> None:
        """Send one message.

        Raises:
            ChannelBroken: the other side is gone.
        """
        payload = json.dumps(message).encode()
        mac = self._mac(self._own, self._sent, payload)
        self._sent += 1
        try:
            self._connection.settimeout(_GREETING_SECONDS)
            self._connection.sendall(struct.pack(">I", len(payload)) + mac + payload)
        except OSError as error:
            raise ChannelBroken(str(error)) from error

    def receive(self, seconds: float) -> dict[str, Any]:
        """Return the next message, waiting ``seconds`` for all of it.

        Raises:
            ChannelBroken: none came whole and in time, or it is larger than any message.
            CodeWrong: its MAC does not fit: other code, altered, repeated or out of order.
        """
        deadline = time.monotonic() + seconds
        (size,) = struct.unpack(">I", _read_exactly(self._connection, 4, deadline))
        # The length comes before the MAC: it must not make us wait for gigabytes.
        if size > _MAX_MESSAGE:
            raise ChannelBroken("a message larger than any")
        mac = _read_exactly(self._connection, _MAC_SIZE, deadline)
        payload = _read_exactly(self._connection, size, deadline)
        # In constant time: how far a wrong MAC agrees must not be measurable.
        if not hmac.compare_digest(mac, self._mac(self._other, self._received, payload)):
            raise CodeWrong("a message that does not fit the code")
        # The number goes on after a good message only: one that was cut in breaks the conversation.
        self._received += 1
        try:
            message = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise ChannelBroken("a message that is no JSON") from error
        if not isinstance(message, dict):
            raise ChannelBroken("a message that is no object")
        return message

    def _mac(self, side: Side, number: int, payload: bytes) -> bytes:
        # HMAC-SHA-256 (RFC 2104) over number and payload: repeated or reordered messages do not fit.
        return hmac.digest(self._keys[side], struct.pack(">Q", number) + payload, "sha256")


def greet(connection: socket.socket, secret: bytes, own: Side) -> Channel:
    """Exchange greetings, prove the code to each other and return the channel.

    The client speaks first, so that an agent says nothing to a program that does not speak its language.

    Raises:
        ChannelBroken: the other side is not the other end of this protocol.
        CodeWrong: it is, and does not hold ``secret``.
    """
    deadline = time.monotonic() + _GREETING_SECONDS
    nonce = secrets.token_bytes(_NONCE_SIZE)
    try:
        connection.settimeout(_GREETING_SECONDS)
        if own == "client":
            connection.sendall(_GREETING + nonce)
        theirs = _their_nonce(connection, deadline)
        if own == "agent":
            connection.sendall(_GREETING + nonce)
    except OSError as error:
        raise ChannelBroken(str(error)) from error
    nonces = theirs + nonce if own == "agent" else nonce + theirs
    # A key for each direction: a message sent back to its sender does not fit.
    keys: dict[Side, bytes] = {
        side: hmac.digest(secret, _GREETING + side.encode() + nonces, "sha256") for side in ("agent", "client")
    }
    channel = Channel(connection, keys, own)
    # The first message proves the code to the other side without showing it.
    channel.send({"greeting": own})
    channel.receive(_GREETING_SECONDS)
    return channel


def _their_nonce(connection: socket.socket, deadline: float) -> bytes:
    if _read_exactly(connection, len(_GREETING), deadline) != _GREETING:
        raise ChannelBroken("another protocol")
    return _read_exactly(connection, _NONCE_SIZE, deadline)


def _read_exactly(connection: socket.socket, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise ChannelBroken("too slow")
        try:
            connection.settimeout(left)
            piece = connection.recv(size - len(data))
        except OSError as error:
            raise ChannelBroken(str(error)) from error
        if not piece:
            raise ChannelBroken("the other side went away")
        data += piece
    return bytes(data)

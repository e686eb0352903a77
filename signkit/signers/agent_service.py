"""The signing agent: holds the key for another program on the same machine, and asks its own person every time.

It never prints or asks itself; a `Desk` does (the command line's is `signkit.cli.agent`).
"""

from __future__ import annotations

import hashlib
import socket
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from signkit.errors import SignerUnusable, SignKitError
from signkit.signers.agent_channel import LOOPBACK, Channel, ChannelBroken, CodeWrong, greet, new_code, secret_of
from signkit.signers.base import Purpose, Signer
from signkit.words import printable

CODE_SECONDS = 300.0
_WRONG_CODES = 3
#: Seconds that a paired program may be silent, while it fetches timestamps or reads files.
_IDLE_SECONDS = 300.0
_MAX_FILES = 1000
_MAX_TEXT = 200
_MAX_ATTRIBUTES = 16_384


class NotAttributes(ValueError):
    """What a program wants signed are not the signed attributes of a document signature with this key."""


@dataclass(frozen=True)
class Wanted:
    """One signature that is asked for.

    Attributes:
        purpose: what the program claims it is for.
        number: which signature of this connection it is, from 1.
        digest: of the document as the signature will state it, hexadecimal: the one thing here that is no claim.
    """

    purpose: Purpose
    number: int
    digest: str


class Desk(Protocol):
    """The person at the agent's machine."""

    def show_code(self, port: int, code: str, seconds: float) -> None:
        """Show where the agent listens, the code to type at the program, and how long it is good for."""

    def agree_to_open(self, purpose: Purpose) -> bool:
        """Ask whether the program may see the certificate and ask for signatures."""

    def agree_to_sign(self, wanted: Wanted) -> bool:
        """Ask whether to make one signature."""

    def report(self, error: SignKitError) -> None:
        """Say why the key could not be used."""

    def wrong_code(self, left: int) -> None:
        """Say that a program came with a wrong code."""

    def say_end(self, signatures: int) -> None:
        """Say that the program is gone, and how many signatures it got."""


def listen(port: int = 0) -> socket.socket:
    """Return a socket that only this machine reaches; ``port`` 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # The loopback address only: no other machine reaches it, whatever the firewall.
        listener.bind((LOOPBACK, port))
        listener.listen(1)
    except BaseException:
        listener.close()
        raise
    return listener


def serve(
    listener: socket.socket,
    desk: Desk,
    open_key: Callable[[], Signer],
    *,
    once: bool = False,
    clock: Callable[[], float] = time.monotonic,
    code_seconds: float = CODE_SECONDS,
) -> None:
    """Serve one program after the other, each with a code of its own.

    Args:
        listener: see `listen`.
        desk: the person.
        open_key: gives the key; it is entered once the person agreed, and left when the program goes.
        once: end after the first program that was paired.
        clock: seconds; decides when a code expires.
        code_seconds: how long a code is good for.

    Raises:
        SignerUnusable("agent-codes-wrong"): too many wrong codes in a row.
    """
    while True:
        channel, connection = _pair(listener, desk, clock, code_seconds)
        with connection:
            desk.say_end(_serve_one(channel, desk, open_key))
        if once:
            return


def _pair(
    listener: socket.socket, desk: Desk, clock: Callable[[], float], code_seconds: float
) -> tuple[Channel, socket.socket]:
    port = listener.getsockname()[1]
    wrong = 0
    while True:
        code, expires = new_code(), clock() + code_seconds
        desk.show_code(port, code, code_seconds)
        while (left := expires - clock()) > 0:
            listener.settimeout(left)
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                break
            try:
                channel = greet(connection, secret_of(code.encode()), "agent")
                if clock() < expires:
                    return channel, connection
                connection.close()
            except CodeWrong:
                connection.close()
                # Three wrong codes and the agent stops: a program that guesses gets no fourth.
                wrong += 1
                desk.wrong_code(_WRONG_CODES - wrong)
                if wrong >= _WRONG_CODES:
                    raise SignerUnusable("agent-codes-wrong", count=wrong) from None
            except ChannelBroken:
                connection.close()


def _serve_one(channel: Channel, desk: Desk, open_key: Callable[[], Signer]) -> int:
    made = 0
    try:
        # The purpose is a claim, and is shown as one.
        purpose = _purpose(channel.receive(_IDLE_SECONDS))
        if not desk.agree_to_open(purpose):
            channel.send({"refused": "person"})
            return 0
        with open_key() as key:
            channel.send(_facts(key))
            while True:
                data = _data(channel.receive(_IDLE_SECONDS))
                # Every signature is asked for by itself: an agreement is for one document.
                if not desk.agree_to_sign(Wanted(purpose, made + 1, _digest_of(data, key))):
                    channel.send({"refused": "person"})
                    return made
                channel.send({"signature": b64encode(key.sign(data)).decode("ascii")})
                made += 1
    except ChannelBroken:
        return made
    except NotAttributes:
        _last_word(channel, "attributes")
    except SignKitError as error:
        desk.report(error)
        _last_word(channel, "key")
    return made


def _last_word(channel: Channel, refused: str) -> None:
    try:
        channel.send({"refused": refused})
    except ChannelBroken:
        return  # it did not wait for the answer


def _facts(key: Signer) -> dict[str, Any]:
    return {
        "certificate": b64encode(key.certificate).decode("ascii"),
        "chain": [b64encode(der).decode("ascii") for der in key.chain],
        "key_type": key.algorithm.key_type,
        "digest": key.algorithm.digest,
    }


def _purpose(message: dict[str, Any]) -> Purpose:
    """Read what the program claims; it is shown to a person, so that nothing in it may steer a terminal."""
    role, files = message.get("role"), message.get("files")
    if not isinstance(role, str) or not isinstance(files, list) or len(files) > _MAX_FILES:
        raise ChannelBroken("no purpose")
    # A closed form: what is shown to a person is text, and nothing else comes along.
    if not all(isinstance(item, list) and len(item) == 2 and all(isinstance(x, str) for x in item) for item in files):
        raise ChannelBroken("no list of files")
    return Purpose(
        printable(role[:_MAX_TEXT]),
        tuple((printable(name[:_MAX_TEXT]), printable(digest[:64])) for name, digest in files),
    )


def _data(message: dict[str, Any]) -> bytes:
    text = message.get("sign")
    if not isinstance(text, str):
        raise ChannelBroken("no request")
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise NotAttributes("no base64") from error
    if len(data) > _MAX_ATTRIBUTES:
        raise NotAttributes("larger than any")
    return data


def _digest_of(data: bytes, key: Signer) -> str:
    """Return the message digest in signed attributes, and refuse whatever else could be signed.

    A program that is allowed a signature must not get one over something that is no document: a login's challenge, a
    certificate, the attributes of another key.

    Raises:
        NotAttributes: see above.
    """
    from asn1crypto import cms

    try:
        # strict: bytes after the attributes would be signed unseen.
        attributes = cms.CMSAttributes.load(data, strict=True)
        found = {item["type"].native: item["values"] for item in attributes}
        [digest] = found["message_digest"]
        # RFC 5035 3: the attribute that ties a signature to this certificate; other uses of the key have none.
        [reference] = found["signing_certificate_v2"]
        [first] = reference["certs"]
        named, hash_name = first["cert_hash"].native, first["hash_algorithm"]["algorithm"].native
        # RFC 5652 5.4: attributes are signed as DER; two encodings would have two digests.
        if len(found) != len(attributes) or attributes.dump(force=True) != data:
            raise NotAttributes("not DER, or an attribute twice")
        # RFC 5035 4: SHA-256 where no algorithm is named.
        if hash_name != "sha256" or named != hashlib.sha256(key.certificate).digest():
            raise NotAttributes("the attributes of another key")
        return str(digest.native.hex())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise error if isinstance(error, NotAttributes) else NotAttributes(str(error)) from error

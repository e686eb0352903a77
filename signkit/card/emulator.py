"""An emulated Individual Number Card: APDUs in, APDUs out, as docs/reference/card.md describes the real one.

Where sources on real cards disagree, ``Behaviour`` offers each answer, so that tests meet them all.  The emulated
card never stands in for a real one unnoticed: the certificates it is given say what they are.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from signkit.card import apdu
from signkit.card.apdu import Command, wipe
from signkit.card.contents import CardContents
from signkit.card.layout import NUMBER_SECRETS, Application, DataFile, File, KeyFile, SecretFile, applications
from signkit.card.state import CardState, fresh_state
from signkit.errors import CardLinkError

Answer = tuple[bytes, int]


class EndOfFile(Enum):
    """How a read at or beyond the end of a file is answered."""

    OFFSET_WRONG = apdu.OFFSET_OUTSIDE_FILE
    WARNING = apdu.END_OF_FILE_REACHED
    NOT_FOUND = apdu.FILE_NOT_FOUND
    SHORT = apdu.OK


@dataclass(frozen=True)
class Behaviour:
    """The knobs: in what real cards differ, or are said to.

    Attributes:
        atr: what the card says at power-on; nobody may tell a card by it.
        token_label: the label in EF 0006.
        blocked_status: the answer to VERIFY when no try is left, 6984 or 6983.
        filler: bytes that follow each object in its file.
        reselect_drops_verified: whether selecting the same application again locks everything.
        end_of_file: see EndOfFile.
        short_identifiers: whether READ BINARY takes a short file identifier.
        part_size: the most bytes a single answer holds; the rest is announced by 61xx.
        corrects_le: whether a read of more bytes than there are is answered 6Cxx.
        certificate_needs_pin: whether the authentication certificate opens only after its PIN (smartphones).
        empty_verify_with_le: the answer to 00 20 00 80 00; None for the tries left.
    """

    # What a contactless reader makes up for the card; jpki/myna passes over every card that shows another.
    atr: bytes = bytes.fromhex("3B888001000005E0B381A1007F")
    token_label: str = "JPKIAPICCTOKEN2"  # noqa: S105
    blocked_status: int = apdu.REFERENCE_DATA_UNUSABLE
    filler: bytes = b"\xff" * 32
    reselect_drops_verified: bool = True
    end_of_file: EndOfFile = EndOfFile.OFFSET_WRONG
    short_identifiers: bool = True
    part_size: int | None = None
    corrects_le: bool = False
    certificate_needs_pin: bool = False
    empty_verify_with_le: int | None = apdu.WRONG_LENGTH


class CardVanished(Exception):
    """The emulated card was taken out of the field."""


class CardWasReset(Exception):
    """The emulated card was reset by somebody else."""


class Card(Protocol):
    """What a reader, real or not, asks of a card."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def reset(self) -> None:
        """Take power away and give it back."""
        ...

    def process(self, wire: bytes | bytearray) -> bytes:
        """Answer one command APDU; may raise CardVanished or CardWasReset."""
        ...


@dataclass
class _Volatile:
    """What a reset clears."""

    application: Application | None = None
    file: File | None = None
    verified: set[str] = field(default_factory=set)
    rest: bytes = b""


class EmulatedCard:
    """The card.  ``state`` holds what survives a reset; ``on_change`` is called after each change of it."""

    def __init__(
        self,
        contents: CardContents,
        behaviour: Behaviour | None = None,
        state: CardState | None = None,
        on_change: Callable[[CardState], None] | None = None,
    ) -> None:
        self._behaviour = behaviour or Behaviour()
        self.state = state or fresh_state(contents)
        self._on_change = on_change or (lambda _: None)
        laid_out = applications(
            contents,
            self._behaviour.token_label,
            certificate_needs_pin=self._behaviour.certificate_needs_pin,
            filler=self._behaviour.filler,
        )
        self._applications = {application.aid: application for application in laid_out}
        self._now = _Volatile()

    @property
    def atr(self) -> bytes:
        """See ``Card``."""
        return self._behaviour.atr

    def reset(self) -> None:
        """See ``Card``."""
        self._now = _Volatile()

    def process(self, wire: bytes | bytearray) -> bytes:
        """See ``Card``."""
        command = _decode(wire)
        if command is None:
            return apdu.WRONG_LENGTH.to_bytes(2, "big")
        handler = _HANDLERS.get((command.cla, command.ins))
        try:
            data, sw = handler(self, command) if handler else (b"", apdu.INSTRUCTION_UNKNOWN)
        finally:
            if isinstance(command.data, bytearray):
                wipe(command.data)
        return self._in_parts(data, sw)

    def _in_parts(self, data: bytes, sw: int) -> bytes:
        size = self._behaviour.part_size or len(data)
        self._now.rest = data[size:]
        if self._now.rest:
            # ISO/IEC 7816-4: 61XX, XX further bytes are at hand; 00 means 256 or more.
            sw = 0x6100 | min(len(self._now.rest), 256) % 256
        return data[:size] + sw.to_bytes(2, "big")

    def _get_response(self, _: Command) -> Answer:
        if not self._now.rest:
            return b"", apdu.CONDITIONS_NOT_SATISFIED
        return self._now.rest, apdu.OK

    def _select(self, command: Command) -> Answer:
        if not command.data:
            is_root = (command.p1, command.p2) == (0, 0) and self._now.application is not None
            return b"", apdu.OK if is_root else apdu.WRONG_PARAMETERS
        # SELECT with P1 = 04: by DF name, which is the AID.
        if command.p1 == 0x04:
            return self._select_application(bytes(command.data))
        # SELECT with P1 = 02: an EF under the current DF.
        if command.p1 == 0x02 and self._now.application is not None:
            file = self._now.application.files.get(int.from_bytes(command.data, "big"))
            if file is not None:
                self._now.file = file
                return b"", apdu.OK
        return b"", apdu.FILE_NOT_FOUND

    def _select_application(self, aid: bytes) -> Answer:
        application = self._applications.get(aid)
        if application is None:
            return b"", apdu.FILE_NOT_FOUND
        if application is not self._now.application or self._behaviour.reselect_drops_verified:
            self._now.verified.clear()
        self._now.application, self._now.file = application, None
        return b"", apdu.OK

    def _read_binary(self, command: Command) -> Answer:
        if command.le is None:
            return b"", apdu.WRONG_LENGTH
        offset = command.p1 << 8 | command.p2
        # READ BINARY with bit 8 of P1: bits 5 to 1 are a short EF identifier, P2 is the offset.
        if command.p1 & 0x80:
            if not self._behaviour.short_identifiers or self._now.application is None:
                return b"", apdu.OFFSET_OUTSIDE_FILE
            chosen = self._now.application.files.get(command.p1 & 0x1F)
            if chosen is None:
                return b"", apdu.FILE_NOT_FOUND
            self._now.file, offset = chosen, command.p2
        file = self._now.file
        if not isinstance(file, DataFile):
            return b"", apdu.NO_CURRENT_FILE if file is None else 0x6981
        if file.opened_by and not file.opened_by & self._now.verified:
            return b"", apdu.SECURITY_NOT_SATISFIED
        return self._slice(file.content, offset, command.le)

    def _slice(self, content: bytes, offset: int, length: int) -> Answer:
        end = self._behaviour.end_of_file
        data = content[offset : offset + length]
        if not data:
            return b"", end.value
        if len(data) < length and self._behaviour.corrects_le:
            return b"", 0x6C00 | len(data)
        return data, apdu.END_OF_FILE_REACHED if len(data) < length and end is EndOfFile.WARNING else apdu.OK

    def _verify(self, command: Command) -> Answer:
        # VERIFY: P2 = 80 means reference data of the current DF.
        if (command.p1, command.p2) != (0x00, 0x80):
            return b"", apdu.WRONG_PARAMETERS
        if not isinstance(self._now.file, SecretFile):
            return b"", apdu.NO_CURRENT_FILE
        key = self._now.file.secret.key
        left = self.state.tries[key]
        # VERIFY without data asks for the tries left: 63CX.
        if not command.data:
            status = self._behaviour.empty_verify_with_le
            return b"", 0x63C0 | left if command.le is None or status is None else status
        if left == 0:
            return b"", self._behaviour.blocked_status
        if hmac.compare_digest(bytes(command.data), self.state.pins[key].encode()):
            # A right answer gives all tries back.
            self._count(key, self._now.file.secret.max_tries)
            self._now.verified.add(key)
            return b"", apdu.OK
        self._count(key, left - 1)
        self._now.verified.discard(key)
        return b"", 0x63C0 | left - 1

    def _count(self, key: str, left: int) -> None:
        if self.state.tries[key] != left:
            self.state.tries[key] = left
            self._on_change(self.state)

    def _change_reference_data(self, command: Command) -> Answer:
        # CHANGE REFERENCE DATA with P1 = 01: the new one alone, after a VERIFY.
        if (command.p1, command.p2) != (0x01, 0x80):
            return b"", apdu.WRONG_PARAMETERS
        if not isinstance(self._now.file, SecretFile):
            return b"", apdu.NO_CURRENT_FILE
        secret = self._now.file.secret
        if secret in NUMBER_SECRETS or secret.key not in self._now.verified:  # nobody changes a 個人番号
            return b"", apdu.SECURITY_NOT_SATISFIED
        if not secret.accepts(command.data):
            return b"", apdu.WRONG_DATA
        self.state.pins[secret.key] = command.data.decode("ascii")
        self._on_change(self.state)
        return b"", apdu.OK

    def _compute_signature(self, command: Command) -> Answer:
        if command.p1 != 0x00 or command.p2 not in (0x00, 0x80):
            return b"", apdu.WRONG_PARAMETERS
        own = self._now.application.own_key if self._now.application else None
        key = own if command.p2 == 0x00 else self._now.file
        if not isinstance(key, KeyFile):
            return b"", apdu.NO_CURRENT_FILE
        if key.opened_by is not None and key.opened_by not in self._now.verified:
            return b"", apdu.SECURITY_NOT_SATISFIED
        # RFC 8017 9.2: PKCS#1 v1.5 padding takes eleven of the 256 bytes.
        if not 1 <= len(command.data) <= 245 or command.le is None:
            return b"", apdu.WRONG_LENGTH
        return key.compute(bytes(command.data)), apdu.OK


_HANDLERS: dict[tuple[int, int], Callable[[EmulatedCard, Command], Answer]] = {
    (0x00, apdu.SELECT): EmulatedCard._select,
    (0x00, apdu.READ_BINARY): EmulatedCard._read_binary,
    (0x00, apdu.VERIFY): EmulatedCard._verify,
    (0x00, apdu.CHANGE_REFERENCE_DATA): EmulatedCard._change_reference_data,
    (0x00, apdu.GET_RESPONSE): EmulatedCard._get_response,
    # CLA 80: the card's own meaning of the command (ISO/IEC 7816-4 5.1, proprietary class).
    (0x80, apdu.COMPUTE_SIGNATURE): EmulatedCard._compute_signature,
}


def _decode(wire: bytes | bytearray) -> Command | None:
    """Take a short command APDU apart (ISO/IEC 7816-4 5.1); None where its lengths do not fit."""
    body = len(wire) - 5
    if body < -1:
        return None
    if body <= 0:
        return Command(wire[0], wire[1], wire[2], wire[3], le=(wire[4] or 256) if body == 0 else None)
    if wire[4] == 0 or body not in (wire[4], wire[4] + 1):
        return None
    le = (wire[-1] or 256) if body > wire[4] else None
    return Command(wire[0], wire[1], wire[2], wire[3], bytearray(wire[5 : 5 + wire[4]]), le)


class EmulatedTransport:
    """A reader within this process, with an emulated card on it."""

    stays_held = True

    def __init__(self, card: Card) -> None:
        self._card = card
        self._gone = False
        card.reset()

    def transmit(self, apdu: bytes | bytearray) -> bytes:
        """See ``Transport``."""
        if self._gone:
            raise CardLinkError("card-removed")
        try:
            return self._card.process(apdu)
        except CardVanished:
            self._gone = True
            raise CardLinkError("card-removed") from None
        except CardWasReset:
            self._card.reset()
            raise CardLinkError("card-reset") from None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See ``Transport``: nobody else can reach this card anyhow, and it is reset afterwards."""
        try:
            yield
        finally:
            self._card.reset()

    def close(self) -> None:
        """See ``Transport``."""
        self._card.reset()

"""Real readers: PC/SC through pyscard, with one clear error for each thing that goes wrong.

**Holding the card.**  Between the password and the last signature no other program may reach the card, for it could
sign too.  So the connection is exclusive where that can be had.  Where another program keeps the card open without
using it (a browser with a PKCS #11 module does), the connection is shared and a transaction is held instead; it ends
with a reset of the card.  Windows resets a card whose transaction lies idle for five seconds, hence the second choice.

**Time.**  PC/SC calls have no time limit of their own, and a transaction of another program blocks for as long as it
lasts.  Every call is therefore made by a thread that can be given up; it resets a card that answers after all.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

from signkit.errors import (
    CardBusy,
    CardError,
    CardLinkError,
    CardUnresponsive,
    MissingExtra,
    NoCard,
    NoReader,
    ReaderNotFound,
)
from signkit.words import Text

#: Seconds one command may take.  The slowest that was ever seen, a signature, takes about two.
COMMAND_SECONDS = 30.0

#: Seconds to wait for another program to let go of the card.
BUSY_SECONDS = 10.0

_POLL_SECONDS = 0.05

T = TypeVar("T")

# Result codes of the PC/SC specification, part 5, as Windows and pcsc-lite number them.
_OK = 0
_SHARING_VIOLATION = 0x8010000B
_RESET_CARD = 0x80100068
_NO_READERS = 0x8010002E
_NO_SERVICE = 0x8010001D

_ERRORS: dict[int, Callable[[], CardError]] = {
    0x80100009: partial(CardLinkError, "reader-gone"),  # UNKNOWN_READER
    0x8010000A: CardUnresponsive,  # TIMEOUT
    _SHARING_VIOLATION: CardBusy,
    0x8010000C: NoCard,  # NO_SMARTCARD
    0x8010000F: CardUnresponsive,  # PROTO_MISMATCH: none of the protocols was agreed on
    0x80100010: CardUnresponsive,  # NOT_READY
    0x80100013: partial(CardLinkError, "card-link-broken"),  # COMM_ERROR
    0x80100016: partial(CardLinkError, "card-link-broken"),  # NOT_TRANSACTED
    0x80100017: partial(CardLinkError, "reader-gone"),  # READER_UNAVAILABLE
    0x80100027: partial(CardError, "card-service-forbidden"),  # NO_ACCESS
    0x8010002E: NoReader,  # NO_READERS_AVAILABLE
    0x8010002F: partial(CardLinkError, "card-link-broken"),  # COMM_DATA_LOST
    0x80100065: CardUnresponsive,  # UNSUPPORTED_CARD
    0x80100066: CardUnresponsive,  # UNRESPONSIVE_CARD
    0x80100067: CardUnresponsive,  # UNPOWERED_CARD
    _RESET_CARD: partial(CardLinkError, "card-reset"),
    0x80100069: partial(CardLinkError, "card-removed"),  # REMOVED_CARD
    0x8010006A: partial(CardError, "card-service-forbidden"),  # SECURITY_VIOLATION: pcsc-lite's polkit says no
}


def error_for(code: int) -> CardError:
    """Return the error for a PC/SC result code, signed or unsigned."""
    code &= 0xFFFFFFFF
    make = _ERRORS.get(code)
    return make() if make else CardError("card-service-unavailable", cause=f"0x{code:08X}")


@dataclass(frozen=True)
class Reader:
    """A reader, and what lies on it."""

    name: str
    has_card: bool
    atr: bytes


def list_readers() -> tuple[Reader, ...]:
    """Return the readers that are connected; none is no error here.

    Raises:
        MissingExtra: pyscard is not installed.
        CardError("card-service-unavailable", "card-service-forbidden"): the PC/SC service does not answer.
    """
    scard = _load_scard()
    with _context(scard) as context:
        return _readers(scard, context)


def choose_reader(readers: tuple[Reader, ...], wanted: str | None = None) -> Reader:
    """Choose the reader to use, by any part of its name (letter case aside); never guesses between two cards.

    Raises:
        NoReader, ReaderNotFound, NoCard: there is none to choose.
        CardError("several-cards"): more than one fits.
    """
    if not readers:
        raise NoReader()
    fitting = [reader for reader in readers if wanted is None or wanted.casefold() in reader.name.casefold()]
    exact = [reader for reader in fitting if reader.name == wanted]
    if not fitting:
        raise ReaderNotFound(wanted or "", tuple(reader.name for reader in readers))
    with_card = [reader for reader in exact or fitting if reader.has_card]
    if not with_card:
        raise NoCard()
    if len(with_card) > 1:
        raise CardError("several-cards", readers=tuple(reader.name for reader in with_card))
    return with_card[0]


def connect(wanted: str | None = None, *, wait: float = 0.0, busy: float = BUSY_SECONDS) -> PcscTransport:
    """Connect to the card on a reader.

    Args:
        wanted: part of the reader's name; None for the only card there is.
        wait: seconds to wait for a reader and a card to appear.
        busy: seconds to wait for another program to let go of the card.

    Raises:
        CardError: see ``list_readers`` and ``choose_reader``.
        CardBusy: another program held the card all the time.
        CardUnresponsive: the card lies there and says nothing.
    """
    scard = _load_scard()
    with _context(scard) as context:
        reader = _wait_for_card(scard, context, wanted, time.monotonic() + wait)
    return PcscTransport(scard, reader.name, busy)


def _load_scard() -> ModuleType:
    try:
        from smartcard import scard
    except ImportError as error:
        raise MissingExtra(Text("the card reader", "カードリーダー"), "card") from error
    module: ModuleType = scard
    return module


def _values_of(code: int, *values: Any) -> Any:
    if code & 0xFFFFFFFF != _OK:
        raise error_for(code)
    return values[0] if len(values) == 1 else values


@contextmanager
def _context(scard: ModuleType) -> Iterator[Any]:
    context = _establish(scard)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _establish(scard: ModuleType) -> Any:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    return _values_of(code, context)


def _readers(scard: ModuleType, context: Any) -> tuple[Reader, ...]:
    code, names = scard.SCardListReaders(context, [])
    if code & 0xFFFFFFFF == _NO_READERS or (code & 0xFFFFFFFF == _OK and not names):
        return ()
    _values_of(code, names)
    # UNAWARE: the state as it is now, without waiting for a change.
    code, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
    _values_of(code, states)
    return tuple(Reader(name, bool(state & scard.SCARD_STATE_PRESENT), bytes(atr)) for name, state, atr in states)


def _wait_for_card(scard: ModuleType, context: Any, wanted: str | None, deadline: float) -> Reader:
    while True:
        try:
            return choose_reader(_readers(scard, context), wanted)
        except (NoReader, ReaderNotFound, NoCard):
            if time.monotonic() >= deadline:
                raise
        time.sleep(_POLL_SECONDS)


class _Caller:
    """Makes calls on a thread of its own, so that one that never returns can be given up."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="signkit-pcsc", daemon=True).start()

    def call(self, job: Callable[[], T], seconds: float, on_timeout: Callable[[], CardError]) -> T:
        """Return what ``job`` returns or raise what it raises, within ``seconds``."""
        done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

        def run() -> None:
            try:
                done.put((job(), None))
            except BaseException as error:
                done.put((None, error))

        self._jobs.put(run)
        try:
            result, error = done.get(timeout=seconds)
        except queue.Empty:
            raise on_timeout() from None
        if error is not None:
            raise error
        return result  # type: ignore[return-value]

    def finish(self, last: Callable[[], None]) -> None:
        """Run ``last`` after all that was asked for, and end the thread; does not wait."""
        self._jobs.put(last)
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class PcscTransport:
    """A connection to one card; see the top of this module for how it is held."""

    def __init__(self, scard: ModuleType, reader: str, busy: float, command_seconds: float = COMMAND_SECONDS) -> None:
        self._scard = scard
        self._busy = busy
        self._command_seconds = command_seconds
        self._caller = _Caller()
        self._given_up: CardError | None = None
        self._context: Any = None
        self._card: Any = None
        self._protocol: Any = None
        self._is_exclusive = False
        self.reader = reader
        try:
            self._call(self._open, busy + command_seconds, CardUnresponsive)
        except BaseException:
            self.close()
            raise

    @property
    def stays_held(self) -> bool:
        """See ``Transport``: a transaction may not be left waiting, an exclusive connection may."""
        return self._is_exclusive

    def transmit(self, apdu: bytes | bytearray) -> bytes:
        """See ``Transport``.

        Raises:
            CardLinkError: removed, reset by another program, or no answer within the time for one command.
        """
        numbers = list(apdu)  # copied now: the caller may wipe its buffer while a card that was given up still listens
        return self._call(lambda: self._transmit(numbers), self._command_seconds, CardUnresponsive)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See ``Transport``.

        Raises:
            CardBusy: another program does not let go of the card.
        """
        self._call(self._begin, self._busy, CardBusy)
        try:
            yield
        finally:
            if self._given_up is None:
                with suppress(CardError):  # a card that is gone has forgotten everything too
                    self._call(self._end, self._command_seconds, CardUnresponsive)

    def close(self) -> None:
        """See ``Transport``."""
        if self._given_up is None:
            with suppress(CardError):
                self._call(self._release, self._command_seconds, CardUnresponsive)
        if self._given_up is None:
            self._give_up(CardLinkError("reader-gone"))

    def _call(self, job: Callable[[], T], seconds: float, on_timeout: Callable[[], CardError]) -> T:
        if self._given_up is not None:
            raise self._given_up
        try:
            return self._caller.call(job, seconds, on_timeout)
        except (CardUnresponsive, CardBusy) as error:
            self._give_up(error)
            raise

    def _give_up(self, reason: CardError) -> None:
        self._given_up = reason
        self._caller.finish(self._release)

    # What follows runs on the caller's thread.

    def _open(self) -> None:
        self._context = _establish(self._scard)
        deadline = time.monotonic() + self._busy
        while not (self._connect(self._scard.SCARD_SHARE_EXCLUSIVE) or self._connect(self._scard.SCARD_SHARE_SHARED)):
            if time.monotonic() >= deadline:
                raise CardBusy()
            time.sleep(_POLL_SECONDS)

    def _connect(self, mode: int) -> bool:
        scard = self._scard
        # ISO/IEC 7816-3: either protocol; the card decides at power-on.
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, card, protocol = scard.SCardConnect(self._context, self.reader, mode, protocols)
        if code & 0xFFFFFFFF == _SHARING_VIOLATION:
            return False
        self._card, self._protocol = _values_of(code, card, protocol)
        self._is_exclusive = mode == scard.SCARD_SHARE_EXCLUSIVE
        return True

    def _begin(self) -> None:
        """Begin a transaction, on a card that another program may have reset since."""
        if self._is_exclusive:
            return
        # Others are kept away from the first command of the transaction to its end.
        code = self._scard.SCardBeginTransaction(self._card)
        if code & 0xFFFFFFFF == _RESET_CARD:
            self._reconnect(self._scard.SCARD_LEAVE_CARD)
            code = self._scard.SCardBeginTransaction(self._card)
        _values_of(code)

    def _end(self) -> None:
        """Reset the card, so that nothing stays verified."""
        if self._is_exclusive:
            # Without a reset the PIN would stay verified for whichever program comes next.
            self._scard.SCardReconnect(*self._reconnect_arguments(self._scard.SCARD_RESET_CARD))
        else:
            self._scard.SCardEndTransaction(self._card, self._scard.SCARD_RESET_CARD)

    def _reconnect(self, initialisation: int) -> None:
        code, self._protocol = self._scard.SCardReconnect(*self._reconnect_arguments(initialisation))
        _values_of(code)

    def _reconnect_arguments(self, initialisation: int) -> tuple[Any, ...]:
        scard = self._scard
        mode = scard.SCARD_SHARE_EXCLUSIVE if self._is_exclusive else scard.SCARD_SHARE_SHARED
        return self._card, mode, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1, initialisation

    def _transmit(self, numbers: list[int]) -> bytes:
        try:
            code, answer = self._scard.SCardTransmit(self._card, self._protocol, numbers)
        finally:
            # The numbers of a VERIFY are the PIN.
            numbers[:] = [0] * len(numbers)
        _values_of(code)
        if len(answer) < 2:  # some drivers say so of a card that is gone
            _values_of(*self._scard.SCardStatus(self._card)[:1])
            raise CardLinkError("card-link-broken")
        return bytes(answer)

    def _release(self) -> None:
        if self._card is not None:
            # Also on the way out: nothing stays verified on a card that is left lying there.
            self._scard.SCardDisconnect(self._card, self._scard.SCARD_RESET_CARD)
            self._card = None
        if self._context is not None:
            self._scard.SCardReleaseContext(self._context)
            self._context = None

"""The card's secrets: their form, their counters, and presenting one without losing a try.

A PIN is a ``bytearray`` from the keyboard to the wire, and **every function here and above that is given one wipes it
before it returns**, whatever happens: a PIN given is a PIN gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from signkit.card import apdu
from signkit.card.apdu import Command, refusal, wipe
from signkit.card.elementary_files import CardFiles
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, CardError, CardLinkError, CardLocked, PinWrong


@dataclass(frozen=True)
class Secret:
    """One secret of one application.

    Attributes:
        key: its name in errors.
        ef: the file that holds it.
        max_tries: the counter of a fresh card; 15, the most that can be said, where it is not known.
        form: what its bytes look like, as a regular expression, after letters were put in upper case.
    """

    key: str
    ef: int
    max_tries: int
    form: bytes

    def accepts(self, pin: bytes | bytearray) -> bool:
        """Whether ``pin`` has the form of this secret, letters in upper case."""
        return re.fullmatch(self.form, pin) is not None


#: 公的個人認証AP.
#: After five wrong signature passwords or three wrong PINs only the municipal office unlocks the card.
SIGNATURE = Secret("signature", 0x001B, 5, rb"[A-Z0-9]{6,16}")
AUTHENTICATION = Secret("authentication", 0x0018, 3, rb"[0-9]{4}")

#: 券面入力補助AP.
SURFACE = Secret("surface", 0x0011, 3, rb"[0-9]{4}")
CODE_B = Secret("code-b", 0x0015, 15, rb"[0-9]{14}")

#: 券面事項確認AP.
BIRTH_DATE = Secret("birth-date", 0x0011, 15, rb"[0-9]{6}")

# 63C0: the last try was just spent; 6983 and 6984: it was spent before (ISO/IEC 7816-4:2005 5.1.3, 7.5.1).
_BLOCKED = frozenset({0x63C0, apdu.BLOCKED, apdu.REFERENCE_DATA_UNUSABLE})


#: A secret, or a function that asks the person for it and is told the tries left.
PinSource = bytearray | Callable[[int], bytearray]


@contextmanager
def wiping(*pins: PinSource) -> Iterator[None]:
    """Wipe those of ``pins`` that are there already when the block is left."""
    try:
        yield
    finally:
        wipe(*(pin for pin in pins if isinstance(pin, bytearray)))


def tries_left(files: CardFiles, secret: Secret) -> int:
    """Ask the card how many tries ``secret`` has left; costs none.  0 means locked.

    Raises:
        CardAnswerInvalid: not an answer to this question, or more tries than a card ever gives.
    """
    files.select(secret.ef)
    # VERIFY without data asks, and costs no try (ISO/IEC 7816-4).
    sw = files.connection.send(Command(0x00, apdu.VERIFY, 0x00, 0x80)).sw
    if sw in _BLOCKED:
        return 0
    # 63CX: X tries are left (ISO/IEC 7816-4:2005 7.5.1); more than the card has is no answer to this question.
    if sw >> 4 != 0x63C or sw & 0xF > secret.max_tries:
        raise CardAnswerInvalid("tries left", f"{sw:04X}")
    return sw & 0xF


def verify(files: CardFiles, secret: Secret, pin: PinSource, *, use_last_try: bool = False) -> None:
    """Present a secret once, after the tries left and its form were looked at; wipes it.

    Raises:
        CardLocked: no try is left, or this one was the last.
        CardError("pin-last-try"): one try is left and ``use_last_try`` was not given; nothing was sent.
        CardError("pin-format-invalid"): it cannot be right; nothing was sent.
        PinWrong: the card says no.
        CardError("pin-outcome-unknown"): the link broke, or the answer was none; the counter has to be read anew.
    """
    with wiping(pin):
        # In the same hold as the attempt: in between no other program can spend a try.
        left = tries_left(files, secret)
        refuse_by_tries(secret, left, use_last_try=use_last_try)
        value = pin if isinstance(pin, bytearray) else pin(left)
        with wiping(value):
            normalise(secret, value)
            # Never sent twice: a second one would cost a second try.
            try:
                sw = files.connection.send(Command(0x00, apdu.VERIFY, 0x00, 0x80, value)).sw
            except (CardLinkError, CardAnswerInvalid) as error:
                raise CardError("pin-outcome-unknown", secret=secret.key) from error
    if sw != apdu.OK:
        raise _refusal_of(secret, sw, left)


def change(files: CardFiles, secret: Secret, old: PinSource, new: bytearray, *, use_last_try: bool = False) -> None:
    """Replace ``old`` by ``new``; wipes both.  The new one's form is checked before a try is risked.

    Raises:
        CardRefused: the card does not accept the new one; the old one stays.
        And as ``verify``.
    """
    with wiping(old, new):
        normalise(secret, new)
        verify(files, secret, old, use_last_try=use_last_try)
        # P1 = 01: the new reference data alone, since the old one was verified in this hold.
        response = files.connection.send(Command(0x00, apdu.CHANGE_REFERENCE_DATA, 0x01, 0x80, new))
    response.expect_ok("CHANGE REFERENCE DATA")


def ask_ahead(
    connection: Connection, secret: Secret, pin: PinSource, tries: Callable[[], int], *, use_last_try: bool
) -> PinSource:
    """Ask the person now where the card cannot be held while they type; elsewhere ``verify`` will ask them.

    Raises:
        CardLocked, CardError("pin-last-try"): see ``refuse_by_tries``.
    """
    if isinstance(pin, bytearray) or connection.stays_held:
        return pin
    left = tries()
    refuse_by_tries(secret, left, use_last_try=use_last_try)
    return pin(left)


def refuse_by_tries(secret: Secret, left: int, *, use_last_try: bool) -> None:
    """Refuse before anything is typed or sent.

    Raises:
        CardLocked: no try is left.
        CardError("pin-last-try"): one is left and ``use_last_try`` was not given.
    """
    if left == 0:
        raise CardLocked(secret.key)
    if left == 1 and not use_last_try:
        raise CardError("pin-last-try", secret=secret.key)


def normalise(secret: Secret, pin: bytearray) -> None:
    """Put letters in upper case, in place: the card compares bytes, and a lower-case password costs a try.

    Raises:
        CardError("pin-format-invalid"): ``pin`` cannot be this secret.
    """
    for index, byte in enumerate(pin):
        if 0x61 <= byte <= 0x7A:
            pin[index] = byte - 0x20
    if not secret.accepts(pin):
        raise CardError("pin-format-invalid", secret=secret.key)


def _refusal_of(secret: Secret, sw: int, left_before: int) -> Exception:
    if sw in _BLOCKED:
        return CardLocked(secret.key)
    if sw >> 4 == 0x63C:
        # A card that says more is left than can be is not believed: the next run would risk the last try.
        return PinWrong(secret.key, min(sw & 0xF, left_before - 1))
    return refusal("VERIFY", sw)

"""Encrypted files in which a value says one thing to readers that decrypt it, and another to those that do not.

RC4 is a stream cipher: what the bytes say as they are and what they say decrypted can both be chosen, since a comment
or a string takes up the garbage of the other reading.  A number is looked for whose key makes it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.attacks import shapes, syntax
from tests.attacks.crypt import Crypt
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.witnesses import Area

_NUMBERS = 4000
_SAID = b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC"
_SHOWN = _SAID.replace(b"(100)", b"(999)")
#: What a string or a comment cannot hold.
_ENDS = frozenset(b"()\\\r\n%")
_CARRIAGE_RETURN, _LINE_FEED = b"\r", b"\n"


@dataclass(frozen=True)
class Partly(Crypt):
    """Leaves the objects ``plain`` as they are."""

    plain: frozenset[int] = frozenset()

    def encrypted(self, number: int, body: bytes, generation: int = 0) -> bytes:
        return body if number in self.plain else super().encrypted(number, body, generation)


@dataclass(frozen=True)
class OddlyPadded(Crypt):
    """Pads one object's stream with bytes that do not all count it (7.6.3.1)."""

    odd: int = 0

    def encrypt(self, number: int, plain: bytes, generation: int = 0) -> bytes:
        if number != self.odd:
            return super().encrypt(number, plain, generation)
        count = 16 - len(plain) % 16
        return self.sealed(plain + b"0" * (count - 1) + bytes([count]))


def of_two_readings(crypt: Crypt, number: int, orderly: bytes, other: bytes) -> bytes | None:
    """Return bytes that say ``orderly`` as they are, and ``other`` decrypted, beside comments; None where none do."""
    head, tail = orderly + b" (", b"\n" + other + b" %"
    stream = crypt.encrypt(number, bytes(len(head) + len(tail)))
    turned = _xor(head, stream)
    filling = _xor(tail, stream[len(head) :])
    if turned[:1] != b"%" or b"\r" in turned or b"\n" in turned or _ENDS & set(filling):
        return None
    return head + filling + b") MP"


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


def _key(attack: Attack) -> Crypt:
    crypt = attack.base.crypt
    if crypt is None or crypt.aes:
        raise Absent("a stream cipher")
    return crypt


def _empty(attack: Attack) -> int:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=False))
    left, bottom, right, top = (float(part) for part in syntax.items(attack.entries(number)[b"/Rect"]))
    attack.areas.append(Area(None, (left, bottom, right, top)))
    return number


@mutation("encryption", forbidden=True, weight=4)
def looks_that_some_decrypt(attack: Attack) -> None:
    """/Type /XRef is not encrypted (7.5.8.2), but that is none; nor is metadata where a file leaves it (table 21).

    /Crypt (7.4.10) may be named elsewhere.
    """
    crypt, field = _key(attack), _empty(attack)
    number = attack.new() + attack.random.randrange(_NUMBERS)
    found = next(_both(crypt, number), None)
    if found is None:
        raise Absent("a number")
    number, raw = found
    said = {
        b"/Subtype": b"/Form", b"/BBox": b"[0 0 80 18]",
        b"/Resources": b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    }  # fmt: skip
    plain = {number}
    way = "type" if crypt.leaves_metadata else attack.choose("type", "filter", "filters")
    if way == "type":
        said[b"/Type"] = b"/Metadata" if crypt.leaves_metadata else b"/XRef"
    else:
        raw = crypt.encrypt(number, raw)
        attack.put(number + 1, b"/Crypt" if way == "filter" else b"[/Crypt]")
        said[b"/Filter"] = syntax.reference(number + 1)
    attack.put(number, syntax.stream(said, raw))
    attack.change(field, {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % number})
    attack.revision.crypt = Partly(crypt.key, crypt.dictionary, crypt.aes, frozenset(plain))


def _both(crypt: Crypt, first: int) -> Iterator[tuple[int, bytes]]:
    for number in range(first, first + _NUMBERS):
        raw = of_two_readings(crypt, number, _SAID, _SHOWN)
        if raw is not None:
            yield number, raw


@mutation("encryption", forbidden=True, weight=2)
def secret_with_a_bare_line_end(attack: Attack) -> None:
    """7.3.4.2 has a bare CR in a string mean LF: most readers leave it, and decrypt another digit."""
    crypt, field = _key(attack), _empty(attack)
    stream = crypt.encrypt(field, bytes(40))
    digits = {at: _xor(_LINE_FEED, stream[at:]) for at in range(12)}
    found = [at for at, said in digits.items() if said.isdigit() and _xor(_CARRIAGE_RETURN, stream[at:]).isdigit()]
    letters = [at for at, said in digits.items() if said.isalpha() and _xor(_CARRIAGE_RETURN, stream[at:]).isalpha()]
    at = next(iter([*found, *(each for each in letters if digits[each].isascii())]), None)
    if at is None:
        raise Absent("a place where the cipher does so")
    value = b"1" * at + digits[at]
    secret = bytearray(_xor(value, stream))
    secret[at:] = _CARRIAGE_RETURN
    written = b"".join(b"\\%03o" % each if each in b"()\\\r\n" else bytes([each]) for each in secret[:at])
    looks = attack.add(shapes.looks(80, 18, b"/Tx BMC " + shapes.words(value, size=5) + b" EMC"))
    body = crypt.encrypted(field, syntax.with_entries(attack.body(field), {b"/AP": b"<< /N %d 0 R >>" % looks}))
    attack.put(field, syntax.with_entries(body, {b"/V": b"(" + written + _CARRIAGE_RETURN + b")"}))
    attack.revision.crypt = Partly(crypt.key, crypt.dictionary, crypt.aes, frozenset({field}))


@mutation("encryption", forbidden=True, weight=4)
def padding_that_some_leave(attack: Attack) -> None:
    """What is drawn, encrypted anew: PDFium and poppler cut off what the last byte says, qpdf and pdf.js nothing."""
    crypt = attack.base.crypt
    if crypt is None or not crypt.aes:
        raise Absent("a cipher of blocks")
    number = attack.doc.contents(attack.page())
    if len(syntax.data(attack.body(number)) or b"") % 16 == 15:
        raise Absent("a padding of more than its own number")
    attack.put(number, attack.body(number))
    attack.revision.crypt = OddlyPadded(crypt.key, crypt.dictionary, crypt.aes, number)

"""Random small hierarchies: constraints of names, lengths and policies on every level, by seed.

Written as DER by hand: what builds certificates refuses most of what an authority may put into one.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from asn1crypto import core
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signkit.cms.der import element

#: Attribute, value, tag of the string.
Part = tuple[str, str, int]
DistinguishedName = tuple[tuple[Part, ...], ...]
#: Form, value, and in a subtree minimum and maximum.
General = tuple[str, Any]
Subtree = tuple[str, Any, int, int | None]

PRINTABLE, UTF8, BMP, IA5 = 0x13, 0x0C, 0x1E, 0x16
_TYPES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3", "E": "1.2.840.113549.1.9.1"}
_FORMS = {"mail": 0x81, "dns": 0x82, "uri": 0x86, "ip": 0x87, "rid": 0x88}
_ANY = "2.5.29.32.0"
_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")


@dataclass(frozen=True)
class Certificate:
    """What one certificate of a hierarchy says; keys are numbers."""

    subject: DistinguishedName
    key: int
    issuer: DistinguishedName
    signed_by: int
    is_authority: bool = True
    length: int | None = None
    permitted: tuple[Subtree, ...] | None = None
    excluded: tuple[Subtree, ...] | None = None
    names: tuple[General, ...] = ()
    policies: tuple[str, ...] = ()
    mappings: tuple[tuple[str, str], ...] = ()
    policy_constraints: tuple[int | None, int | None] | None = None
    no_any_policy_after: int | None = None
    purposes: tuple[str, ...] = ()
    unknown: bool = False
    serial: int | None = None

    def der(self) -> bytes:
        """Return it signed."""
        dates = element(0x30, element(0x17, b"200101000000Z"), element(0x17, b"350101000000Z"))
        inside = element(
            0x30, element(0xA0, _integer(2)), _integer(self.serial or 100 + self.key), _ALGORITHM, _dn(self.issuer),
            dates, _dn(self.subject), _public(self.key), element(0xA3, element(0x30, *self._extensions())),
        )  # fmt: skip
        signature = _key(self.signed_by).sign(inside, ec.ECDSA(hashes.SHA256()))
        return element(0x30, inside, _ALGORITHM, element(0x03, b"\0" + signature))

    def _extensions(self) -> list[bytes]:
        length = b"" if self.length is None else _integer(self.length)
        found = [
            _extension("2.5.29.14", element(0x04, _key_id(self.key))),
            _extension("2.5.29.35", element(0x30, element(0x80, _key_id(self.signed_by)))),
            _extension("2.5.29.15", b"\x03\x02\x01\x06" if self.is_authority else b"\x03\x02\x06\xc0", critical=True),
        ]
        if self.is_authority:
            found.append(_extension("2.5.29.19", element(0x30, b"\x01\x01\xff", length), critical=True))
        if self.permitted is not None or self.excluded is not None:
            sides = ((0xA0, self.permitted), (0xA1, self.excluded))
            trees = [element(tag, *map(_subtree, side)) for tag, side in sides if side is not None]
            found.append(_extension("2.5.29.30", element(0x30, *trees), critical=True))
        if self.names:
            found.append(_extension("2.5.29.17", element(0x30, *(general(*item) for item in self.names))))
        if self.policies:
            found.append(_extension("2.5.29.32", element(0x30, *(element(0x30, _oid(item)) for item in self.policies))))
        if self.mappings:
            pairs = [element(0x30, _oid(one), _oid(other)) for one, other in self.mappings]
            found.append(_extension("2.5.29.33", element(0x30, *pairs), critical=True))
        if self.policy_constraints is not None:
            counts = [
                element(0x80 + place, bytes([n])) for place, n in enumerate(self.policy_constraints) if n is not None
            ]
            found.append(_extension("2.5.29.36", element(0x30, *counts), critical=True))
        if self.no_any_policy_after is not None:
            found.append(_extension("2.5.29.54", _integer(self.no_any_policy_after), critical=True))
        if self.purposes:
            found.append(_extension("2.5.29.37", element(0x30, *map(_oid, self.purposes))))
        if self.unknown:
            found.append(_extension("2.25.4711", b"\x05\x00", critical=True))
        return found


def _integer(number: int) -> bytes:
    return bytes(core.Integer(number).dump())


@cache
def _oid(dotted: str) -> bytes:
    return bytes(core.ObjectIdentifier(dotted).dump())


def _dn(parts: DistinguishedName) -> bytes:
    return element(0x30, *(element(0x31, *sorted(_attribute(*pair) for pair in part)) for part in parts))


def _attribute(kind: str, value: str, tag: int) -> bytes:
    return element(0x30, _oid(_TYPES[kind]), element(tag, value.encode("utf-16-be" if tag == BMP else "utf-8")))


def general(form: str, value: Any) -> bytes:
    """Return a GeneralName."""
    if form == "dir":
        return element(0xA4, _dn(value))
    return element(_FORMS[form], value if isinstance(value, bytes) else value.encode())


def _subtree(item: Subtree) -> bytes:
    form, value, minimum, maximum = item
    most = b"" if maximum is None else element(0x81, bytes([maximum]))
    return element(0x30, general(form, value), element(0x80, bytes([minimum])) if minimum else b"", most)


def _extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return element(0x30, _oid(oid), b"\x01\x01\xff" if critical else b"", element(0x04, value))


@cache
def _key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(1000 + number, ec.SECP256R1())


@cache
def _public(number: int) -> bytes:
    return _key(number).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@cache
def _key_id(number: int) -> bytes:
    return hashlib.sha1(_public(number)[-65:], usedforsecurity=False).digest()


ROOT: DistinguishedName = ((("C", "JP", PRINTABLE),), (("O", "Root", PRINTABLE),))
_COUNTRY = (("C", "JP", PRINTABLE),)


def chain(*certificates: Certificate) -> list[bytes]:
    """Return the DER of a root and what is below it, each issued by the one before."""
    root = Certificate(ROOT, 0, ROOT, 0) if not certificates or certificates[0].key else certificates[0]
    made = [root]
    for item in certificates[certificates[0] is root :]:
        made.append(replace(item, issuer=made[-1].subject, signed_by=made[-1].key))
    return [item.der() for item in made]


def hierarchy(seed: int) -> list[Certificate]:
    """Return a root and one to four certificates below it."""
    dice = random.Random(seed)
    made = [Certificate(ROOT, 0, ROOT, 0)]
    count = dice.choice([1, 2, 2, 3, 3, 4])
    for number in range(1, count + 1):
        upper, is_last = made[-1], number == count
        is_renewed = not is_last and number > 1 and dice.random() < 0.2
        subject = upper.subject if is_renewed else _some_name(dice, number)
        issuer = upper.subject if dice.random() < 0.8 else _respelt(dice, upper.subject)
        item = Certificate(subject, number, issuer, upper.key, is_authority=not is_last, unknown=dice.random() < 0.03)
        made.append(_with_policies(dice, _with_names(dice, item)))
    if dice.random() < 0.2:
        root = _with_names(dice, made[0])
        made[0] = replace(root, names=(), length=dice.choice([None, 0, 1]))
    return made


def _with_names(dice: random.Random, item: Certificate) -> Certificate:
    names = tuple(_some_general(dice) for _ in range(dice.choice([1, 1, 2]))) if dice.random() < 0.3 else ()
    if not item.is_authority:
        return replace(item, names=names)
    bounds: list[tuple[Subtree, ...] | None] = [
        tuple(_some_subtree(dice) for _ in range(dice.choice([1, 1, 2]))) if dice.random() < 0.35 else None
        for _ in range(2)
    ]
    length = dice.choice([0, 1, 2]) if dice.random() < 0.3 else None
    return replace(item, names=names, permitted=bounds[0], excluded=bounds[1], length=length)


def _with_policies(dice: random.Random, item: Certificate) -> Certificate:
    known = ["1.2.3.1", "1.2.3.2", "1.2.3.3", _ANY]
    item = replace(item, policies=tuple(dice.sample(known, dice.choice([1, 2, 3]))) if dice.random() < 0.7 else ())
    if not item.is_authority:
        return item
    pairs = tuple({(dice.choice(known[:3]), dice.choice(known[:3]))}) if dice.random() < 0.2 else ()
    limits = dice.choice([(0, None), (1, None), (2, None), (None, 0), (0, 1)]) if dice.random() < 0.25 else None
    after = dice.choice([0, 1]) if dice.random() < 0.15 else None
    return replace(item, mappings=pairs, policy_constraints=limits, no_any_policy_after=after)


_WORDS = ("Good Corp", "Evil Corp", "Good")
_MAILS = ("a@good.example", "b@evil.example", "a@sub.good.example", "A@GOOD.example", '"a@evil.example"@good.example')


def _some_name(dice: random.Random, number: int) -> DistinguishedName:
    parts: list[tuple[Part, ...]] = [_COUNTRY] if dice.random() < 0.8 else []
    parts.append((("O", dice.choice(_WORDS), dice.choice([PRINTABLE, UTF8, BMP])),))
    own: tuple[Part, ...] = (("CN", f"number {number}", UTF8),)
    parts.append((*own, ("OU", "two", PRINTABLE)) if dice.random() < 0.1 else own)
    if dice.random() < 0.25:
        parts.append((("E", dice.choice(_MAILS[:3]), IA5),))
    return tuple(parts)


def _respelt(dice: random.Random, name: DistinguishedName) -> DistinguishedName:
    """The same name by the rules for comparing (RFC 5280 7.1), written otherwise."""
    ways = (str.upper, lambda text: text.replace(" ", "  "), lambda text: f" {text} ", str)

    def part(pair: Part) -> Part:
        kind, value, _ = pair
        return pair if kind in ("C", "E") else (kind, dice.choice(ways)(value), dice.choice([PRINTABLE, UTF8, BMP]))

    return tuple(tuple(part(pair) for pair in each) for each in name)


def _some_general(dice: random.Random) -> General:
    choices: Sequence[tuple[str, Sequence[Any]]] = (
        ("mail", _MAILS),
        ("dns", ("good.example", "www.good.example", "evil.example", "xgood.example", "WWW.GOOD.example")),
        ("uri", ("http://good.example/x", "http://www.good.example:80/", "https://evil.example/", "urn:x:y")),
        ("ip", (bytes([10, 1, 1, 1]), bytes(16))),
        ("dir", (_some_name(dice, 9),)),
    )
    form, values = dice.choice(choices)
    return form, dice.choice(values)


def _some_subtree(dice: random.Random) -> Subtree:
    bases: Sequence[tuple[str, Sequence[Any]]] = (
        ("mail", ("good.example", ".good.example", "a@good.example", "evil.example", "GOOD.example")),
        ("dns", ("good.example", "evil.example", "GOOD.EXAMPLE", "sub.good.example", "")),
        ("uri", ("good.example", ".good.example", "evil.example")),
        ("ip", (bytes([10, 0, 0, 0, 255, 0, 0, 0]), bytes(8), bytes(32))),
        ("dir", ((_COUNTRY,), _respelt(dice, (_COUNTRY, (("O", dice.choice(_WORDS), UTF8),))))),
    )
    form, values = dice.choice([*bases, bases[0], bases[4]])
    return form, dice.choice(values), int(dice.random() < 0.03), 2 if dice.random() < 0.03 else None

"""What a judgement demands: algorithms by date, revocation, changes, levels.  TOML files; some are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from signkit.errors import InputUnreadable, ValidationRefused, syntax_cause
from signkit.incoming import read_file
from signkit.limits import POLICY_BYTES
from signkit.pki.algorithms import SignatureAlgorithm, key_bits
from signkit.words import Text

AllowedChanges = Literal["none", "evidence", "form", "annotations"]
RevocationRule = Literal["required", "if-declared", "if-available"]
PartyBasis = Literal["data", "text", "page"]
TimestampAuthorities = Literal["any", "listed"]
Level = Literal["none", "B-B", "B-T", "B-LT", "B-LTA"]

#: The policies that come with SignKit.
SHIPPED = ("default", "strict", "archive", "accredited-tsa")
_FOLDER = Path(__file__).parent / "policies"
#: Digests to choose from, the usual one first: timestamp services know it best.
_LASTING = ("sha256", "sha512", "sha384", "sha3_512")
_ONE_OF = Text("must be one of {names}", "次のいずれかで指定します: {names}")
_A_DATE = Text('must be a date, "no end" or "never"', '日付、"no end"、"never" のいずれかで指定します')
_UNKNOWN = Text("no such policy; there are {names}", "その名前のポリシーはありません。使えるもの: {names}")


@dataclass(frozen=True)
class Algorithms:
    """Until when an algorithm is believed; a signature proven to be older stays good.

    ``digests`` and ``families`` map a name to the last good day (None: no end); what is not listed is never believed.
    ``key_sizes`` maps a family to pairs (least bits, last good day), smallest first; EdDSA keys have one size each.
    """

    digests: dict[str, date | None] = field(default_factory=dict)
    families: dict[str, date | None] = field(default_factory=dict)
    key_sizes: dict[str, tuple[tuple[int, date | None], ...]] = field(default_factory=dict)

    def digest_until(self, name: str) -> datetime | Literal[False] | None:
        """Return the end of the digest's time, None for no end, False for never believed."""
        # What is not in the table is refused: "not listed" must never mean "no end".
        return _end(self.digests.get(name, date.min))

    def family_until(self, name: str) -> datetime | Literal[False] | None:
        """As :meth:`digest_until`, for rsa, ecdsa, …"""
        return _end(self.families.get(name, date.min))

    def key_until(self, family: str, bits: int) -> datetime | Literal[False] | None:
        """As :meth:`digest_until`, for a key of ``bits`` bits."""
        good = [until for least, until in self.key_sizes.get(family, ()) if bits >= least]
        return _end(good[-1] if good else date.min)

    def lasting_digest(self) -> str:
        """Return the digest to make something with that shall last: the first of those believed longest."""
        ends = {name: self.digests.get(name, date.min) or date.max for name in _LASTING}
        return max(_LASTING, key=lambda name: ends[name])

    def ends(self) -> Iterator[tuple[str, int, datetime]]:
        """Yield every end that the tables name: of what digest or family, and from which key size on (0: of any)."""
        unsized = ((name, 0, until) for name, until in (self.digests | self.families).items())
        sized = ((family, bits, until) for family, pairs in self.key_sizes.items() for bits, until in pairs)
        for name, bits, until in (*unsized, *sized):
            if end := _end(until):
                yield name, bits, end


def _end(until: date | None) -> datetime | Literal[False] | None:
    if until is None:
        return None
    # To the last moment of the day in UTC: a table of days is meant to include its last one.
    return False if until == date.min else datetime.combine(until, time.max, UTC)


@dataclass(frozen=True)
class Policy:
    """One policy.

    Attributes:
        name: shown in reports.
        allowed_changes: the gravest change after signing that passes where the document itself sets no rule.
        required_level: the least level of every signature.
        revocation: ``required``; ``if-declared``: where the certificate names a CRL or OCSP service; ``if-available``.
        timestamp_revocation: the same for timestamp services.
        revocation_after_signature: only evidence issued after the signature counts (grace period).
        revocation_max_age_hours: evidence issued longer than this before the signature does not count; None: its own
            validity (nextUpdate) decides.
        party_mismatch_fails: a signer who is not the party of the contract fails.
        party_basis: what a match of signer and party must rest on at least (see `signkit.jpki.match_reasons.Basis`);
            ``page`` has the contract typeset again.
        timestamp_authorities: whose timestamps count: ``any`` that is believed, or only those ``listed``: of services
            in lists that the user imported (``signkit trust import-list``); then every signature needs one.
        algorithms: see :class:`Algorithms`.
    """

    name: str
    allowed_changes: AllowedChanges = "form"
    required_level: Level = "none"
    revocation: RevocationRule = "if-declared"
    timestamp_revocation: RevocationRule = "if-available"
    revocation_after_signature: bool = False
    revocation_max_age_hours: float | None = None
    party_mismatch_fails: bool = False
    party_basis: PartyBasis = "data"
    timestamp_authorities: TimestampAuthorities = "any"
    algorithms: Algorithms = field(default_factory=Algorithms)


def algorithm_ends(
    table: Algorithms, algorithm: SignatureAlgorithm, key: Any
) -> list[datetime | Literal[False] | None]:
    """Return until when family, digest and key size are believed (None: no end; False: never).

    Args:
        key: the PublicKeyInfo (asn1crypto) that the signature is checked with; None where it is not known.
    """
    ends = [table.family_until(algorithm.family)]
    # EdDSA names no digest of its own choice (RFC 8032); the family alone is dated.
    if algorithm.digest is not None and algorithm.family not in ("ed25519", "ed448"):
        ends.append(table.digest_until(algorithm.digest))
    if key is not None and algorithm.family in ("rsa", "rsa-pss", "dsa", "ecdsa", "ecdsa-plain"):
        ends.append(table.key_until(algorithm.family, key_bits(key)))
    return ends


@cache
def shipped_policy(name: str) -> Policy:
    """Return a policy by name, one of `SHIPPED`.

    Raises:
        ValidationRefused("policy-unreadable"): there is none of this name.
    """
    if name not in SHIPPED:
        raise ValidationRefused("policy-unreadable", path=name, cause=_UNKNOWN.filled(names=", ".join(SHIPPED)))
    return load_policy(_FOLDER / f"{name}.toml")


def load_policy(path: Path) -> Policy:
    """Read a policy file.  Without a table of algorithms it has ``default``'s; in its own, what is not listed is never
    believed, nor is a key whose size is of no row.

    Raises:
        ValidationRefused("policy-unreadable"): the file cannot be read or is no TOML.
        ValidationRefused("policy-invalid"): an unknown item or a wrong value.
    """
    try:
        values = tomllib.loads(read_file(path, POLICY_BYTES).decode())
    except InputUnreadable as error:
        raise ValidationRefused("policy-unreadable", path=str(path), cause=error.cause) from error
    except (ValueError, RecursionError) as error:
        raise ValidationRefused("policy-unreadable", path=str(path), cause=syntax_cause(error)) from error
    return _policy(values, str(path), path.stem)


def _policy(values: dict[str, Any], source: str, stem: str) -> Policy:
    known = {item.name for item in fields(Policy)} - {"algorithms"}
    table = values.pop("algorithms", None)
    for name, value in values.items():
        # A misspelt item would silently be judged by its default.
        if name not in known:
            raise ValidationRefused(
                "policy-invalid", path=source, item=name, cause=Text("unknown item", "その名前の項目はありません")
            )
        _check(source, name, value)
    algorithms = shipped_policy("default").algorithms if table is None else _algorithms(source, table)
    return Policy(**({"name": stem} | values), algorithms=algorithms)


#: A hundred years.
_MAX_HOURS = 100 * 366 * 24
_CHOICES = {
    "party_basis": get_args(PartyBasis),
    "timestamp_authorities": get_args(TimestampAuthorities),
    "allowed_changes": get_args(AllowedChanges),
    "required_level": get_args(Level),
    "revocation": get_args(RevocationRule),
    "timestamp_revocation": get_args(RevocationRule),
}


def _check(source: str, name: str, value: object) -> None:
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise ValidationRefused(
                "policy-invalid", path=source, item=name, cause=_ONE_OF.filled(names=", ".join(_CHOICES[name]))
            )
    elif name == "name":
        if not isinstance(value, str) or not value:
            raise ValidationRefused(
                "policy-invalid", path=source, item=name, cause=Text("must be a text", "文字列で指定します")
            )
    elif name == "revocation_max_age_hours":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # "nan" and "inf" are numbers in TOML; no date lies further back than so many hours.
        if not is_number or not 0 < cast(float, value) <= _MAX_HOURS:
            raise ValidationRefused(
                "policy-invalid", path=source, item=name, cause=Text("must be a number of hours", "時間数で指定します")
            )
    elif not isinstance(value, bool):
        raise ValidationRefused(
            "policy-invalid", path=source, item=name, cause=Text("must be true or false", "true か false で指定します")
        )


def _algorithms(source: str, table: object) -> Algorithms:
    if not isinstance(table, dict) or table.keys() - {"digests", "families", "key_sizes"}:
        raise ValidationRefused(
            "policy-invalid",
            path=source,
            item="algorithms",
            cause=Text("must hold digests, families, key_sizes", "digests、families、key_sizes が必要です"),
        )
    digests, families, key_sizes = (_named(source, table, name) for name in ("digests", "families", "key_sizes"))
    return Algorithms(
        {name: _day(source, name, value) for name, value in digests.items()},
        {name: _day(source, name, value) for name, value in families.items()},
        {family: _sizes(source, family, rows) for family, rows in key_sizes.items()},
    )


def _named(source: str, table: dict[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        cause = Text("must be a table", "表で指定します")
        raise ValidationRefused("policy-invalid", path=source, item=f"algorithms.{name}", cause=cause)
    return found


def _sizes(source: str, family: str, rows: object) -> tuple[tuple[int, date | None], ...]:
    """Read ``[{ bits, until }, …]``; a misspelt ``until`` would silently mean that there is no end."""
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and type(row.get("bits")) is int and not row.keys() - {"bits", "until"} for row in rows
    ):
        cause = Text("must be a list of { bits, until }", "{ bits, until } の一覧で指定します")
        raise ValidationRefused("policy-invalid", path=source, item=f"algorithms.key_sizes.{family}", cause=cause)
    pairs = [(cast(int, row["bits"]), _day(source, family, row.get("until", "no end"))) for row in rows]
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def _day(source: str, name: str, value: object) -> date | None:
    if value == "no end":
        return None
    if value == "never":
        return date.min
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValidationRefused("policy-invalid", path=source, item=f"algorithms: {name}", cause=_A_DATE)

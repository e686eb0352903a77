"""Which row of a customer table a signer is: by name, birth date and address, as far as both sides have them.

What is found leaves the judgement as a row's number and codes of reasons; nothing of the certificate goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from signkit.jpki.attributes import BirthDate, read_attributes
from signkit.jpki.match_reasons import PartyMatch, worst
from signkit.jpki.normalise import fold, is_latin, plain
from signkit.jpki.party_match import MAX_NAME_LENGTH, PartyClaim, SignerIdentity, match_person, signer_identity

if TYPE_CHECKING:
    from signkit.pki.paths.trust_judge import PathJudgement

#: ``moved?``: the name is the row's (and the birth date, where both give one), the address is not, or an old one.
#: ``unknown``: no row has the name; ``not-trusted``: no believed authority says who the signer is.
CustomerResult = Literal["match", "moved?", "cannot-tell", "mismatch", "unknown", "not-trusted", "no-identity"]
_BEST_FIRST: tuple[CustomerResult, ...] = ("match", "moved?", "cannot-tell", "mismatch")
#: More namesakes than these are not told apart.
_MAX_CANDIDATES = 200
_BRACKETED = re.compile(r"[\[［(（〔【].*?[\]］)）〕】]")


@dataclass(frozen=True)
class Customer:
    """A row of the table.

    Attributes:
        row: its number, as a spreadsheet counts: the header is row 1.
        key: what the table calls the customer (a customer number); empty where it has no such column.
        birth_date: YYYY-MM-DD.
        old_addresses: where the customer lived before.
        file: the file that the customer is to have signed; empty: any.
    """

    row: int
    name: str = field(repr=False)
    key: str = ""
    address: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)
    old_addresses: tuple[str, ...] = field(default=(), repr=False)
    file: str = ""


@dataclass(frozen=True)
class CustomerFinding:
    """Which row a signer is, how surely, and why; the reasons' codes repeat nothing of either side."""

    result: CustomerResult
    row: int | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustomerTable:
    """All rows, found by name or by birth date."""

    customers: tuple[Customer, ...] = field(repr=False)

    @cached_property
    def _by_name(self) -> dict[str, list[Customer]]:
        found: dict[str, list[Customer]] = {}
        for customer in self.customers:
            for key in _name_keys(customer.name):
                found.setdefault(key, []).append(customer)
        return found

    @cached_property
    def _by_birth_date(self) -> dict[str, list[Customer]]:
        found: dict[str, list[Customer]] = {}
        for customer in self.customers:
            if customer.birth_date:
                found.setdefault(customer.birth_date, []).append(customer)
        return found

    def find(self, certificate: Any, path: PathJudgement | None) -> CustomerFinding:
        """Return the row that the holder of a certificate is."""
        if certificate is None or path is None or path.label is None:
            return CustomerFinding("not-trusted")  # anybody can write any name into a certificate of his own
        signer = signer_identity(certificate)
        if signer is None:
            return CustomerFinding("no-identity")
        attributes = read_attributes(certificate)
        born = attributes.birth_date if attributes is not None else None
        candidates = self._candidates(signer, born)
        if len(candidates) > _MAX_CANDIDATES:
            return CustomerFinding("cannot-tell", None, ("several-customers",))
        return _best([_compare(signer, born, customer) for customer in candidates])

    def _candidates(self, signer: SignerIdentity, born: BirthDate | None) -> list[Customer]:
        """Those of the signer's name in any known form, and of the birth date, whose name may be written oddly."""
        names = [signer.name, *([signer.organization] if signer.organization else [])]
        by_name = [customer for name in names for key in _name_keys(name) for customer in self._by_name.get(key, ())]
        day = born.iso() if born is not None else None
        by_birth = self._by_birth_date.get(day, []) if day is not None else []
        found = list({customer.row: customer for customer in (*by_name, *by_birth)}.values())
        if len(found) <= _MAX_CANDIDATES or day is None:
            return found
        own = {customer.row for customer in by_name}
        return [each for each in found if each.row in own and each.birth_date in (None, day)]


def _compare(signer: SignerIdentity, born: BirthDate | None, customer: Customer) -> CustomerFinding:
    same_name = match_person(signer, PartyClaim(customer.name))
    birth = _birth_code(born, customer.birth_date)
    if same_name.verdict == "mismatch":
        return CustomerFinding("mismatch", customer.row, _codes(same_name))
    if birth == "birth-date-other":
        return CustomerFinding("mismatch", customer.row, (*_codes(same_name), birth))
    told = (*_codes(same_name), *([birth] if birth else []))
    address, codes = _address_verdict(signer, customer)
    if same_name.verdict == "cannot-tell" or address == "cannot-tell":
        return CustomerFinding("cannot-tell", customer.row, (*told, *codes))
    return CustomerFinding("moved?" if address == "mismatch" else "match", customer.row, (*told, *codes))


def _address_verdict(signer: SignerIdentity, customer: Customer) -> tuple[str, tuple[str, ...]]:
    """Compare with the present address, then with the old ones: who is found at one of these has moved."""
    if not customer.address or not signer.address:
        return "match", ()
    codes = _address_codes(signer, customer.name, customer.address)
    if worst(codes) != "match":
        for old in customer.old_addresses:
            if worst(_address_codes(signer, customer.name, old)) == "match":
                return "mismatch", ("address-old",)
    return "mismatch" if "head-office-other" in codes else worst(codes), codes


def _address_codes(signer: SignerIdentity, name: str, address: str) -> tuple[str, ...]:
    """A company's head office counts like an address: another one is a move of it."""
    codes = [reason.code for reason in match_person(signer, PartyClaim(name, address)).reasons]
    return tuple(code for code in codes if code.startswith(("address-", "head-office-"))) or ("address-equal",)


def _birth_code(born: BirthDate | None, stated: str | None) -> str | None:
    """Compare the parts that the certificate knows; None where one side has none."""
    if born is None or not stated:
        return None
    parts = zip((born.year, born.month, born.day), map(int, stated.split("-")), strict=True)
    return "birth-date-other" if any(one is not None and one != other for one, other in parts) else "birth-date-equal"


def _best(found: list[CustomerFinding]) -> CustomerFinding:
    """Return the best row; two that are equally good cannot be told apart."""
    for result in _BEST_FIRST:
        rows = [finding for finding in found if finding.result == result]
        if not rows:
            continue
        if result == "mismatch":
            return _unknown(rows)
        if len(rows) > 1:
            proven = [finding for finding in rows if "birth-date-equal" in finding.codes]
            return proven[0] if len(proven) == 1 else CustomerFinding("cannot-tell", None, ("several-customers",))
        return rows[0]
    return CustomerFinding("unknown")


def _unknown(rows: list[CustomerFinding]) -> CustomerFinding:
    """A namesake born on another day is a row to look at; one who shares no more than a birthday is nobody's."""
    namesakes = [finding for finding in rows if "birth-date-other" in finding.codes]
    return namesakes[0] if len(namesakes) == 1 else CustomerFinding("unknown")


def _codes(match: PartyMatch) -> tuple[str, ...]:
    return tuple(reason.code for reason in match.reasons if reason.code != "name-only")


def _name_keys(name: str) -> Iterator[str]:
    """Yield what a name is found by: without its bracketed part, and with that in the family name's place."""
    if len(name) > MAX_NAME_LENGTH:
        return  # no such name is compared
    for form in dict.fromkeys((_BRACKETED.sub("", name), *_bracketed_names(name))):
        folded = fold(plain(form))
        words = sorted(folded.split()) if is_latin(folded.replace(" ", "")) else [folded]
        if key := "".join(words).replace(" ", "").replace("\u3000", ""):
            yield key


def _bracketed_names(name: str) -> Iterator[str]:
    for found in _BRACKETED.finditer(name):
        inside, after = found.group()[1:-1], name[found.end() :]
        yield inside + after
        yield inside

"""The four attributes (基本4情報) that a JPKI signing certificate carries in its subjectAltName.

They are ``otherName``s with UTF8String values (object identifiers 1.2.392.200149.8.5.5.1 to .6); unknown
otherNames are ignored, since more are announced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from asn1crypto import x509

Sex = Literal["male", "female", "not-known", "not-applicable"]

OID_NAME = "1.2.392.200149.8.5.5.1"
OID_NAME_SUBSTITUTES = "1.2.392.200149.8.5.5.2"
OID_SEX = "1.2.392.200149.8.5.5.3"
OID_BIRTH_DATE = "1.2.392.200149.8.5.5.4"
OID_ADDRESS = "1.2.392.200149.8.5.5.5"
OID_ADDRESS_SUBSTITUTES = "1.2.392.200149.8.5.5.6"

# The certificate's digits, which are not the card's: see `_SEXES_ON_CARD`.
_SEXES: dict[str, Sex] = {"1": "male", "2": "female", "3": "not-known", "9": "not-applicable"}
_ERAS = {"1": "明治", "2": "大正", "3": "昭和", "4": "平成", "5": "令和"}
# The first day of each era; the day before belongs to the one that ended.
_ERA_FIRST_DAYS = {"5": "20190501", "4": "19890108", "3": "19261225", "2": "19120730", "1": "18680125"}
_SEXES_ON_CARD: dict[str, Sex] = {"1": "male", "2": "female", "9": "not-applicable", "0": "not-known"}
_ERA_YEAR_BEFORE_FIRST = {"1": 1867, "2": 1911, "3": 1925, "4": 1988, "5": 2018}


@dataclass(frozen=True)
class BirthDate:
    """A birth date as the registers write it; a part that is not known is None."""

    era: str | None
    year: int | None
    month: int | None
    day: int | None

    def in_era_years(self) -> str:
        """Return 昭和60年4月1日, with 不詳 for what is not known."""
        year = "不詳" if self.year is None else str(self.year - _era_offset(self.era))
        month = "不詳" if self.month is None else str(self.month)
        day = "不詳" if self.day is None else str(self.day)
        return f"{self.era or ''}{'元' if year == '1' else year}年{month}月{day}日"

    def iso(self) -> str | None:
        """Return YYYY-MM-DD, or None unless every part is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


@dataclass(frozen=True)
class PersonAttributes:
    """Name, address, birth date and sex; never printed unless a person asked for them.

    ``name_substitutes`` and ``address_substitutes`` are the indexes of characters that stand in for one that the
    register has and the certificate cannot hold (代替文字).
    """

    name: str = field(repr=False)
    address: str = field(repr=False)
    birth_date: BirthDate | None = field(repr=False)
    sex: Sex | None = field(repr=False)
    name_substitutes: tuple[int, ...] = field(default=(), repr=False)
    address_substitutes: tuple[int, ...] = field(default=(), repr=False)


def read_attributes(certificate: x509.Certificate) -> PersonAttributes | None:
    """Return the attributes in ``certificate``, or None where it carries no JPKI name and address."""
    values = _other_names(certificate)
    if OID_NAME not in values or OID_ADDRESS not in values:
        return None
    return PersonAttributes(
        name=values[OID_NAME],
        address=values[OID_ADDRESS],
        birth_date=parse_birth_date(values.get(OID_BIRTH_DATE, "")),
        sex=_SEXES.get(values.get(OID_SEX, "")),
        name_substitutes=_flagged_places(values.get(OID_NAME_SUBSTITUTES, "")),
        address_substitutes=_flagged_places(values.get(OID_ADDRESS_SUBSTITUTES, "")),
    )


def attributes_of_card(name: str, address: str, birth_date: str, sex: str) -> PersonAttributes:
    """Return the attributes as 券面入力補助AP writes them: YYYYMMDD, and other digits for the sex.

    It flags no substitute characters; which they are, only the certificate says.
    """
    return PersonAttributes(name, address, _gregorian(birth_date), _SEXES_ON_CARD.get(sex))


def _gregorian(text: str) -> BirthDate | None:
    """Read YYYYMMDD, zeros for unknown parts; the era is told where the whole date is known."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    is_whole = text[:4] != "0000" and "00" not in (text[4:6], text[6:])
    era = next((digit for digit, first in _ERA_FIRST_DAYS.items() if is_whole and text >= first), "0")
    return parse_birth_date(era + text)


def parse_birth_date(text: str) -> BirthDate | None:
    """Read the certificate's nine digits: one for the era, then YYYYMMDD, zeros for unknown parts."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()):
        return None
    year, month, day = int(text[1:5]), int(text[5:7]), int(text[7:9])
    return BirthDate(_ERAS.get(text[0]), year or None, month or None, day or None)


def _era_offset(era: str | None) -> int:
    digit = next((digit for digit, name in _ERAS.items() if name == era), None)
    return _ERA_YEAR_BEFORE_FIRST[digit] if digit else 0


def _flagged_places(text: str) -> tuple[int, ...]:
    return tuple(index for index, flag in enumerate(text) if flag == "1")


def _other_names(certificate: x509.Certificate) -> dict[str, str]:
    from asn1crypto.core import UTF8String

    try:
        extension = certificate.subject_alt_name_value
        names = [name.chosen for name in extension or () if name.name == "other_name"]
        found: dict[str, str] = {}
        for name in names:
            # RFC 5280 4.2.1.6: otherName is a type-id and a value of its own type.
            value = name["value"].parsed if hasattr(name["value"], "parsed") else name["value"]
            if not isinstance(value, UTF8String):
                continue
            # Two names of one holder: each program would read another one.
            if name["type_id"].dotted in found:
                return {}
            found[name["type_id"].dotted] = name["value"].native
        return found
    except (ValueError, TypeError, KeyError):
        return {}

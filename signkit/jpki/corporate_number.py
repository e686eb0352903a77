"""The 法人番号 of a company: its check digit, and whether a certificate states it.

Thirteen digits: a check digit and the twelve of the 会社法人等番号 (or another base number).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asn1crypto import x509

#: Subject attributes that identify an organisation by number: organizationIdentifier (X.520 6.4.4), serialNumber.
_NUMBERED = ("organization_identifier", "serial_number")
_RUN = re.compile(r"(?<!\d)\d{12,13}(?!\d)", re.ASCII)


def corporate_number_fits(number: str) -> bool:
    """Tell whether a 法人番号 has thirteen digits and its first is their check digit.

    法人番号の指定等に関する省令2条: 9 − (Σ P_n × Q_n mod 9) over the other twelve, P_n from the lowest, Q_n 1 for odd
    n and 2 for even n.
    """
    if not re.fullmatch(r"[1-9]\d{12}", number, re.ASCII):
        return False
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(number[1:])))
    return int(number[0]) == 9 - total % 9


def base_number(number: str) -> str:
    """Return the twelve digits without the check digit, by which both kinds of number are compared."""
    return number[-12:]


def base_numbers_of(certificate: x509.Certificate) -> frozenset[str]:
    """Return the base numbers that an organisation's certificate states; none where it states no such number."""
    # Of persons a number in the subject is something else (EN 319 412-2: serialNumber).
    subject = certificate.subject.native
    if "organization_name" not in subject:
        return frozenset()
    texts = (value for name in _NUMBERED for value in _texts(subject.get(name)))
    runs = (run for text in texts for run in _RUN.findall(text))
    return frozenset(base_number(run) for run in runs if len(run) == 12 or corporate_number_fits(run))


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []

"""What the QR code of a consent to have the latest attributes told (同意書) holds: which company, which customer.

``jpki-consent:1:COMPANY:CUSTOMER``: the company by its 法人番号, the customer by the number that the company gave.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from signkit.jpki.corporate_number import corporate_number_fits

_HEAD = "jpki-consent:1"
#: Letters, digits and the signs that numbers of customers are written with; no colon, which parts the payload.
CUSTOMER = r"[0-9A-Za-z._/-]{1,40}"
_PAYLOAD = re.compile(rf"{_HEAD}:(\d{{13}}):({CUSTOMER})")


@dataclass(frozen=True)
class ConsentNumbers:
    """Whose consent it is, and to whom.

    Attributes:
        company: its 法人番号, 13 digits.
        customer: the number that the company knows the customer by.
    """

    company: str
    customer: str

    def payload(self) -> str:
        """Return the text of the QR code."""
        return f"{_HEAD}:{self.company}:{self.customer}"


def read_payload(text: str) -> ConsentNumbers | None:
    """Return the numbers in the text of a QR code; None where it is another's, or a digit was misread."""
    found = _PAYLOAD.fullmatch(text.strip())
    if found is None or not corporate_number_fits(found[1]):
        return None
    return ConsentNumbers(found[1], found[2])

"""Distinguished names: shown to people, and compared where they hold characters younger than the rules for comparing.

RFC 5280 7.1 compares names after a preparation (RFC 4518) that knows Unicode 3.2 and refuses every character assigned
later: asn1crypto raises ValueError on a CN with 辻 and its variation selector, and with it fails every certificate
path.  Such a value is compared as it stands; RFC 5280 allows the exact comparison, which can only find fewer names
equal, never more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from asn1crypto import x509

_prepare = x509.NameTypeAndValue._ldap_string_prep
#: Longer values are prepared each time, so that strangers' names do not fill the memory.
_MAX_KEPT = 200


def _prepare_or_keep(_: x509.NameTypeAndValue, string: str) -> str:
    return _prepared_once(string) if len(string) <= _MAX_KEPT else _prepared(string)


def _prepared(string: str) -> str:
    try:
        prepared: str = _prepare(x509.NameTypeAndValue(), string)
    except ValueError:
        return f" {string} "  # the form of a prepared value: one space on either side
    return prepared


#: The same authorities and countries are named in every certificate of a batch.
_prepared_once = lru_cache(maxsize=4_096)(_prepared)


def compare_new_characters_exactly() -> None:
    """Make asn1crypto (and pyHanko, which builds paths with it) accept such names; harmless when repeated."""
    x509.NameTypeAndValue._ldap_string_prep = _prepare_or_keep


def readable_name(name: x509.Name) -> str:
    """Return a name's values for people, the most particular first, without what could steer a terminal."""
    values = [str(pair["value"].native) for pairs in reversed(list(name.chosen)) for pair in pairs]
    return "".join(character for character in ", ".join(values) if character.isprintable())


def name_of(name: Any) -> str | None:
    """Return the one name that people are shown: the last common name, else organisational unit, organisation, or all.

    Control characters are left out: the text reaches terminals and web pages.  None where it cannot be read.
    """
    try:
        native = name.native
        values = [native.get(key) for key in ("common_name", "organizational_unit_name", "organization_name")]
        value = next((value for value in values if value), None) or str(name.human_friendly)
        text = value[-1] if isinstance(value, list) else str(value)
        return "".join(character for character in text if character.isprintable()) or None
    except Exception:  # hostile ASN.1
        return None

"""The one name of a certificate that people are shown."""

from __future__ import annotations

from typing import Any


def name_of(name: Any) -> str | None:
    """Return a name's last common name, else organisational unit, organisation, or the whole name.

    Control characters are left out: the text reaches terminals and web pages.
    """
    try:
        native = name.native
        values = [native.get(key) for key in ("common_name", "organizational_unit_name", "organization_name")]
        value = next((value for value in values if value), None) or str(name.human_friendly)
        text = value[-1] if isinstance(value, list) else str(value)
        return "".join(character for character in text if character.isprintable()) or None
    except Exception:  # hostile ASN.1
        return None

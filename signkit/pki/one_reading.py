"""Whether a SEQUENCE that was read holds what its type has, and nothing else.

asn1crypto passes over elements that a type does not have, and takes the optional ones behind such an element for
absent; other programs refuse the whole.  What is passed over and not refused would hide what it stands before.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import core


def has_own_fields_only(*values: Any) -> bool:
    """Whether each of these SEQUENCEs (absent ones aside) has no element beyond the fields of its type."""
    return all(len(item) <= len(item._fields) for item in values if isinstance(item, core.Sequence) and item._fields)


def is_whole(value: Any) -> bool:
    """As `has_own_fields_only`, for everything inside ``value`` too, as far as its type knows it.

    Raises:
        ValueError: something in it cannot be read.
    """
    if isinstance(value, core.Choice):
        return is_whole(value.chosen)
    if isinstance(value, core.SequenceOf | core.SetOf):
        return all(is_whole(item) for item in value)
    if isinstance(value, core.Sequence):
        return has_own_fields_only(value) and all(is_whole(value[place]) for place in range(len(value)))
    return True

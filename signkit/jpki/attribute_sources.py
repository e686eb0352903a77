"""Who knows a person's latest attributes (最新の基本4情報): plug-ins of the entry-point group ``signkit.attributes``.

J-LIS tells them to accredited verifiers, of people who consented.  What comes is shown and kept nowhere.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

from signkit.jpki.attributes import PersonAttributes
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509


class AttributeSource(Protocol):
    """Something that may know the latest attributes of a certificate's holder."""

    def latest(self, certificate: x509.Certificate, issuer: x509.Certificate) -> PersonAttributes | Text:
        """Return the attributes as the register has them now, or why they are not told; the consent was looked at."""
        ...


def attribute_sources() -> tuple[AttributeSource, ...]:
    """Return one source for each entry point of the group ``signkit.attributes`` (a callable without arguments)."""
    return tuple(entry.load()() for entry in entry_points(group="signkit.attributes"))

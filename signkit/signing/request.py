"""What a person asks for when signing: the field, the words, the format; nothing of keys and levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from signkit.signing.appearance import Appearance
from signkit.signing.places import Place
from signkit.signing.signature_formats import SignatureFormat

FieldName: TypeAlias = str


@dataclass(frozen=True)
class SignatureRequest:
    """What one signature says beside its cryptography.

    Attributes:
        field: the name of the empty signature field (the party's role).
        name: the signer's name for /Name and the appearance.
        time: the claimed signing time (/M), with its time zone.
        certify: make it a certification signature that allows form filling and signing only (DocMDP 2).
        reason, location: /Reason and /Location.
        appearance: what is drawn in the field's rectangle; None draws nothing.
        witness: an organisation signs on the party's instruction (立会人型); the signature states it.
        profile: the signature's format.
        place: where a field of that name is made, in the same update; None signs the field that is there.
    """

    field: FieldName
    name: str
    time: datetime
    certify: bool = False
    reason: str | None = None
    location: str | None = None
    appearance: Appearance | None = None
    witness: bool = False
    profile: SignatureFormat = SignatureFormat.PADES
    place: Place | None = None

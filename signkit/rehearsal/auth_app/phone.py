"""The phone of the test server: an emulated card that signs after its own password."""

from __future__ import annotations

from dataclasses import dataclass, field

from signkit.card import pin
from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.session import signing_session
from signkit.card.transport import Connection
from signkit.words import Text, Unfit


@dataclass(frozen=True)
class PhoneSignature:
    """What a phone gives: both together, never one without the other."""

    signature: bytes
    certificate: bytes


class PhoneUnfit(Unfit):
    """The phone's key does not sign what the service takes."""


@dataclass(frozen=True)
class EmulatedPhone:
    """A phone with a person's key.

    Attributes:
        holder: who the page says it is.
        card: holds the key.
    """

    holder: str
    card: EmulatedCard = field(repr=False)

    @property
    def password(self) -> str:
        """The signature password; it guards nothing real."""
        return self.card.state.pins[pin.SIGNATURE.key]

    def sign(self, digest: bytes, password: bytearray) -> PhoneSignature:
        """Sign a SHA-256 digest after the password, which is wiped.

        Raises:
            CardError, PinWrong, CardLocked: the password is not the one; see `signkit.card.session.signing_session`.
            PhoneUnfit: the key signs other digests.
        """
        with (
            Connection(EmulatedTransport(self.card)) as connection,
            signing_session(connection, password, use_last_try=True) as session,
        ):
            if "sha256" not in session.key.hashes:
                raise PhoneUnfit(_OTHER_DIGEST)
            return PhoneSignature(session.sign("sha256", digest), session.certificate)


_OTHER_DIGEST = Text("its key does not sign SHA-256 digests", "SHA-256 に署名できない鍵です")

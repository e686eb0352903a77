"""The signature key on the Individual Number Card (``card``, ``card:READER NAME``), and on the emulated one
(``card:virtual``, or of a kind or a holder of one's own: ``card:virtual:last-try``, ``card:virtual:yoshida``)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from signkit.card.jpki import CertificateKind
from signkit.card.keys import card_key
from signkit.card.session import SigningSession, read_certificate, signing_session
from signkit.card.transport import Connection
from signkit.errors import NoCard, NoReader, PinNeeded, ReaderNotFound
from signkit.jpki.authorities import certification_authorities
from signkit.pki.chains import find_issuer
from signkit.settings import Settings
from signkit.signers.base import Accept, AskSecret, KeyAlgorithm, SecretKind, SecretRequest

if TYPE_CHECKING:
    from signkit.card.keys import HashName

VIRTUAL = "virtual"

_POLL_SECONDS = 0.02


@dataclass
class CardSigner:
    """Asks the tries left, then the person, then holds the card until the last signature.

    Attributes:
        connection: the card; closed when the signer is left.
        name: what the person is told the card is.
        issuers: CA certificates (DER) among which the certificate's issuer is looked for, so that it need not be
            read from the card.
        accept: looks at the card's kind of key before the password is asked for.
    """

    connection: Connection
    name: str
    ask: AskSecret
    use_last_try: bool = False
    issuers: tuple[bytes, ...] = ()
    accept: Accept | None = None
    _session: SigningSession | None = field(default=None, repr=False)
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def certificate(self) -> bytes:
        """The 署名用電子証明書, DER; readable only after the password."""
        return self._open_session.certificate

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Its issuer, where known here."""
        from asn1crypto import x509

        own = x509.Certificate.load(self.certificate)
        issuer = find_issuer(own, (x509.Certificate.load(der) for der in self.issuers))
        return () if issuer is None else (issuer.dump(),)

    @property
    def algorithm(self) -> KeyAlgorithm:
        """How the card's key signs."""
        key = self._open_session.key
        return KeyAlgorithm(key.algorithm, key.hashes[0])

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``; see `signkit.signers.base.Signer`."""
        name = self.algorithm.digest
        # Hashed here: the card gets a digest, and never the document.
        return self._open_session.sign(cast("HashName", name), hashlib.new(name, data).digest())

    @property
    def _open_session(self) -> SigningSession:
        if self._session is None:
            raise RuntimeError("a card signer is used inside its with block")
        return self._session

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.connection)
            # Before the password: a try is not spent on a key that will not do.
            if self.accept is not None:
                _look_ahead(self.connection, self.accept)
            password = pin_source(self.ask, "signature-password", self.name)
            session = signing_session(self.connection, password, use_last_try=self.use_last_try)
            self._session = stack.enter_context(session)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = None
        self._stack.close()


def open_card_signer(
    rest: str, ask: AskSecret, settings: Settings, *, use_last_try: bool = False, accept: Accept | None = None
) -> CardSigner:
    """Return the signer for ``card:rest``; the PIN is asked when it is entered.

    Raises:
        CardError: no reader, no card, several of them.
    """
    name = f"card:{rest}" if is_virtual(rest) else rest or "card"
    connection = connect_card(rest or None, settings)
    return CardSigner(connection, name, ask, use_last_try, _issuers(rest, settings), accept)


def _look_ahead(connection: Connection, accept: Accept) -> None:
    """Show ``accept`` the authentication certificate, the only one that opens without a secret.

    A card's two keys are of one generation, so that what does not do for one does not do for the other.
    """
    try:
        certificate = read_certificate(connection, CertificateKind.AUTH)
    except PinNeeded:  # a smartphone
        return
    key = card_key(certificate)
    accept(certificate, KeyAlgorithm(key.algorithm, key.hashes[0]))


def connect_card(reader: str | None, settings: Settings) -> Connection:
    """Return a connection to the card on a reader.

    Args:
        reader: part of the reader's name; None for the only card there is; ``virtual`` or ``virtual:NAME`` for a
            kept emulated card (`signkit.rehearsal.cards.CARD_NAMES`).
        settings: say where the rehearsal is kept.

    Raises:
        CardError: no reader, no card, several of them, no such profile.
        FileUnusable("output-not-written"), InputUnreadable: the kept emulated card cannot be used.
    """
    if reader is not None and is_virtual(reader):
        return _virtual(reader.partition(":")[2], settings)
    from signkit.card.reader import connect

    return Connection(connect(reader))


def await_card(reader: str | None, seconds: float) -> None:
    """Wait until a card lies on the reader; returns at once for the emulated one.

    Raises:
        NoReader, ReaderNotFound, NoCard: none came within ``seconds``.
        CardError("several-cards"): more than one fits.
    """
    if reader is not None and is_virtual(reader):
        return
    from signkit.card.reader import choose_reader, list_readers

    deadline = time.monotonic() + seconds
    while True:
        try:
            choose_reader(list_readers(), reader)
            return
        except (NoReader, ReaderNotFound, NoCard):
            if time.monotonic() >= deadline:
                raise
        time.sleep(_POLL_SECONDS)


def is_virtual(reader: str) -> bool:
    """Return whether ``reader`` names the kept emulated card."""
    return reader.partition(":")[0] == VIRTUAL


def pin_source(ask: AskSecret, kind: SecretKind, of: str) -> Callable[[int], bytearray]:
    """Return what asks a person for a secret of the card, after the card said how many tries are left."""
    return lambda tries: ask(SecretRequest(kind, of, tries))


def _virtual(profile: str, settings: Settings) -> Connection:
    from signkit.card.emulator import EmulatedTransport
    from signkit.rehearsal.cards import CARD_NAMES, STANDARD, kept_emulated_card

    if profile and profile not in CARD_NAMES:
        raise ReaderNotFound(f"{VIRTUAL}:{profile}", tuple(f"{VIRTUAL}:{name}" for name in CARD_NAMES))
    return Connection(EmulatedTransport(kept_emulated_card(_rehearsal_folder(settings), profile or STANDARD)))


def _issuers(reader: str, settings: Settings) -> tuple[bytes, ...]:
    if is_virtual(reader):
        from cryptography.hazmat.primitives.serialization import Encoding

        from signkit.rehearsal.pki import kept_rehearsal

        return (kept_rehearsal(_rehearsal_folder(settings)).signature_ca.certificate.public_bytes(Encoding.DER),)
    return tuple(authority.certificate for authority in certification_authorities("signature"))


def _rehearsal_folder(settings: Settings) -> Path:
    return settings.home_folder() / "rehearsal"

"""The signature key on the Individual Number Card (``card``, ``card:READER NAME``), and on the emulated one
(``card:virtual``)."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from signkit.card.jpki import JpkiApplication
from signkit.card.pin import SIGNATURE
from signkit.card.session import SigningSession, signing_session
from signkit.card.transport import Connection, Transport
from signkit.jpki.authorities import certification_authorities
from signkit.settings import Settings
from signkit.signers.base import AskSecret, SecretRequest, SignatureAlgorithm
from signkit.trust.chain import find_issuer

if TYPE_CHECKING:
    from signkit.card.keys import HashName

VIRTUAL = "virtual"


@dataclass
class CardSigner:
    """Asks the tries left, then the person, then holds the card until the last signature.

    Attributes:
        connection: the card; closed when the signer is left.
        name: what the person is told the card is.
        issuers: CA certificates (DER) among which the certificate's issuer is looked for, so that it need not be
            read from the card.
    """

    connection: Connection
    name: str
    ask: AskSecret
    use_last_try: bool = False
    issuers: tuple[bytes, ...] = ()
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
    def algorithm(self) -> SignatureAlgorithm:
        """How the card's key signs."""
        key = self._open_session.key
        return SignatureAlgorithm(key.algorithm, key.hashes[0])

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``; see `signkit.signers.base.Signer`."""
        name = self.algorithm.digest
        return self._open_session.sign(cast("HashName", name), hashlib.new(name, data).digest())

    @property
    def _open_session(self) -> SigningSession:
        if self._session is None:
            raise RuntimeError("a card signer is used inside its with block")
        return self._session

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.connection)
            tries = JpkiApplication.select(self.connection).tries_left(SIGNATURE)
            _refuse_locked(tries, use_last_try=self.use_last_try)
            password = self.ask(SecretRequest("signature-password", self.name, tries))
            session = signing_session(self.connection, password, use_last_try=self.use_last_try)
            self._session = stack.enter_context(session)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = None
        self._stack.close()


def open_card_signer(rest: str, ask: AskSecret, settings: Settings, *, use_last_try: bool = False) -> CardSigner:
    """Return the signer for ``card:rest``; the PIN is asked when it is entered.

    Raises:
        CardError: no reader, no card, several of them.
    """
    if rest == VIRTUAL:
        return _virtual(ask, settings, use_last_try=use_last_try)
    from signkit.card.reader import connect

    issuers = tuple(authority.certificate for authority in certification_authorities("signature"))
    return CardSigner(_connection(connect(rest or None)), rest or "card", ask, use_last_try, issuers)


def _virtual(ask: AskSecret, settings: Settings, *, use_last_try: bool) -> CardSigner:
    """Return the kept emulated card; its retry counters survive from run to run, as a real card's do."""
    from signkit.card.emulator import EmulatedCard, EmulatedTransport
    from signkit.card.state import load_state, save_state
    from signkit.rehearsal.pki import kept_card, kept_rehearsal

    folder = settings.home_folder() / "rehearsal"
    contents = kept_card(folder, kept_rehearsal(folder))
    state_file = folder / "card-state.json"
    card = EmulatedCard(
        contents, state=load_state(state_file, contents), on_change=lambda state: save_state(state_file, state)
    )
    issuers = (contents.sign.ca_certificate,) if contents.sign else ()
    return CardSigner(_connection(EmulatedTransport(card)), "card:virtual", ask, use_last_try, issuers)


def _connection(transport: Transport) -> Connection:
    return Connection(transport)


def _refuse_locked(tries: int, *, use_last_try: bool) -> None:
    """Refuse before the person types anything: a locked card, or the last try without insistence."""
    from signkit.errors import CardLocked, PinLastTry

    if tries == 0:
        raise CardLocked(SIGNATURE.key)
    if tries == 1 and not use_last_try:
        raise PinLastTry(SIGNATURE.key)

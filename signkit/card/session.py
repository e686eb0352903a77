"""Whole tasks with a card in one exclusive hold: sign, authenticate, touch."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from signkit.card.jpki import SECRETS, CardStatus, CertificateKind, JpkiApplication
from signkit.card.key_proof import Authentication, Binding, binding_challenge, check_statement, signed_bytes
from signkit.card.keys import HashName, card_key
from signkit.card.pin import AUTHENTICATION, SIGNATURE, PinSource, Secret, ask_ahead, wiping
from signkit.card.transport import Connection


class SigningSession:
    """The signature key, unlocked.  Lives inside ``signing_session``; threads may share it and take turns.

    Attributes:
        certificate: the 署名用電子証明書, DER.
        key: what the certificate says about the key: ``algorithm``, and ``hashes`` with the best choice first.
    """

    def __init__(self, application: JpkiApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self.certificate = application.certificate(CertificateKind.SIGN)
        self.key = card_key(self.certificate)

    def ca_certificate(self) -> bytes:
        """Read the CA certificate that the card carries (DER, 5 or 6 round trips); it is no trust anchor."""
        with self._lock:
            return self._application.certificate(CertificateKind.SIGN_CA)

    def sign(self, hash_name: HashName, digest: bytes) -> bytes:
        """Sign a digest with the signature key; the result was checked with the certificate's public key.

        Args:
            hash_name: one of ``key.hashes``.
            digest: the hash of what is signed.

        Returns:
            RSASSA-PKCS1-v1_5, or for ECDSA the DER ECDSA-Sig-Value.

        Raises:
            ValueError: a hash this key does not sign, or a digest of another size.
            CardLinkError: the link broke; nothing stays unlocked.
            CardAnswerInvalid: what came back is not the signature.
        """
        if hash_name not in self.key.hashes:
            raise ValueError(f"the card's {self.key.algorithm} key does not sign {hash_name}")
        with self._lock:
            return self._application.sign(self.key, hash_name, digest)


@contextmanager
def signing_session(
    connection: Connection, password: PinSource, *, use_last_try: bool = False
) -> Iterator[SigningSession]:
    """Hold the card, present the signature password, read the certificate; sign inside the block.

    No other program reaches the card from before the password to the end of the block; then the card is reset.  The
    password is wiped before the block begins.  Where ``password`` is a function, it is asked after the card said how
    many tries are left, and not at all where none may be used.

    Raises:
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
        CardError("no-signing-certificate"): the card has none.
    """
    password = _ask_ahead(connection, SIGNATURE, password, use_last_try=use_last_try)
    with wiping(password), connection.exclusive():
        application = JpkiApplication.select(connection)
        application.verify(SIGNATURE, password, use_last_try=use_last_try)
        yield SigningSession(application)


def authenticate(
    connection: Connection, pin: PinSource, challenge: bytes | None = None, *, use_last_try: bool = False
) -> Authentication:
    """Present the authentication PIN and sign a challenge (default: 32 fresh random bytes); wipes ``pin``.

    Raises:
        ValueError: the challenge's size; see
            ``authentication.CHALLENGE_SIZES``.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
    """
    with wiping(pin):
        challenge = secrets.token_bytes(32) if challenge is None else challenge
        signed_bytes(challenge)  # refuses a bad challenge before a try is risked
        pin = _ask_ahead(connection, AUTHENTICATION, pin, use_last_try=use_last_try)
        with wiping(pin), connection.exclusive():
            application = JpkiApplication.select(connection)
            application.verify(AUTHENTICATION, pin, use_last_try=use_last_try)
            return application.authenticate(challenge)


def prove_both_keys(
    connection: Connection, password: PinSource, pin: PinSource, statement: bytes, *, use_last_try: bool = False
) -> Binding:
    """Have the signature key sign ``statement`` and the authentication key answer for that; wipes both secrets.

    All of it in one hold and one selection of the application.  A card that is taken away or exchanged meanwhile has
    nothing verified: the link breaks, or the other card refuses.

    Raises:
        ValueError: see ``key_proof.check_statement``.
        CardError("no-signing-certificate"): the card has none; before a secret is asked for.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
    """
    with wiping(password, pin):
        check_statement(statement)
        password = _ask_ahead(connection, SIGNATURE, password, use_last_try=use_last_try)
        with wiping(password):
            pin = _ask_ahead(connection, AUTHENTICATION, pin, use_last_try=use_last_try)
            with wiping(pin), connection.exclusive():
                application = JpkiApplication.select(connection)
                application.verify(SIGNATURE, password, use_last_try=use_last_try)
                application.verify(AUTHENTICATION, pin, use_last_try=use_last_try)
                return _use_both_keys(application, statement)


def _use_both_keys(application: JpkiApplication, statement: bytes) -> Binding:
    certificate = application.certificate(CertificateKind.SIGN)
    key = card_key(certificate)
    hash_name = key.hashes[0]
    signature = application.sign(key, hash_name, hashlib.new(hash_name, statement).digest())
    authentication = application.authenticate(binding_challenge(certificate, statement, signature))
    return Binding(certificate, statement, hash_name, signature, authentication)


def touch(connection: Connection) -> bytes:
    """Read the authentication certificate (DER) without a PIN: which card lies there, not that its holder is there.

    The certificate alone proves nothing, for it can be copied.

    Raises:
        PinNeeded: a smartphone, which wants its PIN first.
    """
    return read_certificate(connection, CertificateKind.AUTH)


def read_certificate(
    connection: Connection, kind: CertificateKind, pin: PinSource | None = None, *, use_last_try: bool = False
) -> bytes:
    """Read one certificate (DER); ``pin`` is the secret that opens it, where one does.

    Raises:
        PinNeeded: SIGN opens after the signature password only, AUTH on a smartphone after its PIN
            only.
        CardError("no-signing-certificate"): SIGN or SIGN_CA of a card that has none.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
    """
    secret = SECRETS.get(kind)
    if pin is None or secret is None:
        with wiping(pin or bytearray()), connection.exclusive():
            return JpkiApplication.select(connection).certificate(kind)
    pin = _ask_ahead(connection, secret, pin, use_last_try=use_last_try)
    with wiping(pin), connection.exclusive():
        application = JpkiApplication.select(connection)
        application.verify(secret, pin, use_last_try=use_last_try)
        return application.certificate(kind)


def read_status(connection: Connection) -> CardStatus:
    """Read what can be known without a PIN; spends no try."""
    with connection.exclusive():
        return JpkiApplication.select(connection).status()


def change_pin(
    connection: Connection, secret: Secret, old: PinSource, new: bytearray, *, use_last_try: bool = False
) -> None:
    """Replace the signature password or the authentication PIN; wipes both.

    Raises:
        CardRefused: the card does not accept the new one; the old one stays.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
    """
    with wiping(old, new):
        old = _ask_ahead(connection, secret, old, use_last_try=use_last_try)
        with wiping(old), connection.exclusive():
            JpkiApplication.select(connection).change_pin(secret, old, new, use_last_try=use_last_try)


def _ask_ahead(connection: Connection, secret: Secret, pin: PinSource, *, use_last_try: bool) -> PinSource:
    def tries() -> int:
        return JpkiApplication.select(connection).tries_left(secret)

    return ask_ahead(connection, secret, pin, tries, use_last_try=use_last_try)

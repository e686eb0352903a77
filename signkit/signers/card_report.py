"""What can be told of a card without spending a try or asking for a secret: for ``card status`` and the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from signkit.card.elementary_files import CardFiles
from signkit.card.jpki import CertificateKind, JpkiApplication, Token, TokenKind
from signkit.card.pin import AUTHENTICATION, BIRTH_DATE, CODE_B, SIGNATURE, SURFACE, Secret, tries_left
from signkit.card.surface import FACE_AID, TEXT_AID
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, CardRefused, NotAnIndividualNumberCard, PinNeeded
from signkit.words import Text

TOKEN_NAMES = {
    TokenKind.PLASTIC: Text("plastic card", "プラスチックのカード"),
    TokenKind.JUKI: Text("Basic Resident Register card (out of use)", "住民基本台帳カード (廃止)"),
    TokenKind.ANDROID: Text("Android smartphone", "Android スマートフォン"),
    TokenKind.IPHONE: Text("iPhone", "iPhone"),
    TokenKind.UNKNOWN: Text("unknown kind", "不明な種類"),
}

_SURFACE_SECRETS = ((TEXT_AID, (SURFACE, CODE_B)), (FACE_AID, (BIRTH_DATE,)))


@dataclass(frozen=True)
class CertificateFacts:
    """One certificate of the card.

    Attributes:
        kind: which.
        is_present: whether the card holds it.
        start: begin of its validity; None where it opens after a secret only.
        end: end of its validity; None likewise.
        certificate: DER; None likewise.
    """

    kind: CertificateKind
    is_present: bool
    start: datetime | None = None
    end: datetime | None = None
    certificate: bytes | None = None


@dataclass(frozen=True)
class CardReport:
    """A card as it lies there.

    Attributes:
        token: what carries the application: plastic card, Android, iPhone.
        certificates: all four kinds.
        tries: tries left of each secret by its key; 0 is locked; None where the card has no such secret or does not
            tell.
    """

    token: Token
    certificates: tuple[CertificateFacts, ...]
    tries: dict[str, int | None]

    def certificate(self, kind: CertificateKind) -> CertificateFacts:
        """Return the facts of one certificate."""
        return next(facts for facts in self.certificates if facts.kind is kind)


def read_card_report(connection: Connection) -> CardReport:
    """Read everything that is free to read; holds the card meanwhile.

    Raises:
        NotAnIndividualNumberCard: another kind of card.
        CardError: the link broke, or the card answers nonsense.
    """
    with connection.exclusive():
        application = JpkiApplication.select(connection)
        status = application.status()
        certificates = tuple(
            _certificate(application, kind, has_signing=status.has_signing_certificate) for kind in CertificateKind
        )
        tries: dict[str, int | None] = {
            SIGNATURE.key: status.signature_tries,
            AUTHENTICATION.key: status.authentication_tries,
        }
        tries |= dict(_surface_tries(connection))
    return CardReport(status.token, certificates, tries)


def validity(certificate: bytes) -> tuple[datetime, datetime]:
    """Return begin and end of a certificate's validity.

    Raises:
        CardAnswerInvalid: not a certificate.
    """
    from asn1crypto import x509

    try:
        parsed = x509.Certificate.load(certificate, strict=True)
        return parsed.not_valid_before, parsed.not_valid_after
    except (ValueError, TypeError, KeyError) as error:
        raise CardAnswerInvalid("certificate", "unreadable") from error


def _certificate(application: JpkiApplication, kind: CertificateKind, *, has_signing: bool) -> CertificateFacts:
    if kind in (CertificateKind.SIGN, CertificateKind.SIGN_CA) and not has_signing:
        return CertificateFacts(kind, is_present=False)
    if kind is CertificateKind.SIGN:  # opens after its password only; asking would be answered 6982
        return CertificateFacts(kind, is_present=True)
    try:
        certificate = application.certificate(kind)
    except PinNeeded:
        return CertificateFacts(kind, is_present=True)
    return CertificateFacts(kind, True, *validity(certificate), certificate)


def _surface_tries(connection: Connection) -> Iterator[tuple[str, int | None]]:
    files = CardFiles(connection)
    for aid, secrets in _SURFACE_SECRETS:
        try:
            files.select_application(aid)
        except NotAnIndividualNumberCard:  # a smartphone has 公的個人認証AP alone
            yield from ((secret.key, None) for secret in secrets)
            continue
        for secret in secrets:
            yield secret.key, _tries_told_by(files, secret)


def _tries_told_by(files: CardFiles, secret: Secret) -> int | None:
    """Return the tries left; None from a card that does not tell them as expected: no secret hangs on it."""
    try:
        return tries_left(files, secret)
    except (CardRefused, CardAnswerInvalid):
        return None

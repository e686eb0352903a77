"""What ``signkit sign`` and ``signkit prepare`` say of a file and of a key before one signs the other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.language import LANGUAGE
from signkit.cli.terminal import tell
from signkit.words import Text, printable

if TYPE_CHECKING:
    from signkit.pdf.embedded_contract import EmbeddedParty
    from signkit.pdf.reading.unlocking import Password
    from signkit.signers.base import KeyFacts


def tell_undrawn(data: bytes, pdf: Path, password: Password) -> None:
    """Name the values that may not show once the file is signed."""
    from signkit.pdf.writing.written_fields import fields_to_be_drawn

    if names := fields_to_be_drawn(data, password):
        tell(_UNDRAWN, pdf=pdf, fields=printable(", ".join(names)))


def tell_attributes(key: KeyFacts) -> None:
    """Say that whoever receives the signed file can read the four attributes in the certificate, where it has them."""
    from asn1crypto import x509

    from signkit.jpki.attributes import read_attributes

    if read_attributes(x509.Certificate.load(key.certificate)) is not None:
        tell_carried()


def tell_carried() -> None:
    """Say it of a certificate that is going to have them, before its person agrees."""
    tell(_CARRIES_ATTRIBUTES)


def tell_ending(certificate: bytes) -> None:
    """Say that a certificate (DER) ends soon: a card does not say so by itself."""
    from datetime import UTC, datetime

    from asn1crypto import x509

    from signkit.pki.ending import days_left

    end = x509.Certificate.load(certificate).not_valid_after
    days = days_left(end, datetime.now(UTC))
    if days is not None:
        tell(_ENDS_SOON, end=f"{end.astimezone():%Y-%m-%d}", days=days)


def refuse_other_person(parties: Iterable[EmbeddedParty | None], key: KeyFacts) -> None:
    """Hold the certificate against the party of every file before the first is signed; tell what cannot be told.

    Raises:
        SigningRefused("signer-not-party"): it names somebody else.
    """
    from signkit.signing import party as matching

    matches = [matching.refuse_other_person(party, key.certificate) for party in parties]
    told = {
        reason.text.in_language(LANGUAGE): None
        for match in matches
        if match is not None and match.verdict == "cannot-tell"
        for reason in match.reasons
        if reason.verdict == "cannot-tell"
    }
    if told:
        tell(_CANNOT_TELL, reasons=" ".join(told))


_UNDRAWN = Text(
    "Note: {pdf} has values that only some viewers draw, and signing ends that: {fields}. They may look blank in the "
    "signed file. Open it in the program that filled it in and save or print it to PDF first.",
    "ご注意: {pdf} には、表示がビューアー任せの値があります: {fields}。署名後は空欄に見えることがあります。"
    "先に、記入したプログラムで開いて保存し直すか、PDF に印刷してください。",
)
_ENDS_SOON = Text(
    "Note: the certificate ends on {end} ({days} days left). A card's is renewed at the municipality's counter.",
    "ご注意: 証明書の有効期限は {end} です (残り{days}日)。マイナンバーカードの証明書は市区町村の窓口で更新できます。",
)
_CANNOT_TELL = Text(
    "Note: whether the certificate names the party cannot be told. {reasons}",
    "ご注意: 証明書の名義が当事者と一致するか判定できません。{reasons}",
)
_CARRIES_ATTRIBUTES = Text(
    "Note: the signed PDF carries the certificate, and with it the signer's name, address, birth date and sex, to "
    "everyone who receives the file.",
    "ご注意: 署名した PDF には証明書が含まれ、受け取った人は署名者の氏名・住所・生年月日・性別を読み取れます。",
)

"""``signkit sign``: fill a role's signature field."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import output_beside, read_input
from signkit.cli.language import LANGUAGE, words
from signkit.cli.options import EvidenceFolders, Output, Overwrite, Trust, Tsa
from signkit.cli.terminal import secret_reader, tell
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.signers.base import Signer
    from signkit.signing.pades import SignatureRequest

HELP = words("Sign a PDF in one role's field (PAdES B-B to B-LTA).", "役割の署名欄に署名する (PAdES B-B から B-LTA)。")


def run(
    pdf: Annotated[Path, typer.Argument(help=words("The PDF to sign.", "署名する PDF。"))],
    role: Annotated[
        str, typer.Option("--as", metavar="ROLE", help=words("Whose field to sign.", "どの役割の欄に署名するか。"))
    ],
    signer: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help=words(
                "The key: card, card:READER, card:virtual, p12:FILE.",
                "鍵: card、card:リーダー名、card:virtual、p12:ファイル。",
            ),
        ),
    ],
    level: Annotated[str, typer.Option(help=words("B-B, B-T, B-LT or B-LTA.", "B-B、B-T、B-LT、B-LTA。"))] = "B-B",
    output: Output = None,
    overwrite: Overwrite = False,
    certify: Annotated[
        bool,
        typer.Option(
            "--certify",
            help=words(
                "First signature only: certify, allowing just form filling and signing afterwards.",
                "最初の署名のみ: 証明署名とし、以後は記入と署名だけを許す。",
            ),
        ),
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help=words("Reason to state.", "署名の理由。"), show_default=False)
    ] = None,
    location: Annotated[
        str | None, typer.Option(help=words("Place to state.", "署名の場所。"), show_default=False)
    ] = None,
    no_appearance: Annotated[
        bool, typer.Option("--no-appearance", help=words("Draw no seal.", "印影を描かない。"))
    ] = False,
    seal_image: Annotated[
        Path | None,
        typer.Option(
            help=words("PNG or JPEG in place of the seal.", "印影の代わりの PNG か JPEG。"), show_default=False
        ),
    ] = None,
    tsa: Tsa = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
    pin_stdin: Annotated[
        bool,
        typer.Option(
            "--pin-stdin", help=words("Read the secret from stdin, a line each.", "秘密情報を標準入力から1行ずつ読む。")
        ),
    ] = False,
    use_last_try: Annotated[
        bool,
        typer.Option(
            "--use-last-try",
            help=words(
                "Send the PIN although one try is left: a wrong one locks the card.",
                "残り1回でも送信する。間違えるとカードがロックされる。",
            ),
        ),
    ] = False,
) -> None:
    """Sign one PDF and write the signed file beside it."""
    from signkit.cli.levels import parse_level
    from signkit.cli.services import services
    from signkit.output import write_checked
    from signkit.settings import load_settings
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.levels import sign
    from signkit.signing.readback import check_signed

    settings = load_settings()
    wanted = parse_level(level)
    data = read_input(pdf)
    _check_field(data, role)
    target = output_beside(pdf, role, output)
    _refuse_existing(target, overwrite)
    image = read_input(seal_image) if seal_image else None
    context = SignerContext(secret_reader(from_stdin=pin_stdin), settings, use_last_try)
    available = services(settings, tsa, evidence, trust)
    with open_signer(signer, context) as key:
        certificate = key.certificate
        request = _request(key, role, certify, reason, location, not no_appearance, image)
        signed = sign(data, request, key, wanted, available)
    write_checked(target, signed.pdf, check=lambda back: check_signed(data, back, certificate), overwrite=overwrite)
    tell(_SIGNED, target=target, role=role, level=wanted.value)
    _tell_freshness(signed.evidence_issued, request.time)
    print(target)


def _check_field(pdf: bytes, role: str) -> None:
    """Refuse a wrong role before any secret is asked for."""
    from signkit.errors import AlreadySigned, SigningFieldMissing
    from signkit.signing.pades import signature_fields

    fields = signature_fields(pdf)
    if role in fields.signed:
        raise AlreadySigned(role)
    if role not in fields.empty:
        raise SigningFieldMissing(role, fields.empty, fields.signed)


def _refuse_existing(target: Path, overwrite: bool) -> None:
    """Refuse before the key is used what could not be written afterwards."""
    from signkit.errors import OutputExists, OutputNotWritten

    if target.exists() and not overwrite:
        raise OutputExists(str(target))
    if not target.parent.is_dir():
        raise OutputNotWritten(str(target), "no such folder")


def _request(
    key: Signer, role: str, certify: bool, reason: str | None, location: str | None, draw: bool, image: bytes | None
) -> SignatureRequest:
    from asn1crypto import x509

    from signkit.contracts.fonts import font_set
    from signkit.jpki.attributes import read_attributes
    from signkit.settings import load_settings
    from signkit.signing.appearance import seal_appearance
    from signkit.signing.pades import SignatureRequest

    certificate = x509.Certificate.load(key.certificate)
    attributes = read_attributes(certificate)
    if attributes is not None:
        tell(_CARRIES_ATTRIBUTES)
    name = attributes.name if attributes else str(certificate.subject.native.get("common_name") or role)
    now = datetime.now(timezone(timedelta(hours=9))).replace(microsecond=0)
    fonts = font_set(load_settings().font_folders)
    appearance = seal_appearance(name, now, language=LANGUAGE, image=image, fonts=fonts) if draw else None
    return SignatureRequest(role, name, now, certify, reason, location, appearance)


def _tell_freshness(issued: tuple[datetime, ...], signed_at: datetime) -> None:
    """Say when the evidence can become conclusive: a list issued before the signature cannot speak of its moment."""
    older = [when for when in issued if when < signed_at]
    if older:
        tell(_NOT_YET_CONCLUSIVE, when=f"{min(older):%Y-%m-%d %H:%M} UTC")


_SIGNED = Text("Signed as {role} at {level}: {target}", "{role} として署名しました ({level}): {target}")
_CARRIES_ATTRIBUTES = Text(
    "Note: the signed PDF carries the certificate, and with it the signer's name, address, birth date and sex, to "
    "everyone who receives the file.",
    "ご注意: 署名した PDF には証明書が含まれ、受け取った人は署名者の氏名・住所・生年月日・性別を読み取れます。",
)
_NOT_YET_CONCLUSIVE = Text(
    "Some evidence was issued at {when}, before the signature: it becomes conclusive when 'signkit extend' adds "
    "evidence issued later (for a daily list, tomorrow).",
    "失効情報の一部は署名より前 ({when}) に発行されたものです。後日 (日次のリストなら翌日以降) signkit extend で"
    "署名後に発行された情報を加えると、確定的な証拠になります。",
)

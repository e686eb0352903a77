"""What a signature says and whose key makes it, as options of ``signkit sign``, ``prepare`` and ``finish``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import LANGUAGE, words
from signkit.cli.option_groups import OptionGroup
from signkit.cli.options import LevelName
from signkit.errors import UsageProblem
from signkit.signing.signature_formats import SignatureFormat
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.signing.deferred import DeferredKey
    from signkit.signing.levels import Services
    from signkit.signing.places import Place
    from signkit.signing.terms import SignatureTerms

Role: TypeAlias = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="ROLE",
        help=words("Whose field to sign.", "どの役割の欄に署名するか。"),
        show_default=False,
    ),
]
ProfileName: TypeAlias = Annotated[
    SignatureFormat,
    typer.Option(
        help=words(
            "The format: pades, registry for 登記・供託オンライン申請システム (PKCS#7, RSA 2048, no timestamp), or "
            "pkcs7 for a key whose certificate is not known before it signs.",
            "署名の形式: pades、登記・供託オンライン申請システム用の registry (PKCS#7、RSA 2048、タイムスタンプなし)、"
            "または署名するまで証明書が分からない鍵のための pkcs7。",
        )
    ),
]
FieldAt: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--field-at",
        metavar="PAGE:X,Y,W,H",
        help=words(
            "Make the field here and sign it: page (or 'last'), then millimetres from its upper left corner.",
            "署名欄をここに作って署名する: ページ (または last) と、その左上からのミリメートル (X,Y,幅,高さ)。",
        ),
        show_default=False,
    ),
]
Certify: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--certify/--no-certify",
        help=words(
            "First signature: certify, allowing just form filling and signing afterwards. "
            "Default: yes for contracts that SignKit made, in PAdES.",
            "最初の署名を証明署名とし、以後は記入と署名だけを許す。"
            "既定: SignKit で作った契約書では証明する (PAdES のとき)。",
        ),
        show_default=False,
    ),
]
Reason: TypeAlias = Annotated[
    str | None, typer.Option(help=words("Reason to state.", "署名の理由。"), show_default=False)
]
Location: TypeAlias = Annotated[
    str | None, typer.Option(help=words("Place to state.", "署名の場所。"), show_default=False)
]
Witness: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--witness",
        help=words(
            "An organisation's key signs on the party's instruction (立会人型); the signature states it.",
            "事業者の鍵が当事者の指示により署名する (立会人型)。署名にその旨を記す。",
        ),
    ),
]
OtherPerson: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--other-person",
        help=words(
            "Sign although the certificate names another than the contract does for this role.",
            "証明書の名義が契約書の当事者と異なっていても署名する。",
        ),
    ),
]
NoAppearance: TypeAlias = Annotated[
    bool, typer.Option("--no-appearance", help=words("Draw no seal.", "印影を描かない。"))
]
SealImage: TypeAlias = Annotated[
    Path | None,
    typer.Option(help=words("PNG or JPEG in place of the seal.", "印影の代わりの PNG か JPEG。"), show_default=False),
]

CertificateFile: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--certificate",
        metavar="FILE",
        help=words(
            "The signer's certificate (PEM or DER; its issuers may follow).",
            "署名者の証明書 (PEM または DER。発行者の証明書を続けてもよい)。",
        ),
    ),
]


LaterCertificate: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--certificate",
        metavar="FILE",
        help=words(
            "The signer's certificate (PEM or DER; its issuers may follow). May be left out with --profile pkcs7 or "
            "registry, whose signatures do not name it.",
            "署名者の証明書 (PEM または DER。発行者の証明書を続けてもよい)。署名対象に証明書への参照が入らない "
            "--profile pkcs7 と registry では省ける。",
        ),
        show_default=False,
    ),
]


@dataclass(frozen=True)
class ElsewhereOptions(OptionGroup):
    """Which key signs that is somewhere else."""

    HEADING = words("The key", "鍵")

    certificate: CertificateFile

    def key(self, services: Services) -> DeferredKey:
        """Return what is public of the key; see `_key_in`."""
        return _key_in(self.certificate, services)


@dataclass(frozen=True)
class KeyToComeOptions(OptionGroup):
    """Which key is going to sign that is somewhere else; nobody may know yet."""

    HEADING = words("The key", "鍵")

    certificate: LaterCertificate = None

    def key(self, services: Services) -> DeferredKey | None:
        """Return what is public of the key; None where nobody knows it.  See `_key_in`."""
        return _key_in(self.certificate, services) if self.certificate is not None else None


def _key_in(path: Path, services: Services) -> DeferredKey:
    """Return what is public of the key whose certificate a file holds.

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): the file holds no certificate.
        SignerUnusable("key-file-unusable"): a kind of key that does not sign here.
    """
    from signkit.pki.anchors import read_certificates
    from signkit.signing.deferred import DeferredKey

    return DeferredKey.of(read_certificates(path), str(path), tuple(services.issuer_certificates()))


@dataclass(frozen=True)
class TermsOptions(OptionGroup):
    """What is asked of the signature."""

    HEADING = words("The signature", "署名")

    role: Role
    level: LevelName = "B-B"
    profile: ProfileName = SignatureFormat.PADES
    field_at: FieldAt = None
    certify: Certify = None
    reason: Reason = None
    location: Location = None
    witness: Witness = False
    other_person: OtherPerson = False
    no_appearance: NoAppearance = False
    seal_image: SealImage = None

    def terms(self) -> SignatureTerms:
        """Return what is asked, read and checked.

        Raises:
            UsageProblem: there is no such level or place.
            InputUnreadable: the seal's picture cannot be read.
        """
        from signkit.cli.files import read_input
        from signkit.cli.levels import parse_level
        from signkit.signing.terms import SignatureTerms

        return SignatureTerms(
            role=self.role,
            level=parse_level(self.level),
            reason=self.reason,
            location=self.location,
            profile=self.profile,
            place=_place(self.field_at) if self.field_at is not None else None,
            certify=self.certify,
            witness=self.witness,
            other_person=self.other_person,
            seal=not self.no_appearance,
            seal_image=read_input(self.seal_image) if self.seal_image else None,
            language=LANGUAGE,
        )


def _place(text: str) -> Place:
    """Read ``--field-at``."""
    from signkit.signing.places import LAST_PAGE, Place

    found = _PLACE.fullmatch(text.replace(" ", ""))
    numbers = [float(number) for number in found.groups()[1:]] if found else []
    if found is None or numbers[2] < _LEAST_WIDTH or numbers[3] < _LEAST_HEIGHT:
        raise UsageProblem(
            Text(
                f"--field-at {text}: not PAGE:X,Y,W,H, or less than {_LEAST_WIDTH} × {_LEAST_HEIGHT} mm",
                f"--field-at {text}: ページ:X,Y,幅,高さ の形でないか、"
                f"{_LEAST_WIDTH} × {_LEAST_HEIGHT} mm より小さい指定です",
            ),
            Text(
                "For example --field-at 1:120,240,70,25: on page 1, 120 mm from the left, 240 mm from above, 70 mm "
                "wide and 25 mm high.",
                "例: --field-at 1:120,240,70,25 (1ページ目、左から120 mm、上から240 mm、幅70 mm、高さ25 mm)。",
            ),
        )
    return Place(LAST_PAGE if found[1] == "last" else int(found[1]), *numbers)


_MILLIMETRES = r"(\d{1,5}(?:\.\d{1,3})?)"
_PLACE = re.compile(r"(?a)(last|[1-9]\d{0,5}):" + ",".join([_MILLIMETRES] * 4))
_LEAST_WIDTH, _LEAST_HEIGHT = 10, 5

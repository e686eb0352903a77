"""The options of ``signkit sign`` that no other command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from signkit.cli.language import words
from signkit.signing.profiles import Profile

Pdfs: TypeAlias = Annotated[
    list[Path] | None, typer.Argument(help=words("The PDFs to sign.", "署名する PDF。"), show_default=False)
]
Role: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ROLE",
        help=words("Whose field to sign.", "どの役割の欄に署名するか。"),
        show_default=False,
    ),
]
SignerUri: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="URI",
        help=words(
            "The key: card, card:READER, card:virtual, p12:FILE, pkcs11:…, csc:https://…, agent:PORT; "
            "deferred:REQUEST.json to sign elsewhere.",
            "鍵: card、card:リーダー名、card:virtual、p12:ファイル、pkcs11:…、csc:https://…、agent:ポート。"
            "別の場所で署名するときは deferred:REQUEST.json。",
        ),
        show_default=False,
    ),
]
ProfileName: TypeAlias = Annotated[
    Profile,
    typer.Option(
        help=words(
            "The format: pades, or registry for 登記・供託オンライン申請システム (PKCS#7, RSA 2048, no timestamp).",
            "署名の形式: pades、または登記・供託オンライン申請システム用の registry "
            "(PKCS#7、RSA 2048、タイムスタンプなし)。",
        )
    ),
]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help=words("Where to write; a folder for several PDFs.", "出力先。複数の PDF のときはフォルダー。"),
        show_default=False,
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
Yes: TypeAlias = Annotated[
    bool,
    typer.Option("--yes", help=words("Several PDFs: do not ask for confirmation.", "複数の PDF: 確認を省く。")),
]
Resume: TypeAlias = Annotated[
    bool,
    typer.Option("--resume", help=words("Pass over PDFs that are signed already.", "署名済みの PDF を飛ばす。")),
]
CertificateFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=words(
            "Signing elsewhere: the signer's certificate (PEM or DER; its issuers may follow).",
            "別の場所での署名: 署名者の証明書 (PEM または DER。発行者の証明書を続けてもよい)。",
        ),
        show_default=False,
    ),
]
Complete: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="REQUEST",
        help=words(
            "Finish the file of this request, with --signature and --certificate.",
            "この署名依頼のファイルを完成させる (--signature と --certificate を併用)。",
        ),
        show_default=False,
    ),
]
SignatureFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=words(
            "The signature that was made elsewhere, raw or base64.",
            "別の場所で作った署名値 (そのまま、または base64)。",
        ),
        show_default=False,
    ),
]

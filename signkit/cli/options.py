"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from signkit.cli.language import words

Output: TypeAlias = Annotated[
    Path | None, typer.Option("-o", "--output", help=words("Where to write.", "出力先。"), show_default=False)
]
Overwrite: TypeAlias = Annotated[
    bool, typer.Option("--overwrite", help=words("Replace the output if it exists.", "出力先が既にあれば置き換える。"))
]
Tsa: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--tsa",
        metavar="URL",
        help=words(
            "Timestamp service (RFC 3161); may be repeated, the next is tried when one fails. 'rehearsal' is the "
            "rehearsal's own. Default: tsa_urls in signkit.toml.",
            "タイムスタンプ局 (RFC 3161)。複数指定でき、失敗すると次を試す。rehearsal はリハーサル用。"
            "既定: signkit.toml の tsa_urls。",
        ),
        show_default=False,
    ),
]
EvidenceFolders: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--evidence",
        metavar="FOLDER",
        help=words(
            "Folder with CRLs (.crl) and OCSP responses (.ocsp).",
            "CRL (.crl) と OCSP 応答 (.ocsp) のあるフォルダー。",
        ),
        show_default=False,
    ),
]
Trust: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--trust",
        metavar="PATH",
        help=words(
            "CA certificate file or folder to rely on, beside the shipped JPKI CAs.",
            "同梱の公的個人認証 CA のほかに信頼する CA 証明書のファイルまたはフォルダー。",
        ),
        show_default=False,
    ),
]

"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import words
from signkit.cli.option_groups import OptionGroup
from signkit.reporting.formats.writer import ReportFormat

if TYPE_CHECKING:
    from signkit.cli.passwords import DocumentPassword
    from signkit.settings import Settings
    from signkit.signing.levels import Services


class TextOrJson(StrEnum):
    """How an answer is written that is no report."""

    TEXT = "text"
    JSON = "json"


TemplateName: TypeAlias = Annotated[
    str, typer.Argument(help=words("Template name or folder.", "ひな形の名前またはフォルダー。"))
]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help=words("Where to write; a folder for several files.", "出力先。複数のファイルのときはフォルダー。"),
        show_default=False,
    ),
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
            "CA certificate file or folder to rely on, beside the shipped JPKI CAs; 'rehearsal': the rehearsal's own.",
            "同梱の公的個人認証 CA のほかに信頼する CA 証明書のファイルまたはフォルダー。rehearsal はリハーサル用。",
        ),
        show_default=False,
    ),
]
ReportFormatOption: TypeAlias = Annotated[
    ReportFormat, typer.Option("--format", help=words("How results are written.", "結果の形式。"))
]
PlainFormat: TypeAlias = Annotated[TextOrJson, typer.Option("--format", help=words("text or json.", "text、json。"))]
Policy: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE",
        help=words(
            "default, strict, archive, or a policy file (.toml).",
            "default、strict、archive、または .toml ファイル。",
        ),
    ),
]
PolicyAsJudged: TypeAlias = Annotated[
    str, typer.Option(metavar="NAME|FILE", help=words("As for 'signkit validate'.", "signkit validate と同じ。"))
]
At: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help=words("Judge as of this time (ISO 8601).", "この時点で検証する (ISO 8601)。"),
        show_default=False,
    ),
]
Offline: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--offline", help=words("Open no socket; use the evidence at hand.", "通信せず、手元の証拠だけを使う。")
    ),
]
Identity: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--identity",
        help=words("Show name, address, birth date and sex of JPKI signers.", "署名者の基本4情報を表示する。"),
    ),
]
TemplateNames: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--template",
        metavar="DIR|NAME",
        help=words(
            "Compare with this template instead of your own and the shipped ones; may be repeated.",
            "自分のひな形や同梱のひな形の代わりに、このひな形と比べる。複数指定可。",
        ),
        show_default=False,
    ),
]
SignerUri: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="URI",
        help=words(
            "The key: card, card:READER, card:virtual, p12:FILE, pkcs11:…, csc:https://…, agent:PORT, "
            "auth-app:production (a phone).",
            "鍵: card、card:リーダー名、card:virtual、p12:ファイル、pkcs11:…、csc:https://…、agent:ポート、"
            "auth-app:production (スマートフォン)。",
        ),
    ),
]
LevelName: TypeAlias = Annotated[
    str, typer.Option(metavar="LEVEL", help=words("B-B, B-T, B-LT or B-LTA.", "B-B、B-T、B-LT、B-LTA。"))
]
PinStdin: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--pin-stdin", help=words("Read the secret from stdin, a line each.", "秘密情報を標準入力から1行ずつ読む。")
    ),
]
AskPassword: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--ask-password",
        help=words(
            "Ask for the password of encrypted PDFs (one for all; the owner's where signing is restricted).",
            "暗号化された PDF のパスワードを尋ねる (全ファイル共通。署名が制限されていれば所有者のもの)。",
        ),
    ),
]
PasswordStdin: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help=words(
            "Read the password of encrypted PDFs from the first line of stdin.",
            "暗号化された PDF のパスワードを標準入力の最初の行から読む。",
        ),
    ),
]
OpenBrowser: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--browser/--no-browser",
        help=words("Open the browser, or only say which file leads there.", "ブラウザーを自動で開くかどうか。"),
    ),
]
UseLastTry: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--use-last-try",
        help=words(
            "Send the PIN although one try is left: a wrong one locks the card.",
            "残り1回でも送信する。間違えるとカードがロックされる。",
        ),
    ),
]


@dataclass(frozen=True)
class EvidenceOptions(OptionGroup):
    """Where time and revocation evidence come from."""

    HEADING = words("Time and evidence", "時刻と証拠")

    tsa: Tsa = None
    evidence: EvidenceFolders = None
    trust: Trust = None

    def services(self, settings: Settings) -> Services:
        """Return the services that signing and extending use."""
        from signkit.signing.services import available_services

        return available_services(settings, tsa=self.tsa or (), evidence=self.evidence or (), trust=self.trust or ())


@dataclass(frozen=True)
class KeyOptions(OptionGroup):
    """Which key signs, and how its secret is typed."""

    HEADING = words("The key", "鍵")

    signer: SignerUri
    pin_stdin: PinStdin = False
    use_last_try: UseLastTry = False


@dataclass(frozen=True)
class PasswordOptions(OptionGroup):
    """How the password of encrypted PDFs is typed."""

    HEADING = words("Encrypted PDFs", "暗号化された PDF")

    ask_password: AskPassword = False
    password_stdin: PasswordStdin = False

    def document_password(self) -> DocumentPassword:
        """Return what opens the files of this run, asked for now where that was wished."""
        from signkit.cli.passwords import DocumentPassword

        return DocumentPassword(ask=self.ask_password, from_stdin=self.password_stdin)

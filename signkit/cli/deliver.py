"""``signkit deliver``: handing a contract over: is there consent, and a folder with all that the recipient needs."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.files import output_beside, read_input
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import (
    AskPassword,
    At,
    EvidenceFolders,
    Offline,
    Output,
    Overwrite,
    PasswordStdin,
    PlainFormat,
    TextOrJson,
    Trust,
)
from signkit.cli.passwords import DocumentPassword
from signkit.cli.terminal import tell
from signkit.errors import ExitCode, UsageProblem, naming
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.delivery.check import DeliveryCheck, RecipientCheck
    from signkit.delivery.consent import JudgedConsent
    from signkit.validation.options import ValidationOptions

HELP = words("Hand a contract over: check consents, make a folder.", "契約書を提供する: 承諾の確認と提供用フォルダー。")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


Contract: TypeAlias = Annotated[Path, typer.Argument(help=words("The signed contract.", "署名済みの契約書。"))]
Consents: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--consent",
        metavar="PDF",
        help=words(
            "A recipient's consent, or its withdrawal; may be repeated.", "相手方の承諾書または撤回書。複数指定できる。"
        ),
        show_default=False,
    ),
]
Day: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="DATE",
        help=words("Day of delivery. Default: the contract's date.", "提供する日。既定: 契約書の日付。"),
        show_default=False,
    ),
]
ReplacePack: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help=words("Replace a folder that was packed before.", "以前に作ったフォルダーを置き換える。"),
    ),
]
AllowIndeterminate: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--allow-indeterminate",
        help=words(
            "Go on although signatures are not proven; the pages say so.",
            "確認できない署名があっても作成する (その旨が記載される)。",
        ),
    ),
]


@app.command("check", help=words("Is there consent to electronic delivery?", "電磁的方法による提供の承諾を確かめる。"))
def check(
    contract: Contract,
    consent: Consents = None,
    on: Day = None,
    format_: PlainFormat = TextOrJson.TEXT,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Print the answer a recipient; the exit code is the worst answer's."""
    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    checked, _, _ = _check_files(contract, consent, on, _options(trust, evidence, at, offline), password)
    written = json_text(checked.to_json()) + "\n" if format_ is TextOrJson.JSON else _text(checked)
    sys.stdout.write(written)
    raise typer.Exit(_EXIT_CODES[checked.answer.value])


@app.command("pack", help=words("Make the folder that is handed over.", "提供用のフォルダーを作る。"))
def pack(
    contract: Contract,
    output: Annotated[Path, typer.Option("-o", "--output", help=words("The folder to make.", "作るフォルダー。"))],
    overwrite: ReplacePack = False,
    consent: Consents = None,
    on: Day = None,
    allow_indeterminate: AllowIndeterminate = False,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Check, then write contract, consents, how-to-check sheet, receipts, certificate, digests and the mail's text."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.pack import make_pack, write_pack
    from signkit.settings import load_settings

    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    options = _options(trust, evidence, at, offline)
    checked, content, consents = _check_files(contract, consent, on, options, password)
    fonts = font_set(load_settings().font_folders)
    made = make_pack(checked, content, consents, allow_indeterminate=allow_indeterminate, fonts=fonts)
    write_pack(output, made, overwrite=overwrite)
    if checked.rule is None:
        tell(_NO_RULE)
    if made.no_certificate is not None:
        tell(_NO_CERTIFICATE, cause=made.no_certificate.in_language(LANGUAGE))
    for name in made.files:
        print(output / name)


@app.command("withdraw", help=words("Make the withdrawal of a consent, to be signed.", "承諾の撤回書を作る (要署名)。"))
def withdraw(
    consent: Annotated[Path, typer.Argument(help=words("The consent.", "承諾書。"))],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=words("Day of the withdrawal.", "撤回の日。"))],
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the document by which the recipient withdraws the consent."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.consent import read_consent, withdrawal
    from signkit.output import write_checked
    from signkit.settings import load_settings

    with naming(consent):
        given = read_consent(read_input(consent), str(consent), _options(None, None, None, offline=True))
    page = withdrawal(given, _required_day(on), font_set(load_settings().font_folders))
    target = output_beside(consent, "withdrawal", output)
    write_checked(target, page, overwrite=overwrite)
    print(target)


def _options(trust: list[Path] | None, evidence: list[Path] | None, at: str | None, offline: bool) -> ValidationOptions:
    from signkit.cli.judging import chosen_options

    return chosen_options("default", trust, evidence, at, offline, identity=False)


def _check_files(
    contract: Path,
    consents: list[Path] | None,
    on: str | None,
    options: ValidationOptions,
    password: DocumentPassword,
) -> tuple[DeliveryCheck, bytes, list[tuple[str, bytes]]]:
    from signkit.delivery.check import check_delivery
    from signkit.delivery.consent import read_consent
    from signkit.progress.contract import contract_status

    day = _required_day(on) if on is not None else None
    content = read_input(contract)
    files = [(str(path), read_input(path)) for path in consents or ()]
    for name, data in ((str(contract), content), *files):
        password.check(data, Path(name), to_sign=False)
    options = replace(options, password=password.value)
    with naming(contract):
        status = contract_status(content, str(contract), options)
    read: list[JudgedConsent] = []
    for name, data in files:
        with naming(name):
            read.append(read_consent(data, name, options))
    return check_delivery(status, read, day), content, files


def _required_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem(
            Text(f"{text!r} is no date", f"{text!r} は日付ではありません"),
            Text("Write it like 2026-11-21.", "例: 2026-11-21"),
        ) from error


def _text(checked: DeliveryCheck) -> str:
    lines = [f"{checked.status.file}: {translate(_ANSWERS[checked.answer.value])}"]
    if checked.rule is not None:
        lines[0] += f" ({checked.rule.law.in_language(LANGUAGE)})"
    lines += [f"  - {translate(point.text)}" for point in checked.points]
    for recipient in checked.recipients:
        lines.append(f"  {_of(recipient)}")
        lines += [f"    - {translate(point.text)}" for point in recipient.points]
    return "\n".join(lines) + "\n"


def _of(recipient: RecipientCheck) -> str:
    label = f"{recipient.label.in_language(LANGUAGE)} ({recipient.role})"
    consent = recipient.consent
    if consent is None:
        return translate(_NO_CONSENT, label=label)
    sentence = _WITHDRAWN if consent.state == "withdrawn" else _GIVEN
    return translate(
        sentence,
        label=label,
        day=consent.day,
        file=consent.file,
        means=consent.means or "-",
        format=consent.file_format or "-",
    )


_EXIT_CODES = {
    "in-order": ExitCode.DONE,
    "not-proven": ExitCode.INDETERMINATE,
    "no-rule": ExitCode.INDETERMINATE,
    "missing": ExitCode.CONTRACT_REFUSED,
}
_NO_RULE = Text(
    "SignKit knows no rule of consent for this kind of document, and has checked none.",
    "この種類の文書に必要な承諾の決まりを SignKit は知らないため、確かめていません。",
)
_ANSWERS = {
    "in-order": Text("consent is in order", "承諾がそろっています"),
    "not-proven": Text("consent is there, but not proven", "承諾はありますが、証明されていません"),
    "missing": Text("may not be called delivered electronically", "電磁的方法による提供の要件がそろっていません"),
    "no-rule": _NO_RULE,
}
_NO_CONSENT = Text("{label}: no consent", "{label}: 承諾なし")
_GIVEN = Text(
    "{label}: consented on {day}: {means}, {format} ({file})", "{label}: {day} に承諾。{means}、{format} ({file})"
)
_WITHDRAWN = Text("{label}: withdrew on {day} ({file})", "{label}: {day} に撤回 ({file})")
_NO_CERTIFICATE = Text("Without a completion certificate: {cause}.", "合意締結証明書は入れていません: {cause}。")

"""``signkit complete``: the completion certificate (合意締結証明書)."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.deliver import AllowIndeterminate
from signkit.cli.files import output_beside, read_input
from signkit.cli.language import words
from signkit.cli.options import (
    AskPassword,
    At,
    EvidenceFolders,
    Offline,
    Output,
    Overwrite,
    PasswordStdin,
    PolicyAsJudged,
    TemplateNames,
    Trust,
)
from signkit.cli.passwords import DocumentPassword
from signkit.errors import naming

HELP = words(
    "Make the completion certificate of a contract that all have signed.", "全員が署名した契約の合意締結証明書を作る。"
)


class PageLanguage(StrEnum):
    """In which language the page is written."""

    JA = "ja"
    EN = "en"


def run(
    pdf: Annotated[Path, typer.Argument(help=words("The signed contract.", "署名済みの契約書。"))],
    output: Output = None,
    overwrite: Overwrite = False,
    language: Annotated[
        PageLanguage, typer.Option("--language", help=words("Language of the page.", "証明書の言語。"))
    ] = PageLanguage.JA,
    allow_indeterminate: AllowIndeterminate = False,
    policy: PolicyAsJudged = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    template: TemplateNames = None,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Judge the contract and write the page."""
    from signkit.cli.judging import chosen_options
    from signkit.contracts.fonts import font_set
    from signkit.delivery.certificate import completion_certificate
    from signkit.output import write_checked
    from signkit.progress.contract import contract_status
    from signkit.settings import load_settings

    options = chosen_options(policy, trust, evidence, at, offline, check_template=True, templates=template)
    target = output_beside(pdf, "certificate", output)
    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    data = read_input(pdf)
    password.check(data, pdf, to_sign=False)
    fonts = font_set(load_settings().font_folders)
    with naming(pdf):
        status = contract_status(data, str(pdf), replace(options, password=password.value))
        page = completion_certificate(
            status, language=language.value, allow_indeterminate=allow_indeterminate, fonts=fonts
        )
    write_checked(target, page, overwrite=overwrite)
    print(target)

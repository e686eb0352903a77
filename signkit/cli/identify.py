"""``signkit identify``: the record of an identity check (取引時確認記録), from a party's JPKI signature."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.files import output_beside, read_input
from signkit.cli.language import words
from signkit.cli.options import At, EvidenceFolders, Offline, Output, Overwrite, PolicyAsJudged, Trust
from signkit.cli.terminal import tell
from signkit.errors import naming
from signkit.words import Text

HELP = words(
    "Make the record of an identity check from a party's JPKI signature.",
    "当事者の公的個人認証による署名から取引時確認記録を作る。",
)


def run(
    pdf: Annotated[
        Path, typer.Argument(help=words("The signed contract or application.", "署名済みの契約書または申込書。"))
    ],
    asked: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help=words(
                "What no signature says (purpose, occupation, who checked): .yaml, .json or .toml.",
                "署名からは分からない項目 (目的、職業、確認を行った者など): .yaml、.json、.toml。",
            ),
        ),
    ],
    role: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="ROLE",
            help=words("Whose identity: the field that the party signed.", "誰を確認するか: その当事者が署名した欄。"),
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            "--hash-key",
            metavar="FILE",
            help=words(
                "Key of the hash that stands in place of the certificate's number; made where there is none. "
                "Default: identity.key in SignKit's folder. Keep it apart from the records.",
                "証明書の発行番号に代わるハッシュ値の鍵。なければ作る。既定: SignKit のフォルダーの identity.key。"
                "記録とは別に保管する。",
            ),
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    overwrite: Overwrite = False,
    policy: PolicyAsJudged = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
) -> None:
    """Judge the signature, write the record, and say who signs it."""
    from signkit.cli.judging import chosen_options
    from signkit.contracts.data import load_contract_data
    from signkit.delivery.identity_record import identity_record
    from signkit.jpki.keyed_number import kept_key
    from signkit.output import write_checked
    from signkit.progress.contract import contract_status
    from signkit.settings import load_settings
    from signkit.signing.turn import one_role

    settings = load_settings()
    options = chosen_options(policy, trust, evidence, at, offline, identity=True)
    content = read_input(pdf)
    items = load_contract_data(asked)
    with naming(pdf):
        status = contract_status(content, str(pdf), options)
        role = one_role(role, status.contract)
    target = output_beside(pdf, f"{role}-identity", output)
    hash_key = kept_key(key or settings.home_folder() / "identity.key")
    record = identity_record(content, status, role, items, hash_key, settings)
    write_checked(target, record.pdf, overwrite=overwrite)
    for reason in record.draft_because:
        tell(_DRAFT, reason=reason)
    tell(_MADE, target=target)
    print(target)


_DRAFT = Text("A draft only: {reason}", "下書きです: {reason}")
_MADE = Text(
    "Made {target}. Who made the check signs it: signkit sign {target} --as checker --signer …",
    "{target} を作りました。確認を行った者が署名します: signkit sign {target} --as checker --signer …",
)

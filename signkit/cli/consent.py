"""``signkit consent``: the consent to electronic delivery that a contract asks for, to be signed by its recipient."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.files import output_beside, read_input, refuse_existing
from signkit.cli.language import words
from signkit.cli.options import Output, Overwrite
from signkit.cli.terminal import tell
from signkit.delivery.means import Means
from signkit.errors import UsageProblem, naming
from signkit.words import Text

HELP = words(
    "Make the consent to electronic delivery from the contract.", "契約書から電磁的方法による提供の承諾書を作る。"
)


def run(
    contract: Annotated[
        Path,
        typer.Argument(metavar="CONTRACT", help=words("The contract, signed or not.", "契約書 (署名前でもよい)。")),
    ],
    role: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="ROLE",
            help=words(
                "Who consents. Default: all who have to, a file each.", "承諾する者の役割。既定: 必要な全員 (各1通)。"
            ),
            show_default=False,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help=words("Day of the consent. Default: today.", "承諾の日。既定: 今日。"),
            show_default=False,
        ),
    ] = None,
    means: Annotated[
        Means, typer.Option(help=words("How the files are handed over.", "提供の方法 (メール・ウェブ・媒体)。"))
    ] = Means.MAIL,
    destination: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help=words(
                "Where to. Default: the address that the recipient has told.", "送信先など。既定: 本人が通知した宛先。"
            ),
            show_default=False,
        ),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help=words("How the provider is reached. Default: its address.", "提供する者の連絡先。既定: その所在地。"),
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Write consents as contracts of the template ``consent``, each with a field for its recipient's signature."""
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template
    from signkit.delivery.consent_making import ConsentTerms, consent_data, roles_to_consent
    from signkit.output import make_folder, write_checked
    from signkit.pdf.embedded_contract import read_contract, role_asked_for
    from signkit.settings import load_settings

    settings = load_settings()
    with naming(contract):
        embedded = read_contract(read_input(contract))
    terms = ConsentTerms(_day(on), means, destination, contact)
    parties = embedded.parties if embedded is not None else ()
    roles = (role_asked_for(role, parties),) if role is not None else roles_to_consent(embedded)
    template = find_template("consent", settings)
    made = {who: render_contract(template, consent_data(embedded, who, terms), settings).pdf for who in roles}
    targets = {who: _target(contract, who, output, several=len(made) > 1) for who in made}
    if output is not None and len(made) > 1:
        make_folder(output)
    for target in targets.values():
        refuse_existing(target, overwrite)
    for who, pdf in made.items():
        write_checked(targets[who], pdf, overwrite=overwrite)
        print(targets[who])
    for target in targets.values():
        tell(_NEXT, target=shlex.quote(str(target)))
    signed = [target.with_name(f"{target.stem}-recipient.pdf") for target in targets.values()]  # as sign names it
    consents = "".join(f" --consent {shlex.quote(str(each))}" for each in signed)
    tell(_THEN, contract=shlex.quote(str(contract)), consents=consents)


def _target(contract: Path, role: str, output: Path | None, *, several: bool) -> Path:
    name = f"consent-{role}"
    if output is not None and several:
        return output / f"{contract.stem}-{name}.pdf"
    return output_beside(contract, name, output)


def _day(text: str | None) -> date:
    """Return the day of the consent; today's in Japan, where it is given."""
    from datetime import datetime, timedelta, timezone

    if text is None:
        return datetime.now(timezone(timedelta(hours=9))).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem(
            Text(f"{text!r} is no date", f"{text!r} は日付ではありません"),
            Text("Write it like 2026-11-21.", "例: 2026-11-21"),
        ) from error


_NEXT = Text(
    "Have it signed before the contract is delivered: signkit sign {target} --as recipient --signer card",
    "契約書を提供する前に署名を受けてください: signkit sign {target} --as recipient --signer card",
)
_THEN = Text("Then: signkit deliver check {contract}{consents}", "その後: signkit deliver check {contract}{consents}")

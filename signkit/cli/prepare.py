"""``signkit prepare``: the first half of signing with a key that is somewhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.files import output_beside, read_input, refuse_existing
from signkit.cli.language import words
from signkit.cli.options import EvidenceOptions, Overwrite, PasswordOptions
from signkit.cli.sign_options import KeyToComeOptions, TermsOptions
from signkit.cli.terminal import tell
from signkit.errors import naming
from signkit.words import Text

HELP = words(
    "Prepare a PDF for a key that is somewhere else; 'signkit finish' puts its signature in.",
    "別の場所にある鍵での署名を準備する。署名値は signkit finish で取り込む。",
)


RequestFile = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="REQUEST",
        help=words(
            "The request file to write; the prepared PDF goes beside it. Default: beside the PDF.",
            "書き出す署名依頼のファイル。準備した PDF はその隣に置く。既定: PDF の隣。",
        ),
        show_default=False,
    ),
]


def run(
    pdf: Annotated[Path, typer.Argument(help=words("The PDF to sign.", "署名する PDF。"))],
    terms_options: TermsOptions,
    elsewhere: KeyToComeOptions,
    evidence: EvidenceOptions,
    passwords: PasswordOptions,
    output: RequestFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the prepared file and the request that names it, side by side."""
    from signkit.cli.signing_notes import refuse_other_person, tell_attributes, tell_ending, tell_undrawn
    from signkit.contracts.fonts import font_set
    from signkit.output import write_checked
    from signkit.settings import load_settings
    from signkit.signing.deferred import prepare
    from signkit.signing.terms import admit, for_role_of, request_maker

    settings, terms = load_settings(), terms_options.terms()
    terms.profile.refuse_timestamps(wanted=bool(evidence.tsa) or terms.level.has_timestamp)
    password = passwords.document_password()
    data = read_input(pdf)
    password.check(data, pdf, to_sign=True)
    with naming(pdf):
        terms = for_role_of(data, terms, password.value)
    request_file = output or pdf.with_name(f"{pdf.stem}-{terms.role}-request.json")
    prepared_file = request_file.with_name(f"{pdf.stem}-{terms.role}-prepared.pdf")
    for target in (request_file, prepared_file):  # both, or none
        output_beside(pdf, "", target)
        refuse_existing(target, overwrite, kept=data)
    services = evidence.services(settings)
    with naming(pdf):
        admission = admit(data, terms, str(pdf), services.judgement, password.value)
    tell_undrawn(data, pdf, password.value)
    key = elsewhere.key(services)
    if key is not None:
        if terms.needs_party:
            refuse_other_person([admission.party], key)
        tell_attributes(key)
        tell_ending(key.certificate)
    make = request_maker(terms, key, font_set(settings.font_folders), party=admission.party)
    request = make(admission.certify)
    names = (pdf.name, prepared_file.name)
    deferred, prepared = prepare(
        data, names, request, key, terms.level, services, other_person=terms.other_person, password=password.value
    )
    write_checked(prepared_file, prepared, overwrite=overwrite)
    write_checked(request_file, deferred.to_json(), overwrite=overwrite)
    tell(_PREPARED, prepared=prepared_file, request=request_file, expires=f"{deferred.expires:%Y-%m-%d %H:%M} UTC")
    print(request_file)


_PREPARED = Text(
    "Prepared {prepared} (not signed yet). Sign what {request} asks for by {expires}, then: signkit finish {request}",
    "{prepared} を準備しました (まだ署名されていません)。{request} の内容に {expires} までに署名し、"
    "signkit finish {request} で完成させてください。",
)

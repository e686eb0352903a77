"""The registry of known cards on the command line: where it is, customer numbers, and who signed a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from signkit.cli.files import nobody_signed, read_input
from signkit.cli.language import words
from signkit.errors import UsageProblem, naming
from signkit.words import Text, are_shown

if TYPE_CHECKING:
    from signkit.holder.binding import FileSigner
    from signkit.holder.judgement import CardJudgement
    from signkit.holder.touch import TouchRegistry
    from signkit.validation.report import Verdict

_CUSTOMER_LENGTH = 64

RegistryFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--registry",
        metavar="FILE",
        help=words("The registry; default: in SignKit's home folder.", "台帳。既定: SignKit のデータフォルダー内。"),
        show_default=False,
    ),
]
SignerOf: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--signer-of",
        metavar="FILE",
        help=words(
            "Also: did the card's holder sign this PDF? By what 'card bind' bound at a counter.",
            "あわせて、この PDF に署名した人のカードかを答える (card bind で窓口で結び付けたもの)。",
        ),
        show_default=False,
    ),
]


CustomerNumber: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--customer",
        metavar="NUMBER",
        help=words(
            "When a card is registered or bound: the customer number that later touches of it answer.",
            "登録または結び付けのとき: 以後このカードをかざすと答える顧客番号。",
        ),
        show_default=False,
    ),
]


def registry_file(named: Path | None) -> Path:
    """Return the registry that is named, or the one in SignKit's home."""
    from signkit.settings import load_settings

    return named or load_settings().home_folder() / "touch.sqlite"


def check_customer(customer: str | None) -> None:
    """Refuse what is no customer number.

    Raises:
        UsageProblem: it is blank, too long, not printable, or looks like an Individual Number.
    """
    from signkit.contracts.privacy import holds_my_number

    if customer is None:
        return
    if not customer.strip() or len(customer) > _CUSTOMER_LENGTH or not are_shown(customer):
        raise UsageProblem(
            Text(
                f"--customer takes 1 to {_CUSTOMER_LENGTH} printable characters",
                f"--customer は印字できる1〜{_CUSTOMER_LENGTH}文字です",
            ),
            Text("For example --customer C-10234.", "例: --customer C-10234"),
        )
    if holds_my_number(customer):  # 番号法9条: no use of the number for one's own ends
        raise UsageProblem(
            Text("The customer number looks like an Individual Number", "顧客番号が個人番号のように見えます"),
            Text("Give a number of your own making.", "自社で付けた番号を指定してください。"),
        )


def file_signers(
    path: Path | None, trust: list[Path] | None, evidence: list[Path] | None
) -> tuple[FileSigner, ...] | None:
    """Judge the PDF that ``--signer-of`` names, and return who signed it; None where none is named.

    Raises:
        InputUnreadable, PdfNotSignable: it cannot be read.
        UsageProblem: nobody has signed it.
    """
    from signkit.cli.judging import chosen_options
    from signkit.holder.binding import FileSigner
    from signkit.signing.embedded import embedded_in
    from signkit.validation.pdf import validate_pdf

    if path is None:
        return None
    data = read_input(path)
    with naming(path):
        signed_by = embedded_in(data).signed_by
    if not signed_by:
        raise nobody_signed(path)
    # As for the card: nobody is asked over the network while a person waits at the counter.
    report = validate_pdf(data, name=str(path), options=chosen_options(trust=trust, evidence=evidence, offline=True))
    verdicts = {signature.field: signature.verdict for signature in report.signatures}
    return tuple(FileSigner(field, each.dump(), _standing(verdicts.get(field))) for field, each in signed_by)


def with_signer(
    judgement: CardJudgement, registry: TouchRegistry, certificate: bytes, signers: Sequence[FileSigner] | None
) -> CardJudgement:
    """Return the judgement of a card with the answer to ``--signer-of``, where that was asked."""
    from signkit.holder.binding import judge_file_signer

    if signers is None:
        return judgement
    return replace(judgement, findings=(*judgement.findings, judge_file_signer(registry, certificate, signers)))


def _standing(verdict: Verdict | None) -> Literal["passed", "failed", "open"]:
    from signkit.validation.report import Verdict

    if verdict is Verdict.PASSED:
        return "passed"
    return "failed" if verdict in (Verdict.FAILED, Verdict.UNREADABLE) else "open"

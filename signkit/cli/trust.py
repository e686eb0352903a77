"""``signkit trust``: whom this installation believes, and the revocation lists that it holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli import trust_lists
from signkit.cli.card.common import Reader
from signkit.cli.language import words
from signkit.cli.options import Trust
from signkit.cli.terminal import report_error, tell
from signkit.cli.trust_confirming import confirm_fingerprints, keep_certificates, show_certificate
from signkit.errors import SignKitError, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.pki.revocation.crl_import import ImportedList

HELP = words("Trust anchors and imported revocation lists.", "信頼する CA と、取り込んだ失効リスト。")

app = typer.Typer(no_args_is_help=True)


# --- list ----------------------------------------------------------------------------------------------------


@app.command(
    "list", help=words("List the CA certificates that signatures may rest on.", "署名の根拠にできる CA 証明書の一覧。")
)
def list_(trust: Trust = None) -> None:
    """Print source, name, end of validity, SHA-256, purposes and list of every anchor, those of imported lists last.

    Tell of imported lists, of revocation and of trust, that are out of date.
    """
    from signkit.cli.trust_anchors import anchor_lines, stale_lists
    from signkit.settings import load_settings

    settings = load_settings(strict=False)
    if settings.unknown:
        tell(_UNKNOWN, names=", ".join(settings.unknown))
    for line in anchor_lines(settings, trust or ()):
        print(line)
    if (home := settings.known_home()) is not None:
        for found in stale_lists(settings):
            tell(_STALE_LIST, name=found.name, due=found.next_update and _time(found.next_update))
        _tell_stale(home)


def _tell_stale(home: Path) -> None:
    from signkit.errors import CrlIndexDamaged
    from signkit.pki.revocation.indexed import imported_lists, index_folder

    try:
        headers = imported_lists(index_folder(home))
    except CrlIndexDamaged as error:
        report_error(error)
        return
    for header in headers:
        if header.next_update < datetime.now(UTC):
            of = header.partition or header.issuer
            tell(_STALE, of=of, issued=_time(header.this_update), due=_time(header.next_update))


_STALE_LIST = Text(
    "The imported trust list of {name} is out of date: the next one was due {due}. Import that: signkit trust "
    "import-list",
    "取り込んだトラストリスト ({name}) は古くなっています: 次回発行予定 {due}。"
    "signkit trust import-list で最新のものを取り込んでください。",
)
_UNKNOWN = Text(
    "The settings hold names that are no settings and were passed over: {names}.",
    "設定ファイルに、設定にない名前があります (無視しました): {names}。",
)
_STALE = Text(
    "The imported revocation list of {of} is out of date: issued {issued}, the next one was due {due}.",
    "取り込んだ失効リスト ({of}) は古くなっています: 発行 {issued}、次回発行予定 {due}。",
)


# --- add -----------------------------------------------------------------------------------------------------


@app.command(help=words("Believe a CA from now on.", "CA を今後ずっと信頼する。"))
def add(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…",
            help=words("CA certificates, PEM or DER.", "CA 証明書 (PEM または DER)。"),
            show_default=False,
        ),
    ] = None,
    from_card: Annotated[
        bool,
        typer.Option(
            "--from-card",
            help=words(
                "Take the CA for user authentication from the card on the reader; its fingerprint must be typed.",
                "利用者証明用認証局の証明書を、リーダー上のカードから取り込む。フィンガープリントの入力が必要。",
            ),
        ),
    ] = False,
    reader: Reader = None,
    yes: Annotated[bool, typer.Option("--yes", help=words("Do not ask for confirmation.", "確認を省く。"))] = False,
) -> None:
    """Show each certificate with its fingerprint and, once confirmed, keep it in the user's home."""
    if from_card:
        from signkit.cli.trust_card import add_from_card

        add_from_card(reader, files or [], yes=yes)
        return
    if not files:
        raise UsageProblem(
            Text("No file is named", "ファイルの指定がありません"),
            Text("Name CA certificates, or use --from-card.", "CA 証明書か --from-card を指定してください。"),
        )
    _add_files(files, yes=yes)


def _add_files(files: list[Path], *, yes: bool) -> None:
    from asn1crypto import x509

    from signkit.pki.anchors import read_certificates
    from signkit.settings import load_settings
    from signkit.validation.added_anchors import authority_file
    from signkit.validation.options import home_trust_folder

    folder = home_trust_folder(load_settings())
    fresh: dict[Path, bytes] = {}
    for file in files:
        for der in read_certificates(file):
            certificate = x509.Certificate.load(der)
            target = authority_file(folder, der, str(file))
            show_certificate(certificate)
            if target.exists():
                tell(Text("It is trusted already.", "既に信頼されています。"))
            else:
                fresh[target] = der
    if fresh:
        confirm_fingerprints(len(fresh), assume_yes=yes)
        keep_certificates(folder, fresh)


# --- import-list ---------------------------------------------------------------------------------------------


app.command("import-list", help=trust_lists.HELP)(trust_lists.import_list)


# --- import-crl ----------------------------------------------------------------------------------------------


@app.command(
    "import-crl",
    help=words(
        "Check revocation lists (CRL) once and index them, so that each later question is quick.",
        "失効リスト (CRL) を一度だけ検証してインデックスを作り、以後の照会を速くする。",
    ),
)
def import_crl(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help=words("Complete or delta CRLs, DER or PEM.", "完全または差分 CRL (DER または PEM)。")
        ),
    ],
    issuer: Annotated[
        list[Path] | None,
        typer.Option(
            "--issuer",
            metavar="PATH",
            help=words(
                "Certificate of the CA that issued them, where it is no trust anchor.",
                "発行した CA の証明書 (信頼する CA に含まれない場合)。",
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print a line a list; one that is refused is told and does not keep the others away."""
    from signkit.pki.revocation.crl_import import import_order

    take = _importer(issuer or [])
    codes = [code for file in import_order(files) if (code := _take(take, file))]
    if codes:
        raise typer.Exit(codes[0])


def _importer(issuers: list[Path]) -> Callable[[Path], ImportedList]:
    from asn1crypto import x509

    from signkit.pki.anchors import load_anchors
    from signkit.pki.revocation.crl_import import import_crl
    from signkit.pki.revocation.indexed import index_folder
    from signkit.settings import load_settings
    from signkit.validation.options import trust_store

    settings = load_settings()
    anchors = [*trust_store(settings).anchors]
    anchors += [anchor for path in issuers for anchor in load_anchors(path)]
    candidates = [x509.Certificate.load(anchor.certificate) for anchor in anchors]
    return lambda file: import_crl(file, index_folder(settings.home_folder()), candidates, datetime.now(UTC))


def _take(take: Callable[[Path], ImportedList], file: Path) -> int:
    start = time.perf_counter()
    try:
        header = take(file).header
    except SignKitError as error:
        return report_error(error)
    seconds = time.perf_counter() - start
    tell(_IMPORTED, file=file, entries=header.entries, seconds=f"{seconds:.1f}")
    times = f"{_time(header.this_update)}\t{_time(header.next_update)}"
    print(f"{header.issuer}\t{header.entries}\t{times}\t{header.partition or '-'}\t{seconds:.3f}", flush=True)
    return 0


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


_IMPORTED = Text(
    "Imported {file}: {entries} revoked certificates, in {seconds} s.",
    "{file} を取り込みました: 失効した証明書 {entries} 件、{seconds} 秒。",
)

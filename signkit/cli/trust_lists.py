"""``signkit trust import-list``: lists of services that others keep, and bundles of certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import words
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.incoming import read_file
from signkit.limits import TRUST_LIST_BYTES
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.pki.trust_lists.bundle import BundleTerms
    from signkit.pki.trust_lists.values import TrustList

HELP = words(
    "Believe the services of a trust list (ETSI TS 119 612), or a bundle of certificates (PKCS#7, PEM).",
    "トラストリスト (ETSI TS 119 612) のサービス、または証明書の束 (PKCS#7、PEM) を信頼する。",
)


class PurposeChoice(StrEnum):
    """What the certificates of a bundle are believed for."""

    SIGN = "sign"
    SEAL = "seal"
    TIMESTAMP = "timestamp"


def import_list(
    file: Annotated[Path, typer.Argument(help=words("The list or bundle.", "リスト、または証明書の束。"))],
    signer: Annotated[
        list[Path] | None,
        typer.Option(
            "--signer",
            metavar="PATH",
            help=words(
                "Certificate that may sign the list; may be repeated. Without it, once: you are asked about its "
                "fingerprint; later: whoever signed the issue before.",
                "リストに署名してよい証明書。複数指定可。指定がなければ、初回はフィンガープリントを確認し、"
                "以後は前回と同じ署名者だけを認める。",
            ),
            show_default=False,
        ),
    ] = None,
    purpose: Annotated[
        list[PurposeChoice] | None,
        typer.Option(
            "--purpose",
            help=words(
                "Bundles: what it is believed for: sign, seal, timestamp; may be repeated.",
                "証明書の束の用途: sign (個人の署名)、seal (組織の署名)、timestamp。複数指定可。",
            ),
            show_default=False,
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            help=words(
                "Bundles: what it is called (default: the file's name).", "証明書の束の名前 (既定: ファイル名)。"
            ),
            show_default=False,
        ),
    ] = None,
    service_of: Annotated[
        list[str] | None,
        typer.Option(
            "--service-of",
            metavar="ORGANISATION",
            help=words(
                "Bundles: the organisation (O=) whose keys under it sign what users tell it to (立会人型).",
                "証明書の束: この下の鍵で、利用者の指示により署名する事業者 (証明書の O=)。立会人型のサービス。",
            ),
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=words("Do not ask for confirmation.", "確認を省く。"))] = False,
) -> None:
    """Check the list, have its signer confirmed where he is new, and keep it; print what it is."""
    from signkit.pki.trust_lists.bundle import BundleTerms
    from signkit.pki.trust_lists.etsi import is_xml
    from signkit.pki.trust_lists.values import Purpose

    data = read_file(file, TRUST_LIST_BYTES)
    if is_xml(data):
        if purpose or label or service_of:
            raise UsageProblem(
                Text("A trust list says itself what its services are for", "用途はトラストリスト自身が示します"),
                Text(
                    "Leave --purpose, --label and --service-of out.",
                    "--purpose、--label、--service-of を外してください。",
                ),
            )
        _import_etsi(data, file, signer or [], yes=yes)
        return
    if not purpose:
        raise UsageProblem(
            Text("A bundle of certificates does not say what it is for", "証明書の束には、用途が書かれていません"),
            Text(
                "Add --purpose sign, seal or timestamp.",
                "--purpose に sign、seal、timestamp のいずれかを指定してください。",
            ),
        )
    purposes: frozenset[Purpose] = frozenset(item.value for item in purpose)
    _import_bundle(data, file, BundleTerms(label or file.name, purposes, tuple(service_of or ())), yes=yes)


def _import_etsi(data: bytes, file: Path, signers: Sequence[Path], *, yes: bool) -> None:
    from asn1crypto import x509

    from signkit.cli.trust_confirming import confirm_fingerprints, show_certificate
    from signkit.pki.anchors import read_certificates
    from signkit.pki.trust_lists.etsi import read_list, take_apart
    from signkit.pki.trust_lists.importing import check_sequence, check_signer, imported_before

    found = read_list(take_apart(data, str(file)), str(file), datetime.now(UTC))
    before = imported_before(_folder(), found)
    named = [der for path in signers for der in read_certificates(path)]
    must_confirm = check_signer(found, before, named)
    if not check_sequence(found, before):
        tell(_SAME, name=found.name)
        return
    if must_confirm and found.signer is not None:
        tell(_NEW_SIGNER, name=found.name)
        show_certificate(x509.Certificate.load(found.signer))
        confirm_fingerprints(1, assume_yes=yes)
    _keep(found)


def _import_bundle(data: bytes, file: Path, terms: BundleTerms, *, yes: bool) -> None:
    from asn1crypto import x509

    from signkit.cli.trust_confirming import confirm_fingerprints, show_certificate
    from signkit.pki.trust_lists.bundle import read_bundle

    found = read_bundle(data, str(file), terms, datetime.now(UTC))
    for service in found.services:
        show_certificate(x509.Certificate.load(service.certificates[0]))
    confirm_fingerprints(len(found.services), assume_yes=yes)
    _keep(found)


def _keep(found: TrustList) -> None:
    from signkit.pki.trust_lists.importing import keep_list, services_at

    keep_list(_folder(), found)
    believed, listed = services_at(found, datetime.now(UTC))
    tell(_IMPORTED, name=found.name, believed=believed, listed=listed)
    due = f"{found.next_update:%Y-%m-%dT%H:%M:%SZ}" if found.next_update else "-"
    print(f"{found.name}\t{found.sequence}\t{found.issued:%Y-%m-%dT%H:%M:%SZ}\t{due}\t{believed}\t{listed}")


def _folder() -> Path:
    from signkit.settings import load_settings
    from signkit.validation.options import trust_list_folder

    return trust_list_folder(load_settings())


_NEW_SIGNER = Text(
    "The list of {name} is signed with this certificate; from now on it may be signed by this one only:",
    "{name} のリストは次の証明書で署名されています。以後はこの署名者のリストだけを受け付けます:",
)
_SAME = Text("This issue of the list of {name} is imported already.", "{name} のこの号は取り込み済みです。")
_IMPORTED = Text(
    "Imported {name}: {believed} of {listed} services are believed today.",
    "{name} を取り込みました: {listed} 件のサービスのうち、現在信頼するのは {believed} 件です。",
)

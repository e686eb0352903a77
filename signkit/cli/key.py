"""``signkit key``: key files: one for trying, a request to a CA, and what is in one."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import PinStdin
from signkit.cli.terminal import secret_reader, tell
from signkit.errors import UsageProblem
from signkit.signers.new_keys import NewKey
from signkit.words import Text, printable

if TYPE_CHECKING:
    from asn1crypto import x509

    from signkit.jpki.company import CompanyRegistration
    from signkit.signers.new_keys import KeyHolder, PrivateKey

HELP = words("Make a key file for trying, or a request to a CA.", "練習用の鍵ファイルや認証局への申請 (CSR) を作る。")

app = typer.Typer(no_args_is_help=True)

_PKCS12 = (".p12", ".pfx")


@app.command(
    "new",
    help=words(
        "Make a key: by default one certified by the rehearsal's CA, which proves nothing about anybody.",
        "鍵を作る。既定はリハーサル用の認証局が発行する練習用で、証明力はない。",
    ),
)
def new(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=words(
                "The key file to make: .p12; with --csr .key. Never overwritten.",
                "作る鍵ファイル (.p12。--csr のときは .key)。上書きはしない。",
            ),
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            help=words(
                "Whose key: the person's name. Default: the organisation's.", "鍵の持ち主の氏名。既定: 会社などの名称。"
            ),
            show_default=False,
        ),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organization",
            metavar="NAME",
            help=words("The organisation that the key is of (O=).", "鍵を使う会社などの名称 (O=)。"),
            show_default=False,
        ),
    ] = None,
    alone: Annotated[
        bool,
        typer.Option(
            "--self-signed",
            help=words(
                "Let the key certify itself; its certificate is written beside it (.pem), for --trust.",
                "自己署名証明書にする。--trust に指定できる証明書 (.pem) も隣に書き出す。",
            ),
        ),
    ] = False,
    head_office: Annotated[
        str | None,
        typer.Option(
            "--head-office",
            metavar="PLACE",
            help=words(
                "For trying, shaped like a 商業登記電子証明書: the company's head office; --name is its "
                "representative, --organization its registered name.",
                "商業登記電子証明書の形の練習用にする: 会社の本店。--name は代表者、--organization は商号。",
            ),
            show_default=False,
        ),
    ] = None,
    title: Annotated[
        str,
        typer.Option(
            metavar="TITLE",
            help=words("With --head-office: the office held.", "--head-office とともに: 代表者の資格。"),
        ),
    ] = "代表取締役",
    company_number: Annotated[
        str | None,
        typer.Option(
            "--company-number",
            metavar="DIGITS",
            help=words(
                "With --head-office: 会社法人等番号 (12 digits) or 法人番号 (13).",
                "--head-office とともに: 会社法人等番号 (12桁) または法人番号 (13桁)。",
            ),
            show_default=False,
        ),
    ] = None,
    csr: Annotated[
        bool,
        typer.Option(
            "--csr",
            help=words(
                "Make the key and, beside it, a request to a CA for a certificate (.csr).",
                "鍵と、認証局に証明書の発行を申請する CSR (.csr) を隣に作る。",
            ),
        ),
    ] = False,
    algorithm: Annotated[NewKey, typer.Option(help=words("The kind of key.", "鍵の種類。"))] = NewKey.RSA_2048,
    pin_stdin: PinStdin = False,
) -> None:
    """Write the key file, for this user alone, and what goes with it."""
    from signkit.output import write_checked
    from signkit.signers.base import wipe
    from signkit.signers.new_keys import new_key

    beside = file.with_suffix(".csr" if csr else ".pem") if csr or alone else None
    _require_fitting(file, beside, csr=csr, alone=alone)
    holder = _holder(name or organisation, organisation)
    company = _company(name, organisation, head_office, title, company_number, elsewhere=csr or alone)
    passphrase = _new_passphrase(file, from_stdin=pin_stdin)
    try:
        made, public = _make(holder, company, new_key(algorithm), bytes(passphrase), csr=csr, alone=alone)
    finally:
        wipe(passphrase)
    write_checked(file, made, private=True)
    print(file)
    if beside is not None:
        write_checked(beside, public)
        print(beside)
    _tell_next(file, beside, csr=csr, alone=alone)


def _require_fitting(file: Path, beside: Path | None, *, csr: bool, alone: bool) -> None:
    """Refuse what could not be written before anything is typed."""
    if csr and alone:
        raise UsageProblem(
            Text("--csr and --self-signed do not go together", "--csr と --self-signed は同時に使えません"),
            Text("For a CA leave --self-signed out.", "認証局に申請するときは --self-signed を外してください。"),
        )
    if (file.suffix.lower() in _PKCS12) == csr:
        wanted = ".key" if csr else ".p12"
        raise UsageProblem(
            Text(f"{file}: its name does not end in {wanted}", f"{file}: 名前が {wanted} で終わっていません"),
            Text(f"Name it {file.with_suffix(wanted)}.", f"{file.with_suffix(wanted)} としてください。"),
        )
    for target in filter(None, (file, beside)):
        if os.path.lexists(target):
            raise UsageProblem(
                Text(f"{target} exists already, and no key is overwritten", f"{target} は既にあり、鍵は上書きしません"),
                Text("Give another name.", "別の名前を指定してください。"),
            )


def _holder(name: str | None, organisation: str | None) -> KeyHolder:
    from signkit.signers.new_keys import KeyHolder, NameUnfit

    try:
        return KeyHolder(name or "", organisation)
    except NameUnfit as unfit:
        raise UsageProblem(
            Text(f"No certificate can bear it: {unfit.cause.en}", f"証明書に入れられません: {unfit.cause.ja}"),
            Text("Give --name, --organization or both.", "--name、--organization またはその両方を指定してください。"),
        ) from unfit


def _company(
    name: str | None,
    organisation: str | None,
    head_office: str | None,
    title: str,
    number: str | None,
    *,
    elsewhere: bool,
) -> CompanyRegistration | None:
    """Return what the commercial register would have of a company; None where no head office is given."""
    from signkit.jpki.company import CompanyRegistration
    from signkit.jpki.corporate_number import base_number, corporate_number_fits

    if head_office is None and number is None:
        return None
    if not (head_office and name and organisation) or elsewhere:
        raise UsageProblem(
            Text(
                "A company of the register has a name, a head office and a representative",
                "商号・本店・代表者が必要です",
            ),
            Text(
                "Give --organization, --head-office and --name, and neither --csr nor --self-signed.",
                "--organization、--head-office、--name を指定し、--csr と --self-signed は外してください。",
            ),
        )
    if number is not None and not (_is_twelve_digits(number) or corporate_number_fits(number)):
        raise UsageProblem(
            Text(f"{number!r} is no company's number", f"{number!r} は会社法人等番号でも法人番号でもありません"),
            Text("Give 12 digits, or the 13 of a 法人番号.", "12桁、または正しい13桁の法人番号を指定してください。"),
        )
    return CompanyRegistration(organisation, head_office, name, title, base_number(number) if number else None)


def _is_twelve_digits(number: str) -> bool:
    return len(number) == 12 and number.isascii() and number.isdigit()


def _new_passphrase(file: Path, *, from_stdin: bool) -> bytearray:
    """Ask for the passphrase, at a terminal twice: a typing error would lose the key."""
    from signkit.signers.base import SecretRequest, wipe

    ask = secret_reader(from_stdin=from_stdin)
    request = SecretRequest("new-passphrase", file.name)
    first = ask(request)
    if not first:
        raise UsageProblem(
            Text("A key file needs a passphrase", "鍵ファイルにはパスフレーズが必要です"),
            Text("Type one that is not empty.", "空でないパスフレーズを入力してください。"),
        )
    if from_stdin:
        return first
    tell(_AGAIN)
    again = ask(request)
    is_same = first == again
    wipe(again)
    if not is_same:
        wipe(first)
        raise UsageProblem(
            Text("The two entries differ; nothing was written", "2回の入力が一致しません。何も作っていません"),
            Text("Start over.", "最初からやり直してください。"),
        )
    return first


def _make(
    holder: KeyHolder,
    company: CompanyRegistration | None,
    key: PrivateKey,
    passphrase: bytes,
    *,
    csr: bool,
    alone: bool,
) -> tuple[bytes, bytes]:
    """Return the key file, and what is public of it."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from signkit.rehearsal.authority import issue_company_certificate, issue_organisation_certificate
    from signkit.rehearsal.pki import kept_rehearsal
    from signkit.settings import load_settings
    from signkit.signers.new_keys import certificate_request, key_file, private_key_file, self_signed

    if csr:
        return private_key_file(key, passphrase), certificate_request(holder, key)
    now = datetime.now(UTC)
    if alone:
        certificate = self_signed(holder, key, now)
        return key_file(holder.name, key, certificate, (), passphrase), certificate.public_bytes(Encoding.PEM)
    authority = kept_rehearsal(load_settings().home_folder() / "rehearsal").service_ca
    if company is not None:
        certificate = issue_company_certificate(authority, company, key, now)
    else:
        certificate = issue_organisation_certificate(authority, holder.name, holder.organisation, key, now)
    return (
        key_file(holder.name, key, certificate, (authority.certificate,), passphrase),
        certificate.public_bytes(Encoding.PEM),
    )


def _tell_next(file: Path, beside: Path | None, *, csr: bool, alone: bool) -> None:
    if csr:
        tell(_REQUESTED, file=_shell_word(file), request=beside, p12=_shell_word(file.with_suffix(".p12")))
        return
    tell(_FOR_TRYING, file=_shell_word(file), trust=_shell_word(beside) if alone else "rehearsal")


def _shell_word(path: Path | None) -> str:
    """Return a path as it is typed at a shell."""
    import shlex

    return shlex.quote(str(path))


@app.command("show", help=words("Show whose key is in a file.", "鍵ファイルの証明書を表示する。"))
def show(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=words("Key file (.p12, .pfx) or certificate (.pem, .cer).", "鍵ファイル (.p12、.pfx) または証明書。"),
        ),
    ],
    pin_stdin: PinStdin = False,
) -> None:
    """Print holder, issuer, validity, kind and fingerprint of each certificate, the key's own first."""
    from asn1crypto import x509

    if file.suffix.lower() in _PKCS12:
        from signkit.signers.p12 import open_pkcs12

        with open_pkcs12(file, secret_reader(from_stdin=pin_stdin)) as signer:
            certificates = [signer.certificate, *signer.chain]
    else:
        from signkit.pki.anchors import read_certificates

        certificates = read_certificates(file)
    print("\n\n".join(_certificate_lines(x509.Certificate.load(der)) for der in certificates))


def _certificate_lines(certificate: x509.Certificate) -> str:
    from signkit.jpki.certificates import is_opaque
    from signkit.pki.algorithms import key_bits
    from signkit.pki.anchors import is_rehearsal
    from signkit.pki.distinguished_names import readable_name

    validity = certificate["tbs_certificate"]["validity"]
    rows = [
        (_HOLDER, _OPAQUE.in_language(LANGUAGE) if is_opaque(certificate) else readable_name(certificate.subject)),
        (_ISSUER, readable_name(certificate.issuer)),
        (_VALID, f"{validity['not_before'].native:%Y-%m-%d} – {validity['not_after'].native:%Y-%m-%d}"),
        (_KIND, f"{certificate.public_key.algorithm.upper()} {key_bits(certificate.public_key)}"),
        (_FINGERPRINT, certificate.sha256.hex()),
    ]
    rows += _registration_rows(certificate)
    if is_rehearsal(certificate):
        rows.append((_NOTE, _REHEARSAL.in_language(LANGUAGE)))
    elif certificate.subject == certificate.issuer:
        rows.append((_NOTE, _ALONE.in_language(LANGUAGE)))
    return "\n".join(f"{translate(label)}: {printable(value)}" for label, value in rows)


def _registration_rows(certificate: x509.Certificate) -> list[tuple[Text, str]]:
    """What a certificate says of a company or of a power, as it is written: 商業登記, 認定認証業務, 電子委任状."""
    from signkit.jpki.company import read_registration
    from signkit.jpki.stated import stated_beside

    rows = list(stated_beside(certificate))
    if rows:
        rows.append((_NOTE, _STATED.in_language(LANGUAGE)))
    company = read_registration(certificate)
    if company is None:
        return rows
    return [
        *rows,
        (_COMPANY, company.name),
        (_HEAD_OFFICE, company.head_office),
        (_REPRESENTATIVE, f"{company.title} {company.representative}"),
        (_NUMBER, company.number or "-"),
        (_REGISTRY, company.registry_office or "-"),
    ]


_AGAIN = Text("Once more, the same:", "確認のため、もう一度入力してください。")
_FOR_TRYING = Text(
    "A key for trying: what it signs proves nothing about anybody. Sign with --signer p12:{file}; check with: "
    "signkit validate SIGNED.pdf --trust {trust}. Where real keys come from: docs/guides/keys.md.",
    "練習用の鍵です。この鍵の署名に証明力はありません。署名は --signer p12:{file}、検証は "
    "signkit validate 署名済み.pdf --trust {trust} です。本番の鍵の入手先: docs/ja/guides/keys.md。",
)
_REQUESTED = Text(
    "Hand {request} to the CA, keep {file} to yourself. Put what it answers with together: openssl pkcs12 -export "
    "-inkey {file} -in CERTIFICATE.pem -certfile CHAIN.pem -out {p12} (docs/guides/keys.md).",
    "{request} を認証局に提出し、{file} は手元に保管してください。発行された証明書は openssl pkcs12 -export "
    "-inkey {file} -in 証明書.pem -certfile 中間証明書.pem -out {p12} でまとめます (docs/ja/guides/keys.md)。",
)
_HOLDER = Text("Holder", "名義")
_ISSUER = Text("Issuer", "発行者")
_VALID = Text("Valid (UTC)", "有効期間 (UTC)")
_KIND = Text("Key", "鍵")
_FINGERPRINT = Text("SHA-256", "SHA-256")
_NOTE = Text("Note", "注意")
_COMPANY = Text("Company (商業登記)", "商号 (商業登記)")
_HEAD_OFFICE = Text("Head office", "本店")
_REPRESENTATIVE = Text("Representative", "代表者")
_NUMBER = Text("Company number", "会社法人等番号")
_REGISTRY = Text("Registry office", "登記所")
_STATED = Text(
    "what stands in subjectAltName is shown as written; whether a power (電子委任状) covers an act is not judged",
    "別名欄 (subjectAltName) の記載をそのまま表示しています。委任 (電子委任状) の範囲に入るかどうかは判定しません",
)
_OPAQUE = Text("not shown (公的個人認証)", "非表示 (公的個人認証)")
_REHEARSAL = Text("a rehearsal's: proves nothing about anybody", "リハーサル用。証明力はありません")
_ALONE = Text("certified by nobody but itself", "自己署名 (第三者の証明なし)")

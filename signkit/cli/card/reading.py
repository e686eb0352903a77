"""``card readers``, ``card status``, ``card certificate``, ``card change-pin``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.common import (
    CERTIFICATE_NAMES,
    SECRET_NAMES,
    AnswerFormat,
    FormatOption,
    Reader,
    asking,
    open_card,
    show_json,
    show_table,
    tries_in_words,
)
from signkit.cli.language import translate, words
from signkit.cli.options import Output, Overwrite, PinStdin, UseLastTry
from signkit.cli.terminal import secret_reader, tell
from signkit.errors import UsageProblem
from signkit.words import Text, printable

if TYPE_CHECKING:
    from signkit.card.jpki import CertificateKind
    from signkit.card.transport import Connection
    from signkit.signers.base import SecretKind
    from signkit.signers.card_report import CardReport, CertificateFacts

READERS_HELP = words("List the card readers and whether a card lies on each.", "カードリーダーとカードの有無の一覧。")
STATUS_HELP = words(
    "Show what lies on the reader: kind, certificates, validity, tries left. Spends no try.",
    "カードの種類、証明書、有効期間、暗証番号の残り回数を表示する。入力回数は減らない。",
)
CERTIFICATE_HELP = words(
    "Read a certificate. The signing certificate opens after its password.",
    "証明書を読み取る。署名用電子証明書にはパスワードが必要。",
)
CHANGE_PIN_HELP = words(
    "Change the signature password, the authentication PIN or the text input support PIN.",
    "署名用パスワード、利用者証明用または券面事項入力補助用の暗証番号を変える。",
)


class Kind(StrEnum):
    """The certificates, as `signkit.card.jpki.CertificateKind` names them."""

    SIGN = "sign"
    AUTH = "auth"
    SIGN_CA = "sign-ca"
    AUTH_CA = "auth-ca"


class Encoding(StrEnum):
    """How a certificate is written."""

    PEM = "pem"
    DER = "der"


class Pin(StrEnum):
    """The secrets that can be changed."""

    SIGNATURE = "signature"
    AUTHENTICATION = "authentication"
    SURFACE = "surface"


_SECRET_KINDS: dict[Pin, SecretKind] = {
    Pin.SIGNATURE: "signature-password",
    Pin.AUTHENTICATION: "authentication-pin",
    Pin.SURFACE: "surface-pin",
}


def readers(format_: FormatOption = AnswerFormat.TEXT) -> None:
    """Print one line a reader."""
    from signkit.card.reader import list_readers
    from signkit.errors import NoReader

    found = list_readers()
    if format_ is AnswerFormat.JSON:
        show_json({"readers": [{"name": reader.name, "has_card": reader.has_card} for reader in found]})
        return
    if not found:
        raise NoReader()
    show_table((printable(reader.name), translate(_CARD if reader.has_card else _EMPTY)) for reader in found)


def status(
    reader: Reader = None,
    format_: FormatOption = AnswerFormat.TEXT,
    with_fingerprint: Annotated[
        bool,
        typer.Option(
            "--fingerprint",
            help=words(
                "Show twelve digits that tell this card from others (for the tests on hardware).",
                "このカードを見分ける12桁を表示する (実機テスト用)。",
            ),
        ),
    ] = False,
) -> None:
    """Print what can be known of the card without a secret."""
    from signkit.signers.card_report import read_card_report

    with open_card(reader) as connection:
        report = read_card_report(connection)
    if format_ is AnswerFormat.JSON:
        show_json(_status_data(report, with_fingerprint=with_fingerprint))
    else:
        _show_status(report, with_fingerprint=with_fingerprint)


def _show_status(report: CardReport, *, with_fingerprint: bool) -> None:
    from signkit.signers.card_report import TOKEN_NAMES

    kind = translate(TOKEN_NAMES[report.token.kind])
    rows = [(translate(Text("card", "カード")), f"{kind} ({printable(report.token.label)})")]
    rows += [(translate(CERTIFICATE_NAMES[facts.kind]), _validity(facts)) for facts in report.certificates]
    rows += [
        (translate(SECRET_NAMES[key]), "-" if tries is None else tries_in_words(tries))
        for key, tries in report.tries.items()
    ]
    if with_fingerprint:
        none = translate(_AFTER_PIN)
        rows.append((translate(Text("fingerprint", "識別用の12桁")), _fingerprint(report) or none))
    show_table(rows)


def _status_data(report: CardReport, *, with_fingerprint: bool) -> dict[str, object]:
    certificates = {
        str(facts.kind): {
            "present": facts.is_present,
            "not_before": facts.start.isoformat() if facts.start else None,
            "not_after": facts.end.isoformat() if facts.end else None,
            "ends_in_days": _days_left(facts),
        }
        for facts in report.certificates
    }
    token = {"label": report.token.label, "kind": str(report.token.kind)}
    data: dict[str, object] = {"token": token, "certificates": certificates, "tries_left": report.tries}
    return data | ({"fingerprint": _fingerprint(report)} if with_fingerprint else {})


def _fingerprint(report: CardReport) -> str | None:
    from signkit.card.jpki import CertificateKind
    from signkit.holder.card_certificate import fingerprint

    certificate = report.certificate(CertificateKind.AUTH).certificate
    return fingerprint(certificate) if certificate else None


def _validity(facts: CertificateFacts) -> str:
    from datetime import UTC, datetime

    if not facts.is_present:
        return translate(Text("none", "なし"))
    if facts.start is None or facts.end is None:
        return translate(_AFTER_PIN)
    period = translate(
        Text("valid {start} to {end}", "{start} から {end} まで有効"),
        start=f"{facts.start.astimezone():%Y-%m-%d}",
        end=f"{facts.end.astimezone():%Y-%m-%d}",
    )
    if facts.end < datetime.now(UTC):
        return period + translate(_EXPIRED)
    days = _days_left(facts)
    return period + (translate(_ENDS_SOON, days=days) if days is not None else "")


def _days_left(facts: CertificateFacts) -> int | None:
    from datetime import UTC, datetime

    from signkit.pki.ending import days_left

    return days_left(facts.end, datetime.now(UTC)) if facts.end is not None else None


def certificate(
    kind: Annotated[Kind, typer.Option(help=words("Which one.", "どの証明書か。"))],
    reader: Reader = None,
    output: Output = None,
    overwrite: Overwrite = False,
    encoding: Annotated[Encoding, typer.Option(help=words("pem or der.", "pem または der。"))] = Encoding.PEM,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Write one certificate to a file, or to stdout."""
    from signkit.card.jpki import CertificateKind
    from signkit.cli.signing_notes import tell_ending
    from signkit.signers.card_report import validity

    der = _read_certificate(CertificateKind(str(kind)), reader, pin_stdin=pin_stdin, use_last_try=use_last_try)
    start, end = validity(der)
    tell(_READ, name=translate(CERTIFICATE_NAMES[kind]), start=f"{start:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")
    tell_ending(der)
    if kind is Kind.SIGN:
        tell(_CARRIES_ATTRIBUTES)
    _write(_in_encoding(der, encoding), output, overwrite=overwrite)


def _read_certificate(kind: CertificateKind, reader: str | None, *, pin_stdin: bool, use_last_try: bool) -> bytes:
    """Read a certificate, asking for its secret only where the card wants one."""
    from signkit.card.jpki import CertificateKind
    from signkit.card.session import read_certificate
    from signkit.errors import PinNeeded

    is_signing = kind is CertificateKind.SIGN
    secret = asking("signature-password" if is_signing else "authentication-pin", reader, from_stdin=pin_stdin)
    with open_card(reader) as connection:
        if not is_signing:
            try:
                return read_certificate(connection, kind)
            except PinNeeded:  # a smartphone
                pass
        return read_certificate(connection, kind, secret, use_last_try=use_last_try)


def _in_encoding(der: bytes, encoding: Encoding) -> bytes:
    from asn1crypto import pem

    armoured: bytes = pem.armor("CERTIFICATE", der)
    return der if encoding is Encoding.DER else armoured


def _write(data: bytes, output: Path | None, *, overwrite: bool) -> None:
    from signkit.output import write_checked

    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_checked(output, data, overwrite=overwrite)
    print(output)


def change_pin(
    pin: Annotated[Pin, typer.Option(help=words("Which secret.", "どの暗証番号か。"))],
    reader: Reader = None,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Show the tries left, ask for the old secret and the new one, and replace it."""
    from signkit.card import pin as secrets
    from signkit.card import session, surface

    secret = {Pin.SIGNATURE: secrets.SIGNATURE, Pin.AUTHENTICATION: secrets.AUTHENTICATION}.get(pin, secrets.SURFACE)
    ask_old = asking(_SECRET_KINDS[pin], reader, from_stdin=pin_stdin)
    with open_card(reader) as connection:
        tries = _tries_of(pin, connection)
        secrets.refuse_by_tries(secret, tries, use_last_try=use_last_try)
        with secrets.wiping(old := ask_old(tries)):
            new = _new_secret(is_signature=pin is Pin.SIGNATURE, from_stdin=pin_stdin)
            if pin is Pin.SURFACE:
                surface.change_pin(connection, old, new, use_last_try=use_last_try)
            else:
                session.change_pin(connection, secret, old, new, use_last_try=use_last_try)
    tell(_CHANGED, name=translate(SECRET_NAMES[secret.key]))


def _tries_of(pin: Pin, connection: Connection) -> int:
    from signkit.card import session, surface
    from signkit.errors import CardError

    if pin is Pin.SURFACE:
        return surface.pin_tries_left(connection)
    found = session.read_status(connection)
    tries = found.signature_tries if pin is Pin.SIGNATURE else found.authentication_tries
    if tries is None:
        raise CardError("no-signing-certificate")
    return tries


def _new_secret(*, is_signature: bool, from_stdin: bool) -> bytearray:
    """Ask for the new secret, at a terminal twice: a typing error would lock its owner out."""
    from signkit.signers.base import SecretRequest, wipe

    ask = secret_reader(from_stdin=from_stdin)
    request = SecretRequest("new-signature-password" if is_signature else "new-pin", "")
    new = ask(request)
    if from_stdin:
        return new
    tell(_AGAIN)
    again = ask(request)
    is_same = new == again
    wipe(again)
    if not is_same:
        wipe(new)
        raise UsageProblem(
            Text("The two entries differ; nothing was changed", "2回の入力が一致しません。変更していません"),
            Text("Start over.", "最初からやり直してください。"),
        )
    return new


_CARD = Text("card", "カードあり")
_EMPTY = Text("no card", "カードなし")
_ENDS_SOON = Text(", ends in {days} days", "、残り{days}日")
_EXPIRED = Text(" (expired)", " (期限切れ)")
_AFTER_PIN = Text("opens after its secret", "暗証番号の入力後に読めます")
_READ = Text("{name}: valid {start} to {end} (UTC)", "{name}: {start} から {end} まで有効 (UTC)")
_CARRIES_ATTRIBUTES = Text(
    "Note: this certificate holds its owner's name, address, birth date and sex.",
    "ご注意: この証明書には氏名・住所・生年月日・性別が含まれます。",
)
_CHANGED = Text("Changed: {name}.", "変更しました: {name}。")
_AGAIN = Text("Once more, please.", "確認のため、もう一度入力してください。")

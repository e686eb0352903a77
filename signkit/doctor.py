"""What this machine lacks for making and signing contracts, found out without changing or asking anything.

Spends no PIN try and, unless ``online`` is asked for, opens no connection to the network.
"""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from signkit.errors import CardError, LibreOfficeMissing, MissingExtra, NoReader, SignKitError, TimestampUnavailable
from signkit.installation import install_command, reinstall_command
from signkit.reporting.formats.times import local_minute
from signkit.settings import Settings
from signkit.signers.card_report import TOKEN_NAMES, CardReport
from signkit.words import Text

Platform = Literal["windows", "macos", "linux"]

#: How far the clock may lie from a timestamp service's before signatures become doubtful.
CLOCK_TOLERANCE = timedelta(minutes=1)

_SMART_CARD_INTERFACE = "0b"  # USB class of CCID readers
_SAMPLE = "契約書 甲乙 令和八年 ¥1,234 A-Za-z"


@dataclass(frozen=True)
class Checkup:
    """One line of the examination.

    Attributes:
        name: what was looked at.
        ok: whether it is as it should be.
        text: what was found.
        fix: what to do about it on this system; None where nothing needs to be done.
        needed: whether signing with a card fails without it.
    """

    name: Text
    ok: bool
    text: Text
    fix: Text | None = None
    needed: bool = True


@dataclass(frozen=True)
class Fix:
    """What to do on each system."""

    windows: Text
    macos: Text
    linux: Text

    def on(self, platform: Platform) -> Text:
        """Return the fix for one system."""
        fix: Text = getattr(self, platform)
        return fix


@dataclass(frozen=True)
class Surroundings:
    """What the examination depends on beside the settings, so that tests can choose it.

    Attributes:
        platform: whose fixes are given.
        now: the machine's clock.
        usb: where Linux lists USB devices.
    """

    platform: Platform
    now: datetime
    usb: Path = field(default=Path("/sys/bus/usb/devices"))


def surroundings() -> Surroundings:
    """Return those of this machine."""
    names: dict[str, Platform] = {"win32": "windows", "darwin": "macos"}
    return Surroundings(names.get(sys.platform, "linux"), datetime.now(UTC))


def examine(
    settings: Settings,
    around: Surroundings,
    *,
    reader: str | None = None,
    online: bool = False,
    rehearsal: bool = False,
) -> Iterator[Checkup]:
    """Yield one finding after the other; what depends on something missing is left out.

    Args:
        rehearsal: nothing is signed but with emulated cards, which need no reader.
    """
    for each in _card_way(settings, around, reader):
        yield replace(each, needed=each.needed and not rehearsal)
    yield from _clock(settings, around, online=online)
    yield _fonts(settings)
    yield _word(around)
    yield _proxy()
    yield from _settings(settings)


def _settings(settings: Settings) -> Iterator[Checkup]:
    """Name what other commands refuse in the settings file."""
    if settings.unknown:
        names = ", ".join(settings.unknown)
        found = Text(f"unknown names: {names}", f"設定にない名前があります: {names}")
        yield Checkup(Text("settings", "設定"), False, found, _MEND_SETTINGS, needed=True)


_MEND_SETTINGS = Text(
    "Correct or remove them; the names stand in docs/reference/settings.md.",
    "直すか削除してください。使える名前は docs/ja/reference/settings.md にあります。",
)


def _card_way(settings: Settings, around: Surroundings, reader: str | None) -> Iterator[Checkup]:
    """Follow the way to the card: library, service, reader, card."""
    from signkit.signers.card import connect_card, is_virtual
    from signkit.signers.card_report import read_card_report

    if reader is None or not is_virtual(reader):
        ready = yield from _readers(around)
        if not ready:
            return
    try:
        with connect_card(reader, settings) as connection:
            report = read_card_report(connection)
    except SignKitError as error:
        yield _from_error(_CARD, error)
    else:
        yield from _card(report, around.now)


def _readers(around: Surroundings) -> Generator[Checkup, None, bool]:
    """Look at what is there before any card; return whether there is a reader."""
    from signkit.card.reader import list_readers

    try:
        found = list_readers()
    except MissingExtra:
        yield Checkup(
            _LIBRARY,
            False,
            Text("pyscard is not installed", "pyscard が入っていません"),
            _GET_PYSCARD.on(around.platform),
        )
        return False
    except CardError as error:
        yield Checkup(_LIBRARY, True, _INSTALLED)
        yield Checkup(_SERVICE, False, _message(error), _START_SERVICE.on(around.platform))
        return False
    yield Checkup(_LIBRARY, True, _INSTALLED)
    yield Checkup(_SERVICE, True, Text("answers", "応答しています"))
    yield _reader(tuple(item.name for item in found), around)
    return bool(found)


def _reader(names: tuple[str, ...], around: Surroundings) -> Checkup:
    if names:
        shown = ", ".join(names)
        return Checkup(_READER, True, Text(shown, shown))
    if around.platform == "linux" and _has_usb_reader(around.usb):
        return Checkup(
            _READER,
            False,
            Text("one is plugged in and has no driver", "接続されていますが、ドライバーがありません"),
            Text(
                "sudo apt install libccid && sudo systemctl restart pcscd; for Sony PaSoRi see the maker's page",
                "sudo apt install libccid && sudo systemctl restart pcscd を実行します。"
                "ソニー PaSoRi はメーカーのページをご覧ください",
            ),
        )
    return Checkup(_READER, False, _message(NoReader()), _PLUG_IN.on(around.platform))


def _has_usb_reader(devices: Path) -> bool:
    """Tell whether a USB device of the smart card class is plugged in (Linux)."""
    return any(_content(path) == _SMART_CARD_INTERFACE for path in devices.glob("*/bInterfaceClass"))


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _card(report: CardReport, now: datetime) -> Iterator[Checkup]:
    from signkit.card.jpki import CertificateKind, TokenKind

    kind = report.token.kind
    known = kind not in (TokenKind.JUKI, TokenKind.UNKNOWN)
    text = Text(*(f"{TOKEN_NAMES[kind].in_language(language)} ({report.token.label})" for language in ("en", "ja")))
    yield Checkup(_CARD, known, text, None if known else _ANOTHER_CARD)
    if not report.certificate(CertificateKind.SIGN).is_present:
        yield Checkup(
            _SIGNING,
            False,
            Text("the card holds no signing certificate", "署名用電子証明書が入っていません"),
            Text("the municipality's counter issues it", "市区町村の窓口で発行を受けてください"),
        )
    yield from _tries(report)
    yield from _expiry(report, now)


def _tries(report: CardReport) -> Iterator[Checkup]:
    for key, name in (("signature", _PASSWORD), ("authentication", _PIN)):
        tries = report.tries[key]
        if tries is None:
            continue
        needed = key == "signature"
        if tries == 0:
            yield Checkup(name, False, Text("locked", "ロック中"), _COUNTER, needed)
        elif tries == 1:
            yield Checkup(name, False, Text("1 try left", "残り1回"), _LAST_TRY, needed)
        else:
            yield Checkup(name, True, Text(f"{tries} tries left", f"残り{tries}回"), needed=needed)


def _expiry(report: CardReport, now: datetime) -> Iterator[Checkup]:
    """Judge what can be read freely; the signing certificate mostly ends with the authentication certificate."""
    from signkit.card.jpki import CertificateKind

    end = report.certificate(CertificateKind.AUTH).end
    if end is None:
        return
    ok = end > now
    text = (
        Text(f"valid until {end:%Y-%m-%d}", f"{end:%Y-%m-%d} まで有効")
        if ok
        else Text(f"expired on {end:%Y-%m-%d}", f"{end:%Y-%m-%d} に期限切れ")
    )
    yield Checkup(_VALIDITY, ok, text, None if ok else _RENEW)


def _clock(settings: Settings, around: Surroundings, *, online: bool) -> Iterator[Checkup]:
    shown = local_minute(around.now)
    if around.now < _newest_anchor():
        yield Checkup(
            _CLOCK,
            False,
            Text(f"{shown}: before SignKit was made", f"{shown}: SignKit の作成時より前です"),
            _SET_CLOCK.on(around.platform),
        )
    elif not online or not settings.tsa_urls:
        note = Text(f"{shown} (compared with no other)", f"{shown} (照合はしていません)")
        yield Checkup(_CLOCK, True, note)
    yield from _timestamps(settings, around, online=online)


def _newest_anchor() -> datetime:
    """Return a moment that has passed for certain: the begin of the newest shipped CA certificate."""
    from asn1crypto import x509

    from signkit.jpki.authorities import certification_authorities

    shipped = certification_authorities("signature")
    newest: datetime = max(x509.Certificate.load(authority.certificate).not_valid_before for authority in shipped)
    return newest


def _timestamps(settings: Settings, around: Surroundings, *, online: bool) -> Iterator[Checkup]:
    if not settings.tsa_urls:
        yield Checkup(
            _TSA,
            False,
            Text("none is named: level B-B only", "指定がないため B-B までの署名になります"),
            Text("set tsa_urls in signkit.toml, or use --tsa", "signkit.toml の tsa_urls か --tsa で指定します"),
            needed=False,
        )
    elif not online:
        shown = ", ".join(settings.tsa_urls)
        note = Text(f"{shown} (not asked; --online asks)", f"{shown} (未確認。--online で確認)")
        yield Checkup(_TSA, True, note, needed=False)
    else:
        yield from _ask_timestamps(settings, around)


def _ask_timestamps(settings: Settings, around: Surroundings) -> Iterator[Checkup]:
    """Have each service stamp a hash of nothing, and compare its clock with ours."""
    import hashlib
    import time

    from signkit.pki.timestamps import HttpTimestampSource, obtain_timestamp

    for url in settings.tsa_urls:
        started = time.monotonic()
        try:
            token = obtain_timestamp([HttpTimestampSource(url, settings.network_timeout)], hashlib.sha256().digest())
        except TimestampUnavailable as error:
            yield Checkup(_TSA, False, Text("{cause}", "{cause}").filled(cause=error.causes), _REACH_TSA, needed=False)
            continue
        spent = time.monotonic() - started
        yield Checkup(_TSA, True, Text(f"{url}: {spent * 1000:.0f} ms", f"{url}: {spent * 1000:.0f} ms"), needed=False)
        yield _compare_clocks(token.time, around, timedelta(seconds=spent))


def _compare_clocks(theirs: datetime, around: Surroundings, spent: timedelta) -> Checkup:
    """Compare the clocks; ours was read before the question, theirs somewhere in the time it took."""
    off = around.now - theirs
    seconds = off.total_seconds()
    ok = abs(off) <= CLOCK_TOLERANCE + spent
    text = Text(f"{seconds:+.0f} s from the timestamp service's", f"タイムスタンプ局との差 {seconds:+.0f} 秒")
    return Checkup(_CLOCK, ok, text, None if ok else _SET_CLOCK.on(around.platform))


def _fonts(settings: Settings) -> Checkup:
    try:
        from signkit.contracts.fonts import describe_missing, font_set, missing_glyphs

        fonts = font_set(settings.font_folders)
        missing = missing_glyphs(_SAMPLE, fonts)
    except SignKitError as error:
        return _from_error(_FONTS, error, needed=False)
    except (ImportError, OSError) as error:
        cause = str(error)
        return Checkup(_FONTS, False, Text(cause, cause), _REINSTALL, needed=False)
    if missing:
        shown = describe_missing(missing)
        text = Text(f"cannot draw {shown}", f"描けない文字: {shown}")
        return Checkup(_FONTS, False, text, _REINSTALL, needed=False)
    families = ", ".join(dict.fromkeys((*fonts.body, *fonts.heading)))
    return Checkup(_FONTS, True, Text(families, families), needed=False)


def _word(around: Surroundings) -> Checkup:
    """Tell whether Word templates can be rendered; nobody else needs what they need."""
    from signkit.contracts.word.libreoffice import find_libreoffice
    from signkit.contracts.word.source import require_extra

    try:
        program = str(find_libreoffice())
        require_extra()
    except LibreOfficeMissing:
        missing = Text("LibreOffice is not installed", "LibreOffice が入っていません")
        return Checkup(_WORD, False, missing, _GET_LIBREOFFICE.on(around.platform), needed=False)
    except MissingExtra as error:
        return _from_error(_WORD, error, needed=False)
    return Checkup(_WORD, True, Text(program, program), needed=False)


def _proxy() -> Checkup:
    """Name the proxies that timestamps and revocation go through; never their passwords."""
    found = {scheme: url for scheme, url in urllib.request.getproxies().items() if scheme in ("http", "https")}
    if not found:
        return Checkup(_PROXY, True, Text("none", "なし"), needed=False)
    shown = ", ".join(f"{scheme}: {_without_password(url)}" for scheme, url in sorted(found.items()))
    return Checkup(_PROXY, True, Text(shown, shown), needed=False)


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
    except ValueError:  # a setting of the machine's that is no address
        return "?"
    return parts.netloc.rpartition("@")[2] or "?"


def _from_error(name: Text, error: SignKitError, *, needed: bool = True) -> Checkup:
    hints = error.hint("en"), error.hint("ja")
    fix = Text(hints[0], hints[1]) if hints[0] and hints[1] else None
    return Checkup(name, False, _message(error), fix, needed)


def _message(error: SignKitError) -> Text:
    return Text(error.message("en"), error.message("ja"))


_LIBRARY = Text("reader library", "リーダー用ライブラリー")
_SERVICE = Text("card service", "カードサービス")
_READER = Text("card reader", "カードリーダー")
_CARD = Text("card", "カード")
_SIGNING = Text("signing certificate", "署名用電子証明書")
_PASSWORD = Text("signature password", "署名用パスワード")
_PIN = Text("authentication PIN", "利用者証明用の暗証番号")
_VALIDITY = Text("certificates", "電子証明書")
_CLOCK = Text("clock", "時計")
_TSA = Text("timestamp service", "タイムスタンプ局")
_FONTS = Text("fonts", "フォント")
_WORD = Text("Word templates", "Word のひな形")
_PROXY = Text("proxy", "プロキシ")

_INSTALLED = Text("pyscard is installed", "pyscard が入っています")
_ANOTHER_CARD = Text("lay an Individual Number Card on the reader", "マイナンバーカードを置いてください")
_COUNTER = Text(
    "only the municipality's counter unlocks it; bring the card", "市区町村の窓口にカードを持参して解除を受けてください"
)
_LAST_TRY = Text(
    "be certain before you type it, and insist with --use-last-try",
    "確実な場合だけ --use-last-try を付けて入力してください",
)
_RENEW = Text(
    "the municipality's counter renews it (from three months before its end)",
    "市区町村の窓口で更新してください (期限の3か月前から)",
)
_REACH_TSA = Text(
    "check the address, the proxy and the firewall", "アドレス、プロキシ、ファイアウォールを確かめてください"
)
_REINSTALL = Text(
    f"{reinstall_command()}; font_folders in signkit.toml adds fonts",
    f"{reinstall_command()} を実行します。signkit.toml の font_folders でフォントを追加できます",
)
_GET_LIBREOFFICE = Fix(
    windows=Text(
        "winget install TheDocumentFoundation.LibreOffice",
        "winget install TheDocumentFoundation.LibreOffice を実行します",
    ),
    macos=Text("brew install --cask libreoffice", "brew install --cask libreoffice を実行します"),
    linux=Text(
        "sudo apt install --no-install-recommends libreoffice-writer-nogui",
        "sudo apt install --no-install-recommends libreoffice-writer-nogui を実行します",
    ),
)
_INSTALL_CARD = install_command("card")
_GET_PYSCARD = Fix(
    windows=Text(_INSTALL_CARD, f"{_INSTALL_CARD} を実行します"),
    macos=Text(
        f"{_INSTALL_CARD} (where it is compiled: xcode-select --install and brew install swig first)",
        f"{_INSTALL_CARD} を実行します (コンパイルされる場合は先に xcode-select --install と brew install swig)",
    ),
    linux=Text(
        f"sudo apt install pcscd libpcsclite-dev swig gcc python3-dev, then {_INSTALL_CARD}",
        f"sudo apt install pcscd libpcsclite-dev swig gcc python3-dev のあと {_INSTALL_CARD} を実行します",
    ),
)
_START_SERVICE = Fix(
    windows=Text(
        "plug the reader in; in services.msc start “Smart Card” and set it to automatic",
        "リーダーを接続し、services.msc で「Smart Card」を開始して「自動」にします",
    ),
    macos=Text("plug the reader in again, or restart", "リーダーを接続し直すか、再起動します"),
    linux=Text(
        "sudo apt install pcscd && sudo systemctl enable --now pcscd.socket",
        "sudo apt install pcscd && sudo systemctl enable --now pcscd.socket を実行します",
    ),
)
_PLUG_IN = Fix(
    windows=Text(
        "plug it in; if Device Manager shows no “Smart card readers”, install the maker's driver",
        "接続してください。デバイスマネージャーに「スマート カード読み取り装置」がなければ、"
        "メーカーのドライバーを入れます",
    ),
    macos=Text(
        "plug it in (system_profiler SPSmartCardsDataType lists readers); not every reader has a driver for macOS",
        "接続してください (system_profiler SPSmartCardsDataType で一覧)。macOS 用ドライバーのない機種もあります",
    ),
    linux=Text(
        "plug it in; sudo apt install libccid && sudo systemctl restart pcscd",
        "接続してください。sudo apt install libccid && sudo systemctl restart pcscd を実行します",
    ),
)
_SET_CLOCK = Fix(
    windows=Text("as administrator: w32tm /resync", "管理者として w32tm /resync を実行します"),
    macos=Text("sudo sntp -sS time.apple.com", "sudo sntp -sS time.apple.com を実行します"),
    linux=Text("sudo timedatectl set-ntp true", "sudo timedatectl set-ntp true を実行します"),
)

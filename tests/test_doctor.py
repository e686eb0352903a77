"""The doctor: what is missing, named one by one, each with the fix for the system at hand."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signkit import doctor
from signkit.card import reader as card_reader
from signkit.card.reader import Reader
from signkit.doctor import Surroundings, examine
from signkit.errors import CardError, LibreOfficeMissing, MissingExtra
from signkit.installation import install_command
from signkit.settings import Settings
from tests.command import run_signkit

NOW = datetime.now(UTC)
SYSTEMS = ("windows", "macos", "linux")


@pytest.fixture
def settings(kept_home, tmp_path):
    import shutil

    shutil.copytree(kept_home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


@pytest.fixture
def around(tmp_path):
    return Surroundings("linux", NOW, usb=tmp_path / "usb")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Offline unless asked: any connection fails the test."""

    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def by_name(findings):
    return {finding.name.en: finding for finding in findings}


def readers(monkeypatch, answer):
    def list_readers():
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(card_reader, "list_readers", list_readers)


def test_nothing_is_missing_with_a_good_card(settings, around):
    findings = by_name(examine(settings, around, reader="virtual"))
    assert all(finding.ok for finding in findings.values() if finding.needed)
    assert findings["card"].text.en == "plastic card (JPKIAPICCTOKEN2)"
    assert findings["signature password"].text.en == "5 tries left"


@pytest.mark.parametrize(
    ("profile", "name", "text", "needed"),
    [
        ("locked", "signature password", "locked", True),
        ("last-try", "signature password", "1 try left", True),
        ("no-signing-certificate", "signing certificate", "the card holds no signing certificate", True),
        ("expired", "certificates", "expired on", True),
    ],
)
def test_what_keeps_a_card_from_signing_is_told_with_its_fix(settings, around, profile, name, text, needed):
    finding = by_name(examine(settings, around, reader=f"virtual:{profile}"))[name]
    assert (finding.ok, finding.needed) == (False, needed)
    assert finding.text.en.startswith(text)
    assert finding.fix.en
    assert finding.fix.ja


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (MissingExtra("the card reader", "card"), "reader library"),
        (CardError("card-service-unavailable", cause="0x8010001D"), "card service"),
        (CardError("card-service-forbidden"), "card service"),
        ((), "card reader"),
    ],
    ids=["no pyscard", "no service", "forbidden", "no reader"],
)
def test_each_fault_has_a_fix_of_its_own_for_each_system(settings, around, monkeypatch, fault, name):
    readers(monkeypatch, fault)
    fixes = set()
    for platform in SYSTEMS:
        findings = by_name(examine(settings, replace(around, platform=platform)))
        assert not findings[name].ok
        assert findings[name].needed
        assert "card" not in findings
        fixes.add(findings[name].fix)
    assert len(fixes) == 3
    assert all(fix.en and fix.ja for fix in fixes)


def test_without_pyscard_it_says_how_to_get_it(settings, around, monkeypatch):
    readers(monkeypatch, MissingExtra("the card reader", "card"))
    for platform in SYSTEMS:
        fix = by_name(examine(settings, replace(around, platform=platform)))["reader library"].fix
        assert install_command("card") in fix.en


def test_a_reader_without_driver_is_told_from_none(settings, around, monkeypatch):
    readers(monkeypatch, ())
    (around.usb / "1-1:1.0").mkdir(parents=True)
    (around.usb / "1-1:1.0" / "bInterfaceClass").write_text("08\n")
    assert "no driver" not in by_name(examine(settings, around))["card reader"].text.en
    (around.usb / "1-1:1.0" / "bInterfaceClass").write_text("0b\n")
    finding = by_name(examine(settings, around))["card reader"]
    assert finding.text.en == "one is plugged in and has no driver"
    assert "libccid" in finding.fix.en


def test_an_empty_reader_is_told(settings, around, monkeypatch):
    readers(monkeypatch, (Reader("ACS ACR39U", has_card=False, atr=b""),))
    monkeypatch.setattr(
        card_reader, "connect", lambda wanted: card_reader.choose_reader(card_reader.list_readers(), wanted)
    )
    findings = by_name(examine(settings, around))
    assert findings["card reader"].text.en == "ACS ACR39U"
    assert not findings["card"].ok


@pytest.mark.parametrize("platform", SYSTEMS)
def test_a_clock_of_the_past_is_found_offline(settings, around, platform):
    past = replace(around, platform=platform, now=datetime(2020, 1, 1, tzinfo=UTC))
    finding = by_name(examine(settings, past, reader="virtual"))["clock"]
    assert not finding.ok
    assert finding.needed
    assert finding.fix is not None


@pytest.mark.slow
@pytest.mark.parametrize(("off", "ok"), [(0, True), (30, True), (-300, False), (300, False)])
def test_the_clock_is_compared_with_the_timestamp_services(settings, around, rehearsal, monkeypatch, off, ok):
    def service(url, timeout):
        return rehearsal.timestamps(clock=lambda: (NOW - timedelta(seconds=off)).replace(microsecond=0))

    monkeypatch.setattr("signkit.pki.timestamps.HttpTimestampSource", service)
    online = replace(settings, tsa_urls=("https://tsa.example.jp",))
    findings = by_name(examine(online, around, reader="virtual", online=True))
    assert findings["timestamp service"].ok
    assert findings["clock"].ok is ok
    assert findings["clock"].needed


def test_a_timestamp_service_that_does_not_answer_is_told(settings, around):
    online = replace(settings, tsa_urls=("file:///etc/passwd",))
    finding = by_name(examine(online, around, reader="virtual", online=True))["timestamp service"]
    assert not finding.ok
    assert not finding.needed
    assert "only http and https" in finding.text.en


def test_offline_no_timestamp_service_is_asked(settings, around):
    finding = by_name(examine(replace(settings, tsa_urls=("https://tsa.example.jp",)), around, reader="virtual"))
    assert "not asked" in finding["timestamp service"].text.en


def test_missing_glyphs_are_told(settings, around, monkeypatch):
    monkeypatch.setattr("signkit.contracts.fonts.missing_glyphs", lambda text, fonts: ("契",))
    finding = by_name(examine(settings, around, reader="virtual"))["fonts"]
    assert not finding.ok
    assert not finding.needed


def test_a_font_folder_that_is_none_is_told(settings, around, tmp_path):
    broken = replace(settings, font_folders=(tmp_path / "none",))
    assert not by_name(examine(broken, around, reader="virtual"))["fonts"].ok


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [("http://user:secret@proxy.example.jp:8080", "https: proxy.example.jp:8080"), ("proxy:3128", "https: proxy:3128")],
)
def test_a_proxy_is_named_without_its_password(settings, around, monkeypatch, proxy, shown):
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": proxy, "no": "localhost"})
    finding = by_name(examine(settings, around, reader="virtual"))["proxy"]
    assert finding.text.en == shown


def test_the_system_at_hand_is_one_of_the_three():
    assert doctor.surroundings().platform in SYSTEMS


# The command.


@pytest.mark.parametrize(
    ("profile", "code"), [("standard", 0), ("locked", 11), ("last-try", 11), ("no-signing-certificate", 11)]
)
def test_the_exit_code_says_whether_a_card_could_sign(settings, profile, code):
    result = run(settings, "--reader", f"virtual:{profile}")
    assert result.returncode == code
    assert ("!!" in result.stdout) == (code != 0)


def test_the_command_gives_json(settings):
    import json

    findings = json.loads(run(settings, "--reader", "virtual", "--format", "json").stdout)["findings"]
    assert {"name": "card", "ok": True, "needed": True}.items() <= findings[0].items()


def test_the_command_speaks_japanese(settings):
    shown = run(settings, "--reader", "virtual:locked", lang="ja").stdout
    assert "!!  署名用パスワード: ロック中\n    → 市区町村の窓口に" in shown


def run(settings, *arguments: str, lang: str = "en"):
    return run_signkit("doctor", *arguments, home=settings.home, lang=lang)


@pytest.mark.parametrize("system", SYSTEMS)
def test_without_libreoffice_only_word_templates_miss_it(monkeypatch, settings, around, system):
    from signkit.contracts.word import libreoffice

    def missing():
        raise LibreOfficeMissing()

    monkeypatch.setattr(libreoffice, "find_libreoffice", missing)
    finding = by_name(examine(settings, replace(around, platform=system), reader="virtual"))["Word templates"]
    assert (finding.ok, finding.needed) == (False, False)
    assert "ibre" in finding.fix.en.lower()

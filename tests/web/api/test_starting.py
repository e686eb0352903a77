"""The start of a service: what the operator set wrongly is told before anything is served, and in both languages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import fields, replace
from types import SimpleNamespace

import psutil
import pytest

from signkit.errors import ServiceError
from signkit.web.api import service_settings
from signkit.web.api.running import Address, warm_up
from signkit.web.api.service import open_tenants
from signkit.web.api.service_settings import ServiceSettings, create_service, read_service_settings
from signkit.web.api.store import clear_spool
from signkit.web.api.tenants import Tenants
from signkit.workers import WorkerLost
from tests.command import run_signkit
from tests.web.api.conftest import start


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('database = "mysql://host/signkit"', "postgresql://"),
        ('database = "sqlite:///signkit"', "postgresql://"),
        ('database = "host=db dbname=signkit"', "postgresql://"),
        ('database = ""', "postgresql://"),
        ('database = "postgresql://[::1/signkit"', "postgresql://"),
        ('database = "postgresql://u:secret@host/signkit"', "~/.pgpass"),
        ('files = "not-there"', "not-there"),
        ("requests_a_minute = 0", "requests_a_minute"),
        ("most_bytes = 0", "most_bytes"),
        ("keep_days = 0", "keep_days"),
        ("keep_days = 99999999999", "keep_days"),
        ("workers = -1", "workers"),
        ('auth_app = "mynaportal"', "production"),
        ("workers = 100000", "1,024"),
        ("most_bytes = 99999999999999999999", "most_bytes"),
        ("validations_a_month = -1", "validations_a_month"),
        ('mail_server = "mail.example.jp:99999"', "mail.example.jp:99999"),
        ('mail_server = "mail.example.jp:"', "mail.example.jp:"),
        ('mail_server = "smtp://mail.example.jp"', "smtp://"),
        ('mail_from = "no address"', "no address"),
        ('fetch_hosts = ["files.example.jp", "https://files.example.jp/"]', "https://files"),
        ('inner_hosts = ["10.0.0.7:8080"]', "10.0.0.7:8080"),
        ("workers = ", "line 1"),
        ("a = " + "[" * 10_000, "service.toml"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_both_languages(tmp_path, line, cause):
    pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    create_service(tmp_path / "service")
    (tmp_path / "service" / "service.toml").write_text(line + "\n")
    with pytest.raises(ServiceError) as caught:
        open_tenants(tmp_path / "service", read_service_settings(tmp_path / "service"))
    error = caught.value
    assert error.code == "service-settings"
    assert all(cause in error.message(language) for language in ("en", "ja"))
    assert "secret" not in error.message("en")


def test_an_address_of_another_database_asks_for_no_driver(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "signkit.web.api.postgres", None)
    with pytest.raises(ServiceError) as caught:
        open_tenants(tmp_path, ServiceSettings(database="mysql://host/signkit"))
    assert caught.value.code == "service-settings"


def test_an_address_of_ipv6_is_one_that_can_be_asked():
    assert Address("127.0.0.1", 8420).url == "http://127.0.0.1:8420/"
    assert Address("::1", 8420).url == "http://[::1]:8420/"


def test_workers_that_do_not_start_are_told_unless_the_service_is_ending(tmp_path):
    lost = SimpleNamespace(result=lambda: (_ for _ in ()).throw(WorkerLost("died", "signal 15")))
    service = SimpleNamespace(
        own=ServiceSettings(workers=1), settings=None, pool=SimpleNamespace(submit=lambda *_: lost)
    )
    with pytest.raises(ServiceError) as caught:
        warm_up(service)
    assert (caught.value.code, "signal 15" in caught.value.message("en")) == ("service-workers", True)
    assert warm_up(service, [signal.SIGTERM]) is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_who_ends_the_service_before_it_is_ready_ends_it_quietly(tmp_path):
    create_service(tmp_path / "service")
    served = subprocess.Popen(
        [sys.executable, "-m", "signkit", "--lang", "en", "serve", str(tmp_path / "service"), "--port", "0"],
        env=os.environ | {"SIGNKIT_HOME": str(tmp_path / "home")}, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    ends = time.monotonic() + 60
    while not psutil.Process(served.pid).children() and time.monotonic() < ends:
        time.sleep(0.01)
    os.killpg(served.pid, signal.SIGTERM)  # as a terminal, or timeout(1), tells all of them
    _, told = served.communicate(timeout=120)
    assert (served.returncode, told) == (0, "The service has ended.\n")


@pytest.mark.slow
def test_where_people_come_in_is_said_at_the_start(tmp_path):
    create_service(tmp_path / "service")
    (tmp_path / "service" / "service.toml").write_text('workers = 1\norigin = "http://localhost:8429"\n')
    served = subprocess.Popen(
        [sys.executable, "-m", "signkit", "--lang", "en", "serve", str(tmp_path / "service"), "--port", "0"],
        env=os.environ | {"SIGNKIT_HOME": str(tmp_path / "home")}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        lines = [served.stderr.readline() for _ in range(2)]
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=120)
    assert lines[1] == "People find their pages at http://localhost:8429/.\n", lines


@pytest.mark.parametrize("command", [["tenant", "delete"], ["key", "add"], ["log", "verify"], ["person", "list"]])
def test_a_tenant_that_is_none_is_told_with_a_command_that_works(tmp_path, command):
    made = start(tmp_path / "service", tmp_path / "home")
    made.service.close()
    told = run_signkit("service", *command, str(tmp_path / "service"), "nix", home=tmp_path / "home")
    assert "signkit service tenant list FOLDER" in told.stderr, told


def test_what_is_on_its_way_stays_when_a_console_command_opens_the_store(tmp_path):
    """A backup, an export or a new key beside a running service; only its next start clears up."""
    create_service(tmp_path)
    store = Tenants(tmp_path).add("架空").store
    (store.spool / "coming").write_bytes(b"%PDF-1.7")
    [tenant] = Tenants(tmp_path).all()
    assert (tenant.store.spool / "coming").read_bytes() == b"%PDF-1.7"
    clear_spool(store)
    assert list(store.spool.iterdir()) == []


def test_hosts_of_every_kind_can_be_set(tmp_path):
    create_service(tmp_path / "service")
    (tmp_path / "service" / "service.toml").write_text(
        'mail_server = "[2001:db8::7]:465"\nmail_from = "keiyaku@example.jp"\n'
        'fetch_hosts = ["files.example.jp", "files:8443"]\ninner_hosts = ["10.0.0.7", "2001:db8::7", "files_1"]\n'
    )
    own = read_service_settings(tmp_path / "service")
    assert own.mail_host == ("2001:db8::7", 465)
    assert replace(own, mail_server="mail.example.jp").mail_host == ("mail.example.jp", None)


def test_every_number_has_bounds_and_every_setting_is_in_the_file_that_is_made(tmp_path):
    create_service(tmp_path / "service")
    written = (tmp_path / "service" / "service.toml").read_text()
    for each in fields(ServiceSettings):
        assert f"# {each.name} = " in written
        assert type(each.default) is not int or each.name in service_settings._BOUNDS


@pytest.mark.parametrize("command", [["init", ""], ["restore", "backup", ""]])
def test_an_empty_name_is_not_the_folder_one_is_in(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    refused = run_signkit("service", *command, home=tmp_path)
    assert refused.returncode == 2
    assert not (tmp_path / "service.toml").exists()

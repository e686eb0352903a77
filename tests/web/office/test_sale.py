"""A sale as people make it, each at their own machine, in Chromium.

The broker's office (``signkit serve``), the seller's PC with ``signkit agent`` and an emulated card in a network of its
own, the buyer's phone with the test server of デジタル認証アプリ, and the broker's key take part.
With ``SIGNKIT_PICTURES=FOLDER`` what each of them sees is kept there, as docs/guides/office.md shows it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from base64 import b64decode
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("joserfc", reason="the extra 'phone' is not installed")
pytest.importorskip("fido2", reason="the extra 'service' is not installed")

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signkit.rehearsal.cards import kept_contents
from signkit.rehearsal.pki import kept_rehearsal
from signkit.web.api.service_settings import create_service
from signkit.web.api.tenants import Tenants
from signkit.web.people.accounts import add_person
from signkit.web.people.sessions import begin_session
from tests.command import run_signkit
from tests.signers.auth_app_world import PhoneWorld
from tests.web.agents.own_network import relay
from tests.web.api.test_killing import Server
from tests.web.api.test_proxy import free_port
from tests.web.browser import follow, make_pinentry
from tests.web.office.test_browser_office import Desk

_ROOT = Path(__file__).parents[3]
_UNSHARE = ("unshare", "--user", "--map-root-user", "--net")
_SECONDS = 280


def may_unshare():
    try:
        return subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not may_unshare(), reason="this system makes no network namespaces for its users"),
]


class Broker:
    """The broker's office: its folder, its server, and its people's browsers."""

    def __init__(self, chromium, folder, port):
        self.chromium, self.folder, self.origin = chromium, folder, f"http://localhost:{port}"
        kept_rehearsal(folder / "home" / "rehearsal")
        (folder / "trusted").mkdir()
        shutil.copy(folder / "home" / "rehearsal" / "rehearsal-ca.pem", folder / "trusted")
        create_service(folder / "service")
        said = f'workers = 1\norigin = "{self.origin}"\nauth_app = "rehearsal"\n'
        (folder / "service" / "service.toml").write_text(said)
        (folder / "signkit.toml").write_text(f'trust_folders = ["{folder / "trusted"}"]\n')
        self.tenant = Tenants(folder / "service").add("架空不動産株式会社")
        self.port = port

    @contextmanager
    def serving(self):
        settings = str(self.folder / "signkit.toml")
        server = Server(self.folder / "service", self.folder / "home", self.port, SIGNKIT_SETTINGS=settings)
        try:
            yield
        finally:
            server.stop()

    def desk(self, role, name):
        """Return the browser of somebody who came in."""
        with self.tenant.store.writing() as connection:
            person = add_person(connection, name, role, self.tenant.store.now())
            _, cookie = begin_session(connection, self.tenant, person, "ja")
        return Desk(self.chromium, self.origin, ("signkit-office", cookie))


class Pc:
    """The seller's PC, in a network of its own: one relay leads out of it, to the office."""

    def __init__(self, folder, port):
        self.seen, self._paired = [], threading.Event()
        door = str(folder / "door")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(door)
        self._listener.listen()
        office = ("127.0.0.1", port)
        leads = threading.Thread(
            target=relay, args=(self._listener, lambda: socket.create_connection(office)), daemon=True
        )
        leads.start()
        home, programs = folder / "pc", folder / "programs"
        kept_contents(folder / "home" / "rehearsal", "takahashi")
        shutil.copytree(folder / "home" / "rehearsal", home / "rehearsal-desk" / "rehearsal")
        programs.mkdir()
        self.pinentry = make_pinentry(programs, "SIGNKIT1")
        (programs / "pinentry").symlink_to(self.pinentry.program)
        without_screen = {name: value for name, value in os.environ.items() if not name.endswith("DISPLAY")}
        self._process = subprocess.Popen(
            [*_UNSHARE, sys.executable, "-m", "tests.web.agents.own_network", door, str(port)],
            env=without_screen | {
                "SIGNKIT_HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(_ROOT),
            },
            cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self._bound = threading.Timer(_SECONDS, self._kill)
        self._bound.start()

    def told(self, pattern):
        """Return what the PC shows, read on until it shows that."""
        for line in self._process.stdout:
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError("".join(self.seen))

    def wait(self):
        self.seen += self._process.stdout
        assert self._process.wait() == 0, "".join(self.seen)

    def _kill(self):
        """End all that runs on the PC: its agent and its browser, too."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self):
        self._bound.cancel()
        self._kill()
        self._process.wait()
        self._process.stdout.close()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def approved(clerk, supervisor):
    """Have the example made into a contract, and approved by another; return its address."""
    clerk.page.goto(f"{clerk.origin}/new")
    clerk.page.click("[aria-labelledby='t-real-estate-sale'] button[name='with']")
    clerk.press("確認してプレビュー")
    clerk.press("署名の準備")
    clerk.press("承認を依頼する")
    clerk.page.wait_for_selector("text=承認待ち")
    path = clerk.page.url.removeprefix(clerk.origin)
    supervisor.page.goto(supervisor.origin + path)
    supervisor.press("この内容で承認する")
    supervisor.page.wait_for_selector("text=承認済み")
    return path


def sign_at_the_pc(seller, pc, path):
    """Pair the PC, and ask it for the signature; what it shows and does is in `tests.web.agents.own_network`."""
    code = pc.told(r"^\s+([A-Z]{4}-[A-Z]{4})\s*$")
    seller.look("office-agents", "/agents")
    seller.page.fill("#code", code)
    seller.press("次へ")
    seller.page.wait_for_selector("h1:has-text('あなたのパソコンですか')")
    seller.screens.look("office-agent-confirm")
    shown = seller.page.input_value("input[name='fingerprint']")
    assert pc.told(r"ingerprint[^:]*: *([0-9A-F ]+[0-9A-F])") == shown, pc.seen
    seller.press("はい、登録します")
    seller.page.wait_for_selector(f"text={shown}")
    seller.page.goto(seller.origin + path)
    follow(seller.page, "a[href$='/agent/seller']")
    seller.look("office-ask-agent")
    seller.press("パソコンに送る")
    pc.wait()
    assert pc.pinentry.asked.read_text().count("GETPIN") == 1
    seller.look("office-agent-signed", "/agents")
    assert seller.page.locator("text=署名済み").count() == 1, seller.page.inner_text("body")


def sign_on_the_phone(broker, clerk, path):
    """Send the buyer a link; they sign on their phone, and come back by its browser."""
    clerk.page.goto(clerk.origin + path)
    clerk.page.click("summary:has-text('リンクを作る')")
    clerk.page.select_option("#link-role", "buyer")
    clerk.press("リンクを作る")
    clerk.page.wait_for_selector("#alone")
    link = clerk.page.input_value("#alone")
    buyer = Desk(broker.chromium, broker.origin, has_touch=True, is_mobile=True)
    buyer.page.set_viewport_size({"width": 375, "height": 800})
    buyer.look("sale-phone-link", link.removeprefix(broker.origin))
    buyer.press("契約書を開く")
    buyer.page.wait_for_selector("h2:has-text('署名する')")
    buyer.look("sale-phone-contract")
    buyer.press("スマートフォンで署名する")
    buyer.page.wait_for_selector("a:has-text('デジタル認証アプリへ進む')")
    buyer.screens.look("sale-phone-ready")
    buyer.page.click("a:has-text('デジタル認証アプリへ進む')")
    buyer.page.wait_for_selector("h1:has-text('スマートフォンから戻りました')")
    buyer.screens.look("sale-phone-back")
    buyer.press("署名を完了する")
    buyer.page.wait_for_selector("text=署名済みです")
    buyer.look("sale-phone-signed")


def sign_with_the_key(clerk, folder, path):
    """Take the request to where the broker's key is, and bring the signature back."""
    contents = kept_contents(folder / "home" / "rehearsal", "tsujimoto").sign
    clerk.page.goto(clerk.origin + path)
    clerk.page.click("a[href$='/agent/broker']")
    clerk.page.click("a:has-text('鍵が別の場所にあるとき')")
    certificate, signature = folder / "certificate.pem", folder / "signature.bin"
    certificate.write_bytes(contents.certificate)
    clerk.page.set_input_files("#certificate", str(certificate))
    clerk.press("依頼ファイルを作る")
    with clerk.page.expect_download() as downloading:
        clerk.page.click("a:has-text('依頼ファイルをダウンロード')")
    request = json.loads(Path(downloading.value.path()).read_text())
    key = load_der_private_key(contents.private_key, None)
    signature.write_bytes(key.sign(b64decode(request["to_sign"]["attributes"]), PKCS1v15(), SHA256()))
    clerk.page.set_input_files("#signature", str(signature))
    clerk.press("取り込んで検査する")
    clerk.page.wait_for_selector("text=署名しました")
    clerk.look("sale-signed")


def test_a_sale_between_a_pc_a_phone_and_a_key_holds_outside_the_office(chromium, tmp_path):
    port = free_port()
    broker = Broker(chromium, tmp_path, port)
    with PhoneWorld(tmp_path / "home", "yoshida") as phone:
        phone.callback = f"{broker.origin}/party/phone"
        phone.register(phone.callback)
        phone.write_settings()
        with broker.serving(), closing(Pc(tmp_path, port)) as pc:
            clerk, supervisor = broker.desk("clerk", "辻本 健"), broker.desk("supervisor", "佐藤 一郎")
            path = approved(clerk, supervisor)
            sign_at_the_pc(broker.desk("clerk", "髙橋 祐一郎"), pc, path)
            sign_on_the_phone(broker, clerk, path)
            sign_with_the_key(clerk, tmp_path, path)
            said = clerk.page.inner_text(".remarks")
            for who in ("髙橋 祐一郎", "当事者（買主）", "辻本 健"):
                assert f"{who} が署名を受け取り" in said, said
            with clerk.page.expect_download() as downloading:
                clerk.page.click("#downloads + p a")
            contract = shutil.copy(downloading.value.path(), tmp_path / "contract.pdf")
    pki = kept_rehearsal(tmp_path / "home" / "rehearsal")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "today.crl").write_bytes(pki.revocation().crl(pki.signature_ca))
    # The PC has a timestamp and the authority's answer with its signature; of the others nothing is said before its
    # next list.
    assert judged(tmp_path, contract) == {
        "seller": ("TOTAL-PASSED", None), "buyer": ("INDETERMINATE", "TRY_LATER"),
        "broker": ("INDETERMINATE", "TRY_LATER"),
    }  # fmt: skip
    passed = ("TOTAL-PASSED", None)
    with_list = judged(tmp_path, contract, "--evidence", str(tmp_path / "evidence"))
    assert with_list == dict.fromkeys(("seller", "buyer", "broker"), passed)


def judged(folder, contract, *more):
    """Judge a file as somebody does who trusts the authority, and knows nothing of the office."""
    trusted = str(folder / "trusted" / "rehearsal-ca.pem")
    told = run_signkit(
        "validate", str(contract), "--offline", "--trust", trusted, "--format", "json", *more, home=folder / "outside"
    )
    signatures = json.loads(told.stdout)["signatures"]
    return {each["field"]: (each["verdict"], each["sub_indication"]) for each in signatures}

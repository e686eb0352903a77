"""The shipped nginx.conf and Caddyfile in front of a running service, with TLS."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest

from signkit.web.api.access import add_key
from signkit.web.api.service_settings import create_service
from signkit.web.api.tenants import Tenants
from tests.requirements import require
from tests.web.api.test_killing import Server

_SHIPPED = Path(__file__).parents[3] / "packaging" / "proxy"
_PATH = "/usr/sbin:/usr/bin:/usr/local/sbin"
_NGINX, _CADDY = shutil.which("nginx", path=_PATH), shutil.which("caddy", path=_PATH)
_CLIENT = "127.0.0.5"
_BOUND = 60.0


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs, and whom its certificate is trusted by."""

    process: subprocess.Popen
    port: int
    plain_port: int
    authority: Path

    def connect(self):
        return ProxiedConnection(self.port, self.authority)

    def connect_without_tls(self):
        return http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=60)

    def stop(self):
        self.process.terminate()
        self.process.wait(_BOUND)


class ProxiedConnection(http.client.HTTPSConnection):
    """A connection to nginx from an address of its own."""

    def __init__(self, port, authority):
        super().__init__("signkit.example", port, timeout=60)
        self._trust = ssl.create_default_context(cafile=str(authority))

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), 60, source_address=(_CLIENT, 0))
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def put_in(text, replaced):
    """Return a shipped configuration with what is particular to a test."""
    for before, after in replaced.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def start_nginx(folder, service_address, more=None):
    return run_nginx(folder, {"http://127.0.0.1:8420": service_address} | (more or {}))


def run_nginx(folder, places, shipped="nginx.conf"):
    """Start nginx with a shipped configuration, in which each address of a service is replaced by one of here."""
    require(_NGINX, "nginx is not installed")
    subject = ["-subj", "/CN=signkit.example", "-addext", "subjectAltName=DNS:signkit.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(folder / "privkey.pem")]
    certificate = folder / "fullchain.pem"
    command = ["openssl", "req", "-x509", *key, "-out", str(certificate), *subject]
    subprocess.run(command, check=True, capture_output=True)
    port, plain_port = free_port(), free_port()
    site = put_in((_SHIPPED / shipped).read_text(), {
        "/etc/ssl/signkit": str(folder), **places,
        "listen 443": f"listen 127.0.0.1:{port}", "    listen [::]:443 ssl;\n": "",
        "listen 80;": f"listen 127.0.0.1:{plain_port};", "    listen [::]:80;\n": "",
    })  # fmt: skip
    whole = folder / "nginx.conf"
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root, nginx gives its workers another user, who cannot write in this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    whole.write_text(
        f"{user} pid {folder}/pid; error_log stderr; daemon off; events {{}} "
        f"http {{ access_log off; {temporary} {site} }}"
    )
    process = subprocess.Popen([_NGINX, "-c", str(whole)])
    wait_for(port, certificate)
    return Proxy(process, port, plain_port, certificate)


def start_caddy(folder, service_address, more=None):
    """Start Caddy with its own authority, which makes the certificates that a public one makes elsewhere."""
    require(_CADDY, "caddy is not installed")
    port, plain_port = free_port(), free_port()
    own = (
        "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n"
        f"\thttp_port {plain_port}\n\thttps_port {port}\n\tservers {{"
    )
    whole = folder / "Caddyfile"
    shipped = (_SHIPPED / "Caddyfile").read_text()
    places = {"127.0.0.1:8420": service_address.removeprefix("http://"), "{\n\tservers {": own}
    whole.write_text(put_in(shipped, places | (more or {})))
    environment = os.environ | {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    process = subprocess.Popen(
        [_CADDY, "run", "--config", str(whole), "--adapter", "caddyfile"], env=environment, stderr=subprocess.DEVNULL
    )
    authority = folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    wait_for(port, authority)
    return Proxy(process, port, plain_port, authority)


def wait_for(port, authority):
    """Wait until somebody can come in by TLS: Caddy makes its authority, then its certificate, after it listens."""
    ends, last = time.monotonic() + _BOUND, None
    while time.monotonic() < ends:
        try:
            client = ProxiedConnection(port, authority)
            client.connect()
            client.close()
            return
        except OSError as error:
            last = error
            time.sleep(0.05)
    raise AssertionError(f"the proxy lets nobody in: {last}")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A service behind a proxy: its address, its tenant and a key."""
    folder = tmp_path_factory.mktemp("proxied")
    create_service(folder / "service")
    (folder / "service" / "service.toml").write_text('workers = 1\nproxy = "127.0.0.1"\n')
    tenant = Tenants(folder / "service").add("株式会社架空")
    with tenant.store.writing() as connection:
        _, key = add_key(connection, tenant, "test", ["usage:read", "validations:write"])
    server = Server(folder / "service", folder / "home")
    yield server.address, tenant, key
    server.stop()


@pytest.mark.slow
@pytest.mark.parametrize("start", [start_nginx, start_caddy])
def test_the_shipped_configuration(place, tmp_path, start):
    address, tenant, key = place
    headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "203.0.113.9"}
    proxy = start(tmp_path, address)
    try:
        client = proxy.connect()
        answers = []
        for method, path, body in [
            ("GET", "/api/v1/usage", None),
            ("POST", "/api/v1/validations", b"%PDF-1.7" + b"x" * 40_000_000),
            ("GET", "/api/v1/nothing", None),
        ]:
            client.request(method, path, body, headers | ({"Content-Type": "application/pdf"} if body else {}))
            socket_before, answer = client.sock, client.getresponse()
            answers.append((answer.status, answer.headers["content-type"].partition(";")[0]))
            answer.read()
            assert client.sock is socket_before  # kept open
        client.close()
    finally:
        proxy.stop()
    assert answers == [(200, "application/json"), (201, "application/json"), (404, "application/problem+json")]
    with tenant.store.reading() as connection:
        assert {row[0] for row in connection.execute("SELECT origin FROM operation")} == {_CLIENT}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "here", "elsewhere"),
    [(start_nginx, "allow 127.0.0.0/8;", "allow 127.0.0.6;"),
     (start_caddy, "remote_ip private_ranges", "remote_ip 127.0.0.6")],
)  # fmt: skip
def test_metrics_are_for_this_machine_and_private_networks(place, tmp_path, start, here, elsewhere):
    address, *_ = place
    for folder, more, expected in (("here", {}, 200), ("elsewhere", {here: elsewhere}, 403)):
        (tmp_path / folder).mkdir()
        proxy = start(tmp_path / folder, address, more)
        try:
            for path, status in (("/metrics", expected), ("/%6detrics", expected), ("/health", 200)):
                client = proxy.connect()
                client.request("GET", path)
                answer = client.getresponse()
                assert (path, answer.status) == (path, status)
                assert (b"signkit" in answer.read()) is (path != "/health" and status == 200)
                client.close()
        finally:
            proxy.stop()


def start_nodes(folder, service_address, more=None):
    one = service_address.removeprefix("http://")
    places = {"server 10.0.0.11:8420": f"server {one}", "    server 10.0.0.12:8420 max_fails=0;\n": ""}
    return run_nginx(folder, places | (more or {}), "nginx-nodes.conf")


@pytest.mark.slow
@pytest.mark.parametrize("start", [start_nginx, start_nodes, start_caddy])
def test_without_tls_people_are_led_on_and_programs_refused(place, tmp_path, start):
    address, _, key = place
    proxy = start(tmp_path, address)
    try:
        answers = []
        for path in ("/signin?next=%2Fmany", "/api/v1/usage", "/agent/v1/tasks"):
            client = proxy.connect_without_tls()
            client.request("GET", path, headers={"Host": "signkit.example", "Authorization": f"Bearer {key}"})
            answer = client.getresponse()
            answers.append((answer.status, answer.headers["Location"]))
            client.close()
        secure = proxy.connect()
        secure.request("GET", "/health")
        remembered = secure.getresponse().headers["Strict-Transport-Security"]
        secure.close()
    finally:
        proxy.stop()
    assert answers == [(301, "https://signkit.example/signin?next=%2Fmany"), (403, None), (403, None)]
    assert remembered == "max-age=31536000"


def ends(connection):
    """Tell whether the other end lets go of a connection, within the test's bound."""
    connection.settimeout(_BOUND)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "before", "after"),
    [(start_nginx, "client_header_timeout 20s", "client_header_timeout 1s"),
     (start_nginx, "client_body_timeout 30s", "client_body_timeout 1s")],
)  # fmt: skip
def test_who_sends_too_slowly_is_let_go(place, tmp_path, start, before, after):
    address, _, key = place
    proxy = start(tmp_path, address, {before: after})
    try:
        client = proxy.connect()
        client.connect()
        head = f"POST /api/v1/validations HTTP/1.1\r\nHost: signkit.example\r\nAuthorization: Bearer {key}\r\n"
        is_body = "body" in before
        client.sock.sendall(head.encode() + (b"Content-Length: 100\r\n\r\n%PDF" if is_body else b""))
        assert ends(client.sock)
        client.close()
    finally:
        proxy.stop()


@pytest.mark.slow
def test_one_address_does_not_take_all_places_of_nginx(place, tmp_path):
    address, _, key = place
    proxy = start_nginx(tmp_path, address, {"limit_conn signkit_addresses 200": "limit_conn signkit_addresses 2"})
    head = f"Host: signkit.example\r\nAuthorization: Bearer {key}\r\n"
    slow = f"POST /api/v1/validations HTTP/1.1\r\n{head}Content-Length: 100\r\n\r\n%PDF".encode()
    try:
        holding = [proxy.connect() for _ in range(2)]
        for each in holding:
            each.connect()
            each.sock.sendall(slow)
        last, until = None, time.monotonic() + _BOUND
        while last != 429 and time.monotonic() < until:  # nginx counts a connection once it has read the head
            client = proxy.connect()
            client.request("GET", "/health")
            last = client.getresponse().status
            client.close()
        for each in holding:
            each.close()
    finally:
        proxy.stop()
    assert last == 429


class SayingWho(BaseHTTPRequestHandler):
    """A node that says which one it is."""

    def do_GET(self):
        said = str(self.server.server_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_whoever_comes_for_a_tenant_is_led_to_one_node(tmp_path):
    """Its office is on one node at a time: people, agents, parties and programs have to meet there."""
    nodes = [ThreadingHTTPServer(("127.0.0.1", 0), SayingWho) for _ in range(2)]
    for each in nodes:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    places = {f"10.0.0.1{number}:8420": f"127.0.0.1:{each.server_address[1]}" for number, each in enumerate(nodes, 1)}
    proxy = run_nginx(tmp_path, places, "nginx-nodes.conf")
    try:
        reached = {tenant: set(_nodes_of(proxy, tenant)) for tenant in (str(uuid4()) for _ in range(20))}
    finally:
        proxy.stop()
        for each in nodes:
            each.shutdown()
            each.server_close()
    assert {len(each) for each in reached.values()} == {1}, reached
    assert len({node for each in reached.values() for node in each}) == 2, "all tenants on one node"


def _nodes_of(proxy, tenant):
    """Yield the node that each of those who come for a tenant is led to."""
    link, other, secret = uuid4(), uuid4(), "s" * 43
    stranger = f"__Host-signkit-office-{other}=pc_{uuid4()}_{other}_{secret}"
    party = f"{stranger}; __Host-signkit-office-{link}=pc_{tenant}_{link}_{secret}"
    asked = [
        ("/api/v1/jobs", {"Authorization": f"Bearer sk_{tenant}_{link}_{secret}"}),
        ("/many/1", {"Cookie": f"__Host-signkit-office=sp_{tenant}_{link}_{secret}"}),
        ("/agent/v1/tasks?wait=0", {"signkit-agent-id": f"{tenant}.{link}"}),
        (f"/party/pt_{tenant}_{link}_{secret}", {"Cookie": f"__Host-signkit-office=sp_{uuid4()}_{link}_{secret}"}),
        (f"/party/at/{link}", {"Cookie": party}),
        (f"/party/at/{link}/pages/0-480.png", {"Cookie": f"__Host-signkit-office=sp_{uuid4()}_x_y; {party}"}),
        ("/party/phone", {"Cookie": party.removeprefix(f"{stranger}; ")}),
    ]
    client = proxy.connect()
    for path, headers in asked:
        client.request("GET", path, headers=headers)
        answer = client.getresponse()
        assert answer.status == 200, (path, answer.status)
        yield answer.read()
    client.close()


@pytest.mark.slow
@pytest.mark.parametrize("start", [start_nginx, start_nodes, start_caddy])
def test_while_the_service_is_away_people_are_told_so(tmp_path, start):
    proxy = start(tmp_path, f"http://127.0.0.1:{free_port()}")  # nobody listens there
    try:
        client = proxy.connect()
        for method, path in (("GET", "/sign-in/"), ("POST", "/api/v1/validations")):
            client.request(method, path)
            answer = client.getresponse()
            said = answer.read().decode()
            assert (answer.status, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
            assert answer.headers["retry-after"] == "10"
            assert "サービスに接続できません" in said
            assert '<p lang="en">The service does not answer.' in said
        client.close()
    finally:
        proxy.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "before", "after"),
    [
        (start_nginx, "client_max_body_size 512m", "client_max_body_size 1k"),
        (start_caddy, "max_size 512MB", "max_size 1KB"),
    ],
)
def test_what_the_proxy_itself_refuses_keeps_its_status(place, tmp_path, start, before, after):
    address, _, key = place
    proxy = start(tmp_path, address, {before: after})
    try:
        client = proxy.connect()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/pdf"}
        client.request("POST", "/api/v1/validations", b"x" * 4096, headers)
        answer = client.getresponse()
        assert answer.status == 413
        assert "サービスに接続できません" not in answer.read().decode()
        client.close()
    finally:
        proxy.stop()

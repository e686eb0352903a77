"""The shipped nginx.conf in front of a running service, with TLS."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from signkit.web.api.access import add_key
from signkit.web.api.service import create_service
from signkit.web.api.tenants import Tenants
from tests.web.api.test_killing import Server

_SHIPPED = Path(__file__).parents[3] / "packaging" / "proxy"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
_CLIENT = "127.0.0.5"


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


def start_nginx(folder, places, shipped="nginx.conf"):
    """Start nginx with a shipped configuration, in which each address of a service is replaced by one of here."""
    subject = ["-subj", "/CN=signkit.example", "-addext", "subjectAltName=DNS:signkit.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(folder / "privkey.pem")]
    certificate = folder / "fullchain.pem"
    command = ["openssl", "req", "-x509", *key, "-out", str(certificate), *subject]
    subprocess.run(command, check=True, capture_output=True)
    port, site = free_port(), (_SHIPPED / shipped).read_text()
    for before, after in {
        "/etc/ssl/signkit": str(folder), **places,
        "listen 443": f"listen 127.0.0.1:{port}", "    listen [::]:443 ssl;\n": "",
    }.items():  # fmt: skip
        assert before in site
        site = site.replace(before, after)
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
    return subprocess.Popen([NGINX, "-c", str(whole)]), port, certificate


def wait_for(port):
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_the_shipped_nginx_configuration(tmp_path):
    folder = tmp_path / "service"
    create_service(folder)
    (folder / "service.toml").write_text('workers = 1\nproxy = "127.0.0.1"\n')
    tenant = Tenants(folder).add("株式会社架空")
    with tenant.store.writing() as connection:
        _, key = add_key(connection, tenant, "test", ["usage:read", "validations:write"])
    server = Server(folder, tmp_path / "home")
    nginx, port, certificate = start_nginx(tmp_path, {"http://127.0.0.1:8420": server.address})
    headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "203.0.113.9"}
    try:
        wait_for(port)
        client = ProxiedConnection(port, certificate)
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
        nginx.terminate()
        nginx.wait(30)
        server.stop()
    assert answers == [(200, "application/json"), (201, "application/json"), (404, "application/problem+json")]
    with tenant.store.reading() as connection:
        assert {row[0] for row in connection.execute("SELECT origin FROM operation")} == {_CLIENT}

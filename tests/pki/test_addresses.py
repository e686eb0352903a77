"""Where a service connects to: never into its own network, however the address is written or answered."""

from __future__ import annotations

import ipaddress
import pickle
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import strategies as st

from signkit.pki.addresses import REFUSED, AddressRefused, AddressRule, is_public
from signkit.pki.http import HttpFailure, fetch
from signkit.pki.revocation.sources import NoEvidence, OnlineRevocation
from tests.examples import given
from tests.validation import pki

#: One network a class; of each the first, the last and some address between are tried.
INSIDE = {
    "this network": "0.0.0.0/8",
    "private 10": "10.0.0.0/8",
    "carrier-grade NAT": "100.64.0.0/10",
    "loopback": "127.0.0.0/8",
    "link-local, metadata": "169.254.0.0/16",
    "private 172": "172.16.0.0/12",
    "protocol assignments": "192.0.0.0/24",
    "private 192": "192.168.0.0/16",
    "benchmarks": "198.18.0.0/15",
    "documentation": "203.0.113.0/24",
    "multicast": "224.0.0.0/4",
    "reserved, broadcast": "240.0.0.0/4",
}
INSIDE_6 = {
    "unspecified, loopback, IPv4-compatible": "::/96",
    "local NAT64": "64:ff9b:1::/48",
    "discard": "100::/64",
    "Teredo": "2001::/32",
    "documentation": "2001:db8::/32",
    "6to4": "2002::/16",
    "unique local": "fc00::/7",
    "link-local": "fe80::/10",
    "site-local": "fec0::/10",
    "multicast": "ff00::/8",
}
PUBLIC = ["1.1.1.1", "8.8.8.8", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
          "192.167.255.255", "223.255.255.255", "2606:4700:4700::1111", "2400:4050::1", "64:ff9b::8.8.8.8",
          "::ffff:8.8.8.8"]  # fmt: skip


def inside(networks):
    return st.sampled_from(sorted(networks.values())).flatmap(
        lambda text: st.ip_addresses(network=ipaddress.ip_network(text))
    )


@pytest.mark.slow
@given(inside(INSIDE))
def test_no_inner_address_is_public_in_any_form(address):
    number = int(address)
    forms = [address, ipaddress.IPv6Address(0xFFFF << 32 | number), ipaddress.IPv6Address((0x64FF9B << 96) | number),
             ipaddress.IPv6Address(0x2002 << 112 | number << 80), ipaddress.IPv6Address(number)]  # fmt: skip
    assert [str(each) for each in forms if is_public(each)] == []


@pytest.mark.slow
@given(inside(INSIDE_6))
def test_no_inner_address_of_the_sixth_version_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("network", [*INSIDE.values(), *INSIDE_6.values()])
def test_the_edges_of_each_network(network):
    edges = ipaddress.ip_network(network)
    assert not is_public(edges[0])
    assert not is_public(edges[-1])


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_asked(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192",
                                     "168.63.129.16", "127.0.0.1", "::1", "fe80::1", "0.0.0.0"])  # fmt: skip
def test_metadata_and_the_machine_stay_out_whatever_the_operator_lists(address):
    rule = AddressRule(inner_hosts=(address, "inner.example"))
    assert not rule.permits(address, ipaddress.ip_address(address))
    assert not rule.permits("inner.example", ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["10.1.2.3", "172.20.0.1", "192.168.1.1", "fd12::1", "::ffff:10.1.2.3"])
def test_the_operators_own_hosts_may_be_inside(address):
    rule, plain = AddressRule(inner_hosts=("OCSP.example.",)), ipaddress.ip_address(address)
    assert rule.permits("ocsp.example", plain)
    assert not rule.permits("other.example", plain)


class Witness(ThreadingHTTPServer):
    """A server on this machine that counts whoever connects."""

    def __init__(self, family, address):
        self.address_family = family
        super().__init__((address, 0), _Hello)
        self.connections = 0

    def get_request(self):
        self.connections += 1
        return super().get_request()


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"inside")

    def log_message(self, *_):
        pass


@pytest.fixture(params=["0.0.0.0", "::"])
def witness(request):
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    try:
        server = Witness(family, request.param)
    except OSError:
        pytest.skip("this machine has no IPv6")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


SPELLINGS = ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "127.255.255.254",
             "0.0.0.0", "0", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
             "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "user@127.0.0.1", "1.1.1.1@127.0.0.1",
             "①②⑦.0.0.1", "127。0。0。1"]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nobody_connects_to_this_machine_by_any_spelling(witness, spelling):
    url = f"http://{spelling}:{witness.server_port}/"
    with pytest.raises(HttpFailure):
        fetch(url, timeout=60, limit=100, rule=AddressRule())
    assert witness.connections == 0


def test_the_witness_is_there_for_those_without_a_rule(witness):
    host = "[::1]" if witness.address_family == socket.AF_INET6 else "127.0.0.1"
    assert fetch(f"http://{host}:{witness.server_port}/", timeout=60, limit=100) == b"inside"
    assert witness.connections == 1


class Reaching(AddressRule):
    """As if one address of this machine were public."""

    def permits(self, host, address):
        return str(address) == "127.0.0.1" or super().permits(host, address)


@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/", "http://localhost.localdomain:{port}/", "file:///etc/passwd",
                                    "http://169.254.169.254/latest/meta-data/", "ftp://127.0.0.1/"])  # fmt: skip
def test_a_redirect_into_the_inside_is_not_followed(witness, target):
    class Redirecting(_Hello):
        def do_GET(self):
            self.send_response(302)
            self.send_header("location", target.format(port=witness.server_port))
            self.end_headers()

    outer = ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)
    threading.Thread(target=outer.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with pytest.raises(HttpFailure):
            fetch(f"http://127.0.0.1:{outer.server_port}/", timeout=60, limit=100, rule=Reaching())
    finally:
        outer.shutdown()
        outer.server_close()
    assert witness.connections == 0


def test_a_name_with_one_inner_address_is_not_used(monkeypatch):
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(AddressRefused):
        AddressRule().resolve("mixed.example", 80)


def test_the_name_is_asked_for_once(monkeypatch, witness):
    """A second answer of the DNS would not be the one that was judged."""
    asked, connected = [], []

    def answer(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", port))]

    class Socket(socket.socket):
        def connect(self, address):
            connected.append(address[0])
            raise OSError("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket, "socket", Socket)
    with pytest.raises(HttpFailure):
        fetch(f"http://rebound.example:{witness.server_port}/", timeout=60, limit=100, rule=AddressRule())
    assert (asked, connected) == (["rebound.example"], ["8.8.8.8"])


def test_a_proxy_of_the_environment_is_not_used(monkeypatch, witness):
    host = "[::1]" if witness.address_family == socket.AF_INET6 else "127.0.0.1"
    monkeypatch.setenv("http_proxy", f"http://{host}:{witness.server_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(HttpFailure):
        fetch("http://10.255.255.1/", timeout=0.5, limit=100, rule=Reaching())
    assert witness.connections == 0


@pytest.mark.parametrize("kind", ["ocsp", "crl"])
@pytest.mark.parametrize("spelling", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost"])
def test_a_certificate_leads_no_service_inside(witness, kind, spelling):
    """Also after the options went to a worker process: they are pickled."""
    url = f"http://{spelling}:{witness.server_port}/x"
    issuer, certificate = certificate_naming(kind, url)
    source = pickle.loads(pickle.dumps(OnlineRevocation(5.0, AddressRule())))
    (answer,) = source.look_up(certificate, issuer)
    assert isinstance(answer, NoEvidence)
    assert answer.kind == "unreachable"
    assert witness.connections == 0
    assert REFUSED in answer.reason.en


def certificate_naming(kind, url):
    """Return an authority's certificate, and one of its that names an address."""
    point = x509.UniformResourceIdentifier(url)
    extension = (
        x509.AuthorityInformationAccess([x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP, point)])
        if kind == "ocsp"
        else x509.CRLDistributionPoints([x509.DistributionPoint([point], None, None, None)])
    )
    ca = pki.authority("CA")
    builder = pki._builder(
        pki.name("Signer"), ca.certificate.subject, ca.key, pki.NOW - timedelta(days=1), pki.NOW + timedelta(days=9)
    )
    made = builder.add_extension(extension, critical=False).sign(ca.key, hashes.SHA256())
    return tuple(asn1_x509.Certificate.load(each) for each in (as_der(ca.certificate), made.public_bytes(Encoding.DER)))


def as_der(certificate):
    """Return a certificate of either library as bytes."""
    return certificate.public_bytes(Encoding.DER) if hasattr(certificate, "public_bytes") else certificate.dump()

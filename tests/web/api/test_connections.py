"""Strangers at the socket: slow, half gone, ambiguous; others are served meanwhile and nothing stays behind."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

import uvicorn

from signkit.web.api.connections import Patience
from signkit.web.api.running import listening_config
from signkit.web.common.listening import listen_at
from tests.web.api.conftest import start

_BOUND = 60.0
_PATIENCE = Patience(head=1.0, body=1.0, answer=1.0, connections=40)


class Listening:
    """A service that listens, and its key."""

    def __init__(self, folder):
        self.tried = start(folder / "service", folder / "home")
        self.key = self.tried.client.headers["authorization"]
        self.listener = listen_at("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        self.server = uvicorn.Server(listening_config(self.tried.client.app, _PATIENCE))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()

    def connect(self, address="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), timeout=_BOUND, source_address=(address, 0))

    def head(self, line="POST /api/v1/validations", *fields):
        own = (f"{line} HTTP/1.1", "Host: localhost", f"Authorization: {self.key}", *fields)
        return ("\r\n".join(own) + "\r\n\r\n").encode()

    def send(self, *pieces, shut=False, address="127.0.0.1"):
        """Send pieces and return all that comes until the other end closes."""
        with self.connect(address) as connection:
            with contextlib.suppress(OSError):  # refused, and perhaps gone (ENOTCONN), before all was sent
                for each in pieces:
                    connection.sendall(each)
                if shut:
                    connection.shutdown(socket.SHUT_WR)
            return read_to_end(connection)

    def status(self, *pieces, **how):
        return status_of(self.send(*pieces, **how))

    def serves_others(self, address="127.0.0.2"):
        return self.status(self.head("GET /api/v1/usage", "Connection: close"), address=address) == 200

    def left_behind(self):
        """What still lies in the spool, once nothing is under way any more."""
        ends = time.monotonic() + _BOUND
        spool = self.tried.tenant.store.spool
        while (found := list(spool.iterdir())) and time.monotonic() < ends:
            time.sleep(0.05)
        return found

    def close(self):
        self.server.should_exit = True
        self.thread.join(_BOUND)
        self.listener.close()
        self.tried.service.close()


def read_to_end(connection):
    pieces = []
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else None


def chunked(data):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    made = Listening(tmp_path_factory.mktemp("listening"))
    yield made
    made.close()


def drip(connection, piece):
    """Send a piece again and again until the other end has had enough; whether it had within the bound."""
    ends = time.monotonic() + _BOUND
    with contextlib.suppress(OSError):
        while time.monotonic() < ends:
            connection.sendall(piece)
            time.sleep(0.05)
    return time.monotonic() < ends


@pytest.mark.slow
@pytest.mark.parametrize("start_of_head", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_a_head_that_does_not_end_is_let_go(listening, start_of_head):
    with listening.connect() as connection:
        connection.sendall(start_of_head)
        assert listening.serves_others()
        assert drip(connection, b"X-A: b\r\n" if start_of_head.strip() else start_of_head or b"X")


@pytest.mark.slow
def test_a_second_head_that_does_not_end_is_let_go(listening):
    with listening.connect() as connection:
        connection.sendall(listening.head("GET /api/v1/usage"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert drip(connection, b"G")


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields", [("Content-Type: application/pdf",), ("Content-Type: multipart/form-data; boundary=b",)]
)
@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_that_drips_is_let_go(listening, fields, is_chunked):
    length = "Transfer-Encoding: chunked" if is_chunked else "Content-Length: 100000"
    with listening.connect() as connection:
        connection.sendall(listening.head("POST /api/v1/validations", *fields, length))
        assert listening.serves_others()
        assert drip(connection, b"1\r\nx\r\n" if is_chunked else b"x")
    assert listening.left_behind() == []


@pytest.mark.slow
def test_an_idle_connection_is_let_go(listening):
    with listening.connect() as connection:
        assert read_to_end(connection) == b""


@pytest.mark.slow
def test_one_address_does_not_take_all_places(listening):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(listening.connect()) for _ in range(60)]
        assert listening.serves_others()
        assert read_to_end(held[-1]) == b""  # one too many: closed at once or after its time
    assert listening.serves_others("127.0.0.1") or listening.serves_others("127.0.0.1")


@pytest.mark.slow
def test_who_sends_no_more_is_answered(listening):
    answer = listening.send(listening.head("GET /api/v1/usage"), shut=True)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    both = listening.send(listening.head("GET /api/v1/usage") * 2, shut=True)
    assert both.count(b"HTTP/1.1 200") == 2, both


def test_a_body_cut_off_leaves_nothing(listening):
    head = listening.head("POST /api/v1/validations", "Content-Type: application/pdf", "Content-Length: 100000")
    listening.send(head, b"%PDF-1.7", shut=True)
    assert listening.left_behind() == []
    assert listening.serves_others()


def test_pipelined_requests_are_answered_in_turn(listening):
    gets = [listening.head(f"GET /api/v1/{name}") for name in ("usage", "nothing", "validations")]
    answer = listening.send(*gets, listening.head("GET /api/v1/usage", "Connection: close"))
    found = [int(each[:3]) for each in answer.split(b"HTTP/1.1 ")[1:]]
    assert found == [200, 404, 200, 200]


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 0"),
        ("Content-Length: 4", "Content-Length: 5"),
        ("Content-Length: 4, 5",),
        ("Content-Length: -1",),
        ("Content-Length: +4",),
        ("Content-Length: 0x4",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding : chunked",),
        ("X-A: a\nTransfer-Encoding: chunked\0",),
        ("Host: other",),
        # of which a proxy in front may see one line where we would see two, or two where we would see one
        ("X-A: a\nTransfer-Encoding: chunked",),
        ("X-A: a\n\tb", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding:\r\n chunked",),
        ("X-A: a\r\n\tTransfer-Encoding: chunked",),
        # of which one reader may take the first and another the last
        ("Content-Length: 0", "Content-Type: text/plain"),
        ("Content-Length: 0", "Authorization: Bearer other"),
        ("Content-Length: 0", "Idempotency-Key: a", "Idempotency-Key: b"),
    ],
)
def test_a_request_with_two_ends_is_refused_and_nothing_behind_it_is_answered(listening, fields):
    hidden = listening.head("GET /api/v1/usage")
    answer = listening.send(
        listening.head("POST /api/v1/batches", "Content-Type: application/json", *fields),
        b"0\r\n\r\n",
        hidden,
        shut=True,
    )
    assert status_of(answer) in (400, 501, None), answer  # None: reset before it was read
    assert answer.count(b"HTTP/1.1 ") <= 1, answer


@pytest.mark.parametrize("version", ["1.2", "2.0", "3.0", "0.9"])
def test_other_versions_are_not_spoken(listening, version):
    head = listening.head("GET /health", "Connection: close").replace(b"HTTP/1.1", f"HTTP/{version}".encode())
    answer = listening.send(head)
    assert (status_of(answer), answer.count(b"HTTP/1.1 ")) == (400, 1)


def test_lines_that_end_loosely_are_none(listening):
    head = listening.head("GET /health", "Connection: close")
    assert listening.status(head) == 200
    assert listening.status(head.replace(b"\r\n", b"\n")) == 400
    assert listening.status(head.replace(b"\r\n\r\n", b"\n\n")) == 400


@pytest.mark.parametrize("fields", [("X : a",), ("Upgrade: websocket", "Connection: upgrade, close")])
def test_what_strangers_send_fills_no_journal(listening, caplog, fields):
    listening.send(listening.head("GET /health", "Connection: close", *fields))
    assert caplog.records == []


def test_chunk_extensions_do_not_count(listening):
    body = b'7;a="b;c";d\r\n{"name"\r\n4\r\n:"a"\r\n1;x\r\n}\r\n0;last\r\n\r\n'
    head = listening.head(
        "POST /api/v1/batches", "Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close"
    )
    assert listening.status(head, body) == 201


@pytest.mark.parametrize("size", [1_000_000, 10_000_000])
def test_huge_heads_are_refused(listening, size):
    with listening.connect() as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * size + b"\r\n\r\n")
        assert status_of(read_to_end(connection)) in (400, 431, None)
    assert listening.serves_others()


def form(*parts):
    return b"".join(b"--b\r\n" + each + b"\r\n" for each in parts) + b"--b--\r\n"


FORMS = {
    "thousands of parts": form(*[b'Content-Disposition: form-data; name="a%d"\r\n\r\nx' % n for n in range(5000)]),
    "thousands of files": form(
        *[b'Content-Disposition: form-data; name="a%d"; filename="a"\r\n\r\nx' % n for n in range(5000)]
    ),
    "a huge name": form(b'Content-Disposition: form-data; name="' + b"n" * 20_000_000 + b'"\r\n\r\nx'),
    "thousands of fields of a part": form(
        b"".join(b"X-%d: a\r\n" % n for n in range(50_000)) + b'Content-Disposition: form-data; name="a"\r\n\r\nx'
    ),
    "no end": b"--b\r\nContent-Disposition: form-data",
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_swell_are_refused(listening, name):
    head = listening.head(
        "POST /api/v1/validations", "Content-Type: multipart/form-data; boundary=b",
        f"Content-Length: {len(FORMS[name])}", "Connection: close",
    )  # fmt: skip
    begun = time.monotonic()
    with listening.connect() as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head + FORMS[name])
        assert status_of(read_to_end(connection)) in (400, 413, None)
    assert time.monotonic() - begun < _BOUND
    assert listening.left_behind() == []
    assert listening.serves_others()


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000, b'{"name":' * 100_000, b'{"name":' + b"9" * 100_000 + b"}", b'{"name":1e999}',
        b'{"name":-1e999}', b'{"name":"a","name":"b"}', b'{"options":{"at":"a","at":"b"}}', b'{"name":NaN}', b"",
        b'{"name":"\\ud800"}', b"\xef\xbb\xbf{}", b"\xff",
    ],
)  # fmt: skip
def test_json_that_two_readers_may_read_as_two_things_is_refused(listening, text):
    head = listening.head("POST /api/v1/batches", "Content-Type: application/json", f"Content-Length: {len(text)}",
                          "Connection: close")  # fmt: skip
    answer = listening.send(head, text)
    assert status_of(answer) == 400, answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "request-invalid"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "GZIP"])
def test_a_packed_body_is_not_unpacked(listening, encoding):
    head = listening.head("POST /api/v1/batches", "Content-Type: application/json", f"Content-Encoding: {encoding}",
                          "Content-Length: 2", "Connection: close")  # fmt: skip
    answer = listening.send(head, b"{}")
    assert status_of(answer) == 415
    assert b'"code": "content-encoding"' in answer


@pytest.mark.slow
def test_an_answer_that_nobody_reads_is_let_go(listening):
    with listening.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        with contextlib.suppress(OSError):
            connection.settimeout(1)
            for _ in range(400):
                connection.sendall(listening.head("GET /openapi.json"))
        ends = time.monotonic() + _BOUND
        while listening.server.server_state.connections and time.monotonic() < ends:
            time.sleep(0.1)
        assert not listening.server.server_state.connections

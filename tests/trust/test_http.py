"""A trust service that misbehaves costs one clear refusal, and no more time than was allowed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.pki.http import HttpFailure, fetch
from signkit.pki.timestamps import HttpTimestampSource, obtain_timestamp
from signkit.rehearsal.pki import new_rehearsal


@contextmanager
def service(answer: bytes):
    """A server on loopback that sends ``answer`` to whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()
        thread.join(5)


def test_an_answer_is_returned():
    with service(b"HTTP/1.0 200 OK\r\n\r\nhello") as url:
        assert fetch(url, timeout=60, limit=10) == b"hello"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"garbage\r\n\r\n", "garbage"),
        (b"HTTP/1.0 500 No\r\n\r\n", "HTTP status 500"),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100, "longer than 10 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "."),
        (b"HTTP/1.0 302 Found\r\nLocation: ftp://example/\r\n\r\n", "not http or https"),
        (b"", "."),
    ],
    ids=["no HTTP", "status", "long", "bad chunk", "other scheme", "nothing"],
)
def test_a_bad_answer_is_one_failure(answer, cause):
    with service(answer) as url, pytest.raises(HttpFailure, match=cause):
        fetch(url, timeout=60, limit=10)


DRIPS = {
    "status line": (b"", b"HTTP/1.1 200 " + b"O" * 10_000),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 10_000),
    "one long header": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 10_000),
    "100 Continue without end": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
    "body to the end": (b"HTTP/1.0 200 OK\r\n\r\n", b"x" * 10_000),
    "body of a length": (b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", b"x" * 10_000),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000),
    "size of a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 10_000),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 10_000),
    "refusal": (b"HTTP/1.1 500 No\r\nContent-Length: 10000\r\nX: ", b"x" * 10_000),
    "silence": (b"", b""),
}


@contextmanager
def dripping(start: bytes, rest: bytes):
    """A server that sends ``start`` at once and ``rest`` byte by byte, faster than any time limit of one reading."""
    ended = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(start)
            for byte in rest:
                if ended.wait(0.01):
                    return
                connection.sendall(bytes((byte,)))
            ended.wait(30)

    with serving(answer, ended) as port:
        yield f"http://127.0.0.1:{port}/", ended


@contextmanager
def serving(answer, ended: threading.Event):
    """Call ``answer`` with each connection, in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=quietly, args=(listener.accept()[0],), daemon=True).start()

    def quietly(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.close()


#: Seconds that no machine is so busy as to need, and that what drips or hangs goes on beyond.
_PATIENCE = 20


def assert_ends_in_time(url: str) -> None:
    started = time.monotonic()
    with pytest.raises(HttpFailure):
        fetch(url, timeout=0.3, limit=100_000)
    assert time.monotonic() - started < _PATIENCE
    deadline = time.monotonic() + _PATIENCE
    while any(thread.name == "signkit-http" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the exchange goes on though nobody waits for it"
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("drip", DRIPS)
def test_whatever_a_server_lets_drip_ends_at_the_time_limit(drip):
    with dripping(*DRIPS[drip]) as (url, _):
        assert_ends_in_time(url)


@pytest.mark.slow
def test_redirects_do_not_begin_the_time_anew():
    ended = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            asked = connection.recv(65536).split()[1]
            ended.wait(0.15)
            connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + asked + b"x\r\n\r\n")

    with serving(answer, ended) as port:
        assert_ends_in_time(f"http://127.0.0.1:{port}/")


@pytest.mark.slow
def test_a_greeting_that_drips_ends_at_the_time_limit():
    """TLS: a record whose bytes come one by one."""
    with dripping(b"\x16\x03\x03\x40\x00", b"\x02" * 10_000) as (url, _):
        assert_ends_in_time(url.replace("http:", "https:"))


@pytest.mark.slow
def test_a_name_that_is_looked_up_for_ever_ends_at_the_time_limit(monkeypatch):
    ended = threading.Event()

    def look_up(*_arguments, **_named):
        ended.wait(30)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    started = time.monotonic()
    try:
        with pytest.raises(HttpFailure, match=r"within 0\.3 seconds"):
            fetch("http://tsa.example/", timeout=0.3, limit=10)
    finally:
        ended.set()
    assert time.monotonic() - started < _PATIENCE


@pytest.mark.slow
def test_after_a_service_that_drips_the_next_is_asked():
    pki = new_rehearsal()
    with dripping(*DRIPS["headers"]) as (url, _):
        token = obtain_timestamp((HttpTimestampSource(url, timeout=0.3), pki.timestamps()), bytes(32))
    assert token.certificates[0].dump() == pki.timestamp.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example/",
        "http://exa mple/",
        "http://127.0.0.1:abc/",
        "",
        "http://[::1",
        "http://[x]/",
        "http://127.0.0.1:99999/",
        "http://日本語.example:x/",
        "https://",
        "http://a\nb/",
        "http://a\0b/",
    ],
)
def test_a_bad_address_is_one_failure(url):
    with pytest.raises(HttpFailure):
        fetch(url, timeout=1, limit=10)

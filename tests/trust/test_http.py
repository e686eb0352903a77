"""A trust service that misbehaves costs one clear refusal, and no more time than was allowed."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import pytest

from signkit.pki.http import HttpFailure, fetch


@contextmanager
def service(answer: bytes, *, drip: bool = False):
    """A server on loopback that sends ``answer`` to whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            if not drip:
                connection.sendall(answer)
                return
            for byte in answer:
                if done.wait(0.05):
                    return
                connection.sendall(bytes((byte,)))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        done.set()
        listener.close()
        thread.join(5)


def test_an_answer_is_returned():
    with service(b"HTTP/1.0 200 OK\r\n\r\nhello") as url:
        assert fetch(url, timeout=5, limit=10) == b"hello"


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
        fetch(url, timeout=5, limit=10)


@pytest.mark.slow
def test_a_dripping_answer_ends_at_the_time_limit():
    with service(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 10_000, drip=True) as url, pytest.raises(HttpFailure):
        fetch(url, timeout=0.5, limit=100_000)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example/", "http://exa mple/", "http://127.0.0.1:abc/", ""]
)
def test_a_bad_address_is_one_failure(url):
    with pytest.raises(HttpFailure):
        fetch(url, timeout=1, limit=10)

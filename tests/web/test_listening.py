"""The sockets that the desk and the service listen on."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from signkit.web.common.listening import listener_on


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_small_answers_do_not_wait_for_an_acknowledgement(host):
    """asyncio, on which uvicorn runs, looks at what the socket says of itself."""
    try:
        listener = listener_on(host, 0)
    except OSError:
        assert host == "::1"  # a machine without IPv6
        return

    async def nodelay_of_a_connection():
        found = asyncio.get_running_loop().create_future()

        async def taken(reader, writer):
            del reader
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(taken, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            async with asyncio.timeout(30):
                answer = await found
            writer.close()
            return answer

    with ThreadPoolExecutor(1) as other:  # Playwright leaves a running loop in the thread of the tests
        assert other.submit(lambda: asyncio.run(nodelay_of_a_connection())).result()


def test_a_taken_port_is_refused():
    with listener_on("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listener_on("127.0.0.1", first.getsockname()[1])

"""The sockets that the desk and the service listen on."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from signkit.errors import ServiceError
from signkit.web.common.listening import listen_at


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_small_answers_do_not_wait_for_an_acknowledgement(host):
    """asyncio, on which uvicorn runs, looks at what the socket says of itself."""
    try:
        listener = listen_at(host, 0)
    except ServiceError:
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
    with listen_at("127.0.0.1", 0) as first, pytest.raises(ServiceError) as caught:
        listen_at("127.0.0.1", first.getsockname()[1])
    assert (caught.value.code, "--port" in str(caught.value.hint("ja"))) == ("port-taken", True)


@pytest.mark.parametrize("host", ["203.0.113.9", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(host):
    with pytest.raises(ServiceError) as caught:
        listen_at(host, 0)
    assert (caught.value.code, "--host" in str(caught.value.hint("en"))) == ("address-foreign", True)

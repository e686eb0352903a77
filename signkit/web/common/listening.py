"""Where the desk listens: on loopback alone, at a port and under a name that nobody can guess.

A name of its own below ``localhost`` (RFC 6761 6.3) keeps the session's cookie from every other server on loopback:
cookies know hosts and no ports (RFC 6265 8.5).
"""

from __future__ import annotations

import errno
import secrets
import socket
from dataclasses import dataclass

_V4, _V6 = "127.0.0.1", "::1"
_TRIES = 20


@dataclass(frozen=True)
class Address:
    """Where the browser finds the desk.

    Attributes:
        name: the random name below ``localhost``.
    """

    name: str
    port: int

    @property
    def hosts(self) -> tuple[str, str]:
        """What may stand in ``Host``, the usual first; the second is for browsers that do not know the name."""
        return f"{self.name}:{self.port}", f"{_V4}:{self.port}"


def listen_on_loopback(port: int = 0) -> tuple[Address, list[socket.socket]]:
    """Return an address and the sockets that listen there.

    IPv6's loopback is taken at the same port where there is one: a browser may try it first, and whoever else listened
    there would be given the token.

    Raises:
        OSError: the port is taken.
    """
    for _ in range(_TRIES):
        first = _listener(socket.AF_INET, _V4, port)
        chosen = first.getsockname()[1]
        try:
            second = _listener(socket.AF_INET6, _V6, chosen)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:  # no IPv6 here
                return _address(chosen), [first]
            first.close()
            if port:
                raise
        else:
            return _address(chosen), [first, second]
    raise OSError(errno.EADDRINUSE, "no port is free on both loopback addresses")


def _address(port: int) -> Address:
    return Address(f"{secrets.token_hex(8)}.localhost", port)


def _listener(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.bind((host, port))
        listener.listen(64)
    except BaseException:
        listener.close()
        raise
    return listener

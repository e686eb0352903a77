"""Where the desk listens: on loopback alone, at a port and under a name that nobody can guess.

A name of its own below ``localhost`` (RFC 6761 6.3) keeps the session's cookie from every other server on loopback:
cookies know hosts and no ports (RFC 6265 8.5).
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
from dataclasses import dataclass

from signkit.errors import ServiceError, system_cause

_V4, _V6 = "127.0.0.1", "::1"
_TRIES = 20


@dataclass(frozen=True)
class DeskAddress:
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


def listen_on_loopback(port: int = 0) -> tuple[DeskAddress, list[socket.socket]]:
    """Return an address and the sockets that listen there.

    IPv6's loopback is taken at the same port where there is one: a browser may try it first, and whoever else listened
    there would be given the token.

    Raises:
        ServiceError("port-taken", "port-refused"): the port cannot be used.
    """
    for _ in range(_TRIES):
        first = listen_at(_V4, port)
        chosen = first.getsockname()[1]
        try:
            second = _listener(_V6, chosen)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:  # no IPv6 here
                return _address(chosen), [first]
            first.close()
            if port:
                raise listening_refused(_V6, port, error) from error
        else:
            return _address(chosen), [first, second]
    raise listening_refused(_V4, port, OSError(errno.EADDRINUSE, "no port is free on both loopback addresses"))


def _address(port: int) -> DeskAddress:
    return DeskAddress(f"{secrets.token_hex(8)}.localhost", port)


def listen_at(host: str, port: int, waiting: int = 64) -> socket.socket:
    """Return a socket that listens.

    Args:
        waiting: how many may wait to be taken.

    Raises:
        ServiceError("port-taken", "port-refused", "address-foreign"): the port cannot be used, or the address is none
            of this machine's.
    """
    try:
        return _listener(host, port, waiting)
    except OSError as error:
        raise listening_refused(host, port, error) from error


def listening_refused(host: str, port: int, error: OSError) -> ServiceError:
    """Return what to tell where the system lets nobody listen."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return ServiceError("port-taken", address=address)
    if error.errno == errno.EACCES:
        return ServiceError("port-refused", address=address, cause=system_cause(error))
    return ServiceError("address-foreign", address=address, cause=system_cause(error))


def _listener(host: str, port: int, waiting: int = 64) -> socket.socket:
    # asyncio sends small pieces at once (TCP_NODELAY) only on sockets that say that they are TCP's; on others each
    # answer waits 40 ms for the acknowledgement of its head.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # a service that starts again need not wait for its old connections
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(waiting)
    except BaseException:
        listener.close()
        raise
    return listener

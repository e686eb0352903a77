"""Addresses that tenants name: which are taken at all.  What they lead to is judged when connecting."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from urllib.parse import urlsplit

from signkit.pki.addresses import AddressRefused, AddressRule
from signkit.web.api.calls import Refusal
from signkit.words import Text

_HTTPS = 443


def require_https(url: str) -> tuple[str, int]:
    """Return the host and the port of an https address.

    Raises:
        Refusal("address-refused"): it is another scheme, no address, or one with a user's name in it.
    """
    # RFC 3986 2: what is not of its characters (blanks, line ends, backslashes) two programs read in two ways.
    if not url.isascii() or any(each <= " " or each in '\\"<>^`{|}' for each in url):
        raise Refusal(422, "address-refused", _NO_ADDRESS)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", _HTTPS if parts.port is None else parts.port
    except ValueError as error:
        raise Refusal(422, "address-refused", _NO_ADDRESS) from error
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        raise Refusal(422, "address-refused", _HTTPS_ONLY)
    if "%" in host or not port:  # a name in other signs, a network card of this machine, no port: nobody is found there
        raise Refusal(422, "address-refused", _NO_ADDRESS)
    return host.rstrip("."), port


def require_allowed(url: str, hosts: Collection[str]) -> None:
    """Refuse an address that is not https at one of ``hosts`` (``name``, or ``name:port``).

    Raises:
        Refusal("address-refused", "host-not-allowed"): so it is.
    """
    host, port = require_https(url)
    known = {each.lower().rstrip(".") for each in hosts}
    if f"{host}:{port}" not in known and (port != _HTTPS or host not in known):
        raise Refusal(422, "host-not-allowed", _HOST.filled(host=host), hint=_HOST_HINT)


def require_reachable(url: str, rule: AddressRule) -> None:
    """Refuse an address that leads into an inner network now; a name that is not known now may be later.

    Raises:
        Refusal("address-refused"): it does.
    """
    host, port = require_https(url)
    try:
        with suppress(OSError, UnicodeError):
            rule.resolve(host, port)
    except AddressRefused as error:
        raise Refusal(422, "address-refused", _INNER, hint=_INNER_HINT) from error


_NO_ADDRESS = Text("This is no address (URL).", "URL ではありません。")
_HTTPS_ONLY = Text(
    "Only https addresses without a user's name are taken.", "ユーザー名を含まない https の URL だけを使えます。"
)
_HOST = Text("The operator does not allow this host: {host}.", "運用者が許可していないホストです: {host}")
_HOST_HINT = Text(
    "Hosts are listed in service.toml (fetch_hosts).", "ホストは service.toml の fetch_hosts で許可します。"
)
_INNER_HINT = Text(
    "The operator can allow hosts of a private network in service.toml (inner_hosts).",
    "社内のネットワークのホストは、運用者が service.toml の inner_hosts で許可できます。",
)
_INNER = Text("The address is not one of the public internet.", "インターネット上の公開アドレスではありません。")

"""The sign API of デジタル認証アプリ: code flow with PKCE, OpenID Connect (`signkit.openid`), a transaction each.

    consent = begin(config, digest)          a transaction, and the address where the person agrees to it
    …  the browser comes back to config.redirect_uri with a query, perhaps to another process (`resume`)  …
    result = consent.finish(query)           signature and certificate

No token, code or secret is part of an error, a representation or a log line.
"""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from signkit.errors import SignerUnusable
from signkit.openid.failure import ConsentDeclined, OpenIdFailure
from signkit.openid.lines import Line
from signkit.openid.providers import OpenIdProvider, discover, own_host_only
from signkit.openid.requests import CodeRequest, new_request, read_access_token
from signkit.openid.tokens import check_assurance
from signkit.signers.auth_app_config import AuthAppConfig
from signkit.signers.auth_app_failure import failure
from signkit.signers.auth_app_tokens import Result, open_result

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Clock = Callable[[], float]


@dataclass(frozen=True)
class SignTransaction:
    """One signature that a person is asked to agree to; it is finished once.

    Attributes:
        address: where the person agrees.
        transaction: its identifier at the service.
    """

    address: str = field(repr=False)
    transaction: str
    _config: AuthAppConfig = field(repr=False)
    _line: Line = field(repr=False)
    _provider: OpenIdProvider = field(repr=False)
    _client_token: str = field(repr=False)
    _request: CodeRequest = field(repr=False)
    _clock: Clock = field(repr=False, default=time.time)

    def to_json(self) -> dict[str, Any]:
        """Return what another process needs to finish it (`resume`): it holds secrets."""
        return {
            "address": self.address, "transaction": self.transaction, "client_token": self._client_token,
            "provider": asdict(self._provider), "request": asdict(self._request),
        }  # fmt: skip

    def finish(self, query: str) -> Result:
        """Exchange what the browser came back with for the signature and its certificate.

        Args:
            query: of the address that the browser came back to, without its "?".

        Raises:
            SignerUnusable("auth-app-declined"): the service says that the person did not agree.
            SignerUnusable("auth-app-failed"): anything is not of this consent.
        """
        with _told_of_signing():
            return self._finish(query)

    def _finish(self, query: str) -> Result:
        config, provider = self._config, self._provider
        code = self._request.code(query, provider)
        authentication = config.client_authentication
        access_token, claims = self._request.exchange(self._line, provider, code, authentication, self._clock())
        check_assurance(claims, config.acr_values)
        url = f"{config.api}/api/sign-transactions/{self.transaction}/result"
        token = access_token if config.result_token == "person" else self._client_token  # noqa: S105
        raw = self._line.get(url, "result", token)
        try:
            text = raw.decode("ascii").strip()
        except UnicodeDecodeError as error:
            raise OpenIdFailure("result", "it is no JOSE object") from error
        expected = self._request.expectation(provider, self._clock())
        return open_result(text, config.decryption_key, self.transaction, expected)


def begin(config: AuthAppConfig, digest: bytes, timeout: float, *, clock: Clock = time.time) -> SignTransaction:
    """Open a transaction for a SHA-256 digest; return what the person is to agree to.

    Raises:
        SignerUnusable("auth-app-failed"): the service does not answer as it should.
    """
    with _told_of_signing():
        return _begin(config, digest, Line(config.client_id, config.client_secret, timeout), clock)


def _begin(config: AuthAppConfig, digest: bytes, line: Line, clock: Clock) -> SignTransaction:
    provider = discover(line, config.issuer, own_host_only)
    # RFC 6749 4.4: the relying party's own token, for what it does itself
    form = {"grant_type": "client_credentials", "scope": "sign"}
    token = read_access_token(line.post_form(provider.token, "client token", form, config.client_authentication))
    url = f"{config.api}/api/sign-transactions"
    answer = line.post_json(url, "sign-transactions", {"digest": b64encode(digest).decode("ascii")}, token)
    transaction = answer.get("id")
    if not isinstance(transaction, str) or not _UUID.fullmatch(transaction):
        raise OpenIdFailure("sign-transactions", "no identifier")
    request = new_request(config.client_id, config.redirect_uri, clock())
    more = {"sign_transaction_id": transaction} | ({"acr_values": config.acr_values} if config.acr_values else {})
    address = request.address(provider, config.scope, **more)
    return SignTransaction(address, transaction, config, line, provider, token, request, clock)


def resume(config: AuthAppConfig, kept: dict[str, Any], timeout: float, *, clock: Clock = time.time) -> SignTransaction:
    """Return a transaction that was begun with the same registration, from what `SignTransaction.to_json` told."""
    line = Line(config.client_id, config.client_secret, timeout)
    provider, request = OpenIdProvider(**kept["provider"]), CodeRequest(**kept["request"])
    return SignTransaction(
        kept["address"], kept["transaction"], config, line, provider, kept["client_token"], request, clock
    )


@contextmanager
def _told_of_signing() -> Iterator[None]:
    """Tell what went wrong as an error of signing."""
    try:
        yield
    except OpenIdFailure as broken:
        raise failure(broken.step, broken.cause) from broken
    except ConsentDeclined as declined:
        raise SignerUnusable("auth-app-declined", cause=declined.code) from declined

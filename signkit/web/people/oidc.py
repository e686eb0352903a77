"""Signing in by the operator's OpenID provider: asked here, shown there, brought back by the same browser.

What was asked lies in the tenant's store for ten minutes and is answered once; a cookie of its own, which comes along
when the provider sends the browser back (SameSite=Lax), ties it to the browser that began (RFC 9700 4.7).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from signkit.errors import InputUnreadable, MissingExtra, ServiceError
from signkit.openid.failure import ConsentDeclined, OpenIdFailure
from signkit.openid.lines import Line
from signkit.openid.providers import OpenIdProvider, any_safe_host, discover
from signkit.openid.requests import CodeRequest, new_request
from signkit.secret_file import SecretUnsafe, read_secret
from signkit.web.api.service import Service
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenant, Tenants
from signkit.web.office.door import SIGN_IN, origin_of_pages
from signkit.web.people.challenges import keep_challenge, take_challenge
from signkit.web.people.declining import Declined

#: Where the browser comes back to; the registration names it.
BACK = SIGN_IN + "oidc"
_PURPOSE = "oidc"
_COOKIE = re.compile(r"([0-9a-f-]{36})_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})")
#: So many exchanges with the provider at a time: one that does not answer must not hold every thread.
_MOST = 8
#: OpenID Connect Core 3.1.2.1: the provider asks again who showed longer ago than that who they are, seconds.
_MAX_AGE = 600
_log = logging.getLogger("signkit.service")

#: What a person is at the provider for.
Errand = Literal["sign-in", "account", "invitation"]


@dataclass(frozen=True)
class CameBack:
    """Somebody who came back.

    Attributes:
        facts: what was kept when they were asked; ``errand`` says what for.
        subject: who the provider says they are.
        shown_at: when they showed it there, seconds since 1970; 0: the provider does not tell.
    """

    tenant: Tenant
    facts: dict[str, Any]
    subject: str
    shown_at: float

    def begun_at(self, fresh: timedelta) -> str:
        """Return since when a session counts as begun: nobody is fresher than when they showed who they are.

        Args:
            fresh: so long somebody counts as having just shown it; who showed it earlier, or of whom the provider does
                not tell, comes in, and shows it again for what needs that.
        """
        now = self.tenant.store.clock()
        shown = min(max(self.shown_at, (now - fresh).timestamp()), now.timestamp())
        return moment(datetime.fromtimestamp(shown, now.tzinfo))


class OidcOffice:
    """Asks people at the provider who they are.

    Raises:
        MissingExtra: joserfc is not installed.
        ServiceError("service-settings"): the secret cannot be read, or others may.
    """

    def __init__(self, service: Service) -> None:
        own = service.own
        issuer, client_id, secret_file = own.oidc_issuer, own.oidc_client_id, own.oidc_client_secret_file
        assert issuer is not None
        assert client_id is not None
        assert secret_file is not None
        if find_spec("joserfc") is None:
            raise MissingExtra("OIDC", "oidc")
        self.issuer = issuer
        self._line = Line(client_id, _secret(service.folder, secret_file), service.settings.network_timeout)
        self._redirect_uri = origin_of_pages(service) + BACK
        self._places = threading.BoundedSemaphore(_MOST)

    def ask(self, tenant: Tenant, errand: Errand, **facts: str) -> tuple[str, str]:
        """Return the address where a person shows who they are, and the cookie of the browser that asked.

        Raises:
            Declined("oidc_failed", "oidc_busy")
        """
        now = tenant.store.clock()
        with self._spoken():
            provider = discover(self._line, self.issuer, any_safe_host)
        request = new_request(self._line.client_id, self._redirect_uri, now.timestamp())
        secret = secrets.token_urlsafe(32)
        kept = {"errand": errand, "browser": _hash(secret), "request": asdict(request), "provider": asdict(provider)}
        with tenant.store.writing() as connection:
            id_ = keep_challenge(connection, tenant.store, _PURPOSE, kept | facts)
        # No name, no mail address: who somebody is here, the provider is not asked.
        address = request.address(provider, "openid", max_age=str(_MAX_AGE))
        return address, f"{tenant.id}_{id_}_{secret}"

    def take(self, tenants: Tenants, cookie: str) -> tuple[Tenant, dict[str, Any]]:
        """Return what a browser was asked for, which thereby is answered.

        Raises:
            Declined("challenge"): this browser was asked for nothing, or too long ago.
        """
        match = _COOKIE.fullmatch(cookie)
        tenant = tenants.find(match[1]) if match else None
        if match is None or tenant is None:
            raise Declined("challenge")
        facts = take_challenge(tenant.store, _PURPOSE, match[2])
        if not hmac.compare_digest(facts["browser"], _hash(match[3])):
            raise Declined("challenge")
        return tenant, facts

    def recognise(self, tenant: Tenant, facts: dict[str, Any], query: str) -> CameBack:
        """Return who came back, once the provider said so.

        Args:
            query: of the address that the browser came back to.

        Raises:
            Declined("oidc_refused"): the person did not agree.
            Declined("oidc_failed", "oidc_busy"): what came is not what was asked for.
        """
        request, provider = CodeRequest(**facts["request"]), OpenIdProvider(**facts["provider"])
        with self._spoken():
            code = request.code(query, provider)
            now = tenant.store.clock().timestamp()
            _, claims = request.exchange(self._line, provider, code, provider.authentication, now)
        return CameBack(tenant, facts, claims["sub"], _time_of(claims.get("auth_time")))

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Speak with the provider, if not too many do; what goes wrong is for the operator to read."""
        if not self._places.acquire(blocking=False):
            raise Declined("oidc_busy", 503)
        try:
            yield
        except OpenIdFailure as broken:
            _log.warning("OIDC: %s", broken)
            raise Declined("oidc_failed", 401) from broken
        except ConsentDeclined as declined:
            _log.warning("OIDC: the provider says %s", declined)
            raise Declined("oidc_refused", 401) from declined
        finally:
            self._places.release()


def _secret(folder: Path, name: str) -> str:
    path = folder / name
    try:
        return read_secret(path)
    except (SecretUnsafe, InputUnreadable) as unusable:
        raise ServiceError("service-settings", path=str(path), cause=unusable.cause) from unusable


def _time_of(claim: object) -> float:
    is_time = isinstance(claim, int | float) and not isinstance(claim, bool) and 0 < claim < 1e11
    return float(claim) if is_time else 0.0  # type: ignore[arg-type]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

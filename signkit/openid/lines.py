"""How a provider is spoken to: a bounded exchange each, no redirect followed."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode

from signkit.openid.failure import OpenIdFailure
from signkit.openid.tokens import parse_object
from signkit.pki.http import HttpFailure, fetch

_MAX_ANSWER = 200_000
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"

#: RFC 6749 2.3.1: in the header, or in the form.
ClientAuthentication = Literal["client_secret_basic", "client_secret_post"]


@dataclass(frozen=True)
class Line:
    """One relying party's way to one provider.

    Attributes:
        timeout: seconds for each exchange.
    """

    client_id: str
    client_secret: str = field(repr=False)
    timeout: float

    def get(self, url: str, step: str, token: str | None = None) -> bytes:
        """Return what lies at an address."""
        return self._exchange(url, step, None, "", _bearer(token) if token else {})

    def post_form(
        self, url: str, step: str, form: Mapping[str, str], authentication: ClientAuthentication
    ) -> dict[str, Any]:
        """Post a form as this client (RFC 6749 2.3.1)."""
        if authentication == "client_secret_post":
            form, headers = {**form, "client_id": self.client_id, "client_secret": self.client_secret}, {}
        else:
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode("ascii")}
        return parse_object(self._exchange(url, step, urlencode(form).encode(), _FORM, headers), step)

    def post_json(self, url: str, step: str, content: object, token: str) -> dict[str, Any]:
        """Post JSON with an access token."""
        body = json.dumps(content).encode()
        return parse_object(self._exchange(url, step, body, _JSON, _bearer(token)), step)

    def _exchange(
        self, url: str, step: str, body: bytes | None, content_type: str, headers: Mapping[str, str]
    ) -> bytes:
        try:
            return fetch(
                url,
                timeout=self.timeout,
                limit=_MAX_ANSWER,
                body=body,
                content_type=content_type,
                secret_headers=headers,
            )
        except HttpFailure as broken:
            raise OpenIdFailure(step, broken.cause) from broken


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}

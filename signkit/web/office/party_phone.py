"""Signing on a party's own phone (デジタル認証アプリ): asked here, agreed to there, brought back by the browser.

What is asked for is kept in memory until the browser comes back: after a restart it is asked for anew.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from signkit.errors import SignKitError
from signkit.web.api.service import Service
from signkit.web.desk.elsewhere_screen import finish_elsewhere, prepare_elsewhere, services_of, take_finished
from signkit.web.desk.signing_screen import roles_in_turn
from signkit.web.office.door import origin_of_pages
from signkit.words import Language

if TYPE_CHECKING:
    from signkit.signers.auth_app_client import SignTransaction
    from signkit.signers.auth_app_config import AuthAppConfig
    from signkit.web.office.tenant_office import TenantOffice

#: Where the browser comes back to; the registration names it.
BACK = "/party/phone"
_SECONDS = 900.0
_MOST = 500


@dataclass(frozen=True)
class AskedPhone:
    """A signature that somebody is to agree to on their phone.

    Attributes:
        link: whose it is.
        sha256: of the document.
    """

    link: str
    sha256: str
    role: str
    request: bytes
    prepared: bytes
    consent: SignTransaction
    until: float

    @property
    def to_sign(self) -> bytes:
        """What the phone signs."""
        return b64decode(json.loads(self.request)["to_sign"]["attributes"])


class Phones:
    """The signatures that are asked for on phones."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._asked: dict[str, AskedPhone] = {}
        self._lock = threading.Lock()

    def config(self) -> AuthAppConfig | None:
        """Return the registration by which phones are asked; None where there is none that leads back here."""
        from signkit.signers.auth_app_config import load_config

        name = self._service.own.auth_app
        if name is None:
            return None
        try:
            config = load_config(name, self._service.settings)
        except SignKitError:
            return None
        return config if config.redirect_uri == f"{origin_of_pages(self._service)}{BACK}" else None

    def ask(self, office: TenantOffice, link: str, sha256: str, role: str, language: Language) -> str:
        """Prepare a signature; return the address at which the party agrees.

        Raises:
            SignKitError: it cannot be prepared, or the service does not answer.
        """
        from signkit.signers.auth_app_client import begin

        config = self.config()
        assert config is not None
        source = (str(office.path_of(sha256)), office.name_of(sha256) or "", role)
        job = office.pool.submit(prepare_elsewhere, source, None, language, *services_of(office))
        prepared, request = job.result()
        to_sign = b64decode(json.loads(request)["to_sign"]["attributes"])
        consent = begin(config, sha256_of(to_sign).digest(), self._service.settings.network_timeout)
        asked = AskedPhone(link, sha256, role, request, prepared, consent, self._clock() + _SECONDS)
        with self._lock:
            now = self._clock()
            self._asked = {state: each for state, each in self._asked.items() if each.until > now}
            for old in list(self._asked)[: len(self._asked) - _MOST + 1]:
                del self._asked[old]
            self._asked[parse_qs(consent.address.partition("?")[2])["state"][0]] = asked
        return consent.address

    def whose(self, query: str) -> str | None:
        """Return the link whose signature a browser comes back with; None where none was asked for, or long ago."""
        asked = self._asked.get(_state_in(query))
        return asked.link if asked is not None and asked.until > self._clock() else None

    def finish(self, office: TenantOffice, query: str) -> bool:
        """Take the signature in; tell whether the document was still the one that was signed.

        Raises:
            SignKitError: the person did not agree, or what came is not what was asked for.
        """
        from signkit.signers.auth_app import named_signature

        with self._lock:
            asked = self._asked.pop(_state_in(query))
        config = self.config()
        assert config is not None
        made = named_signature(config, asked.consent.finish(query), asked.to_sign)
        certificates = b"".join((made.certificate, *made.chain))
        with office.turn("finishing"):
            status = office.status(asked.sha256, office.name_of(asked.sha256) or "")
            is_there = office.successor(asked.sha256) is None and asked.role in roles_in_turn(status)
            if not is_there or not office.may_be_signed(asked.sha256):
                return False
            parts = (asked.request, asked.prepared, certificates)
            signed, _ = office.pool.submit(finish_elsewhere, parts, made.signature, *services_of(office)).result()
            take_finished(office, signed, asked.sha256, asked.role)
        return True


def _state_in(query: str) -> str:
    try:
        return parse_qs(query[:8192]).get("state", [""])[0]
    except ValueError:
        return ""

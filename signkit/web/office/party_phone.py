"""Signing on a party's own phone (デジタル認証アプリ): asked here, agreed to there, brought back by the browser."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256 as sha256_of
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from signkit.errors import SignKitError
from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.web.desk.elsewhere_screen import finish_elsewhere, prepare_elsewhere, services_of, take_finished
from signkit.web.desk.signing_screen import roles_in_turn
from signkit.web.office.door import origin_of_pages
from signkit.web.office.phone_askings import AskedPhone, PhoneAskings
from signkit.words import Language

if TYPE_CHECKING:
    from signkit.signers.auth_app_config import AuthAppConfig
    from signkit.web.office.tenant_office import TenantOffice

#: Where the browser comes back to; the registration names it.
BACK = "/party/phone"


class Phones:
    """The signatures that are asked for on phones."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._askings = PhoneAskings(service.tenants)

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
        state = _state_in(consent.address.partition("?")[2])
        asked = AskedPhone(sha256, role, request.decode(), consent.to_json())
        self._askings.keep(_tenant_of(office), link, state, asked, prepared)
        return consent.address

    def whose(self, query: str) -> str | None:
        """Return the link whose signature a browser comes back with; None where none was asked for, or long ago."""
        return self._askings.whose(_state_in(query))

    def finish(self, office: TenantOffice, query: str) -> bool:
        """Take the signature in; tell whether it was still asked for, of the document as it is.

        Raises:
            SignKitError: the person did not agree, or what came is not what was asked for.
        """
        from signkit.signers.auth_app import named_signature
        from signkit.signers.auth_app_client import resume

        taken, config = self._askings.take(_tenant_of(office), _state_in(query)), self.config()
        if taken is None or config is None:
            return False
        asked, prepared = taken
        consent = resume(config, asked.consent, self._service.settings.network_timeout)
        made = named_signature(config, consent.finish(query), asked.to_sign)
        certificates = b"".join((made.certificate, *made.chain))
        with office.turn("finishing"):
            status = office.status(asked.sha256, office.name_of(asked.sha256) or "")
            is_there = office.successor(asked.sha256) is None and asked.role in roles_in_turn(status)
            if not is_there or not office.may_be_signed(asked.sha256):
                return False
            parts = (asked.request.encode(), prepared, certificates)
            signed, _ = office.pool.submit(finish_elsewhere, parts, made.signature, *services_of(office)).result()
            take_finished(office, signed, asked.sha256, asked.role)
        return True


def _tenant_of(office: TenantOffice) -> Tenant:
    assert office.tenant is not None
    return office.tenant


def _state_in(query: str) -> str:
    try:
        return parse_qs(query[:8192]).get("state", [""])[0]
    except ValueError:
        return ""

"""Keys that sign what somebody else tells them to (立会人型): an organisation's, as far as an imported list says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signkit.jpki.certificates import issuer_kind
from signkit.jpki.company import read_registration
from signkit.jpki.normalise import plain
from signkit.validation.reasons import reason
from signkit.validation.report import Reason

if TYPE_CHECKING:
    from signkit.pki.paths.trust_judge import PathJudgement


def is_organisation(certificate: Any) -> bool:
    """Tell whether a certificate is an organisation's: of the commercial register, or naming one and no person."""
    if certificate is None or issuer_kind(certificate) is not None:
        return False
    if read_registration(certificate) is not None:
        return True
    subject = _subject(certificate)
    # EN 319 412-2 4.2.4: natural persons have a given name, surname or pseudonym; EN 319 412-3 4.2.1: legal ones do
    # not.
    return "organization_name" in subject and not subject.keys() & {"given_name", "surname"}


def is_service_key(certificate: Any, path: PathJudgement | None) -> bool:
    """Tell whether an imported list says that this key signs for others; a list may name whose keys do."""
    service = path.service if path is not None else None
    if service is None or not service.signs_for_others:
        return False
    named = {_comparable(name) for name in service.holders}
    return not named or _comparable(str(_subject(certificate).get("organization_name"))) in named


def _comparable(name: str) -> str:
    return plain(name).casefold()


def service_reasons(certificate: Any, path: PathJudgement | None) -> tuple[Reason, ...]:
    """Say what a service's key shows and what not; nothing of any other key."""
    if path is None or path.service is None or not is_service_key(certificate, path):
        return ()
    holder = _subject(certificate).get("organization_name") or path.service.provider
    return (reason("service-key", provider=holder, list=path.service.listed_in),)


def _subject(certificate: Any) -> dict[str, Any]:
    try:
        return dict(certificate.subject.native)
    except (ValueError, TypeError):
        return {}

"""Revocation status by the word of a platform operator (プラットフォーム事業者), for whom JPKI's data may not reach.

The operator answers as `signkit serve` does (``POST /api/v1/certificates/status``; web/api/openapi/operator.yaml).
Its word is a status and no evidence: it is believed for whom it comes from, over TLS, at the moment that it states.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from signkit.errors import FileUnusable, InputUnreadable, system_cause
from signkit.errors.service_causes import service_cause
from signkit.pki.http import HttpFailure, fetch
from signkit.pki.revocation.acceptance import CLOCK_SKEW
from signkit.pki.revocation.crl_index import CertificateStatus, Good, Revoked
from signkit.pki.revocation.sources import IndexedStatus, NoEvidence, RevocationAnswer
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

#: Below the operator's address.
STATUS_PATH = "/api/v1/certificates/status"
_MOST_BYTES = 65_536
_MOST_KEY = 1024
#: Seconds before each further try.
_PAUSES = (0.2, 1.0)
#: What may be otherwise a moment later (RFC 9110 15.5.9, 15.6; RFC 6585 4).
_PASSING = tuple(f"HTTP status {status}" for status in (408, 429, 500, 502, 503, 504))
#: Answers that no further try changes; every other failure may pass.
_LASTING = ("HTTP status", "the answer is longer than", "not an address", "no usable answer")
#: The code by which an operator says that it does not know a certificate's authority.
_NOT_ITS_OWN = "issuer-unknown"
#: Seconds for which an operator who did not answer is not asked again: a batch must not wait for each of its files.
_REST = 30.0


class OperatorRevocation:
    """Asks one operator; see `signkit.pki.revocation.sources.RevocationSource`.

    Args:
        url: where the operator is, without ``/api/v1``.
        key: its API key.
        timeout: seconds for one try.
        pause: waits so many seconds.
    """

    def __init__(self, url: str, key: str, timeout: float, *, pause: Callable[[float], object] = time.sleep) -> None:
        self._url = url.rstrip("/") + STATUS_PATH
        self._headers = {"Authorization": f"Bearer {key}"}
        self._timeout = timeout
        self._pause = pause
        self._silent: tuple[float, NoEvidence] | None = None

    def look_up(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,  # noqa: ARG002  the operator knows the authorities
    ) -> Sequence[RevocationAnswer]:
        """Return the operator's word on ``certificate``, or why it gave none."""
        if self._silent is not None and time.monotonic() < self._silent[0]:
            return [self._silent[1]]
        try:
            return [status_in(self._ask(certificate.dump()), certificate.dump())]
        except HttpFailure as error:
            cause = service_cause(error.cause)
            silent = NoEvidence("operator", Text(f"{self._url}: {cause.en}", f"{self._url}: {cause.ja}"))
            # What was about this one question must not cost the next file its answer: a stranger may have made it.
            if not _is_lasting(error):
                self._silent = (time.monotonic() + _REST, silent)
        return [silent]

    def _ask(self, der: bytes) -> bytes:
        question = json.dumps({"certificates": [{"der": base64.b64encode(der).decode()}]}).encode()
        for pause in _PAUSES:
            try:
                return self._fetch(question)
            except HttpFailure as error:
                if _is_lasting(error):
                    raise
            self._pause(pause)
        return self._fetch(question)

    def _fetch(self, question: bytes) -> bytes:
        # Secret headers: no redirect is followed, the key and the certificate are for the operator alone.
        return fetch(
            self._url, timeout=self._timeout, limit=_MOST_BYTES, body=question, content_type="application/json",
            secret_headers=self._headers,
        )  # fmt: skip


def _is_lasting(error: HttpFailure) -> bool:
    return error.cause.startswith(_LASTING) and error.cause not in _PASSING


def status_in(answer: bytes, certificate: bytes) -> RevocationAnswer:
    """Return what an operator's answer says of one certificate (DER).

    Raises:
        HttpFailure: it is not as the API's document says, or about another certificate.
    """
    try:
        (said,) = json.loads(answer)["items"]
        if said["certificate"]["sha256"] != hashlib.sha256(certificate).hexdigest():
            raise ValueError("another certificate")
        return _answer(said)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise HttpFailure("no usable answer") from error


def _answer(said: Mapping[str, Any]) -> RevocationAnswer:
    if said["status"] == "unknown":
        why = said["why"]
        # Of whom it never hears (a timestamp service, say) its silence explains nothing.
        kind: Literal["not-published", "operator"] = "not-published" if why["code"] == _NOT_ITS_OWN else "operator"
        return NoEvidence(kind, Text(_plain(why["en"]), _plain(why["ja"])))
    produced = _moment(said["produced_at"])
    # Without a time for newer data the word holds for the moment that it states, by two clocks that may differ.
    due = _moment(said["next_update"]) if said["next_update"] is not None else produced + CLOCK_SKEW
    return IndexedStatus(_status(said), produced, due, "", said_by="operator")


def _status(said: Mapping[str, Any]) -> CertificateStatus:
    if said["status"] == "revoked":
        return Revoked(_moment(said["revoked_at"]), "unspecified")
    if said["status"] != "good":
        raise ValueError("no such status")
    # Good until a moment that is known already: the later revocation is told, and weighed for the moment in question.
    return Good() if said["revoked_at"] is None else Revoked(_moment(said["revoked_at"]), "unspecified")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)


def _plain(text: str) -> str:
    """What a service says is shown to people: one short line of it."""
    return " ".join("".join(each if each.isprintable() else " " for each in text[:300]).split())


def operator_source(url: str, key_file: Path | None, timeout: float) -> OperatorRevocation:
    """Return the source for an operator of the settings.

    Raises:
        FileUnusable("settings-invalid"): the address is neither https nor on this machine, or the key is not named.
        InputUnreadable: the key cannot be read, or others may read it.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FileUnusable("settings-invalid", path="settings", item="operator_url", cause=_NO_ADDRESS) from error
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
    if not is_safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise FileUnusable("settings-invalid", path="settings", item="operator_url", cause=_NO_ADDRESS)
    if key_file is None:
        raise FileUnusable("settings-invalid", path="settings", item="operator_key_file", cause=_KEY_NEEDED)
    return OperatorRevocation(url, _read_key(key_file), timeout)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may lead anywhere


def _read_key(path: Path) -> str:
    try:
        with path.open("rb") as file:
            others_read = os.name != "nt" and os.fstat(file.fileno()).st_mode & 0o077
            text = file.read(_MOST_KEY + 1).decode("ascii", "replace").strip()
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    if others_read:
        raise InputUnreadable(str(path), _OTHERS_READ)
    if not text.isascii() or not text.isprintable() or not 0 < len(text) <= _MOST_KEY or " " in text:
        raise InputUnreadable(str(path), _NO_KEY)
    return text


_NO_ADDRESS = Text(
    "it is to be an https address, or an http one on this machine (127.0.0.1)",
    "https のアドレスか、このコンピューター (127.0.0.1) の http のアドレスを指定してください",
)
_KEY_NEEDED = Text("operator_url needs it", "operator_url を使うには必要です")
_OTHERS_READ = Text("others may read it; chmod 600 makes it yours alone", "他の利用者が読めます (chmod 600 にする)")
_NO_KEY = Text("it holds no API key", "API キーが入っていません")

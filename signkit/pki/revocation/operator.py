"""Revocation status by the word of a platform operator (プラットフォーム事業者), for whom JPKI's data may not reach.

The operator answers as `signkit serve` does (``POST /api/v1/certificates/status``; web/api/openapi/operator.yaml).
Its word is a status and no evidence: it is believed for whom it comes from, over TLS, at the moment that it states.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from signkit.errors import FileUnusable, InputUnreadable
from signkit.errors.service_causes import service_cause
from signkit.pki.http import HttpFailure, LastingFailure, ask_patiently, exchange, is_safe_address, may_pass
from signkit.pki.revocation.acceptance import CLOCK_SKEW
from signkit.pki.revocation.crl_index import CertificateStatus, Good, Revoked
from signkit.pki.revocation.sources import IndexedStatus, NoEvidence, RevocationAnswer
from signkit.secret_file import SecretUnsafe, read_secret
from signkit.words import Text, printable

if TYPE_CHECKING:
    from asn1crypto import x509

#: Below the operator's address.
STATUS_PATH = "/api/v1/certificates/status"
_MOST_BYTES = 65_536
_TRIES = 3
#: Seconds before a further try: somebody waits for a judgement.
_LONGEST_PAUSE = 1.0
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
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
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
            if may_pass(error):
                self._silent = (time.monotonic() + _REST, silent)
        return [silent]

    def _ask(self, der: bytes) -> bytes:
        question = json.dumps({"certificates": [{"der": base64.b64encode(der).decode()}]}).encode()
        answer = ask_patiently(
            # No redirect is followed: the key and the certificate are for the operator alone.
            lambda: exchange(
                "POST", self._url, timeout=self._timeout, limit=_MOST_BYTES, headers=self._headers, body=question
            ),
            tries=_TRIES,
            pause=lambda seconds: self._pause(min(seconds, _LONGEST_PAUSE)),
        )
        if answer.status != 200:
            raise HttpFailure(f"HTTP status {answer.status}", answer.status)
        return answer.body


def status_in(answer: bytes, certificate: bytes) -> RevocationAnswer:
    """Return what an operator's answer says of one certificate (DER).

    Raises:
        LastingFailure: it is not as the API's document says, or about another certificate.
    """
    try:
        (said,) = json.loads(answer)["items"]
        if said["certificate"]["sha256"] != hashlib.sha256(certificate).hexdigest():
            raise ValueError("another certificate")
        return _answer(said)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LastingFailure("no usable answer") from error


def _answer(said: Mapping[str, Any]) -> RevocationAnswer:
    if said["status"] == "unknown":
        why = said["why"]
        # Of whom it never hears (a timestamp service, say) its silence explains nothing.
        kind: Literal["not-published", "operator"] = "not-published" if why["code"] == _NOT_ITS_OWN else "operator"
        return NoEvidence(kind, Text(_plain(why["en"]), _plain(why["ja"])))
    produced = _moment(said["produced_at"])
    # Without a time for newer data the word holds for the moment that it states, by two clocks that may differ.
    due = _moment(said["next_update"]) if said["next_update"] is not None else produced + CLOCK_SKEW
    return IndexedStatus(_status(said, produced), produced, due, "", said_by="operator")


def _status(said: Mapping[str, Any], produced: datetime) -> CertificateStatus:
    if said["status"] == "revoked":
        since = _moment(said["revoked_at"])
        if since > produced + CLOCK_SKEW:  # weighed as a later revocation it would make the signature good
            raise ValueError("revoked already, and only later")
        return Revoked(since, "unspecified")
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
    return " ".join(printable(text[:300], " ").split())


def operator_source(url: str, key_file: Path | None, timeout: float) -> OperatorRevocation:
    """Return the source for an operator of the settings.

    Raises:
        FileUnusable("settings-invalid"): the address is neither https nor on this machine, or the key is not named.
        InputUnreadable: the key cannot be read, or others may read it.
    """
    if not is_safe_address(url):
        raise FileUnusable("settings-invalid", path="settings", item="operator_url", cause=_NO_ADDRESS)
    if key_file is None:
        raise FileUnusable("settings-invalid", path="settings", item="operator_key_file", cause=_KEY_NEEDED)
    return OperatorRevocation(url, _read_key(key_file), timeout)


def _read_key(path: Path) -> str:
    try:
        return read_secret(path)
    except SecretUnsafe as unsafe:
        raise InputUnreadable(str(path), unsafe.cause) from unsafe


_NO_ADDRESS = Text(
    "it is to be an https address, or an http one on this machine (127.0.0.1)",
    "https のアドレスか、このコンピューター (127.0.0.1) の http のアドレスを指定してください",
)
_KEY_NEEDED = Text("operator_url needs it", "operator_url を使うには必要です")

"""RFC 3161 timestamps: ask one of several services, believe no answer unchecked.

Every token is checked before it is used: granted status, our nonce, our digest, one signer whose certificate is in
the token and is meant for time stamping, and whose signature over it holds.  Whether the service is *trusted* is
the validation room's question.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from signkit.errors import TimestampUnavailable
from signkit.errors.service_causes import service_cause
from signkit.limits import TIMESTAMP_ANSWER_BYTES
from signkit.pki.algorithms import SignatureInvalid, verify_signature
from signkit.pki.distinguished_names import is_identified
from signkit.pki.http import HttpFailure, fetch
from signkit.pki.timestamp_info import is_understood, stated_time
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import cms, tsp, x509

#: Why there is no timestamp where nobody can be asked for one.
NO_SERVICE = Text("no service is named", "サービスの指定がありません")
#: How far the time of a fresh token may lie from this machine's clock.
_CLOCK_TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True)
class TimestampToken:
    """A checked token: DER ContentInfo, the time it states, and every certificate in it (the TSA's own first)."""

    der: bytes
    time: datetime
    certificates: tuple[x509.Certificate, ...]


class TimestampSource(Protocol):
    """Something that answers RFC 3161 requests."""

    name: str

    def request(self, request: bytes) -> bytes:
        """Return a DER TimeStampResp for a DER TimeStampReq.

        Raises:
            TimestampRefused: no usable answer.
        """
        ...


class TimestampRefused(Exception):
    """One service gave no usable token; the next one may."""


class HttpTimestampSource:
    """A TSA at an http(s) address."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self.name = url
        self._timeout = timeout

    def request(self, request: bytes) -> bytes:
        """Send the request; see `TimestampSource`."""
        try:
            return fetch(
                self.name,
                body=request,
                # RFC 3161 3.4.
                content_type="application/timestamp-query",
                timeout=self._timeout,
                limit=TIMESTAMP_ANSWER_BYTES,
            )
        except HttpFailure as error:
            raise TimestampRefused(error.cause) from error


def obtain_timestamp(sources: Sequence[TimestampSource], digest: bytes, algorithm: str = "sha256") -> TimestampToken:
    """Return the first good token over ``digest``, trying ``sources`` in order.

    Raises:
        TimestampUnavailable: none gave one; every service's cause is named.
    """
    failures: list[tuple[str, Text]] = []
    for source in sources:
        # 64 bits: large enough that no answer is ever asked for twice (RFC 3161 2.4.1).
        nonce = secrets.randbits(64)
        try:
            answer = source.request(build_request(digest, algorithm, nonce))
            return check_response(answer, digest, algorithm, nonce)
        except TimestampRefused as refusal:
            failures.append((source.name, service_cause(str(refusal))))
    raise TimestampUnavailable(
        Text(
            "; ".join(f"{name}: {cause.en}" for name, cause in failures) or "-",
            "、".join(f"{name}: {cause.ja}" for name, cause in failures) or "-",
        )
    )


def build_request(digest: bytes, algorithm: str, nonce: int) -> bytes:
    """Return a DER TimeStampReq that asks for the certificates too (RFC 3161 2.4.1)."""
    from asn1crypto import tsp

    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    der: bytes = request.dump()
    return der


def check_response(answer: bytes, digest: bytes, algorithm: str, nonce: int) -> TimestampToken:
    """Check a DER TimeStampResp against the request (RFC 3161 2.4.2) and return its token.

    Raises:
        TimestampRefused: anything that does not fit, named.
    """
    try:
        response = response_type().load(answer, strict=True)
        # Only granted and grantedWithMods carry a token (RFC 3161 2.4.2).
        if response["status"]["status"].native not in ("granted", "granted_with_mods"):
            raise TimestampRefused(f"the service refused ({response['status']['status'].native})")
        token = response["time_stamp_token"]
        return _check_token(token, digest, algorithm, nonce)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise TimestampRefused("the answer is not a timestamp response") from error


@cache
def response_type() -> type[tsp.TimeStampResp]:
    """Return asn1crypto's TimeStampResp with its token optional, as RFC 3161 2.4.2 has it: a refusal has none."""
    from asn1crypto import cms, tsp

    # RFC 3161 2.4.2: the token must not be present when the request was not granted.
    fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]
    return type("TimeStampResp", (tsp.TimeStampResp,), {"_fields": fields})


def _check_token(token: cms.ContentInfo, digest: bytes, algorithm: str, nonce: int) -> TimestampToken:
    signed_data = token["content"]
    # id-ct-TSTInfo: a token of another content type is some other signature (RFC 3161 2.4.2).
    if signed_data["encap_content_info"]["content_type"].native != "tst_info":
        raise TimestampRefused("the token holds no TSTInfo")
    info: tsp.TSTInfo = signed_data["encap_content_info"]["content"].parsed
    if not is_understood(info):
        raise TimestampRefused(
            "the token is of an unknown version, holds an unknown critical extension, or is too inaccurate"
        )
    imprint = info["message_imprint"]
    # RFC 3161 2.2: the data imprint and the digest's OID are both compared; a digest under another name is another.
    if imprint["hashed_message"].native != digest or imprint["hash_algorithm"]["algorithm"].native != algorithm:
        raise TimestampRefused("the token is over other data")
    # A replayed token would state an older time for the same digest (RFC 3161 2.2).
    if info["nonce"].native != nonce:
        raise TimestampRefused("the token answers another request (nonce)")
    certificates = _certificates(signed_data)
    signer = _check_signer(signed_data, certificates)
    time = stated_time(info)
    # RFC 3161 2.2: the time is held against a local reference where there is one.
    if abs(time - datetime.now(UTC)) > _CLOCK_TOLERANCE:
        raise TimestampRefused(f"the token states {time:%Y-%m-%d %H:%M} UTC, which is not now by this machine's clock")
    # A token past its service's end is dead at birth: validation would refuse it.
    if not signer.not_valid_before <= time <= signer.not_valid_after:
        raise TimestampRefused("the certificate of its signer was not valid then")
    others = tuple(item for item in certificates if item is not signer)
    return TimestampToken(token.dump(), time, (signer, *others))


def _certificates(signed_data: cms.SignedData) -> list[x509.Certificate]:
    return [item.chosen for item in signed_data["certificates"] if item.name == "certificate"]


def _check_signer(signed_data: cms.SignedData, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the TSA's certificate after checking the one signer's signature over the token."""
    # RFC 3161 2.4.2: no other signature than the service's.
    if len(signed_data["signer_infos"]) != 1:
        raise TimestampRefused("the token does not have exactly one signer")
    info = signed_data["signer_infos"][0]
    signer = next((item for item in certificates if is_identified(info["sid"], item)), None)
    if signer is None:
        raise TimestampRefused("the token does not carry the certificate of its signer")
    usage = signer.extended_key_usage_value
    # RFC 3161 2.3: id-kp-timeStamping and nothing else.
    if usage is None or usage.native != ["time_stamping"]:
        raise TimestampRefused("the signer's certificate is not for time stamping")
    hash_name = info["digest_algorithm"]["algorithm"].native
    content = signed_data["encap_content_info"]["content"].contents
    stated = {item["type"].native: item["values"] for item in info["signed_attrs"]}
    # RFC 5652 5.6: the message-digest attribute must equal the digest of the content.
    if _single(stated, "message_digest") != hashlib.new(hash_name, content).digest():
        raise TimestampRefused("the token's digest does not fit its content")
    # RFC 5652 11.1: content-type must be the encapsulated one's, or the token might be turned into another document.
    if _single(stated, "content_type") != "tst_info":
        raise TimestampRefused("the token does not sign that it is a timestamp")
    if not _names_certificate(stated, signer):
        raise TimestampRefused("the token does not name the certificate of its signer")
    attributes = b"\x31" + info["signed_attrs"].dump()[1:]  # signed as SET OF, stored as [0] (RFC 5652 5.4)
    try:
        verify_signature(signer, info["signature_algorithm"], hash_name, info["signature"].native, attributes)
    except SignatureInvalid as error:
        raise TimestampRefused("the token's signature does not hold") from error
    return signer


def _single(attributes: dict[str, Any], name: str) -> object:
    values = attributes.get(name, ())
    # RFC 5652 11.1, 11.2: one value each; of two, programs read different ones.
    return values[0].native if len(values) == 1 else None


def _names_certificate(attributes: dict[str, Any], signer: x509.Certificate) -> bool:
    """Return whether ESS signing-certificate or -v2 holds the digest of the signer's certificate (RFC 3161 2.4.2)."""
    der = signer.dump()
    # RFC 5816 2.2.1 adds ESSCertIDv2; the old attribute has SHA-1 only (RFC 2634 5.4).
    for name, default in (("signing_certificate_v2", "sha256"), ("signing_certificate", "sha1")):
        for value in attributes.get(name, ()):
            # RFC 5035 3: the first entry is the signer's certificate, the others lead up from it.
            first = value["certs"][0]
            algorithm = first["hash_algorithm"]["algorithm"].native if name.endswith("v2") else default
            return bool(first["cert_hash"].native == hashlib.new(algorithm, der).digest())
    return False

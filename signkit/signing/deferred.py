"""Signing in two steps: the file is prepared here, the key signs elsewhere and later, the file is finished here.

What travels is a request: the bytes that the key signs (the DER of the signed attributes, RFC 5652 5.4), their digest,
and what a person needs to see.  It holds no secret and is not believed: whatever counts is computed anew from the
prepared file and held against the signature.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from signkit.cms.content import BytesPieces, Content
from signkit.errors import SignerUnusable, SigningRefused
from signkit.limits import REQUEST_BYTES
from signkit.pdf.embedded_contract import read_contract
from signkit.pdf.fields import signature_fields
from signkit.pdf.reading.unlocking import Password
from signkit.pki.algorithms import SignatureInvalid, verify_signature
from signkit.pki.chains import find_issuer
from signkit.signers.base import KeyAlgorithm, KeyFacts
from signkit.signers.software import KeyUnfit, algorithm_of
from signkit.signing.cms import join_signature, signature_mechanism, signed_attributes
from signkit.signing.levels import (
    Level,
    Services,
    SignedFile,
    raise_to_level,
    refuse_unfinishable,
    refuse_unreachable,
    signature_timestamper,
)
from signkit.signing.pades import (
    UNKNOWN_KEY_DIGEST,
    PreparedFile,
    RoomTooSmall,
    prepare_field,
    refuse_unwanted_key,
    room_for,
)
from signkit.signing.party import refuse_other_person
from signkit.signing.readback import check_signed, refuse_harmful
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from signkit.signing.turn import check_turn
from signkit.words import Text, UnfitValue

if TYPE_CHECKING:
    from asn1crypto import x509

    from signkit.pdf.embedded_contract import EmbeddedContract

SCHEMA = "signkit-deferred/1"
# Long enough for a day's work, short enough that a forgotten request signs nothing next week.
LIFETIME = timedelta(hours=24)
#: How a key signs that nobody knows yet: as cards and phones do until their keys change (docs/reference/card.md).
UNKNOWN_KEY = KeyAlgorithm("rsa", UNKNOWN_KEY_DIGEST)
_MAX_SIGNATURE_BYTES = 16_384
#: Beside what one token takes: a file cannot be prepared anew with more room once the key has signed.
_SPARE_ROOM = 8192
_HEX_64 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 1000}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2_000_000_000}


def _closed_object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


_FORM = _closed_object(
    schema={"const": SCHEMA},
    to_sign=_closed_object(
        attributes={"type": "string", "maxLength": 20_000},
        digest={"type": "string", "pattern": "^[0-9a-f]{64,128}$"},
        digest_algorithm={"enum": ["sha256", "sha384", "sha512", "shake256"]},
        key_type={"enum": ["rsa", "ecdsa", "ed25519", "ed448"]},
    ),
    file=_closed_object(
        name=_NAME, sha256=_HEX_64, start=_COUNT, end=_COUNT, original_name=_NAME, original_size=_COUNT,
        original_sha256=_HEX_64,
    ),
    certificate_sha256={"anyOf": [_HEX_64, {"type": "null"}]},
    role=_NAME,
    level={"enum": [level.value for level in Level]},
    witness={"type": "boolean"},
    profile={"enum": [profile.value for profile in SignatureFormat]},
    created=_TIME,
    expires=_TIME,
    display={"type": "object"},
)  # fmt: skip


@dataclass(frozen=True)
class DeferredKey:
    """What is public of a key that signs elsewhere; see `signkit.signers.base.KeyFacts`."""

    certificate: bytes
    chain: tuple[bytes, ...]
    algorithm: KeyAlgorithm

    @classmethod
    def of(cls, certificates: list[bytes], source: str, issuers: tuple[x509.Certificate, ...] = ()) -> DeferredKey:
        """Return the key of the first of ``certificates`` (DER); the others, else a known issuer, are its chain.

        Raises:
            SignerUnusable("key-file-unusable"): a kind of key that does not sign here.
        """
        from asn1crypto import x509
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        own = x509.Certificate.load(certificates[0])
        try:
            algorithm = algorithm_of(load_der_public_key(own.public_key.dump()))
        except KeyUnfit as unfit:
            raise SignerUnusable("key-file-unusable", path=source, cause=unfit.cause) from unfit
        except ValueError as error:
            raise SignerUnusable(
                "key-file-unusable", path=source, cause=Text("its key cannot be read", "鍵を読み取れません")
            ) from error
        issuer = find_issuer(own, iter(issuers)) if len(certificates) == 1 else None
        return cls(certificates[0], tuple(certificates[1:]) or ((issuer.dump(),) if issuer else ()), algorithm)


@dataclass(frozen=True)
class DeferredRequest:
    """What is to be signed elsewhere.

    Attributes:
        file: the prepared file's name, and its SHA-256.
        start, end: the room for the signature in it (`PreparedFile`).
        original_name, original_size, original_sha256: the file before it was prepared, its exact beginning.
        attributes: what the key signs.
        algorithm: how.
        certificate_sha256: of the certificate that it was prepared for; None: nobody knew it then.
        role, level, witness, profile: as asked for; see `SignatureRequest`.
        created, expires: UTC; it is completed before ``expires``.
        display: what a person is shown before they sign.
    """

    file: str
    sha256: str
    start: int
    end: int
    original_name: str
    original_size: int
    original_sha256: str
    attributes: bytes = field(repr=False)
    algorithm: KeyAlgorithm
    certificate_sha256: str | None
    role: str
    level: Level
    witness: bool
    profile: SignatureFormat
    created: datetime
    expires: datetime
    display: dict[str, Any] = field(repr=False)

    def to_json(self) -> bytes:
        """Return the request file."""
        algorithm = self.algorithm
        content = {
            "schema": SCHEMA,
            "to_sign": {
                "attributes": b64encode(self.attributes).decode("ascii"),
                "digest": Content(BytesPieces(self.attributes)).digest(algorithm.digest).hex(),
                "digest_algorithm": algorithm.digest,
                "key_type": algorithm.key_type,
            },
            "file": {
                "name": self.file,
                "sha256": self.sha256,
                "start": self.start,
                "end": self.end,
                "original_name": self.original_name,
                "original_size": self.original_size,
                "original_sha256": self.original_sha256,
            },
            "certificate_sha256": self.certificate_sha256,
            "role": self.role,
            "level": self.level.value,
            "witness": self.witness,
            "profile": self.profile.value,
            "created": self.created.strftime(_TIME_FORMAT),
            "expires": self.expires.strftime(_TIME_FORMAT),
            "display": self.display,
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def read_request(raw: bytes, path: str) -> DeferredRequest:
    """Read a request file.

    Raises:
        SigningRefused("request-unreadable"): it is not what `DeferredRequest.to_json` writes.
    """
    from jsonschema import Draft202012Validator, ValidationError

    try:
        # A request comes from elsewhere: nothing in it is parsed before its size is known.
        if len(raw) > REQUEST_BYTES:
            raise UnfitValue(_TOO_LARGE)
        content = json.loads(raw.decode())
        Draft202012Validator(_FORM).validate(content)
        return _from_json(content)
    except ValidationError as error:
        raise SigningRefused("request-unreadable", path=path, cause=_MISSHAPEN.filled(item=error.json_path)) from error
    except UnfitValue as error:
        raise SigningRefused("request-unreadable", path=path, cause=error.cause) from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SigningRefused("request-unreadable", path=path, cause=_NO_JSON) from error
    except ValueError as error:  # of strptime and base64
        raise SigningRefused(
            "request-unreadable", path=path, cause=_MISWRITTEN.filled(said=str(error)[:200])
        ) from error


def _from_json(content: dict[str, Any]) -> DeferredRequest:
    to_sign, file = content["to_sign"], content["file"]
    # The name is put behind a folder of this machine.
    if re.search(r"[/\\\0:]", file["name"] + file["original_name"]) or file["name"] in (".", ".."):
        raise UnfitValue(_IN_A_FOLDER)
    return DeferredRequest(
        file=file["name"],
        sha256=file["sha256"],
        start=file["start"],
        end=file["end"],
        original_name=file["original_name"],
        original_size=file["original_size"],
        original_sha256=file["original_sha256"],
        attributes=b64decode(to_sign["attributes"], validate=True),
        algorithm=KeyAlgorithm(to_sign["key_type"], to_sign["digest_algorithm"]),
        certificate_sha256=content["certificate_sha256"],
        role=content["role"],
        level=Level(content["level"]),
        witness=content["witness"],
        profile=SignatureFormat(content["profile"]),
        created=_time(content["created"]),
        expires=_time(content["expires"]),
        display=content["display"],
    )


def _time(text: str) -> datetime:
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)


def prepare(
    pdf: bytes,
    names: tuple[str, str],
    request: SignatureRequest,
    key: KeyFacts | None,
    level: Level,
    services: Services,
    *,
    other_person: bool = False,
    password: Password = None,
) -> tuple[DeferredRequest, bytes]:
    """Write everything but the signature; return the request and the prepared file.

    Args:
        pdf: the file to sign.
        names: of ``pdf`` and of the prepared file, without folders.
        request: what the signature says; its time is stated in the file and does not move with the completion.
        key: the key that is going to sign; None: it shows its certificate together with its signature, and whatever
            hangs on the certificate is looked at when the file is completed.
        level: what the completion is to reach.
        services: asked whether the level can be reached at all.
        other_person: take a certificate that names somebody else than the role's party.
        password: opens ``pdf`` where it is encrypted.

    Raises:
        SigningRefused("key-not-for-documents"), TimestampUnavailable, EvidenceMissing, CertificateRevoked: see
            `levels.sign`.
        SigningRefused("field-missing", "field-signed", "out-of-turn"), PdfNotSignable: see
            `signkit.signing.turn.check_turn`.
        SigningRefused("seed-value-violated", "field-not-added"): see `signkit.signing.pades.sign_field`.
        SigningRefused("signer-not-party"): the certificate names somebody else than the role's party.
        SigningRefused("certificate-needed"): no key is named, and the format names the certificate.
    """
    if key is None and request.profile.names_certificate:
        raise SigningRefused("certificate-needed")
    # In the order of what costs least: the file, the level, the person; the key's work comes last of all.
    turn = check_turn(pdf, request.field, password, adds_field=request.place is not None)
    if key is None:
        refuse_unreachable(level, services, request.profile)
    else:
        refuse_unfinishable(key, request.time, level, services, request.profile)
        if not (request.witness or other_person):
            refuse_other_person(turn.party, key.certificate)
    room = room_for(key, timestamped=level.has_timestamp) + _SPARE_ROOM
    prepared = prepare_field(pdf, request, key, room, password, timestamped=level.has_timestamp)
    created = request.time.astimezone(UTC)
    deferred = DeferredRequest(
        file=names[1],
        sha256=hashlib.sha256(prepared.pdf).hexdigest(),
        start=prepared.start,
        end=prepared.end,
        original_name=names[0],
        original_size=len(pdf),
        original_sha256=hashlib.sha256(pdf).hexdigest(),
        # RFC 5652 5.4: what is hashed and signed is the DER of the SET.
        attributes=signed_attributes(key, prepared.digest, request.profile.statement(created)),
        algorithm=key.algorithm if key is not None else UNKNOWN_KEY,
        certificate_sha256=hashlib.sha256(key.certificate).hexdigest() if key is not None else None,
        role=request.field,
        level=level,
        witness=request.witness,
        profile=request.profile,
        created=created,
        expires=created + LIFETIME,
        display=_display(pdf, names[0], request, read_contract(pdf, password)),
    )
    return deferred, prepared.pdf


def _display(pdf: bytes, name: str, request: SignatureRequest, contract: EmbeddedContract | None) -> dict[str, Any]:
    title = contract.title if contract is not None else None
    parties = contract.parties if contract is not None else ()
    signer = request.name or request.field
    what = _WHAT_WITNESS if request.witness else _WHAT
    return {
        "title": {"en": title.en, "ja": title.ja} if title is not None else None,
        "parties": [{"role": party.role, "name": party.name} for party in parties],
        "document": name,
        "document_sha256": hashlib.sha256(pdf).hexdigest(),
        "signer": signer,
        "what": {
            language: what.in_language(language, signer=signer, document=name, role=request.field)
            for language in ("en", "ja")
        },
    }


def complete(
    request: DeferredRequest,
    prepared: bytes,
    key: KeyFacts,
    signature: bytes,
    services: Services,
    *,
    now: datetime,
    other_person: bool = False,
    password: Password = None,
) -> SignedFile:
    """Put a signature that was made elsewhere into its file and raise that to the request's level.

    Args:
        request: as read; nothing in it is believed that the file or the signature does not bear out.
        prepared: the prepared file.
        key: the certificate named now.
        signature: as the key gave it, or that in base64.
        services: where time and evidence come from.
        now: decides whether the request has expired.
        other_person: as for `prepare`; a request cannot say it for itself.
        password: opens the file where it is encrypted.

    Raises:
        SigningRefused("request-expired", "request-file-changed", "request-certificate-other", "signer-not-party"): it
            is not the request,
            the file, the certificate or the party that it was.
        SigningRefused("request-key-unfit"): the request was made for no certificate, and for another kind of key.
        SigningRefused("seed-value-violated"): the request was made for no certificate, and the field demands another.
        SigningRefused("request-signature-unfit"): the signature does not fit.
        SigningRefused("field-signed", "field-missing", "field-not-added", "out-of-turn"): the file does not wait for
            this role.
        SigningRefused("request-room-too-small"): certificates and timestamp together take more room than was kept.
        SigningRefused("key-not-for-documents"), TimestampUnavailable, EvidenceMissing, CertificateRevoked: see
            `levels.sign`.
    """
    # A key may have been lost since it was asked.
    if now >= request.expires:
        raise SigningRefused("request-expired", expires=request.expires.strftime(_TIME_FORMAT))
    # Digests first: everything after it speaks of these very bytes.
    original, file = _bound_file(request, prepared)
    _refuse_other_key(request, original, key, password)
    turn = check_turn(original, request.role, password, adds_field=_adds_field(original, prepared, request, password))
    if not (request.witness or other_person):
        refuse_other_person(turn.party, key.certificate)
    attributes = signed_attributes(key, file.digest, request.profile.statement(request.created))
    # Made anew from the file: a request that shows one document and has another signed fails here.
    if attributes != request.attributes:
        raise SigningRefused("request-file-changed", name=request.file)
    fitting = _fitting_signature(key, attributes, signature)
    refuse_unfinishable(key, now, request.level, services, request.profile)
    stamp = signature_timestamper(request.level, services)
    try:
        signed = file.filled(join_signature(key, attributes, fitting, timestamp=stamp).to_der())
    except RoomTooSmall as larger:
        raise SigningRefused("request-room-too-small", needed=larger.needed) from larger
    # The plain search of the read-back knows nothing of requests.
    check_signed(original, signed, key.certificate)
    result = replace(raise_to_level(signed, key, request.level, services, password), time=request.created)
    refuse_harmful(original, result.pdf, services.judgement, password, added=1)
    return result


def _refuse_other_key(request: DeferredRequest, original: bytes, key: KeyFacts, password: Password) -> None:
    """Refuse another key than the request's; one made for no certificate takes any that the field takes."""
    if request.certificate_sha256 is None:
        if key.algorithm != request.algorithm:
            raise SigningRefused("request-key-unfit", wanted=f"{UNKNOWN_KEY.key_type} {UNKNOWN_KEY.digest}".upper())
        refuse_unwanted_key(original, request.role, key, password)
    elif hashlib.sha256(key.certificate).hexdigest() != request.certificate_sha256:
        raise SigningRefused("request-certificate-other")


def _adds_field(original: bytes, prepared: bytes, request: DeferredRequest, password: Password) -> bool:
    """Whether the role's field came with the preparation; the files say so, not the request."""
    before, after = (signature_fields(pdf, password) for pdf in (original, prepared))
    return request.role not in (*before.empty, *before.signed) and request.role in after.signed


def _bound_file(request: DeferredRequest, prepared: bytes) -> tuple[bytes, PreparedFile]:
    """Return the file before it was prepared, and the prepared file with its digest made anew."""
    original = prepared[: request.original_size]
    room = prepared[request.start : request.end]
    fits = (
        hashlib.sha256(prepared).hexdigest() == request.sha256
        and hashlib.sha256(original).hexdigest() == request.original_sha256
        and len(original) <= request.start < request.end <= len(prepared)
        # Zeros only: what stands in the room is not covered by the digest.
        and re.fullmatch(rb"<0+>", room) is not None
    )
    if not fits:
        raise SigningRefused("request-file-changed", name=request.file)
    content = Content(BytesPieces(prepared[: request.start], prepared[request.end :]))
    return original, PreparedFile(prepared, content.digest(request.algorithm.digest), request.start, request.end)


def _fitting_signature(key: KeyFacts, attributes: bytes, given: bytes) -> bytes:
    from asn1crypto import x509

    certificate = x509.Certificate.load(key.certificate)
    mechanism = signature_mechanism(key.algorithm)
    for candidate in _readings(given):
        try:
            # Before anything is written: a signature of another key, or over another request, ends here.
            verify_signature(certificate, mechanism, key.algorithm.digest, candidate, attributes)
        except SignatureInvalid:
            continue
        return candidate
    raise SigningRefused("request-signature-unfit")


def _readings(given: bytes) -> Iterator[bytes]:
    """Yield the signature as it is, and taken as base64."""
    if len(given) > _MAX_SIGNATURE_BYTES:
        return
    yield given
    try:
        yield b64decode(b"".join(given.split()), validate=True)
    except binascii.Error:
        return


_TOO_LARGE = Text("it is larger than any request", "署名依頼としては大きすぎます")
_MISSHAPEN = Text("{item} is not as it should be", "{item} の内容が正しくありません")
_MISWRITTEN = Text("{said}", "値の書き方が正しくありません ({said})")
_NO_JSON = Text("it is no JSON, or damaged", "JSON ではないか、壊れています")
_IN_A_FOLDER = Text("a file name with a folder in it", "ファイル名にフォルダーが含まれています")
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_WHAT = Text("{signer} signs {document} as {role}.", "{signer} が {document} に {role} として署名します。")
_WHAT_WITNESS = Text(
    "{signer} signs {document} for {role}, on that party's instruction.",
    "{signer} が {role} の指示により {document} に署名します (立会人型)。",
)

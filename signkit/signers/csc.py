"""Keys at a remote signing service (``csc:https://HOST/csc/v2/#CREDENTIAL``): Cloud Signature Consortium API 1 and 2.

The document never leaves this machine: the service gets the hash of the signed attributes.  pyHanko's client speaks
version 1 only and asynchronously; both versions differ in a few names, so that one plain client serves both.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import unquote, urlencode, urlsplit

from signkit.errors import SignerUnusable
from signkit.errors.service_causes import service_cause
from signkit.pki.http import HttpFailure, fetch, is_this_machine
from signkit.pki.strangers import read_whole
from signkit.secret_file import SecretUnsafe, is_token, read_secret
from signkit.settings import Settings
from signkit.signers.base import Accept, AskSecret, KeyAlgorithm, SecretRequest, wipe
from signkit.signers.software import KeyUnfit, algorithm_of
from signkit.words import Text

_MAX_ANSWER = 1_000_000
_MAX_CHAIN = 10
_RSA = "1.2.840.113549.1.1.1"
Version = Literal["v1", "v2"]


@dataclass(frozen=True)
class CscService:
    """Where a key is: the base address (with a final slash), the API's version, and the credential's name there."""

    base: str
    version: Version
    credential: str


def parse_csc_uri(rest: str) -> CscService:
    """Read what follows ``csc:``.

    Raises:
        SignerUnusable("csc-uri-invalid"): no https (plain http goes to this machine only), no version, no credential.
    """
    try:
        parts = urlsplit(rest)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SignerUnusable("csc-uri-invalid", cause=_NO_ADDRESS) from error
    # RFC 3986 3.2.1: user information in an address ends up in histories and logs.
    if not host or parts.username is not None or parts.query or not rest.isascii() or not rest.isprintable():
        raise SignerUnusable("csc-uri-invalid", cause=_NO_ADDRESS)
    _refuse_plain(rest)
    path = parts.path.rstrip("/")
    version = path.rpartition("/")[2]
    if version not in ("v1", "v2"):
        raise SignerUnusable("csc-uri-invalid", cause=_NO_VERSION)
    if not parts.fragment:
        raise SignerUnusable("csc-uri-invalid", cause=_NO_CREDENTIAL)
    return CscService(f"{parts.scheme}://{parts.netloc}{path}/", version, unquote(parts.fragment))  # type: ignore[arg-type]


def _refuse_plain(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SignerUnusable("csc-uri-invalid", cause=_NO_ADDRESS) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(parts.hostname or "")):
        raise SignerUnusable("csc-uri-invalid", cause=_NOT_HTTPS)


@dataclass
class CscSigner:
    """Reads the credential when it is entered; each signature is authorised for its own hash.

    Attributes:
        service: where the key is.
        ask: asks for the credential's PIN, where it has one.
        settings: say how the service is authenticated to.
        accept: looks at the key before the PIN is asked for.
    """

    service: CscService
    ask: AskSecret
    settings: Settings
    accept: Accept | None = None
    certificate: bytes = field(default=b"", init=False)
    chain: tuple[bytes, ...] = field(default=(), init=False)
    algorithm: KeyAlgorithm = field(default=KeyAlgorithm("rsa", "sha256"), init=False)
    _sign_algorithm: str = field(default="", init=False)
    _headers: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _pin: bytearray | None = field(default=None, init=False, repr=False)

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``, of which only the hash is sent; see `signkit.signers.base.Signer`.

        Raises:
            SignerUnusable("csc-failed"): the service does not authorise, or does not sign.
        """
        # CSC API credentials/authorize and signatures/signHash: hashes in base64.
        hashes = [b64encode(hashlib.new(self.algorithm.digest, data).digest()).decode("ascii")]
        answer = self._call("credentials/authorize", self._authorisation(hashes))
        # The signature activation data is bound to these hashes: the service cannot sign others with it.
        sad = answer.get("SAD")
        if not isinstance(sad, str) or not sad:
            raise SignerUnusable("csc-failed", step="credentials/authorize", cause="no signature activation data (SAD)")
        request = {"SAD": sad, "signAlgo": self._sign_algorithm, **self._hashes(hashes, "hashAlgo")}
        # CSC API 2: "S" answers at once; "A" would have to be polled.
        if self.service.version == "v2":
            request["operationMode"] = "S"
        signatures = self._call("signatures/signHash", request).get("signatures")
        # One hash, one signature: more or fewer belong to something else.
        if not isinstance(signatures, list) or len(signatures) != 1:
            raise SignerUnusable("csc-failed", step="signatures/signHash", cause="not one signature")
        return _decode(signatures[0], "signatures/signHash")

    def _authorisation(self, hashes: list[str]) -> dict[str, Any]:
        request: dict[str, Any] = {"numSignatures": 1, **self._hashes(hashes, None)}
        if self._pin is not None:
            pin = self._pin.decode()  # JSON wants a str, which cannot be wiped
            request |= {"PIN": pin} if self.service.version == "v1" else {"authData": [{"id": "PIN", "value": pin}]}
        return request

    def _hashes(self, hashes: list[str], v1_algorithm: str | None) -> dict[str, Any]:
        """Return the hashes as the version names them; version 1 authorises them without naming the algorithm."""
        from asn1crypto import algos

        oid = algos.DigestAlgorithmId(self.algorithm.digest).dotted
        if self.service.version == "v2":
            return {"hashes": hashes, "hashAlgorithmOID": oid}
        return {"hash": hashes} | ({v1_algorithm: oid} if v1_algorithm else {})

    def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"credentialID": self.service.credential, **request}).encode()
        return _exchange(
            self.service.base + method, method, body, "application/json", self._headers, self.settings.network_timeout
        )

    def __enter__(self) -> Self:
        token = _access_token(self.service, self.settings)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        # CSC API credentials/info: the chain is asked for, the parsed names are not needed.
        request: dict[str, Any] = {"certificates": "chain", "certInfo": False}
        if self.service.version == "v2":
            request["authInfo"] = True
        info = self._call("credentials/info", request)
        certificates = _certificates(info)
        self.certificate, self.chain = certificates[0], tuple(certificates[1:])
        self.algorithm, self._sign_algorithm = _algorithm(self.certificate, info)
        if self.accept is not None:
            self.accept(self.certificate, self.algorithm)
        if _wants_pin(info, self.service.version):
            host = str(urlsplit(self.service.base).hostname)
            self._pin = self.ask(SecretRequest("token-pin", f"{self.service.credential} ({host})"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._headers = {}
        if self._pin is not None:
            wipe(self._pin)
            self._pin = None


def open_csc_signer(rest: str, ask: AskSecret, settings: Settings, *, accept: Accept | None = None) -> CscSigner:
    """Return the signer for ``csc:rest``.

    Raises:
        SignerUnusable("csc-uri-invalid"): see `parse_csc_uri`.
    """
    return CscSigner(parse_csc_uri(rest), ask, settings, accept)


def _exchange(
    url: str, step: str, body: bytes, content_type: str, headers: dict[str, str], timeout: float
) -> dict[str, Any]:
    try:
        raw = fetch(
            url, timeout=timeout, limit=_MAX_ANSWER, body=body, content_type=content_type, secret_headers=headers
        )
        answer = json.loads(raw)
    except HttpFailure as failure:
        raise SignerUnusable("csc-failed", step=step, cause=service_cause(failure.cause)) from failure
    except (ValueError, RecursionError) as error:
        raise SignerUnusable("csc-failed", step=step, cause=service_cause("no JSON")) from error
    if not isinstance(answer, dict):
        raise SignerUnusable("csc-failed", step=step, cause=service_cause("no JSON object"))
    return answer


def _access_token(service: CscService, settings: Settings) -> str | None:
    """Return the token of the settings, by file or by OAuth client credentials (RFC 6749 4.4); None where none is set.

    Raises:
        SignerUnusable("csc-secret-file-unsafe"), InputUnreadable: a file of secrets is not what it should be.
        SignerUnusable("csc-failed"): no token was given.
    """
    if settings.csc_token_file is not None:
        return _secret(settings.csc_token_file)
    if settings.csc_client_id is None or settings.csc_client_secret_file is None:
        return None
    url = settings.csc_token_url or f"{service.base}oauth2/token"
    _refuse_plain(url)
    # RFC 6749 4.4.2.
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.csc_client_id,
        "client_secret": _secret(settings.csc_client_secret_file),
    }
    kind = "application/x-www-form-urlencoded"
    answer = _exchange(url, "oauth2/token", urlencode(form).encode(), kind, {}, settings.network_timeout)
    token = answer.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise SignerUnusable("csc-failed", step="oauth2/token", cause="no access token")
    return token


def _secret(path: Path) -> str:
    try:
        return read_secret(path)
    except SecretUnsafe as unsafe:
        raise SignerUnusable("csc-secret-file-unsafe", path=str(path), cause=unsafe.cause) from unsafe


def _certificates(info: dict[str, Any]) -> list[bytes]:

    part = info.get("cert")
    texts = part.get("certificates") if isinstance(part, dict) else None
    if not isinstance(texts, list) or not 0 < len(texts) <= _MAX_CHAIN:
        raise SignerUnusable("csc-failed", step="credentials/info", cause="no certificates")
    # CSC API credentials/info, cert/status: valid, expired, revoked or suspended.
    if isinstance(part, dict) and part.get("status", "valid") != "valid":
        raise SignerUnusable("csc-unsupported", cause=_NOT_VALID)
    ders = [_decode(text, "credentials/info") for text in texts]
    try:
        for der in ders:
            read_whole(der)
    except ValueError as error:
        raise SignerUnusable(
            "csc-failed", step="credentials/info", cause="a certificate that cannot be read"
        ) from error
    return ders


def _decode(text: object, step: str) -> bytes:
    try:
        return b64decode(text if isinstance(text, str) else "*", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignerUnusable("csc-failed", step=step, cause="no base64") from error


def _algorithm(certificate: bytes, info: dict[str, Any]) -> tuple[KeyAlgorithm, str]:
    """Return how the key signs, and the OID by which the service offers that."""
    from asn1crypto import algos, x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    part = info.get("key")
    key = part if isinstance(part, dict) else {}
    # CSC API credentials/info, key/status.
    if key.get("status") != "enabled":
        raise SignerUnusable("csc-unsupported", cause=_NOT_ENABLED)
    offered = key.get("algo")
    try:
        algorithm = algorithm_of(load_der_public_key(x509.Certificate.load(certificate).public_key.dump()))
    except (KeyUnfit, UnsupportedAlgorithm, ValueError) as unfit:
        raise SignerUnusable(
            "csc-unsupported", cause=unfit.cause if isinstance(unfit, KeyUnfit) else _NO_ALGORITHM
        ) from unfit
    if algorithm.key_type in ("rsa", "ecdsa") and isinstance(offered, list):
        wanted = [algos.SignedDigestAlgorithmId(f"{algorithm.digest}_{algorithm.key_type}").dotted]
        # The bare rsaEncryption goes with hashAlgo, which names the digest.
        wanted += [_RSA] if algorithm.key_type == "rsa" else []
        for oid in wanted:
            if oid in offered:
                return algorithm, oid
    raise SignerUnusable("csc-unsupported", cause=_NO_ALGORITHM)


def _wants_pin(info: dict[str, Any], version: Version) -> bool:
    """Return whether the credential is authorised with a PIN; anything more is refused."""
    if version == "v1":
        mode = info.get("authMode")
        needed = [name for name in ("PIN", "OTP") if _is_present(info.get(name))]
    else:
        auth = info.get("auth")
        auth = auth if isinstance(auth, dict) else {}
        mode = auth.get("mode")
        objects = auth.get("objects", [])
        listed = objects if isinstance(objects, list) else []
        needed = [str(item.get("id")) for item in listed if isinstance(item, dict)]
    # CSC API: implicit authorisation is between the service and its user, explicit is by PIN or OTP.
    if mode == "implicit":
        return False
    if mode == "explicit" and needed == ["PIN"]:
        return True
    raise SignerUnusable("csc-unsupported", cause=_NO_AUTHORISATION)


def _is_present(part: object) -> bool:
    return isinstance(part, dict) and str(part.get("presence", "false")).lower() != "false"


_NO_ADDRESS = Text("no address of a service", "サービスのアドレスではありません")
_NOT_HTTPS = Text(
    "only https is used, but for this machine itself", "このコンピューター自身を除き https だけを使います"
)
_NO_VERSION = Text("its path does not end in /v1/ or /v2/", "パスが /v1/ または /v2/ で終わっていません")
_NO_CREDENTIAL = Text("no credential is named after '#'", "「#」の後にクレデンシャルの指定がありません")
_NOT_ENABLED = Text("its key is not enabled", "鍵が有効になっていません")
_NOT_VALID = Text("its certificate is not valid", "証明書が有効ではありません")
_NO_ALGORITHM = Text("it offers no signature algorithm that goes with its key", "鍵に合う署名アルゴリズムがありません")
_NO_AUTHORISATION = Text(
    "it wants another authorisation than none or a PIN", "PIN 以外の承認 (OTP やブラウザーでの認可) が必要です"
)

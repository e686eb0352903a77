"""The key on a person's phone, by the sign API of デジタル認証アプリ (``auth-app:production``, ``auth-app:sandbox``,
``auth-app:rehearsal``).

The phone gives its certificate together with a signature, never before.  Where the certificate is known (from an
earlier signature), this is a `Signer` like any other; where it is not, a `LateSigner`, and what is signed cannot name
it.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from signkit.errors import MissingExtra, SignerUnusable
from signkit.jpki.authorities import ORGANISATION, certification_authorities
from signkit.jpki.certificates import is_authentication_certificate
from signkit.pki.chains import find_issuer
from signkit.pki.strangers import read_whole
from signkit.settings import Settings
from signkit.signers.auth_app_client import begin
from signkit.signers.auth_app_config import AuthAppConfig, Environment, load_config
from signkit.signers.auth_app_failure import failure
from signkit.signers.auth_app_redirect import RedirectPage
from signkit.signers.auth_app_tokens import Result
from signkit.signers.base import Accept, AskSecret, ConsentLink, KeyAlgorithm, NamedSignature, SecretRequest, ShowLink
from signkit.signers.software import KeyUnfit, algorithm_of
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

#: What the service takes: the SHA-256 of what is signed.
_DIGEST = "sha256"
#: Minutes that a person has to find the phone, think, and type the password.
_CONSENT_SECONDS = 600.0


@dataclass
class PhoneKey:
    """A key on a phone whose certificate nobody knows; see `signkit.signers.base.LateSigner`.

    Attributes:
        config: the relying party's registration.
        show: shows the person where to agree.
        ask: asks for the address at which a browser elsewhere ended.
        timeout: seconds for each exchange with the service.
        consent_seconds: how long the person is waited for.
    """

    config: AuthAppConfig
    show: ShowLink
    ask: AskSecret
    timeout: float
    consent_seconds: float = _CONSENT_SECONDS
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is the rehearsal's test server."""
        return self.config.environment is Environment.REHEARSAL

    def sign_and_name(self, data: bytes) -> NamedSignature:
        """Have the person agree to one signature over ``data``, of which only the hash leaves this machine.

        Raises:
            SignerUnusable("auth-app-declined", "auth-app-timeout"): the person did not agree.
            SignerUnusable("auth-app-failed"): the service does not answer as it should, or the signature is not over
                ``data``.
            SignerUnusable("auth-app-world-other"): a test certificate in production, or a real one elsewhere.
        """
        with self._one_at_a_time:
            result = self._require_agreement(hashlib.sha256(data).digest())
        return named_signature(self.config, result, data)

    def _require_agreement(self, digest: bytes) -> Result:
        if not self.config.comes_back_here:
            consent = begin(self.config, digest, self.timeout)
            self.show(ConsentLink(consent.address, here=False))
            return consent.finish(_query(self.ask, self.config.redirect_uri))
        with RedirectPage(self.config.redirect_uri) as page:
            consent = begin(self.config, digest, self.timeout)
            self.show(ConsentLink(consent.address, here=True))
            return consent.finish(page.wait(self.consent_seconds))


def named_signature(config: AuthAppConfig, result: Result, data: bytes) -> NamedSignature:
    """Return what a phone made over ``data``, once it is known to be that.

    Raises:
        SignerUnusable("auth-app-failed", "auth-app-world-other", "auth-app-key-unfit"): see `PhoneKey.sign_and_name`.
    """
    certificate = _certificate(result)
    _refuse_other_world(config.environment, certificate)
    _refuse_other_signature(certificate, result.signature, data)
    issuer = find_issuer(certificate, (_load(each.certificate) for each in certification_authorities("signature")))
    return NamedSignature(result.signature, result.certificate, (issuer.dump(),) if issuer else ())


@dataclass
class KnownPhoneKey:
    """A key on a phone whose certificate an earlier signature showed; see `signkit.signers.base.Signer`."""

    phone: PhoneKey
    certificate: bytes
    chain: tuple[bytes, ...] = ()
    accept: Accept | None = None
    algorithm: KeyAlgorithm = field(init=False)

    def __post_init__(self) -> None:
        self.algorithm = _algorithm(_load(self.certificate))

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``; see `PhoneKey.sign_and_name`.

        Raises:
            SignerUnusable("auth-app-certificate-other"): the key that signed is another than the known one.
        """
        made = self.phone.sign_and_name(data)
        if made.certificate != self.certificate:
            raise SignerUnusable("auth-app-certificate-other")
        return made.signature

    def __enter__(self) -> Self:
        if self.accept is not None:
            self.accept(self.certificate, self.algorithm)
        _refuse_other_world(self.phone.config.environment, _load(self.certificate))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to close: each signature is an exchange of its own."""


def open_phone_key(name: str, show: ShowLink | None, ask: AskSecret, settings: Settings) -> PhoneKey:
    """Return the key behind ``auth-app:name``.

    Raises:
        SignerUnusable("auth-app-no-person"): nobody can be shown where to agree.
        MissingExtra: joserfc is not installed.
        SignKitError: see `signkit.signers.auth_app_config.load_config`.
    """
    from importlib.util import find_spec

    if find_spec("joserfc") is None:
        raise MissingExtra("auth-app:", "phone")
    if show is None:
        raise SignerUnusable("auth-app-no-person")
    return PhoneKey(load_config(name, settings), show, ask, settings.network_timeout)


def _query(ask: AskSecret, redirect_uri: str) -> str:
    """Ask for the address at which the phone's browser ended; return its query."""
    typed = ask(SecretRequest("callback-address", redirect_uri)).decode("utf-8", errors="replace").strip()
    try:
        wanted, given = urlsplit(redirect_uri), urlsplit(typed)
    except ValueError as error:
        raise failure("redirect", "it is not an address of the registered page") from error
    if (given.scheme, given.netloc, given.path or "/") != (wanted.scheme, wanted.netloc, wanted.path or "/"):
        raise failure("redirect", "it is not an address of the registered page")
    return given.query


def _load(der: bytes) -> x509.Certificate:
    from asn1crypto import x509

    return x509.Certificate.load(der)


def _certificate(result: Result) -> x509.Certificate:
    """Return the result's certificate, read to its last part, if it is one for signatures."""
    try:
        certificate = read_whole(result.certificate)
    except ValueError as error:
        raise _bad_result("a certificate that cannot be read") from error
    if is_authentication_certificate(certificate):
        raise _bad_result("the certificate of an authentication key (利用者証明用)")
    return certificate


def _refuse_other_world(environment: Environment, certificate: x509.Certificate) -> None:
    """Take certificates that name JPKI as their issuer in production alone, and no others there.

    By the name, for no public source tells which of its CAs issues for phones; nothing is believed of it here.
    """
    is_real = certificate.issuer.native.get("organization_name") == ORGANISATION
    if is_real != (environment is Environment.PRODUCTION):
        raise SignerUnusable("auth-app-world-other", environment=environment.value)


def _refuse_other_signature(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    _algorithm(certificate)
    key: Any = load_der_public_key(certificate.public_key.dump())
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise _bad_result("the signature is not one of this certificate's key over what was to be signed") from error


def _algorithm(certificate: x509.Certificate) -> KeyAlgorithm:
    """Return how the key signs; one that does not sign SHA-256 digests cannot be used by the service."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        algorithm = algorithm_of(load_der_public_key(certificate.public_key.dump()))
    except KeyUnfit as unfit:
        raise SignerUnusable("auth-app-key-unfit", cause=unfit.cause) from unfit
    except ValueError as error:
        raise SignerUnusable("auth-app-key-unfit", cause=_UNREADABLE) from error
    if algorithm.digest != _DIGEST:
        raise SignerUnusable("auth-app-key-unfit", cause=_OTHER_DIGEST)
    return algorithm


def _bad_result(cause: str) -> SignerUnusable:
    return failure("result", cause)


_UNREADABLE = Text("its key cannot be read", "鍵を読み取れません")
_OTHER_DIGEST = Text("it signs other digests than SHA-256", "SHA-256 以外のハッシュに署名する鍵です")

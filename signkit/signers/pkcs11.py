"""Keys on PKCS#11 tokens: HSMs, USB tokens, SoftHSM, and cards through OpenSC (``pkcs11:…``, RFC 7512).

Several tokens, or several certificates with private keys on one, are listed and never guessed between.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from signkit.errors import SignerUnusable, TokenChoice
from signkit.pki.chains import build_chain
from signkit.pki.strangers import read_whole
from signkit.settings import Settings
from signkit.signers.base import Accept, AskSecret, KeyAlgorithm, wipe
from signkit.signers.pkcs11_token import (
    Module,
    NamedToken,
    find_token,
    load_module,
    obtain_pin,
    session_on,
    speaking_with,
    with_text,
)
from signkit.signers.pkcs11_uri import Pkcs11Uri, parse_pkcs11_uri
from signkit.signers.software import KeyUnfit, algorithm_of
from signkit.words import Text, printable

if TYPE_CHECKING:
    from asn1crypto import x509
    from pkcs11 import Attribute, Mechanism, Object, PrivateKey, Session, Token

#: Bounds for what a token may make us read.
#: A token answers what it likes: the bound is for its list of objects, not for honest ones.
_MAX_OBJECTS = 500
_MAX_CERTIFICATE_BYTES = 100_000


@dataclass(frozen=True, repr=False)  # python-pkcs11's repr of a key calls the token
class _Pair:
    """A certificate and the private key with the same CKA_ID."""

    certificate: x509.Certificate
    key: PrivateKey
    id: bytes
    labels: tuple[str, str]  # the certificate's, the key's


@dataclass(frozen=True, repr=False)
class _Key:
    """The chosen key in its open session."""

    module: Module
    token: Token
    private: PrivateKey
    certificate: bytes
    chain: tuple[bytes, ...]
    algorithm: KeyAlgorithm
    mechanism: Mechanism
    always_authenticate: bool


@dataclass
class Pkcs11Signer:
    """One session on one token; threads may share it and take turns.

    Attributes:
        uri: what was asked for.
        module_path: the module that speaks to the token.
        accept: looks at the key before the PIN is asked for, where the token shows its certificate without one.
    """

    uri: Pkcs11Uri
    module_path: str
    ask: AskSecret
    use_last_try: bool = False
    accept: Accept | None = None
    _key: _Key | None = field(default=None, repr=False)
    _pin: bytearray | None = field(default=None, repr=False)
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def certificate(self) -> bytes:
        """The certificate whose private key signs, DER."""
        return self._open_key.certificate

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Its issuers as far as the token holds them."""
        return self._open_key.chain

    @property
    def algorithm(self) -> KeyAlgorithm:
        """How the token's key signs."""
        return self._open_key.algorithm

    @property
    def _open_key(self) -> _Key:
        if self._key is None:
            raise RuntimeError("a token signer is used inside its with block")
        return self._key

    def sign(self, data: bytes) -> bytes:
        """Sign ``data``; see `signkit.signers.base.Signer`.

        A key with CKA_ALWAYS_AUTHENTICATE wants its PIN for every signature (PKCS#11 4.9): what was typed at the
        start serves the first, and each further one asks anew.

        Raises:
            SignerUnusable("token-pin-wrong", "token-pin-locked", "token-pin-last-try", "token-pin-not-sent"): about
                that PIN.
            SignerUnusable("token-failed"): the token or its module.
        """
        key = self._open_key
        with key.module.lock:
            if not key.always_authenticate:
                return _sign(key, data, None)
            pin, self._pin = self._pin, None
            pin = pin or obtain_pin(key.token, self.ask, use_last_try=self.use_last_try)
            try:
                return _sign(key, data, pin)
            # Used or not, the PIN is gone after one signature.
            finally:
                _wipe(pin)

    def __enter__(self) -> Self:
        module = load_module(self.module_path)
        with module.lock, ExitStack() as stack:
            named = find_token(module, self.uri)
            if self.accept is not None:
                _look_ahead(module, named, self.uri, self.accept)
            pin = obtain_pin(named.token, self.ask, use_last_try=self.use_last_try)
            stack.callback(_wipe, pin)
            session = stack.enter_context(session_on(module, named.token, pin))
            with speaking_with(named.token):
                self._key = _open_key(module, session, named, self.uri)
            if self._key.always_authenticate:
                self._pin = pin
            else:
                _wipe(pin)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._key = self._pin = None
        self._stack.close()


def open_pkcs11_signer(
    rest: str, ask: AskSecret, settings: Settings, *, use_last_try: bool = False, accept: Accept | None = None
) -> Pkcs11Signer:
    """Return the signer for ``pkcs11:rest``; module, token and PIN come when it is entered.

    Raises:
        SignerUnusable("pkcs11-uri-invalid"): the URI is not well formed, or holds a PIN.
        SignerUnusable("pkcs11-module-unnamed"): neither it nor the settings name a module.
    """
    uri = parse_pkcs11_uri(rest)
    module_path = uri.module_path or settings.pkcs11_module
    if module_path is None:
        raise SignerUnusable("pkcs11-module-unnamed")
    return Pkcs11Signer(uri, str(module_path), ask, use_last_try, accept)


def _look_ahead(module: Module, named: NamedToken, uri: Pkcs11Uri, accept: Accept) -> None:
    """Show ``accept`` the one end certificate that fits; where there are none or several, it looks after the PIN."""
    from pkcs11 import TokenFlag

    if named.token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
        return  # a session would ask at the token's own PIN pad
    with session_on(module, named.token, None) as session, speaking_with(named.token):
        shown_now = list(_certificates(session))
    fitting = [
        certificate
        for certificate, id_, label in shown_now
        # An authority's certificate on a token is for the chain.
        if not certificate.ca and uri.id in (None, id_) and uri.object in (None, label)
    ]
    if len(fitting) == 1:
        accept(fitting[0].dump(), _algorithm(fitting[0], named.token))


def _wipe(pin: bytearray | None) -> None:
    if pin is not None:
        wipe(pin)


def _open_key(module: Module, session: Session, named: NamedToken, uri: Pkcs11Uri) -> _Key:
    from pkcs11 import Attribute

    certificates = list(_certificates(session))
    pair = _choose(list(_pairs(session, certificates)), named, uri)
    algorithm = _algorithm(pair.certificate, named.token)
    chain = build_chain(pair.certificate, (certificate for certificate, _, _ in certificates))
    return _Key(
        module,
        named.token,
        pair.key,
        pair.certificate.dump(),
        tuple(issuer.dump() for issuer in chain[1:]),
        algorithm,
        _mechanism(named.token, algorithm),
        bool(_attribute(pair.key, Attribute.ALWAYS_AUTHENTICATE, False)),
    )


def _certificates(session: Session) -> Iterator[tuple[x509.Certificate, bytes, str]]:
    """Yield every readable certificate with its CKA_ID and label."""
    from pkcs11 import Attribute, CertificateType, ObjectClass

    wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509}
    for item in _objects(session, wanted):
        certificate = _parse(_attribute(item, Attribute.VALUE, b""))
        if certificate is not None:
            yield certificate, _attribute(item, Attribute.ID, b""), _attribute(item, Attribute.LABEL, "")


def _pairs(session: Session, certificates: Iterable[tuple[x509.Certificate, bytes, str]]) -> Iterator[_Pair]:
    from pkcs11 import Attribute, ObjectClass

    keys: dict[bytes, list[PrivateKey]] = {}
    for key in _objects(session, {Attribute.CLASS: ObjectClass.PRIVATE_KEY}):
        # CKA_SIGN: keys for decryption and key agreement are passed over.
        if _attribute(key, Attribute.SIGN, True):
            keys.setdefault(_attribute(key, Attribute.ID, b""), []).append(key)
    for certificate, id_, label in certificates:
        # CKA_ID ties certificate and key together; labels are for people.
        for key in keys.get(id_, ()):
            yield _Pair(certificate, key, id_, (label, _attribute(key, Attribute.LABEL, "")))


def _objects(session: Session, wanted: dict[Attribute, Any]) -> list[Any]:
    with closing(session.get_objects(wanted)) as found:  # closed at once: a search holds the session's lock
        return list(islice(found, _MAX_OBJECTS))


def _attribute(item: Object, name: Attribute, default: Any) -> Any:
    """Return an attribute, or ``default`` where the token has none or something that cannot be read."""
    from pkcs11 import PKCS11Error

    try:
        return item[name]
    except (PKCS11Error, ValueError, struct.error):
        return default


def _parse(der: bytes) -> x509.Certificate | None:

    if not 0 < len(der) <= _MAX_CERTIFICATE_BYTES:
        return None
    try:
        return read_whole(der)
    except ValueError:
        return None


def _choose(pairs: list[_Pair], named: NamedToken, uri: Pkcs11Uri) -> _Pair:
    fitting = [
        pair for pair in pairs if uri.id in (None, pair.id) and (uri.object is None or uri.object in pair.labels)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise SignerUnusable("token-key-not-found", choices=_choices(pairs, named))
    raise SignerUnusable("token-key-ambiguous", choices=_choices(fitting, named))


def _choices(pairs: list[_Pair], named: NamedToken) -> tuple[TokenChoice, ...]:
    return tuple(
        TokenChoice(
            token=printable(named.token.label),
            uri=str(replace(named.uri, object=pair.labels[0] or None, id=pair.id)),
            label=printable(pair.labels[0]),
            id=pair.id.hex(),
            common_name=printable(_common_name(pair.certificate)),
        )
        for pair in sorted(pairs, key=lambda pair: (pair.labels, pair.id))
    )


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.native.get("common_name", "")
    return names if isinstance(names, str) else ", ".join(map(str, names))


def _algorithm(certificate: x509.Certificate, token: Token) -> KeyAlgorithm:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    label = printable(token.label)
    try:
        algorithm = algorithm_of(load_der_public_key(certificate.public_key.dump()))
    except KeyUnfit as unfit:
        raise SignerUnusable("token-key-unusable", token=label, cause=unfit.cause) from unfit
    except (ValueError, UnsupportedAlgorithm) as error:
        cause = Text("its certificate's public key cannot be read", "証明書の公開鍵を読み取れません")
        raise SignerUnusable("token-key-unusable", token=label, cause=cause) from error
    if algorithm.key_type not in ("rsa", "ecdsa"):
        cause = Text(f"a key of type {algorithm.key_type}", f"鍵の種類が {algorithm.key_type} です")
        raise SignerUnusable("token-key-unusable", token=label, cause=cause)
    return algorithm


def _mechanism(token: Token, algorithm: KeyAlgorithm) -> Mechanism:
    """Return how the token is to sign: RSA with its own hashing where it has that, ECDSA over our digest."""
    from pkcs11 import Mechanism

    offered = token.slot.get_mechanisms()
    # CKM_SHA256_RSA_PKCS and the like: the token hashes by itself.
    hashing = getattr(Mechanism, f"{algorithm.digest.upper()}_RSA_PKCS")
    usable = (Mechanism.ECDSA,) if algorithm.key_type == "ecdsa" else (hashing, Mechanism.RSA_PKCS)
    chosen = next((mechanism for mechanism in usable if mechanism in offered), None)
    if chosen is None:
        names = ", ".join(f"CKM_{mechanism.name}" for mechanism in usable)
        cause = Text(f"the token has none of {names}", f"トークンが {names} のいずれにも対応していません")
        raise SignerUnusable("token-key-unusable", token=printable(token.label), cause=cause)
    return chosen


def _sign(key: _Key, data: bytes, pin: bytearray | None) -> bytes:
    prepared = _mechanism_input(key, data)
    with speaking_with(key.token):
        if pin is None:
            answer = key.private.sign(prepared, mechanism=key.mechanism)
        else:
            answer = with_text(
                key.token, pin, lambda text: key.private.sign(prepared, mechanism=key.mechanism, pin=text)
            )
    return _as_cms_carries_it(key, bytes(answer))


def _mechanism_input(key: _Key, data: bytes) -> bytes:
    """Return what the mechanism takes: the data, its DigestInfo (RFC 8017 9.2), or its digest."""
    from pkcs11 import Mechanism

    if key.mechanism not in (Mechanism.ECDSA, Mechanism.RSA_PKCS):
        return data
    digest = hashlib.new(key.algorithm.digest, data).digest()
    return digest if key.mechanism is Mechanism.ECDSA else _digest_info(key.algorithm.digest, digest)


def _digest_info(name: str, digest: bytes) -> bytes:
    from asn1crypto import algos, core

    # RFC 8017 A.2.4, 9.2 note 1: NULL parameters in a DigestInfo.
    algorithm = algos.DigestAlgorithm({"algorithm": name, "parameters": core.Null()})
    der: bytes = algos.DigestInfo({"digest_algorithm": algorithm, "digest": digest}).dump()
    return der


def _as_cms_carries_it(key: _Key, answer: bytes) -> bytes:
    """Return RSA as it is, ECDSA's r||s (PKCS#11 Mechanisms 2.3.1) as DER Ecdsa-Sig-Value (RFC 5753 7.2)."""
    if key.algorithm.key_type == "rsa":
        return answer
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    # PKCS#11: r and s, each as long as the order.
    half, odd = divmod(len(answer), 2)
    if odd or not half:
        raise SignerUnusable(
            "token-failed", token=printable(key.token.label), cause=f"an ECDSA signature of {len(answer)} bytes"
        )
    return encode_dss_signature(int.from_bytes(answer[:half], "big"), int.from_bytes(answer[half:], "big"))

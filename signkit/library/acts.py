"""Signing: here, or with a key that is somewhere else; and keeping it provable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from signkit.contracts.fonts import FontSet, font_set
from signkit.library.given import FileSource, Location, bytes_and_name, paths_of
from signkit.pki.anchors import certificates_in, read_certificates
from signkit.settings import Settings
from signkit.signers import registry
from signkit.signers.base import AskSecret, Signer
from signkit.signing import deferred, levels
from signkit.signing.levels import Level, Services, SignedFile
from signkit.signing.party import refuse_other_person
from signkit.signing.services import available_services
from signkit.signing.terms import SignatureTerms, admit, for_role_of, request_maker


def open_signer(uri: str, ask: AskSecret, *, settings: Settings | None = None, use_last_try: bool = False) -> Signer:
    """Open a key; use it as a context manager, so that a card session ends for certain.

    Args:
        uri: which key: ``card``, ``card:READER``, ``card:virtual``, ``p12:FILE``, ``pkcs11:…``, ``csc:https://…``,
            ``agent:PORT``, or a kind that a plug-in brings.
        ask: gives the secret when it is needed, as a ``bytearray`` that is wiped after use; the request says what is
            asked for and how many tries are left.
        settings: the PKCS#11 module, the signing service's tokens; default: none.
        use_last_try: send a PIN although one try is left; a wrong one locks the card.

    Returns:
        The key, with its certificate and chain (DER), how it signs, and ``sign``.

    Raises:
        SignerUnusable("signer-unknown"): there is no such kind of key.
        NoReader, NoCard, PinWrong, CardError("pin-last-try"), CardLocked: the card's answer; see `signkit.errors`.
        SignerUnusable("passphrase-wrong", "key-file-unusable"), InputUnreadable: the key file's.

    Example:
        >>> with signkit.open_signer("p12:employer.p12", lambda request: bytearray(b"rehearsal")) as key:
        ...     key.algorithm
        KeyAlgorithm(key_type='rsa', digest='sha256')
    """
    return registry.open_signer(uri, registry.SignerContext(ask, settings or Settings(), use_last_try))


def services(
    *,
    tsa: Sequence[str] = (),
    evidence: Sequence[Location] = (),
    trust: Sequence[Location] = (),
    settings: Settings | None = None,
) -> Services:
    """Return what `sign`, `prepare`, `finish` and `extend` use beside the key: timestamps, revocation, issuers.

    Args:
        tsa: addresses of timestamp services (RFC 3161), tried in order; default: those of the settings.  ``rehearsal``
            is the kept rehearsal's own.
        evidence: folders with OCSP responses (.ocsp) and revocation lists (.crl).
        trust: certificates believed as anchors, files or folders, beside JPKI's.
        settings: further services and anchors, seconds to wait (default: none, 10 s), and the user's folder, where
            added anchors and imported lists count in any case.

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): what is named in ``trust`` cannot be used.

    Example:
        >>> services = signkit.services(tsa=["https://tsa.example.jp/"], trust=["rehearsal-ca.pem"])
        >>> len(services.timestamps)
        1
    """
    return available_services(settings or Settings(), tsa=tsa, evidence=paths_of(evidence), trust=paths_of(trust))


def sign(
    pdf: FileSource,
    terms: SignatureTerms | str,
    signer: Signer,
    *,
    services: Services | None = None,
    password: str | None = None,
    settings: Settings | None = None,
) -> SignedFile:
    """Sign a PDF in one role's field, and read the result back before it is returned.

    Before the key is used, refused is: a role without a field or out of turn, a file with a signature that does not
    hold, a certificate that names another than the contract's party, a level that could not be reached.  Nothing that
    others signed is worse afterwards.

    Args:
        pdf: the file to sign; it is not changed.
        terms: whose field is signed, and what else is asked (level, reason, place, seal, …); a text is the role alone,
            at level B-B.
        signer: the key, opened.
        services: needed from B-T on (timestamps) and from B-LT on (revocation); see `services`.
        password: opens the file where it is encrypted.
        settings: the fonts that draw the seal; default: the shipped ones.

    Returns:
        The signed file (``pdf``), which begins with the old one's bytes, and the time that it states.

    Raises:
        SigningRefused("field-missing", "field-signed", "out-of-turn", "field-not-added", "seed-value-violated"): the
            field does not take it.
        SigningRefused("signer-not-party"): the certificate names somebody else than the role's party.
        SigningRefused("key-not-for-documents"): an authentication key, or a certificate whose usage or validity forbids
            it.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning, InputUnreadable: the file's.
        SigningRefused("earlier-signature-harmed", "self-check-failed"): what was written is not what it should be.

    Example:
        >>> with signkit.open_signer("p12:employer.p12", lambda request: bytearray(b"rehearsal")) as key:
        ...     signed = signkit.sign("contract.pdf", "employer", key)
        >>> _ = Path("contract-employer.pdf").write_bytes(signed.pdf)
        >>> signkit.fields(signed.pdf).signed
        ('employer',)
    """
    data, name = bytes_and_name(pdf)
    terms, services = for_role_of(data, _terms(terms), password), services or Services()
    admission = admit(data, terms, name, services.judgement, password)
    if terms.needs_party:
        refuse_other_person(admission.party, signer.certificate)
    request = request_maker(terms, signer, _fonts(settings))(admission.certify)
    return levels.sign(data, request, signer, terms.level, services, password=password)


def prepare(
    pdf: FileSource,
    terms: SignatureTerms | str,
    certificate: FileSource | None,
    *,
    services: Services | None = None,
    password: str | None = None,
    settings: Settings | None = None,
) -> tuple[deferred.DeferredRequest, bytes]:
    """Write everything of a signature but the signature, for a key that is somewhere else; `finish` puts it in.

    Args:
        pdf, terms, password, settings: as for `sign`; the time that the signature states is now.
        certificate: of the key that is going to sign (PEM or DER; its issuers may follow); None: it comes with the
            signature, as from a phone, and the terms' profile is one that does not name it (``pkcs7``, ``registry``).
        services: asked whether the level can be reached at all.

    Returns:
        The request (what is to be signed within 24 hours; ``to_json`` gives the file that travels), and the prepared
        PDF, which is not signed yet.

    Raises:
        TrustError("trust-anchor-unreadable"), SignerUnusable("key-file-unusable"): there is no certificate, or its kind
            of key does not sign here.
        SigningRefused("certificate-needed"): there is none, and the profile names it.
        SignKitError: as `sign` does.

    Example:
        >>> request, prepared = signkit.prepare("contract.pdf", "employer", "employer.pem")
        >>> request.algorithm, request.expires - request.created
        (KeyAlgorithm(key_type='rsa', digest='sha256'), datetime.timedelta(days=1))
    """
    data, name = bytes_and_name(pdf)
    terms, services = for_role_of(data, _terms(terms), password), services or Services()
    admission = admit(data, terms, name, services.judgement, password)
    key = _key_elsewhere(certificate, services) if certificate is not None else None
    request = request_maker(terms, key, _fonts(settings), party=admission.party)(admission.certify)
    own = Path(name)
    names = (own.name, f"{own.stem}-{terms.role}-prepared.pdf")
    return deferred.prepare(
        data, names, request, key, terms.level, services, other_person=terms.other_person, password=password
    )


def finish(
    request: deferred.DeferredRequest | FileSource,
    prepared: FileSource,
    certificate: FileSource,
    signature: FileSource,
    *,
    services: Services | None = None,
    other_person: bool = False,
    password: str | None = None,
) -> SignedFile:
    """Put a signature that was made elsewhere into its file, and raise that to the level that was asked for.

    Args:
        request: what `prepare` gave, or its JSON; nothing in it is believed that file and signature do not bear out.
        prepared: the prepared PDF.
        certificate: as for `prepare`, the same.
        signature: what the key made of ``request.attributes``, raw or in base64, up to 16 KB.
        services: where time and evidence come from, as the request's level needs them.
        other_person: take a certificate that names somebody else than the role's party.
        password: opens the file where it is encrypted.

    Returns:
        The signed file, as `sign` does.

    Raises:
        SigningRefused("request-unreadable", "request-expired", "request-file-changed", "request-certificate-other"): it
            is not the
            request, the file or the certificate that it was.
        SigningRefused("request-signature-unfit", "request-room-too-small"): the signature does not fit.
        SignKitError: as `sign` does.

    Example:
        >>> request, prepared = signkit.prepare("contract.pdf", "employer", "employer.pem")
        >>> signature = sign_elsewhere(request.attributes)  # RSA: PKCS#1 v1.5; ECDSA: DER
        >>> signkit.fields(signkit.finish(request, prepared, "employer.pem", signature).pdf).signed
        ('employer',)
    """
    services = services or Services()
    if not isinstance(request, deferred.DeferredRequest):
        request = deferred.read_request(*bytes_and_name(request))
    return deferred.complete(
        request,
        bytes_and_name(prepared)[0],
        _key_elsewhere(certificate, services),
        bytes_and_name(signature)[0],
        services,
        now=datetime.now(UTC),
        other_person=other_person,
        password=password,
    )


def extend(
    pdf: FileSource,
    level: Level = Level.B_LTA,
    *,
    services: Services,
    password: str | None = None,
) -> SignedFile:
    """Add to a signed PDF what keeps it provable: evidence (B-LT), and a document timestamp over all of it (B-LTA).

    To be done again before the last timestamp's certificate ends, and where an algorithm grows weak.

    Args:
        pdf: the signed file; it is not changed.
        level: B-LT or B-LTA.
        services: where time and evidence come from; see `services`.
        password: opens the file where it is encrypted.

    Returns:
        The extended file, and when each piece of evidence was issued.

    Raises:
        SigningRefused("nothing-to-extend", "signature-not-timestamped"): there is no signature, or none that B-LT could
            build on.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        SigningRefused("earlier-signature-harmed"): a signature would be worse than it is.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning, InputUnreadable: the file's.

    Example:
        >>> extended = signkit.extend("contract-employer.pdf", services=services)
        >>> signkit.validate(extended.pdf, options).signatures[0].level
        'PAdES-B-LTA'
    """
    return levels.extend(bytes_and_name(pdf)[0], level, services, password=password)


def _terms(terms: SignatureTerms | str) -> SignatureTerms:
    return SignatureTerms(terms) if isinstance(terms, str) else terms


def _fonts(settings: Settings | None) -> FontSet | None:
    return font_set(settings.font_folders) if settings is not None else None


def _key_elsewhere(certificate: FileSource, services: Services) -> deferred.DeferredKey:
    if isinstance(certificate, bytes):
        certificates, name = certificates_in(certificate, "certificate"), "certificate"
    else:
        certificates, name = read_certificates(Path(certificate)), str(certificate)
    return deferred.DeferredKey.of(certificates, name, tuple(services.issuer_certificates()))

"""Signing with a key that shows its certificate together with its signature (デジタル認証アプリ).

Everything is written but what needs the certificate, the key signs, and the file is completed at once: the same two
halves as for a key elsewhere (`signkit.signing.deferred`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from signkit.pdf.reading.unlocking import Password
from signkit.signers.base import LateSigner
from signkit.signing.deferred import DeferredKey, complete, prepare
from signkit.signing.levels import Level, Services, SignedFile
from signkit.signing.request import SignatureRequest

_SOURCE = "auth-app"


def sign_late(
    pdf: bytes,
    request: SignatureRequest,
    signer: LateSigner,
    level: Level,
    services: Services,
    *,
    other_person: bool = False,
    password: Password = None,
) -> tuple[SignedFile, DeferredKey]:
    """Sign ``pdf`` and return the signed file, and the key as it became known.

    Raises:
        SigningRefused("certificate-needed"): the request's format names the certificate.
        SigningRefused("signer-not-party"): the key is somebody else's; it has signed, and nothing comes of it.
        SignKitError: see `signkit.signing.deferred.prepare` and ``complete``.
    """
    names = ("document.pdf", "prepared.pdf")
    deferred, prepared = prepare(
        pdf, names, request, None, level, services, other_person=other_person, password=password
    )
    made = signer.sign_and_name(deferred.attributes)
    key = DeferredKey.of([made.certificate, *made.chain], _SOURCE, tuple(services.issuer_certificates()))
    signed = complete(
        deferred,
        prepared,
        key,
        made.signature,
        services,
        now=datetime.now(UTC),
        other_person=other_person,
        password=password,
    )
    return signed, key

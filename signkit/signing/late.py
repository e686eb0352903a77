"""Signing with a key that shows its certificate together with its signature (デジタル認証アプリ).

Everything is written but what needs the certificate, the key signs, and the file is completed at once: the same two
halves as for a key elsewhere (`signkit.signing.deferred`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from signkit.errors import SignerUnusable
from signkit.output import write_checked
from signkit.pdf.reading.unlocking import Password
from signkit.signers.base import LateSigner
from signkit.signing.deferred import DeferredKey, complete, prepare
from signkit.signing.levels import Level, Services, SignedFile
from signkit.signing.many import Outcome, SigningJob, sign_one_by_one
from signkit.signing.readback import check_signed
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


@dataclass
class LateBatch:
    """Several files, to each of which the same person agrees by itself; the first tells who that is.

    Attributes:
        request_for, read, on_begin: see `signkit.signing.many.sign_jobs`.
        overwrite: whether a signed file that is there already is replaced.
    """

    signer: LateSigner
    level: Level
    services: Services
    request_for: Callable[[SigningJob], SignatureRequest]
    read: Callable[[SigningJob], bytes]
    on_begin: Callable[[SigningJob], None]
    other_person: bool = False
    password: Password = None
    overwrite: bool = False
    key: DeferredKey | None = field(default=None, init=False)

    def sign(self, jobs: Sequence[SigningJob]) -> Outcome:
        """Sign them one by one, up to the first failure or Ctrl-C; ``key`` is then the person's."""
        return sign_one_by_one(jobs, self._sign_one, self.on_begin)

    def _sign_one(self, job: SigningJob) -> SignedFile:
        data = self.read(job)
        signed, key = sign_late(
            data, self.request_for(job), self.signer, self.level, self.services,
            other_person=self.other_person, password=self.password,
        )  # fmt: skip
        # Another phone in the middle of a run is another person's, or a mistake: neither was asked for.
        if self.key is not None and self.key.certificate != key.certificate:
            raise SignerUnusable("auth-app-certificate-other")
        self.key = key
        check = partial(_check, data, key.certificate)
        write_checked(job.target, signed.pdf, check=check, overwrite=self.overwrite)
        return replace(signed, pdf=b"")  # written; a batch keeps no file in memory


def _check(original: bytes, certificate: bytes, written: bytes) -> None:
    check_signed(original, written, certificate)

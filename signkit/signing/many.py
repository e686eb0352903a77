"""Many files, one key, one opened session: each file gets its own signature, and none is reported that was not written.

The key works on one signature at a time; reading, preparing, timestamping, checking and writing the others goes on
meanwhile.  Where a person agrees to each signature (a phone), one file follows the other, so that at every moment it is
clear which file it is about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from signkit.errors import PdfNotSignable
from signkit.output import write_checked
from signkit.pdf.embedded_contract import EmbeddedParty
from signkit.pdf.fields import signature_fields
from signkit.pdf.reading.unlocking import Password
from signkit.signers.base import Signer
from signkit.signing.levels import Level, Services, SignedFile, sign
from signkit.signing.readback import check_signed
from signkit.signing.request import FieldName, SignatureRequest

#: Files in work at once: enough to keep the key busy, few enough to keep memory flat.
_AT_ONCE = 4


@dataclass(frozen=True)
class SigningJob:
    """One file to sign.

    Attributes:
        source: the PDF.
        target: where the signed file goes.
        sha256: of the source when the list was shown; a file changed since is not signed.
        certify: whether its signature certifies the document.
        party: whom the contract names for the role; None where it names nobody.
    """

    source: Path
    target: Path
    sha256: str
    certify: bool = False
    party: EmbeddedParty | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a batch.

    Attributes:
        signed: the jobs whose file was written and checked, in the order of completion.
        failed: the jobs that failed, with their errors, the first first; more than one where several were in work.
        not_begun: the jobs left alone after a failure or an interruption.
        interrupted: the person stopped the run.
    """

    signed: tuple[tuple[SigningJob, SignedFile], ...] = field(repr=False)
    failed: tuple[tuple[SigningJob, BaseException], ...]
    not_begun: tuple[SigningJob, ...]
    interrupted: bool = False


def sign_jobs(
    jobs: Sequence[SigningJob],
    request_for: Callable[[SigningJob], SignatureRequest],
    signer: Signer,
    level: Level,
    services: Services,
    *,
    read: Callable[[SigningJob], bytes],
    password: Password = None,
    overwrite: bool = False,
    on_begin: Callable[[SigningJob], None] | None = None,
    on_signed: Callable[[SigningJob], None] = lambda _: None,
) -> Outcome:
    """Sign ``jobs`` with one opened key; stop beginning new ones at the first failure or Ctrl-C.

    Whatever happens, the outcome says which files were written.

    Args:
        request_for: gives the request of a job's signature, with its own time.
        read: returns a job's bytes, or raises when they are not those that were shown.
        password: opens those of the files that are encrypted.
        on_begin: called before each file, for a key whose person agrees to each: they are then signed one by one.
        on_signed: called after each file was written.
    """

    def work(job: SigningJob) -> SignedFile:
        data = read(job)
        signed = sign(data, request_for(job), signer, level, services, password=password)
        check = _checker(data, signer.certificate)
        write_checked(job.target, signed.pdf, check=check, overwrite=overwrite)
        return replace(signed, pdf=b"")  # written; a batch keeps no file in memory

    if on_begin is not None:
        return sign_one_by_one(jobs, work, on_begin)
    return _sign_side_by_side(jobs, work, on_signed)


def sign_one_by_one(
    jobs: Sequence[SigningJob], work: Callable[[SigningJob], SignedFile], on_begin: Callable[[SigningJob], None]
) -> Outcome:
    """Do ``work`` for one job after the other, up to the first failure or Ctrl-C."""
    done: list[tuple[SigningJob, SignedFile]] = []
    for at, job in enumerate(jobs):
        try:
            on_begin(job)
            done.append((job, work(job)))
        except KeyboardInterrupt:
            return Outcome(tuple(done), (), tuple(jobs[at:]), interrupted=True)
        except Exception as error:  # whatever it is: the outcome says what was written before
            return Outcome(tuple(done), ((job, error),), tuple(jobs[at + 1 :]))
    return Outcome(tuple(done), (), ())


def _sign_side_by_side(
    jobs: Sequence[SigningJob],
    work: Callable[[SigningJob], SignedFile],
    on_signed: Callable[[SigningJob], None],
) -> Outcome:
    waiting = list(jobs)
    running: dict[Future[SignedFile], SigningJob] = {}
    done: list[tuple[SigningJob, SignedFile]] = []
    failed: list[tuple[SigningJob, BaseException]] = []
    interrupted = False
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        while running or (waiting and not failed and not interrupted):
            while waiting and not failed and not interrupted and len(running) < _AT_ONCE:
                job = waiting.pop(0)
                running[pool.submit(work, job)] = job
            try:
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                interrupted = True
                continue
            for future in finished:
                job = running.pop(future)
                error = future.exception()
                if error is None:
                    done.append((job, future.result()))
                    on_signed(job)
                else:
                    failed.append((job, error))
    return Outcome(tuple(done), tuple(failed), tuple(waiting), interrupted)


def _checker(original: bytes, certificate: bytes) -> Callable[[bytes], None]:
    return lambda written: check_signed(original, written, certificate)


def is_signed_copy(source: bytes, target: Path, field: FieldName, password: Password = None) -> bool:
    """Return whether ``target`` is ``source`` with ``field`` signed: what ``--resume`` may pass over."""
    try:
        copy = target.read_bytes()
        # ISO 32000-2 7.5.6: an update leaves every byte before it as it was.
        longer = len(copy) > len(source) and copy.startswith(source)
        return longer and field in signature_fields(copy, password).signed
    except (OSError, PdfNotSignable):
        return False


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()

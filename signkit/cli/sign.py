"""``signkit sign``: fill a role's signature field."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from os.path import realpath  # Path.resolve fails where links lead in a circle
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import output_beside, read_input, refuse_existing
from signkit.cli.language import role_words, translate, words
from signkit.cli.option_groups import GroupedCommand, OptionGroup
from signkit.cli.options import EvidenceOptions, KeyOptions, Output, Overwrite, PasswordOptions
from signkit.cli.phone import PhoneOptions
from signkit.cli.sign_options import TermsOptions
from signkit.cli.terminal import progress, secret_reader, tell
from signkit.errors import UsageProblem, naming
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.cli.announcing import Announcement
    from signkit.cli.passwords import DocumentPassword
    from signkit.pdf.reading.unlocking import Password
    from signkit.settings import Settings
    from signkit.signers.base import LateSigner
    from signkit.signers.registry import SignerContext
    from signkit.signing.levels import Level, Services
    from signkit.signing.many import Outcome, SigningJob
    from signkit.signing.request import SignatureRequest
    from signkit.signing.terms import SignatureTerms

    OnBegin = Callable[[SigningJob], None]

HELP = words("Sign a PDF in one role's field (PAdES B-B to B-LTA).", "役割の署名欄に署名する (PAdES B-B から B-LTA)。")


@dataclass(frozen=True)
class FileOptions(OptionGroup):
    """Where the signed files go."""

    HEADING = words("Files", "ファイル")

    output: Output = None
    overwrite: Overwrite = False
    yes: Annotated[
        bool,
        typer.Option("--yes", help=words("Several PDFs: do not ask for confirmation.", "複数の PDF: 確認を省く。")),
    ] = False
    resume: Annotated[
        bool,
        typer.Option("--resume", help=words("Pass over PDFs that are signed already.", "署名済みの PDF を飛ばす。")),
    ] = False


class SignCommand(GroupedCommand):
    """`signkit sign`, which once took the options of signing elsewhere too."""

    MOVED = dict.fromkeys(
        ("--complete", "--signature"),
        words(
            "A signature made elsewhere is put in by: signkit finish REQUEST.json --signature FILE --certificate FILE",
            "別の場所で作った署名値は signkit finish REQUEST.json --signature FILE --certificate FILE で取り込みます",
        ),
    ) | {
        "--certificate": words(
            "To sign elsewhere, begin with: signkit prepare PDF --as ROLE --certificate FILE",
            "別の場所で署名するときは signkit prepare PDF --as ROLE --certificate FILE で準備します",
        )
    }


COMMAND = SignCommand


def run(
    pdfs: Annotated[list[Path], typer.Argument(help=words("The PDFs to sign.", "署名する PDF。"))],
    terms_options: TermsOptions,
    key_options: KeyOptions,
    evidence: EvidenceOptions,
    files: FileOptions,
    passwords: PasswordOptions,
    phone: PhoneOptions,
) -> None:
    """Sign each PDF and write the signed file beside it."""
    from signkit.cli.announcing import announce, tell_next
    from signkit.settings import load_settings
    from signkit.signers.registry import late_signer
    from signkit.signing.levels import refuse_without_service
    from signkit.signing.terms import for_role_of

    settings, terms = load_settings(), terms_options.terms()
    terms.profile.refuse_timestamps(wanted=bool(evidence.tsa) or terms.level.has_timestamp)
    _refuse_elsewhere(key_options.signer)
    phone.check(key_options.signer)
    password = passwords.document_password()
    services = evidence.services(settings)
    refuse_without_service(terms.level, services)
    with naming(pdfs[0]):
        terms = for_role_of(read_input(pdfs[0]), terms, password.value)
    announced = _jobs(pdfs, terms, files, services, password)
    if not announced:
        tell(_NOTHING_LEFT)
        return
    jobs = [job for job, _ in announced]
    context = _context(key_options, settings, terms, jobs, phone)
    late = late_signer(key_options.signer, context)
    if len(pdfs) > 1:
        _confirm(announced, assume_yes=files.yes)
    elif not key_options.pin_stdin:
        announce(*announced[0], terms)
    on_begin = partial(tell_next, announced)  # a phone's person agrees to each file by itself
    if late is not None:
        outcome = _sign_late(jobs, terms, late, services, settings, password.value, files, on_begin)
    else:
        each = on_begin if phone.signs(key_options.signer) else None
        outcome = _sign_all(jobs, terms, key_options.signer, context, services, password.value, files, each)
    _account(outcome, terms.role, terms.level)


def _refuse_elsewhere(signer: str) -> None:
    """Say how to sign with a key that is somewhere else, which a signer's URI once said too."""
    if signer.startswith("deferred:"):
        raise UsageProblem(
            Text("A key that is somewhere else is not opened here", "別の場所にある鍵をここで開くことはできません"),
            Text(
                "Prepare the file for it: signkit prepare PDF --as ROLE --certificate FILE",
                "signkit prepare PDF --as ROLE --certificate FILE で準備してください。",
            ),
        )


def _jobs(
    pdfs: list[Path], terms: SignatureTerms, files: FileOptions, services: Services, password: DocumentPassword
) -> list[tuple[SigningJob, Announcement]]:
    """Check every file before any secret is asked for; return what is to be signed, and what to say of it."""
    from signkit.output import make_folder

    if files.output is not None and len(pdfs) > 1:
        make_folder(files.output)
    inputs = {realpath(pdf) for pdf in pdfs}
    jobs: dict[Path, tuple[SigningJob, Announcement]] = {}
    for pdf in pdfs:
        announced = _job(pdf, terms, files, services, password)
        if announced is None:
            continue
        job, _ = announced
        if job.target in jobs or realpath(job.target) in inputs:
            raise UsageProblem(
                Text(
                    f"{job.target} would be written twice, or is an input itself",
                    f"{job.target} に二重に書き込むか、入力を上書きすることになります",
                ),
                Text("Sign them in two runs.", "分けて署名してください。"),
            )
        jobs[job.target] = announced
    return list(jobs.values())


def _job(
    pdf: Path, terms: SignatureTerms, files: FileOptions, services: Services, password: DocumentPassword
) -> tuple[SigningJob, Announcement] | None:
    """Check one file; return what is to be signed and said, or None where ``--resume`` passes over it."""
    from signkit.cli.announcing import Announcement
    from signkit.cli.signing_notes import tell_undrawn
    from signkit.signing.many import SigningJob, digest
    from signkit.signing.terms import admit

    data = read_input(pdf)
    password.check(data, pdf, to_sign=True)
    output = files.output
    folder_target = output / f"{pdf.stem}-{terms.role}.pdf" if output is not None and output.is_dir() else output
    target = output_beside(pdf, terms.role, folder_target)
    if files.resume and _is_done(data, target, terms.role, password.value):
        return None
    with naming(pdf):
        admission = admit(data, terms, str(pdf), services.judgement, password.value)
    refuse_existing(target, files.overwrite, kept=data)
    tell_undrawn(data, pdf, password.value)
    job = SigningJob(pdf, target, digest(data), admission.certify, admission.party)
    return job, Announcement.of(data, admission, password.value)


def _is_done(data: bytes, target: Path, role: str, password: Password) -> bool:
    """Return whether the role has signed the file, or the copy of it that this run would write."""
    from signkit.pdf.fields import signature_fields
    from signkit.signing.many import is_signed_copy

    return role in signature_fields(data, password).signed or is_signed_copy(data, target, role, password)


def _context(
    options: KeyOptions, settings: Settings, terms: SignatureTerms, jobs: list[SigningJob], phone: PhoneOptions
) -> SignerContext:
    """Return what the key may use, and what it is told of the purpose."""
    from signkit.signers.base import Purpose
    from signkit.signers.registry import SignerContext

    purpose = Purpose(terms.role, tuple((job.source.name, job.sha256) for job in jobs))
    ask = secret_reader(from_stdin=options.pin_stdin)
    known, show = phone.certificates(), phone.show
    return SignerContext(ask, settings, options.use_last_try, purpose, terms.profile.refuse_key, known, show)


def _sign_all(
    jobs: list[SigningJob],
    terms: SignatureTerms,
    signer: str,
    context: SignerContext,
    services: Services,
    password: Password,
    files: FileOptions,
    on_begin: OnBegin | None,
) -> Outcome:
    from signkit.cli.signing_notes import refuse_other_person, tell_attributes, tell_ending
    from signkit.contracts.fonts import font_set
    from signkit.signers.registry import open_signer
    from signkit.signing.many import sign_jobs
    from signkit.signing.terms import request_maker

    # No bar where each file is named by itself: it would break the address and the code that are shown between.
    pieces = len(jobs) if on_begin is None else 1
    with open_signer(signer, context) as key, progress(pieces, _SIGNING) as advance:
        terms.profile.refuse_key(key.certificate, key.algorithm)
        if terms.needs_party:
            refuse_other_person((job.party for job in jobs), key)
        tell_attributes(key)
        tell_ending(key.certificate)
        make = request_maker(terms, key, font_set(context.settings.font_folders))
        return sign_jobs(
            jobs, lambda job: make(job.certify), key, terms.level, services,
            read=_read_unchanged, password=password, overwrite=files.overwrite, on_begin=on_begin, on_signed=advance,
        )  # fmt: skip


def _sign_late(
    jobs: list[SigningJob],
    terms: SignatureTerms,
    late: LateSigner,
    services: Services,
    settings: Settings,
    password: Password,
    files: FileOptions,
    on_begin: OnBegin,
) -> Outcome:
    """Sign with a key whose certificate comes with its signature."""
    from signkit.cli.signing_notes import tell_carried, tell_ending
    from signkit.contracts.fonts import font_set
    from signkit.signing.late import LateBatch
    from signkit.signing.terms import request_maker

    tell_carried()
    fonts = font_set(settings.font_folders)

    def request_for(job: SigningJob) -> SignatureRequest:
        return request_maker(terms, None, fonts, party=job.party, rehearsal=late.is_rehearsal)(job.certify)

    batch = LateBatch(
        late, terms.level, services, request_for, _read_unchanged, on_begin,
        terms.other_person, password, files.overwrite,
    )  # fmt: skip
    outcome = batch.sign(jobs)
    if batch.key is not None:
        tell_ending(batch.key.certificate)
    return outcome


def _confirm(jobs: list[tuple[SigningJob, Announcement]], *, assume_yes: bool) -> None:
    """Show what is to be signed, digest by digest, and have the person agree to it."""
    from signkit.cli.announcing import list_jobs

    list_jobs(jobs)
    if assume_yes:
        return
    if not sys.stdin.isatty():
        raise UsageProblem(
            Text("Several PDFs are signed only after a confirmation", "複数の PDF への署名には確認が必要です"),
            Text("Look at the list and add --yes.", "一覧を確かめて --yes を付けてください。"),
        )
    question = translate(
        Text("Sign these {count} files? [y/N] ", "これら {count} 件に署名しますか? [y/N] "), count=len(jobs)
    )
    print(question, end="", file=sys.stderr, flush=True)  # stdout holds the names of the signed files
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise KeyboardInterrupt


def _read_unchanged(job: SigningJob) -> bytes:
    from signkit.errors import InputUnreadable
    from signkit.signing.many import digest

    data = read_input(job.source)
    if digest(data) != job.sha256:
        raise InputUnreadable(
            str(job.source), Text("it changed since it was looked at", "確認した後に内容が変わりました")
        )
    return data


def _account(outcome: Outcome, role: str, level: Level) -> None:
    """Say exactly which files are signed; raise the error that stopped the rest."""
    for job, _ in outcome.signed:
        print(job.target)
    count = len(outcome.signed)
    party = outcome.signed[0][0].party if outcome.signed else None
    role = role_words(role, party.label if party is not None else None)
    if count == 1:
        tell(_SIGNED, target=outcome.signed[0][0].target, role=role, level=level.value)
    elif count:
        tell(_SIGNED_MANY, count=count, role=role, level=level.value)
    _tell_freshness(outcome)
    left = len(outcome.failed) + len(outcome.not_begun)
    if left and (count or left > 1):
        stopped_at = outcome.failed[0][0].source if outcome.failed else outcome.not_begun[0].source
        tell(_STOPPED, source=stopped_at, signed=count, left=left)
    if outcome.failed:
        raise outcome.failed[0][1]
    if outcome.interrupted:
        raise KeyboardInterrupt


def _tell_freshness(outcome: Outcome) -> None:
    """Say when the evidence can become conclusive: a list issued before the signature cannot speak of its moment."""
    older = [
        when
        for _, signed in outcome.signed
        for when in signed.evidence_issued
        if signed.time is not None and when < signed.time
    ]
    if older:
        tell(_NOT_YET_CONCLUSIVE, when=f"{min(older):%Y-%m-%d %H:%M} UTC")


_SIGNING = Text("Signing", "署名")
_SIGNED_MANY = Text("Signed {count} files as {role} at {level}.", "{count} 件に {role} として署名しました ({level})。")
_NOTHING_LEFT = Text("Every file is signed already.", "すべて署名済みです。")
_STOPPED = Text(
    "Stopped at {source}: {signed} files are signed and listed, {left} are not. Go on with --resume.",
    "{source} で止まりました。署名済み {signed} 件 (一覧のとおり)、未署名 {left} 件。--resume で続きから行えます。",
)
_SIGNED = Text("Signed as {role} at {level}: {target}", "{role} として署名しました ({level}): {target}")
_NOT_YET_CONCLUSIVE = Text(
    "Some evidence was issued at {when}, before the signature: it becomes conclusive when 'signkit extend' adds "
    "evidence issued later (for a daily list, tomorrow).",
    "失効情報の一部は署名より前 ({when}) に発行されたものです。後日 (日次のリストなら翌日以降) signkit extend で"
    "署名後に発行された情報を加えると、確定的な証拠になります。",
)

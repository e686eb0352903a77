"""``signkit sign``: fill a role's signature field."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.files import output_beside, read_input, refuse_existing
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import (
    AskPassword,
    EvidenceFolders,
    LevelName,
    Overwrite,
    PasswordStdin,
    PinStdin,
    Trust,
    Tsa,
    UseLastTry,
)
from signkit.cli.passwords import DocumentPassword
from signkit.cli.sign_options import (
    CertificateFile,
    Certify,
    Complete,
    FieldAt,
    Location,
    NoAppearance,
    OtherPerson,
    Output,
    Pdfs,
    ProfileName,
    Reason,
    Resume,
    Role,
    SealImage,
    SignatureFile,
    SignerUri,
    Witness,
    Yes,
)
from signkit.cli.terminal import progress, secret_reader, tell
from signkit.errors import UsageProblem
from signkit.signing.profiles import Profile
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.pdf.reading.unlocking import Password
    from signkit.signers.base import KeyFacts
    from signkit.signing.batch import Job, Outcome
    from signkit.signing.places import Place
    from signkit.signing.request import SignatureRequest

HELP = words("Sign a PDF in one role's field (PAdES B-B to B-LTA).", "役割の署名欄に署名する (PAdES B-B から B-LTA)。")


def run(
    pdfs: Pdfs = None,
    role: Role = None,
    signer: SignerUri = None,
    level: LevelName = "B-B",
    profile: ProfileName = Profile.PADES,
    output: Output = None,
    overwrite: Overwrite = False,
    field_at: FieldAt = None,
    certify: Certify = None,
    reason: Reason = None,
    location: Location = None,
    witness: Witness = False,
    other_person: OtherPerson = False,
    no_appearance: NoAppearance = False,
    seal_image: SealImage = None,
    tsa: Tsa = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
    yes: Yes = False,
    resume: Resume = False,
    certificate: CertificateFile = None,
    complete: Complete = None,
    signature: SignatureFile = None,
) -> None:
    """Sign each PDF and write the signed file beside it."""
    from signkit.cli import deferred
    from signkit.cli.levels import parse_level
    from signkit.cli.services import services
    from signkit.settings import load_settings
    from signkit.signers.base import Purpose
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.batch import sign_jobs

    settings = load_settings()
    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    if complete is not None:
        available = services(settings, tsa, evidence, trust)
        deferred.finish(
            complete, signature, certificate, output, available, password,
            overwrite=overwrite, other_person=other_person,
        )  # fmt: skip
        return
    wanted = parse_level(level)
    profile.refuse_timestamps(wanted=bool(tsa) or wanted.has_timestamp)
    pdfs, role, signer = _needed(pdfs, role, signer)
    said = _Said(role, reason, profile, timestamped=wanted.has_timestamp, place=_place(field_at))
    jobs = _jobs(pdfs, said, output, password, certify=certify, overwrite=overwrite, resume=resume)
    if not jobs:
        tell(_NOTHING_LEFT)
        return
    if len(pdfs) > 1:
        _confirm(jobs, assume_yes=yes)
    image = read_input(seal_image) if seal_image else None
    available = services(settings, tsa, evidence, trust)

    def maker(key: KeyFacts) -> Callable[[Job], SignatureRequest]:
        return _request_maker(key, said, location, not no_appearance, image, witness=witness)

    if signer.startswith(deferred.SCHEME):
        deferred.begin(
            jobs, signer, certificate, maker, wanted, available, password.value,
            read=_read_unchanged, overwrite=overwrite, other_person=other_person,
        )  # fmt: skip
        return
    purpose = Purpose(role, tuple((job.source.name, job.sha256) for job in jobs))
    context = SignerContext(secret_reader(from_stdin=pin_stdin), settings, use_last_try, purpose, profile.refuse_key)
    with open_signer(signer, context) as key, progress(len(jobs)) as advance:
        profile.refuse_key(key.certificate, key.algorithm)
        if not (witness or other_person):
            _refuse_other_person(jobs, key)
        make = maker(key)
        outcome = sign_jobs(
            jobs, make, key, wanted, available,
            read=_read_unchanged, password=password.value, overwrite=overwrite, on_signed=advance,
        )  # fmt: skip
    _account(outcome, role, wanted.value)


def _needed(pdfs: list[Path] | None, role: str | None, signer: str | None) -> tuple[list[Path], str, str]:
    """Return what every signing needs beside its options."""
    if pdfs and role and signer:
        return pdfs, role, signer
    raise UsageProblem(
        Text(
            "To sign, name the PDFs, the role (--as) and the key (--signer)",
            "署名には PDF、役割 (--as)、鍵 (--signer) の指定が必要です",
        ),
        Text(
            "Example: signkit sign contract.pdf --as seller --signer card",
            "例: signkit sign contract.pdf --as seller --signer card",
        ),
    )


@dataclass(frozen=True)
class _Said:
    """What the options say of a signature before anybody knows who signs."""

    role: str
    reason: str | None
    profile: Profile
    timestamped: bool
    place: Place | None

    def refuse_unwanted(self, data: bytes, password: Password, *, certify: bool) -> None:
        """Refuse what the field's seed values or the document forbid, as far as it can be told without the key."""
        from signkit.signing.pades import refuse_unwanted
        from signkit.signing.request import SignatureRequest

        request = SignatureRequest(
            self.role,
            "",
            datetime.now(_JST),
            certify=certify,
            reason=self.reason,
            profile=self.profile,
            place=self.place,
        )
        refuse_unwanted(data, request, timestamped=self.timestamped, password=password)


def _jobs(
    pdfs: list[Path],
    said: _Said,
    output: Path | None,
    password: DocumentPassword,
    *,
    certify: bool | None,
    overwrite: bool,
    resume: bool,
) -> list[Job]:
    """Check every file before any secret is asked for; return what is to be signed."""
    from signkit.output import make_folder
    from signkit.signing.batch import Job, digest
    from signkit.signing.turn import check_turn

    role, profile = said.role, said.profile
    if output is not None and len(pdfs) > 1:
        make_folder(output)
    inputs = {pdf.resolve() for pdf in pdfs}
    jobs: dict[Path, Job] = {}
    for pdf in pdfs:
        data = read_input(pdf)
        password.check(data, pdf, to_sign=True)
        folder_target = output / f"{pdf.stem}-{role}.pdf" if output is not None and output.is_dir() else output
        target = output_beside(pdf, role, folder_target)
        if resume and _is_done(data, target, role, password.value):
            continue
        turn = check_turn(data, role, password.value, adds_field=said.place is not None)
        refuse_existing(target, overwrite)
        if not turn.is_first:
            _refuse_broken(data, pdf, password.value)
        if profile is Profile.REGISTRY:
            _refuse_unfit_for_registry(data, pdf, password.value)
        if target in jobs or target.resolve() in inputs:
            raise UsageProblem(
                Text(
                    f"{target} would be written twice, or is an input itself",
                    f"{target} に二重に書き込むか、入力を上書きすることになります",
                ),
                Text("Sign them in two runs.", "分けて署名してください。"),
            )
        usual = turn.is_first and turn.is_contract and profile is Profile.PADES
        certifies = usual if certify is None else certify
        said.refuse_unwanted(data, password.value, certify=certifies)
        _tell_undrawn(data, pdf, password.value)
        jobs[target] = Job(pdf, target, digest(data), certifies, turn.party)
    return list(jobs.values())


def _place(text: str | None) -> Place | None:
    """Read ``--field-at``."""
    from signkit.signing.places import LAST_PAGE, Place

    if text is None:
        return None
    found = _PLACE.fullmatch(text.replace(" ", ""))
    numbers = [float(number) for number in found.groups()[1:]] if found else []
    if found is None or numbers[2] < _LEAST_WIDTH or numbers[3] < _LEAST_HEIGHT:
        raise UsageProblem(
            Text(
                f"--field-at {text}: not PAGE:X,Y,W,H, or less than {_LEAST_WIDTH} × {_LEAST_HEIGHT} mm",
                f"--field-at {text}: ページ:X,Y,幅,高さ の形でないか、"
                f"{_LEAST_WIDTH} × {_LEAST_HEIGHT} mm より小さい指定です",
            ),
            Text(
                "For example --field-at 1:120,240,70,25: on page 1, 120 mm from the left, 240 mm from above, 70 mm "
                "wide and 25 mm high.",
                "例: --field-at 1:120,240,70,25 (1ページ目、左から120 mm、上から240 mm、幅70 mm、高さ25 mm)。",
            ),
        )
    return Place(LAST_PAGE if found[1] == "last" else int(found[1]), *numbers)


def _tell_undrawn(data: bytes, pdf: Path, password: Password) -> None:
    """Name the values that may not show once the file is signed."""
    from signkit.pdf.writing.forms import fields_to_be_drawn
    from signkit.signers.base import shown

    if names := fields_to_be_drawn(data, password):
        tell(_UNDRAWN, pdf=pdf, fields=shown(", ".join(names)))


def _is_done(data: bytes, target: Path, role: str, password: Password) -> bool:
    """Return whether the role has signed the file, or the copy of it that this run would write."""
    from signkit.signing.batch import is_signed_copy
    from signkit.signing.pades import signature_fields

    return role in signature_fields(data, password).signed or is_signed_copy(data, target, role, password)


def _refuse_broken(data: bytes, pdf: Path, password: Password) -> None:
    """Refuse to sign over a signature that does not hold: whoever signs would seal an alteration."""
    from signkit.errors import PdfNotSignable
    from signkit.validation.options import ValidationOptions
    from signkit.validation.pdf import validate_pdf
    from signkit.validation.report import Verdict

    report = validate_pdf(data, name=str(pdf), options=ValidationOptions(offline=True, password=password))
    broken = [str(signature.field) for signature in report.signatures if signature.verdict is Verdict.FAILED]
    if broken:
        names = ", ".join(broken)
        raise PdfNotSignable(
            Text(
                f"a signature in it does not hold ({names}); see signkit validate and signkit diff",
                f"成り立たない署名があります ({names})。signkit validate と signkit diff で確認してください",
            )
        )


def _refuse_unfit_for_registry(data: bytes, pdf: Path, password: Password) -> None:
    """Refuse a file that the registry would not take however well it is signed now."""
    from signkit.errors import SigningRefused
    from signkit.validation.options import ValidationOptions
    from signkit.validation.pdf import validate_pdf
    from signkit.validation.profile import ProfileName

    options = ValidationOptions(offline=True, profile=ProfileName.REGISTRY, password=password)
    held = validate_pdf(data, name=pdf.name, options=options).profile
    unfit = [name for name in held.violated if name not in _SETTLED_BY_SIGNING] if held is not None else []
    if unfit:
        raise SigningRefused("file-not-for-registry", path=str(pdf), requirements=", ".join(unfit))


def _refuse_other_person(jobs: Sequence[Job], key: KeyFacts) -> None:
    """Hold the certificate against the party of every file before the first is signed; tell what cannot be told."""
    from signkit.signing.party import refuse_other_person

    matches = [refuse_other_person(job.party, key.certificate) for job in jobs]
    told = {
        reason.text.in_language(LANGUAGE): None
        for match in matches
        if match is not None and match.verdict == "cannot-tell"
        for reason in match.reasons
        if reason.verdict == "cannot-tell"
    }
    if told:
        tell(_CANNOT_TELL, reasons=" ".join(told))


def _confirm(jobs: list[Job], *, assume_yes: bool) -> None:
    """Show what is to be signed, digest by digest, and have the person agree to it."""
    for job in jobs:
        print(f"{job.sha256}  {job.source}", file=sys.stderr)
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


def _read_unchanged(job: Job) -> bytes:
    from signkit.errors import InputUnreadable
    from signkit.signing.batch import digest

    data = read_input(job.source)
    if digest(data) != job.sha256:
        raise InputUnreadable(
            str(job.source), Text("it changed since it was looked at", "確認した後に内容が変わりました")
        )
    return data


def _account(outcome: Outcome, role: str, level: str) -> None:
    """Say exactly which files are signed; raise the error that stopped the rest."""
    for job, _ in outcome.signed:
        print(job.target)
    count = len(outcome.signed)
    if count == 1:
        tell(_SIGNED, target=outcome.signed[0][0].target, role=role, level=level)
    elif count:
        tell(_SIGNED_MANY, count=count, role=role, level=level)
    _tell_freshness(outcome)
    left = len(outcome.failed) + len(outcome.not_begun)
    if left and (count or left > 1):
        stopped_at = outcome.failed[0][0].source if outcome.failed else outcome.not_begun[0].source
        tell(_STOPPED, source=stopped_at, signed=count, left=left)
    if outcome.failed:
        raise outcome.failed[0][1]
    if outcome.interrupted:
        raise KeyboardInterrupt


def _request_maker(
    key: KeyFacts,
    said: _Said,
    location: str | None,
    draw: bool,
    image: bytes | None,
    *,
    witness: bool,
) -> Callable[[Job], SignatureRequest]:
    """Return what makes the next request: who signs is found once, the time is each signature's own."""
    from asn1crypto import x509

    from signkit.contracts.fonts import font_set
    from signkit.jpki.attributes import read_attributes
    from signkit.settings import load_settings
    from signkit.signing.appearance import seal_appearance
    from signkit.signing.request import SignatureRequest

    certificate = x509.Certificate.load(key.certificate)
    attributes = read_attributes(certificate)
    if attributes is not None:
        tell(_CARRIES_ATTRIBUTES)
    name = attributes.name if attributes else str(certificate.subject.native.get("common_name") or said.role)
    fonts = font_set(load_settings().font_folders)

    def make(job: Job) -> SignatureRequest:
        now = datetime.now(_JST).replace(microsecond=0)
        appearance = seal_appearance(name, now, language=LANGUAGE, image=image, fonts=fonts) if draw else None
        return SignatureRequest(
            said.role, name, now, job.certify, said.reason, location, appearance, witness, said.profile, said.place
        )

    return make


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


#: The name of the input is not that of what is handed in.
_SETTLED_BY_SIGNING = ("signed", "file-name")
_JST = timezone(timedelta(hours=9))
_MILLIMETRES = r"(\d{1,5}(?:\.\d{1,3})?)"
_PLACE = re.compile(r"(?a)(last|[1-9]\d{0,5}):" + ",".join([_MILLIMETRES] * 4))
_LEAST_WIDTH, _LEAST_HEIGHT = 10, 5
_UNDRAWN = Text(
    "Note: {pdf} has values that only some viewers draw, and signing ends that: {fields}. They may look blank in the "
    "signed file. Open it in the program that filled it in and save or print it to PDF first.",
    "ご注意: {pdf} には、表示がビューアー任せの値があります: {fields}。署名後は空欄に見えることがあります。"
    "先に、記入したプログラムで開いて保存し直すか、PDF に印刷してください。",
)
_SIGNED_MANY = Text("Signed {count} files as {role} at {level}.", "{count} 件に {role} として署名しました ({level})。")
_CANNOT_TELL = Text(
    "Note: whether the certificate names the party cannot be told. {reasons}",
    "ご注意: 証明書の名義が当事者と一致するか判定できません。{reasons}",
)
_NOTHING_LEFT = Text("Every file is signed already.", "すべて署名済みです。")
_STOPPED = Text(
    "Stopped at {source}: {signed} files are signed and listed, {left} are not. Go on with --resume.",
    "{source} で止まりました。署名済み {signed} 件 (一覧のとおり)、未署名 {left} 件。--resume で続きから行えます。",
)
_SIGNED = Text("Signed as {role} at {level}: {target}", "{role} として署名しました ({level}): {target}")
_CARRIES_ATTRIBUTES = Text(
    "Note: the signed PDF carries the certificate, and with it the signer's name, address, birth date and sex, to "
    "everyone who receives the file.",
    "ご注意: 署名した PDF には証明書が含まれ、受け取った人は署名者の氏名・住所・生年月日・性別を読み取れます。",
)
_NOT_YET_CONCLUSIVE = Text(
    "Some evidence was issued at {when}, before the signature: it becomes conclusive when 'signkit extend' adds "
    "evidence issued later (for a daily list, tomorrow).",
    "失効情報の一部は署名より前 ({when}) に発行されたものです。後日 (日次のリストなら翌日以降) signkit extend で"
    "署名後に発行された情報を加えると、確定的な証拠になります。",
)

"""Signing many documents with one secret in a process of its own (`signkit.web.desk.prompted_process`).

Each file is written whole or not at all, and what is signed already is passed over: after whatever ended a run, the
next goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from signkit.errors import FileUnusable
from signkit.web.desk.prompted_process import ASKING, CHECKING, SIGNING, Say
from signkit.web.desk.prompting import About, Prompt, PromptKind
from signkit.web.desk.signing_process import read_shown
from signkit.words import Language

if TYPE_CHECKING:
    from signkit.signers.base import KeyFacts
    from signkit.signing.levels import Services
    from signkit.signing.many import Outcome, SigningJob
    from signkit.signing.terms import SignatureTerms


#: What a signer who was killed had just started may hold the lock a moment longer.
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class ManyOrder:
    """What is to be signed with one secret.

    Attributes:
        folder: the batch's; one signer at a time works in it.
        files: of each its path, its SHA-256 and where the signed file goes.
        sha256: of the list that was shown.
        others: as of `signkit.web.desk.signing_process.OneOrder`.
    """

    ACT: ClassVar[str] = "sign-many"

    folder: str
    files: tuple[tuple[str, str, str], ...]
    sha256: str
    role: str
    signer: str
    level: str
    title: str
    party: str
    language: Language = "ja"
    tsa: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    prompt: PromptKind = "auto"
    program: str | None = None


def sign_many(plain: dict[str, Any], say: Say) -> str:
    """Sign every file that is not signed yet; return how many were.

    Raises:
        PromptCancelled: the person does not want to.
        NoPrompt: nothing can ask for the secret.
        FileUnusable("results-in-use"): another process signs these files.
        SignKitError: what stopped the run; what was written before is signed.
    """
    from signkit.locks import locked_folder

    order = ManyOrder(**plain)
    try:
        with locked_folder(Path(order.folder), patience=_PATIENCE_SECONDS):
            return str(_sign_in_folder(order, say))
    except TimeoutError as error:
        raise FileUnusable("results-in-use", path=order.folder) from error


def _sign_in_folder(order: ManyOrder, say: Say) -> int:
    from signkit.library.acts import services as library_services
    from signkit.settings import load_settings
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.levels import Level, refuse_without_service
    from signkit.signing.terms import SignatureTerms

    settings = load_settings()
    terms = SignatureTerms(order.role, Level(order.level), language=order.language)
    services = library_services(tsa=order.tsa, trust=order.trust, settings=settings)
    refuse_without_service(terms.level, services)
    say(stage=CHECKING)
    jobs = list(_jobs(order, terms, services, say))
    if not jobs:
        return 0
    about = About(order.title, order.party, order.sha256, 0, files=len(jobs))
    prompt = Prompt(about, order.language, order.prompt, order.program)
    say(stage=ASKING)
    with open_signer(order.signer, SignerContext(prompt.ask, settings, accept=terms.profile.refuse_key)) as key:
        say(stage=SIGNING)
        _refuse_others(jobs, key)
        outcome = _sign_all(jobs, terms, key, services, say, before=len(order.files) - len(jobs))
    if outcome.failed:
        raise outcome.failed[0][1]
    return len(outcome.signed)


def _jobs(order: ManyOrder, terms: SignatureTerms, services: Services, say: Say) -> Iterable[SigningJob]:
    """Look at every file before anybody types a secret; pass over what is signed."""
    from signkit.signing.many import SigningJob, is_signed_copy
    from signkit.signing.terms import admit

    for number, (source, sha256, target) in enumerate(order.files, 1):
        data = read_shown(source, sha256, Path(source).name)
        say(count=number)
        if is_signed_copy(data, Path(target), order.role):
            continue
        admission = admit(data, terms, Path(source).name, services.judgement)
        yield SigningJob(Path(source), Path(target), sha256, admission.certify, admission.party)


def _refuse_others(jobs: Sequence[SigningJob], key: KeyFacts) -> None:
    """Hold the certificate against the party of every file before the first is signed."""
    from signkit.signing.party import refuse_other_person

    for job in jobs:
        refuse_other_person(job.party, key.certificate)


def _sign_all(
    jobs: Sequence[SigningJob], terms: SignatureTerms, key: Any, services: Services, say: Say, *, before: int
) -> Outcome:
    from signkit.signing.many import sign_jobs
    from signkit.signing.terms import request_maker

    make, done = request_maker(terms, key), [before]

    def signed(_: SigningJob) -> None:
        done[0] += 1
        say(count=done[0])

    return sign_jobs(
        jobs, lambda job: make(job.certify), key, terms.level, services,
        read=lambda job: read_shown(str(job.source), job.sha256, job.source.name), on_signed=signed,
    )  # fmt: skip

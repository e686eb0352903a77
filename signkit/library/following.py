"""Judging what comes in, and following a contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path

from signkit.history.diff import Diff, diff_pdf
from signkit.library.given import NAMELESS, FileSource, Location, bytes_and_name, paths_of
from signkit.progress.contract import ContractStatus, contract_status
from signkit.reporting import batch
from signkit.settings import Settings
from signkit.validation import options as judging
from signkit.validation.api import validate_data, validate_file
from signkit.validation.options import ValidationOptions
from signkit.validation.profile import ProfileName
from signkit.validation.report import Report


def validation_options(
    *,
    policy: str = "default",
    trust: Sequence[Location] = (),
    evidence: Sequence[Location] = (),
    at: datetime | None = None,
    offline: bool = False,
    identity: bool = False,
    expect: Mapping[str, str] | None = None,
    profile: ProfileName | None = None,
    password: str | None = None,
    check_template: bool = False,
    templates: Sequence[Location] = (),
    settings: Settings | None = None,
) -> ValidationOptions:
    """Return how `validate`, `validate_many` and `status` judge, as the commands put it together.

    Args:
        policy: ``default``, ``strict``, ``archive``, or the path of a policy file (.toml).
        trust: certificates believed as anchors, files or folders, beside JPKI's.
        evidence: folders with OCSP responses (.ocsp) and revocation lists (.crl).
        at: the moment to judge at; default: now.
        offline: open no socket; folders and imported lists count all the same.
        identity: show the four attributes of JPKI certificates in the report.
        expect: who must have signed which field, by field.
        profile: hold the file against this profile too.
        password: opens encrypted files.
        check_template: typeset the contract anew and tell whether it is its template, unaltered (`template_match`).
        templates: names or folders of the templates to compare with; naming one asks for it, too.
        settings: further anchors (default: none), and the user's folder, where added anchors and imported lists count
            in any case.

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): what is named in ``trust`` cannot be used.
        ValidationRefused("policy-unreadable", "policy-invalid"): the policy cannot be used.
        ContractError("template-not-found", "template-invalid"): a template that is named cannot be used.

    Example:
        >>> options = signkit.validation_options(trust=["rehearsal-ca.pem"], offline=True)
        >>> options.policy.name
        'default'
    """
    return judging.validation_options(
        settings or Settings(),
        policy=policy,
        trust=paths_of(trust),
        evidence=paths_of(evidence),
        at=at,
        offline=offline,
        identity=identity,
        expect=expect,
        profile=profile,
        password=password,
        check_template=check_template,
        templates=[str(each) for each in templates],
    )


def validate(file: FileSource, options: ValidationOptions | None = None, *, content: Location | None = None) -> Report:
    """Judge a PDF, a CMS file (.p7m, .p7s, .eml) or a container (.asice); whatever it holds, a report comes back.

    Args:
        file: its path, as text also a URL that fsspec opens (extra ``cluster``); or its bytes.
        options: policy, trust anchors, moment, offline and so on, see `validation_options`; the defaults trust JPKI's
            CAs alone and ask no service on the network.
        content: what a detached CMS signs; default: ``NAME.content`` beside it, then the name without its suffix.

    Returns:
        The report, as docs/reference/report.md describes it; a file that cannot be read is UNREADABLE, not an error.

    Raises:
        MissingExtra: it is a URL, and fsspec is not installed.

    Example:
        >>> report = signkit.validate("contract-employer.pdf", options)
        >>> report.verdict.value, [signature.field for signature in report.signatures]
        ('TOTAL-PASSED', ['employer'])
    """
    named = Path(content) if content is not None else None
    if isinstance(file, bytes):
        # By a URL's name no content is looked for in the current folder.
        report = validate_data(file, f"memory://{NAMELESS}", options or ValidationOptions(), content=named)
        return report.named(NAMELESS)
    return validate_file(file if isinstance(file, str) else Path(file), options, content=named)


def validate_many(
    paths: Iterable[Location],
    options: ValidationOptions | None = None,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
) -> Iterator[Report]:
    """Judge files, folders, globs, archives and URLs; yield each report as it is done, in no particular order.

    Nothing is kept: at most two files a worker are under way.  Closing the iterator ends the workers.

    Args:
        paths: what to judge; may be endless.
        options: as for `validate`; sent to each worker once, so they must be picklable unless ``jobs`` is 0.
        executor: who does the work (threads, Dask's ``Client.get_executor()``, …) instead of own worker processes.
        jobs: how many workers; None: one a core; 0: this process alone, in the order of ``paths``.

    Raises:
        ValidationRefused("options-not-portable", "password-stays-here", "engine-failed"): the work cannot be given to
            workers.
        MissingExtra: a URL is named, and fsspec is not installed.

    Example:
        >>> for report in signkit.validate_many(["contract.pdf", "contract-employer.pdf"], options, jobs=0):
        ...     print(report.file, report.verdict.value)
        contract.pdf NOT-SIGNED
        contract-employer.pdf TOTAL-PASSED
    """
    return batch.validate_many(paths, options, executor=executor, jobs=jobs)


def status(pdf: FileSource, options: ValidationOptions | None = None) -> ContractStatus:
    """Tell where a contract stands: who has signed with whose key, whose turn it is, what may still change.

    Args:
        pdf: the contract.
        options: as for `validate`, by which the signatures are judged.

    Returns:
        The parties in signing order with their signatures, the report, who may sign next.

    Raises:
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, InputUnreadable: it cannot be read.

    Example:
        >>> status = signkit.status("contract-employer.pdf", options)
        >>> status.next_roles, status.complete
        (('employee',), False)
    """
    data, name = bytes_and_name(pdf)
    return contract_status(data, name, options or ValidationOptions())


def diff(pdf: FileSource) -> Diff:
    """Tell what changed between the revisions of a PDF, in words and by page; it does not judge whether it was allowed.

    Args:
        pdf: the file, up to 512 MB.

    Returns:
        Every revision with its changes and the signatures made before it, and the last against the first.  Areas are
        in points, pages count from 1.

    Raises:
        ValidationRefused("pdf-not-comparable"), InputUnreadable: the file cannot be read.

    Example:
        >>> [[change.kind for change in revision.items] for revision in signkit.diff("contract-employer.pdf").revisions]
        [[], ['signature'], ['evidence']]
    """
    return diff_pdf(*bytes_and_name(pdf))

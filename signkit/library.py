"""The library's functions: the main line of SignKit for a program that embeds it, each as one plain call.

They take paths or bytes, give back frozen values, print nothing and ask nobody but the function that they are given.
What they do is what the commands do: both call the same rooms below.  Every error is a `SignKitError` and says in two
languages what is wrong and what to do; nothing is read from the user's ``signkit.toml`` unless its settings are passed
(`load_settings`).  Times are aware, in UTC unless said otherwise; lengths are millimetres or, where a PDF's own
coordinates are meant, points (1/72 inch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from signkit.contracts.attachments import Attachment, appendix, attachment
from signkit.contracts.checking import check_contract_data
from signkit.contracts.data import load_contract_data
from signkit.contracts.fonts import FontSet, font_set
from signkit.contracts.render import Rendered, render_contract
from signkit.contracts.template import Template, find_template
from signkit.errors import Problem
from signkit.history.diff import Diff, diff_pdf
from signkit.incoming import read_file
from signkit.limits import PDF_BYTES
from signkit.pdf import contract as embedded
from signkit.pdf.fields import FieldNames, signature_fields
from signkit.pki.anchors import certificates_in, read_certificates
from signkit.plain_data import plain_data
from signkit.progress.contract import ContractStatus, contract_status
from signkit.reporting import batch
from signkit.settings import Settings
from signkit.signers import registry
from signkit.signers.base import AskSecret, Signer
from signkit.signing import deferred, levels
from signkit.signing.levels import Level, Services, Signed
from signkit.signing.party import refuse_other_person
from signkit.signing.services import available_services
from signkit.signing.terms import SignatureTerms, admit, request_maker
from signkit.validation import options as judging
from signkit.validation.api import validate_data, validate_file
from signkit.validation.options import ValidationOptions
from signkit.validation.profile import ProfileName
from signkit.validation.report import Report

#: A path as text or `Path`.
Location: TypeAlias = str | PathLike[str]
#: A file by its path, or its bytes.
FileSource: TypeAlias = bytes | Location
#: A template by its name, its folder, or as read.
TemplateSource: TypeAlias = Template | Location
#: Contract data by its file (.yaml, .json, .toml), or as plain values.
DataSource: TypeAlias = Mapping[str, Any] | Location

#: What bytes are called that came without a name.
_NAMELESS = "document.pdf"


def check_data(template: TemplateSource, data: DataSource, *, settings: Settings | None = None) -> tuple[Problem, ...]:
    """Hold contract data against a template; nothing is made.

    Args:
        template: the name of a template, its folder, or a `Template`.
        data: the path of a .yaml, .json or .toml file, or the plain values that it would hold (dates as
            ``2026-11-21``).
        settings: where templates and fonts are looked for beside the shipped ones; default: nowhere else.

    Returns:
        Every problem at once, with path, title and clause in two languages; empty where the data fit.  No value is
        repeated in a problem.

    Raises:
        TemplateNotFound, TemplateInvalid: there is no such template, or it is at fault.
        InputUnreadable, ContractDataUnreadable: the data cannot be read.

    Example:
        >>> problems = signkit.check_data("employment-agreement", {"contract_date": "2026-03-16"})
        >>> problems[0].code, problems[0].path
        ('missing', 'employer')
    """
    settings = settings or Settings()
    return check_contract_data(_template(template, settings), _data(data), font_set(settings.font_folders))


def render(
    template: TemplateSource,
    data: DataSource,
    *,
    attachments: Sequence[Location | Attachment] = (),
    appended: Sequence[Location | Attachment] = (),
    settings: Settings | None = None,
) -> Rendered:
    """Check contract data and make the contract: a PDF with an empty signature field for each party.

    The same data give the same bytes on every machine: the document's date comes from the data.

    Args:
        template, data, settings: as for `check_data`.
        attachments: files that are embedded, at most 20 of 20 MB each; an annex lists them with their digests.
        appended: PDFs whose pages go behind the contract's; the annex lists them too.

    Returns:
        The PDF (PDF/A-3b; plain PDF 1.7 where pages were appended), and of each role's field its page (from 0) and its
        rectangle (left, bottom, right, top in points).

    Raises:
        ContractRefused: the data or the text holds something a contract may not; ``problems`` names all of it.
        AttachmentRefused: a file cannot go with the contract.
        TemplateNotFound, TemplateInvalid, TypesettingFailed: there is no such template, or it is at fault.
        InputUnreadable, ContractDataUnreadable: a file or the data cannot be read.
        MissingExtra, LibreOfficeMissing: the template is a Word document, and what converts it is not installed.

    Example:
        >>> rendered = signkit.render("employment-agreement", "data.yaml")
        >>> [block.role for block in rendered.blocks]
        ['employer', 'employee']
        >>> Path("contract.pdf").write_bytes(rendered.pdf) > 10_000
        True
    """
    settings = settings or Settings()
    files = [_attachment(each, attachment) for each in attachments]
    pages = [_attachment(each, appendix) for each in appended]
    return render_contract(_template(template, settings), _data(data), settings, files, pages)


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
        SignerUnknown: there is no such kind of key.
        NoReader, NoCard, PinWrong, PinLastTry, CardLocked: the card's answer; see `signkit.errors`.
        PassphraseWrong, KeyFileUnusable, InputUnreadable: the key file's.

    Example:
        >>> with signkit.open_signer("p12:employer.p12", lambda request: bytearray(b"rehearsal")) as key:
        ...     key.algorithm
        SignatureAlgorithm(key_type='rsa', digest='sha256')
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
        InputUnreadable, TrustAnchorUnreadable: what is named in ``trust`` cannot be used.

    Example:
        >>> services = signkit.services(tsa=["https://tsa.example.jp/"], trust=["rehearsal-ca.pem"])
        >>> len(services.timestamps)
        1
    """
    return available_services(settings or Settings(), tsa=tsa, evidence=_paths(evidence), trust=_paths(trust))


def sign(
    pdf: FileSource,
    terms: SignatureTerms | str,
    signer: Signer,
    *,
    services: Services | None = None,
    password: str | None = None,
    settings: Settings | None = None,
) -> Signed:
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
        SigningFieldMissing, AlreadySigned, OutOfTurn, FieldNotAdded, SeedValueViolated: the field does not take it.
        SignerNotParty: the certificate names somebody else than the role's party.
        KeyNotForDocuments: an authentication key, or a certificate whose usage or validity forbids it.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning, InputUnreadable: the file's.
        EarlierSignatureHarmed, SignatureSelfCheckFailed: what was written is not what it should be.

    Example:
        >>> with signkit.open_signer("p12:employer.p12", lambda request: bytearray(b"rehearsal")) as key:
        ...     signed = signkit.sign("contract.pdf", "employer", key)
        >>> _ = Path("contract-employer.pdf").write_bytes(signed.pdf)
        >>> signkit.fields(signed.pdf).signed
        ('employer',)
    """
    data, name = _named(pdf)
    terms, services = _terms(terms), services or Services()
    admission = admit(data, terms, name, services.judgement, password)
    if terms.needs_party:
        refuse_other_person(admission.party, signer.certificate)
    request = request_maker(terms, signer, _fonts(settings))(admission.certify)
    return levels.sign(data, request, signer, terms.level, services, password=password)


def prepare(
    pdf: FileSource,
    terms: SignatureTerms | str,
    certificate: FileSource,
    *,
    services: Services | None = None,
    password: str | None = None,
    settings: Settings | None = None,
) -> tuple[deferred.DeferredRequest, bytes]:
    """Write everything of a signature but the signature, for a key that is somewhere else; `finish` puts it in.

    Args:
        pdf, terms, password, settings: as for `sign`; the time that the signature states is now.
        certificate: of the key that is going to sign (PEM or DER; its issuers may follow).
        services: asked whether the level can be reached at all.

    Returns:
        The request (what is to be signed within 24 hours; ``to_json`` gives the file that travels), and the prepared
        PDF, which is not signed yet.

    Raises:
        TrustAnchorUnreadable, KeyFileUnusable: there is no certificate, or its kind of key does not sign here.
        SignKitError: as `sign` does.

    Example:
        >>> request, prepared = signkit.prepare("contract.pdf", "employer", "employer.pem")
        >>> request.algorithm, request.expires - request.created
        (SignatureAlgorithm(key_type='rsa', digest='sha256'), datetime.timedelta(days=1))
    """
    data, name = _named(pdf)
    terms, services = _terms(terms), services or Services()
    admission = admit(data, terms, name, services.judgement, password)
    key = _key_elsewhere(certificate, services)
    request = request_maker(terms, key, _fonts(settings))(admission.certify)
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
) -> Signed:
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
        DeferredRequestUnreadable, DeferredExpired, DeferredFileChanged, DeferredCertificateOther: it is not the
            request, the file or the certificate that it was.
        DeferredSignatureUnfit, DeferredRoomTooSmall: the signature does not fit.
        SignKitError: as `sign` does.

    Example:
        >>> request, prepared = signkit.prepare("contract.pdf", "employer", "employer.pem")
        >>> signature = sign_elsewhere(request.attributes)  # RSA: PKCS#1 v1.5; ECDSA: DER
        >>> signkit.fields(signkit.finish(request, prepared, "employer.pem", signature).pdf).signed
        ('employer',)
    """
    services = services or Services()
    if not isinstance(request, deferred.DeferredRequest):
        request = deferred.read_request(*_named(request))
    return deferred.complete(
        request,
        _named(prepared)[0],
        _key_elsewhere(certificate, services),
        _named(signature)[0],
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
) -> Signed:
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
        NothingToExtend, SignatureNotTimestamped: there is no signature, or none that B-LT could build on.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        EarlierSignatureHarmed: a signature would be worse than it is.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning, InputUnreadable: the file's.

    Example:
        >>> extended = signkit.extend("contract-employer.pdf", services=services)
        >>> signkit.validate(extended.pdf, options).signatures[0].level
        'PAdES-B-LTA'
    """
    return levels.extend(_named(pdf)[0], level, services, password=password)


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
        settings: further anchors (default: none), and the user's folder, where added anchors and imported lists count
            in any case.

    Raises:
        InputUnreadable, TrustAnchorUnreadable: what is named in ``trust`` cannot be used.
        PolicyUnreadable, PolicyInvalid: the policy cannot be used.

    Example:
        >>> options = signkit.validation_options(trust=["rehearsal-ca.pem"], offline=True)
        >>> options.policy.name
        'default'
    """
    return judging.validation_options(
        settings or Settings(),
        policy=policy,
        trust=_paths(trust),
        evidence=_paths(evidence),
        at=at,
        offline=offline,
        identity=identity,
        expect=expect,
        profile=profile,
        password=password,
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
        report = validate_data(file, f"memory://{_NAMELESS}", options or ValidationOptions(), content=named)
        return report.named(_NAMELESS)
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
        OptionsNotPortable, PasswordStaysHere, EngineFailed: the work cannot be given to workers.
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
    data, name = _named(pdf)
    return contract_status(data, name, options or ValidationOptions())


def diff(pdf: FileSource) -> Diff:
    """Tell what changed between the revisions of a PDF, in words and by page; it does not judge whether it was allowed.

    Args:
        pdf: the file, up to 512 MB.

    Returns:
        Every revision with its changes and the signatures made before it, and the last against the first.  Areas are
        in points, pages count from 1.

    Raises:
        PdfNotComparable, InputUnreadable: the file cannot be read.

    Example:
        >>> [[change.kind for change in revision.items] for revision in signkit.diff("contract-employer.pdf").revisions]
        [[], ['signature'], ['evidence']]
    """
    return diff_pdf(*_named(pdf))


def fields(pdf: FileSource, *, password: str | None = None) -> FieldNames:
    """Return the names of the empty and the signed signature fields, in the document's order.

    Args:
        pdf: the file.
        password: opens it where it is encrypted.

    Raises:
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, InputUnreadable: it cannot be read.

    Example:
        >>> signkit.fields("contract.pdf")
        FieldNames(empty=('employer', 'employee'), signed=())
    """
    return signature_fields(_named(pdf)[0], password)


def read_contract(pdf: FileSource, *, password: str | None = None) -> embedded.EmbeddedContract | None:
    """Return what a contract says of itself: its template, its data, who signs in which order; None: it carries none.

    The file may come from anywhere; what it says is only as good as the signatures over it.

    Args:
        pdf: the file.
        password: opens it where it is encrypted.

    Raises:
        InputUnreadable: it cannot be read.
        ContractDataUnreadable: there is a ``contract.json`` that is not what SignKit writes, or more than one.

    Example:
        >>> contract = signkit.read_contract("contract.pdf")
        >>> contract.template_id, contract.signing_order, [party.name for party in contract.parties]
        ('employment-agreement', 'fixed', ['廣瀨 渚', '渡邉󠄂 薫'])
    """
    return embedded.read_contract(_named(pdf)[0], password)


def _named(source: FileSource) -> tuple[bytes, str]:
    """Return a file's bytes and what it is called."""
    if isinstance(source, bytes):
        return source, _NAMELESS
    return read_file(Path(source), PDF_BYTES), str(source)


def _paths(sources: Sequence[Location]) -> list[Path]:
    return [Path(each) for each in sources]


def _template(source: TemplateSource, settings: Settings) -> Template:
    return source if isinstance(source, Template) else find_template(Path(source), settings)


def _data(source: DataSource) -> Mapping[str, Any]:
    return plain_data(source) if isinstance(source, Mapping) else load_contract_data(Path(source))


def _attachment(source: Location | Attachment, make: Callable[[str, bytes, str | None], Attachment]) -> Attachment:
    return source if isinstance(source, Attachment) else make(str(source), read_file(Path(source), PDF_BYTES), None)


def _terms(terms: SignatureTerms | str) -> SignatureTerms:
    return SignatureTerms(terms) if isinstance(terms, str) else terms


def _fonts(settings: Settings | None) -> FontSet | None:
    return font_set(settings.font_folders) if settings is not None else None


def _key_elsewhere(certificate: FileSource, services: Services) -> deferred.DeferredKey:
    if isinstance(certificate, bytes):
        certificates, name = certificates_in(certificate, "certificate"), "certificate"
    else:
        certificates, name = read_certificates(Path(certificate)), str(certificate)
    return deferred.DeferredKey.of(certificates, name, tuple(services.issuers))

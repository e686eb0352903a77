"""Judging CMS signatures: content inside, in a file beside, or in a mail; of any size, in constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from signkit.cms import signed_data as cms
from signkit.cms.archive_timestamp import InfoParts
from signkit.cms.container import Container, ContainerTooLarge, ContainerUnreadable, read_container, without_armour
from signkit.cms.content import BytesPieces, Content, FilePieces, places_of_content, size_of
from signkit.cms.der import DerProblem, definite, members
from signkit.cms.smime import SignedMessage, signed_message
from signkit.errors import InputUnreadable, system_cause
from signkit.incoming import open_regular
from signkit.limits import LimitExceeded, exhaustion
from signkit.pdf.changes.values import Gravity, Judgement
from signkit.pki.algorithms import UnknownAlgorithm, digest_name
from signkit.pki.distinguished_names import mail_addresses
from signkit.pki.paths.pool import Pool
from signkit.validation.cms_archive import ArchiveTimestamp, Proofs, archive_timestamps, is_archived, old_archives
from signkit.validation.evidence_pool import signed_data_pool
from signkit.validation.integrity import Checked
from signkit.validation.judge import Judge, Proof, unreadable
from signkit.validation.options import ValidationOptions
from signkit.validation.reasons import reason
from signkit.validation.report import Reason, Report, SignatureReport, TimestampReport, Verdict, worst
from signkit.words import Text

#: Content inside or beside a CMS is signed as a whole; nothing can be added to it.
_UNCHANGED = Judgement(Gravity.NONE, True)
_IMPRINT_DIGEST = "sha256"
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
#: A timestamp service's answer, with certificates.
_MAX_RESPONSE = 1024 * 1024
_SEQUENCE = b"\x30"
_COUNTER = "counter-signature"
_Item = TypeVar("_Item")


def validate_cms_file(path: Path | str, options: ValidationOptions, *, content: Path | None = None) -> Report:
    """Judge a signature file of any size: DER, BER, PEM or S/MIME.  A report comes back, never an exception.

    Args:
        path: the signature.
        options: see :class:`ValidationOptions`; its size limit does not count for content.
        content: the file that was signed.  Without it: what is inside, else ``NAME.content`` beside it, else the
            file of the same name without the signature's endings.
    """
    blank = _blank(str(path), "", options)
    with ExitStack() as opened:
        try:
            stream = opened.enter_context(open_regular(Path(path)))
            blank = replace(blank, sha256=Content(FilePieces(stream)).digest("sha256").hex())
            named = Content(FilePieces(opened.enter_context(open_regular(content)))) if content else None
            beside = None if content else _beside(Path(path), opened)
        except InputUnreadable as error:
            return unreadable(
                blank,
                "unreadable",
                detail=Text("{path}: {cause}", "{path}: {cause}").filled(path=error.path, cause=error.cause),
            )
        except OSError as error:
            return unreadable(blank, "unreadable", detail=system_cause(error))
        if size_of(stream) == 0:
            return unreadable(blank, "empty")
        return _judge_or_refuse(blank, lambda: _judged_stream(stream, named, beside, options, blank))


def validate_cms(
    data: bytes,
    *,
    name: str,
    options: ValidationOptions,
    content: bytes | None = None,
    beside: bytes | None = None,
) -> Report:
    """Judge a signature given as DER, BER, PEM or S/MIME bytes.  A report comes back, never an exception.

    Args:
        content: what a detached one signs.
        beside: what lay beside it, which people open: as with a file's (`validate_cms_file`).
    """
    blank = _blank(name, hashlib.sha256(data).hexdigest(), options)
    if not data:
        return unreadable(blank, "empty")
    if len(data) > options.limits.bytes:
        return unreadable(blank, "limit", detail=LimitExceeded("bytes", options.limits.bytes).words)
    named, by_it = (Content(BytesPieces(each)) if each is not None else None for each in (content, beside))
    return _judge_or_refuse(blank, lambda: _judged_stream(BytesIO(data), named, by_it, options, blank))


def _blank(name: str, sha256: str, options: ValidationOptions) -> Report:
    return Report(name, sha256, "cms", Verdict.UNREADABLE, options.moment(), options.policy.name)


def _judge_or_refuse(blank: Report, judged: Callable[[], Report]) -> Report:
    try:
        return judged()
    except LimitExceeded as error:
        return unreadable(blank, "limit", detail=error.words)
    except ContainerTooLarge as error:
        return unreadable(blank, "limit", detail=str(error))
    except (cms.NotCms, ContainerUnreadable) as error:
        return unreadable(blank, "malformed", detail=(str(error) or "no SignedData").splitlines()[0])
    except (RecursionError, MemoryError) as error:
        return unreadable(blank, "limit", detail=exhaustion(error))
    except OSError as error:
        return unreadable(blank, "unreadable", detail=system_cause(error))
    except Exception as error:  # the last line of defence: a defect of ours must not stop a batch
        return unreadable(blank, "internal", detail=type(error).__name__)


def _beside(path: Path, opened: ExitStack) -> Content | None:
    """Return the content of a detached signature, where it usually lies."""
    for candidate in places_of_content(path):
        if candidate.is_file():
            return Content(FilePieces(opened.enter_context(open_regular(candidate))))
    return None


def _judged_stream(
    stream: BinaryIO, named: Content | None, beside: Content | None, options: ValidationOptions, blank: Report
) -> Report:
    with without_armour(stream) as plain:
        plain.seek(0)
        # DER and BER begin with a SEQUENCE; a mail or its base64 does not.
        if plain is not stream or plain.read(1) == _SEQUENCE:
            with _token_in(plain) as token:
                return _judge_container(read_container(token), named, beside, options, blank)
    if size_of(stream) > options.limits.bytes:  # a mail has to be taken apart in memory
        raise LimitExceeded("bytes", options.limits.bytes)
    stream.seek(0)
    message = signed_message(stream.read())
    container = read_container(BytesIO(message.signature))
    # In multipart/signed the part that people are shown is what must be signed, whatever is inside (RFC 8551 3.5.3).
    shown = [named] if named is not None else list(message.contents or (None,))
    reports = [_judge_container(container, other, beside, options, blank, message) for other in shown]
    return next((report for report in reports if all(item.intact for item in report.signatures)), reports[0])


@contextmanager
def _token_in(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give the token that a timestamp service's answer holds (RFC 3161 2.4.2); any other file as it is.

    Raises:
        NotCms: an answer without a token: the service refused.
    """
    stream.seek(0)
    start = stream.read(_MAX_RESPONSE + 1)
    stream.seek(0)
    items = _members(start) if len(start) <= _MAX_RESPONSE else []
    # RFC 3161 2.4.2: PKIStatusInfo begins with an INTEGER, a ContentInfo with an OBJECT IDENTIFIER.
    if not items or items[0][:1] != _SEQUENCE or not (_members(items[0]) or [b""])[0].startswith(b"\x02"):
        yield stream
        return
    if len(items) != 2:
        raise cms.NotCms("a timestamp service's refusal, without a token")
    yield BytesIO(items[1])


def _members(der: bytes) -> list[bytes]:
    try:
        return members(der)
    except DerProblem:
        return []


def _judge_container(
    container: Container,
    named: Content | None,
    beside: Content | None,
    options: ValidationOptions,
    blank: Report,
    message: SignedMessage | None = None,
) -> Report:
    parts = container.parts
    # RFC 3161 2.4.2: a token is a SignedData whose content is the TSTInfo, so that it is judged as a timestamp.
    if parts.content_type == _TST_INFO:
        return _judged_token(container, named or beside, options, blank)
    if not parts.signer_infos:
        return unreadable(blank, "not-signed")
    if len(parts.signer_infos) > options.limits.signatures:
        raise LimitExceeded("signatures", options.limits.signatures)
    # What the caller names counts; then what is inside; what merely lies beside comes last.
    content = named or container.content or beside
    signed_data = cms.load(parts.to_der())
    # All digests in one reading: content may be as large as a disk.
    if content is not None:
        content.prepare(_digest_names(signed_data))
    signers = cms.signers(signed_data, content)  # what was inside is out of ``signed_data``: None stays None
    if not signers:
        raise cms.NotCms("a signer that cannot be read")
    file = _File(
        container, content, signed_data, signers, options, _Shown(_defects(container, named, beside, message), message)
    )
    signatures, stamps = file.reports()
    judged = [item.verdict for item in signatures] + [item.verdict for item in stamps]
    return replace(
        blank,
        verdict=worst(judged),
        signatures=tuple(signatures),
        document_timestamps=(*stamps, *file.old_archives()),
    )


def _judged_token(container: Container, content: Content | None, options: ValidationOptions, blank: Report) -> Report:
    """Judge a timestamp token that stands alone, as a timestamp (RFC 3161), over a content at hand."""
    inside = b"".join(container.content.pieces()) if container.content is not None else b""
    head, tail = container.parts.around(len(inside))
    token = cms.timestamp_of(cms.load(head + inside + tail), content)
    if container.trailing:  # as behind any other signature
        token = replace(token, intact=False, problems=(*token.problems, "contents-trailing"))
    pool = signed_data_pool(token.signed_data) if token.signed_data is not None else Pool()
    judge = Judge(options, pool, [token])
    report = replace(judge.timestamp(token, judge.now), coverage="whole-file")
    return replace(blank, verdict=report.verdict, document_timestamps=(report,))


@dataclass(frozen=True)
class _Shown:
    """What people are shown with a signature: defects of that, and the mail that it came in."""

    problems: tuple[str, ...] = ()
    message: SignedMessage | None = None

    def mismatch(self, certificate: Any) -> Reason | None:
        """RFC 8550 3: where the certificate has mail addresses, the mail must be from one of them."""
        if self.message is None or certificate is None:
            return None
        addresses = mail_addresses(certificate)
        strange = [sender for sender in self.message.senders if sender.casefold() not in addresses]
        if not addresses or not strange:
            return None
        return reason("mail-sender", sender=", ".join(strange), named=", ".join(sorted(addresses)))


def _defects(
    container: Container, named: Content | None, beside: Content | None, message: SignedMessage | None
) -> tuple[str, ...]:
    found = []
    if message is not None and message.has_two_readings:
        found.append("mail-two-readings")
    if (
        container.content is not None
        and message is not None
        and message.contents is not None
        and container.content.size
    ):
        found.append("content-inside")
    # People open the file beside: it must be what was signed, also where the signature brings its own.
    if container.content is not None and beside is not None and named is None:
        same = beside.digest(_IMPRINT_DIGEST) == container.content.digest(_IMPRINT_DIGEST)
        found += [] if same else ["content-beside-differs"]
    return tuple(found)


def _digest_names(signed_data: Any) -> list[str]:
    """Return the digests that will be asked for, so that the content is read once."""
    names = {_IMPRINT_DIGEST}
    for info in cms.signer_infos(signed_data):
        try:
            name = digest_name(info["digest_algorithm"])
            hashlib.new(name)
        except (UnknownAlgorithm, ValueError, TypeError):
            continue
        names.add(name)
    return sorted(names)


class _File:
    """One SignedData on its way to a report."""

    def __init__(
        self,
        container: Container,
        content: Content | None,
        signed_data: Any,
        signers: tuple[cms.CheckedSigner, ...],
        options: ValidationOptions,
        shown: _Shown,
    ) -> None:
        self._container = container
        self._shown = shown
        infos = container.parts.signer_infos
        # As the SignedData was put together they stand in DER's order; people want the file's.
        pairs = sorted(zip(sorted(infos), signers, strict=True), key=lambda pair: infos.index(pair[0]))
        self._signers = [signer for _, signer in pairs]
        self._opened = [_parts_of(info) for info, _ in pairs]
        self._archives = [archive_timestamps(container.parts, info, content) for info in self._opened]
        self._own = self._pool(signed_data)
        archives = [item.token for items in self._archives for item in items]
        self._judge = _CmsJudge(options, self._own, [*self._signers, *archives])

    def _pool(self, signed_data: Any) -> Pool:
        pool: Pool = signed_data_pool(signed_data)
        tokens = [token for signer in self._signers for item in _all(signer) for token in item.tokens]
        tokens += [item.token for archives in self._archives for item in archives]
        return sum((signed_data_pool(t.signed_data) for t in tokens if t.signed_data is not None), pool)

    def reports(self) -> tuple[list[SignatureReport], list[TimestampReport]]:
        """Return the signatures, each followed by its counter-signatures, and the archive timestamps."""
        signatures: list[SignatureReport] = []
        stamps: list[TimestampReport] = []
        for signer, info, archives in zip(self._signers, self._opened, self._archives, strict=True):
            proofs = Proofs(self._judge, self._container.parts, info, archives)
            stamps += proofs.reports
            self._judge.note_proven(signer, info, proofs)
            level = self._level(signer, info, archives)
            signatures.append(self._report(signer, proofs.signature, level, "approval"))
            for counter, value in _pair_items(signer.counter_signatures, info.counter_signatures):
                time = proofs.counter_signature(value)
                signatures += [
                    self._report(item, time, self._level(item, info, ()), _COUNTER) for item in _all(counter)
                ]
        return signatures, stamps

    def old_archives(self) -> list[TimestampReport]:
        """Return the archive timestamps that are recognised only."""
        return [report for info in self._opened for report in old_archives(info)]

    def _report(self, signer: cms.CheckedSigner, time: Any, level: str, kind: str) -> SignatureReport:
        # Bytes behind the SignedData are outside the signature, and some programs read them.
        trailing = ("contents-trailing",) if self._container.trailing else ()
        checked = Checked(None, signer, problems=(*signer.problems, *trailing, *self._shown.problems))
        proof = Proof(time, "archive-timestamp") if time is not None else None
        report = self._judge.signature(checked, _UNCHANGED, proof, level, kind)
        stranger = self._shown.mismatch(signer.certificate)
        if stranger is None or kind == _COUNTER:
            return report
        passed = report.verdict is Verdict.PASSED
        return replace(
            report,
            verdict=Verdict.INDETERMINATE if passed else report.verdict,
            sub_indication="GENERIC" if passed else report.sub_indication,
            reasons=(*report.reasons, stranger),
        )

    def _level(self, signer: cms.CheckedSigner, info: InfoParts, archives: tuple[ArchiveTimestamp, ...]) -> str:
        """The level that the CMS holds material for (EN 319 122-1 6.3)."""
        # EN 319 122-1 6.3, 5.2.2: signing-certificate belongs to every baseline level.
        if signer.ess != "present":
            return "unknown"
        # EN 319 122-1 6.3: B-T has a signature timestamp, B-LT the evidence as well, B-LTA an archive timestamp.
        if not any(token.is_one for token in signer.timestamps):
            return "CAdES-B-B"
        if not self._own.speaks_of(signer.certificate):
            return "CAdES-B-T"
        # As with a PDF's security store: what an archive timestamp does not cover it keeps for nobody.
        kept = any(is_archived(item, self._container.parts, info, signer.certificate) for item in archives)
        return "CAdES-B-LTA" if kept else "CAdES-B-LT"


class _CmsJudge(Judge):
    """Judges each signature timestamp at the time that an archive timestamp proves for it, not for its signature.

    A timestamp that was added after the archive timestamp is not covered by it.
    """

    def __init__(
        self, options: ValidationOptions, pool: Pool, parts: Sequence[cms.CheckedSigner | cms.Timestamp]
    ) -> None:
        super().__init__(options, pool, parts)
        self._proven: dict[int, Any] = {}

    def note_proven(self, signer: cms.CheckedSigner, info: InfoParts, proofs: Proofs) -> None:
        """Take note of what is proven for the signature timestamps of ``signer``."""
        for token, value in _pair_items(signer.timestamps, info.timestamps):
            self._proven[id(token)] = proofs.timestamp(value)

    def timestamp(self, token: cms.Timestamp, moment: Any) -> TimestampReport:
        """Judge a signature timestamp; ``moment`` is what is proven for the signature."""
        return super().timestamp(token, self._proven.get(id(token), moment) or self.now)


def _parts_of(info: bytes) -> InfoParts:
    """Take a SignerInfo apart as it stands in the file: asn1crypto takes minutes to write some of them out again."""
    try:
        return InfoParts.of(info)
    except DerProblem:
        pass
    try:
        return InfoParts.of(definite(info))
    except DerProblem as error:
        raise cms.NotCms(f"a signer that is not DER ({error})") from error


def _pair_items(items: Sequence[_Item], values: Sequence[bytes]) -> list[tuple[_Item, bytes]]:
    """Pair what was judged with the bytes it was read from; where both do not fit, with bytes that nothing covers."""
    return list(zip(items, values if len(values) == len(items) else [b""] * len(items), strict=True))


def _all(signer: cms.CheckedSigner) -> Iterator[cms.CheckedSigner]:
    """Yield a signer, then its counter-signers, theirs, and so on."""
    yield signer
    for counter in signer.counter_signatures:
        yield from _all(counter)

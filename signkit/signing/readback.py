"""Reading a freshly signed file back: is the signature that we report really in it, and does it hold?

Two ways to the bytes: a plain search instead of a PDF parser, so that a fault of the writer cannot hide itself, and the
judge that everybody else will ask, who holds every earlier signature against his judgement before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from signkit.errors import SigningRefused
from signkit.limits import LimitExceeded, Meter
from signkit.pdf.reading.document import PdfFile, Unreadable
from signkit.pdf.reading.unlocking import Password
from signkit.pdf.signatures import find_signatures
from signkit.pki.algorithms import SignatureInvalid, is_known_digest, verify_signature
from signkit.signing import self_check
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report, SignatureReport, Verdict
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import cms

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def check_signed(original: bytes, signed: bytes, certificate: bytes) -> None:
    """Check that ``signed`` begins with ``original`` and adds one signature of ``certificate`` that holds.

    Raises:
        SigningRefused("self-check-failed"): anything does not fit; the cause says what.
    """
    # ISO 32000-2 7.5.6: byte for byte.
    if not signed.startswith(original):
        raise SigningRefused("self-check-failed", cause=self_check.CHANGED_ORIGINAL)
    # The first one behind the original: that is what was added now.
    ranges = _BYTE_RANGE.findall(signed, len(original))
    if not ranges:
        raise SigningRefused("self-check-failed", cause=self_check.NO_BYTE_RANGE)
    first_length, second_start, second_length = (int(number) for number in ranges[0])
    contents = signed[first_length:second_start]
    covered = signed[:first_length], signed[second_start : second_start + second_length]
    # ISO 32000-2 12.8.1: the gap is the string with its delimiters.
    if contents[:1] != b"<" or contents[-1:] != b">" or len(covered[1]) != second_length:
        raise SigningRefused("self-check-failed", cause=self_check.BAD_BYTE_RANGE)
    _check_cms(bytes.fromhex(contents[1:-1].decode("ascii")), covered, certificate)


def refuse_harmful(
    original: bytes, written: bytes, options: ValidationOptions, password: Password, *, added: int
) -> None:
    """Refuse what `refuse_harm` does; the original is judged only where an earlier signature could have been better.

    Raises:
        SigningRefused("earlier-signature-harmed", "self-check-failed"): see `refuse_harm`.
    """
    after = judge(written, options, password)
    earlier = after.signatures[: max(len(after.signatures) - added, 0)]
    fields, stamps = _fields_of(original, options, password) or (None, 0)
    kept = fields == [each.field for each in earlier] and stamps <= len(after.document_timestamps)
    if kept and all(_merit(each) == _BEST for each in earlier):
        _refuse_unfit(after.signatures[len(earlier) :], added)
    else:
        refuse_harm(judge(original, options, password), after, added=added)


def _fields_of(pdf: bytes, options: ValidationOptions, password: Password) -> tuple[list[str | None], int] | None:
    """Return the fields of a file's signatures in their order, and how many document timestamps it holds.

    None where it cannot be read, which is for its judgement to tell.
    """
    try:
        found = find_signatures(PdfFile(pdf, Meter(options.limits), password))
    except (Unreadable, LimitExceeded, RecursionError, MemoryError):
        return None
    fields = [each.field for each in found if each.kind == "signature"]
    return fields, len(found) - len(fields)


def judge(pdf: bytes, options: ValidationOptions, password: Password) -> Report:
    """Return the judgement of a file before or after something is added to it; nobody is asked for evidence."""
    return validate_pdf(pdf, name="", options=replace(options, offline=True, password=password))


def refuse_harm(before: Report, after: Report, *, added: int) -> None:
    """Refuse a file in which an earlier signature is worse than it was, or the new one is not seen.

    Args:
        before, after: the judgements of the file as it was and as it would be written.
        added: how many signatures were added (document timestamps apart).

    Raises:
        SigningRefused("earlier-signature-harmed"): a signature is gone, or its judgement is worse.
        SigningRefused("self-check-failed"): the judge does not see the new signature, or it does not hold.
    """
    for index, earlier in enumerate(before.signatures):
        later = after.signatures[index] if index < len(after.signatures) else None
        # In the order of the bytes that they sign, which an update cannot change.
        if later is None or later.field != earlier.field or _merit(later) < _merit(earlier):
            raise SigningRefused("earlier-signature-harmed", field=str(earlier.field))
    new = after.signatures[len(before.signatures) :]
    if len(after.document_timestamps) < len(before.document_timestamps):
        raise SigningRefused("self-check-failed", cause=self_check.NOT_FOUND)
    _refuse_unfit(new, added)


def _refuse_unfit(new: Sequence[SignatureReport], added: int) -> None:
    if len(new) != added:
        raise SigningRefused("self-check-failed", cause=self_check.NOT_FOUND)
    # FAILED or not intact; that evidence is missing is no fault of this signature.
    if bad := next((item for item in new if item.verdict is Verdict.FAILED or not item.intact), None):
        raise SigningRefused("self-check-failed", cause=_reasons(bad))


def _reasons(signature: SignatureReport) -> Text:
    """Return why a signature is not good, as a cause within a sentence."""
    texts = [each.text for each in signature.reasons]
    return Text(
        "; ".join(each.en.rstrip(".") for each in texts),
        "、".join(each.ja.rstrip("。") for each in texts),
    )


def _merit(signature: SignatureReport) -> tuple[int, bool, bool]:
    rank = {Verdict.FAILED: 0, Verdict.INDETERMINATE: 1, Verdict.PASSED: 2}
    return rank[signature.verdict], bool(signature.intact), signature.changes_permitted is True


#: No judgement of the same signature is better.
_BEST = (2, True, True)


def _check_cms(padded: bytes, covered: tuple[bytes, bytes], certificate: bytes) -> None:
    from asn1crypto import cms, x509

    info = cms.ContentInfo.load(padded)["content"]["signer_infos"][0]
    hash_name = info["digest_algorithm"]["algorithm"].native
    if _attribute(info, "message_digest") != _digest(hash_name, covered):
        raise SigningRefused("self-check-failed", cause=self_check.OTHER_DIGEST)
    attributes = b"\x31" + info["signed_attrs"].dump()[1:]  # signed as SET OF, stored as [0] (RFC 5652 5.4)
    own = x509.Certificate.load(certificate)
    try:
        verify_signature(own, info["signature_algorithm"], hash_name, info["signature"].native, attributes)
    except SignatureInvalid as error:
        raise SigningRefused("self-check-failed", cause=self_check.NOT_OF_THE_KEY) from error


def _attribute(info: cms.SignerInfo, name: str) -> object:
    return next((item["values"][0].native for item in info["signed_attrs"] if item["type"].native == name), None)


def _digest(name: str, parts: tuple[bytes, bytes]) -> bytes:
    # RFC 8419 3.1, RFC 8702: 64 bytes.
    if name == "shake256":
        from cryptography.hazmat.primitives import hashes

        digest = hashes.Hash(hashes.SHAKE256(64))
        for part in parts:
            digest.update(part)
        return digest.finalize()
    if not is_known_digest(name):
        raise SignatureInvalid(f"the hash {name} is not known")
    plain = hashlib.new(name)
    for part in parts:
        plain.update(part)
    return plain.digest()

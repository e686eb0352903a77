"""Reading a freshly signed file back: is the signature that we report really in it, and does it hold?

A second, independent way to the bytes (plain search instead of a PDF parser), so that a fault of the writer cannot
hide itself.  This is no verdict on a stranger's file: that is the validation room's.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from signkit.errors import SigningRefused
from signkit.pki.raw_signature import SignatureInvalid, hash_algorithm, verify_signature

if TYPE_CHECKING:
    from asn1crypto import cms

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def check_signed(original: bytes, signed: bytes, certificate: bytes) -> None:
    """Check that ``signed`` begins with ``original`` and adds one signature of ``certificate`` that holds.

    Raises:
        SigningRefused("self-check-failed"): anything does not fit; the cause says what.
    """
    if not signed.startswith(original):
        raise SigningRefused("self-check-failed", cause="the original file was changed")
    ranges = _BYTE_RANGE.findall(signed, len(original))
    if not ranges:
        raise SigningRefused("self-check-failed", cause="no byte range was written")
    first_length, second_start, second_length = (int(number) for number in ranges[0])
    contents = signed[first_length:second_start]
    covered = signed[:first_length], signed[second_start : second_start + second_length]
    if contents[:1] != b"<" or contents[-1:] != b">" or len(covered[1]) != second_length:
        raise SigningRefused("self-check-failed", cause="the byte range does not fit the file")
    _check_cms(bytes.fromhex(contents[1:-1].decode("ascii")), covered, certificate)


def _check_cms(padded: bytes, covered: tuple[bytes, bytes], certificate: bytes) -> None:
    from asn1crypto import cms, x509

    info = cms.ContentInfo.load(padded)["content"]["signer_infos"][0]
    hash_name = info["digest_algorithm"]["algorithm"].native
    if _attribute(info, "message_digest") != _digest(hash_name, covered):
        raise SigningRefused("self-check-failed", cause="the digest of the file is another than the signed one")
    attributes = b"\x31" + info["signed_attrs"].dump()[1:]  # signed as SET OF, stored as [0] (RFC 5652 5.4)
    own = x509.Certificate.load(certificate)
    try:
        verify_signature(own, info["signature_algorithm"], hash_name, info["signature"].native, attributes)
    except SignatureInvalid as error:
        raise SigningRefused("self-check-failed", cause=str(error)) from error


def _attribute(info: cms.SignerInfo, name: str) -> object:
    return next((item["values"][0].native for item in info["signed_attrs"] if item["type"].native == name), None)


def _digest(name: str, parts: tuple[bytes, bytes]) -> bytes:
    if name == "shake256":
        from cryptography.hazmat.primitives import hashes

        digest = hashes.Hash(hashes.SHAKE256(64))
        for part in parts:
            digest.update(part)
        return digest.finalize()
    hash_algorithm(name)
    plain = hashlib.new(name)
    for part in parts:
        plain.update(part)
    return plain.digest()

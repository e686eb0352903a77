"""CMS files, S/MIME messages and containers (ASiC-E), as they are made and as they are spoilt."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from asn1crypto import pem

from signkit.cms.asic import DataObject, make_manifest, write_asic
from signkit.cms.content import BytesPieces, Content
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.cades import sign_content
from signkit.signing.cms import Statement
from signkit.signing.levels import Level
from tests.corpus.expectations import Made, Signature
from tests.corpus.keys import Keys
from tests.validation import pki

CONTENT = b"The rent is 100,000 yen.\r\n"
#: How far a signature of a CMS file reaches, and what comes after it, is not asked.
HANAKO = Signature("Hanako", True, ("B",), None, None)
TARO = replace(HANAKO, signer_cn="Taro")
BROKEN = replace(HANAKO, intact=False, level_class=None)
WORTHLESS = Signature(None, None, None, None, None, None)


def cms_kinds(keys: Keys) -> Iterator[Made]:
    """Every CMS file, message and container of the corpus."""
    yield from _attached_signatures(keys)
    yield from _detached_signatures(keys)
    yield from _messages(keys)
    yield from _containers(keys)


def _attached_signatures(keys: Keys) -> Iterator[Made]:
    signed = pki.signed_data(CONTENT, keys.hanako, encapsulate=CONTENT)
    yield Made("attached.p7m", "cms-attached", signed, "clean", [HANAKO])
    yield Made("attached-pem.pkcs7", "cms-attached", pem.armor("PKCS7", signed), "clean", [HANAKO])
    both = pki.signed_data(CONTENT, keys.hanako, keys.taro, encapsulate=CONTENT)
    yield Made("two-signers.p7m", "cms-multi", both, "clean", [HANAKO, TARO])
    timed = pki.signed_data(CONTENT, keys.hanako, encapsulate=CONTENT, stamp=keys.stamp)
    stamped = replace(HANAKO, level_class=("T",), sig_timestamps=1)
    yield Made("timestamped.p7m", "cms-attached", timed, "clean", [stamped])
    for digest in ("sha384", "sha512"):
        other = pki.signed_data(CONTENT, keys.taro, encapsulate=CONTENT, digest=digest)
        yield Made(f"attached-{digest}.p7m", "cms-attached", other, "clean", [TARO])
    altered = signed.replace(b"100,000", b"900,000")
    yield Made("content-altered.p7m", "cms-broken", altered, "not_clean", [BROKEN])
    spoilt = signed[:-1] + bytes([signed[-1] ^ 1])
    yield Made("signature-altered.p7m", "cms-broken", spoilt, "not_clean", [BROKEN])
    forged = pki.Holder(keys.hanako.certificate, pki.issue(keys.ca).key)
    wrong = pki.signed_data(CONTENT, forged, encapsulate=CONTENT)
    yield Made("wrong-key.p7m", "cms-broken", wrong, "not_clean", [BROKEN])
    half = signed[: len(signed) // 2]
    yield Made("truncated.p7m", "cms-broken", half, "not_clean", [WORTHLESS], error_ok=True)
    yield Made("no-cms.p7m", "cms-broken", b"0\x82\x00\x03abc", "not_clean", [WORTHLESS], error_ok=True)


def _detached_signatures(keys: Keys) -> Iterator[Made]:
    signed = pki.signed_data(CONTENT, keys.hanako)
    yield Made("detached.p7s", "cms-detached", signed, "clean", [HANAKO], content=CONTENT)
    other = CONTENT.replace(b"100,000", b"900,000")
    yield Made("detached-other-content.p7s", "cms-broken", signed, "not_clean", [BROKEN], content=other)
    alone = replace(WORTHLESS, signer_cn="Hanako")
    yield Made("detached-alone.p7s", "cms-no-content", signed, "not_clean", [alone], error_ok=True)


def _messages(keys: Keys) -> Iterator[Made]:
    """S/MIME (RFC 8551 3.5.3): the part is signed as it travels, with the ends of lines of a message."""
    part = b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + CONTENT
    signed = pki.signed_data(part, keys.hanako)
    yield Made("message.eml", "smime", _message(part, signed), "clean", [HANAKO])
    altered = part.replace(b"100,000", b"900,000")
    yield Made("message-altered.eml", "smime", _message(altered, signed), "not_clean", [BROKEN])


def _message(part: bytes, signature: bytes) -> bytes:
    lines = base64.encodebytes(signature).replace(b"\n", b"\r\n")
    return (
        b"From: hanako@example.jp\r\nSubject: Lease\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="cut"\r\n'
        b"\r\n--cut\r\n" + part + b"\r\n--cut\r\n"
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + lines
        + b"--cut--\r\n"
    )


def _containers(keys: Keys) -> Iterator[Made]:
    """ASiC-E with CAdES (EN 319 162-1 4.4): a manifest is signed, which holds the digests of the files."""
    files = [DataObject(name, Content(BytesPieces(CONTENT * 9))) for name in ("契約書.txt", "plan.txt")]
    manifest = make_manifest(files)
    statement = Statement(utc_now(), "text/xml")
    signed = sign_content(Content(BytesPieces(manifest)), keys.broker, Level.B_B, keys.services, statement).parts
    stream = BytesIO()
    write_asic(stream, files, manifest, signed, utc_now())
    container = stream.getvalue()
    broker = replace(HANAKO, signer_cn="Broker")
    broken = replace(broker, intact=None, level_class=None)
    yield Made("container.asice", "asic", container, "clean", [broker])
    altered = _with_member(container, "plan.txt", CONTENT)
    yield Made("container-altered.asice", "asic", altered, "not_clean", [replace(broken, intact=False)])
    gone = _with_member(container, "plan.txt", None)
    yield Made("container-file-gone.asice", "asic", gone, None, [broken])  # the signature holds, its files do not
    half = container[: len(container) // 2]
    yield Made("container-truncated.asice", "asic", half, "not_clean", [WORTHLESS], error_ok=True)


def _with_member(container: bytes, name: str, data: bytes | None) -> bytes:
    """The same archive with one member of other content, or without it."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(container)) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            if item.filename != name:
                target.writestr(item, source.read(item))
            elif data is not None:
                target.writestr(item, data)
    return stream.getvalue()

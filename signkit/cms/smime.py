"""S/MIME: finding the signature and the signed bytes in a mail (RFC 8551 3.1.1, 3.5).

The signed bytes are taken from the mail as they stand there: a parsed and re-made part would be another text.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from itertools import pairwise

from signkit.cms.content import BytesPieces, Content
from signkit.cms.signed_data import NotCms

# A mail's header of a megabyte is nobody's honest one; the pattern need not search further.
_MAX_HEADER = 1 << 20
_HEADER_END = re.compile(rb"\r?\n\r?\n")
# RFC 8551 3.5.3; the x- forms are what older programs write.
_SIGNATURE_TYPES = {"application/pkcs7-signature", "application/x-pkcs7-signature"}
_ENVELOPE_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
#: Headers that stand in a mail or part once, and decide what is shown, or from whom.
#: A mail program that shows the first Subject and one that shows the last would show two mails.
_DECIDING = ("content-type", "content-transfer-encoding", "mime-version", "from", "sender", "subject", "date")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")


@dataclass(frozen=True)
class SignedMessage:
    """A CMS with what it may sign.

    Attributes:
        signature: the CMS, DER or BER.
        contents: the readings of the signed part, as `Content`; None where the content is inside the CMS.
        senders: the addresses that From and Sender give.
        has_two_readings: mail programs take this mail apart differently.
    """

    signature: bytes
    contents: tuple[Content, ...] | None
    senders: tuple[str, ...] = ()
    has_two_readings: bool = False


def signed_message(data: bytes) -> SignedMessage:
    """Find the signature in a mail, or in bare base64.

    Raises:
        NotCms: there is none.
    """
    # A bare base64 body, as saved by mail programs without its headers.
    if _BASE64.fullmatch(data.strip()):
        return SignedMessage(_base64(data), None)
    headers, body = _headers_and_body(data)
    kind = headers.get_content_type()
    # RFC 8551 3.2: signed-data inside the CMS; gateways rename the type, and then the name's ending tells (3.2.1).
    if kind in _ENVELOPE_TYPES or (kind == "application/octet-stream" and _file_name(headers).endswith(".p7m")):
        return SignedMessage(_decode_body(headers, body), None, _senders(headers), _has_two_readings(headers, data))
    if kind != "multipart/signed":
        raise NotCms("this mail is not signed by S/MIME")
    # RFC 1847 2.1: exactly two parts, the content and its signature.
    signed, signature = _parts(body, headers.get_boundary() or "")
    inner_headers, inner = _headers_and_body(signature)
    if inner_headers.get_content_type() not in _SIGNATURE_TYPES:
        raise NotCms("the second part of this mail is no S/MIME signature")
    twice = _has_two_readings(headers, data) or _has_two_readings(inner_headers, signature)
    return SignedMessage(_decode_body(inner_headers, inner), _readings(signed), _senders(headers), twice)


def _senders(headers: EmailMessage) -> tuple[str, ...]:
    """The addresses of whom the mail says it is from (RFC 5322 3.6.2); a sender without address as it stands."""
    # RFC 5322 3.6.2: with several addresses in From there is a Sender; both are what people are shown.
    values = [str(value) for name in ("from", "sender") for value in headers.get_all(name, [])]
    found = [(value, [address for _, address in getaddresses([value]) if "@" in address]) for value in values]
    return tuple(sender for value, addresses in found for sender in addresses or [value[:200]])


def _has_two_readings(headers: EmailMessage, data: bytes) -> bool:
    """Whether a header or a parameter that decides what is shown stands there twice (RFC 2045 5.1, RFC 5322 3.6)."""
    if any(len(headers.get_all(name, [])) > 1 for name in _DECIDING):
        return True
    end = _HEADER_END.search(data, 0, _MAX_HEADER)
    # RFC 5322 2.2.3: folded lines are one.
    head = re.sub(rb"\r?\n[ \t]+", b" ", data[: end.end() if end else 0])
    for line in head.splitlines():
        # Only the Content-Type's own parameters decide how the mail is taken apart; a second boundary hides a part.
        if line[:13].lower() == b"content-type:":
            names = [
                name.lower() for name in re.findall(rb";\s*([A-Za-z-]+)(?:\*\d*\*?)?\s*=", _QUOTED.sub(b'""', line))
            ]
            return any(names.count(name) > 1 for name in (b"boundary", b"charset", b"smime-type"))
    return False


def _readings(signed: bytes) -> tuple[Content, ...]:
    """Return the part with CRLF line ends, which is what is signed (RFC 8551 3.1.1), then as it stands.

    Mail programs store lines with LF alone; some signers (openssl -binary) sign what stands there.
    """
    # RFC 8551 3.1.1: canonical line ends before signing; on the way programs change them.
    canonical = re.sub(rb"\r?\n", b"\r\n", signed)
    both = (canonical,) if canonical == signed else (canonical, signed)
    return tuple(Content(BytesPieces(item)) for item in both)


def _headers_and_body(data: bytes) -> tuple[EmailMessage, bytes]:
    """Return the headers and the body of a mail or of one of its parts."""
    # RFC 2045 5.2: a part without header fields is text/plain.
    if data[:1] in (b"\n", b"\r"):  # no headers at all
        return EmailMessage(policy.default), data.lstrip(b"\r\n")
    end = _HEADER_END.search(data, 0, _MAX_HEADER)
    if end is None:
        raise NotCms("neither CMS, PEM nor a mail")
    try:
        headers = BytesHeaderParser(policy=policy.default).parsebytes(data[: end.end()])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise NotCms("the headers of this mail cannot be read") from error
    assert isinstance(headers, EmailMessage)
    return headers, data[end.end() :]


def _parts(body: bytes, boundary: str) -> tuple[bytes, bytes]:
    """Return the two parts of multipart/signed, without the line end before each boundary (RFC 2046 5.1.1)."""
    # RFC 2046 5.1.1: at most 70 characters.
    if not 0 < len(boundary) <= 70:
        raise NotCms("multipart/signed without boundary")
    # Trailing white space was added by gateways and belongs to no boundary (RFC 2046 5.1.1).
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*(?=\r?\n|$)")
    marks = []
    for mark in line.finditer(body):
        marks.append(mark)
        if mark[1] or len(marks) > 3:
            break
    # Three lines: two parts and the closing one. What follows it (an epilogue) is outside and shown by nobody.
    if len(marks) != 3 or not marks[2][1]:
        raise NotCms("multipart/signed must have exactly two parts")
    signed, signature = (body[one.end() : two.start()] for one, two in pairwise(marks))
    return _without_line_end(signed), _without_line_end(signature)


def _without_line_end(part: bytes) -> bytes:
    """Drop the line end that belongs to the boundary line before."""
    # RFC 2046 5.1.1: the line end before a boundary is the boundary's.
    return part[2:] if part.startswith(b"\r\n") else part[1:]


def _decode_body(headers: EmailMessage, body: bytes) -> bytes:
    encoding = str(headers.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64":
        return _base64(body)
    if encoding in ("", "binary", "7bit", "8bit"):
        # Without an encoding DER stands there itself; some senders forget the header around base64.
        return body if body[:1] == b"\x30" else _base64(body)
    raise NotCms(f"a signature in the encoding {encoding[:40]}")


def _base64(body: bytes) -> bytes:
    try:
        # validate: characters outside the alphabet would be skipped silently, and hide something.
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as error:
        raise NotCms("the signature is not well encoded") from error


def _file_name(headers: EmailMessage) -> str:
    return (headers.get_filename() or "").lower()

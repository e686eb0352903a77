"""PDFs: every kind of signature and level on every layout, and what is done to them honestly or not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.levels import Level
from signkit.signing.levels import sign as sign_at_level
from signkit.signing.request import SignatureRequest
from tests.corpus.expectations import Made, Signature
from tests.corpus.keys import Keys
from tests.corpus.layouts import LAYOUTS, Layout
from tests.validation import pdfs, pki

HANAKO, TARO = Signature("Hanako"), Signature("Taro")
BROKEN = replace(HANAKO, intact=False, modified_after=None)
#: Intact, and something was done afterwards.
FOLLOWED = replace(HANAKO, covers_whole_file=False, modified_after=("allowed",))
ATTACKED = replace(FOLLOWED, modified_after=("suspicious",))
#: Nothing can be said of it but that it is no good.
WORTHLESS = Signature(None, None, None, None, None, None)

#: A form that paints the whole page.
_BLACK = b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 200] /Length 16 >>\nstream\n0 0 300 200 re f\nendstream"

Change = Callable[[bytes], bytes]


def pdf_kinds(keys: Keys) -> Iterator[Made]:
    """Every PDF of the corpus."""
    yield from _on_every_layout(keys)
    yield from _old_kinds(keys)
    yield from _levels(keys)
    yield from _two_parties(keys)
    yield from _certifications(keys)
    yield from _attacks(keys)
    yield from _locks(keys)
    yield from _damage(keys)
    yield from _other(keys)


#: The text field before anybody filled it in.
_NOTE_LEFT_EMPTY = re.sub(rb" /V \(first\) /AP << .*? >>", b"", pdfs.OBJECTS[pdfs.TEXT_FIELD])


def signed_pdf(
    keys: Keys,
    layout: Layout = LAYOUTS["classic"],
    *,
    before: dict[int, bytes] | None = None,
    **dictionary: object,
) -> bytes:
    """A document with Hanako's signature in the field of the seller."""
    field = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    appended = {pdfs.SELLER: field, pdfs.SIGNATURE: pdfs.signature_dictionary(**dictionary)}
    prepared = layout.update(layout.build(), before) if before else layout.build()
    return pdfs.fill(layout.update(prepared, appended), keys.cms)


def _on_every_layout(keys: Keys) -> Iterator[Made]:
    for name, layout in LAYOUTS.items():
        pdf = signed_pdf(keys, layout)
        yield Made(f"{name}.pdf", "pades-B", pdf, "clean", [HANAKO])
        empty = signed_pdf(keys, layout, before={pdfs.TEXT_FIELD: _NOTE_LEFT_EMPTY})
        filled = layout.update(empty, _filled_note(b"second"))
        yield Made(f"{name}-form-filled.pdf", "allowed-changes", filled, "clean", [FOLLOWED])
        overwritten = layout.update(pdf, _filled_note(b"second"))
        yield Made(f"{name}-value-replaced.pdf", "attack", overwritten, "not_clean", [ATTACKED])
        repainted = layout.update(pdf, {pdfs.CONTENT: _page_content(b"900")})
        yield Made(f"{name}-page-replaced.pdf", "attack", repainted, "not_clean", [ATTACKED])
        digits = pdf.replace(b"/MediaBox [0 0 300 200]", b"/MediaBox [0 0 300 100]", 1)
        if digits != pdf:  # where the page lies packed in a stream, it is not changed so simply
            yield Made(f"{name}-altered.pdf", "corrupted", digits, "not_clean", [BROKEN])


def _filled_note(value: bytes) -> dict[int, bytes]:
    return {
        pdfs.TEXT_FIELD: pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(" + value + b")"),
        pdfs.APPEARANCE: pdfs.looks_of(value),
    }


def _page_content(amount: bytes) -> bytes:
    return pdfs.OBJECTS[pdfs.CONTENT].replace(b"100", amount)


def _old_kinds(keys: Keys) -> Iterator[Made]:
    """What older editions call a signature (ISO 32000-1 12.8.3)."""

    def digest_signed(content: bytes) -> bytes:
        digest = hashlib.sha1(content).digest()
        return pki.signed_data(digest, keys.hanako, encapsulate=digest)

    def bare(content: bytes) -> bytes:
        return pki.octets(keys.taro.key.sign(content, PKCS1v15(), hashes.SHA1()))

    detached = pdfs.sign(pdfs.build(), keys.cms, sub_filter=b"adbe.pkcs7.detached")
    yield Made("pkcs7-detached.pdf", "legacy-pkcs7-B", detached, "clean", [HANAKO])
    sha1 = pdfs.sign(pdfs.build(), digest_signed, sub_filter=b"adbe.pkcs7.sha1")
    yield Made("pkcs7-sha1.pdf", "legacy-pkcs7-B", sha1, "clean", [HANAKO])
    certificate = b" /Cert <" + keys.taro.der.hex().encode() + b">"
    x509 = pdfs.sign(pdfs.build(), bare, sub_filter=b"adbe.x509.rsa_sha1", extra=certificate)
    yield Made("x509-rsa-sha1.pdf", "legacy-x509", x509, "clean", [replace(TARO, level_class=None)])
    for name, pdf, signer in (("pkcs7-detached", detached, HANAKO), ("pkcs7-sha1", sha1, HANAKO), ("x509", x509, TARO)):
        broken = replace(signer, intact=False, level_class=None, modified_after=None)
        altered = pdf.replace(b"Pay 100", b"Pay 900")
        yield Made(f"{name}-altered.pdf", "corrupted", altered, "not_clean", [broken])


def _levels(keys: Keys) -> Iterator[Made]:
    for digest in ("sha384", "sha512"):
        pdf = pdfs.sign(pdfs.build(), lambda data, digest=digest: pki.signed_data(data, keys.taro, digest=digest))
        yield Made(f"rsa-{digest}.pdf", "pades-B", pdf, "clean", [TARO])
    stamped = pdfs.sign(pdfs.build(), lambda data: pki.signed_data(data, keys.hanako, stamp=keys.stamp), room=12_000)
    timed = replace(HANAKO, level_class=("T",), sig_timestamps=1)
    yield Made("timestamped.pdf", "timestamped-T", stamped, "clean", [timed])
    altered = stamped.replace(b"Pay 100", b"Pay 900")
    yield Made(
        "timestamped-altered.pdf",
        "corrupted",
        altered,
        "not_clean",
        [replace(BROKEN, level_class=None, sig_timestamps=1)],
    )
    for level, classes, timestamps in ((Level.B_LT, ("LT",), 0), (Level.B_LTA, ("LTA",), 1)):
        pdf = sign_at_level(pdfs.build(), _request(), keys.broker, level, keys.services).pdf
        broker = Signature("Broker", True, classes, False, ("none", "allowed"), 1)
        yield Made(f"{level.value}.pdf", "LT-LTA", pdf, "clean", [broker], timestamps=timestamps)
        repainted = pdfs.update(pdf, {pdfs.CONTENT: _page_content(b"900")})
        attacked = replace(broker, level_class=None, modified_after=("suspicious",))
        yield Made(
            f"{level.value}-page-replaced.pdf", "attack", repainted, "not_clean", [attacked], timestamps=timestamps
        )


def _request() -> SignatureRequest:
    return SignatureRequest("seller", "Broker", utc_now())


def _two_parties(keys: Keys) -> Iterator[Made]:
    """A second party signs what the first one signed, or what became of it."""
    buyer = pdfs.OBJECTS[pdfs.SELLER].replace(b"(seller)", b"(buyer)")
    base = pdfs.build({**pdfs.OBJECTS, 12: buyer, pdfs.FORM: pdfs.OBJECTS[pdfs.FORM].replace(b"[6", b"[12 0 R 6"),
                       pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"[6", b"[12 0 R 6")})  # fmt: skip
    first = pdfs.sign(base, keys.cms)

    def by_taro(pdf: bytes) -> bytes:
        objects = {12: buyer}
        return pdfs.sign(pdf, lambda data: pki.signed_data(data, keys.taro), field=12, number=22, objects=objects)

    yield Made("two-parties.pdf", "multi-signature", by_taro(first), "clean", [FOLLOWED, TARO])
    between = pdfs.update(first, {pdfs.CONTENT: _page_content(b"900")})
    yield Made("changed-between-two.pdf", "disallowed-changes", by_taro(between), "not_clean", [ATTACKED, TARO])


def _certifications(keys: Keys) -> Iterator[Made]:
    """What a certification permits (ISO 32000-2 12.8.2.2), and what it does not."""
    for name, certified, permitted in (("no-changes", b"1", False), ("form-filling", b"2", True)):
        pdf = _certification(keys, certified)
        yield Made(f"certified-{name}.pdf", "pades-B", pdf, "clean", [HANAKO])
        filled = pdfs.update(pdf, _filled_note(b"second"))
        yield Made(
            f"certified-{name}-filled.pdf", "allowed-changes" if permitted else "disallowed-changes", filled,
            "clean" if permitted else "not_clean", [FOLLOWED if permitted else ATTACKED],
        )  # fmt: skip


def _attacks(keys: Keys) -> Iterator[Made]:
    """Updates that show another page than was signed."""
    signed = signed_pdf(keys)
    covering = {
        pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"8 0 R]", b"8 0 R 30 0 R]"),
        30: b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [0 0 300 200] /P 3 0 R /AP << /N 31 0 R >> >>",
        31: _BLACK,
    }
    yield Made("stamp-over-page.pdf", "attack", pdfs.update(signed, covering), "not_clean", [ATTACKED])
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Contents 4 0 R", b"/Contents 42 0 R").replace(b"2 0 R", b"40 0 R", 1)
    catalog = {
        pdfs.CATALOG: b"<< /Type /Catalog /Pages 40 0 R /AcroForm 5 0 R >>",
        40: b"<< /Type /Pages /Kids [41 0 R] /Count 1 >>",
        41: page,
        42: _page_content(b"900"),
    }
    yield Made("page-tree-replaced.pdf", "attack", pdfs.update(signed, catalog), "not_clean", [ATTACKED])


def _locks(keys: Keys) -> Iterator[Made]:
    """A signature that locks a field (ISO 32000-2 12.8.2.4), and what is filled in there afterwards."""
    lock = b"/Lock << /Type /SigFieldLock /Action /Include /Fields [(note)] >> >>"
    locking = {**pdfs.OBJECTS, pdfs.SELLER: pdfs.OBJECTS[pdfs.SELLER][:-2] + lock}
    reference = (
        b" /Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams"
        b" << /Type /TransformParams /V /1.2 /Action /Include /Fields [(note)] >> >>]"
    )
    held = pdfs.sign(pdfs.build(locking), keys.cms, objects={pdfs.SELLER: locking[pdfs.SELLER]}, extra=reference)
    yield Made("field-locked.pdf", "pades-B", held, "clean", [HANAKO])
    yield Made(
        "locked-field-filled.pdf", "disallowed-changes", pdfs.update(held, _filled_note(b"second")), "not_clean",
        [ATTACKED],
    )  # fmt: skip


def _certification(keys: Keys, permission: bytes) -> bytes:
    """A certification signature (ISO 32000-2 12.8.2.2)."""
    reference = (
        b" /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams"
        b" << /Type /TransformParams /V /1.2 /P " + permission + b" >> >>]"
    )
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b"/Perms << /DocMDP %d 0 R >> >>" % pdfs.SIGNATURE
    blank = pdfs.build({**pdfs.OBJECTS, pdfs.TEXT_FIELD: _NOTE_LEFT_EMPTY})
    return pdfs.sign(blank, keys.cms, objects={pdfs.CATALOG: catalog}, extra=reference)


def _damage(keys: Keys) -> Iterator[Made]:
    """Hands that reach into the signed bytes, the signature or the byte range."""
    signed = signed_pdf(keys)
    changes: dict[str, Change] = {
        "amount-altered": lambda pdf: pdf.replace(b"Pay 100", b"Pay 900"),
        "signature-altered": _with_another_end,
        "foreign-signature": lambda pdf: _with_contents(pdf, keys.cms(b"another document")),
        "wrong-key": lambda pdf: _with_contents(pdf, _forgery(keys, _signed_bytes(pdf))),
        "digest-altered": lambda pdf: _with_digest_altered(pdf),
    }
    for name, change in changes.items():
        yield Made(f"{name}.pdf", "corrupted", change(signed), "not_clean", [BROKEN])
    appended = signed + b"% a note that nobody signed\n" * 9  # comments change nothing, so people may differ
    yield Made("comment-appended.pdf", "coverage", appended, None, [replace(ATTACKED, modified_after=None)])
    unlisted = signed + b"4 0 obj\n" + _page_content(b"900") + b"\nendobj\n"  # a viewer that repairs files draws it
    yield Made("object-appended.pdf", "coverage", unlisted, "not_clean", [ATTACKED])
    hole = _with_a_hole(keys)
    yield Made("hole-in-range.pdf", "coverage", hole, "not_clean", [WORTHLESS], error_ok=True)
    past = re.sub(rb"(/ByteRange \[0 \d+ \d+ )(\d+)", lambda found: found[1] + b"9" * len(found[2]), signed)
    yield Made(
        "range-past-end.pdf", "coverage", past, "not_clean", [replace(BROKEN, covers_whole_file=None)], error_ok=True
    )
    for share in (30, 60, 95):
        cut = signed[: len(signed) * share // 100]
        yield Made(f"truncated-{share}.pdf", "malformed", cut, "not_clean", [WORTHLESS], error_ok=True)
    opening, closing = _contents(signed)
    emptied = signed[:opening] + b"<" + b"0" * (closing - opening - 2) + b">" + signed[closing:]
    yield Made("contents-emptied.pdf", "malformed", emptied, "not_clean", [WORTHLESS], error_ok=True)
    unranged = signed.replace(b"/ByteRange", b"/ByteRongo")
    yield Made("no-byte-range.pdf", "malformed", unranged, "not_clean", [WORTHLESS], error_ok=True)


def _contents(pdf: bytes) -> tuple[int, int]:
    opening = pdf.rindex(b"/Contents <") + len(b"/Contents ")
    return opening, pdf.index(b">", opening) + 1


def _signed_bytes(pdf: bytes) -> bytes:
    opening, closing = _contents(pdf)
    return pdf[:opening] + pdf[closing:]


def _with_contents(pdf: bytes, cms: bytes) -> bytes:
    return pdfs.put_contents(pdf, *_contents(pdf), cms)


def _cms_of(pdf: bytes) -> bytes:
    opening, closing = _contents(pdf)
    padded = bytes.fromhex(pdf[opening + 1 : closing - 1].decode())
    return padded[: 4 + int.from_bytes(padded[2:4], "big")]


def _with_another_end(pdf: bytes) -> bytes:
    """The last byte of the signature value is another."""
    cms = _cms_of(pdf)
    return _with_contents(pdf, cms[:-1] + bytes([cms[-1] ^ 1]))


def _with_digest_altered(pdf: bytes) -> bytes:
    """The amount and the message digest are altered to fit each other; the signature over the digest stands."""
    altered = pdf.replace(b"Pay 100", b"Pay 900")
    before, after = (hashlib.sha256(_signed_bytes(each)).digest() for each in (pdf, altered))
    cms = _cms_of(pdf)
    assert before in cms
    return _with_contents(altered, cms.replace(before, after))


def _forgery(keys: Keys, content: bytes) -> bytes:
    """It names Hanako and is made with another key."""
    return pki.signed_data(content, pki.Holder(keys.hanako.certificate, pki.issue(keys.ca).key))


def _with_a_hole(keys: Keys) -> bytes:
    """The range leaves out more than /Contents: what stands there may be anything."""
    gap = b" /Gap (%s)" % (b"x" * 60)
    filled = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    dictionary = pdfs.signature_dictionary()[:-2] + gap + b" >>"
    pdf = pdfs.update(pdfs.build(), {pdfs.SELLER: filled, pdfs.SIGNATURE: dictionary})
    at = pdf.rindex(b"/ByteRange [0 *")
    opening, closing = _contents(pdf)
    behind = pdf.index(gap) + len(gap)
    numbers = b"/ByteRange [0 %d %d %d" % (opening, behind, len(pdf) - behind)
    hole = pdf.index(b"]", at)
    pdf = pdf[:at] + numbers.ljust(hole - at) + pdf[hole:]
    return pdfs.put_contents(pdf, opening, closing, keys.cms(pdf[:opening] + pdf[behind:]))


def _other(keys: Keys) -> Iterator[Made]:
    yield Made("unsigned.pdf", "unsigned", pdfs.build(), "not_clean", [])
    stamp = pdfs.signature_dictionary(sub_filter=b"ETSI.RFC3161").replace(b"/Type /Sig", b"/Type /DocTimeStamp", 1)
    field = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    stamped = pdfs.fill(pdfs.update(pdfs.build(), {pdfs.SELLER: field, pdfs.SIGNATURE: stamp}), keys.stamp)
    yield Made("timestamp-only.pdf", "doc-timestamp-only", stamped, None, [], timestamps=1)
    yield Made("no-pdf.pdf", "malformed", b"%PDF-1.7\nnothing", "not_clean", [WORTHLESS], error_ok=True)
    yield Made("encrypted.pdf", "encrypted", _encrypted_pdf(keys), "clean", [Signature("Broker")])


def _encrypted_pdf(keys: Keys) -> bytes:
    """Anybody may open it (the user's password is empty), and a party signed it."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdfs.build())))
    writer.encrypt(owner_pass="owner", user_pass="", pdf_mac=False)
    output = BytesIO()
    writer.write(output)
    return sign_at_level(output.getvalue(), _request(), keys.broker, Level.B_B, keys.services).pdf

"""What people rightly do to signed files, with three tools: all of it must stay permitted.

The tools: SignKit's own signing line, pyHanko, and the plain writer of this folder.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError

from signkit.errors import SignKitError
from tests.attacks import bases, shapes, syntax
from tests.attacks.bases import Base
from tests.attacks.doc import Absent, Doc
from tests.attacks.syntax import reference
from tests.attacks.witnesses import Area
from tests.attacks.writer import Revision, Written, random_of, revision_of


@dataclass
class Work:
    """A signed file on its way through somebody's hands.

    Attributes:
        areas: where something that is rightly new shows.
    """

    base: Base
    data: bytes
    random: random.Random
    areas: list[Area] = field(default_factory=list)

    @property
    def doc(self) -> Doc:
        return bases.read(self.data, self.base.crypt, self.base.hidden)

    def revision(self) -> Revision:
        return revision_of(self.data, self.base.crypt)

    def need(self, *seals: str) -> None:
        """Go on only where the document was sealed in one of these ways."""
        if self.base.seal not in seals:
            raise Absent("a permission")

    def need_room(self, box: bytes | tuple[float, float, float, float]) -> None:
        """Go on only where a box lies over no signature that shows something: nobody covers another's seal."""
        left, bottom, right, top = _corners(box)
        for number in self.doc.fields_of(b"/Sig", filled=True):
            x1, y1, x2, y2 = _corners(self.doc.entries(number).get(b"/Rect", b"[0 0 0 0]"))
            if left < x2 and x1 < right and bottom < y2 and y1 < top:
                raise Absent("room beside a signature")

    def shows(self, box: bytes | tuple[float, float, float, float]) -> None:
        """Take note that something new shows in a box."""
        self.areas.append(Area(None, _corners(box)))


def _corners(box: bytes | tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if not isinstance(box, bytes):
        return box
    left, bottom, right, top = (float(item) for item in syntax.items(box))
    return left, bottom, right, top


UPDATES: dict[str, Callable[[Work], None]] = {}
#: Seals after which forms may be filled and signed.
FORM = ("approval", "p2", "p3", "twice", "lasting")
#: Seals after which a field may be added.
OPEN = ("approval", "twice", "lasting")


def update(make: Callable[[Work], None]) -> Callable[[Work], None]:
    UPDATES[make.__name__] = make
    return make


def empty_field(work: Work, kind: bytes) -> int:
    doc = work.doc
    found = [number for number in doc.fields_of(kind, filled=False) if b"/T" in doc.entries(number)]
    if not found:
        raise Absent("an empty field")
    # The parties of a contract sign in the order of their fields: the last one's signature locks them all.
    return found[0] if kind == b"/Sig" and work.base.name == "ours/contract" else work.random.choice(found)


def name_of(work: Work, number: int) -> str:
    raw = work.doc.entries(number)[b"/T"]
    return (bytes.fromhex(raw[1:-1].decode()) if raw.startswith(b"<") else raw[1:-1]).decode()


# --- the plain writer ----------------------------------------------------------------------------------------


@update
def filled_by_the_writer(work: Work) -> None:
    work.need(*FORM)
    number = empty_field(work, b"/Tx")
    doc, revision = work.doc, work.revision()
    box = doc.entries(number)[b"/Rect"]
    left, bottom, right, top = (float(item) for item in syntax.items(box))
    looks = shapes.looks(int(right - left), int(top - bottom), b"/Tx BMC " + shapes.words(b"Hanako", size=9) + b" EMC")
    changed = {b"/V": b"(Hanako)", b"/AP": b"<< /N %d 0 R >>" % revision.size}
    revision.pieces += [Written(number, syntax.with_entries(doc.body(number), changed)), Written(revision.size, looks)]
    work.data = revision.render()
    work.shows(box)


@update
def ticked_by_the_writer(work: Work) -> None:
    work.need(*FORM)
    number = empty_field(work, b"/Btn")
    doc, revision = work.doc, work.revision()
    body = syntax.with_entries(doc.body(number), {b"/V": b"/Yes", b"/AS": b"/Yes"})
    revision.pieces.append(Written(number, body))
    work.data = revision.render()
    work.shows(doc.entries(number)[b"/Rect"])


@update
def signed_by_the_writer(work: Work) -> None:
    work.need(*FORM)
    number = empty_field(work, b"/Sig")
    work.need_room(work.doc.entries(number)[b"/Rect"])
    work.shows(work.doc.entries(number)[b"/Rect"])
    work.data = bases.sign(work.data, name_of(work, number).encode(), work.base.crypt, work.base.hidden)


@update
def evidence_by_the_writer(work: Work) -> None:
    if b"/DSS" in work.doc.entries(work.doc.root):
        raise Absent("a file without a store")
    work.data = bases.with_evidence(work.data, work.base.crypt, work.base.hidden)


@update
def timestamp_by_the_writer(work: Work) -> None:
    work.data = bases.stamped(work.data, work.base.crypt, work.base.hidden)


@update
def timestamp_into_a_field(work: Work) -> None:
    work.need(*FORM)
    name = name_of(work, empty_field(work, b"/Sig")).encode()
    work.data = bases.stamped(work.data, work.base.crypt, work.base.hidden, into=name)


@update
def nothing_but_a_revision(work: Work) -> None:
    """An object is written again as it was, or a free number is used by nobody."""
    revision = work.revision()
    number = work.random.choice([work.doc.root, work.doc.pages[0], revision.size])
    revision.pieces.append(Written(number, work.doc.objects.get(number, b"<< >>")))
    work.data = revision.render()


@update
def annotation_added(work: Work) -> None:
    work.need("p3")
    if work.base.name.startswith("pictured/"):
        raise Absent("room beside the picture")
    work.need_room((100, 36, 190, 46))
    doc, revision = work.doc, work.revision()
    page, number = work.random.choice(doc.pages), revision.size
    kind = work.random.choice([b"/FreeText", b"/Stamp", b"/Square", b"/Text"])
    body = b"<< /Type /Annot /Subtype %s /F 4 /Rect [100 36 190 46] /P %d 0 R /Contents (seen) /AP << /N %d 0 R >> >>"
    body %= (kind, page, number + 1)
    array = doc.value(doc.entries(page).get(b"/Annots", b"[]"))[:-1] + b" %d 0 R]" % number
    revision.pieces += [
        Written(number + 1, shapes.looks(90, 10, shapes.words(b"seen", y=2, size=8))),
        Written(page, syntax.with_entries(doc.body(page), {b"/Annots": array})),
    ]
    body = _in_the_structure(doc, revision, number, page, body)
    revision.pieces.append(Written(number, body))
    work.data = revision.render()
    work.shows((100, 36, 190, 46))


def _in_the_structure(doc: Doc, revision: Revision, number: int, page: int, body: bytes) -> bytes:
    """Enter an annotation in the structure of a tagged document (ISO 32000-2 14.7.5.3)."""
    root = syntax.number_of(doc.entries(doc.root).get(b"/StructTreeRoot"))
    tree = syntax.number_of(doc.entries(root).get(b"/ParentTree")) if root else None
    top = syntax.number_of(doc.entries(root).get(b"/K")) if root else None
    if tree is None or top is None:
        return body
    element = number + 2
    nums = doc.entries(tree)[b"/Nums"][:-1] + b" %d %d 0 R]" % (number, element)
    kids = doc.value(doc.entries(top)[b"/K"])[:-1] + b" %d 0 R]" % element
    said = b"<< /Type /StructElem /S /Annot /P %d 0 R /K << /Type /OBJR /Obj %d 0 R /Pg %d 0 R >> >>"
    revision.pieces += [
        Written(element, said % (top, number, page)),
        Written(tree, syntax.with_entries(doc.body(tree), {b"/Nums": nums})),
        Written(top, syntax.with_entries(doc.body(top), {b"/K": kids})),
    ]
    return syntax.with_entries(body, {b"/StructParent": b"%d" % number})


@update
def annotation_removed(work: Work) -> None:
    work.need("p3")
    doc, revision = work.doc, work.revision()
    found = [
        (page, number)
        for page in doc.pages
        for number in doc.annotations(page)
        if doc.entries(number).get(b"/Subtype") != b"/Widget"
    ]
    if not found:
        raise Absent("annotations")
    page, number = work.random.choice(found)
    left = [kid for kid in doc.annotations(page) if kid != number]
    array = b"[" + b" ".join(map(reference, left)) + b"]"
    revision.pieces.append(Written(page, syntax.with_entries(doc.body(page), {b"/Annots": array})))
    _out_of_the_structure(doc, revision, number)
    work.shows(doc.entries(number)[b"/Rect"])
    work.data = revision.render()


def _out_of_the_structure(doc: Doc, revision: Revision, number: int) -> None:
    """Take the element of an annotation that is gone out of the structure."""
    said = b"/Obj %d 0 R" % number
    for element, body in doc.objects.items():
        if syntax.entries(body).get(b"/Type") == b"/StructElem" and said in body:
            gone = b" " + reference(element)
            for other, holder in doc.objects.items():
                if syntax.entries(holder).get(b"/Type") in (b"/StructElem", None) and gone in holder:
                    changed = re.sub(
                        rb"( \d+)?" + re.escape(gone) if b"/Nums" in holder else re.escape(gone), b"", holder
                    )
                    revision.pieces.append(Written(other, changed))


# --- SignKit -------------------------------------------------------------------------------------------------


@update
def signed_by_us(work: Work) -> None:
    work.need(*FORM)
    number = empty_field(work, b"/Sig")
    work.need_room(work.doc.entries(number)[b"/Rect"])
    work.shows(work.doc.entries(number)[b"/Rect"])
    levels = ["B-B", "B-T", "B-LT", "B-LTA"] if work.base.name.startswith("ours/") else ["B-B", "B-T"]
    work.data = bases.sign_ours(work.data, name_of(work, number), work.random.choice(levels))


@update
def signed_by_us_in_a_new_place(work: Work) -> None:
    from signkit.signing.places import Place

    work.need(*OPEN)
    work.data = bases.sign_ours(work.data, f"guest{len(work.data)}", place=Place(1, 40, 34, 20, 6))
    work.shows((-1e6, -1e6, 1e6, 1e6))


@update
def timestamp_by_us(work: Work) -> None:
    from signkit.signing.pades import add_document_timestamp

    work.data = add_document_timestamp(work.data, bases.shop().services.timestamps, f"Late{len(work.data)}")


@update
def timestamp_by_us_into_a_field(work: Work) -> None:
    from signkit.signing.pades import add_document_timestamp

    work.need(*FORM)
    name = name_of(work, empty_field(work, b"/Sig"))
    work.data = add_document_timestamp(work.data, bases.shop().services.timestamps, name)


@update
def evidence_by_us(work: Work) -> None:
    from signkit.pki.revocation.collecting import Evidence
    from signkit.signing.pades import add_evidence

    work.data = add_evidence(work.data, Evidence((bases.authority().der, bases.stamper().der), (), ()))


@update
def extended_by_us(work: Work) -> None:
    if work.base.name not in ("ours/B-T", "ours/B-LT", "ours/B-LTA", "ours/form", "ours/contract", "ours/streams"):
        raise Absent("a signature of ours with a timestamp")
    work.data = bases.extend_ours(work.data)


# --- pyHanko -------------------------------------------------------------------------------------------------


@cache
def _hanko():
    """Return pyHanko's signer and timestamper with the test keys."""
    from asn1crypto import keys
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign import signers
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    def key(holder):
        der = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return keys.PrivateKeyInfo.load(der)

    person, stamper = bases.signer(), bases.stamper()
    store = SimpleCertificateStore.from_certs([bases.authority().asn1])
    signer = signers.SimpleSigner(signing_cert=person.asn1, signing_key=key(person), cert_registry=store)
    return signer, DummyTimeStamper(tsa_cert=stamper.asn1, tsa_key=key(stamper), certs_to_embed=store)


def _writer(work: Work):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(work.data), strict=False)
    if work.base.crypt is not None:
        writer.encrypt("")
    return writer


def _hanko_signs(work: Work, name: str, **how: object) -> bytes:
    from pyhanko.sign import fields, signers

    signer, stamper = _hanko()
    said = signers.PdfSignatureMetadata(field_name=name, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256")
    stamp = stamper if work.random.random() < 0.5 else None
    signing = signers.PdfSigner(said, signer, timestamper=stamp, **how)
    return signing.sign_pdf(_writer(work)).getvalue()


@update
def signed_by_pyhanko(work: Work) -> None:
    work.need(*FORM)
    number = empty_field(work, b"/Sig")
    work.need_room(work.doc.entries(number)[b"/Rect"])
    work.shows(work.doc.entries(number)[b"/Rect"])
    work.data = _hanko_signs(work, name_of(work, number))


@update
def signed_by_pyhanko_in_a_new_field(work: Work) -> None:
    from pyhanko.sign.fields import SigFieldSpec

    work.need(*OPEN)
    name = f"visitor{len(work.data)}"
    box = work.random.choice([None, (100, 34, 190, 46)])
    if box:
        work.need_room(box)
    work.data = _hanko_signs(work, name, new_field_spec=SigFieldSpec(name, box=box))
    if box:
        work.shows(box)


@update
def timestamp_by_pyhanko(work: Work) -> None:
    from pyhanko.sign.signers import PdfTimeStamper

    stamping = PdfTimeStamper(_hanko()[1], field_name=f"Hanko{len(work.data)}")
    work.data = stamping.timestamp_pdf(_writer(work), "sha256").getvalue()


@update
def timestamp_by_pyhanko_into_a_field(work: Work) -> None:
    from pyhanko.sign.signers import PdfTimeStamper

    work.need(*FORM)
    name = name_of(work, empty_field(work, b"/Sig"))
    work.data = PdfTimeStamper(_hanko()[1], field_name=name).timestamp_pdf(_writer(work), "sha256").getvalue()


@update
def evidence_by_pyhanko(work: Work) -> None:
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    writer = _writer(work)
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=[bases.authority().asn1, bases.stamper().asn1], ocsps=[], crls=[]
    )
    output = BytesIO()
    writer.write(output)
    work.data = output.getvalue()


@update
def filled_by_pyhanko(work: Work) -> None:
    from pyhanko.pdf_utils import generic

    work.need(*FORM)
    number = empty_field(work, b"/Tx")
    box = work.doc.entries(number)[b"/Rect"]
    left, bottom, right, top = (float(item) for item in syntax.items(box))
    writer = _writer(work)
    entry = writer.get_object(generic.Reference(number, 0, writer))
    entry[generic.pdf_name("/V")] = generic.pdf_string("Hanako")
    courier = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Courier"}
    font = generic.DictionaryObject({generic.pdf_name(key): generic.pdf_name(name) for key, name in courier.items()})
    fonts = generic.DictionaryObject({generic.pdf_name("/Cour"): font})
    looks = generic.StreamObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
            generic.pdf_name("/BBox"): generic.ArrayObject(
                map(generic.FloatObject, (0, 0, right - left, top - bottom))
            ),
            generic.pdf_name("/Resources"): generic.DictionaryObject({generic.pdf_name("/Font"): fonts}),
        },
        stream_data=b"/Tx BMC q BT 0 0 1 rg /Cour 9 Tf 2 5 Td (Hanako) Tj ET Q EMC",
    )
    entry[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(looks)})
    writer.update_container(entry)
    output = BytesIO()
    writer.write(output)
    work.data = output.getvalue()
    work.shows(box)


# --- documents that only look odd ----------------------------------------------------------------------------


def _carrying(draft) -> None:
    """A signed PDF, uncompressed, as an attachment."""
    inner = bases.stranger("plain", "classic", "approval").data
    number = draft.new()
    draft.objects[number] = syntax.stream({b"/Type": b"/EmbeddedFile", b"/Subtype": b"/application#2Fpdf"}, inner)
    draft.objects[number + 1] = b"<< /Type /Filespec /F (inner.pdf) /UF (inner.pdf) /EF << /F %d 0 R >> >>" % number
    names = syntax.entries(syntax.entries(draft.objects[1]).get(b"/Names", b"<< >>"))
    names[b"/EmbeddedFiles"] = b"<< /Names [(inner.pdf) %d 0 R] >>" % (number + 1)
    draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/Names": syntax.dictionary(names)})


def _with_private_entries(draft) -> None:
    number = draft.new()
    draft.objects[number] = b"<< /Maker (somebody) >>"
    draft.trailer[b"/XXMaker"] = reference(number)
    draft.trailer[b"/XXNote"] = b"(kept)"
    draft.trailer[b"/XXForm"] = reference(shapes.FORM)
    draft.trailer[b"/XXPage"] = b"<< /P %d 0 R /Root %d 0 R >>" % (shapes.PAGE, shapes.CATALOG)


def _written_twice(draft) -> None:
    """One object twice in the honest original; the cross-reference names the later one."""
    draft.header += b"7 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>\nendobj\n"
    draft.shadows.append((7, b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"))


def _linked_on_the_page(draft) -> None:
    """A link that is no object, and a checksum as LibreOffice writes one."""
    page = draft.objects[shapes.PAGE]
    annots = syntax.entries(page).get(b"/Annots", b"")
    if annots.startswith(b"["):
        link = (
            b" << /Type /Annot /Subtype /Link /F 4 /Rect [12 106 80 124] /Border [0 0 0] /A << /S /URI /URI (x) >> >>]"
        )
        draft.objects[shapes.PAGE] = syntax.with_entries(page, {b"/Annots": annots[:-1] + link})
    draft.trailer[b"/DocChecksum"] = b"/FEDCBA9876543210"


def _unlike(draft) -> None:
    """Nothing odd."""


ODDITIES: dict[str, Callable] = {
    "carrying": _carrying, "linked": _linked_on_the_page, "private": _with_private_entries,
    "twice": _written_twice, "": _unlike,
}  # fmt: skip


# --- cases ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HonestCase:
    """One or more honest updates of one base."""

    base: str
    steps: tuple[str, ...]
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    areas: tuple[Area, ...] = ()

    def __str__(self) -> str:
        return f"{self.base}: " + " + ".join(self.steps)


@cache
def _odd(name: str, oddity: str) -> Base:
    base = bases.named(name)
    assert base.draft is not None
    draft = base.draft.copy()
    ODDITIES[oddity](draft)
    return bases.prepared(base, draft)


def is_quick(name: str) -> bool:
    """Whether the update is the plain writer's own, some milliseconds where the other tools take hundreds."""
    return not name.endswith(("_by_us", "_by_pyhanko")) and "_by_us_" not in name and "_by_pyhanko_" not in name


def cases(count: int, seed: int, *, quick: bool | None = None) -> Iterator[HonestCase]:
    """Yield honest updates, the same for the same seed; ``quick``: those of the plain writer, or of the other tools."""
    from tests.attacks import strangers  # noqa: F401 -- it adds what strangers write

    names = sorted(name for name in UPDATES if quick is None or is_quick(name) is quick)
    for number in range(count):
        yield _one(random_of("honest", seed, number), names[number % len(names)], names)


def _one(choice: random.Random, first: str, names: list[str]) -> HonestCase:
    while True:
        name = bases.one_of(choice.choice(bases.FAMILIES), choice)
        oddity = "" if name.startswith("ours/") or choice.random() < 0.7 else choice.choice(sorted(ODDITIES))
        base = _odd(name, oddity) if oddity else bases.named(name)
        work = Work(base, base.data, choice)
        if not _done(work, first):
            continue
        more = [choice.choice(names) for _ in range(choice.choice((0, 1, 1, 2)))]
        steps = (first, *(step for step in more if _done(work, step)))
        return HonestCase(f"{name} {oddity}".strip(), steps, base.data, work.data, tuple(work.areas))


def _done(work: Work, step: str) -> bool:
    """Whether the update could be made: not where the document has no such place, or the tool refuses."""
    try:
        UPDATES[step](work)
    except (Absent, SignKitError, PdfError, SigningError):
        return False
    return True

"""PAdES: a CMS signature in a PDF's signature field, in an incremental update (ISO 32000-2 12.8, ETSI EN 319 142-1).

pyHanko writes the PDF; what is signed, and with what, is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.errors import PdfNotSignable, SigningRefused, TimestampUnavailable
from signkit.pdf.fields import FieldNames
from signkit.pdf.reading.unlocking import Password
from signkit.pdf.writing.appending import open_writer, whole_file
from signkit.pdf.writing.opening import entry, may_hold, open_reader, reading_errors
from signkit.pdf.writing.written_fields import signature_field_dictionaries
from signkit.pki.revocation.collecting import Evidence
from signkit.pki.timestamps import TimestampSource, obtain_timestamp
from signkit.signers.base import KeyFacts, Signer
from signkit.signing.appearance import apply_appearance, give_empty_appearance
from signkit.signing.cms import Timestamper, build_signature, estimate_size
from signkit.signing.places import field_at, refuse_unplaceable, turn_of
from signkit.signing.request import FieldName, SignatureRequest
from signkit.signing.seed_values import Intention, demanded_permission, refuse_key_violation, refuse_violation
from signkit.words import Text

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import FieldMDPSpec

#: Room for a timestamp token in the signature, bytes.  A larger token is met by signing once more with its size.
_TOKEN_ROOM = 8192
#: Room for the signature and the certificates of a key that nobody knows yet, bytes.
_UNKNOWN_KEY_ROOM = 16_384
#: What such a key signs with; the phone's service takes no other (docs/guides/phone.md).
UNKNOWN_KEY_DIGEST = "sha256"
#: Two tokens of one service differ by some bytes (nonce, serial number, ECDSA signature).
_TOKEN_VARIATION = 256
#: A further try is needed where another, wordier service answers the second time.
_MAX_TRIES = 4
#: DocMDP: nothing may change any more (ISO 32000-2 table 257).
_NO_CHANGES = 1
_FORM_FILLING = 2
#: A private (third class) name, ISO 32000-2 annex E: whose hand signed, beside whose key.
_SIGNING_KIND = "/XXSigningKind"


def refuse_unwanted(pdf: bytes, request: SignatureRequest, *, timestamped: bool, password: Password = None) -> None:
    """Refuse before a key is opened what the field demands otherwise; what hangs on the key is left to `sign_field`.

    Raises:
        SigningRefused("seed-value-violated"): the field demands something else than this signature.
        SigningRefused("field-not-added"): the request's place cannot take a field.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong: see `signkit.pdf.fields.open_pdf`.
    """
    if request.place is None and not may_hold(pdf, b"/SV"):
        return
    with reading_errors():
        reader = open_reader(pdf, password)
        if request.place is not None:
            refuse_unplaceable(reader, request.field, request.place)
        fields = dict(signature_field_dictionaries(reader))
        field = fields.get(request.field)
        if field is not None:
            refuse_violation(field, Intention(request, _permission(field, request), timestamped))


def refuse_unwanted_key(pdf: bytes, field: FieldName, key: KeyFacts, password: Password = None) -> None:
    """Refuse a key that became known after the file was prepared where the field demands another.

    Raises:
        SigningRefused("seed-value-violated"): the field demands another key.
    """
    if not may_hold(pdf, b"/SV"):
        return
    with reading_errors():
        fields = dict(signature_field_dictionaries(open_reader(pdf, password)))
        if field in fields:
            refuse_key_violation(fields[field], field, key)


def sign_field(
    pdf: bytes,
    request: SignatureRequest,
    signer: Signer,
    *,
    timestamp: Timestamper | None = None,
    password: Password = None,
) -> bytes:
    """Fill ``request.field`` with a signature and return the whole new file; ``pdf`` is its exact beginning.

    Raises:
        SigningRefused("field-missing"): no such field; the error lists those there are.
        SigningRefused("field-signed"): the field has a value.
        SigningRefused("seed-value-violated"): the field demands something else than this signature.
        SigningRefused("field-not-added"): the request's place cannot take a field.
        PdfNotSignable: the file cannot be read, or its certification forbids a further signature.
        PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning: see `signkit.pdf.writing.appending.open_writer`.
    """

    said = request.profile.statement(request.time)

    def make(room: int) -> bytes:
        prepared = prepare_field(pdf, request, signer, room, password, timestamped=timestamp is not None)
        return prepared.filled(build_signature(signer, prepared.digest, said, timestamp=timestamp))

    return with_room(make, room_for(signer, timestamped=timestamp is not None))


def with_room(make: Callable[[int], bytes], room: int) -> bytes:
    """Return what ``make`` gives with ``room`` bytes, or with as many as it turns out to need.

    Raises:
        TimestampUnavailable: the services' tokens grow with every try.
    """
    for _ in range(_MAX_TRIES):
        try:
            return make(room)
        except RoomTooSmall as larger:
            room = larger.needed
    raise TimestampUnavailable("the tokens grow with every try")


class RoomTooSmall(Exception):
    """What should go into the reserved room is larger.

    Attributes:
        needed: bytes that will do.
    """

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


@dataclass(frozen=True)
class PreparedFile:
    """A file with room for a signature that is still to be made.

    Attributes:
        pdf: the whole file; the room holds zeros.
        digest: of everything but the room: what the signature's message digest is to be.
        start: where the hexadecimal string of the room begins, at its ``<``.
        end: the first byte after its ``>``.
    """

    pdf: bytes
    digest: bytes
    start: int
    end: int

    def filled(self, cms: bytes) -> bytes:
        """Return the file with ``cms`` in its room.

        Raises:
            RoomTooSmall: it does not fit.
        """
        # ISO 32000-2 12.8.1: two hexadecimal digits a byte, between angle brackets.
        if len(cms) > (self.end - self.start - 2) // 2:
            raise RoomTooSmall(len(cms) + _TOKEN_VARIATION)
        text = cms.hex().upper().encode("ascii")
        # Only the room changes: the digest was made over everything else.
        whole, begin = memoryview(self.pdf), self.start + 1
        return b"".join((whole[:begin], text, whole[begin + len(text) :]))


def room_for(key: KeyFacts | None, *, timestamped: bool) -> int:
    """Return how many bytes to reserve for a signature of ``key``; None: nobody knows it yet."""
    own = estimate_size(key) if key is not None else _UNKNOWN_KEY_ROOM
    return own + (_TOKEN_ROOM if timestamped else 0)


def prepare_field(
    pdf: bytes,
    request: SignatureRequest,
    key: KeyFacts | None,
    room: int,
    password: Password = None,
    *,
    timestamped: bool,
) -> PreparedFile:
    """Write the signature's field, appearance and dictionary with ``room`` bytes for the signature of ``key`` itself.

    Where ``key`` is None, the field's demands on it are left to `refuse_unwanted_key`.

    Raises:
        SigningRefused("field-missing", "field-signed", "seed-value-violated", "field-not-added"), PdfNotSignable: see
            `sign_field`.
        PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning: see `signkit.pdf.writing.appending.open_writer`.
    """
    from pyhanko.sign.signers.cms_embedder import SigObjSetup

    with reading_errors():
        writer = open_writer(pdf, password)
        # Before the writer changes anything: a refused file is left as it is.
        _refuse_unless_signable(writer, request)
        with _keeping_form_rules(writer):
            steps, field = _field_steps(writer, request)
        permission = _permission(field, request)
        # ISO 32000-2 12.7.5.5: seed values bind the signer, and only some of them can be told without the key.
        refuse_violation(field, Intention(request, permission, timestamped, key))
        if request.appearance is not None:
            apply_appearance(writer, field, request.appearance)
        placeholder = _signature_dictionary(request, room)
        digest_name = key.algorithm.digest if key is not None else UNKNOWN_KEY_DIGEST
        setup = SigObjSetup(placeholder, mdp_setup=_rules(field, request, permission, digest_name))
        steps.send(setup)
        return _prepare_file(steps, digest_name)


def _field_steps(writer: IncrementalPdfFileWriter, request: SignatureRequest) -> tuple[Any, Any]:
    """Return pyHanko's steps, and the field: the one that is there, or a new one at the request's place."""
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder

    if request.place is None:
        # ISO 32000-2 12.7.5.5: an existing field is filled; no viewer expects another of its name.
        steps = PdfCMSEmbedder().write_cms(request.field, writer, existing_fields_only=True)
        return steps, next(steps).get_object()
    spec = field_at(writer, request.field, request.place)
    steps = PdfCMSEmbedder(new_field_spec=spec).write_cms(request.field, writer)
    field = next(steps).get_object()
    # Table 192, /R: counterclockwise; the page is turned clockwise (table 31, /Rotate).
    if turn := turn_of(writer.prev, request.place):
        turned = generic.DictionaryObject({generic.pdf_name("/R"): generic.NumberObject(turn)})
        field[generic.pdf_name("/MK")] = turned
    if request.appearance is None:
        give_empty_appearance(writer, field)
    return steps, field


@contextmanager
def _keeping_form_rules(writer: IncrementalPdfFileWriter) -> Iterator[None]:
    """Put /NeedAppearances, which pyHanko clears, back where somebody has signed.

    No viewer shall draw anew what the first signature is on; but what an earlier signer signed is not ours to change.
    """
    from pyhanko.pdf_utils import generic

    form = entry(writer.root, "/AcroForm")
    flag = entry(form, "/NeedAppearances") if _field_names(writer.prev).signed else None
    yield
    if flag is not None:
        form[generic.pdf_name("/NeedAppearances")] = generic.BooleanObject(bool(flag))
        writer.update_container(form)


def _prepare_file(steps: Any, digest_name: str) -> PreparedFile:
    from pyhanko.sign.signers.cms_embedder import SigIOSetup

    prepared, output = steps.send(SigIOSetup(md_algorithm=digest_name, output=BytesIO()))
    return PreparedFile(
        output.getvalue(), prepared.document_digest, prepared.reserved_region_start, prepared.reserved_region_end
    )


def _signature_dictionary(request: SignatureRequest, room: int) -> Any:
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_byterange import BuildProps, PdfSignedData

    from signkit.version import __version__

    signature = PdfSignedData(
        # Table 255: /Type is optional, and asked for by those who look for signatures by it.
        obj_type=generic.pdf_name("/Sig"),
        subfilter=SigSeedSubFilter(f"/{request.profile.sub_filter}"),
        # EN 319 142-1 5.3: the claimed time is /M.
        timestamp=request.time,
        # Twice as many digits as bytes.
        bytes_reserved=2 * room,
    )
    for key, value in (("/Name", request.name), ("/Reason", request.reason), ("/Location", request.location)):
        if value:
            signature[generic.pdf_name(key)] = generic.pdf_string(value)
    if request.witness:
        signature[generic.pdf_name(_SIGNING_KIND)] = generic.pdf_name("/Witness")
    properties = BuildProps(name="SignKit", revision=__version__).as_pdf_object()
    signature[generic.pdf_name("/Prop_Build")] = generic.DictionaryObject({generic.pdf_name("/App"): properties})
    return signature


def _permission(field: Any, request: SignatureRequest) -> int | None:
    """Return what the signature lets change after it (/P of DocMDP): what the field's /Lock says, its seed value for a
    certification, or form filling."""
    lock = entry(field, "/Lock")
    # Table 236 (PDF 2.0): /P of a lock restricts as DocMDP does.
    permission = int(lock["/P"]) if lock is not None and "/P" in lock else None
    if not request.certify:
        return permission
    certified = demanded_permission(field) or _FORM_FILLING
    # The stricter of the two: neither the field's author nor the certifier is overruled.
    return min(permission or certified, certified)


def _rules(field: Any, request: SignatureRequest, permission: int | None, digest_name: str) -> Any:
    """Return the DocMDP and FieldMDP that go with the signature."""
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.signers.cms_embedder import SigMDPSetup

    lock = entry(field, "/Lock")
    return SigMDPSetup(
        md_algorithm=digest_name,
        certify=request.certify,
        field_lock=_field_lock(lock) if lock is not None else None,
        docmdp_perms=None if permission is None else MDPPerm(permission),
    )


def _field_lock(lock: Any) -> FieldMDPSpec:
    """Return what the field locks, its names in plain: pyHanko hands out those of an encrypted file still wrapped."""
    from pyhanko.sign.fields import FieldMDPSpec

    found, names = FieldMDPSpec.from_pdf_object(lock), entry(lock, "/Fields")
    return found if names is None else replace(found, fields=[str(names[at]) for at in range(len(names))])


def _refuse_unless_signable(writer: IncrementalPdfFileWriter, request: SignatureRequest) -> None:
    names = _field_names(writer.prev)
    if request.field in names.signed:
        raise SigningRefused("field-signed", role=request.field)
    if request.place is not None:
        refuse_unplaceable(writer.prev, request.field, request.place)
    elif request.field not in names.empty:
        raise SigningRefused("field-missing", role=request.field, empty=names.empty, signed=names.signed)
    # ISO 32000-2 12.8.2.2.1: a certification is the first signature.
    if request.certify and names.signed:
        raise PdfNotSignable(Text("only the first signature can certify it", "文書を証明できるのは最初の署名だけです"))
    # Table 257: with P 1 any further change would break the certification.
    if _certified_permission(writer.prev) == _NO_CHANGES:
        raise PdfNotSignable(
            Text("its certification allows no further change", "証明署名により、以後の変更が禁じられています")
        )


def _certified_permission(reader: PdfFileReader) -> int | None:
    """Return /P of the document's certification (ISO 32000-2 table 257; 2 where it is left out), or None."""
    # ISO 32000-2 12.8.6: the permissions dictionary leads to the certification.
    certification = entry(entry(reader.root, "/Perms"), "/DocMDP")
    for reference in entry(certification, "/Reference") or ():
        if entry(reference.get_object(), "/TransformMethod") == "/DocMDP":
            return int(entry(entry(reference.get_object(), "/TransformParams"), "/P") or _FORM_FILLING)
    return None


def add_evidence(pdf: bytes, evidence: Evidence, password: Password = None) -> bytes:
    """Add certificates, OCSP responses and CRLs to the document security store (ETSI EN 319 142-1 5.4.2).

    No /VRI: EN 319 142-1 5.4.2.3 asks new signatures not to use it.  What is there already is not written again.
    """
    from asn1crypto import crl, ocsp, x509
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    with reading_errors():
        writer = open_writer(pdf, password)
        # EN 319 142-1 5.4.2: one /DSS for the whole document; what is in it stays.
        store = DocumentSecurityStore.supply_dss_in_writer(
            writer,
            sig_contents=None,
            certs=[x509.Certificate.load(der) for der in evidence.certificates],
            ocsps=[ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
            crls=[crl.CertificateList.load(der) for der in evidence.crls],
        )
        if not store.modified:
            return pdf
        return whole_file(writer)


def add_document_timestamp(
    pdf: bytes, sources: Sequence[TimestampSource], field: FieldName, password: Password = None
) -> bytes:
    """Add a document timestamp over everything so far (ISO 32000-2 12.8.5), in an invisible field of its own.

    Raises:
        TimestampUnavailable: no service gave a token.
    """
    return with_room(lambda room: _timestamp_once(pdf, sources, field, room, password), _TOKEN_ROOM)


def _timestamp_once(
    pdf: bytes, sources: Sequence[TimestampSource], field: FieldName, room: int, password: Password
) -> bytes:
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

    with reading_errors():
        writer = open_writer(pdf, password)
        steps = PdfCMSEmbedder().write_cms(field, writer)
        with _keeping_form_rules(writer):
            # PDF/A-1 wants an appearance of every widget (ISO 19005-1 6.9); an empty one shows nothing.
            give_empty_appearance(writer, next(steps).get_object())
        steps.send(SigObjSetup(DocumentTimestamp(bytes_reserved=2 * room)))
        # RFC 3161 2.4.1: the imprint is the digest of the byte range.
        prepared = _prepare_file(steps, "sha256")
    return prepared.filled(obtain_timestamp(sources, prepared.digest).der)


def _field_names(reader: PdfFileReader) -> FieldNames:
    fields = [(name, entry(field, "/V") is not None) for name, field in signature_field_dictionaries(reader)]
    return FieldNames(
        empty=tuple(name for name, filled in fields if not filled),
        signed=tuple(name for name, filled in fields if filled),
    )

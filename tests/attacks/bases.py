"""Signed documents to attack: strangers' and ours, each made once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from random import Random

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from signkit.pki.anchors import Anchor, AnchorLabel, TrustStore
from signkit.validation.options import ValidationOptions
from tests.attacks import shapes, syntax
from tests.attacks.crypt import Crypt
from tests.attacks.doc import Absent, Doc
from tests.attacks.writer import Draft, Revision, Written, revision_of
from tests.validation import pdfs, pki

SEALS = ("approval", "p1", "p2", "p3", "locked", "twice", "lasting")


@dataclass(frozen=True)
class Base:
    """A signed document.

    Attributes:
        draft: what it was made from, so that it may be prepared before it is signed; None for ours.
        seal: how it was signed, one of ``SEALS``; for ours what it is.
    """

    name: str
    data: bytes = field(repr=False)
    seal: str
    draft: Draft | None = field(default=None, repr=False)

    @property
    def crypt(self) -> Crypt | None:
        return self.draft.crypt if self.draft else None

    @cached_property
    def doc(self) -> Doc:
        return read(self.data, self.crypt, self.hidden)

    @property
    def hidden(self) -> tuple[bytes, ...]:
        return tuple(body for _, body in self.draft.shadows) if self.draft else ()

    def revision(self) -> Revision:
        return revision_of(self.data, self.crypt)

    @property
    def allowed(self) -> int:
        """What its rules let change: 1 evidence, 2 form, 3 annotations too."""
        return {"p1": 1, "p3": 3}.get(self.seal, 2)


@lru_cache(maxsize=64)
def read(data: bytes, crypt: Crypt | None = None, hidden: tuple[bytes, ...] = ()) -> Doc:
    """Look at a file as an attacker does, who knows what is ``hidden`` in it."""
    objects = syntax.scan(data, crypt.decrypted if crypt else None, hidden)
    root = syntax.number_of(revision_of(data).trailer[b"/Root"])
    assert root is not None
    return Doc(objects, root)


# --- who signs -----------------------------------------------------------------------------------------------


@cache
def authority() -> pki.Holder:
    return pki.authority()


@cache
def signer() -> pki.Holder:
    return pki.issue(authority())


@cache
def stamper() -> pki.Holder:
    """A timestamp authority; pyHanko's little one knows only RSA."""
    key = rsa.generate_private_key(65537, 2048)
    usage = {"digital_signature": True}
    return pki.issue(authority(), "Test TSA", usage=usage, extended=ExtendedKeyUsageOID.TIME_STAMPING, key=key)


def cms(content: bytes) -> bytes:
    return pki.signed_data(content, signer())


def token(content: bytes) -> bytes:
    return pki.timestamp_token(content, stamper())


def trust() -> TrustStore:
    """Our own test authority, and that of the rehearsal where it was made."""
    anchors = list(pki.trust(authority()).anchors)
    if shop.cache_info().currsize:
        purposes = frozenset({"sign", "seal", "timestamp"})
        anchors += [Anchor(der, AnchorLabel("rehearsal", "Rehearsal"), purposes) for der in shop().services.issuers]
    return TrustStore(tuple(anchors))


def options() -> ValidationOptions:
    return ValidationOptions(trust=trust(), at=datetime.now(UTC), offline=True)


# --- strangers' ----------------------------------------------------------------------------------------------


def signed(draft: Draft, seal: str) -> bytes:
    """Write a document and sign it."""
    if draft.linearised is not None:
        return signed_as_written(draft)
    pdf = draft.render()
    if draft.layout == "linearised":
        from tests.signing.formats import qpdf

        pdf = qpdf(pdf, "--linearize", "--object-streams=disable")
    names = {"p1": b"/P 1", "p2": b"/P 2", "p3": b"/P 3"}
    hidden = tuple(body for _, body in draft.shadows)
    how = {"permission": names.get(seal), "lock": seal == "locked", "seen": not draft.sealed_unseen}
    pdf = sign(pdf, b"seller", draft.crypt, hidden, **how)
    if seal in ("twice", "lasting"):
        pdf = sign(pdf, b"buyer", draft.crypt, hidden, seen=not draft.sealed_unseen)
    return stamped(with_evidence(pdf, draft.crypt, hidden), draft.crypt, hidden) if seal == "lasting" else pdf


def signed_as_written(draft: Draft) -> bytes:
    """Write a document with its signature in it, so that nothing follows its end."""
    made, value = draft.copy(), draft.new()
    made.objects[shapes.SELLER] = syntax.with_entries(made.objects[shapes.SELLER], {b"/V": syntax.reference(value)})
    made.objects[value] = pdfs.signature_dictionary(room=2600)
    return pdfs.fill(made.render_linearised(), cms)


def field_named(doc: Doc, name: bytes) -> int:
    for number in doc.fields:
        if doc.entries(number).get(b"/T") in (b"(" + name + b")", _hex(name)):
            return number
    raise Absent(f"field {name!r}")


def _hex(name: bytes) -> bytes:
    return b"<" + name.hex().encode() + b">"


def sign(
    pdf: bytes, name: bytes, crypt: Crypt | None = None, hidden: tuple[bytes, ...] = (),
    *, permission: bytes | None = None, lock: bool = False, marker: bytes = b"%%EOF\n", seen: bool = True,
) -> bytes:  # fmt: skip
    """Sign a field by an appended revision that ends with ``marker``; where it is ``seen``, with looks."""
    doc, revision = read(pdf, crypt, hidden), revision_of(pdf, crypt)
    revision.table.marker = marker
    target = field_named(doc, name)
    value, looks = revision.size, revision.size + 1
    extra, changed = b"", {b"/V": syntax.reference(value)}
    if seen:
        changed[b"/AP"] = b"<< /N %d 0 R >>" % looks
    if permission is not None:
        extra = _reference(b"/DocMDP", permission)
        perms = {b"/Perms": b"<< /DocMDP %d 0 R >>" % value}
        revision.pieces.append(Written(doc.root, syntax.with_entries(doc.body(doc.root), perms)))
    if lock:
        changed[b"/Lock"] = b"<< /Type /SigFieldLock /Action /All >>"
        extra = _reference(b"/FieldMDP", b"/Action /All")
    revision.pieces += [
        Written(target, syntax.with_entries(doc.body(target), changed)),
        Written(looks, shapes.looks(70, 20, b"0.9 1 0.9 rg 0 0 70 20 re f 0 g " + shapes.words(name, size=10))),
        Written(value, pdfs.signature_dictionary(extra, room=2600)),
    ]
    return pdfs.fill(revision.render(), cms)


def _reference(method: bytes, parameters: bytes) -> bytes:
    said = b"<< /Type /TransformParams " + parameters + b" /V /1.2 >>"
    return b" /Reference [<< /Type /SigRef /TransformMethod " + method + b" /TransformParams " + said + b" >>]"


def with_evidence(pdf: bytes, crypt: Crypt | None = None, hidden: tuple[bytes, ...] = ()) -> bytes:
    """Add a security store."""
    doc, revision = read(pdf, crypt, hidden), revision_of(pdf, crypt)
    first = revision.size
    lists = [pki.revocation_list(authority())]
    parts = {b"/Certs": [authority().der, signer().der, stamper().der], b"/CRLs": lists}
    store: dict[bytes, bytes] = {b"/Type": b"/DSS"}
    for key, values in parts.items():
        numbers = range(first + 1, first + 1 + len(values))
        store[key] = b"[" + b" ".join(map(syntax.reference, numbers)) + b"]"
        revision.pieces += [Written(at, syntax.stream({}, der)) for at, der in zip(numbers, values, strict=True)]
        first = numbers[-1]
    revision.pieces.append(Written(revision.size, syntax.dictionary(store)))
    root = syntax.with_entries(doc.body(doc.root), {b"/DSS": syntax.reference(revision.size)})
    revision.pieces.append(Written(doc.root, root))
    return revision.render()


def stamped(
    pdf: bytes, crypt: Crypt | None = None, hidden: tuple[bytes, ...] = (), *, into: bytes | None = None
) -> bytes:
    """Add a document timestamp without looks, in a field of its own or in an empty one that is there."""
    doc, revision = read(pdf, crypt, hidden), revision_of(pdf, crypt)
    number, value = revision.size, revision.size + 1
    page, form = doc.pages[0], doc.form
    if into is not None:
        number = field_named(doc, into)
        body = syntax.with_entries(doc.body(number), {b"/V": syntax.reference(value)})
    else:
        body = (
            b"<< /FT /Sig /T (Stamp%d) /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P %d 0 R /V %d 0 R >>"
            % (number, page, value)
        )
        for target, key in ((page, b"/Annots"), (form, b"/Fields")):
            added = doc.value(doc.entries(target).get(key, b"[]"))[:-1] + b" %d 0 R]" % number
            revision.pieces.append(Written(target, syntax.with_entries(doc.body(target), {key: added})))
    dictionary = pdfs.signature_dictionary(sub_filter=b"ETSI.RFC3161", room=4200).replace(b"/Sig ", b"/DocTimeStamp ")
    revision.pieces += [Written(number, body), Written(value, dictionary)]
    return pdfs.fill(revision.render(), token)


@cache
def stranger(shape: str, layout: str, seal: str, cipher: str | None = None) -> Base:
    made = shapes.draft(shape, layout, cipher)
    name = "/".join(filter(None, (shape, layout, seal, cipher)))
    return Base(name, signed(made, seal), seal, made)


def prepared(base: Base, draft: Draft) -> Base:
    """Return the base with its document prepared before it was signed."""
    return replace(base, data=signed(draft, base.seal), draft=draft)


def layouts() -> tuple[str, ...]:
    return shapes.LAYOUTS if shutil.which("qpdf") else shapes.LAYOUTS[:-1]


#: Where a base is looked for: each shape of strangers, encrypted ones, and ours.
FAMILIES = (*shapes.SHAPES, "encrypted", "ours", "ours too")


def one_of(family: str, choice: Random, seals: tuple[str, ...] = SEALS) -> str:
    """Return the name of one base of a family, sealed in one of some ways."""
    if family.startswith("ours"):
        return choice.choice(sorted(name for name, base in ours().items() if base.seal in seals))
    if family == "encrypted":
        shape, seal = choice.choice(("plain", "form")), choice.choice(seals)
        return f"{shape}/classic/{seal}/{choice.choice(shapes.CIPHERS)}"
    return f"{family}/{choice.choice(layouts())}/{choice.choice(seals)}"


@cache
def named(name: str) -> Base:
    """Return a base by its name."""
    if name.startswith("ours/"):
        return ours()[name]
    return stranger(*name.split("/"))


# --- ours ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shop:
    """The rehearsal's person and services."""

    person: object
    services: object


@cache
def shop() -> Shop:
    from asn1crypto import pem
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from signkit.rehearsal.evidence_services import utc_now
    from signkit.rehearsal.pki import HANAKO, new_rehearsal
    from signkit.signers.p12 import Pkcs12Signer
    from signkit.signers.software import SoftwareKey
    from signkit.signing.levels import Services

    rehearsal = new_rehearsal()
    contents = rehearsal.card(HANAKO, utc_now()).sign
    key = SoftwareKey.of(load_der_private_key(contents.private_key, None), "test")
    issuers = [der for _, _, der in pem.unarmor(rehearsal.trust_pem(), multiple=True)]
    return Shop(
        Pkcs12Signer(key, contents.certificate, (contents.ca_certificate,)),
        Services([rehearsal.timestamps()], [rehearsal.revocation()], issuers),
    )


def sign_ours(pdf: bytes, name: str, level: str = "B-B", **asked: object) -> bytes:
    """Sign with the product's own line."""
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.appearance import seal_appearance
    from signkit.signing.levels import Level, sign
    from signkit.signing.request import SignatureRequest

    looks = seal_appearance("番号　花子", utc_now()) if asked.pop("seen", True) else None
    request = SignatureRequest(name, "番号　花子", utc_now(), appearance=looks, **asked)
    return sign(pdf, request, shop().person, Level(level), shop().services).pdf


def extend_ours(pdf: bytes, level: str = "B-LTA") -> bytes:
    from signkit.signing.levels import Level, extend

    return extend(pdf, Level(level), shop().services).pdf


def contract() -> bytes:
    """Return the demo's contract, not yet signed."""
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template

    template = find_template("real-estate-sale")
    return render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf


@cache
def ours() -> dict[str, Base]:
    """What the product's own lines make."""
    from tests.signing import formats

    page = formats.typeset("1.7")
    form = shapes.draft("form", "classic").render()
    made = {
        f"ours/{level}": (sign_ours(page, "seller", level), "approval") for level in ("B-B", "B-T", "B-LT", "B-LTA")
    }
    for permission in (1, 2, 3):
        locking = formats.by_hand(
            o6=pdfs.OBJECTS[pdfs.SELLER][:-2]
            + b"/Lock << /Type /SigFieldLock /Action /Include /Fields [] /P %d >> >>" % permission
        )
        made[f"ours/p{permission}"] = (sign_ours(locking, "seller"), f"p{permission}")
    made["ours/certified"] = (sign_ours(form, "seller", certify=True), "p2")
    made["ours/locked"] = (sign_ours(formats.locking(), "seller"), "locked")
    made["ours/form"] = (sign_ours(form, "seller", "B-T"), "approval")
    made["ours/twice"] = (sign_ours(sign_ours(form, "seller", certify=True), "buyer", "B-LTA"), "p2")
    made["ours/tagged"] = (
        sign_ours(formats.with_field(formats.typeset("1.7"), "buyer"), "seller", "B-LTA"),
        "approval",
    )
    made["ours/contract"] = (sign_ours(contract(), "seller", "B-LTA", certify=True), "p2")
    made["ours/streams"] = (sign_ours(shapes.draft("annotated", "streams").render(), "seller", "B-LT"), "approval")
    bases = {name: Base(name, data, seal) for name, (data, seal) in made.items()}
    for cipher in ("rc4", "aes"):
        made_secret = shapes.draft("form", "classic", cipher)
        name = f"ours/{cipher}"
        bases[name] = Base(name, sign_ours(made_secret.render(), "seller"), "approval", made_secret)
    return bases

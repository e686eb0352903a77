"""What a person asks of a signature before anybody knows whose key makes it, and what the file says to that.

Signing here and preparing to sign elsewhere go the same way, from the command line and from the library: `admit` looks
at the file before any secret is asked for, `request_maker` makes the request once the key is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from signkit.contracts.fonts import FontSet
from signkit.errors import ContractDataUnreadable, InputUnreadable, PdfNotSignable, SigningRefused
from signkit.japan_time import JST
from signkit.jpki.attributes import read_attributes
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, read_contract
from signkit.pdf.reading.unlocking import Password
from signkit.pki.anchors import is_rehearsal
from signkit.signers.base import KeyFacts
from signkit.signing.appearance import Appearance, refuse_unusable_image, seal_appearance
from signkit.signing.levels import Level
from signkit.signing.pades import refuse_unwanted
from signkit.signing.places import Place
from signkit.signing.request import FieldName, SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from signkit.signing.turn import check_turn, one_role
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.profile import ProfileName
from signkit.validation.report import SignatureReport, Verdict
from signkit.words import Language, Text

#: Signing times are stated in Japan's time, whatever the machine's.
#: What the registry's profile asks of the signed file only: the name of the input is not that of what is handed in.
_SETTLED_BY_SIGNING = ("signed", "file-name")


@dataclass(frozen=True)
class SignatureTerms:
    """What is asked of a signature.

    Attributes:
        role: whose field is signed: the field's name.
        level: what the signed file is to reach.
        reason, location: what the signature states, /Reason and /Location; None states nothing.
        profile: the signature's format: PAdES, or what the registry takes.
        place: where a field of that name is made, in millimetres; None signs the field that is there.
        certify: certify the document, allowing form filling and further signatures only (DocMDP 2); None: the first
            signature of a contract of SignKit's does, in PAdES.
        witness: an organisation's key signs on the party's instruction (立会人型), and the signature states it.
        other_person: take a certificate that names somebody else than the contract does for the role.
        seal: draw the seal with name and time.
        seal_image: PNG or JPEG in the seal's place, up to 300 KB; None draws the name in a red circle.
        language: of the lines beside the seal.
    """

    role: FieldName
    level: Level = Level.B_B
    reason: str | None = None
    location: str | None = None
    profile: SignatureFormat = SignatureFormat.PADES
    place: Place | None = None
    certify: bool | None = None
    witness: bool = False
    other_person: bool = False
    seal: bool = True
    seal_image: bytes | None = field(default=None, repr=False)
    language: Language = "ja"

    @property
    def needs_party(self) -> bool:
        """Whether the certificate must not name another than the role's party."""
        return not (self.witness or self.other_person)


@dataclass(frozen=True)
class Admission:
    """What a file says to the terms that it takes.

    Attributes:
        certify: whether the signature certifies the document.
        party: whom the contract names for the role; None where it names nobody.
        contract: what the file says about itself; None where it is no contract of SignKit's.
        earlier: the signatures that are there already, judged offline.
    """

    certify: bool
    party: EmbeddedParty | None
    contract: EmbeddedContract | None = None
    earlier: tuple[SignatureReport, ...] = ()


def for_role_of(pdf: bytes, terms: SignatureTerms, password: Password = None) -> SignatureTerms:
    """Return the terms with the role's name where it was asked for by its title (売主); what no party has stays.

    Whether the file can be read at all `admit` says.

    Raises:
        SigningRefused("role-ambiguous"): see `signkit.signing.turn.one_role`.
    """
    try:
        contract = read_contract(pdf, password)
    except (InputUnreadable, ContractDataUnreadable):
        contract = None
    return replace(terms, role=one_role(terms.role, contract))


def admit(
    pdf: bytes, terms: SignatureTerms, name: str, judgement: ValidationOptions, password: Password = None
) -> Admission:
    """Refuse whatever can be told to be wrong without the key; no secret is asked for before this.

    Args:
        pdf: the file to sign.
        name: what the file is called in errors.
        judgement: how the signatures that are there already are judged; nobody is asked for evidence.
        password: opens it where it is encrypted.

    Raises:
        PdfNotSignable: it cannot be read, or a signature in it does not hold.
        PdfPasswordNeeded, PdfPasswordWrong: see `signkit.signing.turn.check_turn`.
        SigningRefused("field-missing", "field-signed", "out-of-turn", "field-not-added"): see
            `signkit.signing.turn.check_turn`.
        SigningRefused("seal-image-unusable"): see `signkit.signing.appearance.refuse_unusable_image`.
        SigningRefused("seed-value-violated"): the field demands something else than these terms.
        SigningRefused("file-not-for-registry"): the registry would not take it however well it is signed.
        UsageProblem: the profile takes no such level.
    """
    # Cheapest first: what the words alone forbid needs no file.
    terms.profile.refuse_timestamps(wanted=terms.level.has_timestamp)
    turn = check_turn(pdf, terms.role, password, adds_field=terms.place is not None)
    if terms.seal_image is not None:
        refuse_unusable_image(terms.seal_image)
    earlier = () if turn.is_first else _holding(pdf, name, replace(judgement, offline=True, password=password))
    if terms.profile is SignatureFormat.REGISTRY:
        options = replace(judgement, offline=True, password=password, profile=ProfileName.REGISTRY)
        _refuse_unfit_for_registry(pdf, name, options)
    # ISO 32000-2 12.8.2.2.1: only the first signature can certify.
    usual = turn.is_first and turn.contract is not None and terms.profile is SignatureFormat.PADES
    certify = usual if terms.certify is None else terms.certify
    admission = Admission(certify, turn.party, turn.contract, earlier)
    unsigned = _request(terms, "", admission.certify)
    refuse_unwanted(pdf, unsigned, timestamped=terms.level.has_timestamp, password=password)
    return admission


def _holding(pdf: bytes, name: str, options: ValidationOptions) -> tuple[SignatureReport, ...]:
    """Return the signatures; refuse to sign over one that does not hold: whoever signs would seal an alteration."""
    report = validate_pdf(pdf, name=name, options=options)
    broken = [str(signature.field) for signature in report.signatures if signature.verdict is Verdict.FAILED]
    if broken:
        names = ", ".join(broken)
        raise PdfNotSignable(
            Text(
                f"a signature in it does not hold ({names}); see signkit validate and signkit diff",
                f"成り立たない署名があります ({names})。signkit validate と signkit diff で確認してください",
            )
        )
    return report.signatures


def _refuse_unfit_for_registry(pdf: bytes, name: str, options: ValidationOptions) -> None:
    """Refuse a file that the registry would not take however well it is signed now."""
    held = validate_pdf(pdf, name=name, options=options).profile
    unfit = [violated for violated in held.violated if violated not in _SETTLED_BY_SIGNING] if held is not None else []
    if unfit:
        raise SigningRefused("file-not-for-registry", path=name, requirements=", ".join(unfit))


def request_maker(
    terms: SignatureTerms,
    key: KeyFacts | None,
    fonts: FontSet | None = None,
    *,
    party: EmbeddedParty | None = None,
    rehearsal: bool = False,
) -> Callable[[bool], SignatureRequest]:
    """Return what makes the next request, told whether it certifies: the time is each signature's own.

    Args:
        terms: what is asked.
        key: what signs; None: nobody knows it yet.  Then the name is the party's, which the certificate is held against
            once it is known; where it will not be, no name is stated and no seal is drawn.
        fonts: what the seal is drawn with; None: the shipped ones.
        party: whom the contract names for the role, and
        rehearsal: whether the key is one for trying; of a known key, its certificate says that.

    Raises (when a request is made):
        SigningRefused("seal-not-drawable", "seal-image-unusable"): see `signkit.signing.appearance.seal_appearance`.
    """
    name, is_organisation, from_rehearsal = _drawn_as(terms, key, party, rehearsal=rehearsal)
    draw = partial(
        seal_appearance,
        name,
        language=terms.language,
        image=terms.seal_image,
        fonts=fonts,
        organisation=is_organisation,
        rehearsal=from_rehearsal,
    )
    return lambda certify: _request(terms, name, certify, draw if terms.seal and name else None)


def _drawn_as(
    terms: SignatureTerms, key: KeyFacts | None, party: EmbeddedParty | None, *, rehearsal: bool
) -> tuple[str, bool | None, bool]:
    """Return the name that is stated, whether it is an organisation's (None: not known), and whether for trying."""
    from asn1crypto import x509

    if key is None:
        if party is None or party.name is None or not terms.needs_party:
            return "", None, rehearsal
        return party.name, party.kind == "organization", rehearsal
    name, certificate = signer_name(key, terms.role), x509.Certificate.load(key.certificate)
    own = certificate.subject.native.get("organization_name") == name
    return name, True if own else None, is_rehearsal(certificate)


def signer_name(key: KeyFacts, default: str) -> str:
    """Return the name that the signature states: of the four attributes, else the common name, else ``default``."""
    from asn1crypto import x509

    certificate = x509.Certificate.load(key.certificate)
    attributes = read_attributes(certificate)
    return attributes.name if attributes else str(certificate.subject.native.get("common_name") or default)


def _request(
    terms: SignatureTerms, name: str, certify: bool, draw: Callable[[datetime], Appearance] | None = None
) -> SignatureRequest:
    # ISO 32000-2 7.9.4: dates have no fractions of a second.
    now = datetime.now(JST).replace(microsecond=0)
    return SignatureRequest(
        field=terms.role,
        name=name,
        time=now,
        certify=certify,
        reason=terms.reason,
        location=terms.location,
        appearance=draw(now) if draw is not None else None,
        witness=terms.witness,
        profile=terms.profile,
        place=terms.place,
    )

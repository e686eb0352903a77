"""ETSI TS 119 612 trusted lists: the signature is checked first, and only what was signed is read.

The XML signature is verified by signxml (extra ``trustlist``).  Before it sees the file, everything is refused that has
been used to make a verifier check one thing and a reader read another: a document type (entities), a second signature
or one that is elsewhere than directly below the root, a reference to anything but the whole document and the
signature's own properties, and identifiers that stand twice.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from signkit.errors import MissingExtra, TrustError
from signkit.pki.trust_lists.values import GRANTED, ListedService, Period, Purpose, TrustList
from signkit.words import Text, printable

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TSL = "{http://uri.etsi.org/02231/v2#}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: Transforms that leave the whole of a reference under the signature (TS 119 612 B.1): any other may cut parts out.
_TRANSFORMS = {
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
}
_VERSIONS = {"5", "6"}
_SIGN, _SEAL, _BOTH = frozenset[Purpose]({"sign"}), frozenset[Purpose]({"seal"}), frozenset[Purpose]({"sign", "seal"})
_STAMP = frozenset[Purpose]({"timestamp"})
#: What the certificates of a service of each type are believed for (TS 119 612 5.5.1.1, 5.5.1.2); others for nothing.
_TYPES: dict[str, frozenset[Purpose]] = {
    "CA/QC": _BOTH,
    "CA/PKC": _BOTH,
    "NationalRootCA-QC": _BOTH,
    "TSA": _STAMP,
    "TSA/QTST": _STAMP,
    "TSA/TSS-QC": _STAMP,
    "TSA/TSS-AdESQCandQES": _STAMP,
    "AdESGeneration": _SEAL,
    "AdESGeneration/Q": _SEAL,
}
#: Services whose own keys sign what customers tell them to.
_SIGNS_FOR_OTHERS = {"AdESGeneration", "AdESGeneration/Q"}
#: Extensions that may be critical (5.5.9): which of its certificates a CA calls qualified, and since when those that
#: have ended are no longer on its lists, changes nothing of whom they name.
_EXTENSIONS = {
    f"{_TSL}AdditionalServiceInformation",
    f"{_TSL}ExpiredCertsRevocationInfo",
    f"{_TSL}TakenOverBy",
    "{http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#}Qualifications",
    "{http://uri.etsi.org/02231/v2/additionaltypes#}TakenOverBy",
}
#: additionalServiceInformation that narrows a CA/QC (5.5.9.4).
_NARROWED: dict[str, frozenset[Purpose]] = {
    "ForeSignatures": _SIGN,
    "ForeSeals": _SEAL,
    "ForWebSiteAuthentication": frozenset(),
}


@dataclass(frozen=True)
class UncheckedList:
    """A list that was taken apart and whose signature was not verified yet.

    Attributes:
        data: the file.
        signer: the certificate (DER) that the signature names as its own; nothing shows yet that it is.
    """

    data: bytes
    signer: bytes


def is_xml(data: bytes) -> bool:
    """Tell whether a file is XML, by its first bytes."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or data[:2] in (b"\xfe\xff", b"\xff\xfe")


def take_apart(data: bytes, source: str) -> UncheckedList:
    """Refuse what is no plain signed list, and return which certificate its signature names.

    Raises:
        MissingExtra: lxml and signxml are not installed.
        TrustError("trust-list-unreadable"): it is no XML, or no list.
        TrustError("trust-list-refused"): it is built so that it may be read in two ways.
    """
    root = _parse(data, source)
    if root.tag != f"{_TSL}TrustServiceStatusList":
        raise _unreadable(source, Text("it is no TrustServiceStatusList", "TrustServiceStatusList ではありません"))
    signature = _only_signature(root, source)
    _check_identifiers(root, source)
    _check_references(signature, root.get("Id"), source)
    named = signature.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if not named:
        raise _refusal(source, Text("its signature names no certificate", "署名に証明書が含まれていません"))
    return UncheckedList(data, _certificate(named[0].text, source))


def read_list(unchecked: UncheckedList, source: str, now: datetime) -> TrustList:
    """Verify the signature with the certificate that it names, and read what it signs.

    Whether that certificate may sign the list is the caller's question.

    Raises:
        TrustError("trust-list-signature-invalid"): the signature does not hold.
        TrustError("trust-list-stale"): a newer list was due.
        TrustError("trust-list-refused"): it has a critical extension that nobody here knows.
        TrustError("trust-list-unreadable"): an item is missing or malformed.
    """
    root = _signed_root(unchecked, source, now)
    _refuse_unknown(root, source)
    try:
        found = _read_list(root, unchecked, source)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        cause = Text(f"an item is missing or malformed ({error})", f"項目がないか、形式が正しくありません ({error})")
        raise _unreadable(source, cause) from error
    if found.next_update is not None and found.next_update < now:
        raise TrustError("trust-list-stale", path=source, issued=_day(found.issued), due=_day(found.next_update))
    if found.issued > now:
        raise _unreadable(source, Text("it is issued in the future", "発行日時が未来です"))
    return found


# --- structure -----------------------------------------------------------------------------------------------


def _parse(data: bytes, source: str) -> Element:
    try:
        from lxml import etree
    except ImportError as error:
        raise MissingExtra("trust import-list", "trustlist") from error
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(source, Text("it is no well-formed XML", "整形式の XML ではありません")) from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        words = Text("it declares a document type (entities)", "文書型宣言 (実体の定義) が含まれています")
        raise _refusal(source, words)
    return root


def _only_signature(root: Element, source: str) -> Element:
    """TS 119 612 5.7.1: one enveloped signature, directly below the root."""
    everywhere = list(root.iter(f"{_DS}Signature"))
    if not everywhere:
        raise _refusal(source, Text("it is not signed", "署名がありません"))
    if len(everywhere) > 1 or everywhere[0].getparent() is not root:
        words = Text("it holds several signatures, or one in another place", "署名が複数あるか、所定の位置にありません")
        raise _refusal(source, words)
    return everywhere[0]


def _check_identifiers(root: Element, source: str) -> None:
    found: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.rpartition("}")[2].lower() != "id":
                continue
            if value in found:
                words = Text("an identifier stands twice in it ({id})", "同じ識別子が二度使われています ({id})")
                raise _refusal(source, words.filled(id=value))
            found.add(value)


def _check_references(signature: Element, root_id: str | None, source: str) -> None:
    """One reference to the whole document, and others only to the signature's own properties."""
    whole = {"", f"#{root_id}"} if root_id else {""}
    references = signature.findall(f"{_DS}SignedInfo/{_DS}Reference")
    own = {f"#{item.get('Id')}" for item in signature.iter(f"{_XADES}SignedProperties", f"{_DS}KeyInfo")}
    uris = [item.get("URI") for item in references]
    if sum(uri in whole for uri in uris) != 1 or any(uri not in whole | own for uri in uris):
        words = Text(
            "its signature refers to something else than the whole list", "署名の対象が、リスト全体ではありません"
        )
        raise _refusal(source, words)
    used = {item.get("Algorithm") for reference in references for item in reference.iter(f"{_DS}Transform")}
    if used - _TRANSFORMS or any(reference.findall(f".//{_DS}XPath") for reference in references):
        raise _refusal(
            source, Text("its signature leaves parts out (transforms)", "署名対象から除かれた部分があります")
        )


def _signed_root(unchecked: UncheckedList, source: str, now: datetime) -> Element:
    """Return what is under the signature, as it was digested: nothing else of the file is looked at again."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from lxml import etree
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    try:
        certificate = x509.load_der_x509_certificate(unchecked.signer)
        results: Any = XMLVerifier().verify(
            etree.fromstring(unchecked.data, etree.XMLParser(resolve_entities=False, no_network=True)),
            x509_cert=certificate,
            expect_config=SignatureConfiguration(
                location="./", expect_references=True, ignore_ambiguous_key_info=True, verification_time=now
            ),
        )
    except (
        SignXMLException,
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        etree.LxmlError,
    ) as error:
        raise TrustError(
            "trust-list-signature-invalid", path=source, cause=str(error) or type(error).__name__
        ) from error
    signed = [item.signed_xml for item in results if item.signed_xml is not None]
    root = next((item for item in signed if item.tag == f"{_TSL}TrustServiceStatusList"), None)
    if root is None:
        raise TrustError("trust-list-signature-invalid", path=source, cause="the list itself is not signed")
    return root


# --- content -------------------------------------------------------------------------------------------------


def _read_list(root: Element, unchecked: UncheckedList, source: str) -> TrustList:
    scheme = _child(root, "SchemeInformation")
    if _text(scheme, "TSLVersionIdentifier") not in _VERSIONS:
        raise ValueError("TSLVersionIdentifier")
    # Empty in the last list of a scheme (TS 119 612 5.3.15); one without it is no list.
    update = _child(scheme, "NextUpdate")
    until = None if len(update) == 0 else _time(_text(update, "dateTime"))
    territory = _text(scheme, "SchemeTerritory")
    name = f"{_name(scheme, 'SchemeOperatorName')} ({territory})"
    providers = root.iterfind(f"{_TSL}TrustServiceProviderList/{_TSL}TrustServiceProvider")
    return TrustList(
        kind="etsi",
        name=name,
        source=source,
        sha256=hashlib.sha256(unchecked.data).hexdigest(),
        sequence=int(_text(scheme, "TSLSequenceNumber")),
        issued=_time(_text(scheme, "ListIssueDateTime")),
        next_update=until,
        signer=unchecked.signer,
        services=tuple(chain.from_iterable(_services(provider, name, until) for provider in providers)),
    )


def _services(provider: Element, listed_in: str, until: datetime | None) -> Iterator[ListedService]:
    called = _name(_child(provider, "TSPInformation"), "TSPName")
    for service in provider.iterfind(f"{_TSL}TSPServices/{_TSL}TSPService"):
        now = _child(service, "ServiceInformation")
        history = service.findall(f"{_TSL}ServiceHistory/{_TSL}ServiceHistoryInstance")
        certificates = _certificates(now)
        if certificates and _is_of_known_type(now, *history):  # one that only names a key identifier is no anchor
            yield ListedService(
                listed_in=listed_in,
                provider=called,
                name=_name(now, "ServiceName"),
                certificates=certificates,
                periods=_periods(now, history),
                until=until,
                signs_for_others=_last_part(_text(now, "ServiceTypeIdentifier"), "Svctype/") in _SIGNS_FOR_OTHERS,
            )


def _is_of_known_type(*informations: Element) -> bool:
    """Whether a service was ever one whose certificates are anchors; others (OCSP, delivery …) are passed over."""
    kinds = (_last_part(_text(item, "ServiceTypeIdentifier"), "Svctype/") for item in informations)
    return any(kind in _TYPES for kind in kinds)


def _periods(now: Element, history: Sequence[Element]) -> tuple[Period, ...]:
    """Return what a service was, oldest first (TS 119 612 5.5, 5.6): once its present status began, nothing else holds.

    A history that says otherwise of a later moment (an operator's correction, or his mistake) is no answer for it.
    """
    present = _period(now)
    past = sorted((_period(item) for item in history), key=lambda item: item.start)
    return (*(item for item in past if item.start < present.start), present)


def _period(information: Element) -> Period:
    """A service's information, as it is or as it was: its status, and what it was for (TS 119 612 5.5, 5.6)."""
    status = _last_part(_text(information, "ServiceStatus"), "Svcstatus/")
    kind = _last_part(_text(information, "ServiceTypeIdentifier"), "Svctype/")
    is_granted = status in GRANTED and _is_understood(information.find(f"{_TSL}ServiceInformationExtensions"))
    purposes = _TYPES.get(kind, frozenset()) if is_granted else frozenset()
    return Period(_time(_text(information, "StatusStartingTime")), status, purposes & _narrow(information, purposes))


def _refuse_unknown(root: Element, source: str) -> None:
    """Refuse a list with a critical extension, of its own or of a provider, that nobody here knows (TS 119 612 B)."""
    places = (f"{_TSL}SchemeExtensions", f"{_TSL}TSPInformationExtensions")
    if not all(_is_understood(item) for place in places for item in root.iter(place)):
        raise _refusal(
            source, Text("it has a critical extension that is not known", "未知のクリティカル拡張が含まれています")
        )


def _is_understood(extensions: Element | None) -> bool:
    """Whether no critical extension among these is unknown here (TS 119 612 5.5.9, in the sense of RFC 5280 4.2)."""
    found = () if extensions is None else extensions.iterfind(f"{_TSL}Extension")
    critical = (item for item in found if (item.get("Critical") or "").strip() not in ("false", "0"))
    return all(isinstance(part.tag, str) and part.tag in _EXTENSIONS for item in critical for part in item)


def _narrow(information: Element, purposes: frozenset[Purpose]) -> frozenset[Purpose]:
    """What additionalServiceInformation leaves of the purposes; where it names none of them, all."""
    path = f"{_TSL}ServiceInformationExtensions/{_TSL}Extension/{_TSL}AdditionalServiceInformation/{_TSL}URI"
    kinds = {_last_part((item.text or "").strip(), "SvcInfoExt/") for item in information.iterfind(path)}
    named = [_NARROWED[kind] for kind in kinds if kind in _NARROWED]
    return purposes & frozenset[Purpose]().union(*named) if named else purposes


def _certificates(information: Element) -> tuple[bytes, ...]:
    path = f"{_TSL}ServiceDigitalIdentity/{_TSL}DigitalId/{_TSL}X509Certificate"
    found = (_der(item.text) for item in information.iterfind(path))
    return tuple(dict.fromkeys(found))


def _last_part(uri: str, after: str) -> str:
    """Return what follows ``after`` in a URI: CA/QC of …/TrstSvc/Svctype/CA/QC."""
    return uri.rpartition(after)[2]


def _child(element: Element, name: str) -> Element:
    """Return what stands there once: of two, others may go by the other one."""
    found = element.findall(f"{_TSL}{name}")
    if len(found) != 1:
        raise ValueError(name)
    return found[0]


def _text(element: Element, name: str) -> str:
    # XML allows C1 controls and turns of direction; no name may write over the signer's fingerprint that is shown.
    text = printable((_child(element, name).text or "").strip())
    if not text:
        raise ValueError(name)
    return text


def _name(element: Element, name: str) -> str:
    """Return a name in Japanese where it is given, else in English, else the first (TS 119 612 5.1.4)."""
    names = {item.get(_XML_LANG): printable(" ".join((item.text or "").split())) for item in _child(element, name)}
    found = names.get("ja") or names.get("en") or next(iter(names.values()), "")
    if not found:
        raise ValueError(name)
    return found


def _time(text: str) -> datetime:
    """TS 119 612 5.1.3: UTC with a Z."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no zone")
    return moment.astimezone(UTC)


def _der(text: str | None) -> bytes:
    from asn1crypto import x509

    der = b64decode("".join((text or "").split()), validate=True)
    # No further: among hundreds of listed CAs of decades some are odd, and only those that are used must be whole.
    x509.Certificate.load(der, strict=True).subject.native  # noqa: B018  parses it
    return der


def _certificate(text: str | None, source: str) -> bytes:
    try:
        return _der(text)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _refusal(source, Text("its signer's certificate is unreadable", "署名者の証明書を読めません")) from error


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _unreadable(source: str, cause: Text) -> TrustError:
    return TrustError("trust-list-unreadable", path=source, cause=cause)


def _refusal(source: str, cause: Text) -> TrustError:
    return TrustError("trust-list-refused", path=source, cause=cause)

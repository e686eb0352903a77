"""ETSI TS 119 612 lists for the tests, signed as their operators sign them (XAdES, enveloped)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
URI = "http://uri.etsi.org/TrstSvc/"
GRANTED, WITHDRAWN = "granted", "withdrawn"
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Status:
    """One status of a service from a day on."""

    status: str
    since: datetime
    kind: str = "CA/QC"
    narrowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """A service as the tests list it: its certificate (cryptography's), and its statuses, the present one first."""

    name: str
    certificate: object
    statuses: tuple[Status, ...] = field(default_factory=lambda: (Status(GRANTED, NOW - timedelta(days=900)),))
    provider: str = "Example Trust Services"


def list_xml(services, *, sequence=1, issued=None, next_update=None, closed=False, root_id="") -> str:
    issued = issued or NOW - timedelta(hours=1)
    identified = f'Id="{root_id}"' if root_id else ""
    due = next_update or issued + timedelta(days=90)
    update = "<NextUpdate/>" if closed else f"<NextUpdate><dateTime>{_time(due)}</dateTime></NextUpdate>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" TSLTag="http://uri.etsi.org/19612/TSLTag" '
        f"{identified}><SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier>"
        f"<TSLSequenceNumber>{sequence}</TSLSequenceNumber>"
        f'<TSLType>{URI}TSLType/JPlist</TSLType><SchemeOperatorName><Name xml:lang="en">Test operator</Name>'
        f'<Name xml:lang="ja">総務省 (試験)</Name></SchemeOperatorName><SchemeTerritory>JP</SchemeTerritory>'
        f"<ListIssueDateTime>{_time(issued)}</ListIssueDateTime>{update}</SchemeInformation>"
        f"<TrustServiceProviderList>{''.join(map(_provider, services))}</TrustServiceProviderList>"
        "</TrustServiceStatusList>"
    )


def signed_list(services, signer, **facts) -> bytes:
    """``signer``: a value with ``certificate`` and ``key`` (cryptography's), both of one kind of key."""
    root_id = facts.get("root_id")
    return sign_xml(list_xml(services, **facts), signer, uri=f"#{root_id}" if root_id else "")


def sign_xml(xml: str, signer, *, uri: str = "") -> bytes:
    """XAdES-B, enveloped, by hand: what verifies it in the product shares no line with what made it."""
    root = etree.fromstring(xml.encode())
    certificate = signer.certificate.public_bytes(Encoding.DER)
    covers = _digest(root)
    signature = etree.fromstring(_signature_xml(certificate, uri).encode())
    root.append(signature)
    properties = signature.find(f".//{{{XADES}}}SignedProperties")
    for element, value in zip(signature.iter(f"{{{DS}}}DigestValue"), (covers, _digest(properties)), strict=False):
        element.text = value
    signed_info = etree.tostring(signature[0], method="c14n", exclusive=True)
    signature[1].text = b64encode(_sign(signer.key, signed_info)).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _digest(element) -> str:
    return b64encode(hashlib.sha256(etree.tostring(element, method="c14n", exclusive=True)).digest()).decode()


def _sign(key, data: bytes) -> bytes:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    size = (key.curve.key_size + 7) // 8
    return b"".join(n.to_bytes(size, "big") for n in decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256()))))


def _signature_xml(certificate: bytes, uri: str) -> str:
    family = (
        "ecdsa"
        if x509.load_der_x509_certificate(certificate).signature_algorithm_oid.dotted_string.startswith("1.2.840.10045")
        else "rsa"
    )
    exclusive = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    method = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="signature"><ds:SignedInfo>'
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        f'<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{family}-sha256"/>'
        f'<ds:Reference URI="{uri}"><ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"/>{exclusive}'
        f"</ds:Transforms>{method}<ds:DigestValue/></ds:Reference>"
        '<ds:Reference URI="#properties" Type="http://uri.etsi.org/01903#SignedProperties">'
        f"<ds:Transforms>{exclusive}</ds:Transforms>{method}<ds:DigestValue/></ds:Reference></ds:SignedInfo>"
        "<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{b64encode(certificate).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="#signature">'
        '<xades:SignedProperties Id="properties">'
        f"<xades:SignedSignatureProperties><xades:SigningTime>{_time(NOW)}</xades:SigningTime>"
        f"<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{method}<ds:DigestValue>"
        f"{b64encode(hashlib.sha256(certificate).digest()).decode()}</ds:DigestValue></xades:CertDigest></xades:Cert>"
        "</xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>"
        "</xades:QualifyingProperties></ds:Object></ds:Signature>"
    )


def _provider(service: Service) -> str:
    current, *history = service.statuses
    old = "".join(
        f"<ServiceHistoryInstance>{_information(service, status, with_certificate=False)}</ServiceHistoryInstance>"
        for status in history
    )
    return (
        f'<TrustServiceProvider><TSPInformation><TSPName><Name xml:lang="en">{service.provider}</Name></TSPName>'
        "</TSPInformation><TSPServices><TSPService><ServiceInformation>"
        f"{_information(service, current)}</ServiceInformation><ServiceHistory>{old}</ServiceHistory>"
        "</TSPService></TSPServices></TrustServiceProvider>"
    )


def _information(service: Service, status: Status, *, with_certificate=True) -> str:
    der = b64encode(service.certificate.public_bytes(Encoding.DER)).decode()
    identity = f"<DigitalId><X509Certificate>{der}</X509Certificate></DigitalId>" if with_certificate else ""
    more = "".join(
        f'<Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">'
        f"{URI}TrustedList/SvcInfoExt/{name}</URI></AdditionalServiceInformation></Extension>"
        for name in status.narrowed
    )
    return (
        f"<ServiceTypeIdentifier>{URI}Svctype/{status.kind}</ServiceTypeIdentifier>"
        f'<ServiceName><Name xml:lang="en">{service.name}</Name></ServiceName>'
        f"<ServiceDigitalIdentity>{identity}</ServiceDigitalIdentity>"
        f"<ServiceStatus>{URI}TrustedList/Svcstatus/{status.status}</ServiceStatus>"
        f"<StatusStartingTime>{_time(status.since)}</StatusStartingTime>"
        + (f"<ServiceInformationExtensions>{more}</ServiceInformationExtensions>" if more else "")
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

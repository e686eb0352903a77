"""ETSI TS 119 102-2 V1.4.1: one ``ValidationReport`` a run, one ``SignatureValidationReport`` a signature.

What a report's value does not hold is left out (docs/reference/report.md): certificates, evidence, the digest of the
signed data.  ``SignersDocument`` gives the digest of the whole file, so that a verdict can be tied to its file.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime

from signkit.reporting.formats.writer import Write
from signkit.reporting.formats.xml import Spool, attributes, text
from signkit.validation.report import Reason, Report, SignatureReport, TimestampReport, Verdict, iso

_NAMESPACES = (
    'xmlns="http://uri.etsi.org/19102/v1.4.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:XAdES="http://uri.etsi.org/01903/v1.3.2#" xmlns:sk="urn:signkit:report:1"'
)
#: TS 119 102-2 4.3.4.2; for a file without signatures, the name that EU DSS has given to what the standard leaves open.
_MAIN = {
    Verdict.PASSED: "urn:etsi:019102:mainindication:total-passed",
    Verdict.FAILED: "urn:etsi:019102:mainindication:total-failed",
    Verdict.INDETERMINATE: "urn:etsi:019102:mainindication:indeterminate",
    Verdict.UNREADABLE: "urn:etsi:019102:mainindication:indeterminate",
    Verdict.NOT_SIGNED: "urn:cef:dss:mainindication:noSignatureFound",
}
#: Of a validation object, such as a timestamp, the words are PASSED and FAILED (4.4.8).
_MAIN_OF_OBJECT = _MAIN | {
    Verdict.PASSED: "urn:etsi:019102:mainindication:passed",
    Verdict.FAILED: "urn:etsi:019102:mainindication:failed",
}
_SUB = "urn:etsi:019102:subindication:"
_PROVIDED = "urn:etsi:019102:poetype:provided"
_VALIDATED = "urn:etsi:019102:poetype:validation"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


class EtsiWriter:
    """Signatures go out at once; the objects that they refer to wait on disk for their place after them."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._objects = Spool()
        self._count = self._object_count = 0

    def add(self, report: Report) -> None:
        """Write one element a signature; one for a file that has none."""
        self._begin()
        if not report.signatures:
            self._write(self._file(report))
        for item in report.signatures:
            self._write(self._signature(report, item))
        for stamp in report.document_timestamps:
            self._object("timestamp", _stamp_words(stamp), self._status_of(stamp))

    def finish(self) -> None:
        """Write the objects and the end.  The standard knows no report without any file: then there is no output."""
        if not self._count:
            return
        if self._object_count:
            self._write("  <SignatureValidationObjects>\n")
        self._objects.pour(self._write)
        self._write("  </SignatureValidationObjects>\n" * bool(self._object_count) + "</ValidationReport>\n")

    def _begin(self) -> None:
        if not self._count:
            self._write(f'<?xml version="1.0" encoding="UTF-8"?>\n<ValidationReport {_NAMESPACES}>\n')

    def _file(self, report: Report) -> str:
        if report.error is not None:
            reasons: Iterable[Reason] = (Reason(report.error.code, report.error.message), *report.reasons)
        else:
            reasons = report.reasons
        sub = "GENERIC" if report.verdict is Verdict.UNREADABLE else None
        return self._element(report, report.file, None, "", "", _status(_MAIN[report.verdict], sub, reasons))

    def _signature(self, report: Report, item: SignatureReport) -> str:
        signer = self._object("certificate", _signer_words(item), "")
        information = f'    <SignerInformation><SignerCertificate VOReference="{signer}"/>' + (
            f"<Signer>{text(item.signer.common_name)}</Signer>" if item.signer.common_name else ""
        )
        return self._element(
            report,
            f"{report.file}#{item.field}" if item.field is not None else report.file,
            item.best_time,
            _attributes(item),
            information + "</SignerInformation>\n",
            _status(_MAIN[item.verdict], item.sub_indication, item.reasons),
        )

    def _element(self, report: Report, name: str, best: datetime | None, signed: str, signer: str, status: str) -> str:
        self._count += 1
        return (
            "  <SignatureValidationReport>\n"
            f'    <SignatureIdentifier id="S-{self._count}"><HashOnly>false</HashOnly>'
            f"<DocHashOnly>false</DocHashOnly><DAIdentifier>{text(name)}</DAIdentifier></SignatureIdentifier>\n"
            "    <ValidationConstraintsEvaluationReport><SignatureValidationPolicy><SignaturePolicyIdentifier>"
            "<XAdES:SignaturePolicyImplied/></SignaturePolicyIdentifier>"
            f"<PolicyName>{text(report.policy)}</PolicyName>"
            "</SignatureValidationPolicy></ValidationConstraintsEvaluationReport>\n"
            f"{_times(report.validation_time, best)}{_document(report)}{signed}{signer}"
            f"    {status}\n  </SignatureValidationReport>\n"
        )

    def _object(self, kind: str, words: str, status: str) -> str:
        """Keep a validation object; return its id."""
        self._object_count += 1
        name = f"O-{self._object_count}"
        self._objects.write(
            f'    <ValidationObject id="{name}"><ObjectType>urn:etsi:019102:validationObject:{kind}</ObjectType>'
            f"<ValidationObjectRepresentation><direct>{words}</direct></ValidationObjectRepresentation>{status}"
            "</ValidationObject>\n"
        )
        return name

    @staticmethod
    def _status_of(stamp: TimestampReport) -> str:
        status = _status(_MAIN_OF_OBJECT[stamp.verdict], stamp.sub_indication, stamp.reasons)
        return f"<ValidationReport>{status}</ValidationReport>"


def _times(validation: datetime, best: datetime | None) -> str:
    """The best signature time; without a proof it is the time of validation (EN 319 102-1 5.5.4 step 1)."""
    proof = _PROVIDED if best else _VALIDATED
    return (
        f"    <ValidationTimeInfo><ValidationTime>{iso(validation)}</ValidationTime><BestSignatureTime>"
        f"<POETime>{iso(best or validation)}</POETime><TypeOfProof>{proof}</TypeOfProof></BestSignatureTime>"
        "</ValidationTimeInfo>\n"
    )


def _document(report: Report) -> str:
    if not report.sha256:
        return ""
    digest = base64.b64encode(bytes.fromhex(report.sha256)).decode()
    return (
        f'    <SignersDocument><DigestAlgAndValue><ds:DigestMethod Algorithm="{_SHA256}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></DigestAlgAndValue></SignersDocument>\n"
    )


def _attributes(item: SignatureReport) -> str:
    found = ""
    if item.claimed_time:
        found += f"<SigningTime><Time>{iso(item.claimed_time)}</Time></SigningTime>"
    for stamp in item.timestamps:
        if stamp.time:
            found += f"<SignatureTimeStamp><TimeStampValue>{iso(stamp.time)}</TimeStampValue></SignatureTimeStamp>"
    return f"    <SignatureAttributes>{found}</SignatureAttributes>\n" if found else ""


def _status(main: str, sub: str | None, reasons: Iterable[Reason]) -> str:
    data = "".join(
        f"<ReportData><Type>urn:signkit:reason:{text(reason.code)}</Type><Value>{text(reason.text.en)}</Value>"
        "</ReportData>"
        for reason in reasons
    )
    return (
        f"<SignatureValidationStatus><MainIndication>{main}</MainIndication>"
        + (f"<SubIndication>{_SUB}{text(sub)}</SubIndication>" if sub else "")
        + (
            "<AssociatedValidationReportData><AdditionalValidationReportData>"
            f"{data}</AdditionalValidationReportData></AssociatedValidationReportData>"
            if data
            else ""
        )
        + "</SignatureValidationStatus>"
    )


def _signer_words(item: SignatureReport) -> str:
    signer = item.signer
    words = attributes(
        common_name=signer.common_name,
        issuer=signer.issuer,
        key_kind=signer.key_kind,
        trusted_by=signer.trusted_by,
        revocation=item.revocation.status,
    )
    return f"<sk:certificate{words}/>"


def _stamp_words(stamp: TimestampReport) -> str:
    return f"<sk:timestamp{attributes(time=iso(stamp.time), tsa=stamp.tsa, field=stamp.field)}/>"

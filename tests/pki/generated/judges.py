"""Four judges of one case: our validation, our signing, OpenSSL, and pyHanko's certvalidator.

Each says one of: ``good``; ``revoked``; ``on-hold``; ``unproven``: nothing that counts shows it good; ``no-path``.
"""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from asn1crypto import ocsp as asn1_ocsp
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator import errors as path_errors

from signkit.errors import CertificateRevoked, EvidenceMissing
from signkit.pki.paths.pool import Pool
from signkit.pki.paths.trust_judge import TrustJudge
from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.collecting import collect_evidence
from signkit.pki.revocation.sources import CrlEvidence, OcspEvidence
from tests.pki.generated.making import NOW, asn1, asn1_list, pem
from tests.validation import pki


@dataclass(frozen=True)
class Case:
    """What is at hand when one certificate is judged.

    Attributes:
        leaf: the certificate in question.
        issuer: who issued it, for OpenSSL's OCSP.
        anchors: what is trusted.
        between: other certificates at hand.
        lists, answers: the evidence at hand.
        moment: when the certificate was used.
    """

    leaf: pki.Holder
    issuer: pki.Holder
    anchors: tuple[pki.Holder, ...]
    between: tuple[pki.Holder, ...] = ()
    lists: tuple[bytes, ...] = ()
    answers: tuple[bytes, ...] = ()
    moment: datetime = NOW


def validation(case: Case) -> str:
    """What `signkit validate` says; revocation must be shown, as by a certificate that names a service."""
    policy = replace(shipped_policy("default"), revocation="required")
    certificates = [item.der for item in (case.leaf, *case.between)]
    pool = Pool.from_der(certificates, case.answers, case.lists)
    found = TrustJudge(policy, pki.trust(*case.anchors), pool, NOW).judge(asn1(case.leaf), "signature", case.moment)
    if found.good:
        return "good"
    if found.code in ("revoked", "ca-revoked"):
        return "revoked"
    if found.code == "on-hold":
        return "on-hold"
    return "unproven" if found.sub_indication == "TRY_LATER" else "no-path"


def signing(case: Case) -> str:
    """Whether a signature may be made, and this evidence kept with it; the path is no question here."""

    class Source:
        def look_up(self, certificate, issuer):
            return [*map(OcspEvidence, case.answers), *map(CrlEvidence, case.lists)]

    candidates = [asn1(item) for item in (*case.anchors, *case.between)]
    try:
        collect_evidence([asn1(case.leaf)], candidates, [Source()], "B-LT")
    except CertificateRevoked:
        return "revoked"
    except EvidenceMissing:
        return "unproven"
    return "good"


def certvalidator(case: Case) -> str:
    context = ValidationContext(
        trust_roots=[asn1(item) for item in case.anchors],
        other_certs=[asn1(item) for item in case.between],
        moment=case.moment,
        crls=[asn1_list(der) for der in case.lists],
        ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in case.answers],
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
    )
    try:
        asyncio.run(CertificateValidator(asn1(case.leaf), validation_context=context).async_validate_path())
    except path_errors.RevokedError:
        return "revoked"
    except (path_errors.InsufficientRevinfoError, path_errors.StaleRevinfoError):
        return "unproven"
    except (path_errors.ValidationError, path_errors.PathError):
        return "no-path"
    except Exception as error:  # it stumbles over some evidence
        return f"crash: {type(error).__name__}"
    return "good"


def openssl(case: Case, folder: Path) -> str:
    """``openssl verify`` with the lists and ``openssl ocsp`` with the responses: the worse of what both prove."""
    _write(case, folder)
    path = _run("verify", *_verifying(case, folder), str(folder / "leaf.pem"))
    if path != "good":
        return path
    said = []
    if case.lists:
        # A root's own revocation is nobody's question: only where there are authorities in between all are asked about.
        all_or_leaf = "-crl_check" if case.issuer in case.anchors else "-crl_check_all"
        lists = ("-CRLfile", str(folder / "lists.pem"), all_or_leaf, "-extended_crl", "-use_deltas")
        said.append(_run("verify", *_verifying(case, folder), *lists, str(folder / "leaf.pem")))
    said += [_ask(folder, number) for number in range(len(case.answers))]
    return next((word for word in ("revoked", "good", "unproven") if word in said), said[0] if said else "unproven")


def _write(case: Case, folder: Path) -> None:
    (folder / "leaf.pem").write_bytes(pem(case.leaf.der))
    (folder / "issuer.pem").write_bytes(pem(case.issuer.der))
    (folder / "anchors.pem").write_bytes(pem(*(item.der for item in case.anchors)))
    (folder / "between.pem").write_bytes(pem(*(item.der for item in case.between)))
    (folder / "lists.pem").write_bytes(pem(*case.lists, kind="X509 CRL"))
    for number, der in enumerate(case.answers):
        (folder / f"{number}.ocsp").write_bytes(der)


def _verifying(case: Case, folder: Path) -> list[str]:
    between = ["-untrusted", str(folder / "between.pem")] if case.between else []
    moment = str(int(case.moment.timestamp()))
    return ["-partial_chain", "-x509_strict", "-attime", moment, "-CAfile", str(folder / "anchors.pem"), *between]


def _run(*words: str) -> str:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    if done.returncode == 0:
        return "good"
    if "certificate revoked" in told:
        return "revoked"
    return "unproven" if "CRL" in told else "no-path"


def _ask(folder: Path, number: int) -> str:
    between = folder / "between.pem"
    others = ["-verify_other", str(between)] if between.stat().st_size else []
    der = (folder / f"{number}.ocsp").read_bytes()
    [single] = asn1_ocsp.OCSPResponse.load(der).response_data["responses"]
    digest = single["cert_id"]["hash_algorithm"]["algorithm"].native
    words = ["ocsp", f"-{digest}", "-respin", str(folder / f"{number}.ocsp"), "-issuer", str(folder / "issuer.pem")]
    words += ["-cert", str(folder / "leaf.pem"), "-CAfile", str(folder / "anchors.pem"), "-partial_chain", *others]
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    if "Response verify OK" not in told or "WARNING: Status times invalid" in told:
        return "unproven"
    words = [line.rpartition(": ")[2] for line in told.splitlines() if line.startswith(str(folder / "leaf.pem"))]
    return words[0] if words and words[0] in ("good", "revoked") else "unproven"

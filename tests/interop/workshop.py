"""What makers and witnesses share: a rehearsal PKI, keys of a CA of the tests, what is to be signed, a folder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO, new_rehearsal
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.levels import Services
from signkit.validation.api import validate_file
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report
from tests.validation import pdfs
from tests.validation.test_cms_files import CONTENT, Bench
from tests.witnesses.dss import PadesWitness

ALTERED = CONTENT.replace(b"A contract", b"B contract")


@dataclass(frozen=True)
class Artifact:
    """A signed file.

    Attributes:
        path: the file.
        kind: what it is.
        ca: the CA certificates (PEM) that its signers lead to.
        content: what a detached CMS signs.
        signed: what stands in the file itself, in plain, and is signed.
    """

    path: Path
    kind: Literal["pdf", "cms", "pem", "smime", "asic"]
    ca: Path
    content: Path | None = None
    signed: bytes = CONTENT


class Workshop:
    """One run's keys and files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[str, Artifact] = {}
        self._seen: dict[tuple[str, Artifact], bool] = {}
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._count = 0
        self._open = ExitStack()

    def artifact(self, make: Callable[[Workshop], Artifact]) -> Artifact:
        """Return what ``make`` makes, made once."""
        if make.__name__ not in self._made:
            self._made[make.__name__] = make(self)
        return self._made[make.__name__]

    def accepts(self, witness: Witness, artifact: Artifact) -> bool:
        """Return whether the witness accepts the artifact, asked once."""
        key = (witness.__name__, artifact)
        if key not in self._seen:
            self._seen[key] = witness(self, artifact)
        return self._seen[key]

    def running(self, name: str, start: Callable[[Workshop], subprocess.Popen[str]]) -> subprocess.Popen[str]:
        """Return a process that runs until the workshop is closed, started once."""
        if name not in self._running:
            self._running[name] = start(self)
        return self._running[name]

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.communicate(timeout=120)  # ends it: its stdin is closed
        self._open.close()

    def write(self, data: bytes, suffix: str) -> Path:
        """Write ``data`` to a new file."""
        self._count += 1
        path = self.folder / f"{self._count}{suffix}"
        path.write_bytes(data)
        return path

    def new_folder(self) -> Path:
        self._count += 1
        path = self.folder / str(self._count)
        path.mkdir()
        return path

    # --- keys --------------------------------------------------------------------------------------------

    @cached_property
    def rehearsal(self) -> Any:
        return new_rehearsal()

    @cached_property
    def card(self) -> Any:
        return self.rehearsal.card(HANAKO, utc_now())

    @cached_property
    def person(self) -> Pkcs12Signer:
        contents = self.card.sign
        key = SoftwareKey.of(load_der_private_key(contents.private_key, None), "test")
        return Pkcs12Signer(key, contents.certificate, (contents.ca_certificate,))

    @cached_property
    def services(self) -> Services:
        issuers = [der for _, _, der in pem.unarmor(self.rehearsal.trust_pem(), multiple=True)]
        return Services([self.rehearsal.timestamps()], [self.rehearsal.revocation()], issuers)

    @cached_property
    def rehearsal_ca(self) -> Path:
        return self.write(self.rehearsal.trust_pem(), ".pem")

    @cached_property
    def pades_dss(self) -> PadesWitness:
        """DSS for PDFs, which trusts the rehearsal and has its lists; it runs until the workshop is closed."""
        authorities = (self.rehearsal.signature_ca, self.rehearsal.service_ca)
        trusted = [item.certificate.public_bytes(Encoding.DER) for item in authorities]
        lists = [self.rehearsal.revocation().crl(item) for item in authorities]
        return self._open.enter_context(PadesWitness(trusted, lists))

    @cached_property
    def openssl(self) -> Bench:
        """A CA of the tests with RSA, RSA-PSS and ECDSA keys, also as files."""
        return Bench(self.new_folder())

    # --- our own eyes ------------------------------------------------------------------------------------

    def report(self, artifact: Artifact) -> Report:
        """Judge with nothing but the artifact's CA and, for the rehearsal's certificates, its revocation lists."""
        options = ValidationOptions(trust=default_trust_store([artifact.ca]), revocation=[self.rehearsal.revocation()])
        return validate_file(artifact.path, options, content=artifact.content)

    # --- what an attacker would do -----------------------------------------------------------------------

    def altered(self, artifact: Artifact) -> Artifact:
        """Return a copy in which what was signed says something else."""
        if artifact.content is not None:
            return replace(artifact, content=self.write(ALTERED, ".txt"))
        data = artifact.path.read_bytes()
        if artifact.kind == "asic":
            return replace(artifact, path=self.write(_other_manifest(data), artifact.path.suffix))
        kind, headers, inside = pem.unarmor(data) if artifact.kind == "pem" else ("", {}, data)
        assert artifact.signed in inside
        other = inside.replace(artifact.signed, artifact.signed.replace(b"1", b"9").replace(b"A c", b"B c"))
        other = pem.armor(kind, other, headers) if artifact.kind == "pem" else other
        return replace(artifact, path=self.write(other, artifact.path.suffix))

    def cut(self, artifact: Artifact) -> Artifact:
        """Return a copy whose end is missing."""
        data = artifact.path.read_bytes()
        return replace(artifact, path=self.write(data[: len(data) * 2 // 3], artifact.path.suffix))


#: A stranger's program: whether it accepts a file.
Witness: TypeAlias = Callable[[Workshop, Artifact], bool]
#: What the page of the PDF to sign says.
PAGE = b"Pay 100 yen"


def unsigned_pdf() -> bytes:
    """A PDF with an empty signature field ``seller``."""
    return pdfs.build()


def _other_manifest(container: bytes) -> bytes:
    import zipfile
    from io import BytesIO

    result = BytesIO()
    with zipfile.ZipFile(BytesIO(container)) as old, zipfile.ZipFile(result, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry, data.replace(b"text/plain", b"text/other") if "Manifest" in entry.filename else data)
    return result.getvalue()

"""A signature that is made elsewhere: the request to take there, and the signature that comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.errors import SignKitError
from signkit.output import make_folder, write_checked
from signkit.settings import Settings
from signkit.web.common.downloads import download
from signkit.web.common.forms import uploads
from signkit.web.desk.contract_screen import party_name, title_of
from signkit.web.desk.office import Office
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import label_of, status_in_turn, take_signed, usual_level
from signkit.words import Language, Text

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus

#: More is neither a certificate with its issuers nor a signature, bytes.
_MOST_SENT = 1_000_000


@dataclass(frozen=True)
class SignatureElsewhere:
    """Where the parts of a signature lie that is not there yet; of one role of one document."""

    folder: Path

    @property
    def request(self) -> Path:
        """What travels."""
        return self.folder / "request.json"

    @property
    def prepared(self) -> Path:
        """The file with room for the signature."""
        return self.folder / "prepared.pdf"

    @property
    def certificate(self) -> Path:
        """The certificate that it is prepared for."""
        return self.folder / "certificate.pem"

    def is_there(self) -> bool:
        """Tell whether it was prepared."""
        return self.request.is_file()

    def discard(self) -> None:
        """Take it away."""
        for path in (self.request, self.prepared, self.certificate):
            path.unlink(missing_ok=True)


class ElsewhereScreen(Screen):
    """One signature that is made elsewhere."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/documents/{sha256}/elsewhere/{role}"
        return [
            self.page(path, self.look),
            self.form(path, self.prepare),
            self.page(path + "/request", self.request),
            self.form(path + "/finish", self.finish),
            self.form(path + "/discard", self.discard),
        ]

    def look(self, request: Request) -> Response:
        """Show what is to be done next."""
        status = status_in_turn(self.office, request)
        return self._page(request, status) if status is not None else self.unknown(request)

    def prepare(self, request: Request, form: FormData) -> Response:
        """Write everything of the signature but the signature."""
        status, sent = status_in_turn(self.office, request), uploads(form, "certificate")
        if status is None:
            return self.unknown(request)
        if not sent:
            return self._page(request, status, WORDS["elsewhere_no_certificate"])
        certificate, parts = sent[0].file.read(_MOST_SENT), self._parts(request)
        office, language = self.office, self.language(request)
        source = (str(office.path_of(request.path_params["sha256"])), status.file, request.path_params["role"])
        try:
            made = office.pool.submit(prepare_elsewhere, source, certificate, language, *services_of(office)).result()
        except SignKitError as error:
            return self._page(request, status, Text(error.message("en"), error.message("ja")))
        parts.discard()
        make_folder(parts.folder)
        for target, data in zip((parts.certificate, parts.prepared, parts.request), (certificate, *made), strict=True):
            write_checked(target, data, private=True)  # the request last: its presence says that the rest is there
        return go_to(request.url.path)

    def request(self, request: Request) -> Response:
        """Hand out what travels."""
        parts = self._parts(request)
        if not parts.is_there():
            return self.unknown(request)
        return download(parts.request.read_bytes(), f"{request.path_params['role']}-request.json")

    def finish(self, request: Request, form: FormData) -> Response:
        """Put the signature that came back into the file, and take that in."""
        with self.office.turn(
            "finishing"
        ):  # of two parties who bring theirs at once, the second finds another document
            return self._finish(request, form)

    def _finish(self, request: Request, form: FormData) -> Response:
        status, sent, parts = status_in_turn(self.office, request), uploads(form, "signature"), self._parts(request)
        if status is None or not parts.is_there():
            return self.unknown(request)
        if not sent:
            return self._page(request, status, WORDS["elsewhere_no_signature"])
        read = tuple(path.read_bytes() for path in (parts.request, parts.prepared, parts.certificate))
        try:
            job = self.office.pool.submit(
                finish_elsewhere, read, sent[0].file.read(_MOST_SENT), *services_of(self.office)
            )
            signed, digest = job.result()
        except SignKitError as error:
            return self._page(request, status, Text(error.message("en"), error.message("ja")))
        parts.discard()
        take_finished(self.office, signed, request.path_params["sha256"], request.path_params["role"])
        return self.lead_on(request, digest)

    def discard(self, request: Request, _: FormData) -> Response:
        """Give the request up."""
        self._parts(request).discard()
        return go_to(request.url.path.removesuffix("/discard"))

    def back_of(self, request: Request) -> str:
        """Return the address of the document's page."""
        return f"/documents/{request.path_params['sha256']}"

    def lead_on(self, request: Request, sha256: str) -> Response:
        """Lead to what came of it."""
        del request
        return go_to(f"/documents/{sha256}?signed=1")

    def _parts(self, request: Request) -> SignatureElsewhere:
        """Return where the parts lie; whoever asks has been told that document and role are there, or there is none."""
        known = self.office.name_of(request.path_params["sha256"]) is not None
        role = request.path_params["role"]
        name = f"{request.path_params['sha256']}-{role}" if known and role.isidentifier() else "none"
        return SignatureElsewhere(self.office.options.home / "elsewhere" / name)

    def _page(self, request: Request, status: ContractStatus, error: Text | None = None) -> Response:
        sha256, role, parts = request.path_params["sha256"], request.path_params["role"], self._parts(request)
        expires = json.loads(parts.request.read_bytes()).get("expires") if parts.is_there() else None
        return self.show(
            request, "elsewhere.html", 400 if error else 200, sha256=sha256, role=role, label=label_of(status, role),
            name=party_name(status, role), title=title_of(status), expires=expires, error=error,
            level=usual_level(self.office).value, path=request.url.path.removesuffix("/finish"),
            back=self.back_of(request),
        )  # fmt: skip


def take_finished(office: Office, signed: bytes, sha256: str, role: str) -> None:
    """Take in a file in which a role's signature stands that was made elsewhere."""
    outbox = office.options.home / "signed"
    make_folder(outbox)
    write_checked(outbox / f"{sha256}-{role}.pdf", signed, overwrite=True, private=True)
    take_signed(office)


def services_of(office: Office) -> tuple[str, tuple[str, ...], tuple[str, ...], Settings]:
    """Return the level that is asked for, timestamps, anchors and settings: what preparing and finishing need."""
    options = office.options
    return usual_level(office).value, options.tsa, options.trust, office.settings


def prepare_elsewhere(
    source: tuple[str, str, str],
    certificate: bytes | None,
    language: Language,
    level: str,
    tsa: tuple[str, ...],
    trust: tuple[str, ...],
    settings: Settings,
) -> tuple[bytes, bytes]:
    """Return the prepared file and the request; called in a worker.

    Args:
        certificate: None: it comes with the signature, which cannot name it then.
    """
    from signkit.library.acts import prepare, services
    from signkit.signing.levels import Level
    from signkit.signing.signature_formats import SignatureFormat
    from signkit.signing.terms import SignatureTerms

    path, _, role = source
    profile = SignatureFormat.PADES if certificate is not None else SignatureFormat.PKCS7
    terms = SignatureTerms(role, Level(level), profile=profile, language=language)
    available = services(tsa=tsa, trust=trust, settings=settings)
    request, prepared = prepare(Path(path), terms, certificate, services=available, settings=settings)
    return prepared, request.to_json()


def finish_elsewhere(
    parts: tuple[bytes, bytes, bytes],
    signature: bytes,
    _: str,
    tsa: tuple[str, ...],
    trust: tuple[str, ...],
    settings: Settings,
) -> tuple[bytes, str]:
    """Return the signed file with its SHA-256; called in a worker."""
    from signkit.library.acts import finish, services
    from signkit.signing.many import digest

    request, prepared, certificate = parts
    available = services(tsa=tsa, trust=trust, settings=settings)
    signed = finish(request, prepared, certificate, signature, services=available).pdf
    return signed, digest(signed)

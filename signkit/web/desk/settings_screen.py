"""Settings: written into the user's own file, which the page names; and the CAs that are believed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.errors import SignKitError
from signkit.settings import Settings, settings_file
from signkit.web.common.forms import shown_name, uploads, word
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.words import Text

#: What the page has a field for, in its order; lists have one entry a line.
_LISTS = ("tsa_urls", "template_folders")
_FIELDS = (*_LISTS, "archive", "pkcs11_module", "desk_language")
_MOST_CERTIFICATE = 1_000_000
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class ToldAnchor:
    """A CA that is believed, as the page tells it."""

    name: str
    source: str
    end: str
    sha256: str


class SettingsScreen(Screen):
    """The settings of this user."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/settings", self.look),
            self.form("/settings", self.save),
            self.form("/settings/trust", self.trust),
        ]

    def look(self, request: Request) -> Response:
        """Show what is set, and in which file."""
        return self._page(request, typed_settings(self.office.settings))

    def save(self, request: Request, form: FormData) -> Response:
        """Write what was typed into the user's file, if all of it can be."""
        if self.office.options.rehearsal:
            return self.unknown(request)
        typed = {name: word(form, name) for name in _FIELDS}
        problems = problems_of(typed)
        if problems:
            return self._page(request, typed, problems, 400)
        before = typed_settings(self.office.settings)
        changes = {name: _value(name, typed[name]) for name in _FIELDS if typed[name].strip() != before[name].strip()}
        if changes:
            self.office.change_settings(changes)
        return go_to("/settings?saved=1")

    def trust(self, request: Request, form: FormData) -> Response:
        """Believe a CA whose fingerprint was typed as the CA publishes it."""
        from signkit.pki.anchors import certificates_in
        from signkit.validation.added_anchors import authority_file, keep_authorities
        from signkit.validation.options import home_trust_folder

        sent, typed = uploads(form, "certificate"), typed_settings(self.office.settings)
        if self.office.options.rehearsal:
            return self.unknown(request)
        if not sent:
            return self._page(request, typed, {"certificate": WORDS["trust_none"]}, 400)
        name, folder = shown_name(sent[0]), home_trust_folder(self.office.settings)
        try:
            found = certificates_in(sent[0].file.read(_MOST_CERTIFICATE), name)
            files = {authority_file(folder, der, name): der for der in found}
        except SignKitError as error:
            return self._page(request, typed, {"certificate": Text(error.message("en"), error.message("ja"))}, 400)
        wanted = set(_fingerprints(word(form, "fingerprint")))
        if {path.stem for path in files} != wanted:
            return self._page(request, typed, {"fingerprint": WORDS["trust_other"]}, 400)
        keep_authorities(folder, files)
        return go_to("/settings?believed=1")

    def _page(
        self, request: Request, typed: dict[str, str], problems: dict[str, Text] | None = None, status: int = 200
    ) -> Response:
        overruled = [name for name in _FIELDS if os.environ.get(f"SIGNKIT_{name.upper()}")]
        return self.show(
            request, "settings.html", status, typed=typed, problems=problems or {}, path=settings_file(),
            is_fixed=self.office.options.rehearsal, overruled=overruled, lists=_LISTS,
            usual_archive=self.office.settings.home_folder() / "archive", anchors=self._anchors(),
            saved="saved" in request.query_params, believed="believed" in request.query_params,
        )  # fmt: skip

    def _anchors(self) -> list[ToldAnchor]:
        from asn1crypto import x509

        from signkit.validation.options import trust_store

        named = [Path(each) for each in self.office.options.trust]
        anchors = trust_store(self.office.settings, named).anchors
        certificates = [(each, x509.Certificate.load(each.certificate)) for each in anchors if each.service is None]
        return [
            ToldAnchor(each.label.name, each.label.source, f"{own.not_valid_after:%Y-%m-%d}", own.sha256.hex())
            for each, own in certificates
        ]


def typed_settings(settings: Settings) -> dict[str, str]:
    """Return what would have to be typed for these settings."""
    return {
        "tsa_urls": "\n".join(settings.tsa_urls),
        "template_folders": "\n".join(map(str, settings.template_folders)),
        "archive": str(settings.archive or ""),
        "pkcs11_module": str(settings.pkcs11_module or ""),
        "desk_language": settings.desk_language or "",
    }


def problems_of(typed: dict[str, str]) -> dict[str, Text]:
    """Return what cannot be set, by its field."""
    problems: dict[str, Text] = {}
    if wrong := next((each for each in _lines(typed["tsa_urls"]) if not _is_address(each)), None):
        problems["tsa_urls"] = WORDS["settings_no_address"].filled(line=wrong)
    if wrong := next((each for each in _lines(typed["template_folders"]) if not _is_folder(each)), None):
        problems["template_folders"] = WORDS["settings_no_folder"].filled(line=wrong)
    archive = typed["archive"].strip()
    if archive and not (_is_whole(archive) and not Path(archive).expanduser().is_file()):
        problems["archive"] = WORDS["settings_no_place"].filled(line=archive)
    module = typed["pkcs11_module"].strip()
    if module and not (_is_whole(module) and Path(module).expanduser().is_file()):
        problems["pkcs11_module"] = WORDS["settings_no_file"].filled(line=module)
    if typed["desk_language"] not in ("", "ja", "en"):
        problems["desk_language"] = WORDS["settings_no_language"]
    return problems


def _value(name: str, typed: str) -> str | tuple[str, ...] | None:
    return tuple(_lines(typed)) if name in _LISTS else typed.strip() or None


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]


def _is_address(line: str) -> bool:
    try:
        parts = urlsplit(line)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and line.isprintable() and " " not in line


def _is_folder(line: str) -> bool:
    return _is_whole(line) and Path(line).expanduser().is_dir()


def _is_whole(line: str) -> bool:
    """Whoever types a folder into a page means one of this machine, not one beside the settings file."""
    return line.isprintable() and (Path(line).is_absolute() or line.startswith("~"))


def _fingerprints(typed: str) -> list[str]:
    """Return the SHA-256 values in what was typed: with colons, spaces, in capitals, as CAs print them."""
    return [each.lower() for each in _HEXADECIMAL.findall(re.sub(r"[\s:：　]", "", typed))]

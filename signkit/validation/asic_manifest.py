"""Reading an ASiCManifest (ETSI EN 319 162-1 A.4): which files a signature in a container is over, by their digests."""

from __future__ import annotations

import base64
import binascii
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.parsers import expat

from signkit.cms.asic import DIGEST_NAMESPACE, NAMESPACE
from signkit.validation.asic_archive import MANIFESTS, MAX_MEMBERS, AsicUnreadable, ContainerZip

_MAX_MANIFEST = 4 * 1024 * 1024
# RFC 9231 2.1; SHA-1 and MD5 are left out: who can collide them can exchange a file.
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "sha3_384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "sha3_512",
}


@dataclass(frozen=True)
class Reference:
    """One file as a manifest names it."""

    name: str
    digest_name: str | None
    digest: bytes


@dataclass(frozen=True)
class Manifest:
    """What one ASiCManifest says.

    Attributes:
        signature: the member that it is the manifest of.
        has_words: there is text in it besides digests.
    """

    name: str
    data: bytes = field(repr=False)
    signature: str | None
    references: tuple[Reference, ...]
    is_critical: bool = False
    has_words: bool = False

    def names(self, name: str) -> bool:
        """Whether a file is among its references."""
        return any(reference.name == name for reference in self.references)


def manifests_in(archive: ContainerZip) -> list[Manifest]:
    """Return every ASiCManifest of a container.

    Raises:
        AsicUnreadable: one is of another kind.
        ExpatError: one is no XML.
    """
    names = [name for name in archive.inside if MANIFESTS.fullmatch(name)]
    # Of a name that only some programs take for a manifest's, it is one by what it is.
    kept = [name for name in names if _is_plain(name) or archive.is_own(name)]
    return [_read_manifest(name, archive.read(name, _MAX_MANIFEST)) for name in sorted(kept)]


def unsigned_manifests(manifests: Sequence[Manifest], archive: ContainerZip) -> list[str]:
    """Return which manifests nobody signed, or stamped: they are of no signature, or say more than digests."""
    judged = archive.signatures
    return [
        item.name
        for item in manifests
        if item.signature not in judged
        and (item.has_words or item.signature is None or not archive.is_own(item.signature))
    ]


def _is_plain(name: str) -> bool:
    return "asicmanifest" in name.lower() and name.endswith(".xml")


def _read_manifest(name: str, data: bytes) -> Manifest:
    """Read an ASiCManifest without document type, entities or anything from outside.

    Raises:
        AsicUnreadable: it is none.
        ExpatError: it is no XML.
    """
    reading = _Reading()
    # Prefixes are a matter of taste; the namespace decides.
    parser = expat.ParserCreate(namespace_separator=" ")
    # Entities could make the text that is read another than the bytes that were signed, and a little text huge.
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.CommentHandler = reading.comment
    parser.Parse(data, True)
    return Manifest(name, data, reading.signature, tuple(reading.references), reading.is_critical, reading.has_words)


class _Reading:
    """A manifest while it is read: only what stands where it must counts."""

    def __init__(self) -> None:
        self.signature: str | None = None
        self.is_critical = self.has_words = False
        self.references: list[Reference] = []
        self._path: list[str] = []
        self._uri: str | None = None
        self._digest_name: str | None = None
        self._value = ""

    def refuse(self, *_: object) -> None:
        raise AsicUnreadable("a manifest with a document type")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        # EN 319 162-1 A.4: Critical is an xs:boolean.
        if tag == f"{NAMESPACE} Extension" and attributes.get("Critical", "").strip() in ("true", "1"):
            self.is_critical = True
        # The depth of a manifest is four; expat itself sets no bound.
        if self._path[0] != f"{NAMESPACE} ASiCManifest" or len(self._path) > 20:
            raise AsicUnreadable("a manifest of another kind")
        if self._is(f"{NAMESPACE} SigReference"):
            if self.signature is not None:
                raise AsicUnreadable("a manifest of two signatures")
            self.signature = _member_name(attributes.get("URI", ""))
        elif self._is(f"{NAMESPACE} DataObjectReference"):
            self._uri, self._digest_name, self._value = attributes.get("URI", ""), None, ""
        elif self._is(f"{NAMESPACE} DataObjectReference", f"{DIGEST_NAMESPACE} DigestMethod"):
            self._digest_name = _DIGESTS.get(attributes.get("Algorithm", ""))

    def text(self, data: str) -> None:
        if self._is(f"{NAMESPACE} DataObjectReference", f"{DIGEST_NAMESPACE} DigestValue"):
            self._value += data
        elif data.strip():
            self.has_words = True

    def comment(self, _: str) -> None:
        self.has_words = True

    def end(self, _: str) -> None:
        if self._is(f"{NAMESPACE} DataObjectReference"):
            self._finish()
        self._path.pop()

    def _finish(self) -> None:
        try:
            # White space in base64Binary is legal (XML Schema part 2, 3.2.16).
            digest = base64.b64decode("".join(self._value.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise AsicUnreadable("a manifest with a digest that cannot be read") from error
        name = _member_name(self._uri or "")
        # A file twice with two digests: one of them would always fit.
        if len(self.references) >= MAX_MEMBERS or any(item.name == name for item in self.references):
            raise AsicUnreadable("a manifest that names a file twice")
        self.references.append(Reference(name, self._digest_name, digest))

    def _is(self, *tags: str) -> bool:
        return self._path[1:] == list(tags)


def _member_name(uri: str) -> str:
    """Return the member that a URI names: relative to the container's root, percent-encoded (A.6)."""
    # Normalised, "../" at the beginning stays, and no member is called so.
    name = posixpath.normpath(unquote(uri, errors="strict")) if uri else ""
    return name.removeprefix("/")

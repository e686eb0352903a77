"""PKCS#11 URIs (RFC 7512): what may stand in one, what never may, and how one is written for a person to copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from signkit.errors import SignerUnusable
from signkit.words import Text

_MAX_LENGTH = 4096
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NUMBER = re.compile(r"[0-9]{1,20}")
_NAME = re.compile(r"[a-z0-9-]{1,40}")

#: RFC 7512 2.3: attributes that are compared as text with what the slot, the token or the object says.
_TEXTS = ("token", "manufacturer", "model", "serial", "slot-description", "slot-manufacturer", "object")
#: What is looked for is always a private key together with its certificate.
_TYPES = ("private", "cert")
_PATH_ATTRIBUTES = (*_TEXTS, "slot-id", "id", "type")
_QUERY_ATTRIBUTES = ("module-path",)
# RFC 7512 2.4 has them, and its security considerations warn of them.
_PIN_ATTRIBUTES = ("pin-value", "pin-source")


@dataclass(frozen=True)
class Pkcs11Uri:
    """What the URI asks for; None where it leaves the choice open.

    Attributes:
        token: the token's label.
        serial: the token's serial number; taken when given, never shown by SignKit.
        slot_id: the module's own number of the slot; may change when readers come and go.
        object: CKA_LABEL of the certificate or of the private key.
        id: CKA_ID, which certificate and private key share.
        module_path: the module to load.
    """

    token: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    slot_description: str | None = None
    slot_manufacturer: str | None = None
    slot_id: int | None = None
    object: str | None = None
    id: bytes | None = None
    module_path: str | None = None

    def __str__(self) -> str:
        parts = [f"{name}={quote(value, safe='')}" for name in _TEXTS if (value := self._text(name)) is not None]
        if self.slot_id is not None:
            parts.append(f"slot-id={self.slot_id}")
        if self.id is not None:
            # RFC 7512 2.3: a binary identifier is percent-encoded whole.
            parts.append("id=" + "".join(f"%{byte:02X}" for byte in self.id))
        query = f"?module-path={quote(self.module_path, safe='/')}" if self.module_path is not None else ""
        return "pkcs11:" + ";".join(parts) + query

    def _text(self, name: str) -> str | None:
        value: str | None = getattr(self, _field(name))
        return value


def parse_pkcs11_uri(rest: str) -> Pkcs11Uri:
    """Read what follows ``pkcs11:``.

    An attribute that is not known is refused, as RFC 7512 2.3 wants: to ignore it could choose another key.

    Raises:
        SignerUnusable("pkcs11-uri-invalid"): says which attribute and why, and never repeats a value.
    """
    if len(rest) > _MAX_LENGTH:
        raise SignerUnusable(
            "pkcs11-uri-invalid",
            cause=Text(f"it is longer than {_MAX_LENGTH} characters", f"{_MAX_LENGTH}文字を超えています"),
        )
    # RFC 7512 2.3: the path's attributes are parted by ";", the query's by "&".
    path, _, query = rest.partition("?")
    found = _read_part(path, ";", _PATH_ATTRIBUTES) | _read_part(query, "&", _QUERY_ATTRIBUTES)
    found.pop("type", None)
    return Pkcs11Uri(**{_field(name): value for name, value in found.items()})  # type: ignore[arg-type]


def _field(name: str) -> str:
    return name.replace("-", "_")


def _read_part(part: str, separator: str, known: tuple[str, ...]) -> dict[str, str | int | bytes]:
    found: dict[str, str | int | bytes] = {}
    for piece in part.split(separator) if part else ():
        name, equals, value = piece.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise SignerUnusable(
                "pkcs11-uri-invalid",
                cause=Text(
                    f"between '{separator}' stands something that is not name=value",
                    f"「{separator}」の間に 名前=値 でないものがあります",
                ),
            )
        _refuse_pin(name)
        if name not in known:
            place = Text("before", "前") if separator == ";" else Text("after", "後")
            raise SignerUnusable(
                "pkcs11-uri-invalid",
                cause=Text(
                    f"the attribute {name} is not known {place.en} '?'",
                    f"「?」の{place.ja}の属性 {name} には対応していません",
                ),
            )
        # RFC 7512 2.3: an attribute stands once.
        if name in found:
            raise SignerUnusable(
                "pkcs11-uri-invalid", cause=Text(f"{name} stands in it twice", f"{name} が2回書かれています")
            )
        found[name] = _value(name, value)
    return found


def _refuse_pin(name: str) -> None:
    if name in _PIN_ATTRIBUTES:
        raise SignerUnusable(
            "pkcs11-uri-invalid",
            cause=Text(
                f"{name} is refused: command lines and URIs are kept in histories, process lists and logs, so a PIN is "
                "never in one; leave it out and the PIN is asked for",
                f"{name} は使えません。コマンド行や URI は履歴・プロセス一覧・ログに残るため、PIN は書きません。"
                "省けば入力を求めます",
            ),
        )


def _value(name: str, value: str) -> str | int | bytes:
    # RFC 3986 2.1.
    if _BROKEN_PERCENT.search(value):
        raise SignerUnusable(
            "pkcs11-uri-invalid",
            cause=Text(
                f"a % in {name} is not followed by two hex digits", f"{name} の % の後が16進数2桁ではありません"
            ),
        )
    if name == "id":
        return unquote_to_bytes(value)
    if name == "slot-id" and _NUMBER.fullmatch(value):
        return int(value)
    if name == "slot-id" or (name == "type" and value not in _TYPES):
        raise SignerUnusable(
            "pkcs11-uri-invalid",
            cause=Text(f"{name} has a value that cannot be used here", f"{name} の値はここでは使えません"),
        )
    return _text(name, value)


def _text(name: str, value: str) -> str:
    try:
        text = unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SignerUnusable(
            "pkcs11-uri-invalid", cause=Text(f"{name} is not UTF-8 text", f"{name} が UTF-8 の文字列ではありません")
        )
    return text

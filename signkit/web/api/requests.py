"""Reading what was sent: who sent it, in which language, and the body, bounded, files onto the disk."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from signkit.web.api import problems
from signkit.web.api.calls import JSON, Upload
from signkit.web.api.document import Operation
from signkit.web.api.unfit import TWICE, UNKNOWN, UnfitPart
from signkit.web.common.guard import TooMuchSent
from signkit.words import Language, Text, UnfitValue, printable

FORM = "multipart/form-data"
#: The bound on JSON; contract data have their own, smaller one.
JSON_BYTES = 8 * 1024 * 1024
#: What is longer waits on the disk until there is room for it (`Sent.parse`).
_SHORT_JSON = 64 * 1024
#: A value takes up to a hundred bytes of memory, whatever few it takes in JSON.
_MOST_VALUES = 200_000
#: An address as some proxies write it: 192.0.2.1:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|([0-9.]+):\d{1,5}")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)  # possessive: nothing is kept of where it was
_PIECE = 1024 * 1024
#: What comes as a file lies on the disk; what comes as a field does not, and is ``options`` alone.
_MOST_FILES, _MOST_FIELDS, _FIELD_BYTES = 20, 4, 1024 * 1024
_MOST_NAME = 120
_MANY_VALUES = Text(f"more than {_MOST_VALUES:,} values", f"値の数が {_MOST_VALUES:,} を超えています")
_HALF = Text("no JSON: half a surrogate pair", "JSON として読めません: サロゲートペアの片方だけがあります")
_NO_JSON_AT = Text(
    "no JSON: {why}: line {line} column {column}",
    "JSON として読めません: {line} 行目の {column} 文字目を確かめてください",
)
_NO_UTF8 = Text("no JSON: it is not UTF-8", "JSON として読めません: UTF-8 ではありません")
_DEEP = Text("no JSON: nested too deeply", "JSON として読めません: 入れ子が深すぎます")
_LONG_NUMBER = Text("no JSON: a number has too many digits", "JSON として読めません: 桁の多すぎる数があります")
_CONSTANT = Text("no JSON: {name} is no JSON", "JSON として読めません: {name} は JSON の値ではありません")
_LARGE = Text("no JSON: {number} is too large", "JSON として読めません: {number} は大きすぎます")
_MEMBER_TWICE = Text("no JSON: a member is given twice", "JSON として読めません: 同じ名前の項目が二度あります")
_NO_FORM = Text(
    "no form: {why}",
    f"フォームとして読めません（ファイルは {_MOST_FILES} 個、項目は {_MOST_FIELDS} 個、1 項目 1 MiB まで）",
)
_A_FILE = Text("is a file: send it with a file name", "ファイルです。ファイル名を付けて送ってください")
_FORM_UTF8 = Text("a value of the form is not UTF-8", "フォームの値が UTF-8 ではありません")


@dataclass
class Sent:
    """What was sent as a body.

    Attributes:
        media_type: without parameters; empty where nothing was sent.
        body: the JSON, or a form's values.
        waiting: where JSON lies that is not read yet, for it is long.
    """

    media_type: str = ""
    body: Any = None
    uploads: dict[str, Upload] = field(default_factory=dict)
    waiting: Path | None = None

    def parse(self) -> None:
        """Read the JSON that waits.

        Raises:
            Refusal("request-invalid"): it is none.
        """
        if self.waiting is not None:
            self.body = parse_json([self.waiting.read_bytes()])

    def digest(self) -> str:
        """Return the digest of all that was sent; the order of a form's fields does not count."""
        plain = [self.media_type, self.body, sorted((name, each.sha256) for name, each in self.uploads.items())]
        return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def remove(self) -> None:
        """Remove the files that nobody took."""
        for path in [each.path for each in self.uploads.values()] + ([self.waiting] if self.waiting else []):
            path.unlink(missing_ok=True)


def language_of(header: str) -> Language:
    """Return the language that Accept-Language prefers of ours (RFC 9110 12.5.4); English where it names neither."""
    wishes: list[tuple[float, Language]] = []
    for each in header.split(",")[:20]:
        tag, _, parameters = each.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = 1.0
        with suppress(ValueError):
            quality = float(parameters.strip().removeprefix("q=") or 1)
        if quality > 0 and primary in ("ja", "en"):
            wishes.append((-quality, "ja" if primary == "ja" else "en"))
    return min(wishes, key=lambda each: each[0])[1] if wishes else "en"


def origin_of(request: Request, proxy: str | None) -> str:
    """Return the address a request came from: behind our own proxy the last that it names, else the other end's.

    A proxy that adds a line of its own instead of adding to the one that came (HAProxy) is understood, for lines of one
    name are one list (RFC 9110 5.3); so is one that writes the port too.  What is no address is ``unknown`` (RFC 7239
    6.2), from where no key of some networks is good.
    """
    client = request.client.host if request.client is not None else ""
    if proxy is None or client != proxy:
        return client
    last = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    found = _WITH_PORT.fullmatch(last)
    try:
        return str(ip_address((found[1] or found[2]) if found else last)) if last else client
    except ValueError:
        return "unknown"


async def read_body(request: Request, operation: Operation, spool: Path, most: int) -> Sent:
    """Read the body of a request.

    Args:
        spool: where files go.
        most: bytes, of all of it.

    Raises:
        Refusal("media-type", "content-encoding", "too-large", "request-invalid"): it is not what the operation takes.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_sent = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if not is_sent and not media_type:
        if operation.body_required:
            raise problems.media_type_unfit(list(operation.bodies))
        return Sent()
    if not operation.bodies:
        if is_sent:
            raise problems.media_type_unfit(())
        return Sent()
    if media_type not in operation.bodies:
        raise problems.media_type_unfit(list(operation.bodies))
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise problems.encoding_unfit()
    length = request.headers.get("content-length", "")
    most = min(most, JSON_BYTES) if media_type == JSON else most
    if length.isdigit() and int(length) > most:
        raise problems.too_large(most)
    sent = Sent(media_type)
    try:
        if media_type == JSON:
            await _read_json(request, sent, spool, most)
        elif media_type == FORM:
            await _read_form(request, sent, operation.bodies[FORM], spool, most)
        else:
            await _read_file(request, sent, spool, most)
    except BaseException as error:
        sent.remove()
        if isinstance(error, TooMuchSent):
            raise problems.too_large(most) from error
        raise
    return sent


def parse_json(pieces: Iterable[bytes]) -> Any:
    """Return what a body of JSON says, if no two readers could see two things in it (RFC 7493).

    Raises:
        Refusal("request-invalid"): it is none.
    """
    value, fault = _parsed(b"".join(pieces))
    del pieces  # whoever keeps the refusal keeps this frame, and is not to keep the body
    if fault is not None:
        raise problems.unfit_request(UnfitPart("/", fault))
    return value


def _parsed(data: bytes) -> tuple[Any, Text | None]:
    """Return what JSON says, or why it is none; no error leaves, for it would hold all that was read."""
    if len(data) > _MOST_VALUES and _count_values(data) > _MOST_VALUES:
        return None, _MANY_VALUES
    try:
        text = data.decode()  # RFC 8259 8.1
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique_members
        )
        if "\\u" in text:  # RFC 7493 2.1: half a character is none, and nothing below could write it down
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None, _HALF
    except (ValueError, RecursionError) as error:
        return None, _why_no_json(error)
    return value, None


def _why_no_json(error: Exception) -> Text:
    if isinstance(error, UnfitValue):
        return error.cause
    if isinstance(error, json.JSONDecodeError):
        return _NO_JSON_AT.filled(why=error.msg, line=error.lineno, column=error.colno)
    if isinstance(error, UnicodeDecodeError):
        return _NO_UTF8
    return _DEEP if isinstance(error, RecursionError) else _LONG_NUMBER  # of more digits than Python reads


def _count_values(data: bytes) -> int:
    """Return about how many values JSON has, without reading it."""
    bare = _STRING.sub(b"", data)
    return bare.count(b",") + bare.count(b"[") + bare.count(b"{")


def _refuse_constant(name: str) -> None:
    raise UnfitValue(_CONSTANT.filled(name=name))


def _finite(text: str) -> float:
    """RFC 7493 2.2: what is no double is no number here; infinity could not be written down again."""
    value = float(text)
    if math.isinf(value):
        raise UnfitValue(_LARGE.filled(number=text[:20]))
    return value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 7493 2.3: of two members of one name, two readers may see two different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnfitValue(_MEMBER_TWICE)
    return found


async def _bounded(stream: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    count = 0
    async for piece in stream:
        count += len(piece)
        if count > most:
            raise TooMuchSent
        yield piece


async def _read_json(request: Request, sent: Sent, spool: Path, most: int) -> None:
    """Read JSON, onto the disk where it is long: many may come at once, and slowly."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) <= _SHORT_JSON:
        sent.body = parse_json([each async for each in _bounded(request.stream(), most)])
    else:
        sent.waiting, _, _ = await spool_body(request, spool, most)


async def _read_file(request: Request, sent: Sent, spool: Path, most: int) -> None:
    path, sha256, size = await spool_body(request, spool, most)
    name = shown_name(request.query_params.get("name", ""))
    sent.uploads["file"] = Upload(path, name, sha256, size, sent.media_type)


async def spool_body(request: Request, spool: Path, most: int) -> tuple[Path, str, int]:
    """Put a body onto the disk; return where it lies, its SHA-256 and its length.

    Raises:
        TooMuchSent: it is longer than ``most``.
    """
    path, hasher, size = _new_file(spool), hashlib.sha256(), 0
    try:
        with path.open("wb") as target:
            async for piece in _bounded(request.stream(), most):
                hasher.update(piece)
                target.write(piece)
                size += len(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, hasher.hexdigest(), size


async def _read_form(request: Request, sent: Sent, schema: Mapping[str, Any], spool: Path, most: int) -> None:
    """Read a form: its files onto the disk, a value that is JSON by its media type or its looks as what it is."""
    receive, count = request._receive, 0

    async def bounded() -> Any:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise TooMuchSent
        return message

    request._receive = bounded
    try:
        form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_FIELD_BYTES)
    except (HTTPException, MultiPartException, UnicodeDecodeError) as error:
        raise problems.unfit_request(
            UnfitPart("/", _NO_FORM.filled(why=str(getattr(error, "detail", error))[:200]))
        ) from error
    values: dict[str, Any] = {}
    try:
        for name, value in form.multi_items():
            if name in values or name in sent.uploads:
                raise problems.unfit_request(UnfitPart(f"/{name}", TWICE))
            if not _schemas_of(schema, name):  # before it is read: one that is a file may be long
                raise problems.unfit_request(UnfitPart(f"/{name}", UNKNOWN))
            if isinstance(value, UploadFile) and not _takes_file(schema, name):
                values[name] = _form_value(name, _text_of(value.file))
            elif isinstance(value, UploadFile):
                sent.uploads[name] = _saved(value.file, value.filename or "", value.content_type or "", spool)
            elif _takes_file(schema, name):
                raise problems.unfit_request(UnfitPart(f"/{name}", _A_FILE))
            else:
                values[name] = _form_value(name, value)
    finally:
        await form.close()
    sent.body = values


def _takes_file(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a field of a form is a file (OpenAPI 3.1 4.8.14.4)."""
    return any(each.get("format") == "binary" for each in _schemas_of(schema, name))


def _schemas_of(schema: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return what a form's schema says of a field; none: it has no such field."""
    named: Mapping[str, Any] = schema.get("properties", {})
    likely: Mapping[str, Any] = schema.get("patternProperties", {})
    return [named[name]] if name in named else [each for form, each in likely.items() if re.search(form, name)]


def _text_of(source: IO[bytes]) -> str:
    """Return the text that came as a file (``curl -F options=@wishes.json``)."""
    try:
        return source.read(JSON_BYTES).decode()
    except UnicodeDecodeError as error:
        raise problems.unfit_request(UnfitPart("/", _FORM_UTF8)) from error


def _form_value(name: str, text: str) -> Any:
    """Objects travel in a form as JSON (OpenAPI 3.1 4.8.15.1.1)."""
    return parse_json([text.encode()]) if name == "options" or text[:1] in ("{", "[") else text


def _saved(source: IO[bytes], name: str, media_type: str, spool: Path) -> Upload:
    path, hasher, size = _new_file(spool), hashlib.sha256(), 0
    with path.open("wb") as target:
        while piece := source.read(_PIECE):
            hasher.update(piece)
            target.write(piece)
            size += len(piece)
    return Upload(path, shown_name(name), hasher.hexdigest(), size, media_type)


def _new_file(spool: Path) -> Path:
    path = spool / secrets.token_hex(16)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def shown_name(name: str) -> str:
    """Return what a file is called, to be shown and never to be a path."""
    return printable(name.replace("\\", "/").rpartition("/")[2])[-_MOST_NAME:].strip() or "document"


def parameters_of(request: Request) -> dict[tuple[str, str], str]:
    """Return every parameter that came, by place and name.

    Raises:
        Refusal("request-invalid"): one is given twice.
    """
    found: dict[tuple[str, str], str] = {("path", name): str(value) for name, value in request.path_params.items()}
    for name, value in request.query_params.multi_items():
        if ("query", name) in found:
            raise problems.unfit_request(UnfitPart(name, TWICE))
        found["query", name] = value
    lines: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        lines.setdefault(name.lower(), []).append(value)
    return found | {("header", name): ", ".join(values) for name, values in lines.items()}  # RFC 9110 5.3

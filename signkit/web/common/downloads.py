"""Handing a file to the browser: to be saved, never to be shown as a page of ours."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse, Response

#: Whatever is in the file, as a page it may do nothing, and belongs to no origin.
_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
_PLAIN = "application/octet-stream"


def download_file(path: Path, name: str) -> Response:
    """Return a file to be saved under ``name``."""
    return FileResponse(path, media_type=_PLAIN, headers=_headers(name))


def download(content: bytes, name: str) -> Response:
    """Return bytes to be saved under ``name``."""
    return Response(content, media_type=_PLAIN, headers=_headers(name))


def attachment(name: str) -> str:
    """Return the Content-Disposition of a file to be saved (RFC 6266: names beyond ASCII go into ``filename*``)."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "-_.") else "_" for each in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _headers(name: str) -> dict[str, str]:
    return {"content-disposition": attachment(name), "content-security-policy": _SANDBOX}

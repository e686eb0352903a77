"""Imported lists as they are kept: one JSON file a list, read on each run without XML or signatures."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from signkit.errors import TrustError
from signkit.incoming import read_file
from signkit.limits import TRUST_LIST_BYTES
from signkit.pki.trust_lists.values import EVERY_PURPOSE, ListedService, ListKind, Period, TrustList

LIST_SUFFIX = ".json"
_VERSION = 1


def stored_path(folder: Path, kind: ListKind, name: str) -> Path:
    """Return where a list is kept: every issue of one list in one file."""
    return folder / f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:16]}{LIST_SUFFIX}"


def stored_lists(folder: Path) -> Iterator[TrustList]:
    """Yield the lists kept in a folder, by name.

    Raises:
        TrustError("trust-list-damaged"): one cannot be read.
    """
    paths = folder.glob(f"*{LIST_SUFFIX}") if folder.is_dir() else ()
    yield from sorted(map(read_stored_list, paths), key=lambda item: item.name)


def read_stored_list(path: Path) -> TrustList:
    """Read what `list_bytes` wrote.

    Raises:
        InputUnreadable: the file cannot be read.
        TrustError("trust-list-damaged"): it is not what was written.
    """
    data = read_file(path, TRUST_LIST_BYTES)
    try:
        value = json.loads(data)
        if value["version"] != _VERSION:
            raise ValueError("another version")
        return _list(value)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise TrustError("trust-list-damaged", path=str(path)) from error


def list_bytes(found: TrustList) -> bytes:
    """Return a list as it is kept."""
    value = {
        "version": _VERSION,
        "kind": found.kind,
        "name": found.name,
        "source": found.source,
        "sha256": found.sha256,
        "sequence": found.sequence,
        "issued": found.issued.isoformat(),
        "next_update": found.next_update.isoformat() if found.next_update else None,
        "signer": b64encode(found.signer).decode() if found.signer else None,
        "services": [_service_json(service) for service in found.services],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _service_json(service: ListedService) -> dict[str, Any]:
    return {
        "provider": service.provider,
        "name": service.name,
        "certificates": [b64encode(der).decode() for der in service.certificates],
        "periods": [
            {"start": period.start.isoformat(), "status": period.status, "purposes": sorted(period.purposes)}
            for period in service.periods
        ],
        "signs_for_others": service.signs_for_others,
        "holders": list(service.holders),
    }


def _list(value: dict[str, Any]) -> TrustList:
    until = _time(value["next_update"]) if value["next_update"] else None
    return TrustList(
        kind=value["kind"],
        name=value["name"],
        source=value["source"],
        sha256=value["sha256"],
        sequence=int(value["sequence"]),
        issued=_time(value["issued"]),
        next_update=until,
        signer=b64decode(value["signer"], validate=True) if value["signer"] else None,
        services=tuple(_service(item, value["name"], until) for item in value["services"]),
    )


def _service(value: dict[str, Any], listed_in: str, until: datetime | None) -> ListedService:
    periods = tuple(_period(item) for item in value["periods"])
    if not periods:
        raise ValueError("a service without a status")
    return ListedService(
        listed_in=listed_in,
        provider=value["provider"],
        name=value["name"],
        certificates=tuple(b64decode(text, validate=True) for text in value["certificates"]),
        periods=periods,
        until=until,
        signs_for_others=bool(value["signs_for_others"]),
        holders=tuple(value["holders"]),
    )


def _period(value: dict[str, Any]) -> Period:
    return Period(_time(value["start"]), value["status"], EVERY_PURPOSE & frozenset(value["purposes"]))


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment

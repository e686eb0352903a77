"""What ``signkit trust list`` prints: every anchor with what it is believed for, by where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signkit.pki.anchors import Anchor
    from signkit.pki.trust_lists.values import TrustList
    from signkit.settings import Settings

_NO_LIST = "-"


def anchor_lines(settings: Settings, named: Sequence[Path]) -> Iterator[str]:
    """Yield a line an anchor: the shipped ones, the user's, what was taken from cards, those of imported lists."""
    from signkit.pki.anchors import load_anchors
    from signkit.validation.options import taken_from_cards, trust_store

    anchors = trust_store(settings, named).anchors
    yield from (_line(anchor, _purposes(anchor)) for anchor in anchors if anchor.service is None)
    yield from (_line(anchor, "authentication") for path in taken_from_cards(settings) for anchor in load_anchors(path))
    yield from (_line(anchor, _purposes(anchor)) for anchor in anchors if anchor.service is not None)


def stale_lists(settings: Settings) -> Iterator[TrustList]:
    """Yield the imported trust lists after which a newer one was due."""
    from signkit.pki.trust_lists.stored import stored_lists
    from signkit.validation.options import trust_list_folder

    return (found for found in stored_lists(trust_list_folder(settings)) if found.is_stale())


def _line(anchor: Anchor, purposes: str) -> str:
    from asn1crypto import x509

    end = x509.Certificate.load(anchor.certificate).not_valid_after
    digest = hashlib.sha256(anchor.certificate).hexdigest()
    listed_in = anchor.service.listed_in if anchor.service is not None else _NO_LIST
    return "\t".join((anchor.label.source, anchor.label.name, f"{end:%Y-%m-%d}", digest, purposes, listed_in))


def _purposes(anchor: Anchor) -> str:
    """What it is believed for today; of a listed service that is for nothing now, its status: ``(withdrawn)``."""
    if anchor.service is None:
        return ",".join(sorted(anchor.purposes))
    period = anchor.service.at(datetime.now(UTC))
    if period is None or not period.purposes:
        return f"({period.status})" if period else "(-)"
    return ",".join(sorted(period.purposes))

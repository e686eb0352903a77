"""Who issued which certificate, found from the anchors down: only who is vouched for vouches for others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from signkit.pki.paths.known_certificates import KnownCertificate, fits


def issuers_below(
    anchors: Iterable[KnownCertificate], certificates: Iterable[KnownCertificate]
) -> dict[bytes, KnownCertificate]:
    """Return the issuer of each of ``certificates`` (DER) that leads to an anchor by its signatures, the anchors apart.

    So only authorities that are vouched for are tried as issuers: any number of strangers of an authority's name, and
    certificates that strangers made of its name and key, or that a signer issued himself, stand in nobody's way.  What
    anybody may write around what was signed makes another certificate of it, by its bytes.
    """
    above = deque({item.der: item for item in anchors}.values())
    trusted, found = {item.der for item in above}, dict[bytes, KnownCertificate]()
    below: dict[str, list[KnownCertificate]] = {}
    for item in certificates:
        below.setdefault(item.issuer, []).append(item)
    while above:
        issuer = above.popleft()
        for item in below.get(issuer.subject, ()):
            if item.der not in trusted and item.der not in found and fits(item, issuer):
                found[item.der] = issuer
                if item.may_issue:
                    above.append(item)
    return found

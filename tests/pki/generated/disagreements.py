"""Where OpenSSL 3.0 (`openssl verify`, `openssl ocsp`) or pyHanko's certvalidator say something else, and who is right.

A new disagreement, or one that went away, fails the test; docs/reference/pki-cases.md shows this table.
"""

from __future__ import annotations

from typing import NamedTuple


class Disagreement(NamedTuple):
    """What the others say of a case, and the clause by which we say what we say."""

    openssl: str
    certvalidator: str
    why: str


_HOLD = (
    "RFC 5280 5.3.1: certificateHold can be undone; EN 319 102-1 5.2.6.4 says TRY_LATER. The others tell no difference."
)
_DELTA = (
    "RFC 5280 5.2.4, 6.3.3 (c): base and delta list count together. OpenSSL takes delta lists only where freshestCRL "
    "is stated; certvalidator where the certificate states it."
)
_FUTURE = "RFC 5280 6.3.3 (a), RFC 6960 4.2.2.1: evidence from after the moment of validation is not known yet."
_CRITICAL = "RFC 5280 5.2, 5.3, RFC 6960 4.4: what holds an unknown critical extension is not used."
_PLAIN_CA = "Whether an authority that names no service must be shown good is policy; ours asks those that name one."

_TWICE = "RFC 5280 4.2: an extension stands once; of two each program takes another one."
_TWO_ALGORITHMS = "RFC 5280 4.1.1.2, 5.1.1.2: the algorithm beside the signature must be the one that is signed."

DISAGREEMENTS: dict[str, Disagreement] = {
    "revoked-by-an-older-list-and-gone-from-the-newer": Disagreement(
        "good", "revoked", "RFC 5280 5.3.1: only a hold is undone; OpenSSL goes by the newest list alone."
    ),
    "on-hold": Disagreement("revoked", "revoked", _HOLD),
    "on-hold-by-answer": Disagreement("revoked", "revoked", _HOLD),
    "released-from-hold": Disagreement(
        "good", "revoked", "RFC 5280 5.3.1: gone from the newer list, it is good again; certvalidator takes the older."
    ),
    "used-while-on-hold-and-released-since": Disagreement("revoked", "revoked", _HOLD),
    "list-of-the-future": Disagreement("unproven", "good", _FUTURE),
    "answer-of-the-future": Disagreement("unproven", "good", _FUTURE),
    "answer-produced-in-the-future": Disagreement("good", "good", _FUTURE),
    "stale-list-that-revokes": Disagreement(
        "revoked", "unproven", "A revocation is final (RFC 5280 5.3.1), however old the list that tells it."
    ),
    "list-forged-beside-a-good-one": Disagreement(
        "unproven", "good", "RFC 5280 6.3.3 (g): the forged list counts for nothing; OpenSSL chooses it and stops."
    ),
    "list-with-unknown-critical-entry-extension": Disagreement("unproven", "good", _CRITICAL),
    "answer-with-unknown-critical-extension": Disagreement("good", "good", _CRITICAL),
    "answer-with-unknown-critical-single-extension": Disagreement("good", "good", _CRITICAL),
    "list-signed-with-sha1": Disagreement(
        "good", "good", "Policy: SHA-1 is not believed of what was made after 2013; the others ask at no list."
    ),
    "delta-list-alone-revokes": Disagreement(
        "unproven", "unproven", "The authority's signed word that it is revoked needs no base list to be one."
    ),
    "delta-list-revokes": Disagreement("good", "good", _DELTA),
    "delta-list-removes-a-hold": Disagreement("revoked", "revoked", _DELTA),
    "fresh-delta-list-on-a-stale-base": Disagreement("unproven", "unproven", _DELTA),
    "older-delta-list-does-not-remove-a-newer-hold": Disagreement("revoked", "revoked", _HOLD),
    "delta-list-that-begins-after-the-base-is-not-applied": Disagreement("revoked", "revoked", _HOLD),
    "indirect-list-by-anybody": Disagreement(
        "unproven", "good", "RFC 5280 6.3.3 (b) 1: the certificate must name another list issuer (cRLIssuer)."
    ),
    "indirect-list-by-a-key-that-signs-none": Disagreement(
        "good", "unproven", "RFC 5280 6.3.3 (f): the list issuer's keyUsage must hold cRLSign."
    ),
    "answer-that-names-the-issuer-by-sha384": Disagreement(
        "good", "crash: AttributeError", "RFC 6960 4.1.1: any digest may name the issuer; certvalidator stumbles."
    ),
    "responder-whose-key-does-not-sign": Disagreement(
        "good", "good", "RFC 5280 4.2.1.3, 4.2.1.12: both usages must fit; this key is for encryption."
    ),
    "responder-without-nocheck-of-whom-nothing-is-known": Disagreement(
        "good", "unproven", "RFC 6960 4.2.2.2.1: how a responder is checked is local policy; what is at hand counts."
    ),
    "responder-that-was-revoked": Disagreement(
        "good", "unproven", "RFC 6960 4.2.2.2.1, 3.2: a revoked responder does not speak; `openssl ocsp` does not ask."
    ),
    "good-answer-beside-a-list-that-revokes": Disagreement(
        "revoked", "good", "The worst proven word counts; certvalidator stops at the first good answer."
    ),
    "nothing-on-an-authority-that-names-no-service": Disagreement("unproven", "unproven", _PLAIN_CA),
    "renewed-authority-of-the-same-key": Disagreement("unproven", "unproven", _PLAIN_CA),
    "person-as-an-anchor-that-issues": Disagreement(
        "no-path", "unproven", "RFC 5280 4.2.1.9: who is no authority issues nothing; certvalidator asks no anchor."
    ),
    "person-as-an-anchor-of-its-own": Disagreement(
        "unproven", "good", "An anchor is believed as it is (RFC 5280 6.1.1 d); OpenSSL asks for its list."
    ),
    "authority-as-an-anchor-that-is-no-root": Disagreement(
        "good", "unproven", "RFC 5280 6.1.1 (d): any authority may be the anchor; certvalidator looks for its issuer."
    ),
    "cross-certificate-revoked-beside-a-good-path": Disagreement(
        "revoked", "good", "RFC 5280 6.1: one valid path is enough; OpenSSL builds one path and judges that."
    ),
    "revoked-after-it-was-used": Disagreement(
        "revoked", "good", "EN 319 102-1 5.2.6: good at the proven time; OpenSSL compares no dates."
    ),
    "extension-twice": Disagreement("no-path", "good", _TWICE),
    "unknown-extension-twice": Disagreement("good", "good", _TWICE),
    "end-entity-that-is-an-authority-too": Disagreement("no-path", "unproven", _TWICE),
    "extensions-in-version-1": Disagreement("no-path", "good", "RFC 5280 4.1.2.1: extensions are of version 3 alone."),
    "certificate-with-two-algorithms": Disagreement("no-path", "good", _TWO_ALGORITHMS),
    "list-with-two-algorithms": Disagreement("unproven", "good", _TWO_ALGORITHMS),
    "authority-whose-key-is-for-pss-alone": Disagreement(
        "no-path", "unproven", "RFC 4055 1.2: such a key makes no PKCS #1 v1.5 signatures."
    ),
    "answer-by-the-certificate-itself": Disagreement(
        "good",
        "no-path",
        "RFC 6960 4.2.2.2 appoints a key to answer; of itself a stolen one would say that it is good.",
    ),
}

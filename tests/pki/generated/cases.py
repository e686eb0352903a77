"""The table of cases: what is made, what must be said of it, and where OpenSSL or certvalidator say something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.pki.generated.judges import Case
from tests.pki.generated.making import (
    DAY,
    HOUR,
    NOW,
    STATUS,
    YEAR,
    Entry,
    certificate,
    extended_by,
    extension,
    for_pss_alone,
    forged,
    point,
    remade,
    responder,
    response,
    revocation_list,
    root,
    scope,
    two_algorithms,
)
from tests.validation import pki

HOLD, REMOVED = x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl
COMPROMISE = x509.ReasonFlags.key_compromise


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        make: makes the case.
        ours: what validation must say.
        signs: what signing must say, where that is not ``ours``: it knows no suspension, and judges no path.
    """

    make: Callable[[], Case]
    ours: str
    signs: str | None = None


LINES: dict[str, Line] = {}


def line(ours: str, signs: str | None = None):
    def taken(make: Callable[[], Case]) -> Callable[[], Case]:
        LINES[make.__name__.replace("_", "-")] = Line(make, ours, signs)
        return make

    return taken


def plain(**changes) -> Case:
    """A leaf directly under its root."""
    ca = root()
    return Case(certificate(ca, "Hanako", **changes), ca, (ca,))


def listed(case: Case, *lists: bytes) -> Case:
    return replace(case, lists=(*case.lists, *lists))


def answered(case: Case, *answers: bytes) -> Case:
    return replace(case, answers=(*case.answers, *answers))


# --- lists -----------------------------------------------------------------------------------------------------------


@line("unproven")
def nothing_at_hand() -> Case:
    return plain()


@line("good")
def good_by_list() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer))


@line("revoked")
def revoked_by_list() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, Entry(case.leaf)))


@line("revoked")
def revoked_by_an_older_list_and_gone_from_the_newer() -> Case:
    case = plain()
    older = revocation_list(case.issuer, Entry(case.leaf, reason=COMPROMISE), issued=NOW - 12 * HOUR, number=4)
    return listed(case, older, revocation_list(case.issuer))


@line("on-hold", "revoked")
def on_hold() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, Entry(case.leaf, reason=HOLD)))


@line("good")
def released_from_hold() -> Case:
    case = plain()
    older = revocation_list(case.issuer, Entry(case.leaf, reason=HOLD), issued=NOW - 12 * HOUR, number=4)
    return listed(case, older, revocation_list(case.issuer))


@line("unproven")
def stale_list() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, issued=NOW - 9 * DAY))


@line("unproven")
def list_of_the_future() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, issued=NOW + 2 * DAY))


@line("revoked")
def stale_list_that_revokes() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, Entry(case.leaf), issued=NOW - 9 * DAY))


@line("unproven")
def list_forged() -> Case:
    case = plain()
    return listed(case, forged(revocation_list(case.issuer)))


@line("good")
def list_forged_beside_a_good_one() -> Case:
    case = plain()
    return listed(case, forged(revocation_list(case.issuer, Entry(case.leaf))), revocation_list(case.issuer))


@line("unproven")
def list_by_an_authority_that_signs_none() -> Case:
    ca = root(usage={"key_cert_sign": True})
    case = Case(certificate(ca, "Hanako"), ca, (ca,))
    return listed(case, revocation_list(ca))


@line("unproven")
def list_with_unknown_critical_extension() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, critical=True))


@line("unproven")
def list_with_unknown_critical_entry_extension() -> Case:
    case = plain()
    other = certificate(case.issuer, "Other")
    return listed(case, revocation_list(case.issuer, Entry(other, critical=True)))


@line("unproven")
def list_of_another_partition() -> Case:
    case = plain(points=[point("one")])
    return listed(case, revocation_list(case.issuer, scope=scope("two")))


@line("good")
def list_of_its_partition() -> Case:
    case = plain(points=[point("one")])
    return listed(case, revocation_list(case.issuer, scope=scope("one")))


@line("revoked")
def partition_revokes_beside_another_partition() -> Case:
    case = plain(points=[point("one")])
    both = (
        revocation_list(case.issuer, scope=scope("two")),
        revocation_list(case.issuer, Entry(case.leaf), scope=scope("one")),
    )
    return listed(case, *both)


@line("unproven")
def list_of_authorities_only() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, scope=scope(authorities=True)))


@line("good")
def list_of_users_only() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, scope=scope(users=True)))


@line("unproven")
def list_of_some_reasons() -> Case:
    case = plain()
    some = frozenset({COMPROMISE})
    return listed(case, revocation_list(case.issuer, scope=scope(reasons=some)))


@line("revoked")
def list_of_some_reasons_revokes() -> Case:
    case = plain()
    some = frozenset({COMPROMISE})
    return listed(case, revocation_list(case.issuer, Entry(case.leaf, reason=COMPROMISE), scope=scope(reasons=some)))


@line("good")
def lists_of_all_reasons_together() -> Case:
    case = plain()
    flags = [item for item in x509.ReasonFlags if item not in (x509.ReasonFlags.unspecified, REMOVED)]
    halves = frozenset(flags[:4]), frozenset(flags[4:])
    return listed(case, *(revocation_list(case.issuer, scope=scope(reasons=half)) for half in halves))


@line("unproven")
def list_signed_with_sha1() -> Case:
    case = plain()
    der = revocation_list(case.issuer)
    return listed(case, _with_sha1(der, case.issuer))


def _with_sha1(der: bytes, ca: pki.Holder) -> bytes:
    from asn1crypto import algos, crl

    content = crl.CertificateList.load(der)["tbs_cert_list"]
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha1_ecdsa"})
    content["signature"] = algorithm
    tbs = content.dump(force=True)
    signature = ca.key.sign(tbs, ec.ECDSA(hashes.SHA1()))
    return pki.sequence(tbs, algorithm.dump(), pki.tagged(0x03, b"\x00" + signature))


# --- delta lists -----------------------------------------------------------------------------------------------------


@line("unproven")
def delta_list_alone() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, number=6, delta_of=5))


@line("revoked")
def delta_list_alone_revokes() -> Case:
    case = plain()
    return listed(case, revocation_list(case.issuer, Entry(case.leaf), number=6, delta_of=5))


@line("revoked")
def delta_list_revokes() -> Case:
    case = plain()
    base = revocation_list(case.issuer, issued=NOW - 6 * HOUR)
    return listed(case, base, revocation_list(case.issuer, Entry(case.leaf), number=6, delta_of=5))


@line("good")
def delta_list_removes_a_hold() -> Case:
    case = plain()
    base = revocation_list(case.issuer, Entry(case.leaf, reason=HOLD), issued=NOW - 6 * HOUR)
    return listed(case, base, revocation_list(case.issuer, Entry(case.leaf, reason=REMOVED), number=6, delta_of=5))


@line("on-hold", "revoked")
def older_delta_list_does_not_remove_a_newer_hold() -> Case:
    case = plain()
    base = revocation_list(case.issuer, Entry(case.leaf, reason=HOLD), number=20)
    older = revocation_list(case.issuer, Entry(case.leaf, reason=REMOVED), number=10, delta_of=5, issued=NOW - 9 * HOUR)
    return listed(case, base, older)


@line("on-hold", "revoked")
def delta_list_that_begins_after_the_base_is_not_applied() -> Case:
    case = plain()
    base = revocation_list(case.issuer, Entry(case.leaf, reason=HOLD), number=5, issued=NOW - 6 * HOUR)
    return listed(case, base, revocation_list(case.issuer, Entry(case.leaf, reason=REMOVED), number=9, delta_of=8))


@line("good")
def fresh_delta_list_on_a_stale_base() -> Case:
    case = plain()
    base = revocation_list(case.issuer, issued=NOW - 9 * DAY)
    return listed(case, base, revocation_list(case.issuer, number=6, delta_of=5))


# --- indirect lists --------------------------------------------------------------------------------------------------


def _indirect(*, named: bool = True, usage: dict[str, bool] | None = None) -> tuple[Case, pki.Holder]:
    ca = root()
    lister = certificate(ca, "Lister", usage=usage or {"crl_sign": True}, points=None)
    points = [point("all", lister)] if named else [point("all")]
    leaf = certificate(ca, "Hanako", points=points)
    return Case(leaf, ca, (ca,), (lister,)), lister


@line("good")
def indirect_list_that_the_certificate_names() -> Case:
    case, lister = _indirect()
    return listed(
        case,
        revocation_list(lister, scope=scope(indirect=True)),
        revocation_list(case.issuer, scope=scope(authorities=True)),
    )


@line("revoked")
def indirect_list_revokes() -> Case:
    case, lister = _indirect()
    return listed(case, revocation_list(lister, Entry(case.leaf, by=case.issuer), scope=scope(indirect=True)))


@line("good")
def indirect_list_revokes_the_same_serial_of_another_issuer() -> Case:
    case, lister = _indirect()
    stranger = root("Stranger")
    return listed(case, revocation_list(lister, Entry(case.leaf, by=stranger), scope=scope(indirect=True)))


@line("unproven")
def indirect_list_by_anybody() -> Case:
    case, lister = _indirect(named=False)
    return listed(case, revocation_list(lister, scope=scope(indirect=True)))


@line("unproven")
def list_of_the_named_issuer_that_is_not_indirect() -> Case:
    case, lister = _indirect()
    return listed(case, revocation_list(lister))


@line("unproven")
def indirect_list_by_a_key_that_signs_none() -> Case:
    case, lister = _indirect(usage={"digital_signature": True})
    return listed(case, revocation_list(lister, scope=scope(indirect=True)))


# --- OCSP ------------------------------------------------------------------------------------------------------------


@line("good")
def good_by_the_issuers_answer() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf))


@line("revoked")
def revoked_by_the_issuers_answer() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, status=STATUS.REVOKED))


@line("on-hold", "revoked")
def on_hold_by_answer() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, status=STATUS.REVOKED, reason=HOLD))


@line("unproven")
def unknown_by_answer() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, status=STATUS.UNKNOWN))


@line("unproven")
def answer_of_the_future() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, issued=NOW + 2 * DAY))


@line("unproven")
def answer_produced_in_the_future() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, produced=NOW + 2 * DAY))


@line("unproven")
def stale_answer() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, issued=NOW - 9 * DAY))


@line("unproven")
def answer_forged() -> Case:
    case = plain()
    return answered(case, forged(response(case.issuer, case.leaf)))


@line("good")
def answer_that_names_the_issuer_by_sha256() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, named_by=hashes.SHA256()))


@line("good")
def answer_that_names_the_issuer_by_sha384() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, named_by=hashes.SHA384()))


@line("unproven")
def answer_about_the_same_serial_of_another_issuer() -> Case:
    case = plain()
    stranger = root("Stranger")
    other = certificate(stranger, "Hanako", serial=case.leaf.certificate.serial_number)
    return answered(case, response(stranger, other, by=case.issuer))


@line("unproven")
def answer_with_unknown_critical_extension() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, critical="response"))


@line("unproven")
def answer_with_unknown_critical_single_extension() -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, critical="single"))


def _delegated(**changes) -> Case:
    case = plain()
    return answered(case, response(case.issuer, case.leaf, responder(case.issuer, **changes)))


@line("good")
def answer_by_an_appointed_responder() -> Case:
    return _delegated()


@line("unproven")
def responder_without_the_purpose() -> Case:
    return _delegated(extended=())


@line("unproven")
def responder_of_another_purpose() -> Case:
    return _delegated(extended=[ExtendedKeyUsageOID.SERVER_AUTH])


@line("unproven")
def responder_whose_key_does_not_sign() -> Case:
    return _delegated(usage={"key_encipherment": True})


@line("unproven")
def responder_with_unknown_critical_extension() -> Case:
    return _delegated(critical=True)


@line("unproven")
def responder_that_had_ended() -> Case:
    return _delegated(end=NOW - DAY)


@line("unproven")
def responder_of_a_sibling_authority() -> Case:
    ca = root()
    one, two = (certificate(ca, name, ca=True, points=None) for name in ("One", "Two"))
    leaf = certificate(one, "Hanako")
    case = Case(leaf, one, (ca,), (one, two))
    return answered(case, response(one, leaf, responder(two)))


@line("unproven")
def answer_by_the_sibling_authority_itself() -> Case:
    ca = root()
    one, two = (certificate(ca, name, ca=True, points=None) for name in ("One", "Two"))
    leaf = certificate(one, "Hanako")
    return answered(Case(leaf, one, (ca,), (one, two)), response(one, leaf, two))


@line("unproven")
def answer_of_the_issuers_key_under_another_name() -> Case:
    case = plain()
    alias = root("Alias", key=case.issuer.key)
    return answered(case, response(case.issuer, case.leaf, alias, by_name=True))


@line("good")
def responder_without_nocheck_of_whom_nothing_is_known() -> Case:
    return _delegated(no_check=False)


@line("unproven")
def responder_that_was_revoked() -> Case:
    case = plain()
    own = responder(case.issuer, no_check=False)
    revoking = revocation_list(case.issuer, Entry(own), issued=NOW - 9 * DAY)
    return listed(answered(case, response(case.issuer, case.leaf, own)), revoking)


@line("revoked")
def signer_with_nocheck_is_asked_about() -> Case:
    case = plain(no_check=True)
    return listed(case, revocation_list(case.issuer, Entry(case.leaf)))


# --- several pieces of evidence --------------------------------------------------------------------------------------


@line("revoked")
def good_answer_beside_a_list_that_revokes() -> Case:
    case = plain()
    case = answered(case, response(case.issuer, case.leaf, issued=NOW - HOUR / 2))
    return listed(case, revocation_list(case.issuer, Entry(case.leaf)))


@line("revoked")
def good_list_beside_an_answer_that_revokes() -> Case:
    case = plain()
    case = answered(case, response(case.issuer, case.leaf, status=STATUS.REVOKED))
    return listed(case, revocation_list(case.issuer, issued=NOW - HOUR / 2))


@line("good")
def stale_answer_beside_a_good_one() -> Case:
    case = plain()
    stale = response(case.issuer, case.leaf, issued=NOW - 9 * DAY)
    return answered(case, stale, response(case.issuer, case.leaf))


@line("good")
def answer_by_a_stranger_that_revokes_beside_a_good_one() -> Case:
    case = plain()
    stranger = responder(root("Stranger"))
    revoking = response(case.issuer, case.leaf, stranger, status=STATUS.REVOKED)
    return answered(case, revoking, response(case.issuer, case.leaf))


@line("good")
def forged_answer_that_revokes_beside_a_good_list() -> Case:
    case = plain()
    case = answered(case, forged(response(case.issuer, case.leaf, status=STATUS.REVOKED)))
    return listed(case, revocation_list(case.issuer))


@line("good")
def delta_list_beside_a_good_answer() -> Case:
    case = plain()
    case = answered(case, response(case.issuer, case.leaf))
    return listed(case, revocation_list(case.issuer, number=6, delta_of=5))


# --- authorities -----------------------------------------------------------------------------------------------------


def _chain(*, leaf: dict | None = None, **changes) -> tuple[Case, pki.Holder, pki.Holder]:
    ca = root()
    middle = certificate(ca, "Middle", ca=True, **changes)
    case = Case(certificate(middle, "Hanako", **(leaf or {})), middle, (ca,), (middle,))
    return listed(case, revocation_list(ca), revocation_list(middle)), ca, middle


@line("good")
def chain_of_two() -> Case:
    return _chain()[0]


@line("revoked")
def authority_revoked() -> Case:
    case, ca, middle = _chain()
    return replace(case, lists=(revocation_list(ca, Entry(middle)), revocation_list(middle)))


@line("revoked")
def authority_revoked_that_names_no_service() -> Case:
    case, ca, middle = _chain(points=None)
    return replace(case, lists=(revocation_list(ca, Entry(middle)), revocation_list(middle)))


@line("unproven")
def nothing_on_an_authority_that_names_a_service() -> Case:
    case, _, middle = _chain()
    return replace(case, lists=(revocation_list(middle),))


@line("good", "unproven")
def nothing_on_an_authority_that_names_no_service() -> Case:
    case, _, middle = _chain(points=None)
    return replace(case, lists=(revocation_list(middle),))


@line("no-path", "good")
def authority_that_is_none() -> Case:
    ca = root()
    middle = certificate(ca, "Middle", usage={"key_cert_sign": True, "crl_sign": True})
    case = Case(certificate(middle, "Hanako"), middle, (ca,), (middle,))
    return listed(case, revocation_list(ca), revocation_list(middle))


@line("no-path", "good")
def authority_whose_key_signs_no_certificates() -> Case:
    return _chain(usage={"crl_sign": True})[0]


@line("no-path", "good")
def authority_that_has_ended() -> Case:
    ca = root()
    middle = certificate(ca, "Middle", ca=True, start=NOW - YEAR, end=NOW + DAY)
    case = Case(certificate(middle, "Hanako"), middle, (ca,), (middle,))
    return listed(replace(case, moment=NOW + 2 * DAY), revocation_list(ca), revocation_list(middle))


@line("no-path", "good")
def authority_with_unknown_critical_extension() -> Case:
    return _chain(critical=True)[0]


@line("no-path", "good")
def path_longer_than_allowed() -> Case:
    ca = root()
    middle = certificate(ca, "Middle", ca=True, length=0)
    lower = certificate(middle, "Lower", ca=True)
    case = Case(certificate(lower, "Hanako"), lower, (ca,), (middle, lower))
    return listed(case, *(revocation_list(item) for item in (ca, middle, lower)))


@line("good")
def path_as_long_as_allowed() -> Case:
    return _chain(length=0)[0]


def _constrained(allowed: bool) -> Case:
    names = [x509.DirectoryName(x509.Name(list(pki.name("x").rdns)[:1]))]
    constraints = x509.NameConstraints(names, None) if allowed else x509.NameConstraints(None, names)
    return _chain(constraints=constraints)[0]


@line("good")
def name_that_is_permitted() -> Case:
    return _constrained(True)


@line("no-path", "good")
def name_that_is_excluded() -> Case:
    return _constrained(False)


@line("no-path", "good")
def name_that_is_not_permitted() -> Case:
    names = [x509.DirectoryName(x509.Name(list(pki.name("x", "Elsewhere").rdns)[:1]))]
    return _chain(constraints=x509.NameConstraints(names, None))[0]


@line("no-path", "unproven")
def person_as_an_anchor_that_issues() -> Case:
    partner = certificate(root(), "Partner", usage={"digital_signature": True, "crl_sign": True}, points=None)
    case = Case(certificate(partner, "Hanako"), partner, (partner,))
    return listed(case, revocation_list(partner))


@line("good", "unproven")
def person_as_an_anchor_of_its_own() -> Case:
    partner = certificate(root(), "Partner", points=None)
    return Case(partner, partner, (partner,))


@line("good", "unproven")
def authority_as_an_anchor_that_is_no_root() -> Case:
    middle = certificate(root(), "Middle", ca=True)
    case = Case(certificate(middle, "Hanako"), middle, (middle,))
    return listed(case, revocation_list(middle))


@line("no-path", "unproven")
def authority_of_the_same_name_is_not_the_authority() -> Case:
    ca, impostor = root(), root()
    case = Case(certificate(impostor, "Hanako"), impostor, (ca,))
    return listed(case, revocation_list(ca))


@line("unproven")
def list_by_an_impostor_of_the_same_name() -> Case:
    case = plain()
    impostor = root()
    return listed(replace(case, between=(impostor,)), revocation_list(impostor))


@line("unproven")
def list_by_an_authority_of_the_same_name_under_another_parent() -> Case:
    ca = root()
    parents = [certificate(ca, name, ca=True, points=None) for name in ("One", "Two")]
    same = [certificate(parent, "Same", ca=True, points=None) for parent in parents]
    leaf = certificate(same[0], "Hanako")
    return listed(Case(leaf, same[0], (ca,), (*parents, *same)), revocation_list(same[1]))


@line("good")
def list_with_the_new_key_of_the_authority() -> Case:
    """Key rollover: the new key is certified by the old one (RFC 4210 4.4)."""
    old = root()
    new = certificate(old, "Root", ca=True, points=None)
    return listed(Case(certificate(old, "Hanako"), old, (old,), (new,)), revocation_list(new))


@line("revoked")
def list_with_the_new_key_of_the_authority_revokes() -> Case:
    old = root()
    new = certificate(old, "Root", ca=True, points=None)
    leaf = certificate(old, "Hanako")
    return listed(Case(leaf, old, (old,), (new,)), revocation_list(new, Entry(leaf)))


@line("good", "unproven")
def renewed_authority_of_the_same_key() -> Case:
    ca = root()
    older = certificate(ca, "Middle", ca=True, points=None, end=NOW - DAY)
    newer = certificate(ca, "Middle", ca=True, points=None, key=older.key)
    return listed(Case(certificate(older, "Hanako"), newer, (ca,), (older, newer)), revocation_list(newer))


@line("good")
def cross_certificate_revoked_beside_a_good_path() -> Case:
    one, two = root("One"), root("Two")
    middle = certificate(one, "Middle", ca=True)
    across = certificate(two, "Middle", ca=True, key=middle.key)
    case = Case(certificate(middle, "Hanako"), middle, (one, two), (across, middle))
    return listed(case, revocation_list(one), revocation_list(two, Entry(across)), revocation_list(middle))


# --- one reading -----------------------------------------------------------------------------------------------------


def _for_servers_and_mail() -> Callable[[asn1_x509.TbsCertificate], None]:
    usages = (["server_auth"], ["email_protection"])
    return extended_by(*(extension("extended_key_usage", asn1_x509.ExtKeyUsageSyntax(item)) for item in usages))


def _reread(change: Callable[[asn1_x509.TbsCertificate], None]) -> Case:
    case = plain()
    return listed(replace(case, leaf=remade(case.leaf, case.issuer, change)), revocation_list(case.issuer))


@line("no-path", "good")
def extension_twice() -> Case:
    return _reread(_for_servers_and_mail())


@line("no-path", "good")
def unknown_extension_twice() -> Case:
    return _reread(extended_by(*[extension("2.25.4711", core.ParsableOctetString(b"\x05\x00"))] * 2))


@line("no-path", "good")
def extensions_in_version_1() -> Case:
    return _reread(lambda inside: inside.__setitem__("version", "v1"))


@line("no-path", "unproven")
def certificate_with_two_algorithms() -> Case:
    return _reread(lambda inside: inside.__setitem__("signature", {"algorithm": "sha512_ecdsa"}))


@line("no-path", "unproven")
def end_entity_that_is_an_authority_too() -> Case:
    ca = root()
    middle = certificate(ca, "Middle", usage={"key_cert_sign": True, "crl_sign": True}, points=None)
    twice = remade(
        middle, ca, extended_by(extension("basic_constraints", asn1_x509.BasicConstraints({"ca": True}), critical=True))
    )
    return listed(Case(certificate(twice, "Hanako"), twice, (ca,), (twice,)), revocation_list(twice))


@line("no-path", "unproven")
def authority_whose_key_is_for_pss_alone() -> Case:
    ca, key = root(), rsa.generate_private_key(65537, 2048)
    middle = remade(certificate(ca, "Middle", ca=True, key=key, points=None), ca, for_pss_alone)
    return listed(Case(certificate(middle, "Hanako"), middle, (ca,), (middle,)), revocation_list(middle))


@line("unproven")
def list_with_two_algorithms() -> Case:
    case = plain()
    return listed(case, two_algorithms(revocation_list(case.issuer), case.issuer))


@line("unproven")
def responder_with_an_extension_twice() -> Case:
    case = plain()
    twice = remade(responder(case.issuer), case.issuer, _for_servers_and_mail())
    return answered(case, response(case.issuer, case.leaf, twice))


@line("unproven", "good")
def answer_by_the_certificate_itself() -> Case:
    """Signing does not ask about one with ocsp-nocheck (RFC 6960 4.2.2.2.1)."""
    ca = root()
    leaf = certificate(
        ca, "Hanako", no_check=True, extended=[ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    )
    return answered(Case(leaf, ca, (ca,)), response(ca, leaf, leaf))


@line("good")
def answer_by_a_responder_that_is_a_signer_too() -> Case:
    case = plain()
    both = responder(case.issuer, extended=[ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return answered(case, response(case.issuer, case.leaf, both))


# --- time ------------------------------------------------------------------------------------------------------------


@line("good", "revoked")
def revoked_after_it_was_used() -> Case:
    case = plain()
    used = replace(case, moment=NOW - 60 * DAY)
    return listed(used, revocation_list(case.issuer, Entry(case.leaf)))


@line("revoked")
def revoked_before_it_was_used() -> Case:
    case = plain()
    used = replace(case, moment=NOW - 10 * DAY)
    return listed(used, revocation_list(case.issuer, Entry(case.leaf)))


@line("on-hold", "good")
def used_while_on_hold_and_released_since() -> Case:
    case = plain()
    older = revocation_list(case.issuer, Entry(case.leaf, reason=HOLD), issued=NOW - 12 * HOUR, number=4)
    return listed(replace(case, moment=NOW - 11 * HOUR), older, revocation_list(case.issuer))


@line("no-path", "good")
def used_before_it_began() -> Case:
    case = plain(start=NOW - 30 * DAY)
    return listed(replace(case, moment=NOW - 60 * DAY), revocation_list(case.issuer))

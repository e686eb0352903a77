"""Does this OCSP response or revocation list speak for this certificate, and what does it say at this moment?

The one rule, for signing (is this evidence worth keeping?) and for validation (is it worth believing?): RFC 5280 6.3.3
for lists, RFC 6960 3.2 and 4.2.2.2 for OCSP.  First every piece of evidence at hand is examined: who signed it, with
which right, how, and whether all of it is understood.  What stands up is a `Word`.  Then the words are weighed for one
moment: the worst one that is proven counts, whichever piece of evidence it comes from and however many good ones there
are beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from signkit.pki.algorithms import UnknownAlgorithm, digest_of
from signkit.pki.paths.known_certificates import KnownCertificate, SignedObject, fits
from signkit.pki.paths.pool import KnownStatus, Pool
from signkit.pki.policy import Algorithms, algorithm_ends
from signkit.pki.revocation.crl_scope import ALL_REASONS
from signkit.pki.revocation.evidence import ListedCertificate, OcspAnswer, RevocationList

#: How far the clock of a service may run ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
#: Certificates that may have signed one piece of evidence and are tried: each costs a signature check.  A crowd of them
#: is nobody's honest file; whom it hides is not known, so that the evidence is refused (never passed over).
_MAX_NAMESAKES = 20
#: Extensions of a responder's certificate that may be critical.
_RESPONDER_EXTENSIONS = {"basic_constraints", "key_usage", "extended_key_usage", "authority_key_identifier",
    "key_identifier", "subject_alt_name", "crl_distribution_points", "authority_information_access",
    "certificate_policies", "ocsp_no_check"}  # fmt: skip

#: Why evidence about a certificate does not count.
Refusal = Literal[
    "unauthorised",
    "not-understood",
    "algorithm",
    "unknown-status",
    "partial",
    "future",
    "unreadable",
    "silent",
    "ended",
    "crowded",
]
#: What is refused for these might tell of a revocation: nothing is shown until that is known.
_HIDING: tuple[Refusal, ...] = ("unreadable", "crowded")

#: The name and the key of an authority, whichever certificate states them.
Authority: TypeAlias = tuple[str, bytes]
#: Who signed a piece of evidence, and until when that key was the signer's alone.
_Signer: TypeAlias = tuple[KnownCertificate, datetime]


@dataclass(frozen=True)
class Word:
    """What one piece of evidence, examined and accepted, says of a certificate.

    Attributes:
        source: where it was said.
        issued: its thisUpdate.
        due: its nextUpdate.
        entry: the revocation or suspension; None: good.
        der: the evidence (a delta list comes with its base list); none for an imported list and an operator's word.
        reasons: which reasons of revocation it tells of.
    """

    source: Literal["ocsp", "crl", "operator"]
    issued: datetime
    due: datetime | None
    entry: ListedCertificate | None = None
    der: tuple[bytes, ...] = ()
    reasons: frozenset[str] = ALL_REASONS

    @property
    def is_final(self) -> bool:
        """It tells of a revocation that is never undone; a suspension may be."""
        return self.entry is not None and not self.entry.is_hold

    @property
    def since(self) -> datetime | None:
        """Since when it says that the certificate is revoked or suspended; see `revoked_since`."""
        return None if self.entry is None else revoked_since(self.entry, self.issued)


#: A key that somebody else has, in asn1crypto's words.
_STOLEN = {"key_compromise", "ca_compromise", "aa_compromise"}


def revoked_since(entry: ListedCertificate, issued: datetime) -> datetime:
    """Return since when what was issued then says that a certificate is revoked.

    A date to come is heeded (a planned end: the past-signature rules of EN 319 102-1 5.5.4 go by the date); but a key
    that is known to be stolen is so since that is said at the latest, whatever day is named for it.
    """
    return min(entry.since, issued) if entry.reason in _STOLEN else entry.since


@dataclass(frozen=True)
class Heard:
    """All that was said of one certificate.

    Attributes:
        words: what counts, oldest first.
        refused: why the rest does not.
    """

    words: tuple[Word, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.refused)


@dataclass(frozen=True)
class Standing:
    """What evidence shows of a certificate at a moment.

    Attributes:
        state: ``good``, ``revoked``, ``on-hold``; ``stale``: what counts is out of date; ``refused``: all that there is
            does not count (``why``); ``missing``: there is nothing.
        words: those that show it, the newest last.
        since: since when it is revoked or suspended; also where that came after the moment.
    """

    state: Literal["good", "revoked", "on-hold", "stale", "refused", "missing"]
    words: tuple[Word, ...] = ()
    since: datetime | None = None
    why: Refusal | None = None


class _CrowdError(Exception):
    """More certificates may have signed a piece of evidence than are tried."""


def never_vouched(_: KnownCertificate) -> datetime | None:
    """Nobody but the certificate's own issuer and those that it appoints may speak."""
    return None


def authority_of(certificate: KnownCertificate) -> Authority:
    """Return the authority that a certificate is of: renewed or issued across, it has the same name and key."""
    return certificate.subject, certificate.key_der


def vouched_until(path: Sequence[KnownCertificate]) -> datetime | None:
    """Until when the authorities of a valid path vouch for its first certificate; None: they do not.

    Nobody vouches for a key of his own: whoever got hold of it could make it last for ever.
    """
    if any(item.key_der == path[0].key_der for item in path[1:]):
        return None
    return min(item.not_after for item in path[1:] or path)


@dataclass(frozen=True)
class Examination:
    """What evidence is examined with.

    Attributes:
        pool: the evidence and certificates at hand.
        algorithms: until when algorithms are believed.
        now: the moment of the judgement; later evidence is not known yet.
        vouched: until when those above a certificate vouch for it; None where it does not lead to the trust anchor of
            the certificate in question (RFC 5280 6.3.3 f).
        existed: since when evidence (DER) is known to exist; None: since now.
        ended: since when the keys of authorities are not theirs alone any more, whatever certificate states them.
    """

    pool: Pool
    algorithms: Algorithms
    now: datetime
    vouched: Callable[[KnownCertificate], datetime | None] = never_vouched
    existed: Callable[[bytes], datetime] | None = None
    ended: Mapping[Authority, datetime] = field(default_factory=dict)

    def hear(self, certificate: KnownCertificate, issuer: KnownCertificate) -> Heard:
        """Examine everything at hand that may be about ``certificate``, which ``issuer`` issued."""
        said: list[Word | Refusal] = [
            *self._said_by_answers(certificate, issuer),
            *self._said_by_lists(certificate, issuer),
            *self._said_by_imports(certificate, issuer),
        ]
        words = [item for item in said if isinstance(item, Word)]
        known = [item for item in words if item.is_final or item.issued <= self.now + CLOCK_SKEW]
        refused = [item for item in said if not isinstance(item, Word)]
        if len(known) < len(words):
            refused.append("future")
        return Heard(tuple(sorted(known, key=lambda item: item.issued)), tuple(dict.fromkeys(refused)))

    def _said_by_imports(self, certificate: KnownCertificate, issuer: KnownCertificate) -> Iterator[Word | Refusal]:
        for status in self.pool.statuses:
            if status.certificate == certificate.der and status.issuer_key == issuer.key_der:
                # The list's key may have been lost before the import, which could not know of it.
                is_late = status.said_by == "crl" and status.issued is not None and self.now > self._end(issuer)
                yield "ended" if is_late else _said_by_import(status, certificate)

    # --- OCSP (RFC 6960) ------------------------------------------------------------------------------------------

    def _said_by_answers(self, certificate: KnownCertificate, issuer: KnownCertificate) -> Iterator[Word | Refusal]:
        for answer in self.pool.answers:
            if answer.serial == certificate.serial and _is_about(answer, certificate, issuer):
                yield self._judged_answer(answer, certificate, issuer)

    def _judged_answer(
        self, answer: OcspAnswer, certificate: KnownCertificate, issuer: KnownCertificate
    ) -> Word | Refusal:
        responder = self._signer_of(answer.der, self._responders(answer, certificate, issuer))
        if not isinstance(responder, KnownCertificate):
            return responder
        if not answer.is_understood:
            return "not-understood"
        if not self._is_believed(answer, responder, answer.issued):
            return "algorithm"
        # RFC 6960 2.2: the responder does not know the certificate, which is no word on it.
        if answer.status == "unknown":
            return "unknown-status"
        # RFC 6960 4.2.2.1: what comes from a later time is not relied on; a revocation is heard all the same.
        if answer.produced > self.now + CLOCK_SKEW and answer.entry is None:
            return "future"
        if answer.entry is None and answer.is_silent_on(certificate):
            return "silent"
        return Word("ocsp", answer.issued, answer.due, answer.entry, (answer.der,))

    def _responders(
        self, answer: OcspAnswer, certificate: KnownCertificate, issuer: KnownCertificate
    ) -> Iterator[_Signer]:
        """RFC 6960 4.2.2.2: the certificate's issuer, or one that this very issuer appointed; as the response names it.

        One that the issuer appointed answers no longer than the issuer does, and not for its own key: whoever stole
        that would say that it is good.
        """
        if answer.names(issuer) and fits(answer, issuer):
            yield from self._authorities(issuer)
            return
        every = {item.der: item for item in (*answer.certificates, *self.pool.certificates)}
        named = (item for item in every.values() if answer.names(item) and item.key_der != certificate.key_der)
        for item in _not_crowded(one for one in named if one.answers_ocsp and one.issuer == issuer.subject):
            if fits(answer, item) and self._is_appointed(answer, item, issuer):
                yield from ((item, min(self._end(item), end)) for _, end in self._authorities(issuer))

    def _is_appointed(self, answer: OcspAnswer, responder: KnownCertificate, issuer: KnownCertificate) -> bool:
        """Whether the issuer certified this very key for it (RFC 6960 4.2.2.2), and did not take that back."""
        if not fits(responder, issuer) or not responder.not_before <= answer.produced <= responder.not_after:
            return False
        # RFC 5280 4.2: a certificate with a critical extension that is not understood is not used.
        critical = {name for name, is_critical in responder.extensions if is_critical}
        if not responder.has_one_reading or not critical <= _RESPONDER_EXTENSIONS:
            return False
        if not self._is_believed(responder, issuer, answer.issued):
            return False
        return responder.no_check or not self._was_revoked(responder, issuer, answer)

    def _was_revoked(self, responder: KnownCertificate, issuer: KnownCertificate, answer: OcspAnswer) -> bool:
        """Whether evidence at hand tells of the responder's own revocation; the responder does not answer for itself.

        Without ocsp-nocheck, how to find out is local policy (RFC 6960 4.2.2.2.1): what is at hand counts, nothing is
        demanded.  What a revoked key signed counts only if it is proven to be older than the revocation.
        """
        others = tuple(
            item for item in self.pool.answers if item.serial == responder.serial and not item.names(responder)
        )
        rest = replace(self, pool=replace(self.pool, answers=others))
        heard = rest.hear(responder, issuer)
        if "crowded" in heard.refused:
            raise _CrowdError
        ends = [word.since for word in heard.words if word.since is not None]
        return any(since <= self._time_of_existence(answer.der) for since in ends)

    # --- lists (RFC 5280 6.3.3) -----------------------------------------------------------------------------------

    def _said_by_lists(self, certificate: KnownCertificate, issuer: KnownCertificate) -> Iterator[Word | Refusal]:
        bases: list[tuple[RevocationList, KnownCertificate]] = []
        deltas: list[tuple[RevocationList, KnownCertificate]] = []
        for item in self.pool.lists:
            if not item.speaks_of(certificate):
                continue
            signer = self._signer_of(item.der, self._list_signers(item, issuer))
            if not isinstance(signer, KnownCertificate):
                yield signer
            elif not item.is_understood:
                yield "not-understood"
            elif not self._is_believed(item, signer, item.issued):
                yield "algorithm"
            else:
                # RFC 5280 5.2.4: a list with a base's number is a delta, and speaks only beside a base.
                (bases if item.base_number is None else deltas).append((item, signer))
        for base, signer in bases:
            yield _word_of(base, certificate)
            for delta in _fitting_deltas(base, signer, deltas):
                yield _combine(base, delta, certificate)
        for delta, _ in deltas:
            # Alone a delta list shows nobody to be good, but what it tells of a revocation is the authority's word.
            entry = delta.entry(certificate)
            if entry is not None and not entry.is_removal:
                yield Word("crl", delta.issued, delta.due, entry, (delta.der,))
            elif not bases:
                yield "partial"

    def _list_signers(self, item: RevocationList, issuer: KnownCertificate) -> Iterator[_Signer]:
        """Who may have signed a list: the issuer, or an authority of the list's name under the same anchor.

        Its key usage has to allow that (RFC 5280 6.3.3 (f), 4.2.1.3: cRLSign).
        """
        if item.issuer == issuer.subject and fits(item, issuer):
            yield from (signer for signer in self._authorities(issuer) if signer[0].signs_lists)
            return
        named = self._others_named(item.issuer)
        others = [one for one in named if one.signs_lists and _may_be_listed_by(one, issuer)]
        others.sort(key=lambda one: one.certificate.key_identifier != item.authority_key)  # False, the named key, first
        for other in _not_crowded(others):
            if fits(item, other) and (until := self.vouched(other)) is not None:
                yield other, min(self._end(other), until)

    # --- both -----------------------------------------------------------------------------------------------------

    def _is_believed(self, item: SignedObject, signer: KnownCertificate, moment: datetime) -> bool:
        """Whether the algorithms of a signature were believed when it was made."""
        ends = algorithm_ends(self.algorithms, item.algorithm, signer.certificate.public_key)
        return all(end is not False and (end is None or moment <= end) for end in ends)

    def _authorities(self, issuer: KnownCertificate) -> Iterator[_Signer]:
        """The issuer; then its other certificates of this name and key, if those above vouch for them.

        Anybody can write the name and the key of an authority into a certificate, with another end and other rights.
        """
        yield issuer, self._end(issuer)
        named = self._others_named(issuer.subject)
        twins = (item for item in named if item.key_der == issuer.key_der and item.der != issuer.der)
        for other in _not_crowded(item for item in twins if item.is_authority):
            # A renewed authority keeps its key: its new certificate may last longer than the one in the path.
            if (until := self.vouched(other)) is not None:
                yield other, min(self._end(other), until)

    def _others_named(self, name: str) -> Iterable[KnownCertificate]:
        """The certificates of a name for which somebody might vouch; none are tried where nobody may."""
        # Without vouching a namesake is a stranger: RFC 5280 6.3.3 f asks for a path to the very same anchor.
        return () if self.vouched is never_vouched else self.pool.by_subject.get(name, {}).values()

    def _end(self, certificate: KnownCertificate) -> datetime:
        """Until when a key was its holder's alone, as far as this certificate and evidence on any of that key tell."""
        return min(certificate.not_after, self.ended.get(authority_of(certificate), certificate.not_after))

    def _signer_of(self, der: bytes, signers: Iterable[_Signer]) -> KnownCertificate | Refusal:
        """Return the first signer before whose end the evidence is proven to have existed (EN 319 102-1 5.6.2.2).

        After its end an authority answers for nothing, and its key may be anybody's; so with an OCSP responder.
        """
        why: Refusal = "unauthorised"
        try:
            for signer, end in signers:
                # Existence is proven by a timestamp over the evidence, not by the date that it states itself.
                if self._time_of_existence(der) <= end:
                    return signer
                why = "ended"
        except _CrowdError:
            return "crowded"
        return why

    def _time_of_existence(self, der: bytes) -> datetime:
        return self.now if self.existed is None else self.existed(der)


def _is_about(answer: OcspAnswer, certificate: KnownCertificate, issuer: KnownCertificate) -> bool:
    """Whether the CertID names this certificate of this issuer, by whatever digest (RFC 6960 4.1.1)."""
    try:
        # The issuer's name as the certificate writes it and as the issuer does: equal by 7.1 they may differ in their
        # bytes.
        names = {digest_of(answer.key_digest, item.dump()) for item in
            (certificate.certificate.issuer, issuer.certificate.subject)}  # fmt: skip
        return answer.key_hash == issuer.key_hash(answer.key_digest) and answer.name_hash in names
    except UnknownAlgorithm:
        return False


def _not_crowded(items: Iterable[KnownCertificate]) -> Iterator[KnownCertificate]:
    """Yield as many as are tried; that there are more is an error, not silence."""
    for place, item in enumerate(items):
        # Silently skipping the rest would let a crowd of forged certificates hide the one that tells of a revocation.
        if place >= _MAX_NAMESAKES:
            raise _CrowdError
        yield item


def _may_be_listed_by(other: KnownCertificate, issuer: KnownCertificate) -> bool:
    """Another name: one that the certificate itself gives (cRLIssuer).  The same name: a further key of that authority.

    A name stands for one authority under one parent only; elsewhere another one may have it.
    """
    if other.subject != issuer.subject:
        return True
    # The parent is the same, or it is the authority's own key rollover (RFC 5280 3.2, self-issued).
    return other.key_der != issuer.key_der and other.issuer in (issuer.issuer, issuer.subject)


def _word_of(item: RevocationList, certificate: KnownCertificate) -> Word | Refusal:
    entry = item.entry(certificate)
    if entry is None and item.is_silent_on(certificate):
        return "silent"
    return Word("crl", item.issued, item.due, entry, (item.der,), item.reasons_for(certificate))


def _fitting_deltas(
    base: RevocationList, signer: KnownCertificate, deltas: Iterable[tuple[RevocationList, KnownCertificate]]
) -> Iterator[RevocationList]:
    """RFC 5280 5.2.4, 6.3.3 c: of the same issuer, key and scope, newer than the base, and not beginning after it."""
    for delta, other in deltas:
        numbers = (delta.base_number, base.number, delta.number)
        # The same scope means the same issuingDistributionPoint, or none in both (RFC 5280 6.3.3 c 2).
        if None in numbers or delta.issuer != base.issuer or delta.point != base.point:
            continue
        first, own, last = (number for number in numbers if number is not None)
        # 6.3.3 c 3: both with one authority key identifier; and signed by one key, since the identifier is a claim
        # only.
        if first <= own < last and delta.authority_key == base.authority_key and other.key_der == signer.key_der:
            yield delta


def _combine(base: RevocationList, delta: RevocationList, certificate: KnownCertificate) -> Word | Refusal:
    """What both say together: the delta list's entry counts, else the base list's (RFC 5280 6.3.3 i, j, k)."""
    word = _word_of(base, certificate)
    if not isinstance(word, Word):
        return word
    entry = delta.entry(certificate) or word.entry
    # removeFromCRL: the hold was lifted, or the certificate has ended (RFC 5280 5.3.1).
    if entry is not None and entry.is_removal:
        entry = None
    return replace(word, issued=delta.issued, due=delta.due, entry=entry, der=(base.der, delta.der))


def _said_by_import(status: KnownStatus, certificate: KnownCertificate) -> Word | Refusal:
    """An imported list was examined when it was imported; an index that cannot be read might name anybody."""
    if status.issued is None:
        return "unreadable"
    entry = None if status.revoked_at is None else ListedCertificate(status.revoked_at, status.reason)
    if entry is None and status.issued > certificate.not_after:
        return "silent"  # RFC 5280 3.3
    return Word(status.said_by, status.issued, status.due, entry)


# --- weighing -----------------------------------------------------------------------------------------------------


def standing(heard: Heard, moment: datetime, oldest: datetime | None = None) -> Standing:
    """Weigh all that was said of a certificate for one moment.

    A certificate that was good when later evidence was issued was good before, and one that was revoked later was good
    until then.  Suspension (certificateHold) lasts until newer evidence does not tell of it any more.

    Args:
        heard: see `Examination.hear`.
        moment: when the certificate was used, as far as is proven.
        oldest: when evidence that it was good must have been issued at the earliest; None: whenever.
    """
    # An unreadable index or a crowd may hide a revocation: that there is a good word beside it does not help.
    hiding = next((item for item in _HIDING if item in heard.refused), None)
    if hiding is not None:
        return Standing("refused", why=hiding)
    # Final words are looked at first and at any date: a revocation is published late and holds from its own date on.
    final = [word for word in heard.words if word.is_final]
    since = min((word.since for word in final if word.since is not None), default=None)
    if since is not None and since <= moment:
        return Standing("revoked", tuple(final), since)
    if hold := _hold_at(heard.words, moment):
        return Standing("on-hold", (hold,), hold.entry.since if hold.entry else None)
    heeded = [word for word in heard.words if oldest is None or word.issued >= oldest]
    # Revoked only after the moment: until then it was good, and the revocation itself says so.  Of a day that was still
    # to come when it was said, it says no more than what is good now, and no longer: the day may be put forward.
    if since is not None and any(word.is_final and _shows_good(word, moment) for word in heeded):
        return Standing("good", tuple(final), since)
    good = [word for word in heeded if word.entry is None]
    shown = [word for word in good if _shows_good(word, moment)]
    # RFC 5280 6.3.3: lists of some reasons add up; only when every reason is covered is the certificate unrevoked.
    if frozenset().union(*(word.reasons for word in shown)) >= ALL_REASONS:
        return Standing("good", tuple(shown))
    if heard.words and (good or since is not None or oldest is None):
        return Standing("stale")
    # "Silent" and "ended" are no defects of the service; to call them refused would send people after the wrong thing.
    why = next((item for item in heard.refused if item not in ("silent", "ended")), None)
    return Standing("refused", why=why) if why is not None else Standing("missing")


def _shows_good(word: Word, moment: datetime) -> bool:
    """Issued later, or not out of date at the moment; without nextUpdate newer evidence may be had at any time."""
    # RFC 6960 4.2.2.1: no nextUpdate means that newer information is available all the time.
    return word.issued >= moment or (word.due is not None and moment <= word.due)


def _hold_at(words: Iterable[Word], moment: datetime) -> Word | None:
    """Return the suspension that was not over at the moment, as far as the words that tell of suspensions say."""
    held = [word for word in words if word.entry is not None and word.entry.is_hold and word.entry.since <= moment]
    for hold in held:
        later = [word for word in words if word.entry is None and word.issued > hold.issued]
        ends = [word.issued for word in later if "certificate_hold" in word.reasons]
        # A hold that was seen, and lifted by newer evidence: valid again from then on (RFC 5280 5.3.1, removeFromCRL).
        if moment < min(ends, default=moment + CLOCK_SKEW):
            return hold
    return None

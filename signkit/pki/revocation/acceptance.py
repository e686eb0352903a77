"""Does this OCSP response or revocation list speak for this certificate, and what does it say at this moment?

The one rule, for signing (is this evidence worth keeping?) and for validation (is it worth believing?): RFC 5280 6.3.3
for lists, RFC 6960 3.2 and 4.2.2.2 for OCSP.  First every piece of evidence at hand is examined: who signed it, with
which right, how, and whether all of it is understood.  What stands up is a `Word`.  Then the words are weighed for one
moment: the worst one that is proven counts, whichever piece of evidence it comes from and however many good ones there
are beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from signkit.pki.algorithms import UnknownAlgorithm, digest_of
from signkit.pki.paths.known import KnownCertificate, SignedObject, fits
from signkit.pki.paths.pool import KnownStatus, Pool
from signkit.pki.policy import Algorithms, algorithm_ends
from signkit.pki.revocation.crl_scope import ALL_REASONS
from signkit.pki.revocation.evidence import Entry, OcspAnswer, RevocationList

#: How far the clock of a service may run ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
#: Certificates of one name that are tried; a crowd of them is nobody's honest file, and each costs a signature check.
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
]


@dataclass(frozen=True)
class Word:
    """What one piece of evidence, examined and accepted, says of a certificate.

    Attributes:
        source: where it was said.
        issued: its thisUpdate.
        due: its nextUpdate.
        entry: the revocation or suspension; None: good.
        der: the evidence (a delta list comes with its base list); none for an imported list.
        reasons: which reasons of revocation it tells of.
    """

    source: Literal["ocsp", "crl"]
    issued: datetime
    due: datetime | None
    entry: Entry | None = None
    der: tuple[bytes, ...] = ()
    reasons: frozenset[str] = ALL_REASONS

    @property
    def is_final(self) -> bool:
        """It tells of a revocation that is never undone; a suspension may be."""
        return self.entry is not None and not self.entry.is_hold


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


def never_vouched(_: KnownCertificate) -> bool:
    """Nobody but the certificate's own issuer and those that it appoints may speak."""
    return False


@dataclass(frozen=True)
class Examination:
    """What evidence is examined with.

    Attributes:
        pool: the evidence and certificates at hand.
        algorithms: until when algorithms are believed.
        now: the moment of the judgement; later evidence is not known yet.
        vouched: whether a certificate leads to the trust anchor of the certificate in question (RFC 5280 6.3.3 f).
        existed: since when evidence (DER) is known to exist; None: since now.
        ended: since when the keys of authorities (by the DER of their certificates) are not theirs alone any more.
    """

    pool: Pool
    algorithms: Algorithms
    now: datetime
    vouched: Callable[[KnownCertificate], bool] = never_vouched
    existed: Callable[[bytes], datetime] | None = None
    ended: Mapping[bytes, datetime] = field(default_factory=dict)

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
                yield _said_by_import(status, certificate)

    # --- OCSP (RFC 6960) ------------------------------------------------------------------------------------------

    def _said_by_answers(self, certificate: KnownCertificate, issuer: KnownCertificate) -> Iterator[Word | Refusal]:
        for answer in self.pool.answers:
            if answer.serial == certificate.serial and _is_about(answer, certificate, issuer):
                yield self._judged_answer(answer, certificate, issuer)

    def _judged_answer(
        self, answer: OcspAnswer, certificate: KnownCertificate, issuer: KnownCertificate
    ) -> Word | Refusal:
        responders = [item for item in self._named_responders(answer, issuer) if self._may_answer(answer, item, issuer)]
        if not responders:
            return "unauthorised"
        responder = next((item for item in responders if self._had_key(item, answer.der)), None)
        if responder is None:
            return "ended"
        if not answer.is_understood:
            return "not-understood"
        if not self._is_believed(answer, responder, answer.issued):
            return "algorithm"
        if answer.status == "unknown":
            return "unknown-status"
        if answer.produced > self.now + CLOCK_SKEW and answer.entry is None:
            return "future"
        if answer.entry is None and answer.is_silent_on(certificate):
            return "silent"
        return Word("ocsp", answer.issued, answer.due, answer.entry, (answer.der,))

    def _named_responders(self, answer: OcspAnswer, issuer: KnownCertificate) -> Iterator[KnownCertificate]:
        """The issuer itself, then who it may have appointed; each by the name or key that the response states."""
        every = {item.der: item for item in (issuer, *answer.certificates, *self.pool.certificates)}
        yield from islice((item for item in every.values() if answer.names(item)), _MAX_NAMESAKES)

    def _may_answer(self, answer: OcspAnswer, responder: KnownCertificate, issuer: KnownCertificate) -> bool:
        """RFC 6960 4.2.2.2: the key of the certificate's issuer, or one that this very issuer certified for it."""
        if not fits(answer, responder):
            return False
        if responder.key_der == issuer.key_der and responder.subject == issuer.subject:
            return True
        appointed = responder.answers_ocsp and responder.issuer == issuer.subject and fits(responder, issuer)
        if not appointed or not responder.not_before <= answer.produced <= responder.not_after:
            return False
        critical = {name for name, is_critical in responder.extensions if is_critical}
        if not critical <= _RESPONDER_EXTENSIONS or not self._is_believed(responder, issuer, answer.issued):
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
        ends = [word.entry.since for word in heard.words if word.entry is not None]
        return any(since <= self._time_of_existence(answer.der) for since in ends)

    # --- lists (RFC 5280 6.3.3) -----------------------------------------------------------------------------------

    def _said_by_lists(self, certificate: KnownCertificate, issuer: KnownCertificate) -> Iterator[Word | Refusal]:
        bases: list[tuple[RevocationList, KnownCertificate]] = []
        deltas: list[tuple[RevocationList, KnownCertificate]] = []
        for item in self.pool.lists:
            if not item.speaks_of(certificate):
                continue
            signers = list(self._list_signers(item, issuer))
            signer = next((one for one in signers if self._had_key(one, item.der)), None)
            if signer is None:
                yield "ended" if signers else "unauthorised"
            elif not item.is_understood:
                yield "not-understood"
            elif not self._is_believed(item, signer, item.issued):
                yield "algorithm"
            else:
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

    def _list_signers(self, item: RevocationList, issuer: KnownCertificate) -> Iterator[KnownCertificate]:
        """Who may have signed a list: the issuer, or an authority of the list's name under the same anchor."""
        if item.issuer == issuer.subject and issuer.signs_lists and fits(item, issuer):
            yield issuer
        named = (other for other in self.pool.certificates if other.subject == item.issuer and other.der != issuer.der)
        for other in islice(named, _MAX_NAMESAKES):
            signed = other.signs_lists and fits(item, other)
            if signed and (_is_same_key(other, issuer) or (_may_be_listed_by(other, issuer) and self.vouched(other))):
                yield other

    # --- both -----------------------------------------------------------------------------------------------------

    def _is_believed(self, item: SignedObject, signer: KnownCertificate, moment: datetime) -> bool:
        """Whether the algorithms of a signature were believed when it was made."""
        ends = algorithm_ends(self.algorithms, item.algorithm, signer.certificate.public_key)
        return all(end is not False and (end is None or moment <= end) for end in ends)

    def _had_key(self, signer: KnownCertificate, der: bytes) -> bool:
        """Whether evidence is proven to be older than its signer's end (EN 319 102-1 5.6.2.2).

        After its end an authority answers for nothing, and its key may be anybody's; so with an OCSP responder.
        """
        end = min(signer.not_after, self.ended.get(signer.der, signer.not_after))
        return self._time_of_existence(der) <= end

    def _time_of_existence(self, der: bytes) -> datetime:
        return self.now if self.existed is None else self.existed(der)


def _is_about(answer: OcspAnswer, certificate: KnownCertificate, issuer: KnownCertificate) -> bool:
    """Whether the CertID names this certificate of this issuer, by whatever digest (RFC 6960 4.1.1)."""
    try:
        names = {digest_of(answer.key_digest, item.dump()) for item in
            (certificate.certificate.issuer, issuer.certificate.subject)}  # fmt: skip
        return answer.key_hash == issuer.key_hash(answer.key_digest) and answer.name_hash in names
    except UnknownAlgorithm:
        return False


def _is_same_key(other: KnownCertificate, issuer: KnownCertificate) -> bool:
    """Another certificate of the same name and key: renewed, or issued across."""
    return other.subject == issuer.subject and other.key_der == issuer.key_der


def _may_be_listed_by(other: KnownCertificate, issuer: KnownCertificate) -> bool:
    """Another name: one that the certificate itself gives (cRLIssuer).  The same name: a further key of that authority.

    A name stands for one authority under one parent only; elsewhere another one may have it.
    """
    return other.subject != issuer.subject or other.issuer in (issuer.issuer, issuer.subject)


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
        if None in numbers or delta.issuer != base.issuer or delta.point != base.point:
            continue
        first, own, last = (number for number in numbers if number is not None)
        if first <= own < last and delta.authority_key == base.authority_key and other.key_der == signer.key_der:
            yield delta


def _combine(base: RevocationList, delta: RevocationList, certificate: KnownCertificate) -> Word | Refusal:
    """What both say together: the delta list's entry counts, else the base list's (RFC 5280 6.3.3 i, j, k)."""
    word = _word_of(base, certificate)
    if not isinstance(word, Word):
        return word
    entry = delta.entry(certificate) or word.entry
    if entry is not None and entry.is_removal:
        entry = None
    return replace(word, issued=delta.issued, due=delta.due, entry=entry, der=(base.der, delta.der))


def _said_by_import(status: KnownStatus, certificate: KnownCertificate) -> Word | Refusal:
    """An imported list was examined when it was imported; an index that cannot be read might name anybody."""
    if status.issued is None:
        return "unreadable"
    entry = None if status.revoked_at is None else Entry(status.revoked_at)
    if entry is None and status.issued > certificate.not_after:
        return "silent"  # RFC 5280 3.3
    return Word("crl", status.issued, status.due, entry)


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
    if "unreadable" in heard.refused:
        return Standing("refused", why="unreadable")
    final = [word for word in heard.words if word.is_final]
    since = min((word.entry.since for word in final if word.entry is not None), default=None)
    if since is not None and since <= moment:
        return Standing("revoked", tuple(final), since)
    if hold := _hold_at(heard.words, moment):
        return Standing("on-hold", (hold,), hold.entry.since if hold.entry else None)
    if since is not None:
        return Standing("good", tuple(final), since)
    good = [word for word in heard.words if word.entry is None and (oldest is None or word.issued >= oldest)]
    shown = [word for word in good if _shows_good(word, moment)]
    if frozenset().union(*(word.reasons for word in shown)) >= ALL_REASONS:
        return Standing("good", tuple(shown))
    if heard.words and (good or oldest is None):
        return Standing("stale")
    why = next((item for item in heard.refused if item not in ("silent", "ended")), None)
    return Standing("refused", why=why) if why is not None else Standing("missing")


def _shows_good(word: Word, moment: datetime) -> bool:
    """Issued later, or not out of date at the moment; without nextUpdate newer evidence may be had at any time."""
    return word.issued >= moment or (word.due is not None and moment <= word.due)


def _hold_at(words: Iterable[Word], moment: datetime) -> Word | None:
    """Return the suspension that was not over at the moment, as far as the words tell."""
    held = [word for word in words if word.entry is not None and word.entry.is_hold and word.entry.since <= moment]
    for hold in held:
        ends = [word.issued for word in words if word.entry is None and word.issued > hold.issued]
        if moment < min(ends, default=moment + CLOCK_SKEW):
            return hold
    return None

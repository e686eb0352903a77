"""Binding a card's signing certificate to its authentication certificate, at a counter (窓口での紐付け).

No certificate names the other one, and only J-LIS's register says which two belong to one person.  At a counter both
keys can be used one after the other on the card that lies there.  From then on who authenticates with the one, which
tells no name, is known as who signed with the other.

What the proof shows, and what not: both keys answered for fresh data, over one connection that no other program shared,
between two looks at one card (`signkit.card.session.prove_both_keys`).  A device made to look like a card that passes
commands on to two cards answers alike.  So a binding is made where somebody sees the card put on the reader, never with
a proof that came from elsewhere: none can be sent in.

The signing key signs a statement that is shown before, and that is a statement, not a random number.  Nothing of it is
kept but a keyed hash of each certificate (`signkit.holder.touch`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from signkit.card.key_proof import BINDING_DOMAIN, Binding, check_binding
from signkit.errors import CardAnswerInvalid
from signkit.holder.card_certificate import judge_certificate
from signkit.holder.judgement import CardJudgement, Finding, bad_finding, good_finding, open_finding
from signkit.holder.touch import TouchRegistry
from signkit.jpki.authorities import Usage
from signkit.pki.anchors import Anchor
from signkit.pki.revocation.sources import RevocationSource
from signkit.words import Text

#: What the holder declares, above the line that makes it good once.
STATEMENT = Text(
    "I show both keys of my Individual Number Card here, so that I am known again by the authentication key alone.",
    "私は、マイナンバーカードの署名用と利用者証明用の二つの鍵をこの窓口で示し、以後、利用者証明用の鍵によって本人と扱われることに同意します。",
)

_NAMES: dict[Usage, Text] = {
    "signature": Text("signing certificate", "署名用電子証明書"),
    "authentication": Text("authentication certificate", "利用者証明用電子証明書"),
}


@dataclass(frozen=True)
class BindingAnchors:
    """Whom the two certificates are believed from; see `signkit.holder.card_certificate`."""

    signature: Sequence[Anchor]
    authentication: Sequence[Anchor]


def new_statement(now: datetime) -> bytes:
    """Return what the signing key is to sign: the statement in both languages, when, and 16 random bytes."""
    lines = (STATEMENT.ja, STATEMENT.en, now.isoformat(timespec="seconds"), secrets.token_hex(16))
    return BINDING_DOMAIN + "\n".join(lines).encode()


def judge_binding(
    proof: Binding,
    statement: bytes,
    anchors: BindingAnchors,
    sources: Sequence[RevocationSource],
    now: datetime,
) -> CardJudgement:
    """Judge both proofs and both certificates."""
    signing, own = proof.certificate, proof.authentication.certificate
    return CardJudgement(
        (
            _both_signed(proof, statement),
            *_named("signature", judge_certificate(signing, anchors.signature, sources, now, "signature")),
            *_named("authentication", judge_certificate(own, anchors.authentication, sources, now)),
        )
    )


def _both_signed(proof: Binding, statement: bytes) -> Finding:
    try:
        check_binding(proof, statement)
    except (ValueError, CardAnswerInvalid):
        return bad_finding("keys", "the two keys did not sign as asked", "二つの鍵による署名が正しくありません")
    return good_finding(
        "keys",
        "both keys signed, one after the other, over one connection that nobody else shared",
        "ほかのプログラムが使えない一つの接続の中で、二つの鍵が続けて署名しました",
    )


def _named(usage: Usage, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Say of each finding which certificate it is about."""
    name = _NAMES[usage]
    for finding in findings:
        reason = Text(f"{name.en}: {finding.reason.en}", f"{name.ja}: {finding.reason.ja}")
        yield replace(finding, question=f"{usage}-{finding.question}", reason=reason)


@dataclass(frozen=True)
class FileSigner:
    """One who signed a file: the field, the certificate (DER), and what was judged of the signature."""

    field: str
    certificate: bytes
    verdict: Literal["passed", "failed", "open"]


def judge_file_signer(registry: TouchRegistry, certificate: bytes, signers: Sequence[FileSigner]) -> Finding:
    """Say whether the holder of an authentication certificate signed a file, by what was bound at a counter."""
    entry = registry.find(certificate)
    if entry is None or entry.bound_at is None:
        return open_finding(
            "signer",
            "no signing certificate was bound to this card at a counter",
            "このカードには、窓口で結び付けた署名用電子証明書がありません",
        )
    own = [signer for signer in signers if registry.bound_at(certificate, signer.certificate) is not None]
    if not own:
        return bad_finding(
            "signer",
            "none of the file's signatures is of a certificate that was bound to this card",
            "ファイルの署名の中に、このカードに結び付けた署名用電子証明書によるものはありません",
        )
    return _told(min(own, key=lambda signer: _BEST_FIRST.index(signer.verdict)))


_BEST_FIRST = ("passed", "open", "failed")


def _told(signer: FileSigner) -> Finding:
    field = signer.field
    if signer.verdict == "passed":
        return good_finding(
            "signer",
            f"the card's holder signed the file as {field!r}",
            f"カードの名義人が {field!r} として署名しています",
        )
    if signer.verdict == "open":
        return open_finding(
            "signer",
            f"the signature {field!r} is by the certificate bound to this card, but is itself undecided",
            f"署名 {field!r} は、このカードに結び付けた電子証明書によるものですが、署名自体が判定不能です",
        )
    return bad_finding(
        "signer",
        f"the signature {field!r} names the certificate bound to this card, but does not hold",
        f"署名 {field!r} は、このカードに結び付けた電子証明書を示していますが、正しくありません",
    )

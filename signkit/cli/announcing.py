"""What ``signkit sign`` is about to do, said before it asks for a password or a PIN."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signkit.cli.language import LANGUAGE, translate
from signkit.cli.terminal import tell
from signkit.cli.wrapping import pad
from signkit.words import Text, printable, without_controls

if TYPE_CHECKING:
    from signkit.pdf.embedded_contract import EmbeddedParty
    from signkit.pdf.reading.unlocking import Password
    from signkit.signing.many import SigningJob
    from signkit.signing.terms import Admission, SignatureTerms


@dataclass(frozen=True)
class Announcement:
    """What a person must know of a file before signing it.

    Attributes:
        title: the contract's; None where the file says none.
        parties: a line each: title, role, name.
        pages: how many.
        earlier: a line for each signature that is there already.
    """

    title: str | None
    parties: tuple[str, ...]
    pages: int
    earlier: tuple[str, ...]

    @classmethod
    def of(cls, pdf: bytes, admission: Admission, password: Password) -> Announcement:
        """Read it from the file, which was admitted."""
        from signkit.pdf.fields import open_pdf
        from signkit.pdf.pages import pages

        contract = admission.contract
        return cls(
            title=printable(contract.title.in_language(LANGUAGE)) if contract and contract.title else None,
            parties=tuple(map(_party, contract.parties)) if contract else (),
            pages=sum(1 for _ in pages(open_pdf(pdf, password).history.last)),
            earlier=tuple(_earlier(admission)),
        )


def announce(job: SigningJob, about: Announcement, terms: SignatureTerms) -> None:
    """Say what is signed as whom, and what comes of it."""
    nothing = translate(_NONE)
    rows = [
        (_FILE, [str(job.source)]),
        (_TITLE, [about.title or nothing]),
        (_ROLE, [_party(job.party) if job.party else terms.role]),
        (_PARTIES, about.parties or [nothing]),
        (_PAGES, [str(about.pages)]),
        (_DIGEST, [job.sha256]),
        (_EARLIER, about.earlier or [nothing]),
        (_OUTPUT, [str(job.target)]),
    ]
    tell(_ABOUT_TO_SIGN, level=terms.level.value)
    for label, values in rows:
        _row(translate(label), values)


def list_jobs(jobs: Iterable[tuple[SigningJob, Announcement]]) -> None:
    """Show what is to be signed, digest by digest, each with its title."""
    for job, about in jobs:
        title = f"  {about.title}" if about.title else ""
        print(without_controls(f"{job.sha256}  {job.source}{title}"), file=sys.stderr)


def tell_next(announced: Sequence[tuple[SigningJob, Announcement]], job: SigningJob) -> None:
    """Say which of several documents the consent that follows is about; of one alone it was said before."""
    if len(announced) == 1:
        return
    number, about = next((at, said) for at, (each, said) in enumerate(announced, 1) if each == job)
    title = f"  {about.title}" if about.title else ""
    tell(_NEXT, number=number, count=len(announced), source=job.source, title=title, sha256=job.sha256)


def _row(label: str, values: Iterable[str]) -> None:
    for value in values:
        print(f"  {pad(label, _LABEL_COLUMNS)}{without_controls(value)}", file=sys.stderr)
        label = ""


def _party(party: EmbeddedParty) -> str:
    return printable(f"{party.label.in_language(LANGUAGE)} ({party.role}): {party.full_name or '—'}")


def _earlier(admission: Admission) -> Iterator[str]:
    labels = {party.role: party for party in admission.contract.parties} if admission.contract else {}
    for signature in admission.earlier:
        field = signature.field or "—"
        who = _party(labels[field]) if field in labels else f"{field}: {signature.signer.common_name or '—'}"
        when = signature.best_time or signature.claimed_time
        yield printable(who) + (f", {when.astimezone():%Y-%m-%d %H:%M}" if when else "")


_LABEL_COLUMNS = 18
_ABOUT_TO_SIGN = Text("About to sign ({level}):", "これから署名します ({level}):")
_NEXT = Text(
    "\nDocument {number} of {count}: {source}{title}\n  SHA-256 {sha256}",
    "\n{count}件中{number}件目の文書: {source}{title}\n  SHA-256 {sha256}",
)
_FILE = Text("Document", "文書")
_TITLE = Text("Title", "題名")
_ROLE = Text("Signing as", "署名する役割")
_PARTIES = Text("Parties", "当事者")
_PAGES = Text("Pages", "ページ数")
_DIGEST = Text("SHA-256", "SHA-256")
_EARLIER = Text("Signed before", "済んだ署名")
_OUTPUT = Text("Signed copy", "署名後のファイル")
_NONE = Text("none", "なし")

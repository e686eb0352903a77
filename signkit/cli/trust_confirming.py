"""Whom a person is about to believe: shown, confirmed by its fingerprint, kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.language import translate
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509


def show_certificate(certificate: x509.Certificate) -> None:
    """Show whose certificate it is, how long it is valid, and its fingerprint, over which no name of it may write."""
    from signkit.pki.distinguished_names import labelled_name

    fingerprint = certificate.sha256.hex(":").upper()
    print(labelled_name(certificate.subject), file=sys.stderr)
    print(f"  {certificate.not_valid_before:%Y-%m-%d} – {certificate.not_valid_after:%Y-%m-%d}", file=sys.stderr)
    print(f"  SHA-256 {fingerprint}", file=sys.stderr)


def confirm_fingerprints(count: int, *, assume_yes: bool) -> None:
    """Ask whether the fingerprints that were shown are those that their CAs publish.

    Raises:
        UsageProblem: nobody is there to be asked.
        KeyboardInterrupt: the answer is no.
    """
    if assume_yes:
        return
    if not sys.stdin.isatty():
        raise UsageProblem(
            Text("A CA is believed only after a confirmation", "CA を信頼するには確認が必要です"),
            Text(
                "Compare the fingerprint with one that the CA publishes, and add --yes.",
                "フィンガープリントを CA の公表値と照合し、--yes を付けてください。",
            ),
        )
    question = Text(
        "Is each fingerprint the one that the CA publishes? Believe {count}? [y/N] ",
        "フィンガープリントは CA の公表値と一致していますか? {count} 件を信頼しますか? [y/N] ",
    )
    print(translate(question, count=count), end="", file=sys.stderr, flush=True)
    if input().strip().lower() not in ("y", "yes"):
        raise KeyboardInterrupt


def keep_certificates(folder: Path, certificates: dict[Path, bytes]) -> None:
    """Keep certificates (DER) as PEM files and print where."""
    from signkit.validation.added_anchors import keep_authorities

    keep_authorities(folder, certificates)
    for target in certificates:
        print(target)

"""``signkit trust``: whom this installation believes."""

from __future__ import annotations

import typer

from signkit.cli.language import words
from signkit.cli.options import Trust

HELP = words("Look at the trust anchors.", "信頼する CA を調べる。")

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep ``trust list`` a command of a group while it is the only one."""


@app.command(
    "list", help=words("List the CA certificates that signatures may rest on.", "署名の根拠にできる CA 証明書の一覧。")
)
def list_(trust: Trust = None) -> None:
    """Print source, name, end of validity and SHA-256 of every anchor."""
    import hashlib

    from asn1crypto import x509

    from signkit.settings import load_settings
    from signkit.trust.anchors import default_trust_store

    store = default_trust_store([*load_settings().trust_folders, *(trust or ())])
    for anchor in store.anchors:
        end = x509.Certificate.load(anchor.certificate).not_valid_after
        digest = hashlib.sha256(anchor.certificate).hexdigest()
        print(f"{anchor.label.source}\t{anchor.label.name}\t{end:%Y-%m-%d}\t{digest}")

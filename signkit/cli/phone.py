"""Signing by phone (デジタル認証アプリ): where to agree, as an address and a QR code; the known certificate."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import nobody_signed, read_input, refuse_existing
from signkit.cli.language import words
from signkit.cli.option_groups import OptionGroup
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.signers.base import ConsentLink

_SCHEME = "auth-app:"


@dataclass(frozen=True)
class PhoneOptions(OptionGroup):
    """What goes with ``--signer auth-app:…`` alone."""

    HEADING = words("A phone (--signer auth-app:…)", "スマートフォン (--signer auth-app:…)")

    phone_certificate: Annotated[
        Path | None,
        typer.Option(
            "--phone-certificate",
            metavar="FILE",
            help=words(
                "The certificate of the phone's key, or a PDF that the phone has signed: needed for PAdES.",
                "スマートフォンの鍵の証明書、またはその鍵で署名済みの PDF。PAdES で署名するときに必要。",
            ),
            show_default=False,
        ),
    ] = None
    qr: Annotated[
        Path | None,
        typer.Option(
            "--qr",
            metavar="FILE",
            help=words(
                "Write the address at which the person agrees as a QR code too (PNG).",
                "同意のためのアドレスを QR コードの画像 (PNG) としても書き出す。",
            ),
            show_default=False,
        ),
    ] = None

    @staticmethod
    def signs(signer: str) -> bool:
        """Whether ``--signer`` names a phone, whose person agrees to each signature by itself."""
        return signer.startswith(_SCHEME)

    def check(self, signer: str) -> None:
        """Refuse these options where another key signs, and a picture where there is a file already.

        Raises:
            UsageProblem: one of them is given.
            OutputExists: there is a file where the QR code would go.
        """
        if self.signs(signer):
            if self.qr is not None:
                refuse_existing(self.qr, overwrite=False)
        elif self.phone_certificate is not None or self.qr is not None:
            raise UsageProblem(_OTHER_KEY, _LEAVE_OUT)

    def certificates(self) -> tuple[bytes, ...]:
        """Return what is known of the phone's key: its certificate first (DER); empty where nothing is.

        Raises:
            InputUnreadable, TrustError("trust-anchor-unreadable"), PdfNotSignable: the file holds no certificate.
        """
        if self.phone_certificate is None:
            return ()
        from signkit.pki.anchors import certificates_in
        from signkit.signing.embedded import last_signer

        data = read_input(self.phone_certificate)
        if not data.startswith(b"%PDF-"):
            return tuple(certificates_in(data, str(self.phone_certificate)))
        found = last_signer(data)
        if not found:
            raise nobody_signed(self.phone_certificate)
        return tuple(found)

    def show(self, link: ConsentLink) -> None:
        """Show where to agree: the address, and the QR code where the phone itself may open it."""
        tell(_OPEN_HERE if link.here else _OPEN_ON_PHONE)
        print(link.address, file=sys.stderr)
        if link.here and self.qr is None:
            return
        import segno

        code = segno.make(link.address, error="l", micro=False)
        if not link.here:
            code.terminal(sys.stderr, compact=True)
        if self.qr is not None:
            _write_png(self.qr, code)


def _write_png(path: Path, code: object) -> None:
    """Write the picture; one of an earlier consent of this run is good for nothing and replaced."""
    import io

    from signkit.output import write_checked

    picture = io.BytesIO()
    code.save(picture, kind="png", scale=6, border=4)  # type: ignore[attr-defined]
    write_checked(path, picture.getvalue(), overwrite=True)
    tell(_QR_WRITTEN, path=path)


_OTHER_KEY = Text(
    "--phone-certificate and --qr go with --signer auth-app:… alone",
    "--phone-certificate と --qr は --signer auth-app:… のときだけ使います",
)
_LEAVE_OUT = Text("Leave them out.", "外してください。")
_OPEN_HERE = Text(
    "Open this address in a browser of this computer, and agree on the phone (デジタル認証アプリ). It comes back here:",
    "このコンピューターのブラウザーで次のアドレスを開き、スマートフォンのデジタル認証アプリで同意してください。"
    "結果はここに戻ります:",
)
_OPEN_ON_PHONE = Text(
    "Open this address on the phone (scan the code), and agree. Then type here the address at which its browser ended:",
    "次のアドレスをスマートフォンで開き (コードを読み取る)、同意してください。"
    "その後、ブラウザーに最後に表示されたアドレスをここに入力してください:",
)
_QR_WRITTEN = Text("QR code: {path}", "QR コード: {path}")

"""``card emulate``: an emulated card on a virtual reader, for developers of any program."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.common import SECRET_NAMES, tries_in_words
from signkit.cli.language import translate, words
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.card.emulator import EmulatedCard

HELP = words(
    "Lay an emulated card on a virtual PC/SC reader (vpcd), until Ctrl-C.",
    "模擬カードを仮想 PC/SC リーダー (vpcd) に置く。Ctrl-C で終了。",
)

_STANDARD = "standard"


def run(
    reader: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help=words("The virtual reader; default: localhost:35963.", "仮想リーダー。既定: localhost:35963。"),
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=words(
                "standard, no-signing-certificate, locked, last-try, expired, next-generation, android, iphone; or a "
                "holder: takahashi, yoshida, tsujimoto.",
                "standard、no-signing-certificate、locked、last-try、expired、next-generation、android、iphone。"
                "または名義人: takahashi、yoshida、tsujimoto。",
            ),
        ),
    ] = _STANDARD,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=words(
                "Keep PINs and counters here; without it, a fresh card each time.",
                "暗証番号と残り回数をこのファイルに残す。省くと毎回新しいカードになる。",
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve the card until a signal comes or the reader is gone for good."""
    from signkit.card.vpcd import serve

    host, port = _address(reader)
    card = _card(profile, state)
    _introduce(card, profile)
    stop = threading.Event()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        tell(_SERVING, address=f"{host}:{port}")
        serve(card, host, port, stop)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    tell(_ENDED)


def _card(profile: str, state: Path | None) -> EmulatedCard:
    from signkit.rehearsal.cards import CARD_NAMES, fresh_emulated_card, kept_emulated_card
    from signkit.settings import load_settings

    if profile not in CARD_NAMES:
        known = ", ".join(CARD_NAMES)
        raise UsageProblem(
            Text(f"There is no profile {profile!r}", f"プロファイル {profile!r} はありません"),
            Text(f"Profiles: {known}", f"使えるプロファイル: {known}"),
        )
    folder = load_settings().home_folder() / "rehearsal"
    return kept_emulated_card(folder, profile, state) if state else fresh_emulated_card(folder, profile)


def _introduce(card: EmulatedCard, profile: str) -> None:
    """Tell what card it is and what opens it: its secrets guard nothing real."""
    from signkit.rehearsal.cards import kind_of_card

    tell(_CARD, title=translate(kind_of_card(profile).title))
    for key, secret in card.state.pins.items():
        tell(_SECRET, name=translate(SECRET_NAMES[key]), secret=secret, tries=tries_in_words(card.state.tries[key]))


def _address(text: str | None) -> tuple[str, int]:
    """Take HOST:PORT apart; an IPv6 address stands in brackets."""
    from signkit.card.vpcd import DEFAULT_PORT

    if text is None:
        return "localhost", DEFAULT_PORT
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise UsageProblem(
            Text(f"--reader {text}: not HOST:PORT", f"--reader {text}: HOST:PORT の形ではありません"),
            Text("For example --reader localhost:35963.", "例: --reader localhost:35963"),
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


_CARD = Text(
    "Emulated card: {title}. Its certificates say that they are a rehearsal.",
    "模擬カード: {title}。証明書にはリハーサル用と書かれています。",
)
_SECRET = Text("  {name}: {secret} ({tries})", "  {name}: {secret} ({tries})")
_SERVING = Text(
    "On the virtual reader at {address}; Ctrl-C ends it.", "仮想リーダー {address} に置きます。Ctrl-C で終了します。"
)
_ENDED = Text("The card was taken away.", "カードを取り除きました。")

"""``signkit serve``: the REST API, for many tenants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import words
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.api.running import Address

HELP = words("Serve the REST API to many tenants.", "REST API を複数のテナントに提供する。")


def run(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help=words("The service's folder (signkit service init).", "サービスのフォルダー (signkit service init)。"),
        ),
    ],
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help=words(
                "Where to listen; beyond loopback only behind a proxy with TLS.",
                "待ち受けるアドレス。ループバック以外は TLS のプロキシの後ろでだけ。",
            ),
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help=words("Port; 0: any.", "ポート番号。0 は自動。"))] = 8420,
) -> None:
    """Serve until SIGTERM or Ctrl-C; what is under way is done before it ends."""
    try:
        from signkit.web.api.running import run_service
    except ImportError as error:
        raise MissingExtra("signkit serve", "service") from error
    from signkit.settings import load_settings

    run_service(folder, load_settings(), host=host, port=port, on_ready=_announce)
    tell(_ENDED)


def _announce(address: Address) -> None:
    tell(_READY, address=address.url)
    if address.origin is not None:
        tell(_PEOPLE, origin=address.origin)


_READY = Text(
    "The service takes requests at {address} (API: {address}openapi.json). Ctrl-C ends it.",
    "サービスを開始しました: {address} (API: {address}openapi.json)。Ctrl-C で終了します。",
)
_PEOPLE = Text("People find their pages at {origin}/.", "利用者の画面: {origin}/")
_ENDED = Text("The service has ended.", "サービスを終了しました。")

"""``signkit rehearsal``: services on this machine that stand for real ones, for trying things out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.language import words
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra, UsageProblem
from signkit.words import Text

HELP = words("Services that stand for real ones, to try things out.", "本物の代わりになる試験用のサービス。")
_AUTH_APP_HELP = words(
    "Serve a test server for signing by phone (デジタル認証アプリ), with an emulated card as the phone, until Ctrl-C.",
    "スマートフォンでの署名 (デジタル認証アプリ) の試験サーバー。模擬カードがスマートフォンの代わり。Ctrl-C で終了。",
)

_OPERATOR_HELP = words(
    "Serve a test platform operator: the status of the rehearsal's certificates and latest attributes, until Ctrl-C.",
    "試験用のプラットフォーム事業者 (リハーサルの証明書の有効性と最新の基本4情報を回答)。Ctrl-C で終了。",
)

app = typer.Typer(no_args_is_help=True)


@app.command("auth-app", help=_AUTH_APP_HELP)
def auth_app(
    holder: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=words(
                "Whose phone: takahashi, yoshida, tsujimoto, or a kind of card as for 'signkit card emulate'.",
                "誰のスマートフォンか: takahashi、yoshida、tsujimoto、または signkit card emulate と同じカードの種類。",
            ),
        ),
    ] = "standard",
    port: Annotated[int, typer.Option(min=0, max=65_535, help=words("0 takes a free one.", "0 は空きを使う。"))] = 0,
    agree: Annotated[
        bool,
        typer.Option(
            "--agree",
            help=words(
                "The phone agrees by itself, for tests that nobody sits at.",
                "人がいない試験のため、スマートフォンが自動で同意する。",
            ),
        ),
    ] = False,
) -> None:
    """Write the client's settings and serve."""
    from signkit.rehearsal.auth_app.registration import REGISTRATION_FILE
    from signkit.rehearsal.auth_app.server import open_server
    from signkit.rehearsal.cards import CARD_NAMES
    from signkit.settings import load_settings
    from signkit.web.common.listening import listening_refused

    if holder not in CARD_NAMES:
        known = ", ".join(CARD_NAMES)
        raise UsageProblem(
            Text(f"There is no holder {holder!r}", f"名義人 {holder!r} はありません"),
            Text(f"Holders: {known}", f"使える名前: {known}"),
        )
    folder = load_settings().home_folder() / "rehearsal"
    try:
        server = open_server(folder, holder, port, agrees=agree)
    except OSError as error:
        raise listening_refused("127.0.0.1", port, error) from error
    with server:
        phone = server.provider.phone
        tell(_SERVING, address=server.address, holder=phone.holder, settings=folder / REGISTRATION_FILE)
        tell(_PASSWORD, password=phone.password)
        server.serve_forever(poll_interval=0.1)


@app.command("operator", help=_OPERATOR_HELP)
def operator(
    port: Annotated[int, typer.Option(min=0, max=65_535, help=words("0 takes a free one.", "0 は空きを使う。"))] = 0,
    revoked: Annotated[
        list[Path] | None,
        typer.Option(
            "--revoked",
            metavar="CERTIFICATE",
            help=words(
                "A certificate (PEM or DER) that is revoked from now on, for this run.",
                "この実行中、今から失効したものとする証明書 (PEM・DER)。",
            ),
        ),
    ] = None,
) -> None:
    """Print the client's settings and serve."""
    from signkit.settings import load_settings, settings_file

    settings = settings_file() or "signkit.toml"
    try:
        from signkit.web.api.rehearsal import run_rehearsal_operator
    except ImportError as error:
        raise MissingExtra("signkit rehearsal operator", "service") from error
    run_rehearsal_operator(
        load_settings(),
        port=port,
        revoked=revoked or [],
        on_ready=lambda it: tell(
            _OPERATOR_SERVING, url=it.url, key_file=json.dumps(str(it.key_file)), settings=settings
        ),
    )


_OPERATOR_SERVING = Text(
    "The test operator answers at {url}; Ctrl-C ends it. In {settings}:\n"
    '  operator_url = "{url}"\n'
    "  operator_key_file = {key_file}\n"
    "Then: signkit validate PDF --trust rehearsal",
    "試験用のプラットフォーム事業者が {url} で応答します。Ctrl-C で終了します。{settings} の設定:\n"
    '  operator_url = "{url}"\n'
    "  operator_key_file = {key_file}\n"
    "その後: signkit validate PDF --trust rehearsal",
)
_SERVING = Text(
    "The emulated phone of {holder} signs at {address}; Ctrl-C ends it.\n"
    "  signkit sign PDF --as ROLE --signer auth-app:rehearsal --profile pkcs7\n"
    "  (settings: {settings})",
    "{holder} の模擬スマートフォンが {address} で署名します。Ctrl-C で終了します。\n"
    "  signkit sign PDF --as 役割 --signer auth-app:rehearsal --profile pkcs7\n"
    "  (設定: {settings})",
)
_PASSWORD = Text("  Signature password: {password}", "  署名用パスワード: {password}")

"""``signkit agent --desk URL``: sign on this PC what an office asks for, in a window of its own."""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.desk import first_language, open_page
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.agent_program.server import Begun
    from signkit.web.common.listening import DeskAddress
    from signkit.web.desk.office import DeskOptions

_FOLDER = "agent"


def run_for_desk(desk: str, *, name: str | None, pair_again: bool, browser: bool, once: bool, demo: bool) -> None:
    """Pair this PC with the office at ``desk`` where it is not, and sign what it asks for until Ctrl-C.

    Args:
        name: of this PC, as the office shows it; None: what the system calls it.
        demo: emulated cards of the rehearsal, and its authority.
    """
    try:
        from signkit.web.agent_program.device import forget_device, load_device
        from signkit.web.agent_program.running import pair, run_agent
        from signkit.web.agent_program.server import OfficeServer
        from signkit.web.agents.proof import fingerprint
    except ImportError as error:
        raise MissingExtra("signkit agent --desk", "web") from error

    options = _options(demo)
    desk, keys = desk.rstrip("/"), options.home / "offices"
    if pair_again:
        forget_device(keys, desk)
    device = load_device(keys, desk)
    OfficeServer(device)  # an address that may not be called is told before anything else
    if device.id is None:

        def show(begun: Begun) -> None:
            tell(_CODE, page=begun.page, code=begun.code, fingerprint=fingerprint(device.public),
                 minutes=round(begun.seconds / 60))  # fmt: skip

        device = pair(device, keys, name or platform.node() or "PC", show)
        tell(_PAIRED)

    def ready(page: Path, address: DeskAddress) -> None:
        tell(_READY, desk=desk)
        open_page(page, address, wanted=browser)

    work = run_agent(options, OfficeServer(device, options.language), ready, once=once)
    if work.last is not None:
        tell(work.last)


def _options(demo: bool) -> DeskOptions:
    from signkit.settings import load_settings
    from signkit.web.desk.office import DeskOptions

    settings = load_settings()
    language = first_language(settings.desk_language or "ja")
    if demo:
        from signkit.web.desk.rehearsal_desk import rehearsal_options

        options = rehearsal_options(settings, language)
        return replace(options, home=options.home.with_name(_FOLDER))
    return DeskOptions(settings, settings.home_folder() / _FOLDER, language)


_CODE = Text(
    "This PC is not known to the office yet. Sign in at {page} and type there:\n\n    {code}\n\n"
    "Fingerprint of this PC's key: {fingerprint}   (the same must stand on that page; good for {minutes} minutes)",
    "このパソコンはまだ登録されていません。{page} にサインインし、次のコードを入力してください。\n\n    {code}\n\n"
    "このパソコンの鍵の指紋: {fingerprint}   (その画面に同じものが出ます。{minutes} 分間有効)",
)
_PAIRED = Text("Paired.", "登録しました。")
_READY = Text(
    "Waiting for what {desk} asks to be signed. Ctrl-C ends it.",
    "{desk} からの署名の依頼を待っています。Ctrl-C で終了します。",
)

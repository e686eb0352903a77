"""``signkit service log …``: the operation log of a tenant, or the service's own, verified and exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder, open_tenants
from signkit.cli.terminal import tell
from signkit.errors import ExitCode
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.api.store import Store

LogName: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="TENANT",
        help=words(
            "The tenant's id. Left out: the service's own log, of tenants added, taken in and deleted.",
            "テナントの ID。省略するとサービス自体の記録 (テナントの追加、取り込み、削除)。",
        ),
        show_default=False,
    ),
]


def verify(
    folder: Folder,
    tenant: LogName = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints",
            metavar="FOLDER",
            help=words(
                "Where its heads were kept (log_checkpoints in service.toml): finds what was written anew, or cut off.",
                "控えのフォルダー (service.toml の log_checkpoints)。書き直しや末尾の切り捨てを見つける。",
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell whether each record follows the one before; exit code 1 where one does not."""
    store = _store_of(folder, tenant)
    from signkit.web.api import operation_log
    from signkit.web.api.log_checkpoints import SERVICE, contradicted, read_checkpoints

    with store.reading() as connection:
        breaks, last = list(operation_log.breaks(connection)), operation_log.head(connection)
    for number in breaks:
        tell(_BREAK, number=number)
    kept = read_checkpoints(checkpoints, tenant or SERVICE) if checkpoints is not None else []
    with store.reading() as connection:
        lost = list(contradicted(connection, kept))
    for each in lost[:_MOST_TOLD]:
        tell(_CONTRADICTED, number=each.number, at=each.at)
    if breaks or lost:
        raise typer.Exit(ExitCode.FAILED)
    if kept:
        newest = max(kept, key=lambda each: each.number)
        tell(_KEPT, count=len(kept), number=newest.number, at=newest.at)
    tell(_HOLDS, number=last.number if last else 0, hash=last.hash if last else "-")


def export(folder: Folder, tenant: LogName = None) -> None:
    """Print the records, one JSON a line."""
    store = _store_of(folder, tenant)
    from signkit.web.api import operation_log

    with store.reading() as connection:
        for each in operation_log.operations(connection):
            print(json_text(each.to_json()))


def _store_of(folder: Path, tenant: str | None) -> Store:
    tenants = open_tenants(folder)
    return tenants.common if tenant is None else tenants.get(tenant).store


#: More would say no more.
_MOST_TOLD = 20

COMMANDS = (
    ("verify", verify, words("Verify the chain.", "記録の連鎖を検証する。")),
    ("export", export, words("Print it as JSON lines.", "JSON (1 行 1 件) で出力する。")),
)
_BREAK = Text("Record {number} does not follow the one before it.", "記録 {number} が直前の記録とつながりません。")
_CONTRADICTED = Text(
    "Record {number} is not as it was at {at}, or not there any more: the log was written anew, or cut off.",
    "記録 {number} が {at} の控えと一致しないか、なくなっています。操作記録が書き直されたか、切り捨てられています。",
)
#: Heads that somebody took away leave the records behind the newest that is left without a witness.
_KEPT = Text(
    "All {count} heads that were kept are in it, the newest of {at} (record {number}).",
    "控え {count} 件がすべて記録と一致します。最新の控えは {at} の記録 {number} です。",
)
_HOLDS = Text("Unbroken; records: {number}. Head: {hash}", "{number} 件、連続しています。最新のハッシュ: {hash}")

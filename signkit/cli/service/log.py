"""``signkit service log …``: the operation log of a tenant, verified and exported."""

from __future__ import annotations

import json

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder, TenantId, open_tenants
from signkit.cli.terminal import tell
from signkit.errors import ExitCode
from signkit.words import Text


def verify(folder: Folder, tenant: TenantId) -> None:
    """Tell whether each record follows the one before; exit code 1 where one does not."""
    store = open_tenants(folder).get(tenant).store
    from signkit.web.api import operation_log

    with store.reading() as connection:
        breaks, last = list(operation_log.breaks(connection)), operation_log.head(connection)
    for number in breaks:
        tell(_BREAK, number=number)
    if breaks:
        raise typer.Exit(ExitCode.FAILED)
    tell(_HOLDS, number=last.number if last else 0, hash=last.hash if last else "-")


def export(folder: Folder, tenant: TenantId) -> None:
    """Print the records, one JSON a line."""
    store = open_tenants(folder).get(tenant).store
    from signkit.web.api import operation_log

    with store.reading() as connection:
        for each in operation_log.operations(connection):
            print(json.dumps(each.to_json(), ensure_ascii=False))


COMMANDS = (
    ("verify", verify, words("Verify the chain.", "記録の連鎖を検証する。")),
    ("export", export, words("Print it as JSON lines.", "JSON (1 行 1 件) で出力する。")),
)
_BREAK = Text("Record {number} does not follow the one before it.", "記録 {number} が直前の記録とつながりません。")
_HOLDS = Text("{number} records, unbroken. Head: {hash}", "{number} 件、連続しています。最新のハッシュ: {hash}")

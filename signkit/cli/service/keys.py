"""``signkit service key …``: the first key of a tenant, and one that was lost; written into its log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder, TenantId, open_tenants
from signkit.cli.terminal import tell
from signkit.errors import ServiceError
from signkit.words import Text, printable


class RoleName(StrEnum):
    """What ``--role`` takes (`signkit.web.api.roles`)."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


def add(
    folder: Folder,
    tenant: TenantId,
    name: Annotated[str, typer.Option(metavar="NAME", help=words("What the key is for.", "キーの用途。"))] = "console",
    permission: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=words("What it may do; may be repeated. Default: all.", "許可する操作。複数指定可。既定: すべて。"),
            show_default=False,
        ),
    ] = None,
    role: Annotated[
        RoleName | None,
        typer.Option(
            help=words(
                "Grant what this role may do (担当者, 責任者, 監査, 管理).",
                "役割で許可する: clerk (担当者)、supervisor (責任者)、auditor (監査)、administrator (管理)。",
            ),
            show_default=False,
        ),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help=words("From where it may be used; may be repeated.", "使える接続元。複数指定可。"),
            show_default=False,
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            min=1, max=3650, metavar="DAYS", help=words("For how long it is good.", "有効な日数。"), show_default=False
        ),
    ] = None,
) -> None:
    """Make a key and print it, this once."""
    tenants = open_tenants(folder)
    from signkit.web.api.access import add_key
    from signkit.web.api.document import load_document
    from signkit.web.api.operation_log import write_console_act
    from signkit.web.api.roles import permissions_of
    from signkit.web.api.store import moment

    document, store = load_document(), tenants.get(tenant).store
    known = document.permissions
    if unknown := sorted(set(permission or ()) - set(known)):
        raise ServiceError("permission-unknown", name=", ".join(unknown), known=", ".join(known))
    granted = {*(permission or ()), *(permissions_of(role.value, document) if role is not None else ())}
    ends = moment(datetime.now(UTC) + timedelta(days=days)) if days is not None else None
    with store.writing() as connection:
        key, text = add_key(
            connection, tenants.get(tenant), name, granted or known, networks=network or (), expires_at=ends
        )
        write_console_act(connection, store.now(), "addKey", key.id)
    tell(_ONCE)
    print(text)


def show_all(folder: Folder, tenant: TenantId) -> None:
    """Print id, state and name, one key a line, the newest first."""
    store = open_tenants(folder).get(tenant).store
    from signkit.web.api.access import list_keys

    with store.reading() as connection:
        for each in list_keys(connection):
            over = each.expires_at is not None and each.expires_at <= store.now()
            state = "revoked" if each.revoked_at is not None else "expired" if over else "good"
            print(f"{each.id}\t{state}\t{printable(each.name)}")


def revoke(
    folder: Folder,
    tenant: TenantId,
    key: Annotated[str, typer.Argument(metavar="KEY", help=words("The key's id.", "キーの ID。"))],
) -> None:
    """Let a key be good no more, at once; it stays listed, for the log names it."""
    store = open_tenants(folder).get(tenant).store
    from signkit.web.api.access import find_key, revoke_key
    from signkit.web.api.operation_log import write_console_act

    with store.writing() as connection:
        known = find_key(connection, key)
        if known is None or known.revoked_at is not None:
            raise ServiceError("key-unknown", key=key)
        revoke_key(connection, key, store.now())
        write_console_act(connection, store.now(), "revokeKey", key)
    tell(_REVOKED, name=printable(known.name))


COMMANDS = (
    ("add", add, words("Make an API key; it is shown once.", "API キーを作る (表示は一度だけ)。")),
    ("list", show_all, words("List the keys.", "キーを一覧する。")),
    ("revoke", revoke, words("Let a key be good no more.", "キーを無効にする。")),
)
_REVOKED = Text("{name} is good no more.", "{name} を無効にしました。")
_ONCE = Text("Keep this key now; it is not shown again.", "このキーを今すぐ控えてください。再表示はできません。")

"""``signkit service init`` and ``signkit service tenant …``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder, TenantId, open_tenants
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra
from signkit.words import Text

INIT_HELP = words("Make a service's folder.", "サービスのフォルダーを作る。")


def init(folder: Folder) -> None:
    """Make the folder with its settings, all of them at their defaults."""
    try:
        from signkit.web.api.service import create_service
    except ImportError as error:
        raise MissingExtra("signkit service", "service") from error
    create_service(folder)
    tell(_MADE, folder=str(folder))


def add(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help=words("What it is called.", "事業者の名称。"))],
) -> None:
    """Make a tenant and print its id."""
    print(open_tenants(folder).add(name).id)


def show_all(folder: Folder) -> None:
    """Print id and name, one tenant a line."""
    for each in open_tenants(folder).all():
        print(f"{each.id}\t{each.name}")


def delete(folder: Folder, tenant: TenantId) -> None:
    """Delete a tenant with all that it has, if the person types its name."""
    tenants = open_tenants(folder)
    found = tenants.get(tenant)
    tell(_DELETING, name=found.name)
    if sys.stdin.readline().strip() != found.name:
        tell(_LEFT)
        raise typer.Exit(1)
    tenants.delete(tenant)
    tell(_DELETED, name=found.name)


COMMANDS = (
    ("add", add, words("Add a tenant; prints its id.", "テナントを加え、ID を表示する。")),
    ("list", show_all, words("List the tenants.", "テナントを一覧する。")),
    ("delete", delete, words("Delete a tenant with all it has.", "テナントをすべてのデータとともに削除する。")),
)
_MADE = Text(
    "Made {folder}. Next: signkit service tenant add {folder} NAME",
    "{folder} を作成しました。次は: signkit service tenant add {folder} 名称",
)
_DELETING = Text(
    "All that {name} has is deleted for good: results, contracts, its log. Type the name to do it:",
    "{name} のデータ (結果、契約書、操作記録) をすべて完全に削除します。実行するには名称を入力してください:",
)
_LEFT = Text("Nothing was deleted.", "何も削除していません。")
_DELETED = Text("{name} is deleted.", "{name} を削除しました。")

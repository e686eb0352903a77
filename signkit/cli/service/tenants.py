"""``signkit service init`` and ``signkit service tenant …``; which tenants there are and were, the service logs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder, TenantId, open_tenants
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra, ServiceError, UsageProblem
from signkit.words import Text, is_name, printable

if TYPE_CHECKING:
    from signkit.web.api.tenants import Tenants

NewFolder: TypeAlias = Annotated[
    str, typer.Argument(metavar="FOLDER", help=words("A new folder.", "新しいフォルダー。"))
]
#: Of a tenant's name, in characters.
_MOST_NAME = 200

INIT_HELP = words("Make a service's folder.", "サービスのフォルダーを作る。")


def init(folder: NewFolder) -> None:
    """Make the folder with its settings, all of them at their defaults."""
    try:
        from signkit.web.api.service_settings import create_service
    except ImportError as error:
        raise MissingExtra("signkit service", "service") from error
    create_service(_named(folder))
    tell(_MADE, folder=folder)


def add(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help=words("What it is called.", "事業者の名称。"))],
) -> None:
    """Make a tenant and print its id."""
    tenants = open_tenants(folder)
    if not is_name(name, _MOST_NAME):
        raise ServiceError("tenant-name", name=name)
    added = tenants.add(name)
    _write(tenants, "addTenant", added.id)
    print(added.id)


def show_all(folder: Folder) -> None:
    """Print id and name, one tenant a line."""
    for each in open_tenants(folder).all():
        print(f"{each.id}\t{printable(each.name)}")


def delete(folder: Folder, tenant: TenantId) -> None:
    """Delete a tenant with all that it has, if the person types its name."""
    tenants = open_tenants(folder)
    found = tenants.get(tenant)
    tell(_DELETING, name=found.name, id=found.id)
    if sys.stdin.readline().strip() != found.name:
        tell(_LEFT)
        raise typer.Exit(1)
    _write(tenants, "deleteTenant", tenant)  # before: what a crash interrupts was begun
    tenants.delete(tenant)
    tell(_DELETED, name=found.name)


def export(
    folder: Folder,
    tenant: TenantId,
    target: Annotated[Path, typer.Argument(metavar="FILE", help=words("The file to write.", "書き出すファイル。"))],
) -> None:
    """Write all that a tenant has into one file, without what lets somebody in."""
    found = open_tenants(folder).get(tenant)
    from signkit.web.api.carrying import export_tenant

    count = export_tenant(found, target, with_secrets=False)
    tell(_EXPORTED, name=found.name, path=str(target), count=count)


def take_in(
    folder: Folder,
    source: Annotated[Path, typer.Argument(metavar="FILE", help=words("An exported tenant.", "書き出したファイル。"))],
) -> None:
    """Take an exported tenant into this service; prints its id."""
    tenants = open_tenants(folder)
    from signkit.web.api.carrying import import_tenant

    found = import_tenant(tenants, source)
    _write(tenants, "importTenant", found.id)
    tell(_TAKEN, name=found.name)
    print(found.id)


BACKUP_HELP = words(
    "Write every tenant into a folder, with keys and passwords: keep it as safe as the service.",
    "すべてのテナントをフォルダーに書き出す (キーなどの秘密を含む)。",
)
RESTORE_HELP = words("Make a service again out of a backup.", "バックアップからサービスを復元する。")


def back_up(
    folder: Folder,
    target: Annotated[Path, typer.Argument(metavar="BACKUP", help=words("A new folder.", "新しいフォルダー。"))],
) -> None:
    """Back up a service, also while it runs; the folder appears whole or not at all."""
    tenants = open_tenants(folder)
    from signkit.web.api.carrying import back_up_service

    count = back_up_service(folder, tenants, target)
    tell(_BACKED_UP, path=str(target), count=count)


def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help=words("A backup.", "バックアップ。"))],
    folder: NewFolder,
) -> None:
    """Make a service again out of a backup."""
    try:
        from signkit.web.api.carrying import restore_service
    except ImportError as error:
        raise MissingExtra("signkit service", "service") from error
    count = restore_service(source, _named(folder))
    tell(_RESTORED, path=folder, count=count)


def _named(folder: str) -> Path:
    """Return a folder that is to be made; a variable of a script that was empty is not the folder it runs in."""
    if not folder:
        raise UsageProblem(_NO_FOLDER, _NAME_IT)
    return Path(folder)


def _write(tenants: Tenants, action: str, tenant: str) -> None:
    """Write into the service's own log, which outlasts its tenants."""
    from signkit.web.api.operation_log import write_console_act

    with tenants.common.writing() as connection:
        write_console_act(connection, tenants.common.now(), action, tenant)


COMMANDS = (
    ("add", add, words("Add a tenant; prints its id.", "テナントを加え、ID を表示する。")),
    ("list", show_all, words("List the tenants.", "テナントを一覧する。")),
    ("export", export, words("Write all a tenant has into one file.", "テナントを 1 つのファイルに書き出す。")),
    ("import", take_in, words("Take an exported tenant in.", "書き出したテナントを取り込む。")),
    ("delete", delete, words("Delete a tenant with all it has.", "テナントをすべてのデータとともに削除する。")),
)
_MADE = Text(
    "Made {folder}. Next: signkit service tenant add {folder} NAME",
    "{folder} を作成しました。次は: signkit service tenant add {folder} 名称",
)
_DELETING = Text(
    "All that {name} ({id}) has is deleted for good: results, contracts, its log. Type the name to do it:",
    "{name} ({id}) のデータ (結果、契約書、操作記録) をすべて完全に削除します。実行するには名称を入力してください:",
)
_EXPORTED = Text(
    "{name} is in {path}; files: {count}. API keys, passwords, passkeys and webhooks are not in it.",
    "{name} を {path} に書き出しました ({count} ファイル)。API キー、パスワード、パスキー、Webhook は含みません。",
)
_TAKEN = Text(
    "{name} is taken in. Next: signkit service key add, or a link for its people.",
    "{name} を取り込みました。次は signkit service key add でキーを作成するか、利用者のリンクを発行してください。",
)
_BACKED_UP = Text("Tenants saved in {path}: {count}.", "{count} 件のテナントを {path} に保存しました。")
_RESTORED = Text("{path} is a service again; tenants: {count}.", "{path} に {count} 件のテナントを復元しました。")
_NO_FOLDER = Text("The folder has no name", "フォルダー名が空です")
_NAME_IT = Text("Name a folder; the one you are in is written .", "フォルダーを指定してください (ここは . と書く)。")
_LEFT = Text("Nothing was deleted.", "何も削除していません。")
_DELETED = Text("{name} is deleted.", "{name} を削除しました。")

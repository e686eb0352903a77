"""``signkit service database``: the tables in PostgreSQL, made or brought up to date by their owner."""

from __future__ import annotations

from typing import Annotated

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra, ServiceError
from signkit.words import Text

HELP = words(
    "Make the tables in PostgreSQL, or bring them up to date.", "PostgreSQL の表を作る、または最新の版にする。"
)


def make(
    folder: Folder,
    owner: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help=words(
                "postgresql://ROLE@HOST/DATABASE of the tables' owner, without a password (~/.pgpass).",
                "表の所有者の postgresql://ロール@ホスト/データベース。パスワードは書かない (~/.pgpass)。",
            ),
        ),
    ],
) -> None:
    """Make or upgrade the tables; the role that service.toml names may use them."""
    try:
        from signkit.web.api.service import require_address
        from signkit.web.api.service_settings import SETTINGS, read_service_settings
    except ImportError as error:
        raise MissingExtra("signkit service", "service") from error
    serving = read_service_settings(folder).database
    path = folder / SETTINGS
    if serving is None:
        raise ServiceError("service-settings", path=str(path), cause=_NO_DATABASE)
    require_address(path, serving)
    require_address(None, owner)
    from signkit.web.api.postgres import role_of
    from signkit.web.api.postgres_schema import make_tables

    role = role_of(serving)
    if not role:
        raise ServiceError("service-settings", path=str(path), cause=_NO_ROLE)
    tell(_MADE, before=make_tables(owner, role), role=role)


_MADE = Text(
    "The tables are up to date (before: version {before}); {role} may serve from them.",
    "表は最新の版です (実行前は版 {before})。{role} が利用できます。",
)
_NO_DATABASE = Text(
    "it names no database; without one the tables are in SQLite, and nothing has to be made",
    "database の指定がありません。指定がなければ表は SQLite にあり、作成は不要です",
)
_NO_ROLE = Text(
    "database: it names no role (postgresql://ROLE@HOST/DATABASE)",
    "database: ロールがありません (postgresql://ロール@ホスト/データベース)",
)

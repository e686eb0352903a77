"""``signkit service``: what the operator of the service does on its machine."""

from __future__ import annotations

import typer

from signkit.cli.language import words
from signkit.cli.option_groups import CommandGroup, GroupedCommand, flatten
from signkit.cli.service import database, keys, log, people, tenants

HELP = words("Run the service: tenants, keys, people, log.", "サービスの運用: テナント、キー、利用者、操作記録。")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_GROUPS = (
    ("tenant", words("Whom the service is for.", "サービスを使う事業者。"), tenants.COMMANDS),
    ("key", words("API keys.", "API キー。"), keys.COMMANDS),
    ("person", words("The people of a tenant.", "テナントの利用者。"), people.COMMANDS),
    ("log", words("The operation log.", "操作記録。"), log.COMMANDS),
)

app.command("init", cls=GroupedCommand, help=tenants.INIT_HELP)(flatten(tenants.init))
app.command("backup", cls=GroupedCommand, help=tenants.BACKUP_HELP)(flatten(tenants.back_up))
app.command("restore", cls=GroupedCommand, help=tenants.RESTORE_HELP)(flatten(tenants.restore))
app.command("database", cls=GroupedCommand, help=database.HELP)(flatten(database.make))
for _name, _help, _commands in _GROUPS:
    _group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    for _command, _run, _words in _commands:
        _group.command(_command, cls=GroupedCommand, help=_words)(flatten(_run))
    app.add_typer(_group, name=_name, cls=CommandGroup, help=_help)

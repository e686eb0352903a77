"""``signkit archive``: the ledger of what is kept."""

from __future__ import annotations

import typer

from signkit.cli.archive import handing, keeping, looking, renewing, taking, verifying
from signkit.cli.language import words
from signkit.cli.option_groups import GroupedCommand, flatten

HELP = words("Keep signed contracts: find, hand out, verify, delete.", "契約書の保管: 検索、出力、検証、廃棄。")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

for _name, _run, _help in (
    ("init", taking.init, taking.INIT_HELP),
    ("add", taking.add, taking.ADD_HELP),
    ("correct", taking.correct, taking.CORRECT_HELP),
    ("find", looking.find, looking.FIND_HELP),
    ("show", looking.show, looking.SHOW_HELP),
    ("export", handing.export, handing.HELP),
    ("verify", verifying.verify, verifying.VERIFY_HELP),
    ("checkpoint", verifying.checkpoint, verifying.CHECKPOINT_HELP),
    ("renew", renewing.renew, renewing.HELP),
    ("purge", keeping.purge, keeping.PURGE_HELP),
    ("backup", keeping.backup, keeping.BACKUP_HELP),
    ("restore", keeping.restore, keeping.RESTORE_HELP),
    ("rebuild", keeping.rebuild, keeping.REBUILD_HELP),
):
    app.command(_name, cls=GroupedCommand, help=_help)(flatten(_run))

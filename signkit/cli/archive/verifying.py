"""``signkit archive verify | checkpoint``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, open_named
from signkit.cli.language import translate, words
from signkit.cli.options import Overwrite, PlainFormat, TextOrJson, Trust, Tsa
from signkit.cli.terminal import tell
from signkit.errors import ExitCode
from signkit.plain_data import json_text
from signkit.words import Text

VERIFY_HELP = words(
    "Find changed bytes, missing or added files, a broken or cut journal.",
    "改変・欠落・余分なファイル、記録簿の断絶を見つける。",
)
CHECKPOINT_HELP = words(
    "Write the journal's head, to be kept outside.", "記録簿の控え (チェックポイント) を書き出す。外部に保管する。"
)


def verify(
    archive: ArchiveFolder = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help=words("A checkpoint that was kept outside.", "外部に保管していた控え。複数指定できる。"),
            show_default=False,
        ),
    ] = None,
    trust: Trust = None,
    format_: PlainFormat = TextOrJson.TEXT,
) -> None:
    """Print what is wrong, a line each; exit code 1 where anything is."""
    from signkit.archive.checkpoints import hold_against, read_checkpoint, verify_stamps
    from signkit.archive.verifying import verify as verify_archive
    from signkit.cli.judging import chosen_options

    seen = [read_checkpoint(path) for path in checkpoint or ()]
    options = chosen_options(trust=trust, offline=True)
    with open_named(archive) as kept:
        verified = verify_archive(kept)
        troubles = [*verified.troubles, *verify_stamps(kept, options)]
        troubles += [trouble for each in seen for trouble in hold_against(kept, each, options)]
    troubles = list(dict.fromkeys(troubles))
    if format_ is TextOrJson.JSON:
        found = [{"code": each.code, "name": each.name, "en": each.text.en, "ja": each.text.ja} for each in troubles]
        plain = {"entries": verified.entries, "files": verified.files, "records": verified.records, "troubles": found}
        sys.stdout.write(json_text(plain) + "\n")
    else:
        for trouble in troubles:
            print(translate(trouble.text))
        counts = {"entries": verified.entries, "files": verified.files, "records": verified.records}
        tell(_TROUBLED if troubles else _WHOLE, troubles=len(troubles), **counts)
    if troubles:
        raise typer.Exit(ExitCode.FAILED)


def checkpoint(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help=words("The file to write.", "書き出すファイル。"))
    ],
    archive: ArchiveFolder = None,
    tsa: Tsa = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the checkpoint, timestamped where a service is named or set."""
    from signkit.archive.checkpoints import checkpoint as make_checkpoint
    from signkit.output import write_checked
    from signkit.settings import load_settings
    from signkit.signing.services import available_services

    settings = load_settings()
    named = tsa or list(settings.tsa_urls)
    sources = available_services(settings, tsa=named).timestamps if named else ()
    with open_named(archive) as kept:
        made = make_checkpoint(kept, sources)
    write_checked(output, (json.dumps(made.to_json(), indent=1) + "\n").encode(), overwrite=overwrite)
    tell(_WRITTEN, number=made.number)
    print(output)


_WHOLE = Text(
    "Everything is as it was kept: {entries} entries, {files} files, {records} records of the journal.",
    "すべて保管したときのままです: 記録 {entries} 件、ファイル {files} 個、記録簿 {records} 件。",
)
_TROUBLED = Text(
    "{troubles} problems in {entries} entries, {files} files, {records} records of the journal.",
    "{troubles} 件の問題があります (記録 {entries} 件、ファイル {files} 個、記録簿 {records} 件)。",
)
_WRITTEN = Text(
    "Record {number} is the journal's last. Keep the file outside: elsewhere, or with somebody else.",
    "記録簿の最後は {number} 番です。このファイルは別の場所か別の人のもとに保管してください。",
)

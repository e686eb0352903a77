"""Manual pages made from the command line's own texts: one for each command, and one for the whole.

    python docs/man_pages.py FOLDER [--lang ja]

writes ``FOLDER/man1/signkit.1``, ``signkit-sign.1`` … (Japanese: ``FOLDER/ja/man1/…``).  To read one: ``man -l FILE``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.main import get_command

from signkit.cli.app import make_app
from signkit.cli.help_pages import COMMANDS, sections
from signkit.cli.language import LANGUAGE, language_first, words
from signkit.version import __version__

_NAME = words("NAME", "名前")
_SYNOPSIS = words("SYNOPSIS", "書式")
_DESCRIPTION = words("DESCRIPTION", "説明")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the file name and the text (roff) of every page."""
    root = get_command(make_app())
    context = root.make_context("signkit", ["--lang", LANGUAGE], resilient_parsing=True)
    yield from _pages_of(root, context, ("signkit",))


def _pages_of(command: Any, context: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield f"{'-'.join(path)}.1", _page(command, context, path)
    for name, inner in getattr(command, "commands", {}).items():
        inner_context = inner.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _pages_of(inner, inner_context, (*path, name))


def _page(command: Any, context: Any, path: tuple[str, ...]) -> str:
    title = "-".join(path)
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    help_ = " ".join((command.help or "").split())
    lines = [
        f'.TH "{title.upper()}" "1" "{date}" "SignKit {__version__}" "SignKit"',
        ".ad l",
        f'.SH "{_NAME}"',
        f"{_roff(title)} \\- {_roff(help_)}",
        f'.SH "{_SYNOPSIS}"',
        _roff(" ".join([*path, *command.collect_usage_pieces(context)])),
        f'.SH "{_DESCRIPTION}"',
        _roff(help_),
        *_sections(command, context),
    ]
    return "\n".join(lines) + "\n"


def _sections(command: Any, context: Any) -> Iterator[str]:
    """Yield the arguments and options by group, then the commands of a group of commands."""
    commands = [(name, inner.help or "") for name, inner in getattr(command, "commands", {}).items()]
    for heading, rows in (*sections(command, context).items(), (COMMANDS, commands)):
        if rows:
            yield f'.SH "{_roff(heading)}"'
        for term, text in rows:
            yield from (".TP", f"\\fB{_roff(term)}\\fR", _roff(" ".join(text.split())))


def _roff(text: str) -> str:
    """Return ``text`` so that nothing in it is a request or an escape of roff's."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def main() -> None:
    """Write the pages into the folder that was named."""
    arguments = [word for word in language_first(sys.argv[1:]) if not word.startswith("--lang")]
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = Path(arguments[0], *(["ja"] if LANGUAGE == "ja" else []), "man1")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(folder / name)


if __name__ == "__main__":
    main()

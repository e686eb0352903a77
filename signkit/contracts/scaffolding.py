"""A new template's folder: small, complete, and passing its own check, so that its owner begins from what works."""

from __future__ import annotations

import json
from pathlib import Path

from signkit.contracts.statutes import Law
from signkit.errors import OutputExists
from signkit.output import make_folder, write_folder

_SCAFFOLD = Path(__file__).with_name("scaffold")


def new_template(folder: Path, law: Law | None = None) -> tuple[Path, ...]:
    """Write a template's files into ``folder``, which must not exist; return them.

    Args:
        folder: its name becomes the template's id.
        law: whose items the template is to answer; each is listed, and missed by the check until it is covered.

    Raises:
        OutputExists: the folder exists.
        FileUnusable("output-not-written"): it cannot be made.
    """
    facts = {
        "$id": folder.name,
        "$law": json.dumps(law.named_by, ensure_ascii=False) if law else "",
        "$covers": _covers(law),
    }
    if folder.exists():
        raise OutputExists(str(folder))
    files = {}
    for source in sorted(_SCAFFOLD.iterdir()):
        text = source.read_text(encoding="utf-8")
        if source.suffix in (".toml", ".md"):
            for name, value in facts.items():
                text = text.replace(name, value)
        files[source.name] = text.encode()
    make_folder(folder.parent)
    write_folder(folder, files)
    return tuple(folder / name for name in files)


def _covers(law: Law | None) -> str:
    """Return a table of answers yet to be given, one commented line an item of the law."""
    if law is None:
        return ""
    lines = [f'# "{law.id}.{item.id}" = ["..."]  # {item.clause} {item.title.ja}' for item in law.items]
    return "\n".join(["", "# Which items of the schema answer which statutory item.", "[covers]", *lines])

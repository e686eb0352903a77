"""How the browser gets the start token: from a file that only this user may read.

A command line is visible to every user of the machine, so a browser is not started with the token on it: it is told
to open the file, which leads on.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import quote

from signkit.output import make_folder, write_checked
from signkit.web.common.guard import START
from signkit.web.common.listening import DeskAddress
from signkit.words import Language, Text

_NAME = "start.html"


def write_start_page(folder: Path, address: DeskAddress, token: str, language: Language) -> Path:
    """Write the file into ``folder`` and return its path; remove it once the session has begun.

    Raises:
        FileUnusable("output-not-written"): the folder cannot be written.
    """
    make_folder(folder)
    path = folder / f"{address.name.partition('.')[0]}-{_NAME}"
    write_checked(path, _page(address, token, language).encode(), private=True)
    return path


def _page(address: DeskAddress, token: str, language: Language) -> str:
    first, second = (f"http://{host}{START}?token={quote(token)}" for host in address.hosts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta http-equiv="refresh" content="0; url={escape(first)}">\n'
        f"<title>SignKit</title>\n<p>{escape(_OPENING.in_language(language))}</p>\n"
        f'<p><a href="{escape(second)}">{escape(_ELSE.in_language(language))}</a></p>\n</html>\n'
    )


_OPENING = Text("The desk opens.", "SignKit の画面を開いています。")
_ELSE = Text("If nothing opens, click here.", "開かないときは、ここをクリックしてください。")

"""From Typst source to PDF/A-3b, in this process, without a network, without system fonts.

The compiler sees one folder (the template's) and the files given here; the document's date is the one given, so that
the same source gives the same bytes.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal, TypeAlias

from signkit.contracts.escaping import code_literal
from signkit.contracts.fonts import FontSet, font_set, typesetter_fonts
from signkit.errors import ContractError
from signkit.output import scratch_folder

#: Scheme of the links that mark signing blocks in the compiled PDF; ``fields`` makes signature fields of them.
BLOCK_SCHEME = "signkit-block:"
#: What the typesetter can make: an archival contract, or an appearance for a plain PDF or for one that is PDF/A-1.
Standard: TypeAlias = Literal["a-3b", "1.7", "a-1b"]
_FIRST_USE = Lock()


def prelude(title: str, language: str, fonts: FontSet) -> str:
    """Return the Typst definitions that stand before every contract: who it is, and the house style."""
    facts = {
        "title": title,
        "language": language,
        "body": fonts.body,
        "heading": fonts.heading,
        "scheme": BLOCK_SCHEME,
    }
    return f"#let signkit = {code_literal(facts)}\n{_house_style()}\n"


@cache
def _house_style() -> str:
    return Path(__file__).with_name("style.typ").read_text(encoding="utf-8")


def typeset(
    source: str,
    *,
    name: str = "document",
    day: date,
    root: Path | None = None,
    files: Mapping[str, bytes] | None = None,
    fonts: FontSet | None = None,
    standard: Standard = "a-3b",
) -> bytes:
    """Compile Typst source to PDF.

    Args:
        source: the whole document.
        name: what the error calls the document.
        day: the document's date of creation, the only time that enters the file.
        root: the one folder the source may read from; None: no folder at all.
        files: further files the source may read, by path below the root; ``main.typ`` is taken.
        fonts: default: the shipped fonts.
        standard: what the PDF conforms to; the others are for an appearance that is drawn into another PDF.

    Raises:
        ContractError("typesetting-failed"): the typesetter refuses the source.
    """
    import typst

    sources = {"main.typ": source.encode(), **(files or {})}
    compiler = typst.Compiler(
        root=str(root or _empty_folder()),
        font_paths=typesetter_fonts(fonts or font_set()),
        ignore_system_fonts=True,
    )
    try:
        compiled = compiler.compile(  # type: ignore[type-var]  # the stub lacks the dict of files
            sources,
            format="pdf",
            pdf_standards=[standard],
            # Midnight in Greenwich is the same day in Japan.
            timestamp=datetime.combine(day, time(), UTC),
        )
    except RuntimeError as error:
        raise ContractError("typesetting-failed", template=name, cause=_cause(error)) from error
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # the typesetter's own, which is no Exception
            raise
        raise RuntimeError(str(panic)) from panic  # most of all: no room for its threads
    assert isinstance(compiled, bytes)
    return compiled


def _empty_folder() -> str:
    """Return an empty folder that lives as long as the process: the compiler wants a root that exists.

    Two threads must not both make it: the one whose folder the cache forgets would see it deleted while in use.
    """
    with _FIRST_USE:
        return str(_kept_folder())


@cache
def _kept_folder() -> Path:
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(scratch_folder())


def _cause(error: RuntimeError) -> str:
    """Return the typesetter's message without the lines of source it quotes, whose escapes nobody can read."""
    message = str(getattr(error, "message", error))
    return re.sub(r"\\u\{[0-9a-f]+\}", "", message)[:500]

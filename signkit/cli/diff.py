"""``signkit diff``: what changed between the revisions of a PDF, in words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import read_input
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import PlainFormat, TextOrJson
from signkit.plain_data import json_text
from signkit.words import Text, printable

if TYPE_CHECKING:
    from signkit.history.differences import Diff, Difference, RevisionDiff, SignatureEvent

HELP = words(
    "Tell what changed between the revisions of a PDF, and after whose signature.",
    "PDF の版と版の間で、誰の署名の後に何が変わったかを示す。",
)


def run(
    pdf: Annotated[Path, typer.Argument(help=words("The PDF.", "PDF ファイル。"))],
    format_: PlainFormat = TextOrJson.TEXT,
) -> None:
    """Print the history of the file."""
    from signkit.history.diff import diff_pdf

    diff = diff_pdf(read_input(pdf), str(pdf))
    if format_ is TextOrJson.JSON:
        sys.stdout.write(json_text(diff.to_json(), indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(diff)))


def _lines(diff: Diff) -> Iterator[str]:
    yield translate(_TITLE, file=_clean(diff.file), count=len(diff.revisions))
    for revision in diff.revisions:
        yield from _revision(revision)
    if len(diff.revisions) == 1:
        yield "  " + translate(_UNKNOWN if diff.revisions[0].items or diff.revisions[0].not_compared else _ONLY_ONE)
        return
    yield translate(_OVERALL, last=len(diff.revisions))
    yield from _changes(diff.overall)
    if any(revision.not_compared for revision in diff.revisions):
        yield "  ! " + translate(_INCOMPLETE)


def _revision(revision: RevisionDiff) -> Iterator[str]:
    title = _ORIGINAL if revision.number == 1 else _AFTER if revision.after else _BEFORE_ANY
    yield translate(title, number=revision.number, who=_who(revision.after))
    if revision.number > 1 or revision.items:
        yield from _changes(revision.items)
    for gap in revision.not_compared:
        yield f"  ! {_clean(translate(gap))}"


def _who(signed: Sequence[SignatureEvent]) -> str:
    names = (one.field or one.name or "?" for one in signed)
    return ("、" if LANGUAGE == "ja" else ", ").join(map(_clean, names))


def _changes(items: Sequence[Difference]) -> Iterator[str]:
    if not items:
        yield "  " + translate(_NOTHING)
    for item in items:
        place = translate(_PAGE, page=item.page) if item.page is not None else ""
        yield f"  - {place}{_clean(translate(item.text))}"
        if item.before is not None or item.after is not None:
            before, after = _around(_clean(item.before or ""), _clean(item.after or ""))
            yield f"      {_quote(before, item.before)} → {_quote(after, item.after)}"


def _quote(text: str, original: str | None) -> str:
    if original is None:
        return translate(_NONE)
    return f"「{text}」" if LANGUAGE == "ja" else f"“{text}”"


def _around(before: str, after: str, room: int = 30, most: int = 160) -> tuple[str, str]:
    """Cut what two long texts share at both ends, so that the difference is in sight."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return _excerpt(before, start, end, room, most), _excerpt(after, start, end, room, most)


def _excerpt(text: str, start: int, end: int, room: int, most: int) -> str:
    first, last = max(0, start - room), min(len(text), len(text) - end + room)
    shown = text[first : min(last, first + most)]
    return ("…" if first else "") + shown + ("…" if first + len(shown) < len(text) else "")


def _clean(text: str) -> str:
    """Texts from files reach terminals: line ends become spaces, no other control characters."""
    return printable(" ".join(re.split(r"[^\S\u3000]+", text)), "")


_TITLE = Text("{file}: {count} revision(s)", "{file}: 全 {count} 版")
_ORIGINAL = Text("Revision {number}, the original", "第 {number} 版（最初の版）")
_BEFORE_ANY = Text("Revision {number}, before any signature", "第 {number} 版（署名前）")
_AFTER = Text("Revision {number}, after {who}", "第 {number} 版（{who} の後）")
_OVERALL = Text("The document itself, from revision 1 to {last}", "文書そのもの（第 1 版から第 {last} 版まで）")
_ONLY_ONE = Text("Nothing was added to it since it was made.", "作成後に追加されたものはありません。")
_UNKNOWN = Text(
    "Whether anything was added to it since it was made cannot be told.",
    "作成後に何か追加されたかどうかは分かりません。",
)
_NOTHING = Text("No difference was found.", "違いはありません。")
_INCOMPLETE = Text(
    "Not everything was compared: see the revisions above.",
    "すべてを比べたわけではありません。上の各版を見てください。",
)
_PAGE = Text("Page {page}: ", "{page} ページ: ")
_NONE = Text("(nothing)", "（なし）")

"""A contract typeset again and compared, page by page.  Runs in a worker process: the data are a stranger's.

The template is one that is shipped or that the user named; it reads its own folder, no packages and no network (see
`signkit.contracts.markup`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from signkit.contracts.attachments import MEDIA_TYPES, Attachment, ListedFile
from signkit.contracts.free_text import FreeText, free_text
from signkit.contracts.render import render_own_pages
from signkit.contracts.rules.rule import Scrutiny
from signkit.contracts.template import Template, load_template
from signkit.drawing import open_document
from signkit.errors import ContractDataUnreadable, ContractRefused, SignKitError
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedFile, EmbeddedParty, read_contract
from signkit.pdf.fields import signature_fields
from signkit.settings import Settings

if TYPE_CHECKING:
    from PIL.Image import Image

#: What a contract says of itself, and its fields: whoever believes those reads them instead of the pages.
Said = Literal["title", "parties", "signing-order", "fields"]
Outcome = Literal["same-bytes", "pages", "refused", "word", "attachments", "failed"]

_MAX_PAGES = 300
_MAX_CHARACTERS = 50_000
_MAX_LINES = 20_000
#: Pixels a point (144 dots an inch), and at most this many along a side.
_SCALE = 2.0
_MAX_SIDE = 3_000
#: From this distance on a pixel differs from all around it (0 to 255, each colour for itself: yellow is as bright as
#: paper); fewer of them are the drawing's noise.
_DISTANCE = 24
_NOISE = 4
#: Characters shown around a difference, and at most of one.
_AROUND, _MAX_SHOWN = 12, 160


@dataclass(frozen=True)
class Task:
    """What to typeset and what to compare it with; everything but the folders is a stranger's.

    Attributes:
        exact: it says that it was made with these very versions: its pages look the same to the last pixel.
    """

    folder: Path
    data: Mapping[str, Any]
    pdf: bytes
    attachments: tuple[EmbeddedFile, ...]
    appended: tuple[EmbeddedFile, ...]
    contents: Mapping[str, bytes]
    font_folders: tuple[Path, ...]
    exact: bool = False
    other_numbers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        template: Template,
        contract: EmbeddedContract,
        pdf: bytes,
        contents: Mapping[str, bytes],
        font_folders: tuple[Path, ...],
    ) -> Task:
        """Return the task for a contract; of the files inside go along those that it lists."""
        listed = {each.name for each in contract.attachments}
        kept = {name: content for name, content in contents.items() if name in listed}
        return cls(
            template.folder, contract.data, pdf, contract.attachments, contract.appended, kept, font_folders,
            other_numbers=contract.other_numbers,
        )  # fmt: skip


@dataclass(frozen=True)
class LineDifference:
    """Text that the template and the data make on a page (from 1), and what is found instead; either may be empty."""

    page: int
    made: str
    found: str


@dataclass(frozen=True)
class Comparison:
    """What came of typesetting again.

    Attributes:
        lines: where the text differs.
        drawn: the pages (from 1) that look different.
        page_counts: pages made, and pages found (without those that were appended).
        said: what the contract's data say of it otherwise than the template and the data make.
    """

    outcome: Outcome
    free_text: tuple[FreeText, ...] = ()
    lines: tuple[LineDifference, ...] = ()
    drawn: tuple[int, ...] = ()
    page_counts: tuple[int, int] = field(default=(0, 0))
    said: tuple[Said, ...] = ()


def compare(task: Task, password: str | None) -> Comparison:
    """Typeset the contract again and compare it with what was signed."""
    template = load_template(task.folder)
    items = free_text(template, task.data)
    try:
        made = _typeset(template, task)
    except (ContractRefused, ContractDataUnreadable):
        return Comparison("refused", items)
    except SignKitError as error:
        if error.code == "template-invalid":
            return Comparison("refused", items)
        return Comparison("word" if _is_of_word(error) else "failed", items)
    if made is None:
        return Comparison("attachments", items)
    if made == task.pdf and not task.appended:
        return Comparison("same-bytes", items)
    try:
        return _pages(made, task, password, items)
    except Exception:  # PDFium's and Pillow's, for pages that cannot be read or drawn
        return Comparison("failed", items)


def _is_of_word(error: SignKitError) -> bool:
    from signkit.errors import LibreOfficeMissing, MissingExtra

    return isinstance(error, LibreOfficeMissing | MissingExtra)


def _typeset(template: Template, task: Task) -> bytes | None:
    """Return the contract's own pages, typeset again; None where a file that it lists is not there."""
    if any(each.name not in task.contents for each in task.attachments):
        return None
    if any(each.size is None for each in task.appended):
        return None
    attachments = [_attachment(each, task.contents[each.name]) for each in task.attachments]
    appended = [
        ListedFile(each.name, MEDIA_TYPES[".pdf"], each.description, b"", each.pages, listed=each)
        for each in task.appended
    ]
    settings = Settings(font_folders=task.font_folders)
    # The law may have changed since it was signed; its pages have not.
    scrutiny = Scrutiny(law=False, other_numbers=task.other_numbers)
    return render_own_pages(template, task.data, settings, attachments, appended, scrutiny=scrutiny).pdf


def _attachment(each: EmbeddedFile, content: bytes) -> Attachment:
    kind = MEDIA_TYPES.get(PurePosixPath(each.name).suffix.lower(), "application/octet-stream")
    return Attachment(each.name, kind, each.description, content)


# --- page by page ----------------------------------------------------------------------------------------


def _pages(made: bytes, task: Task, password: str | None, items: tuple[FreeText, ...]) -> Comparison:
    ours, theirs = open_document(made), open_document(task.pdf, password)
    try:
        count = len(theirs) - sum(each.pages or 0 for each in task.appended)
        if max(len(ours), count) > _MAX_PAGES:
            return Comparison("failed", items)
        old, new = _lines(ours, len(ours)), _lines(theirs, max(count, 0))
        if old is None or new is None:
            return Comparison("failed", items)
        lines = tuple(_text_differences(old, new))
        drawn = tuple(
            number + 1
            for number in range(min(len(ours), count))
            if not _look_alike(ours[number], theirs[number], exact=task.exact)
        )
        return Comparison(
            "pages", items, lines, drawn, (len(ours), count), tuple(_said_otherwise(made, task, password))
        )
    finally:
        ours.close()
        theirs.close()


def _said_otherwise(made: bytes, task: Task, password: str | None) -> Iterator[Said]:
    ours, theirs = read_contract(made), read_contract(task.pdf, password)
    assert ours is not None
    if theirs is None or ours.title != theirs.title:
        yield "title"
    if theirs is None or not _same_parties(ours.parties, theirs.parties):
        yield "parties"
    if theirs is None or ours.signing_order != theirs.signing_order:
        yield "signing-order"
    if _field_names(made, None) != _field_names(task.pdf, password):
        yield "fields"


def _same_parties(ours: Sequence[EmbeddedParty], theirs: Sequence[EmbeddedParty]) -> bool:
    """Tell whether the parties are the same; SignKit 0.1 did not write the organization beside who signs for it."""
    return len(ours) == len(theirs) and all(
        one == other or (other.organization is None and replace(one, organization=None, kind=other.kind) == other)
        for one, other in zip(ours, theirs, strict=True)
    )


def _field_names(pdf: bytes, password: str | None) -> set[str]:
    names = signature_fields(pdf, password)
    return {*names.empty, *names.signed}


def _lines(document: Any, count: int) -> list[tuple[int, str]] | None:
    """Return the lines of text with their pages (from 1); None where there are more than are compared."""
    found: list[tuple[int, str]] = []
    for number in range(count):
        page = document[number]
        words = page.get_textpage()
        length = words.count_chars()
        text = words.get_text_range(0, min(length, _MAX_CHARACTERS))
        found += [(number + 1, shown) for line in text.splitlines() if (shown := " ".join(line.split()))]
        words.close()
        page.close()
        if length > _MAX_CHARACTERS or len(found) > _MAX_LINES:
            return None
    return found


def _text_differences(made: Sequence[tuple[int, str]], found: Sequence[tuple[int, str]]) -> Iterator[LineDifference]:
    """Yield where the text differs; a paragraph that only breaks its lines elsewhere is the same."""
    ours, theirs = [_without_space(line) for _, line in made], [_without_space(line) for _, line in found]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        old, new = "".join(ours[i1:i2]), "".join(theirs[j1:j2])
        if kind != "equal" and old != new:
            page = found[min(j1, len(found) - 1)][0] if found else 1
            yield LineDifference(page, *_shorten(_join_lines(made[i1:i2]), _join_lines(found[j1:j2])))


def _without_space(line: str) -> str:
    return "".join(line.split())


def _join_lines(lines: Sequence[tuple[int, str]]) -> str:
    """Return lines as one: words of Latin letters are parted by the line break, those of kanji and kana go on."""
    text = ""
    for _, line in lines:
        text += (" " if text and text[-1].isascii() and line[0].isascii() else "") + line
    return text


def _shorten(old: str, new: str) -> tuple[str, str]:
    """Return both texts without what they have in common, but for a few characters around the difference."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    first = max(0, start - _AROUND)
    return tuple(_excerpt(text, first, len(text) - max(0, end - _AROUND)) for text in (old, new))  # type: ignore[return-value]


def _excerpt(text: str, start: int, end: int) -> str:
    shown = text[start:end]
    if len(shown) > _MAX_SHOWN:
        shown, end = shown[:_MAX_SHOWN], 0
    return ("…" if start and shown else "") + shown + ("…" if shown and end < len(text) else "")


def _common(one: str, other: str) -> int:
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _look_alike(one: Any, other: Any, *, exact: bool) -> bool:
    """Tell whether two pages show the same on a screen and on paper."""
    try:
        # What is only printed stays off the screen: annotations (12.5.3), layers (8.11.4.4).
        return all(
            _are_alike(_draw(one, printed=printed), _draw(other, printed=printed), exact=exact)
            for printed in (False, True)
        )
    finally:
        one.close()
        other.close()


def _are_alike(first: Image, second: Image, *, exact: bool) -> bool:
    """Tell whether two pictures are the same, but for what a shift by less than a pixel makes of edges."""
    if first.size != second.size:
        return False
    if exact or first.tobytes() == second.tobytes():
        return first.tobytes() == second.tobytes()
    return _apart(first, second) < _NOISE and _apart(second, first) < _NOISE


def _apart(one: Image, other: Image) -> int:
    """Count the pixels that are darker or lighter, in one of their colours, than all around them in the other."""
    from PIL import ImageChops, ImageFilter

    darker = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), one)
    lighter = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(3)))
    return max(sum(band.histogram()[_DISTANCE:]) for band in ImageChops.lighter(darker, lighter).split())


def _draw(page: Any, *, printed: bool) -> Image:
    scale = min(_SCALE, _MAX_SIDE / max(*page.get_size(), 1))
    bitmap = page.render(scale=scale, optimize_mode="print" if printed else None)
    image: Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return image

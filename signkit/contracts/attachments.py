"""Files that go with a contract: put in before anybody signs, and listed with their digests on a page of their own.

Attachments become associated files of the PDF/A-3 (ISO 19005-3 6.8); of appended files the pages stand behind the
contract's own (see ``appended``).  Every signature covers them.  Afterwards nothing can be added: it would be a change
of the document.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from signkit.contracts import fonts, privacy
from signkit.contracts.appended import PagesRefused, require_appendable
from signkit.contracts.characters import refused_characters
from signkit.contracts.escaping import string_literal
from signkit.contracts.searching import search
from signkit.errors import DeliveryError
from signkit.limits import size_in_words
from signkit.output import scratch_folder
from signkit.pdf.embedded_contract import FILE_NAME, EmbeddedFile
from signkit.words import Language, Text

#: Bounds of one contract's attachments; a plan or a certificate of the register stays far below.
MAX_FILES = 20
MAX_FILE_BYTES = 20_000_000
MAX_TOTAL_BYTES = 50_000_000
_MAX_NAME = 120
_MAX_DESCRIPTION = 200

#: What may be attached.  Nothing that a viewer would run: people open attachments because the contract names them.
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
    ".xml": "application/xml",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Attachment:
    """A file to embed or append; ``attachment`` and ``appendix`` make one of what came from outside.

    Attributes:
        name: the file's name, safe on every system.
        media_type: its MIME type.
        description: what it is, for people.
        pages: of a file to append: how many there are.
        not_searched: why a person should look through it for a 個人番号; None where it was searched.
    """

    name: str
    media_type: str
    description: str
    content: bytes
    pages: int | None = None
    not_searched: Text | None = None

    @property
    def sha256(self) -> str:
        """The content's digest in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """The content's length in bytes."""
        return len(self.content)


@dataclass(frozen=True)
class ListedFile(Attachment):
    """A file that is known by what a contract lists of it alone: for the annex, without its content."""

    listed: EmbeddedFile = field(kw_only=True)

    @property
    def sha256(self) -> str:
        """The digest that the contract lists."""
        return self.listed.sha256

    @property
    def size(self) -> int:
        """The length that the contract lists."""
        return self.listed.size or 0


def attachment(path: str, content: bytes, description: str | None = None) -> Attachment:
    """Return ``content`` as a file that can be embedded.

    Args:
        path: where it came from; the last part names it.
        description: what it is (重要事項説明書); default: the name without its ending.

    Raises:
        DeliveryError("attachment-refused"): its kind is not taken, it is empty or too large, a PDF among them cannot be
            read, or its
            name or description holds what cannot be printed or a 個人番号, or its text holds a 個人番号.
    """
    each = _make_attachment(path, content, description)
    if each.media_type == "application/pdf":
        _require_readable_pdf(each.name, content)
    return _search(each)


def appendix(path: str, content: bytes, description: str | None = None) -> Attachment:
    """Return the PDF ``content`` as one whose pages can be put behind a contract's.

    Args:
        path, description: as for ``attachment``.

    Raises:
        DeliveryError("attachment-refused"): as ``attachment`` does; or it is no PDF, or its pages cannot go behind a
            contract without
            loss.
    """
    each = _make_attachment(path, content, description)
    if each.media_type != "application/pdf":
        raise DeliveryError("attachment-refused", name=each.name, cause=_NO_PDF)
    try:
        pages = require_appendable(content)
    except PagesRefused as refused:
        raise DeliveryError("attachment-refused", name=each.name, cause=refused.cause) from refused
    return _search(replace(each, pages=pages))


def _make_attachment(path: str, content: bytes, description: str | None) -> Attachment:
    name = safe_name(path)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise DeliveryError("attachment-refused", name=name, cause=_KIND)
    if not content or len(content) > MAX_FILE_BYTES:
        raise DeliveryError("attachment-refused", name=name, cause=_TOO_LARGE if content else _EMPTY)
    words = unicodedata.normalize("NFC", description or PurePosixPath(name).stem)
    for text in (name, words):
        _require_printable(name, text)
    if len(words) > _MAX_DESCRIPTION:
        raise DeliveryError("attachment-refused", name=name, cause=_LONG_DESCRIPTION)
    return Attachment(name, MEDIA_TYPES[suffix], words, content)


def _search(each: Attachment) -> Attachment:
    searched = search(each.content, each.media_type)
    if (place := searched.found_at) is not None:
        cause = Text(*(_MY_NUMBER_INSIDE.in_language(to, place=place.in_language(to)) for to in ("en", "ja")))
        raise DeliveryError("attachment-refused", name=each.name, cause=cause)
    return replace(each, not_searched=searched.not_searched)


def safe_name(path: str) -> str:
    """Return the last part of ``path`` as a name that no system takes for anything else."""
    last = PureWindowsPath(path).name  # takes / and \ for separators
    name = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", last)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    name = f"{stem[: _MAX_NAME - len(ending)].rstrip(' .')}{dot}{ending}" if stem else name
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def require_together(attachments: Sequence[Attachment]) -> None:
    """Check what can only be told of all attachments of a contract.

    Raises:
        DeliveryError("attachment-refused"): they are too many or too large together, two bear one name, or one bears
            the name of the
            contract's own data.
    """
    if len(attachments) > MAX_FILES:
        raise DeliveryError("attachment-refused", name=attachments[MAX_FILES].name, cause=_TOO_MANY)
    if sum(len(each.content) for each in attachments) > MAX_TOTAL_BYTES:
        raise DeliveryError("attachment-refused", name=attachments[-1].name, cause=_TOO_LARGE_TOGETHER)
    taken = {_comparison_form(FILE_NAME): _RESERVED}
    for each in attachments:
        if reason := taken.get(_comparison_form(each.name)):
            raise DeliveryError("attachment-refused", name=each.name, cause=reason)
        taken[_comparison_form(each.name)] = _TWICE


@contextmanager
def typesetting_root(folder: Path, attachments: Sequence[Attachment]) -> Iterator[Path]:
    """Give the folder from which the typesetter reads both ``folder``'s files and the attachments of ``typst_annex``.

    The typesetter takes files that are not text from one folder only, so with attachments it is a copy for the time.
    """
    if not attachments:
        yield folder
        return
    with scratch_folder() as root:
        shutil.copytree(folder, root, dirs_exist_ok=True)
        for number, each in enumerate(attachments):
            (root / _path(number)).parent.mkdir(exist_ok=True)
            (root / _path(number)).write_bytes(each.content)
        yield root


def typst_annex(attachments: Sequence[Attachment], appended: Sequence[Attachment], language: Language) -> str:
    """Return the Typst source that embeds the attachments and lists all files on a page of their own, if any."""
    if not attachments and not appended:
        return ""
    embedded = "".join(_embedding_of(number, each) for number, each in enumerate(attachments))
    parts = []
    if attachments:
        listed = "".join(_block_of(number, each, language) for number, each in enumerate(attachments, 1))
        parts.append(_part(_HEADING, _WORDS, listed, language))
    if appended:
        before, listed = 0, ""
        for number, each in enumerate(appended, 1):
            listed += _block_of(number, each, language, before)
            before += each.pages or 0
        parts.append(_part(_APPENDED_HEADING, _APPENDED_WORDS, listed, language))
    return f"\n{embedded}#pagebreak(weak: true)\n" + "\n".join(parts)


def _part(heading: Text, words: Text, listed: str, language: Language) -> str:
    return f"== {_markup_of(heading.in_language(language))}\n\n{_markup_of(words.in_language(language))}\n\n{listed}"


def _embedding_of(number: int, each: Attachment) -> str:
    return (
        f'#pdf.attach({string_literal(each.name)}, read("{_path(number)}", encoding: none), '
        f'relationship: "supplement", mime-type: "{each.media_type}", '
        f"description: {string_literal(each.description)})\n"
    )


def _block_of(number: int, each: Attachment, language: Language, before: int = 0) -> str:
    """Return one file's block; ``before``: how many pages are appended before a file's own."""
    size = f"{each.size:,} " + _BYTES.in_language(language)
    rows = ((_FILE, each.name), (_CONTENT, f"{each.media_type}, {size}"), (_DIGEST, each.sha256))
    cells = "".join(
        f"[{_markup_of(label.in_language(language))}][#text(size: 8.5pt, {string_literal(value)})]"
        for label, value in rows
    )
    if each.pages is not None:
        cells += f"[{_markup_of(_PAGES.in_language(language))}][#text(size: 8.5pt, {_page_range(before, each.pages)})]"
    heading = _markup_of(f"{number}　{each.description}" if language == "ja" else f"{number}. {each.description}")
    return f"#block(breakable: false, above: 6.5mm)[=== {heading}\n#facts(label-width: 28mm){cells}]\n"


def _page_range(before: int, pages: int) -> str:
    """Return Typst code for the pages of the whole PDF file: they begin behind the last that is typeset."""
    return f"context {{ let last = counter(page).final().first() + {before}; [#(last + 1)–#(last + {pages})] }}"


@dataclass(frozen=True)
class AnnexPart:
    """One part of the annex in plain words: its heading, what it says, and of each file its heading and facts."""

    heading: str
    words: str
    files: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def annex_parts(
    attachments: Sequence[Attachment], appended: Sequence[Attachment], language: Language, last_page: int
) -> Iterator[AnnexPart]:
    """Yield the annex for a typesetter other than Typst.

    Args:
        last_page: the number of pages before the first that is appended.
    """
    for files, heading, words in ((attachments, _HEADING, _WORDS), (appended, _APPENDED_HEADING, _APPENDED_WORDS)):
        listed = []
        for number, each in enumerate(files, 1):
            title = f"{number}　{each.description}" if language == "ja" else f"{number}. {each.description}"
            facts = [
                (_FILE, each.name),
                (_CONTENT, f"{each.media_type}, {len(each.content):,} {_BYTES.in_language(language)}"),
                (_DIGEST, each.sha256),
            ]
            if each.pages is not None:
                facts.append((_PAGES, f"{last_page + 1}–{last_page + each.pages}"))
                last_page += each.pages
            listed.append((title, tuple((label.in_language(language), value) for label, value in facts)))
        if listed:
            yield AnnexPart(heading.in_language(language), words.in_language(language), tuple(listed))


def _path(number: int) -> str:
    return f"signkit-attachments/{number}"


def _markup_of(text: str) -> str:
    return f"#{string_literal(text)};"


def _comparison_form(name: str) -> str:
    """Fold what file systems do not tell apart."""
    return unicodedata.normalize("NFKC", name).casefold()


def _require_printable(name: str, text: str) -> None:
    if refused_characters(text) or "\n" in text:
        raise DeliveryError("attachment-refused", name=ascii(name)[1:-1], cause=_HIDDEN_CHARACTERS)
    if privacy.holds_my_number(text) or privacy.names_my_number(text):
        raise DeliveryError("attachment-refused", name="-", cause=_MY_NUMBER)


def require_glyphs(attachments: Sequence[Attachment], font_set: fonts.FontSet) -> None:
    """Check that names and descriptions can be printed.

    Raises:
        DeliveryError("attachment-refused"): the fonts cannot draw a character.
    """
    for each in attachments:
        if missing := fonts.missing_glyphs(each.name + each.description, font_set):
            shown = fonts.describe_missing(missing)
            cause = Text(f"the fonts cannot draw {shown}", f"フォントに字形のない文字があります ({shown})")
            raise DeliveryError("attachment-refused", name=each.name, cause=cause)


def _require_readable_pdf(name: str, content: bytes) -> None:
    """The other party must be able to open it: no password, at least one page, drawable by PDFium."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise DeliveryError("attachment-refused", name=name, cause=_UNREADABLE) from error
    try:
        if not len(document):
            raise DeliveryError("attachment-refused", name=name, cause=_UNREADABLE)
        document[0].close()
    except pypdfium2.PdfiumError as error:
        raise DeliveryError("attachment-refused", name=name, cause=_UNREADABLE) from error
    finally:
        document.close()


_HEADING = Text("Annex: attached files", "別紙　添付書類の一覧")
_WORDS = Text(
    "The following files are embedded in this PDF as attachments; the signatures cover them. A viewer lists them in "
    "its attachments panel. A file saved from there is the one meant here if its SHA-256 digest is the one below.",
    "このPDFファイルには、次の書類が添付ファイルとして埋め込まれており、電子署名の対象に含まれる。添付ファイルは、閲覧ソフトの"
    "「添付ファイル」の一覧から開くことができる。取り出したファイルのSHA-256の値が下記と一致するとき、そのファイルは"
    "ここに掲げる書類と同一である。",
)
_FILE = Text("File", "ファイル名")
_CONTENT = Text("Kind and size", "種類・大きさ")
_DIGEST = Text("SHA-256", "SHA-256")
_BYTES = Text("bytes", "バイト")

_PAGES = Text("Pages", "ページ")
_APPENDED_HEADING = Text("Annex: appended pages", "別紙　綴じ込んだ書類の一覧")
_APPENDED_WORDS = Text(
    "The pages of the following files stand behind this page; they are part of this contract, and the signatures cover "
    "them. They bear the numbers below when the pages of this PDF file are counted from the first. The digest is that "
    "of the file from which they were taken.",
    "次の書類のページは、このページの後に綴じ込まれており、本契約書の一部として電子署名の対象に含まれる。ページ番号は、この"
    "PDFファイルの先頭から数えたものである。SHA-256の値は、綴じ込む前の元のファイルのものである。",
)
_NO_PDF = Text("only the pages of a PDF can be appended", "ページを綴じ込めるのは PDF だけです")
_MY_NUMBER_INSIDE = Text("it holds what may be a 個人番号 ({place})", "個人番号とみられる数字があります ({place})")
_KIND = Text(
    "this kind of file is not attached (taken are " + ", ".join(MEDIA_TYPES) + ")",
    "この種類のファイルは添付できません (添付できるのは " + "、".join(MEDIA_TYPES) + ")",
)
_EMPTY = Text("it is empty", "空のファイルです")
_TOO_LARGE = Text("it is larger than {size}", "{size} を超えています").filled(size=size_in_words(MAX_FILE_BYTES))
_TOO_LARGE_TOGETHER = Text(
    f"all attachments together are larger than {size_in_words(MAX_TOTAL_BYTES)}",
    f"添付書類の合計が {size_in_words(MAX_TOTAL_BYTES)} を超えています",
)
_TOO_MANY = Text(f"there are more than {MAX_FILES} attachments", f"添付書類が {MAX_FILES} 件を超えています")
_TWICE = Text("another attachment bears the same name", "同じ名前の添付書類がほかにあります")
_RESERVED = Text("that name is the contract data's own", "契約データのための名前です")
_LONG_DESCRIPTION = Text(
    f"its description is longer than {_MAX_DESCRIPTION} characters", f"説明が {_MAX_DESCRIPTION} 文字を超えています"
)
_HIDDEN_CHARACTERS = Text(
    "its name or description holds characters that a reader would not see",
    "名前か説明に、目に見えない文字が含まれています",
)
_MY_NUMBER = Text(
    "its name or description holds or names a 個人番号", "名前か説明に、個人番号またはそれを指す語があります"
)
_UNREADABLE = Text(
    "it cannot be opened as a PDF without a password", "PDF として開けません (パスワード付きのものも添付できません)"
)

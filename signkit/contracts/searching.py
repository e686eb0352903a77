"""Look for a 個人番号 in the text of a file that goes with a contract, as `privacy` looks for it in the data.

What holds no text that can be searched (a scan, a picture) is not refused: it is said, so that a person looks.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from signkit.contracts import privacy
from signkit.words import Text

#: More pages, and more characters in all, are not searched.
MAX_PAGES = 500
MAX_CHARACTERS = 5_000_000

_TEXTS = ("text/plain", "text/csv", "application/json", "application/xml")
_CODES = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Searched:
    """What a search came to.

    Attributes:
        found_at: where a 個人番号 stands; None where none was found.
        not_searched: what was not searched, or what a person should look at; None where there is nothing to say.
    """

    found_at: Text | None = None
    not_searched: Text | None = None


def search(content: bytes, media_type: str) -> Searched:
    """Search a file of ``media_type`` for a 個人番号; never raises for what is in it."""
    if media_type == "application/pdf":
        return _search_pdf(content)
    if media_type not in _TEXTS:
        return Searched(not_searched=_NO_TEXT)
    text = _decode(content)
    if text is None or len(text) > MAX_CHARACTERS:
        return Searched(not_searched=_NO_CODE if text is None else _TOO_LONG)
    for number, line in enumerate(text.splitlines(), 1):
        if privacy.holds_my_number(line):
            return Searched(found_at=Text(f"line {number}", f"{number}行目"))
    return Searched(not_searched=_NAMED if privacy.names_my_number(text) else None)


def find_on_pages(pdf: bytes, others: Container[str]) -> Text | None:
    """Return where a line of a page of our own holds a 個人番号; ``others`` are known to be other numbers."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document, 1):
            lines = page.get_textpage().get_text_bounded().splitlines()
            if any(privacy.find_my_number(line, others) == "certain" for line in lines):
                return Text(f"page {number}", f"{number}ページ")
    finally:
        document.close()
    return None


def _decode(content: bytes) -> str | None:
    for code in (_CODES.get(content[:2], "utf-8-sig"), "cp932"):
        try:
            return content.decode(code)
        except UnicodeDecodeError:
            continue
    return None


def _search_pdf(content: bytes) -> Searched:
    """Search page by page, as PDFium reads the text: what a viewer finds is what counts."""
    import pypdfium2

    without_text: list[int] = []
    characters, named = 0, False
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return Searched(not_searched=_NO_TEXT)
    try:
        for index in range(min(len(document), MAX_PAGES)):
            text = document[index].get_textpage().get_text_bounded()
            characters += len(text)
            if privacy.holds_my_number(text):
                return Searched(found_at=Text(f"page {index + 1}", f"{index + 1}ページ"))
            if characters > MAX_CHARACTERS:
                return Searched(not_searched=_TOO_LONG)
            named = named or privacy.names_my_number(text)
            if not text.strip():
                without_text.append(index + 1)
        if len(document) > MAX_PAGES:
            return Searched(not_searched=_TOO_LONG)
    except pypdfium2.PdfiumError:
        return Searched(not_searched=_NO_TEXT)
    finally:
        document.close()
    return Searched(not_searched=_pages_without_text(without_text) if without_text else _NAMED if named else None)


def _pages_without_text(pages: list[int]) -> Text:
    shown = ", ".join(map(str, pages[:10])) + (" …" if len(pages) > 10 else "")
    return Text(
        f"page {shown} holds no text that could be searched (a scan?)",
        f"{shown}ページには検査できる文字がありません (スキャン画像など)",
    )


_NO_TEXT = Text("its content cannot be searched", "中身を検査できません")
_NO_CODE = Text(
    "its character code is not known, so it was not searched", "文字コードが分からず、中身を検査していません"
)
_TOO_LONG = Text("it is too long to be searched whole", "長いため、全体は検査していません")
_NAMED = Text(
    "it speaks of the 個人番号 (no such number was found)", "個人番号を指す語があります (番号は見つかりません)"
)

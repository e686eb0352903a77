"""The annex of a Word contract: the list of its attachments, behind the document's own text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from lxml import etree

from signkit.contracts.attachments import AnnexPart, Attachment, annex_parts
from signkit.contracts.fonts import GOTHIC, MINCHO
from signkit.contracts.word.package import DOCUMENT, WORD, pack, parse_xml, read_parts, serialize
from signkit.words import Language

_LABEL_WIDTH, _VALUE_WIDTH = 1600, 7000  # twentieths of a point


def with_annex(
    document: bytes, attachments: Sequence[Attachment], appended: Sequence[Attachment], language: Language, pages: int
) -> bytes:
    """Return the .docx with the annex on pages of its own at the end; as it is where there is nothing to list.

    Args:
        pages: how many pages stand before the first that is appended.
    """
    parts = tuple(annex_parts(attachments, appended, language, pages))
    if not parts:
        return document
    unpacked = read_parts(document)
    root = parse_xml(unpacked[DOCUMENT])
    body = root.find(f"{{{WORD}}}body")
    blocks = "".join(block for part in parts for block in _blocks(part))
    break_ = "<w:p><w:r><w:br w:type='page'/></w:r></w:p>"
    last = body.find(f"{{{WORD}}}sectPr")
    for block in etree.fromstring(f'<w:annex xmlns:w="{WORD}">{break_}{blocks}</w:annex>'):
        if last is None:
            body.append(block)
        else:
            last.addprevious(block)
    unpacked[DOCUMENT] = serialize(root)
    return pack(unpacked)


def _blocks(part: AnnexPart) -> Iterator[str]:
    yield _paragraph(part.heading, GOTHIC, 24)
    yield _paragraph(part.words, MINCHO, 21)
    for heading, facts in part.files:
        yield _paragraph(heading, GOTHIC, 21, keep=True)
        rows = "".join(
            f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cell(label, GOTHIC, _LABEL_WIDTH)}"
            f"{_cell(value, MINCHO, _VALUE_WIDTH)}</w:tr>"
            for label, value in facts
        )
        yield (
            f"<w:tbl><w:tblPr><w:tblW w:w='{_LABEL_WIDTH + _VALUE_WIDTH}' w:type='dxa'/><w:tblBorders>{_BORDERS}"
            f"</w:tblBorders><w:tblLayout w:type='fixed'/></w:tblPr><w:tblGrid><w:gridCol w:w='{_LABEL_WIDTH}'/>"
            f"<w:gridCol w:w='{_VALUE_WIDTH}'/></w:tblGrid>{rows}</w:tbl>"
        )


_BORDERS = "".join(
    f"<w:{side} w:val='single' w:sz='4' w:color='8C8C8C'/>"
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def _cell(text: str, font: str, width: int) -> str:
    return f"<w:tc><w:tcPr><w:tcW w:w='{width}' w:type='dxa'/></w:tcPr>{_paragraph(text, font, 17, space=40)}</w:tc>"


def _paragraph(text: str, font: str, half_points: int, *, space: int = 120, keep: bool = False) -> str:
    kept = "<w:keepNext/>" if keep else ""
    fonts = f"<w:rFonts w:ascii='{font}' w:hAnsi='{font}' w:eastAsia='{font}' w:cs='{font}'/>"
    layout = f"{kept}<w:snapToGrid w:val='0'/><w:spacing w:before='{space}' w:after='{space}'/><w:jc w:val='left'/>"
    words = f"<w:t xml:space='preserve'>{escape(text)}</w:t>"
    return f"<w:p><w:pPr>{layout}</w:pPr><w:r><w:rPr>{fonts}<w:sz w:val='{half_points}'/></w:rPr>{words}</w:r></w:p>"

"""Draws all seals on one picture: ``python -m tests.signing.seal_sheet sheet.png``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from signkit.contracts.escaping import string_literal
from signkit.contracts.fonts import FontSet
from signkit.contracts.typesetting import typeset
from signkit.preview import page_png
from signkit.signing.seals import Seal, seal_of, seal_source

KANJI = "勅使河原架空製作所東京支店総合企画開発部"
MIXED = "株式会社カクウ・サービスＡＢＣ（東京）ー"
RARE = "𠮷辻󠄀﨑髙邉𠮷祇󠄀辻󠄀一二鬱龍鷹驪籠麤齟龜國學"
NAMES = [
    "株式会社架空製作所", "架空不動産株式会社", "株式会社カクウサービス", "有限会社ひまわり", "合同会社ABC商事",
    "一般社団法人架空宅地建物取引業協会", "独立行政法人架空研究開発機構", "医療法人社団　架空会",
    "Kakuu Manufacturing Co., Ltd.", "SignKit Ltd.", "Müller & Söhne GmbH", "Wolfeschlegelsteinhausen Holdings LLC",
    "勅使河原 宏", "林　太郎", "佐藤　花子", "長谷川 宏", "𠮷田　美咲", "辻󠄀本　彩", "Alice Smith", "Nguyễn Văn An",
    "たかはし　ゆう", "ジョンソン・マイク", "番号［旧氏］　花子", "Wolfeschlegelsteinhausen Hubert",
]  # fmt: skip


def clusters(text: str) -> list[str]:
    """Return the characters of a text, each with its variation selector."""
    found: list[str] = []
    for character in text:
        if found and "\U000e0100" <= character <= "\U000e01ef":
            found[-1] += character
        else:
            found.append(character)
    return found


def all_lengths(text: str) -> list[Seal]:
    """Return seals of one to twenty characters, of both shapes."""
    pieces = clusters(text)
    return [Seal("".join(pieces[:count]), shape) for shape in ("round", "square") for count in range(1, 21)]


def latin_lengths() -> list[Seal]:
    """Return the same in Latin letters."""
    return [
        Seal(text[:count].strip(), shape)
        for shape, text in (("round", "Wolfeschlegelsteingy"), ("square", "Kakuu Sogo Works Ltd"))
        for count in range(1, 21)
    ]


def bracketed() -> list[Seal]:
    """Return seals with what stands at an edge of its square, or turns, in columns."""
    return [
        Seal(text, shape)
        for text in ("「東京（」）】。、…", "架空〔ひ〕ッャー〜", "Ａ＆Ｂ・Ｃ株式会社")
        for shape in ("round", "square")
    ]


def sheet(seals: Sequence[Seal], side: float = 51, fonts: FontSet | None = None) -> bytes:
    """Return a page with the seals, ten in a row, as PDF."""
    cells = ", ".join(
        f"stack(dir: ttb, spacing: 3pt, {seal_source(seal, side)}, "
        f"box(height: 6pt, text(size: 4pt, {string_literal(seal.text)})))"
        for seal in seals
    )
    source = (
        f'#set page(width: {side * 10 + 110}pt, height: auto, margin: 10pt)\n#set text(font: "Noto Serif JP")\n'
        f"#grid(columns: ({side}pt,) * 10, gutter: 10pt, {cells})"
    )
    return typeset(source, day=date(2000, 1, 1), standard="1.7", fonts=fonts)


if __name__ == "__main__":
    drawn = [seal for text in (KANJI, MIXED, RARE) for seal in all_lengths(text)]
    drawn += bracketed() + latin_lengths() + [seal_of(name) for name in NAMES]
    Path(sys.argv[1]).write_bytes(page_png(sheet(drawn), 0))

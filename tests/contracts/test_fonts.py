"""What the fonts can draw: characters, and the forms of characters that names need."""

from __future__ import annotations

import shutil

import pytest

from signkit.contracts.fonts import GOTHIC, MINCHO, describe_missing, font_set, missing_glyphs
from signkit.contracts.render import render_contract
from signkit.errors import ContractRefused
from signkit.plain_data import Data
from signkit.settings import Settings
from tests.refusals import refused_as

from .conftest import MakeTemplate


@pytest.mark.parametrize("name", ["𠮷田", "髙橋", "山﨑", "辻󠄀本", "葛󠄀城", "渡邉󠄂", "栁𣘺𡈽", "①㈱㎡", "神"])
def test_name_can_be_drawn(name: str) -> None:
    assert missing_glyphs(name) == ()


@pytest.mark.parametrize(
    ("text", "missing", "shown"),
    [
        ("山田😀", "😀", "😀 U+1F600"),
        ("\ue000", "\ue000", "U+E000"),
        ("𰀀", "𰀀", "𰀀 U+30000"),
        ("辻\U000e01ef", "辻\U000e01ef", "U+8FBB U+E01EF"),
        ("A\U000e0100", "A\U000e0100", "U+0041 U+E0100"),
        ("\U000e0100", "\U000e0100", "U+E0100"),
        ("辻\U000e0100\U000e0101", "辻\U000e0100\U000e0101", "U+8FBB U+E0100 U+E0101"),
    ],
)
def test_missing_glyph_named(text: str, missing: str, shown: str) -> None:
    assert missing_glyphs(text) == (missing,)
    assert shown in describe_missing(missing_glyphs(text))


def test_each_missing_glyph_is_named_once() -> None:
    assert missing_glyphs("😀a😀\ue000辻\U000e01ef辻\U000e01ef") == ("😀", "\ue000", "辻\U000e01ef")


def test_line_feeds_need_no_glyph() -> None:
    assert missing_glyphs("一\n二") == ()


@pytest.mark.slow
def test_extra_folder_adds_its_families_behind_the_shipped_ones(tmp_path) -> None:
    add_font(tmp_path, "😀")

    fonts = font_set((tmp_path,))

    assert fonts.body == (MINCHO, "Extra")
    assert fonts.heading == (GOTHIC, "Extra")
    assert missing_glyphs("山田😀", fonts) == ()
    assert missing_glyphs("山田😀") == ("😀",)


def test_font_folder_that_is_not_there(tmp_path) -> None:
    with refused_as("settings-invalid", match="font_folders"):
        font_set((tmp_path / "nowhere",))


@pytest.mark.slow
def test_contract_with_an_extra_font(make_template: MakeTemplate, data: Data, tmp_path) -> None:
    (tmp_path / "fonts").mkdir()
    add_font(tmp_path / "fonts", "😀")
    data["name"] = "山田😀"

    rendered = render_contract(make_template(), data, Settings(font_folders=(tmp_path / "fonts",)))

    assert b"Extra" in rendered.pdf


@pytest.mark.slow
def test_form_that_the_extra_font_alone_knows_is_refused(tmp_path) -> None:
    """The shipped font draws the base character, so the typesetter would never ask the extra one."""
    add_font(tmp_path, "辻", selector=0xE01EF)

    assert missing_glyphs("辻\U000e01ef", font_set((tmp_path,))) == ("辻\U000e01ef",)


def test_glyph_missing_in_the_template_is_named_with_its_line(make_template: MakeTemplate, data: Data) -> None:
    with pytest.raises(ContractRefused) as caught:
        render_contract(make_template("一\n二😀\n{{ signing_block('issuer') }}"), data)

    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("glyph", "contract.typ.j2:2")
    assert "😀 U+1F600" in problem.message.ja


def test_glyph_missing_in_data_is_named_with_its_item(make_template: MakeTemplate, data: Data) -> None:
    data["name"] = "𰀀子"

    with pytest.raises(ContractRefused) as caught:
        render_contract(make_template(), data)

    (problem,) = caught.value.problems
    assert problem.in_language("ja") == "氏名 [name](第1条): フォントに字形のない文字があります: 𰀀 U+30000"


def add_font(folder, character: str, selector: int | None = None) -> None:
    """Make a font that draws one character, from one of the shipped fonts' glyphs."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    pen.lineTo((100, 700))
    pen.lineTo((600, 700))
    pen.lineTo((600, 0))
    pen.closePath()
    glyph = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    sequences = [(ord(character), selector, "box")] if selector else None
    builder.setupCharacterMap({ord(character): "box"}, uvs=sequences)
    builder.setupGlyf({".notdef": glyph, "box": glyph})
    builder.setupHorizontalMetrics({".notdef": (700, 100), "box": (700, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Extra", "styleName": "Regular", "psName": "Extra-Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    builder.save(folder / "extra.ttf")


def test_witness_sees_every_font_embedded_and_subset(make_template: MakeTemplate, data: Data, tmp_path) -> None:
    from tests.witness import run

    (tmp_path / "a.pdf").write_bytes(render_contract(make_template(), data).pdf)

    rows = run("pdffonts", tmp_path / "a.pdf").stdout.splitlines()[2:]

    assert shutil.which("pdffonts")
    assert len(rows) >= 2
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)

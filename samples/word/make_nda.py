"""Make nda/contract.docx, as a broker or an office would have it: an ordinary Word form with tags and markers in it.

    python samples/word/make_nda.py

Needs python-docx (extra ``docx``).  The file is kept beside this script; making it again changes dates inside only.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

ARTICLES = (
    (
        "目的",
        (
            "甲及び乙は、{{ purpose }}（以下「本目的」という。）のために相手方に開示する情報の取扱いについて、"
            "本契約を締結する。",
        ),
    ),
    (
        "秘密情報",
        (
            "本契約において「秘密情報」とは、本目的のために一方の当事者（以下「開示者」という。）が相手方（以下「受領者」という。）に"
            "秘密である旨を示して開示した技術上、営業上その他の情報をいう。",
            "次のいずれかに当たる情報は、秘密情報に含まれない。（1）開示の時に公知であったもの、（2）開示の後に受領者の責めに"
            "よらず公知となったもの、（3）開示の前から受領者が正当に保有していたもの、（4）第三者から秘密保持の義務を負わずに"
            "正当に取得したもの",
        ),
    ),
    (
        "秘密の保持",
        (
            "受領者は、秘密情報を善良な管理者の注意をもって管理し、開示者の書面による承諾なしに第三者に開示してはならない。",
            "受領者は、秘密情報を本目的以外に使用してはならない。",
            "受領者が法令に基づき官公署から開示を求められたときは、開示者に速やかに通知した上、必要な範囲で開示することができる。",
        ),
    ),
    ("返還等", ("受領者は、開示者が求めたとき又は本契約が終了したときは、秘密情報を返還し、又は消去する。",)),
    (
        "期間",
        (
            "本契約の有効期間は、{{ contract_date | full_date }}から{{ years }}年間とする。"
            "第3条の義務は、本契約の終了後も{{ survival_years }}年間存続する。",
        ),
    ),
    ("管轄", ("本契約に関する訴訟は、{{ jurisdiction }}を第一審の専属的合意管轄裁判所とする。",)),
)


def main() -> None:
    """Write the form."""
    document = Document()
    _page(document)
    title = document.add_paragraph(style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run("秘密保持契約書")
    # Word parts a text wherever it was edited; tags and markers may be parted, too.
    opening = document.add_paragraph()
    for piece in ("{{ disc", "loser.name }}（以下「甲」という。）と{{ recipient", ".name }}（以下「乙」という。）は、"):
        opening.add_run(piece)
    opening.add_run("秘密情報の取扱いについて、次のとおり契約を締結する。")
    for number, (heading, paragraphs) in enumerate(ARTICLES, 1):
        _article(document, number, heading, paragraphs)
    document.add_paragraph("{%p if materials is defined %}")
    document.add_paragraph("開示する主な資料は、次のとおりである。").paragraph_format.keep_with_next = True
    _materials(document)
    document.add_paragraph("{%p endif %}")
    _closing(document)
    document.save(str(Path(__file__).parent / "nda" / "contract.docx"))


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(25)
    for name, family, size in (("Normal", "ＭＳ 明朝", 10.5), ("Title", "ＭＳ ゴシック", 18)):
        style = document.styles[name]
        style.font.size = Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]
        for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(attribute), family)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    title = document.styles["Title"].element
    for border in title.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    document.styles["Title"].font.color.rgb = None
    document.core_properties.author = ""
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(footer, "PAGE")


def _field(paragraph, instruction: str) -> None:
    for kind, text in (("begin", None), (None, instruction), ("end", None)):
        run = paragraph.add_run()
        if kind is None:
            element = run._r.makeelement(qn("w:instrText"), {})
            element.text = text
        else:
            element = run._r.makeelement(qn("w:fldChar"), {qn("w:fldCharType"): kind})
        run._r.append(element)


def _article(document: Document, number: int, heading: str, paragraphs: tuple[str, ...]) -> None:
    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    line.paragraph_format.space_before = Pt(6)
    line.add_run(f"第{number}条（{heading}）").bold = True
    for index, text in enumerate(paragraphs, 1):
        body = document.add_paragraph(f"{index}　{text}" if len(paragraphs) > 1 else f"　{text}")
        body.paragraph_format.left_indent = Pt(10.5)


def _materials(document: Document) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for cells in (("資料", "形式"), ("{%tr for each in materials %}", ""), ("{{ each.name }}", "{{ each.form }}"),
                  ("{%tr endfor %}", "")):  # fmt: skip
        row = table.add_row()
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


def _closing(document: Document) -> None:
    words = document.add_paragraph(
        "本契約の成立を証するため、本書を電磁的記録として作成し、甲乙が電子署名を行い、各自これを保管する。"
    )
    words.paragraph_format.space_before = Pt(8)
    day = document.add_paragraph("{{ contract_date | full_date }}")
    day.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    words.paragraph_format.keep_with_next = day.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, role in (("甲（開示者）", "discloser"), ("乙（受領者）", "recipient")):
        row = table.add_row()
        left = row.cells[0]
        left.text = label
        left.add_paragraph(f"住所　{{{{ {role}.address }}}}")
        left.add_paragraph(f"氏名　{{{{ {role}.name }}}}")
        row.cells[1].text = f"[[sign:{role} 70x24]]"
        for paragraph in row.cells[0].paragraphs if role == "discloser" else ():
            paragraph.paragraph_format.keep_with_next = True
        properties = row._tr.get_or_add_trPr()
        properties.append(properties.makeelement(qn("w:cantSplit"), {}))


if __name__ == "__main__":
    main()

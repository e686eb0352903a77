"""The receipt (受領書): what was handed over, by digest, with a field for the recipient's signature or pen."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

from signkit.contracts.fonts import FontSet, font_set
from signkit.contracts.signature_fields import FieldDescription
from signkit.delivery.sheet import Sheet, digest, facts_table, markup_of, signing_block
from signkit.progress.contract import ContractStatus
from signkit.words import Text

TITLE = "電子書面の受領書"
#: The field of a document that does not say who receives it.
ANYBODY = "recipient"


def receipt(
    status: ContractStatus,
    role: str,
    label: Text,
    name: str | None,
    provider: str | None,
    day: date,
    fonts: FontSet | None = None,
) -> bytes:
    """Return the receipt that one recipient signs, electronically or on paper, as PDF/A-3b.

    Args:
        role: names the signature field (ASCII letters, digits and underscores).
        label: what people call the role.
        name: the recipient's, as the contract writes it; None: left blank for the pen.
        provider: who handed the file over; None: left blank.
    """
    fonts = fonts or font_set()
    contract = status.contract
    title = contract.title.ja if contract is not None and contract.title is not None else "文書"
    facts = [
        ("文書の名称", markup_of(title, fonts, 120)),
        ("ファイル名", markup_of(PurePath(status.file).name, fonts, 120)),
        ("SHA-256", digest(status.report.sha256)),
    ]
    line = "#box(width: 70mm, stroke: (bottom: 0.5pt))"
    signer = [
        ("受領した日", "　　　　　年　　　　月　　　　日"),
        (f"氏名又は名称（{markup_of(label.ja, fonts, 40)}）", markup_of(name, fonts, 100) if name else "　"),
    ]
    to_whom = markup_of(provider, fonts, 100) if provider else line
    body = (
        f"= {TITLE}\n\n{to_whom}　御中\n\n"
        "#v(2mm)\n下記の電子ファイルを受領しました。ファイルを開いて内容を表示でき、印刷できることを確認しました。\n\n"
        f"{facts_table(facts)}\n#v(3mm)\n{facts_table(signer)}\n#v(3mm)\n"
        f"{signing_block(role, Text('Recipient', '受領者'), 'ja')}\n"
        "#small[電子署名をするときは上の欄に署名してください（signkit sign）。"
        "印刷して記入するときは、記名のうえご返送ください。]\n"
    )
    fields = {role: FieldDescription("受領者の署名", (role,))}
    return Sheet(title=TITLE, language="ja", day=day, body=body, fonts=fonts, fields=fields).pdf()

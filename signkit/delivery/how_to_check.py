"""The how-to-check sheet: what a recipient looks for, with and without SignKit, and why the file is kept.

宅地建物取引業法 asks that the recipient be told how to see that the file was not altered; the sheet is in Japanese.
"""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

from signkit.contracts.fonts import FontSet, font_set
from signkit.delivery.sheet import Sheet, bullet_list, digest, facts_table, markup_of, words
from signkit.progress.contract import ContractStatus
from signkit.words import Text

TITLE = "電子契約書の確かめ方"


def how_to_check(status: ContractStatus, day: date, fonts: FontSet | None = None) -> bytes:
    """Return the sheet for one file as PDF/A-3b; it states nothing about the file but its name and digest."""
    fonts = fonts or font_set()
    name = markup_of(PurePath(status.file).name, fonts, 120)
    title = status.contract.title.ja if status.contract is not None and status.contract.title is not None else "文書"
    facts = [
        ("文書の名称", markup_of(title, fonts, 120)),
        ("ファイル名", name),
        ("SHA-256", digest(status.report.sha256)),
    ]
    steps = "".join(f"== {heading}\n{bullet_list(_say(line) for line in lines)}" for heading, lines in _STEPS)
    body = f"= {TITLE}\n\n{_say(_INTRODUCTION)}\n\n{facts_table(facts)}\n{steps}"
    return Sheet(title=TITLE, language="ja", day=day, body=body, fonts=fonts).pdf()


def _say(text: str) -> str:
    return words(Text("", text), "ja")


_INTRODUCTION = (
    "お渡ししたPDFファイルには、当事者の電子署名が付いています。署名の後に内容が書き換えられていないことは、"
    "次の方法でいつでもご自身で確かめられます。"
)
_STEPS = (
    (
        "1　Adobe Acrobat Reader で確かめる",
        (
            "ファイルをAcrobat Readerで開き、画面上部の帯または「署名パネル」を表示します。",
            "署名パネルで当事者ごとの署名を開き、「この署名が適用されてから文書は変更されていません」と表示されることを"
            "確かめます。後から他の当事者が署名した場合などは、許可された変更がある旨が表示されます。",
            "「署名者のIDが不明です」「検証に問題があります」と表示されることがあります。公的個人認証サービスなど、"
            "Acrobatにあらかじめ登録されていない認証局の証明書による署名で表示されるもので、それだけで改ざんを意味するもの"
            "ではありません。この場合は、次の2の方法で確かめてください。",
            "「署名は無効です」「文書は変更または破損しています」と表示されたときは、そのファイルを使わず、お渡しした者に"
            "お問い合わせください。",
        ),
    ),
    (
        "2　SignKit で確かめる",
        (
            "コマンド　signkit validate ファイル名",
            "TOTAL-PASSED（有効）は、すべての署名が正しく、書き換えがないことを確認できたことを示します。",
            "INDETERMINATE（判定できません）は、改ざんは見つからないものの、証明書が有効であったことなどを確認する情報が"
            "足りないことを示します。理由が続けて表示されます。",
            "TOTAL-FAILED（無効）は、署名が成り立たないか、書き換えがあることを示します。使わずにお問い合わせください。",
            "コマンド　signkit status ファイル名　は、誰がいつ署名したかを表示します。",
        ),
    ),
    (
        "3　受け取ったファイルが同じものか確かめる",
        (
            "ファイルのSHA-256の値が上の表と一致すれば、1バイトも違わない同じファイルです。",
            "Windows　certutil -hashfile ファイル名 SHA256",
            "macOS　shasum -a 256 ファイル名　　Linux　sha256sum ファイル名",
            "同じフォルダーの SHA256SUMS には、お渡ししたすべてのファイルの値が書かれています。",
        ),
    ),
    (
        "4　保存と印刷",
        (
            "原本は電子ファイルです。印刷したものは写しで、印刷物では電子署名を確かめられません。",
            "ファイルは、開いて上書き保存したり、別の形式に変換したりせず、そのまま保存してください。後日、内容に争いが"
            "生じたときに、書き換えがないことを示す証拠になります。控えを別の場所にも保存することをお勧めします。",
            "ファイルには署名者の証明書が含まれ、公的個人認証サービスの証明書からは氏名・住所・生年月日・性別を読み取れます。"
            "むやみに他人に渡さないでください。",
        ),
    ),
)

"""What the rooms below say to people at a terminal, said to people at the desk: the one place that translates it.

A hint with a way of the desk's own stands here by its code.  Of any other text the sentences that name a command or an
option are left out: nobody at the desk can follow them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from signkit.errors import SignKitError
from signkit.validation.next_steps import NextStep
from signkit.words import Language, Text

_COMMAND = re.compile(r"\bsignkit (?!desk\b)[a-z-]+|(?<![\w-])--[a-z]|(?<![\w-])-o\b")
#: A system's own command has such options too, and can be typed.
_SYSTEMS = re.compile(r"\b(?:apt|brew|winget|xcode-select|systemctl)\b")
_BRACKETS = re.compile(r"\s?[（(][^()（）]*[)）]")
_SENTENCE = re.compile(r"(?<=。)|(?<=[.!?])\s+(?=[A-Z“'])")


def desk_hint(error: SignKitError) -> Text | None:
    """Return what one can do at the desk about an error; None where nothing can be said."""
    own = _HINTS.get(error.code)
    if own is not None:
        return own
    en, ja = error.hint("en"), error.hint("ja")
    return desk_text(Text(en, ja or en)) if en else None


def desk_step(step: NextStep) -> Text | None:
    """Return what one can do at the desk about a verdict; None where nothing can be said."""
    return _STEPS.get(step.code) or desk_text(step.text)


def desk_text(text: Text) -> Text | None:
    """Return a text without what only a terminal offers; None where nothing is left."""
    en, ja = (" ".join(_sentences(text.en)), "".join(_sentences(text.ja)))
    return Text(en, ja) if en.strip() and ja.strip() else None


def desk_line(line: str, language: Language) -> str:
    """Return a line that is in one language already, likewise."""
    return (" " if language == "en" else "").join(_sentences(line))


def _sentences(words: str) -> list[str]:
    shown = _BRACKETS.sub(lambda found: "" if _is_command(found[0]) else found[0], words)
    return [each for each in _SENTENCE.split(shown) if each and not _is_command(each)]


def _is_command(words: str) -> bool:
    return _COMMAND.search(words) is not None and _SYSTEMS.search(words) is None


_ITS_PAGE = Text("The contract's page shows who has signed.", "契約書のページで署名の状況を確かめてください。")
_LAST_TRY = Text(
    "The desk does not spend the last try: a wrong entry locks it, and only the municipality's counter unlocks it.",
    "最後の 1 回はこの画面では使いません。間違えるとロックされ、市区町村の窓口でしか解除できません。",
)
_TRUST = Text(
    "If you know the authority and have checked its fingerprint, have its certificate believed in the settings; where "
    "there is no such page, ask whoever runs this desk.",
    "認証局が分かっていて、フィンガープリントを確かめたときは、設定でその証明書を信頼してください。"
    "その画面がないときは、管理者に連絡してください。",
)
_ITS_PASSWORD = Text(
    "Open it with its password on the document's page; where there is no such page, at a desk of your own.",
    "文書のページで「パスワードで開く」を押してください。その画面がないときは、自分のパソコンのデスクで開いてください。",
)

_HINTS: Mapping[str, Text] = {
    "archive-missing": Text("Make one under “Contracts”.", "「契約書」の画面で作れます。"),
    "archive-torn": Text(
        "“Restore and repair” under “Archive” makes it anew from the kept files and the last backup; where there is no "
        "such page, ask whoever runs this desk.",
        "「保管庫」の「復元と修復」で、保管ファイルと最後のバックアップから作り直せます。"
        "その画面がないときは、管理者に連絡してください。",
    ),
    "backup-newer": Text(
        "The backup was left as it is. Verify the archive under “Archive”, or back up into another folder.",
        "バックアップには手を付けていません。「保管庫」で検証するか、別のフォルダーにバックアップしてください。",
    ),
    "completion-impossible": Text(
        "The contract's page says which signature does not hold; ask the parties for the file as they signed it.",
        "成り立たない署名は契約書のページで分かります。署名したときのファイルを当事者に求めてください。",
    ),
    "completion-not-proven": Text(
        "The contract's page says what is missing. A certificate that says on its face what is not proven can be made "
        "there, too.",
        "足りないものは契約書のページで分かります。確認できない点を明記した証明書なら、そこで作れます。",
    ),
    "consent-not-made": Text(
        "A consent for another kind of document is made by hand: choose the template “consent” under “New contract”.",
        "ほかの種類の文書の承諾書は、「新しい契約書」でひな形「承諾書」を選んで作れます。",
    ),
    "consent-unreadable": Text(
        "Consents are made on the page “Delivery” of the contract, and signed by the recipient.",
        "承諾書は契約書の「提供」のページで作り、相手方が署名します。",
    ),
    "contract-refused": Text("Mend these items in the form.", "入力画面でこれらの項目を直してください。"),
    "delivery-not-proven": Text(
        "Get the missing evidence, or make the pack all the same: its pages say what is not proven.",
        "足りない証拠を補うか、「確認できない点を明記して作る」を選んでください。",
    ),
    "delivery-refused": Text(
        "Have the recipient sign a consent first (the page “Delivery” makes it), or deliver it on paper.",
        "先に相手方から承諾書に署名を受けるか (「提供」のページで作れます)、紙で交付してください。",
    ),
    "entry-unknown": Text("“Contracts” lists what is kept.", "「契約書」の一覧で確かめてください。"),
    "evidence-missing": Text(
        "Keep it as it is, and extend it on the contract's page once the evidence can be had.",
        "このまま保管し、証拠が得られるようになったら契約書のページで延長してください。",
    ),
    "export-folder-taken": Text("Export once more.", "もう一度出力してください。"),
    "field-not-added": _ITS_PAGE,
    "field-signed": _ITS_PAGE,
    "nothing-to-extend": Text("Have it signed first.", "先に署名してください。"),
    "out-of-turn": _ITS_PAGE,
    "pdf-password-needed": _ITS_PASSWORD,
    "pin-last-try": _LAST_TRY,
    "pin-outcome-unknown": Text(
        "It is not sent again by itself. See the tries left under “Card”, then start over.",
        "自動では送り直しません。「カード」で残り回数を確かめてから、やり直してください。",
    ),
    "signature-not-timestamped": Text(
        "Choose B-LTA: its document timestamp proves the time from now on.",
        "B-LTA を選んでください。文書タイムスタンプが、今からの時刻を証明します。",
    ),
    "signer-not-party": Text(
        "Check whose turn it is and whose card lies in the reader.",
        "誰の番か、誰のカードが置かれているかを確かめてください。",
    ),
    "timestamp-unavailable": Text(
        "Name a timestamp service in the settings; nothing was written. Where there is no such page, ask whoever runs "
        "this desk.",
        "設定でタイムスタンプ局を指定してください。何も書き込んでいません。その画面がないときは、管理者に連絡してください。",
    ),
    "token-pin-last-try": _LAST_TRY,
}

_STEPS: Mapping[str, Text] = {
    "ask-who-signed": Text(
        "Ask the party with whose key it was signed.", "誰の鍵で署名したかを、その当事者に確かめてください。"
    ),
    "get-accredited-timestamp": Text(
        "Add a timestamp of an accredited service: extend it on the document's page.",
        "認定事業者のタイムスタンプを追加してください (文書のページの「証拠を延長する」)。",
    ),
    "give-password": _ITS_PASSWORD,
    "judge-alone": Text("Check it by itself.", "このファイルだけをもう一度確かめてください。"),
    "let-sign": Text(
        "The document's page shows who has to sign, and whose turn it is.",
        "誰の署名が必要で誰の番かは、文書のページで分かります。",
    ),
    "name-authority": _TRUST,
    "name-rehearsal": Text(
        "It was signed in a rehearsal. Its keys are believed in that rehearsal alone, not at another rehearsal's desk.",
        "リハーサル用の鍵による署名です。署名したリハーサルの中でだけ信頼され、別のリハーサルの画面では信頼されません。",
    ),
    "raise-level": Text(
        "Raise its level: extend it on the document's page.",
        "文書のページの「証拠を延長する」でレベルを上げてください。",
    ),
    "see-changes": Text(
        "Do not rely on what is shown; ask the sender for the file as it was signed. The document's page shows the "
        "differences, and after whose signature they came.",
        "表示を信用せず、署名されたままのファイルを送信者に求めてください。誰の署名の後に何が変わったかは、"
        "文書のページの「違いを見る」で分かります。",
    ),
}

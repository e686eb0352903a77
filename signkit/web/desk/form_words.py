"""What the pages say about filling a contract's form, by hand or from a card, by the key that they say it with."""

from __future__ import annotations

from signkit.words import Text

FORM_WORDS: dict[str, Text] = {
    "draft_kept": Text("Kept as you typed.", "入力を保存しました。"),
    "draft_not_kept": Text(
        "Not kept: what you typed is on this page alone. Press “Save the draft”.",
        "自動保存できませんでした。入力はこの画面だけにあります。「下書きを保存」を押してください。",
    ),
    "from_card": Text("From a card: {items}", "カードから入れる（{items}）"),
    "from_card_heading": Text("{party}: from a card", "{party}をカードから入れる"),
    "from_card_lead": Text(
        "Lay the Individual Number Card on the reader. What it says is put into the form, in place of what stands "
        "there; nothing is signed.",
        "マイナンバーカードを読み取り機に置いてください。"
        "カードの内容をフォームに入れます（今の内容と入れ替わります）。署名はしません。",
    ),
    "from_card_items": Text("Items", "入れる項目"),
    "from_card_which": Text("Card", "カード"),
    "from_card_source": Text("Read by", "読み取り方"),
    "from_card_certificate": Text(
        "Signature password (6 to 16 letters and digits): the text of the certificate, which the signature is held "
        "against later",
        "署名用パスワード（英数字 6〜16 文字）: 電子証明書の文字。署名のときに照合する文字と同じです",
    ),
    "from_card_surface": Text(
        "PIN of four digits for what is printed on the card: no signature proves it",
        "券面事項入力補助用の暗証番号（数字 4 桁）: 電子署名による証明はありません",
    ),
    "from_card_rehearsal": Text(
        "The emulated cards' PIN of this kind is 5678.", "模擬カードの券面事項入力補助用の暗証番号は 5678 です。"
    ),
    "from_card_go": Text("Read: ask for the PIN", "読み取る（暗証番号の窓を開く）"),
    "from_card_company": Text(
        "A corporate number is entered, so that only the name of who signs is filled in.",
        "会社法人等番号が入っているため、署名する人の氏名だけを入れます。",
    ),
    "was_read": Text(
        "{party}: the card was read. Check it with the person.",
        "{party}のカードを読み取りました。ご本人とお確かめください。",
    ),
    "read_unproven": Text(
        "These are the card's own texts, proven by no signature; substitute characters are not flagged in them.",
        "券面の文字データであり、電子署名による証明はありません。代替文字の有無も分かりません。",
    ),
    "read_untrusted": Text(
        "The certificate was not issued by a CA that is trusted here.",
        "信頼する認証局が発行した証明書ではありません。",
    ),
    "read_substitutes": Text(
        "Substitute characters stand for ones that the register writes otherwise: {places}. Check them with the "
        "person.",
        "代替文字があります（{places}）。住民票の文字と異なるため、ご本人にお確かめください。",
    ),
    "read_cancelled": Text("Nothing was read.", "読み取りを中止しました。フォームは元のままです。"),
    "read_draft_gone": Text("The draft is no more.", "下書きがありません。"),
}

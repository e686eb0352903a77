"""What the HTML report says beside the report's own words."""

from __future__ import annotations

from signkit.words import Text

TITLE = Text("Validation of signatures", "署名の検証結果")
COUNTS = Text("{count} files were judged", "検証したファイル: {count} 件")
INDEX = Text("The files", "ファイルの一覧")
INDEX_COLUMNS = (Text("File", "ファイル"), Text("Result", "結果"), Text("In one sentence", "内容"))
BACK = Text("to the list", "一覧に戻る")
NEXT = Text("What to do next", "次にすること")
PARTIES = Text("Who signed", "当事者と署名")
PARTY_COLUMNS = (
    Text("Role or field", "役割・署名欄"),
    Text("Name", "氏名・名称"),
    Text("Signature", "署名"),
    Text("Signed (signer's clock)", "署名した時刻（署名者の申告）"),
    Text("Proven to exist by", "存在が証明された時刻"),
)
NO_SIGNATURE = Text("not signed", "未署名")
OTHER_PERSON = Text("NOT by the party", "当事者の名義ではありません")
FROM_DATA = Text(
    "Title and roles are those of the contract data in the file.", "表題と役割は、ファイルの中の契約データによります。"
)
WHY = Text("Why", "判定の理由")
TEMPLATE = Text("What was signed, and the template", "署名された内容とひな形")
AND_MORE = Text("{places} and {count} more", "{places} ほか {count} 件")
PAGES = Text("The pages that carry signatures", "署名欄のあるページ")
PAGE = Text("Page {page}. Marked: {fields}.", "{page} ページ。枠の番号: {fields}。")
FIELD_OF = Text("place of {party}", "{party}の署名欄")
FIELD = Text("field “{field}”", "署名欄「{field}」")
CHANGES = Text("What looks different since {who} signed", "{who}が署名した後に変わったところ")
CHANGES_PERMITTED = Text(
    "What was added since {who} signed (permitted)", "{who}が署名した後に加わったところ（許されている追加）"
)
BEFORE = Text("As signed", "署名されたとき")
AFTER = Text("Now", "現在")
PAGE_GONE = Text("There was no such page.", "このページはありません。")
CHANGED_PAGE = Text("Page {page}; what differs is framed in red.", "{page} ページ。違うところを赤枠で示します。")
MORE_CHANGES = Text(
    "Further pages are left out here; see signkit diff.", "ほかのページは省いています。signkit diff で確かめられます。"
)
NO_DIFFERENCE = Text(
    "No page looks different; what was changed does not show.",
    "ページの見た目に違いはありません。変更は表示に現れないものです。",
)
NO_OLDER_STATE = Text(
    "What was signed is no longer in the file, so that what stood there before cannot be shown.",
    "署名されたときの内容がファイルに残っていないため、変更前の表示は示せません。",
)
DETAILS = Text("Details of the judgement", "検証の詳細")
FILE_AND_POLICY = Text("The file and how it was judged", "ファイルと検証の条件")
PROFILE = Text("Held against what is asked by {profile}", "{profile}の要件との適合")
CONTAINS_CONTRACT = Text(
    "This report holds pictures of the contract's pages: its text, names and addresses. Give it only to those who may "
    "see the contract.",
    "このレポートには契約書のページの画像（本文・氏名・住所）が含まれます。契約書を見てよい人だけに渡してください。",
)
ILLUSTRATION = Text(
    "Pictures illustrate; the verdict rests on the file itself.",
    "画像は説明のためのもので、判定はファイルそのものによります。",
)
FOLDED = Text("What is unfolded here is printed, too.", "開いた項目は印刷にも含まれます。")
FACTS = Text("Judged as of {time} by the policy “{policy}”.", "検証の基準時刻: {time}。検証ポリシー: {policy}。")
MISSING = {
    "gone": Text(
        "No picture: the file is no longer the one that was judged.",
        "画像なし: 検証時のファイルと異なるか、読めません。",
    ),
    "failed": Text("No picture: the page could not be drawn safely.", "画像なし: ページを安全に描画できませんでした。"),
    "enough": Text(
        "No picture: only the first files of a run are drawn.", "画像なし: 画像は先頭の一部のファイルに限ります。"
    ),
}
LABELS = {
    "file": Text("File", "ファイル"),
    "kind": Text("Kind of file", "ファイルの種類"),
    "sha256": Text("SHA-256 of the file", "ファイルの SHA-256"),
    "validation_time": Text("Judged as of", "検証の基準時刻"),
    "policy": Text("Policy", "検証ポリシー"),
    "verdict": Text("Verdict", "判定"),
    "term": Text("In the terms of EN 319 102-1", "EN 319 102-1 の用語"),
    "signer": Text("Signer", "署名者"),
    "issuer": Text("Issuer of the certificate", "証明書の発行者"),
    "company": Text("Company, by the commercial register", "会社（商業登記）"),
    "listed": Text("Service of an imported list", "取り込んだリストのサービス"),
    "trusted_by": Text("Trusted by", "信頼の根拠"),
    "key_kind": Text("Kind of key", "鍵の種類"),
    "type": Text("Kind", "種類"),
    "signing_kind": Text("Who acted", "署名の主体"),
    "level": Text("Holds", "署名のレベル"),
    "algorithm": Text("Algorithm", "アルゴリズム"),
    "claimed_time": Text("Signed, by the signer's clock", "署名した時刻（署名者の申告）"),
    "best_time": Text("Proven to exist by", "存在が証明された時刻"),
    "time_source": Text("Proven by", "証明したもの"),
    "coverage": Text("Covers", "署名の対象"),
    "changes": Text("Changes since", "その後の変更"),
    "revocation": Text("Revocation", "失効の確認"),
    "timestamps": Text("Timestamps", "タイムスタンプ"),
    "stamp": Text("Timestamp of the document", "文書タイムスタンプ"),
    "tsa": Text("Timestamp service", "タイムスタンプ局"),
}

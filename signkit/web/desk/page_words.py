"""What the pages say, by the key that they say it with."""

from __future__ import annotations

from signkit.web.desk.form_words import FORM_WORDS
from signkit.web.desk.today_words import TODAY_WORDS
from signkit.web.desk.upkeep_words import UPKEEP_WORDS
from signkit.words import Text

WORDS: dict[str, Text] = {
    "desk": Text("SignKit desk", "SignKit デスク"),
    "skip": Text("Skip to the content", "本文へ移動"),
    "menu": Text("Menu", "メニュー"),
    "rehearsal": Text(
        "Rehearsal: these cards and signatures prove nothing. The password of every emulated card is SIGNKIT1, its PIN "
        "1234.",
        "リハーサル中: ここで使うカードと署名に効力はありません。"
        "模擬カードの署名用パスワードは SIGNKIT1、暗証番号は 1234 です。",
    ),
    "other_language": Text("日本語", "English"),
    "end": Text("End", "終了"),
    "today": Text("Today", "今日の仕事"),
    "closed_here": Text(
        "It is encrypted. No password is asked for here: open it at a desk of your own (signkit desk).",
        "暗号化されています。ここではパスワードを入力できません。"
        "自分のパソコンのデスク (signkit desk) で開いてください。",
    ),
    "party_unapproved": Text("not to be signed now", "今は署名できません"),
    "ask_agent_as": Text("Sign as {role} on your PC", "{role} として手元のパソコンで署名"),
    "elsewhere_as": Text("Signed elsewhere: {role}", "別の場所で署名（{role}）"),
    "contracts": Text("Contracts", "契約書"),
    "new": Text("New contract", "新しい契約書"),
    "check": Text("Check files", "ファイルを確かめる"),
    "card": Text("Card", "カード"),
    "health": Text("This machine", "パソコンの状態"),
    # today
    "to_sign": Text("To be signed", "署名待ち"),
    "to_sign_none": Text("Nothing waits for a signature.", "署名を待っている契約書はありません。"),
    "signed_here": Text("Signed, not yet in the archive", "署名済み・保管前"),
    "drafts": Text("Drafts", "下書き"),
    "drafts_none": Text("There is no draft.", "下書きはありません。"),
    "do": Text("What would you like to do?", "何をしますか"),
    "do_new": Text("Make a contract from a template", "ひな形から契約書を作る"),
    "do_check": Text("Check a signed file that you received", "受け取った署名済みファイルを確かめる"),
    "do_find": Text("Find a contract", "契約書を探す"),
    "changed": Text("changed {when}", "{when} 更新"),
    "untitled": Text("(no name yet)", "（名前なし）"),
    # checking
    "check_lead": Text(
        "Drop one file or many onto the box, or choose them. PDF, .p7m, .p7s, .eml and .asice are judged on this PC; "
        "nothing is sent anywhere.",
        "ファイルを枠の中に置くか、選んでください。一度に何件でもかまいません (PDF・.p7m・.p7s・.eml・.asice)。"
        "このパソコンの中で検証し、どこにも送りません。",
    ),
    "files": Text("Files", "ファイル"),
    "check_go": Text("Check them", "検証する"),
    "check_none": Text("Choose at least one file.", "ファイルを 1 つ以上選んでください。"),
    "check_results": Text("What was found", "検証の結果"),
    "check_count": Text("{count} files", "{count} 件"),
    "report_as": Text("Report:", "検証報告書:"),
    "waiting": Text("being judged …", "検証中…"),
    "details": Text("Signatures and changes", "署名と変更の内容"),
    "open_document": Text("Show the document", "文書を見る"),
    "next_step": Text("What to do", "次にすること"),
    # contracts
    "find": Text("Search", "検索"),
    "find_text": Text("Words in the contract", "本文の語"),
    "party": Text("Party", "取引先・当事者"),
    "date_from": Text("Date from", "取引年月日 (から)"),
    "date_to": Text("Date to", "取引年月日 (まで)"),
    "amount_from": Text("Amount from", "金額 (以上)"),
    "amount_to": Text("Amount to", "金額 (以下)"),
    "kind": Text("Kind", "種類"),
    "state": Text("State", "状態"),
    "missing": Text("Without", "空欄の項目"),
    "missing_date": Text("date", "取引年月日"),
    "missing_amount": Text("amount", "金額"),
    "missing_party": Text("party", "取引先"),
    "missing_file": Text("file (paper)", "ファイル (紙)"),
    "any": Text("any", "すべて"),
    "date_hint": Text("such as 2026-11-21 or 令和8年11月21日", "例: 2026-11-21、令和8年11月21日"),
    "found_none": Text("No contract fits.", "該当する契約書はありません。"),
    "number": Text("No.", "番号"),
    "date": Text("Date", "取引年月日"),
    "amount": Text("Amount (yen)", "金額 (円)"),
    "title": Text("Title", "件名"),
    "more": Text("Older ones", "次のページ"),
    "csv": Text("This list as CSV", "この一覧を CSV で保存"),
    "no_archive": Text("There is no archive yet.", "保管庫がまだありません。"),
    "no_archive_lead": Text(
        "The archive keeps signed contracts with what proves them, and finds them by date, amount and party. It will "
        "be made in {folder}.",
        "保管庫は、署名済みの契約書を証拠とともに保管し、日付・金額・取引先で探せるようにします。作る場所: {folder}",
    ),
    "make_archive": Text("Make an archive", "保管庫を作る"),
    # one contract
    "parties": Text("Parties and signatures", "当事者と署名"),
    "order_fixed": Text("They sign in this order.", "この順に署名します。"),
    "order_free": Text("They may sign in any order.", "どの順に署名してもかまいません。"),
    "party_signed": Text("signed", "署名済み"),
    "party_unproven": Text("signed, not proven", "署名済み（未証明）"),
    "party_broken": Text("not good", "問題あり"),
    "party_next": Text("may sign now", "署名できます"),
    "party_waiting": Text("waits for those before", "前の人の署名待ち"),
    "sign_as": Text("Sign as {role}", "{role}として署名する"),
    "pages": Text("Pages", "ページ"),
    "page": Text("Page {number} of {count}", "{number} / {count} ページ"),
    "pages_not_shown": Text("The pages cannot be shown here.", "ページを表示できません。"),
    "pages_more": Text("Only the first {count} pages are shown.", "先頭の {count} ページだけを表示しています。"),
    "downloads": Text("Downloads", "ダウンロード"),
    "download_pdf": Text("The file ({name})", "ファイル ({name})"),
    "history": Text("Versions", "版の履歴"),
    "version": Text("Version {number}", "第 {number} 版"),
    "facts": Text("What is known", "記録の内容"),
    "verdict": Text("Verdict", "検証の結果"),
    "level": Text("Level", "署名レベル"),
    "evidence_until": Text("Evidence holds until", "証拠の有効期限"),
    "end_date": Text("Ends", "終了日"),
    "place": Text("Place", "物件・勤務地"),
    "note": Text("Note", "備考"),
    "digest": Text("SHA-256 of this file", "このファイルの SHA-256"),
    "keep": Text("Keep in the archive", "保管庫に入れる"),
    "discard": Text("Throw away", "破棄する"),
    "kept_in": Text("Kept in the archive as no. {number}.", "保管庫の {number} 番です。"),
    "not_kept": Text("Not in the archive.", "保管庫には入っていません。"),
    "no_file": Text("It is paper: no file is kept.", "紙の契約書です。ファイルはありません。"),
    "file_missing": Text("The kept file cannot be shown: {cause}", "保管ファイルを表示できません: {cause}"),
    # new
    "choose_template": Text("Choose a template", "ひな形を選ぶ"),
    "begin": Text("Fill it in", "記入を始める"),
    "begin_example": Text("Begin with the example", "見本から始める"),
    "law": Text("Law", "根拠"),
    "draft_overtaken": Text(
        "This draft was saved in another tab meanwhile. Nothing was written: below is what you typed here. Saving now "
        "puts it in place of what the other tab saved.",
        "この下書きは、その間に別のタブで保存されました。まだ書き込んでいません。"
        "下はこのタブで入力した内容です。保存すると、別のタブの内容と置き換わります。",
    ),
    "save": Text("Save the draft", "下書きを保存"),
    "saved": Text("The draft is saved as typed.", "入力したまま下書きを保存しました。"),
    "preview": Text("Check and preview", "確認してプレビュー"),
    "required": Text("needed", "必須"),
    "optional": Text("if there is any", "任意"),
    "choose": Text("(choose)", "（選択）"),
    "add_entry": Text("Add one", "1 件追加"),
    "remove_entry": Text("Remove no. {number}", "{number} 件目を削除"),
    "problems": Text("{count} items need attention", "確認が必要な項目が {count} 件あります"),
    "warnings": Text("Please note", "ご確認ください"),
    "back_to_form": Text("Back to the form", "入力に戻る"),
    "prepare": Text("Prepare for signing", "署名の準備をする"),
    "prepare_lead": Text(
        "Read every page. Once prepared, this very file (by its SHA-256) is what everybody signs.",
        "すべてのページをお読みください。準備すると、このファイル (SHA-256 で特定) に全員が署名します。",
    ),
    "places": Text("The numbers on the pages are the places for signatures.", "ページ上の番号が署名欄です。"),
    # signing
    "sign": Text("Sign", "署名"),
    "sign_lead": Text(
        "Make sure that this is the document. The PIN is asked for in a window of its own, never on this page.",
        "文書をお確かめください。暗証番号は別の小さな窓でたずねます。この画面で入力することはありません。",
    ),
    "document": Text("Document", "文書"),
    "role": Text("Signing as", "署名する人"),
    "page_count": Text("Pages", "ページ数"),
    "key": Text("Sign with", "署名に使うもの"),
    "key_card": Text("The card in the reader", "読み取り機に置いたカード"),
    "key_file": Text("A key file (PKCS#12) on this PC", "このパソコンの鍵ファイル (PKCS#12)"),
    "key_path": Text("Where the key file is", "鍵ファイルの場所"),
    "key_emulated": Text("Emulated card of {name}", "模擬カード: {name}"),
    "key_emulated_last": Text("Emulated card with one try left", "模擬カード: 残り 1 回のカード"),
    "key_emulated_locked": Text("Emulated card that is locked", "模擬カード: ロックされたカード"),
    "tries_left": Text("Tries left", "残り回数"),
    "tries_unknown": Text("shown when the card is read", "カードを読むときに表示します"),
    "tries": Text("{tries}", "{tries} 回"),
    "sign_go": Text("Sign: ask for the PIN", "署名する（暗証番号の窓を開く）"),
    "carries": Text(
        "The signed file carries the certificate: whoever gets it can read the signer's name, address, birth date and "
        "sex in it.",
        "署名したファイルには証明書が含まれ、受け取った人は署名者の氏名・住所・生年月日・性別を読み取れます。",
    ),
    "was_signed": Text(
        "Signed. The file was read back and its signature checked.",
        "署名しました。書き込んだファイルを読み戻し、署名を検査しました。",
    ),
    # work under way
    "working": Text("Under way", "処理中"),
    "refresh": Text("Look again", "状態を更新"),
    "cancel": Text("Cancel", "やめる"),
    "cancelled": Text("Cancelled. Nothing was signed.", "中止しました。署名していません。"),
    "failed": Text("It did not work", "完了できませんでした"),
    "back": Text("Back", "戻る"),
    "so_many": Text("{done} of {total}", "{total} 件中 {done} 件"),
    # card and machine
    "card_lead": Text(
        "What the card tells without a PIN; no try is spent.", "暗証番号なしで分かること。試行回数は減りません。"
    ),
    "card_kind": Text("Kind", "種類"),
    "tries_signature": Text("Signature password", "署名用パスワード"),
    "tries_authentication": Text("Authentication PIN", "利用者証明用の暗証番号"),
    "locked": Text("locked", "ロック中"),
    "signing_certificate": Text("Signing certificate", "署名用電子証明書"),
    "is_there": Text("on the card", "あります"),
    "is_not_there": Text("not on the card", "ありません"),
    "not_told": Text("not told", "不明"),
    "health_lead": Text("What this PC needs for signing.", "署名に必要なものがそろっているか調べます。"),
    "ok": Text("fine", "良好"),
    "not_ok": Text("to be mended", "要対応"),
    "note_only": Text("note", "参考"),
    # many
    "many": Text("Many at once", "まとめて作成・署名"),
    "many_lead": Text(
        "One row of a table becomes one contract; one PIN signs them all. Every row is checked before anything "
        "is made.",
        "表の 1 行が 1 件の契約書になり、暗証番号 1 回で全件に署名できます。作成の前に、全部の行を確かめます。",
    ),
    "many_template": Text("Template", "ひな形"),
    "many_table": Text("Table (.csv, .xlsx, .tsv, .jsonl)", "表 (.xlsx・.csv・.tsv・.jsonl)"),
    "many_pattern": Text("File names", "ファイル名の付け方"),
    "many_pattern_hint": Text(
        "{row:04}: the row's number. An item may stand in braces, such as {employee.name}.",
        "{row:04} は行番号です。{employee.name} のように項目名を波かっこで書けます。",
    ),
    "many_blank": Text("Empty table to fill in: {title}", "記入用の表: {title}"),
    "many_blanks": Text("Empty tables to fill in", "記入用の表をダウンロード"),
    "many_naming": Text("File names (may stay as they are)", "ファイル名の付け方（そのままでかまいません）"),
    "many_check": Text("Check the table", "表を確かめる"),
    "many_no_table": Text(
        "Choose a table (.csv, .xlsx, .tsv or .jsonl).", "表 (.xlsx・.csv・.tsv・.jsonl) を選んでください。"
    ),
    "many_no_template": Text("Choose a template.", "ひな形を選んでください。"),
    "many_there": Text("Tables at hand", "手元の表"),
    "many_none": Text("There is no table yet.", "表はまだありません。"),
    "many_refused": Text(
        "{refused} of {count} rows need attention", "{count} 行のうち {refused} 行に直すところがあります"
    ),
    "many_unchecked": Text("Not checked yet", "まだ確かめていません"),
    "many_good": Text("All {count} rows are good", "{count} 行すべて問題ありません"),
    "many_signed": Text("{count} contracts, {signed} of them signed", "契約書 {count} 件（うち署名済み {signed} 件）"),
    "many_mend_lead": Text(
        "Mend the cells here, or in your own table and drop it again. The mended table can be downloaded.",
        "ここでセルを直すか、お手元の表を直して入れ直してください。直した表はダウンロードできます。",
    ),
    "many_row_page": Text("The contract’s own page", "この契約書の画面"),
    "many_row": Text("Row {number}", "{number} 行目"),
    "many_header": Text("Headings (row 1)", "見出し（1 行目）"),
    "many_more_rows": Text(
        "Only the first {count} rows with problems are shown.", "直す行のうち、先頭の {count} 行だけを表示しています。"
    ),
    "many_mend": Text("Put it into the table and check again", "表に反映して確かめ直す"),
    "many_again": Text("Check again", "もう一度確かめる"),
    "many_download": Text("Download the table as it is now", "いまの表をダウンロード"),
    "many_make": Text("Make the contracts", "契約書を作る"),
    "many_make_count": Text("Make {count} contracts", "契約書 {count} 件を作る"),
    "many_whose": Text("Whose", "誰の契約書"),
    "many_contracts": Text("Contracts", "契約書の一覧"),
    "many_sign_as": Text("Sign {count} as {role} with one PIN", "{role}として {count} 件に署名する"),
    "many_sign_lead": Text(
        "The PIN is asked for once, in a window of its own, and signs every document of this list and no other. Look "
        "at them before.",
        "暗証番号は別の小さな窓で 1 回だけたずね、この一覧の文書すべてに署名します。先に内容をお確かめください。",
    ),
    "many_documents": Text("Documents", "文書の数"),
    "many_so_many": Text("{count} documents", "{count} 件"),
    "many_list_digest": Text("SHA-256 of the list below", "下の一覧の SHA-256"),
    "many_list_lead": Text("One line each: SHA-256 and file.", "1 行に 1 件、SHA-256 とファイル名です。"),
    "many_keep": Text("Keep {count} signed contracts in the archive", "署名済み {count} 件を保管庫に入れる"),
    "many_handout": Text("Hand out", "本人ごとに配る"),
    "many_handout_lead": Text(
        "A ZIP with one folder a person, with nobody else's files in it.",
        "本人ごとのフォルダーに分けた ZIP を作ります。他の人のファイルは入りません。",
    ),
    "many_by": Text("Whose it is", "誰の契約書かを示す当事者"),
    "many_by_more": Text("Where two share a name, tell them apart by", "同姓同名を区別する項目"),
    "many_handout_go": Text("Download the ZIP", "ZIP をダウンロード"),
    "many_unkept": Text(
        "{count} signed contracts are here only: keep them in the archive before you throw the table away.",
        "署名済みの {count} 件はここにしかありません。表を破棄する前に保管庫に入れてください。",
    ),
    "many_busy": Text("Something is under way with this table.", "この表の処理が進行中です。"),
    "many_see": Text("See how far it is", "進み具合を見る"),
    "many_go_on": Text(
        "What was written stays. Go back and begin again: it goes on with the rest.",
        "書き込まれた分はそのまま残ります。戻ってもう一度始めると、残りから続けます。",
    ),
    "many_cancelled": Text(
        "Cancelled. What was finished stays; begin again and it goes on with the rest.",
        "中止しました。済んだ分は残っています。もう一度始めると、残りから続けます。",
    ),
    "many_back": Text("Back to the table", "表に戻る"),
    "many_not_signed": Text("not signed", "未署名"),
    "many_next_one": Text("Next", "次の契約書"),
    "many_previous": Text("Previous", "前の契約書"),
    # settings
    "settings": Text("Settings", "設定"),
    "settings_file": Text(
        "Saved in this file; whatever else stands in it stays as it is.",
        "次のファイルに保存します。ファイルのほかの内容はそのまま残ります。",
    ),
    "settings_fixed": Text(
        "A rehearsal has settings of its own; they cannot be changed here.",
        "リハーサルの設定は専用のもので、ここでは変えられません。",
    ),
    "settings_overruled": Text(
        "SIGNKIT_{name} is set in the environment and wins over this file.",
        "環境変数 SIGNKIT_{name} が設定されているため、このファイルより優先されます。",
    ),
    "settings_save": Text("Save the settings", "設定を保存"),
    "settings_saved": Text("Saved.", "保存しました。"),
    "settings_not_saved": Text("Not saved: see below.", "保存していません。下の赤字をご確認ください。"),
    "settings_no_address": Text("not an address (https://…): {line}", "アドレス (https://…) ではありません: {line}"),
    "settings_no_folder": Text(
        "there is no such folder (write all of its path): {line}",
        "フォルダーがありません (パス全体を書いてください): {line}",
    ),
    "settings_no_place": Text("write the folder's whole path: {line}", "フォルダーのパス全体を書いてください: {line}"),
    "settings_no_language": Text("ja or en", "ja か en です"),
    "set_tsa_urls": Text("Timestamp services", "タイムスタンプ局"),
    "about_tsa_urls": Text(
        "One address a line, tried in this order. With one, signatures carry a trusted time (B-T).",
        "1 行に 1 つ、アドレスを書きます。上から順に試します。設定すると、署名に時刻の証明が付きます (B-T)。",
    ),
    "set_template_folders": Text("Folders of your own templates", "自作のひな形のフォルダー"),
    "about_template_folders": Text("One folder a line.", "1 行に 1 つ、フォルダーを書きます。"),
    "set_archive": Text("Folder of the archive", "保管庫のフォルダー"),
    "about_archive": Text("Empty: {folder}", "空欄のとき: {folder}"),
    "set_desk_language": Text("The desk begins in", "画面を始めるときの言語"),
    "trust": Text("Whom you trust", "信頼する認証局 (CA)"),
    "trust_lead": Text(
        "JPKI is trusted from the start. Add a CA only after comparing its fingerprint with the one that it publishes.",
        "公的個人認証 (JPKI) は最初から信頼されています。"
        "ほかの CA は、公表されているフィンガープリントと照合してから加えてください。",
    ),
    "trust_certificate": Text("CA certificate (PEM or DER)", "CA 証明書のファイル (PEM・DER)"),
    "trust_fingerprint": Text(
        "SHA-256 fingerprint that the CA publishes", "CA が公表しているフィンガープリント (SHA-256)"
    ),
    "trust_fingerprint_hint": Text(
        "From the CA's own site or paper, not from the file. Colons and spaces may stand in it.",
        "ファイルからではなく、CA のサイトや書面から書き写してください。コロンや空白は入っていてもかまいません。",
    ),
    "trust_go": Text("Trust this CA from now on", "この CA を信頼する"),
    "trust_none": Text("Choose the certificate's file.", "証明書のファイルを選んでください。"),
    "trust_other": Text(
        "The file's certificate has another fingerprint. Nothing was added.",
        "ファイルの証明書のフィンガープリントと一致しません。加えていません。",
    ),
    "trust_added": Text("The CA is trusted from now on.", "CA を信頼しました。"),
    "trust_there": Text("{count} CA certificates are trusted", "信頼している CA 証明書 {count} 件"),
    "trust_until": Text("until {end}", "{end} まで"),
    # card
    "pin_change": Text("Change a PIN", "暗証番号の変更"),
    "pin_lead": Text(
        "The old and the new one are asked for in a window of its own, never on this page. A wrong old one costs a "
        "try.",
        "いまの番号と新しい番号は別の小さな窓でたずねます。この画面で入力することはありません。"
        "いまの番号を間違えると、試行回数が 1 回減ります。",
    ),
    "pin_signature": Text("Signature password", "署名用パスワードを変更"),
    "pin_authentication": Text("Authentication PIN", "利用者証明用の暗証番号を変更"),
    "pin_surface": Text("PIN for what is printed on it", "券面事項入力補助用の暗証番号を変更"),
    "card_changed": Text("The PIN was changed.", "暗証番号を変更しました。"),
    "card_registered": Text("The card is registered.", "カードを登録しました。"),
    "card_cancelled": Text("Cancelled. Nothing was changed.", "中止しました。何も変更していません。"),
    "touch": Text("Known by a touch", "かざし利用"),
    "touch_lead": Text(
        "Tells without a PIN whether the card is a registered one. Registering needs the authentication PIN; neither "
        "certificate nor number is kept.",
        "登録済みのカードかどうかを、暗証番号なしで答えます。登録には利用者証明用の暗証番号が必要です。"
        "証明書も発行番号も保存しません。",
    ),
    "touch_ask": Text("Is this card registered?", "登録済みか確かめる"),
    "touch_register": Text("Register this card", "このカードを登録"),
    "touch_forget": Text("Remove it", "登録を消す"),
    "touch_forgotten": Text("The card is no longer registered.", "カードの登録を消しました。"),
    "touch_not_there": Text("The card was not registered.", "このカードは登録されていませんでした。"),
    # first start
    "welcome": Text("Before you begin", "はじめに"),
    "welcome_lead": Text(
        "Three questions. Each can be left as it is and changed later under Settings.",
        "3 つだけうかがいます。そのまま進んでもかまいません。あとで「設定」から変えられます。",
    ),
    "welcome_business": Text("1. What will you use it for?", "1. 何にお使いになりますか"),
    "business_broker": Text("Real estate: sales, leases, explanations", "不動産（売買・賃貸・重要事項説明など）"),
    "business_hr": Text("Employment and personnel", "雇用・人事（労働契約・誓約書など）"),
    "business_other": Text("Other contracts", "そのほかの契約"),
    "welcome_tsa": Text(
        "2. Timestamp service (if you have a contract with one)", "2. タイムスタンプ局（契約しているとき）"
    ),
    "welcome_archive": Text("3. Where are signed contracts kept?", "3. 署名した契約書をどこに保管しますか"),
    "welcome_go": Text("Save and go on", "保存して次へ"),
    "rehearse": Text("Try it once", "一度試してみる"),
    "rehearse_lead": Text(
        "A rehearsal opens in a window of its own: a sale that three people sign with emulated cards. It is marked as "
        "a rehearsal on every page and in every signature, and nothing of it lies with your contracts.",
        "練習用の画面が別に開きます。売買契約書に 3 人が模擬カードで署名するところまで試せます。"
        "どの画面にも署名にも「リハーサル」と表示され、本物の契約書とは別の場所に置かれます。",
    ),
    "rehearse_go": Text("Open the rehearsal", "リハーサルを開く"),
    "rehearse_opened": Text(
        "The rehearsal opens in another tab. If it does not, run: signkit desk --demo",
        "リハーサルが別のタブで開きます。開かないときは signkit desk --demo を実行してください。",
    ),
    "begin_work": Text("Begin to work", "仕事を始める"),
    # further keys, former contracts, searches
    "key_token": Text("A token (PKCS#11)", "トークン (PKCS#11)"),
    "key_which_token": Text("Which token and key (empty if there is one)", "どのトークンと鍵か（1 つだけなら空欄）"),
    "key_incomplete": Text(
        "Say where the key file is, or which token. A library is named under Settings only.",
        "鍵ファイルの場所、またはトークンを指定してください。ライブラリは「設定」でだけ指定できます。",
    ),
    "set_pkcs11_module": Text("PKCS#11 library of a token", "トークンの PKCS#11 ライブラリ"),
    "about_pkcs11_module": Text(
        "The whole path of the maker's library; only then tokens are offered when signing.",
        "製造元のライブラリのパス全体を書きます。設定すると、署名のときトークンを選べます。",
    ),
    "settings_no_file": Text("there is no such file: {line}", "ファイルがありません: {line}"),
    "former": Text("Begin with a former contract", "前の契約書をもとに作る"),
    "former_go": Text("Begin with its items", "その内容から始める"),
    "former_trouble": Text(
        "That contract was not made with a template that is at hand.",
        "その契約書は、手元のひな形で作られたものではありません。",
    ),
    "searches": Text("Saved searches", "保存した検索"),
    "search_save": Text("Save this search", "この検索を保存"),
    "search_name": Text("Name", "名前"),
    "search_go": Text("Save", "保存"),
    # elsewhere
    "elsewhere_link": Text("The key is somewhere else", "鍵が別の場所にあるとき"),
    "elsewhere": Text("Sign elsewhere", "別の場所で署名する"),
    "elsewhere_lead": Text(
        "For a key on another machine or at a service: take the request there, and bring the signature back.",
        "別のパソコンやサービスにある鍵で署名します。依頼ファイルを渡し、できた署名を持ち帰ります。",
    ),
    "elsewhere_certificate": Text("Certificate of that key (PEM or DER)", "その鍵の証明書 (PEM・DER)"),
    "elsewhere_no_certificate": Text("Choose the certificate.", "証明書を選んでください。"),
    "elsewhere_prepare": Text("Prepare the request", "依頼ファイルを作る"),
    "elsewhere_take": Text("1. Take the request there", "1. 依頼ファイルを渡す"),
    "elsewhere_request": Text("Download the request", "依頼ファイルをダウンロード"),
    "elsewhere_until": Text("Valid until {expires}", "有効期限 {expires}"),
    "elsewhere_bring": Text("2. Bring the signature back", "2. 署名を取り込む"),
    "elsewhere_signature": Text("The signature (raw or base64)", "署名のファイル（バイナリーまたは base64）"),
    "elsewhere_no_signature": Text("Choose the signature's file.", "署名のファイルを選んでください。"),
    "elsewhere_finish": Text("Put it in and check it", "取り込んで検査する"),
    "elsewhere_discard": Text("Give this request up", "この依頼を取りやめる"),
    # refusals
    "refused": Text("This cannot be done", "できません"),
    "refused_host": Text("This is not the desk's address.", "この画面のアドレスではありません。"),
    "refused_stranger": Text("Another user of this machine asks.", "このパソコンの別の利用者からの接続です。"),
    "refused_session": Text(
        "This browser is not at the desk, or nobody was for a while. Start it again with: signkit desk",
        "このブラウザーでは画面を開いていないか、しばらく操作がなかったため終了しました。"
        "signkit desk でもう一度開いてください。",
    ),
    "refused_origin": Text(
        "The request does not come from the desk's own page.", "この画面から送られたものではありません。"
    ),
    "refused_form": Text(
        "The form is not of this session. Open the page again and repeat it.",
        "この画面の有効な入力ではありません。ページを開き直して、もう一度操作してください。",
    ),
    "refused_size": Text("More was sent than the desk takes at once.", "一度に受け取れる大きさを超えています。"),
    "refused_lost": Text(
        "The process that worked on it ended, or took too long. Nothing was changed.",
        "処理が異常終了したか、時間がかかりすぎました。何も変更していません。",
    ),
    "refused_fault": Text(
        "Something went wrong inside SignKit. Nothing was half-written.",
        "SignKit の内部エラーです。書きかけのファイルはありません。",
    ),
    "refused_unknown": Text("There is no such page.", "このページはありません。"),
    "ended": Text("The desk has ended. You may close this window.", "終了しました。この窓を閉じてください。"),
    "started": Text("The desk opens …", "画面を開いています…"),
}

WORDS.update(FORM_WORDS)
WORDS.update(TODAY_WORDS)
WORDS.update(UPKEEP_WORDS)

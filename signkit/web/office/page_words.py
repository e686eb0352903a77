"""What the office's own pages say, by the key that they say it with."""

from __future__ import annotations

from signkit.words import Text

OFFICE_WORDS: dict[str, Text] = {
    "sign_in_first": Text("Please sign in", "サインインしてください"),
    "sign_in": Text("Sign in", "サインイン"),
    "refused_session": Text(
        "You are not signed in, or were away for long. What you typed and sent is kept.",
        "サインインしていないか、しばらく操作がなかったため終了しました。送信済みの内容は失われていません。",
    ),
    "refused_role": Text(
        "Your role ({role}) does not include this. Somebody whose role does can do it.",
        "あなたの役割 ({role}) では行えません。行える役割の人に頼んでください。",
    ),
    "end": Text("Sign out", "サインアウト"),
    "ended": Text("You are signed out.", "サインアウトしました。"),
    "office_address": Text("The office's pages are found here:", "画面のアドレスはこちらです:"),
    "check_lead": Text(
        "Drop one file or many onto the box, or choose them. PDF, .p7m, .p7s, .eml and .asice are sent to the office's "
        "server, judged there and handed on to nobody.",
        "ファイルを枠の中に置くか、選んでください。一度に何件でもかまいません (PDF・.p7m・.p7s・.eml・.asice)。"
        "オフィスのサーバーに送って検証し、ほかへは渡しません。",
    ),
    "verify_bad_lead": Text(
        "Do not delete anything. Tell the operator of the service, who compares with the last backup.",
        "何も削除せず、サービスの運用者に知らせてください。運用者が最後のバックアップと照らし合わせます。",
    ),
    "role_clerk": Text("clerk", "担当者"),
    "role_supervisor": Text("supervisor", "責任者"),
    "role_auditor": Text("auditor", "監査"),
    "role_administrator": Text("administrator", "管理"),
    "refused_elsewhere": Text(
        "Another machine of the service has your office open. Nothing was changed; try again in a moment.",
        "サービスの別のマシンで使用中です。何も変更していません。少し待ってからやり直してください。",
    ),
    "refused_not_approved": Text(
        "It is not approved as it is now, or its time is over. Nothing was signed or sent.",
        "今の内容では承認されていないか、期限が過ぎています。署名も送付もしていません。",
    ),
    # today
    "your_turn": Text("Your turn", "あなたの番"),
    "your_turn_none": Text("Nothing waits for you.", "あなたを待っている契約書はありません。"),
    "ready_to_sign": Text("Approved, to be signed", "承認済み・署名待ち"),
    "overdue": Text("Overdue", "期限・督促日を過ぎたもの"),
    "with_others": Text("With others", "ほかの人の手元"),
    "drafts_own": Text("Your drafts", "あなたの下書き"),
    "no_contracts_for_you": Text(
        "Your role sees people and settings, and no contracts.",
        "あなたの役割では、人と設定だけを扱い、契約書は見られません。",
    ),
    "do_people": Text("People", "利用者"),
    "do_approvals": Text("What takes two people", "二人承認"),
    "do_agents": Text("PCs with a card reader", "カードリーダーのあるパソコン"),
    "do_account": Text("Your account", "自分のアカウント"),
    # handing on
    "handover": Text("In the office", "社内の確認"),
    "handover_made": Text("not yet handed on", "作成済み（承認依頼前）"),
    "handover_asked": Text("waits for approval", "承認待ち"),
    "handover_approved": Text("approved", "承認済み"),
    "handover_sent_back": Text("sent back", "差し戻し"),
    "handover_declined": Text("declined by a party", "当事者が辞退"),
    "handover_ended": Text("done", "完了"),
    "do_ask": Text("Ask for approval", "承認を依頼する"),
    "do_approve": Text("Approve this file", "この内容で承認する"),
    "do_send_back": Text("Send back", "差し戻す"),
    "do_decline": Text("A party declined", "当事者が辞退した"),
    "do_remark": Text("Leave a remark", "コメントを残す"),
    "do_dates": Text("Reminder and deadline", "督促日と署名期限"),
    "all_ask": Text("Ask for approval of all ({count})", "全件の承認を依頼する（{count} 件）"),
    "all_approve": Text("Approve all of these files ({count})", "全件をこの内容で承認する（{count} 件）"),
    "all_send_back": Text("Send all back ({count})", "全件を差し戻す（{count} 件）"),
    "all_remark": Text("Leave a remark at all ({count})", "全件にコメントを残す（{count} 件）"),
    "all_dates": Text("Reminder and deadline of all ({count})", "全件の督促日と署名期限（{count} 件）"),
    "all_dates_lead": Text(
        "They are written to every contract of the table that is not done; an empty field takes the day back.",
        "この表の完了していない契約書すべてに設定します。空欄にすると、その日付を取り消します。",
    ),
    "table_rows_apart": Text(
        "Each contract of the table is one of its own as well, with remarks, dates and links on the page of its row.",
        "表の契約書は 1 件ずつでも扱えます。コメント・期限・当事者用リンクは各行の契約書の画面にもあります。",
    ),
    "cared_for": Text("To be looked at ({count})", "確認が必要なもの（{count} 件）"),
    "declined_because": Text("declined: {why}", "辞退: {why}"),
    "link_is": Text("link {state}", "リンク{state}"),
    "links_of_all": Text("Links for all: {role}", "全員の当事者用リンク: {role}"),
    "links_go": Text("Make links ({count})", "リンクを作る（{count} 件）"),
    "links_lead": Text(
        "A link of their own for each. The list (CSV, opens in Excel) has the links and a mail's words for each, for "
        "a mailing of your own. Whoever has the list can open the links: delete it when they are sent.",
        "1 人ずつ専用のリンクを作ります。一覧（CSV、Excel で開けます）には、各人のリンクとメールの文面が入り、"
        "差し込みメールなどに使えます。一覧があればリンクを開けるので、送り終えたら削除してください。",
    ),
    "links_list": Text("Make links and take the list (CSV)", "リンクを作り、一覧（CSV）を受け取る"),
    "links_addresses": Text("Names and mail addresses", "氏名とメールアドレス"),
    "links_addresses_hint": Text(
        "To have them mailed from here: two columns copied from a spreadsheet, a line each – the name (or the "
        "contract's) and the address. Who is not named gets no link yet.",
        "ここからメールで送る場合: 表計算ソフトの 2 列（氏名または契約書の名前、メールアドレス）を貼り付けます。"
        "1 行に 1 人。書かれていない人のリンクは、まだ作りません。",
    ),
    "links_mail": Text("Make links and mail them", "リンクを作り、メールで送る"),
    "link_addresses": Text(
        "No mail was sent: each line takes a name of the table and a mail address.",
        "送信していません。1 行ごとに、表にある氏名とメールアドレスが必要です。",
    ),
    "link_none": Text("Everybody has a link already.", "リンクのない人はいません。"),
    "line_number": Text("line {number}", "{number} 行目"),
    "remind_go": Text("Remind who has not signed ({count})", "未署名の人に督促する（{count} 件）"),
    "remind_lead": Text(
        "The list has a reminder's words for each. Who has not opened the link gets another there, and the one before "
        "leads nowhere from then on.",
        "一覧には各人への督促の文面が入ります。まだ開いていない人には新しいリンクが入り、前のリンクは使えなくなります。",
    ),
    "remind_list": Text("Take the list of reminders ({count}, CSV)", "督促の一覧を受け取る（{count} 件、CSV）"),
    "remind_mail": Text(
        "Remind those by mail to whom the link was mailed ({count})",
        "リンクをメールで送った人に督促メールを送る（{count} 件）",
    ),
    "remind_none": Text("Nobody is to be reminded now.", "今、督促する相手はいません。"),
    "table_of": Text("table, {count} contracts", "表・{count} 件"),
    "did_make": Text("made it", "が作成"),
    "did_ask": Text("asked for approval", "が承認を依頼"),
    "did_approve": Text("approved it", "が承認"),
    "did_send_back": Text("sent it back", "が差し戻し"),
    "did_decline": Text("declined, or noted that a party did", "が辞退（または辞退の連絡を記録）"),
    "did_remark": Text("remarked", "のコメント"),
    "did_dates": Text("set reminder / deadline", "が督促日 / 署名期限を設定"),
    "did_sign": Text("took a signature in", "が署名を受け取り"),
    "did_link": Text("made a link for a party", "が当事者用リンクを作成"),
    "did_revoke": Text("revoked a party's link", "が当事者用リンクを取り消し"),
    "did_remind": Text("reminded by mail those for whom it waits", "が、手続き待ちの人に督促メールを送信"),
    "did_open": Text("opened the link", "がリンクを開いた"),
    "a_party": Text("Party ({role})", "当事者（{role}）"),
    "the_service": Text("The service", "サービス"),
    "with_reason": Text(
        "Why (colleagues read it; it does not enter the contract)", "理由（社内だけで読めます。契約書には入りません）"
    ),
    "with_remark": Text(
        "Remark (may be empty; does not enter the contract)", "コメント（空でもかまいません。契約書には入りません）"
    ),
    "the_remark": Text(
        "Remark (colleagues read it; it does not enter the contract)",
        "コメント（社内だけで読めます。契約書には入りません）",
    ),
    "dates_go": Text("Set these days", "この日付にする"),
    "remind_on": Text("Remind on", "督促日"),
    "expires_on": Text("To be signed by", "署名期限"),
    "expires_on_day": Text("to be signed by {day}", "署名期限 {day}"),
    "expired": Text("its time was over on {day}", "署名期限切れ（{day}）"),
    "overdue_since": Text("to be reminded since {day}", "督促日を過ぎています（{day}）"),
    "own_asking": Text(
        "You asked for approval yourself; somebody else approves.", "自分で依頼したものは、ほかの責任者が承認します。"
    ),
    "remarks_apart": Text(
        "What is said here stays in the office, beside the contract and never in it.",
        "ここでのやり取りは社内に残り、契約書のファイルには入りません。",
    ),
    "overtaken": Text("It was changed meanwhile", "その間に変わりました"),
    "overtaken_lead": Text(
        "This page showed an earlier state: somebody signed the contract meanwhile. Nothing was done, nothing is lost.",
        "表示していたのは前の状態です。その間に署名されました。何も行っておらず、失われたものもありません。",
    ),
    "overtaken_go": Text("See it as it is now", "今の状態を見る"),
    "overtaken_here": Text(
        "Somebody did something with it meanwhile. Yours is not done yet: look at what is new and send again.",
        "その間にほかの人が操作しました。あなたの操作はまだ行っていません。"
        "新しい内容を確かめて、もう一度送ってください。",
    ),
    "unfit_act": Text("That is not possible in its present state.", "今の状態ではできません。"),
    "say_why": Text("Say why.", "理由を書いてください。"),
    "typed_kept": Text("What you typed", "入力した内容"),
    "notice": Text("Tell a colleague", "同僚に知らせる"),
    "notice_lead": Text("Text for a mail", "メールの文面"),
    "notice_asked": Text(
        "Please look at “{name}” and approve it, or send it back.", "「{name}」の確認と承認をお願いします。"
    ),
    "notice_approved": Text("“{name}” is approved and can be signed.", "「{name}」を承認しました。署名に進めます。"),
    "notice_sent_back": Text(
        "“{name}” was sent back; the reason is there.", "「{name}」を差し戻しました。理由は画面にあります。"
    ),
    "notice_declined": Text(
        "A party declined “{name}”; the reason is there.", "「{name}」を当事者が辞退しました。理由は画面にあります。"
    ),
    "notice_reminded": Text("“{name}” still waits for you.", "「{name}」の手続きが済んでいません。"),
    # parties
    "links": Text("Links for parties", "当事者用リンク"),
    "party_link_lead": Text(
        "Whoever opens the link first can read this contract, take it away to be signed, or decline. It is good for "
        "one party and some days.",
        "リンクを最初に開いた人が、この契約書だけを読み、署名のために持ち出し、または辞退できます。"
        "当事者 1 人用で、期限があります。",
    ),
    "link_role": Text("For whom", "誰のためのリンクか"),
    "link_days": Text("Good for", "有効期間"),
    "so_many_days": Text("{count} days", "{count} 日間"),
    "link_language": Text("Language of the page", "画面の言語"),
    "link_to": Text("Mail address (empty: show the link here)", "メールアドレス（空ならリンクをここに表示）"),
    "link_go": Text("Make a link", "リンクを作る"),
    "link_until": Text("until {day}", "{day} まで"),
    "link_opened": Text("opened", "開封済み"),
    "link_unopened": Text("not opened yet", "未開封"),
    "link_revoked": Text("revoked", "取り消し済み"),
    "link_over": Text("over", "期限切れ"),
    "link_revoke": Text("Revoke", "取り消す"),
    "link_whom": Text(
        "Choose a party of this contract and how long.", "この契約書の当事者と有効期間を選んでください。"
    ),
    "link_address": Text("This is no mail address to write to.", "送信できるメールアドレスではありません。"),
    "party_link_made": Text("The link", "当事者用リンク"),
    "link_once": Text(
        "It is shown this once. Copy the text into a mail of your own, or the link alone.",
        "表示は今回だけです。文面をメールに貼り付けるか、リンクだけを伝えてください。",
    ),
    "link_text": Text("Text for a mail", "メールの文面"),
    "link_alone": Text("The link alone", "リンクのみ"),
    "mail_again": Text("Try again", "もう一度送る"),
    "mail_drop": Text("Do not send", "送らない"),
    "mail_waits": Text("being sent", "送信待ち"),
    "mail_failed": Text("could not be sent", "送信できませんでした"),
    "party_first": Text("A contract for you to read", "契約書のご確認"),
    "party_first_lead": Text(
        "{sender} sends you a contract. The button opens it in this browser, and in no other.",
        "{sender} から契約書の確認依頼が届いています。"
        "ボタンを押すとこのブラウザーで開き、ほかのブラウザーでは開けなくなります。",
    ),
    "party_open": Text("Open the contract", "契約書を開く"),
    "party_until": Text("The link is good until {day}.", "リンクの有効期限: {day}"),
    "party_gone": Text("This link leads nowhere", "このリンクは使えません"),
    "party_gone_lead": Text(
        "It is over, was revoked, or was opened in another browser. Ask whoever sent it for a new one.",
        "期限切れ・取り消し済みか、ほかのブラウザーで開かれています。送り主に新しいリンクを依頼してください。",
    ),
    "party_from": Text("from {sender}", "{sender} より"),
    "party_you": Text("You are here as", "あなたの立場"),
    "party_sign": Text("Sign", "署名する"),
    "party_sign_lead": Text(
        "Your key stays with you: take a request file to where it is, and bring the signature back here.",
        "鍵は手元のまま署名できます。依頼ファイルを鍵のある場所へ持って行き、署名ファイルをここへ戻します。",
    ),
    "party_phone": Text("Sign on my phone", "スマートフォンで署名する"),
    "party_phone_lead": Text(
        "With the electronic certificate on your phone (デジタル認証アプリ). Its password is typed on the phone alone.",
        "スマートフォンの電子証明書で署名します（デジタル認証アプリ）。パスワードの入力はスマートフォンだけで行います。",
    ),
    "party_phone_go": Text("Go to デジタル認証アプリ", "デジタル認証アプリへ進む"),
    "party_phone_ready": Text(
        "The signature is prepared. Agree in デジタル認証アプリ; then you come back here.",
        "署名の準備ができました。デジタル認証アプリで同意すると、この画面に戻ります。",
    ),
    "party_phone_back": Text("Back from the phone", "スマートフォンから戻りました"),
    "party_phone_back_lead": Text(
        "You agreed on your phone. One step is left: the signature is put into the contract and checked.",
        "スマートフォンでの確認は終わりました。あと 1 つ、ボタンを押すと、署名を契約書に入れて検査します。",
    ),
    "party_phone_take": Text("Finish signing", "署名を完了する"),
    "party_not_now": Text("It is not your turn to sign now.", "今は署名の順番ではありません。"),
    "party_has_signed": Text("You have signed.", "署名済みです。"),
    "party_decline": Text("Decline", "辞退する"),
    "party_decline_why": Text("Why? The sender reads it.", "理由（送り主が読みます）"),
    "party_declined": Text("It was declined. The sender knows.", "辞退を受け付け、送り主に伝えました。"),
    "here_as": Text("{name} ({role})", "{name}（{role}）"),
}

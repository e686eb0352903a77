"""What the pages say of what comes after signing, and of the archive; see `signkit.web.desk.page_words`."""

from __future__ import annotations

from signkit.words import Text

UPKEEP_WORDS: dict[str, Text] = {
    # the archive as a whole
    "archive": Text("Archive", "保管庫"),
    "archive_holds": Text("Holds", "保管件数"),
    "archive_where": Text("Lies in", "保管場所"),
    "so_many_contracts": Text("{count} contracts", "{count} 件"),
    "stopped": Text("Cancelled. Nothing was changed.", "中止しました。何も変更していません。"),
    "worker_lost": Text("the process that worked on it ended ({detail})", "処理が異常終了しました ({detail})"),
    "who": Text("Who", "操作した人"),
    "when": Text("When", "日時"),
    "what": Text("What", "内容"),
    "on_file": Text("File (SHA-256)", "ファイル (SHA-256)"),
    "entry_no": Text("No. {number}", "{number} 番"),
    "entry_deleted": Text("No. {number} (deleted)", "{number} 番 (廃棄済み)"),
    "journal": Text("Journal", "記録簿"),
    "journal_lead": Text(
        "What was kept, corrected and deleted, and who did what at this desk, on which file.",
        "登録・訂正・廃棄の記録と、だれがいつ、どのファイルに何をしたかを確かめます。",
    ),
    "journal_look": Text("Look at the journal", "記録簿を見る"),
    "journal_what": Text(
        "Each record is chained to the one before: nothing can be changed or left out unseen. The newest stands first.",
        "どの記録も前の記録とつながっており、書き換えや抜き取りは検証で分かります。新しいものから順に表示します。",
    ),
    "act_begun": Text("Archive made", "保管庫を作成"),
    "act_set": Text("Archive's settings changed", "保管庫の設定を変更"),
    "act_added": Text("Added", "登録"),
    "act_joined": Text("A further version added", "続きの版を登録"),
    "act_corrected": Text("Corrected", "記録を訂正"),
    "act_renewed": Text("Evidence renewed", "証拠を更新"),
    "act_watched": Text("Signers watched", "署名者の失効を監視"),
    "act_purged": Text("Deleted for good", "廃棄"),
    "act_rebuilt": Text("Ledger made anew", "台帳を作り直し"),
    "act_restored": Text("Restored from a backup", "バックアップから復元"),
    "act_operated": Text("Operation", "操作"),
    "act_prepared": Text("Desk: prepared for signing", "画面: 署名の準備"),
    "act_signed": Text("Desk: signed", "画面: 署名"),
    "act_kept": Text("Desk: put into the archive", "画面: 保管庫に入れた"),
    "act_discarded": Text("Desk: thrown away", "画面: 破棄"),
    "act_downloaded": Text("Desk: downloaded", "画面: ダウンロード"),
    "act_consent_made": Text("Desk: consent made", "画面: 承諾書を作成"),
    "act_withdrawal_made": Text("Desk: withdrawal made", "画面: 撤回書を作成"),
    "act_checked_passed": Text("Desk: file checked: valid", "画面: ファイルを検証（有効）"),
    "act_checked_failed": Text("Desk: file checked: invalid", "画面: ファイルを検証（無効）"),
    "act_checked_indeterminate": Text("Desk: file checked: not proven", "画面: ファイルを検証（確認できない）"),
    "act_checked_not_signed": Text("Desk: file checked: not signed", "画面: ファイルを検証（署名なし）"),
    "act_checked_unreadable": Text("Desk: file checked: not readable", "画面: ファイルを検証（読み取り不可）"),
    "act_packed": Text("Desk: delivery pack made", "画面: 提供用の一式を作成"),
    "act_certified": Text("Desk: completion certificate made", "画面: 合意締結証明書を作成"),
    "act_extended": Text("Desk: evidence extended", "画面: 証拠を延長"),
    "act_verified": Text("Desk: archive verified", "画面: 保管庫を検証"),
    "act_exported": Text("Desk: handed out", "画面: 一括出力"),
    "act_backed_up": Text("Backup made", "バックアップ"),
    "act_deleted": Text("Desk: deletion ordered", "画面: 廃棄を指示"),
    "verify": Text("Verify the archive", "保管庫の検証"),
    "verify_lead": Text(
        "Reads every kept file and tells whether anything was changed, lost or added.",
        "保管中のすべてのファイルを読み、改変・欠落・余分なものがないかを調べます。",
    ),
    "verify_go": Text("Verify now", "検証を始める"),
    "verify_good": Text("Everything is as it was kept.", "すべて保管したときのままです。"),
    "verify_bad": Text("{count} problems were found.", "{count} 件の問題が見つかりました。"),
    "verify_bad_lead": Text(
        "Do not delete anything. Compare with the last backup, or ask whoever looks after this PC.",
        "何も削除せず、最後のバックアップと照らし合わせるか、パソコンの管理者に相談してください。",
    ),
    "verify_counts": Text(
        "Looked at: {entries} contracts, {files} files, {records} records of the journal.",
        "調べたもの: 契約書 {entries} 件、ファイル {files} 個、記録簿 {records} 件。",
    ),
    "export": Text("Hand out for an inspection", "税務調査などへの出力"),
    "export_lead": Text(
        "Files named by date, party and amount, with an index (電子帳簿保存法).",
        "取引年月日・取引先・金額で名前を付けたファイルと索引を、まとめて取り出します (電子帳簿保存法)。",
    ),
    "export_look": Text("Choose what", "出力するものを選ぶ"),
    "export_what": Text(
        "Limit it by date, party or amount; all of it where the fields stay empty. You get one ZIP file with the "
        "contracts and an index for Excel.",
        "取引年月日・取引先・金額で絞り込めます。空欄のままならすべてです。"
        "契約書と索引 (Excel 用) を 1 つの ZIP ファイルにします。",
    ),
    "export_count": Text("Count", "件数を確かめる"),
    "export_so_many": Text("{count} contracts fit.", "該当する契約書は {count} 件です。"),
    "export_go": Text("Make the ZIP file", "ZIP ファイルを作る"),
    "export_done": Text("{count} contracts were put together.", "{count} 件をまとめました。"),
    "export_save": Text("Save the file before you end the desk.", "終了する前に保存してください。"),
    "export_damaged": Text(
        "The files of these are missing or damaged: {numbers}",
        "次の番号のファイルは失われているか壊れています: {numbers}",
    ),
    "export_these": Text("Hand these out as files", "この一覧のファイルを出力"),
    "save_zip": Text("Save the ZIP file", "ZIP ファイルを保存する"),
    "lists": Text("Calendar and lists", "予定表と帳簿"),
    "calendar": Text("Calendar of ends, notice days and renewals (.ics)", "終了日・通知期限・更新日の予定表 (.ics)"),
    "dealers_ledger": Text("The dealer's ledger", "宅建業の帳簿"),
    "disposals": Text("Register of what was deleted (CSV)", "廃棄記録 (CSV)"),
    "renew": Text("Renew evidence", "証拠の更新"),
    "renew_lead": Text(
        "Before a timestamp's certificate ends, a new one is put over it, so that signatures stay provable.",
        "タイムスタンプの期限が来る前に新しいものを重ね、署名を証明できる状態を保ちます。",
    ),
    "renew_look": Text("See what is due", "期限の近いものを見る"),
    "renew_what": Text(
        "What ends within 90 days is listed. Each is judged before and after; what no longer holds is not renewed.",
        "90 日以内に期限が来るものです。更新の前後に検証し、すでに有効でないものは更新しません。",
    ),
    "renew_so_many": Text("{count} contracts are due by {by}.", "{by} までに期限が来る契約書は {count} 件です。"),
    "renew_go": Text("Renew them", "まとめて更新する"),
    "renew_none": Text("Nothing is due.", "期限の近いものはありません。"),
    "renew_none_lead": Text("All evidence holds beyond {by}.", "どの証拠も {by} より後まで保たれます。"),
    "renew_result": Text("What became of it", "更新の結果"),
    "renew_counts": Text(
        "Renewed {renewed}; not due {holds}; not renewed {refused}.",
        "更新 {renewed} 件、期限内 {holds} 件、更新できず {refused} 件。",
    ),
    "stopped_renewing": Text(
        "Cancelled. What was renewed before stays renewed.", "中止しました。それまでに更新したものはそのままです。"
    ),
    "outcome_renewed": Text("renewed", "更新"),
    "outcome_holds": Text("not due", "期限内"),
    "outcome_refused": Text("not renewed", "更新できず"),
    "purge": Text("Delete what need not be kept", "保存期間の過ぎたものの廃棄"),
    "purge_lead": Text(
        "Lists what is past its keeping period. Nothing is deleted unless you choose it and type a word.",
        "保存期間の過ぎたものを一覧します。選んで確認の語を入力するまで、何も廃棄しません。",
    ),
    "purge_look": Text("See what is past", "過ぎたものを見る"),
    "purge_what": Text(
        "Deleted for good means: it cannot be had back. Backups made before still hold it.",
        "廃棄すると元に戻せません。以前のバックアップには残っています。",
    ),
    "purge_none": Text("Nothing is past its period.", "保存期間の過ぎたものはありません。"),
    "purge_choose": Text("Choose what is deleted", "廃棄するものを選ぶ"),
    "purge_kept_until": Text("kept until {day}", "保存期間 {day} まで"),
    "purge_word": Text("DELETE", "廃棄"),
    "purge_type": Text("To confirm, type {word}", "確認のため「{word}」と入力してください"),
    "purge_word_wrong": Text(
        "Nothing was deleted: type {word}.", "まだ廃棄していません。「{word}」と入力してください。"
    ),
    "purge_none_chosen": Text(
        "Nothing was deleted: choose at least one from the list.", "まだ廃棄していません。一覧から選んでください。"
    ),
    "purge_clock": Text(
        "Nothing was deleted: this PC's clock shows an earlier time than the last record ({last}). Set it right first.",
        "まだ廃棄していません。時計が最後の記録 ({last}) より前を示しています。先に時計を合わせてください。",
    ),
    "purge_go": Text("Delete for good", "廃棄する（元に戻せません）"),
    "purge_done": Text("{count} were deleted.", "{count} 件を廃棄しました。"),
    "purge_done_lead": Text(
        "The register of what was deleted can be had under “Archive”.", "廃棄記録は「保管庫」から取り出せます。"
    ),
    "backup": Text("Backup", "バックアップ"),
    "backup_lead": Text(
        "A copy of all that is kept, on another disk.", "保管しているものすべての写しを、別のディスクに作ります。"
    ),
    "backup_go": Text("Make a backup", "バックアップする"),
    "backup_last": Text("Last backup", "最後のバックアップ"),
    "backup_never": Text("none yet", "まだありません"),
    "backup_remind": Text(
        "Contracts are kept of which there is no new backup.", "まだバックアップしていない契約書があります。"
    ),
    "backup_what": Text(
        "Choose a folder on another disk, such as a USB disk that is put away afterwards. The same folder is brought "
        "up to date the next time.",
        "別のディスク (使った後にしまっておく USB ディスクなど) のフォルダーを指定してください。"
        "次からは同じフォルダーに、増えた分だけを書き足します。",
    ),
    "backup_folder": Text("Folder of the backup", "バックアップ先のフォルダー"),
    "backup_example": Text(r"Such as E:\SignKit or /media/usb/signkit", r"例: E:\SignKit、/media/usb/signkit"),
    "backup_not_there": Text(
        "This folder is not there; what is there ends with {there}. Is it typed right, and is the disk connected?",
        "このフォルダーはありません（あるのは {there} まで）。"
        "入力に間違いがないか、ディスクがつながっているか確かめてください。",
    ),
    "backup_make": Text(
        "It is right: make the folder and back up", "間違いありません。フォルダーを作ってバックアップする"
    ),
    "backup_where": Text(
        "Name the folder with its whole path.", "フォルダーを、ドライブ名などから始まる場所で入力してください。"
    ),
    "backup_inside": Text(
        "This folder is the archive itself: choose another disk.",
        "保管庫そのものの中です。別のディスクを選んでください。",
    ),
    "repair": Text("Restore and repair", "復元と修復"),
    "repair_lead": Text(
        "When the archive is lost or its ledger is torn: back from the backup, or made anew from the kept files.",
        "保管庫を失ったときや台帳が壊れたとき、バックアップや保管ファイルから元に戻します。",
    ),
    "repair_look": Text("How the ledger stands", "台帳の状態を見る"),
    "repair_whole": Text("The ledger is whole.", "台帳は壊れていません。"),
    "repair_whole_lead": Text(
        "Nothing need be done, and nothing is replaced. To look into a backup as it was, name an empty folder as the "
        "archive's under Settings, and restore there.",
        "何もする必要はなく、ここから上書きすることもできません。バックアップ当時の内容を見たいときは、"
        "「設定」で保管庫の場所を空のフォルダーにしてから復元してください。",
    ),
    "repair_torn": Text("The ledger is torn.", "台帳が壊れています。"),
    "repair_files": Text(
        "The kept files are there; their ledger is not.", "保管ファイルはありますが、台帳がありません。"
    ),
    "repair_none": Text("There is no archive here.", "ここに保管庫はありません。"),
    "restore": Text("Restore from a backup", "バックアップから復元する"),
    "restore_lead": Text(
        "Copies every file and the ledger of the backup. The backup stays as it is.",
        "バックアップのファイルと台帳をすべて写します。バックアップはそのまま残ります。",
    ),
    "restore_register": Text(
        "Newest register of disposals (disposals.jsonl), if you have it: what was deleted since stays deleted",
        "最新の廃棄の記録 (disposals.jsonl)。あれば入力すると、バックアップの後に廃棄したものは復元しません",
    ),
    "restore_go": Text("Restore", "復元する"),
    "restore_going": Text("The files are being copied …", "ファイルを写しています…"),
    "rebuild": Text("Make the ledger anew", "台帳を作り直す"),
    "rebuild_lead": Text(
        "Every kept file is judged and entered again. What people typed (paper, corrections) and the journal come from "
        "the backup, if you name one. The torn ledger stays beside the new one.",
        "保管ファイルを 1 つずつ検証して登録し直します。人が入力した内容（紙の書類・訂正）と記録簿は、"
        "指定したバックアップから引き継ぎます。壊れた台帳は別名で残します。",
    ),
    "rebuild_backup": Text("The last backup (empty: without one)", "最後のバックアップ（空欄: 使わない）"),
    "rebuild_go": Text("Make it anew", "作り直す"),
    "rebuild_going": Text("Every kept file is being judged …", "保管ファイルを検証しています…"),
    "repair_no_backup": Text("There is no backup in this folder.", "このフォルダーにバックアップがありません。"),
    "repair_no_register": Text("There is no such file.", "このファイルがありません。"),
    "restored_done": Text("The archive was restored.", "復元しました。"),
    "rebuilt_done": Text("The ledger was made anew.", "台帳を作り直しました。"),
    "rebuilt_holds": Text("It holds {count} contracts.", "{count} 件の契約書があります。"),
    "rebuilt_incomplete": Text(
        "Date, amount or counterparty is not known of these; the list of contracts finds them by what is missing",
        "日付・金額・取引先の分からないもの（契約書の一覧で「足りない項目」から探せます）",
    ),
    "rebuilt_unread": Text("Files that could not be judged, kept as they are", "検証できず、そのまま保管したファイル"),
    "rebuilt_lost": Text(
        "Files that the backup knows and that are not there", "バックアップにあり、ここにないファイル"
    ),
    "rebuilt_torn": Text("The torn ledger is now", "壊れた台帳の置き場所"),
    "restored_damaged": Text(
        "{count} files of the backup are missing or damaged.",
        "バックアップの {count} 個のファイルが欠けているか壊れています。",
    ),
    "stopped_repairing": Text(
        "Cancelled. What was there before is unchanged; begin again at any time.",
        "中止しました。以前の内容はそのままです。いつでもやり直せます。",
    ),
    "backup_done": Text("The backup is up to date.", "バックアップしました。"),
    "backup_counts": Text("{files} files, {new} of them new.", "ファイル {files} 個 (うち新しいもの {new} 個)。"),
    "backup_damaged": Text(
        "{count} kept files are missing or damaged.", "{count} 個の保管ファイルが失われているか壊れています。"
    ),
    "backup_damaged_lead": Text(
        "All others were copied. Verify the archive, and do not delete older backups.",
        "ほかのファイルは写しました。保管庫を検証し、以前のバックアップは消さないでください。",
    ),
    # after signing
    "after_signing": Text("What comes next", "署名の後にすること"),
    "deliver": Text("Deliver", "提供（交付）"),
    "delivery_in_order": Text("The consents are in order.", "承諾がそろっています。"),
    "delivery_not_proven": Text("The consents are there, but not proven.", "承諾はありますが、証明されていません。"),
    "delivery_missing": Text(
        "This may not be delivered electronically yet.", "電磁的方法で提供するための要件がそろっていません。"
    ),
    "delivery_no_rule": Text(
        "SignKit knows no rule of consent for this kind of document, and has checked none.",
        "この種類の文書に必要な承諾の決まりを SignKit は知らないため、確かめていません。",
    ),
    "consent_in_order": Text("in order", "承諾あり"),
    "consent_not_proven": Text("not proven", "未証明"),
    "consent_missing": Text("missing", "不備"),
    "consent_no_rule": Text("not checked", "対象外"),
    "consent_gave": Text("consented on {day}: {means}", "{day} に承諾。{means}"),
    "consent_withdrew": Text("withdrew on {day}", "{day} に撤回"),
    "consent_name": Text("consent", "承諾書"),
    "consents": Text("Consents", "承諾書"),
    "consents_known": Text("Consents that count", "確認に使う承諾書"),
    "consents_none": Text(
        "No signed consent of these parties is kept.", "この当事者の署名済み承諾書は保管庫にありません。"
    ),
    "consents_add": Text("Add signed consents (PDF)", "署名済みの承諾書を加える (PDF)"),
    "check_again": Text("Check again", "もう一度確かめる"),
    "delivered_on": Text("Day of delivery", "提供する日"),
    "delivered_on_hint": Text(
        "Consents must be signed by then. Empty: the contract's own date.",
        "承諾の署名は、この日までに必要です。空欄のときは契約書の日付で確かめます。",
    ),
    "held_against": Text("Checked for delivery on {day}.", "{day} に提供するものとして確かめました。"),
    "held_against_own": Text(
        "Checked for delivery on {day}, the contract's own date: no other day is entered below.",
        "契約書の日付 {day} に提供するものとして確かめました（提供する日が空欄のため）。",
    ),
    "held_today": Text("Check for delivery today ({day})", "今日 ({day}) 提供するものとして確かめる"),
    "consent_make": Text("Make consents", "承諾書を作る"),
    "consent_make_lead": Text(
        "Made from this contract, one for each who has to consent. They wait for signatures under “Today”.",
        "この契約書から、承諾が必要な人ごとに作ります。作ったものは「今日の仕事」で署名を待ちます。",
    ),
    "consents_made": Text(
        "The consents are made. They wait for their signatures under “Today”.",
        "承諾書を作りました。「今日の仕事」で署名を待っています。",
    ),
    "consent_make_go": Text("Make them", "承諾書を作る"),
    "means": Text("How the files are handed over", "提供の方法"),
    "means_mail": Text("by e-mail", "電子メール"),
    "means_web": Text("from a web page", "ウェブページ"),
    "means_media": Text("on a disk or stick", "記録媒体 (USB メモリーなど)"),
    "consent_withdraw": Text("Withdraw this consent", "この承諾の撤回書を作る"),
    "withdraw_what": Text(
        "A withdrawal says that the recipient wants paper from now on; it counts once the recipient has signed it.",
        "撤回書は、受け取る人が今後は紙での交付を求めるときに作り、ご本人の署名で効力を持ちます。",
    ),
    "withdrawal_name": Text("withdrawal", "撤回書"),
    "destination": Text("Where to (empty: as the recipient told)", "送付先 (空欄: 本人が通知した宛先)"),
    "contact": Text("How you are reached (empty: your address)", "事業者の連絡先 (空欄: 所在地)"),
    "pack": Text("The delivery pack", "提供用の一式"),
    "pack_name": Text("delivery", "提供用"),
    "pack_lead": Text(
        "One ZIP file: contract, consents, how to check it, receipts, completion certificate, digests, a mail's text.",
        "契約書・承諾書・確認の手引き・受領書・合意締結証明書・ハッシュ値一覧・送付文を 1 つの ZIP ファイルにします。",
    ),
    "pack_not_yet": Text(
        "The pack can be made once the consents are in order: make them here, and have them signed.",
        "承諾がそろうと提供用の一式を作れます。承諾書はこのページで作り、相手方に署名してもらいます。",
    ),
    "pack_unproven": Text(
        "Not everything is proven; the pages in the pack say so.",
        "確認できない点があります。その旨が一式の中に記載されます。",
    ),
    "pack_go": Text("Make the pack", "提供用の一式を作る"),
    "packing": Text("The pack is being made …", "一式を作っています…"),
    "pack_done": Text("The pack is ready.", "提供用の一式ができました。"),
    "pack_hand_over": Text(
        "Save it, and send it to the recipient as it is.", "保存し、そのまま相手方に渡してください。"
    ),
    "pack_holds": Text("In it", "一式の内容"),
    "pack_no_certificate": Text(
        "Without a completion certificate: {cause}.", "合意締結証明書は入れていません: {cause}。"
    ),
    "certificate_name": Text("certificate", "合意締結証明書"),
    "certificate_complete": Text("Completion certificate (PDF)", "合意締結証明書 (PDF)"),
    "certificate_unproven": Text(
        "Completion certificate that says what is not proven (PDF)", "合意締結証明書 (確認できない点を明記・PDF)"
    ),
    "amend_with": Text("Change it: {title}", "契約を変更する: {title}"),
    "extend": Text("Extend the evidence", "証拠を延長する"),
    "extend_lead": Text(
        "Adds what keeps the signatures provable for longer. The contract itself is not touched, and every signature "
        "is judged before and after.",
        "署名を長く証明できるように証拠を加えます。契約の内容は変わりません。前後にすべての署名を検証します。",
    ),
    "extend_level": Text("Up to", "延長後のレベル"),
    "level_B_LTA": Text(
        "revocation evidence and a timestamp over all of it (usual)",
        "失効情報と、全体へのタイムスタンプ（通常はこちら）",
    ),
    "level_B_LT": Text("revocation evidence alone", "失効情報のみ"),
    "extend_no_service": Text(
        "No timestamp service is set, so that this will be refused.",
        "タイムスタンプ局が設定されていないため、延長できません。",
    ),
    "extend_go": Text("Extend", "延長する"),
    "extending": Text("Time and evidence are being fetched …", "タイムスタンプと証拠を取得しています…"),
    "keeping": Text("The result was judged; it is being kept …", "結果を検証しました。保管しています…"),
    "extend_done": Text("The evidence was extended.", "証拠を延長しました。"),
    "extend_done_lead": Text("The former version stays in the history.", "延長前の版も、保管庫の履歴に残ります。"),
    "before": Text("Before", "延長前"),
    "now": Text("Now", "延長後"),
    "to_contract": Text("To the contract", "契約書のページへ"),
    # differences
    "changes": Text("Differences", "変更の内容"),
    "changes_look": Text("See the differences", "違いを見る"),
    "changes_overall": Text("The document itself, first to last version", "文書そのもの（最初の版から最後の版まで）"),
    "changes_none": Text("No difference was found.", "違いはありません。"),
    "changes_pictures": Text("The pages side by side", "ページを並べて見る"),
    "changes_since": Text("Since the signature of", "この署名の後"),
    "show": Text("Show", "表示"),
    "changes_look_same": Text(
        "No page looks different since this signature.", "この署名の後、見た目の変わったページはありません。"
    ),
    "side_before": Text("As it was signed", "署名したとき"),
    "side_after": Text("As it is now", "現在"),
    "changes_after": Text("after", "次の署名の後:"),
    "changes_more": Text("There are further pages that look different.", "ほかにも見た目の変わったページがあります。"),
    "changes_not_drawn": Text("The pages cannot be drawn.", "ページを描けません。"),
    "changes_revisions": Text("Version by version", "版ごとの変更"),
    "changes_original": Text("the original", "最初の版"),
    "changes_before_any": Text("before any signature", "署名前"),
    "comma": Text(", ", "、"),
    "page_no": Text("Page {number}", "{number} ページ"),
    "no_such_page": Text("There is no such page.", "このページはありません。"),
    "nothing_there": Text("(nothing)", "（なし）"),
    # encrypted files
    "is_closed": Text("This file opens with a password.", "このファイルを開くにはパスワードが必要です。"),
    "open_with_password": Text("Open with the password", "パスワードで開く"),
    "password_memory": Text(
        "It is asked for in a small window, stays in this PC's memory until the desk ends, and is written nowhere.",
        "パスワードは小さな窓でたずねます。終了するまでメモリーに置くだけで、どこにも書き込みません。",
    ),
    "password_asked": Text(
        "Enter the password in the small window. If you do not see it, look behind the browser.",
        "小さな窓にパスワードを入力してください。見えないときは、ブラウザーの後ろをご覧ください。",
    ),
    "password_cancelled": Text("Cancelled. The file was not opened.", "中止しました。ファイルは開いていません。"),
    "password_no_prompt": Text(
        "There is no way to ask for the password outside the browser",
        "ブラウザーの外でパスワードをたずねる方法がありません",
    ),
    "password_get_prompt": Text(
        "Install tkinter (Debian: python3-tk) or a pinentry, or start the desk from a terminal.",
        "tkinter (Debian では python3-tk) か pinentry を入れるか、端末から signkit desk を起動してください。",
    ),
    # templates by who needs them
    "for_broker": Text("Real estate", "不動産"),
    "for_hr": Text("Personnel", "人事・労務"),
    "for_business": Text("Business", "企業間の取引"),
    "for_general": Text("For any purpose", "共通"),
}

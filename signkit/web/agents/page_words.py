"""What the pages of agents say, by the key that they say it with."""

from __future__ import annotations

from signkit.words import Text

AGENT_WORDS: dict[str, Text] = {
    "agents": Text("PCs with a card reader", "カードリーダーのあるパソコン"),
    "agents_lead": Text(
        "Your card never leaves your own PC. There, run the command below: it shows a code, which you type here. From "
        "then on that PC fetches what you are asked to sign, checks and shows it itself, and asks for the PIN.",
        "カードはお手元のパソコンから離れません。そのパソコンで次のコマンドを実行し、表示されたコードをここに入力"
        "してください。以後、そのパソコンが署名の依頼を受け取り、検証して表示し、暗証番号をたずねます。",
    ),
    "agent_code": Text("Code that the PC shows", "パソコンに表示されたコード"),
    "agent_pair": Text("Go on", "次へ"),
    "agent_confirm": Text("Is this your PC?", "あなたのパソコンですか"),
    "agent_confirm_lead": Text(
        "Compare the fingerprint with the one that the PC shows. This PC will be asked for your signature; that still "
        "needs your card and its PIN.",
        "パソコンに表示された指紋と同じか確かめてください。このパソコンには、あなたの署名の依頼が届くようになります"
        "（署名にはカードと暗証番号が必要です）。",
    ),
    "agent_name": Text("Name of the PC", "パソコンの名前"),
    "agent_fingerprint": Text("Fingerprint of its key", "鍵の指紋"),
    "agent_address": Text("It called from", "接続元"),
    "agent_take": Text("Yes, it is mine", "はい、登録します"),
    "agents_none": Text("No PC is paired yet.", "登録されたパソコンはありません。"),
    "agent_paired": Text("paired {day}", "登録日時: {day}"),
    "agent_seen": Text("last heard of {day}", "最後の接続: {day}"),
    "agent_never_seen": Text("not heard of yet", "まだ接続がありません"),
    "agent_revoke": Text("Let it go", "登録を解除する"),
    "agent_tasks": Text("What was asked", "署名の依頼"),
    "agent_tasks_none": Text("Nothing was asked yet.", "まだ依頼はありません。"),
    "agent_task_waiting": Text("waits for the PC", "パソコンでの操作待ち"),
    "agent_task_signed": Text("signed", "署名済み"),
    "agent_task_refused": Text("refused at the PC: {reason}", "パソコンで断られました: {reason}"),
    "agent_task_withdrawn": Text("withdrawn", "取り下げ"),
    "agent_task_expired": Text("not signed in time", "期限切れ"),
    "agent_withdraw": Text("Ask no more", "取り下げる"),
    "ask_agent": Text("Sign on your own PC", "お手元のパソコンで署名する"),
    "ask_agent_for_all": Text("All on your own PC: {role}", "{role}: お手元のパソコンで全件に署名する"),
    "ask_agent_list_lead": Text(
        "Your PC fetches each of these contracts, checks it itself, shows the list and the pages, and asks once for "
        "all. Compare the digest of the list.",
        "お手元のパソコンが契約書を 1 件ずつ受け取って検証し、一覧とページを表示して、全件についてまとめて 1 回だけ"
        "確認します。一覧の SHA-256 が同じか確かめてください。",
    ),
    "ask_agent_list_go": Text("Send all {count} to my PC", "{count} 件をパソコンに送る"),
    "agent_list_waiting": Text("wait for the PC", "パソコンでの操作待ち"),
    "agent_list_signed": Text("signed", "署名済み"),
    "agent_list_refused": Text("refused at the PC", "パソコンで断られたもの"),
    "agent_list_withdrawn": Text("withdrawn", "取り下げ"),
    "agent_list_expired": Text("not signed in time", "期限切れ"),
    "ask_agent_lead": Text(
        "Your PC fetches this document, checks it itself, shows its pages and asks for the PIN there. Compare the "
        "digest.",
        "お手元のパソコンがこの文書を受け取り、自分で検証してページを表示し、そこで暗証番号をたずねます。"
        "SHA-256 が同じか確かめてください。",
    ),
    "ask_agent_which": Text("It is sent to your own PC:", "送り先（あなたのパソコン）:"),
    "ask_agent_go": Text("Send it to my PC", "パソコンに送る"),
    "ask_agent_none": Text("First pair the PC with the card reader", "先にカードリーダーのあるパソコンを登録する"),
    "declined_pairing": Text(
        "No PC waits with this code. It shows a new one when it is started again.",
        "このコードで待っているパソコンはありません。パソコンで起動し直すと新しいコードが表示されます。",
    ),
    "declined_pairing_wait": Text(
        "Too many codes; again in {seconds} s.", "入力回数が多すぎます。{seconds} 秒後にやり直してください。"
    ),
    "declined_agent": Text("There is no such PC of yours.", "あなたのパソコンとして登録されていません。"),
    "declined_agent_task": Text("This is not waited for any more.", "この依頼は既に終了しています。"),
}

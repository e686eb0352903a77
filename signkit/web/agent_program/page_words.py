"""What the agent's page says, by the key that it says it with."""

from __future__ import annotations

from signkit.words import Text

AGENT_PROGRAM_WORDS: dict[str, Text] = {
    "agent_home": Text("Signatures for {desk}", "{desk} からの署名の依頼"),
    "agent_waits": Text(
        "Nothing is asked for. This page looks by itself; leave it open.",
        "いまは依頼がありません。依頼が届くと自動で表示します。このままお待ちください。",
    ),
    "agent_asks": Text(
        "The office asks for your signature. This PC fetched the document and checked it itself.",
        "署名の依頼が届きました。この文書は、このパソコンが受け取って検証したものです。",
    ),
    "agent_look": Text("Look at the pages and sign", "ページを確かめて署名する"),
    "agent_refuse": Text("Do not sign", "署名しない"),
    "agent_refuse_why": Text("Why (the office reads it)", "理由（相手に表示されます）"),
    "agent_sending": Text("Signed. The office is being told …", "署名しました。送信しています…"),
    "agent_trouble": Text("The office cannot be reached: {reason}", "接続できません: {reason}"),
    "agent_sent": Text("{title}: signed, and the office has it.", "{title}: 署名し、送信しました。"),
    "agent_you_refused": Text("{title}: not signed; the office was told.", "{title}: 署名せず、相手に伝えました。"),
    "agent_withdrawn": Text("{title}: the office asks no more.", "{title}: 依頼が取り下げられました。"),
    "agent_not_wanted": Text(
        "{title}: signed too late; the office did not take it.",
        "{title}: 署名しましたが、依頼が終了していたため受け取られませんでした。",
    ),
    "agent_not_taken": Text(
        "{title}: signed, and not taken: {reason}", "{title}: 署名しましたが、受け取られませんでした: {reason}"
    ),
    "agent_declined": Text(
        "{title}: not shown to be signed, and the office was told: {reason}",
        "{title}: 署名に進めませんでした（相手に伝えました）: {reason}",
    ),
    "agent_stopped": Text("Not signed.", "署名は成立していません。"),
    "agent_other_document": Text(
        "The office sent another document than the one it named.",
        "名指しされた文書と違う文書が送られてきました。",
    ),
    "agent_broken": Text(
        "An earlier signature in it does not hold, or the document was changed after it.",
        "以前の署名が正しくないか、署名の後に文書が変更されています。",
    ),
    "agent_not_in_turn": Text("It cannot be signed as “{role}” now.", "いまは「{role}」として署名できません。"),
    "agent_not_judged": Text("The document cannot be judged.", "文書を検証できません。"),
    "agent_fetching": Text(
        "The office asks for many signatures. This PC fetches each document and checks it itself: {done} of {total} …",
        "まとめての署名の依頼が届きました。このパソコンが 1 件ずつ受け取って検証しています（{total} 件中 {done} 件）…",
    ),
    "agent_asks_list": Text(
        "The office asks for your signature on {count} documents. This PC fetched each and checked it itself. You "
        "agree once, for these and no others.",
        "{count} 件の文書への署名の依頼が届きました。どれも、このパソコンが受け取って検証したものです。"
        "ここにある文書だけに、1 回の確認で署名します。",
    ),
    "agent_list_so_far": Text(
        "{sent} of {count} signed, and the office has them.", "{count} 件中 {sent} 件は署名して送信しました。"
    ),
    "agent_list_signing": Text("Signatures are being made.", "署名しています。"),
    "agent_list_see": Text("See how far it is", "進み具合を見る"),
    "agent_list_sign": Text("Sign these {count}", "この {count} 件に署名する"),
    "agent_list_of": Text("{place} of {count}", "{count} 件中 {place} 件目"),
    "agent_list_back": Text("Back to the list", "一覧に戻る"),
    "agent_list_parties": Text("Other parties", "相手方"),
    "agent_list_digest": Text("SHA-256 of the list", "一覧の SHA-256"),
    "agent_list_ended": Text("What became of it", "結果"),
    "agent_row_sent": Text("signed, sent", "署名・送信済み"),
    "agent_row_late": Text("signed too late; not taken", "終了後のため受け取られず"),
    "agent_row_not-taken": Text("signed, not taken", "受け取られず"),
    "agent_row_left": Text("to be signed", "署名待ち"),
    "agent_list_stopped": Text(
        "Nothing is lost: what is signed is sent, and the rest is asked for with the next yes.",
        "失われたものはありません。署名できた分は送信し、残りは次の確認で署名します。",
    ),
    "agent_list_sent": Text(
        "{title}: {sent} signed, and the office has them.", "{title}: {sent} 件に署名して送信しました。"
    ),
    "agent_list_sent_some": Text(
        "{title}: {sent} signed, and the office has them; {lost} signed and not taken; {left} not signed.",
        "{title}: {sent} 件に署名して送信しました（受け取られなかったもの {lost} 件、署名していないもの {left} 件）。",
    ),
    "agent_list_row": Text("{name}: {reason}", "{name}: {reason}"),
    "agent_list_repeats": Text("The list asks for the same document twice.", "一覧の中に、同じ文書が 2 回あります。"),
    "agent_list_of_several": Text(
        "The list asks you to sign as more than one person.", "一覧の中で、署名する人が同じではありません。"
    ),
    "agent_ended": Text("The agent of {desk} has ended.", "{desk} のエージェントを終了しました。"),
}

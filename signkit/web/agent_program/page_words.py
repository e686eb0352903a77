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
    "agent_ended": Text("The agent of {desk} has ended.", "{desk} のエージェントを終了しました。"),
}

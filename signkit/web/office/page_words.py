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
    "ended": Text("You are signed out.", "サインアウトしました。"),
    "role_clerk": Text("clerk", "担当者"),
    "role_supervisor": Text("supervisor", "責任者"),
    "role_auditor": Text("auditor", "監査"),
    "role_administrator": Text("administrator", "管理"),
    "here_as": Text("{name} ({role})", "{name}（{role}）"),
}

"""What the first page says, in both languages."""

from __future__ import annotations

from signkit.words import Text

TODAY_WORDS = {
    "turn_of": Text("{who} to sign now", "{who}の番です"),
    "coming": Text("Coming in the next 90 days", "90 日以内の期限"),
    "due_end_date": Text("ends", "終了"),
    "due_notice_date": Text("last day of notice", "通知期限"),
    "due_renewal_date": Text("renews", "更新"),
    "due_evidence": Text(
        "Evidence ends soon: {count} contract(s)", "証拠の有効期限が近い契約書: {count} 件"
    ),
    "due_evidence_go": Text("Renew the evidence", "証拠を更新する"),
    "went_wrong": Text("What did not work", "うまくいかなかったこと"),
    "back_there": Text("Go there again", "その画面へ戻る"),
}  # fmt: skip

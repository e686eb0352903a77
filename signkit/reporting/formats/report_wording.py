"""Every token of a report in words: what scripts read as ``whole-revision`` people read as a sentence's part.

docs/report.schema.json lists the tokens; the tests hold both together.
"""

from __future__ import annotations

from collections.abc import Mapping

from signkit.validation.profile import ProfileName
from signkit.validation.report import Verdict
from signkit.words import Language, Text

VERDICTS: dict[str, Text] = {
    Verdict.PASSED: Text("valid", "有効"),
    Verdict.FAILED: Text("INVALID", "無効"),
    Verdict.INDETERMINATE: Text("not proven", "判定できません"),
    Verdict.NOT_SIGNED: Text("not signed", "署名なし"),
    Verdict.UNREADABLE: Text("unreadable", "読み取れません"),
}
#: What stands behind a verdict (EN 319 102-1, tables 5 and 6).
SUB_INDICATIONS: dict[str, Text] = {
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": Text(
        "the certificate's path could not be judged", "証明書の経路を検証できません"
    ),
    "CHAIN_CONSTRAINTS_FAILURE": Text("the certificate is not for signing", "署名用の証明書ではありません"),
    "CRYPTO_CONSTRAINTS_FAILURE": Text("an algorithm that is too weak", "使われている暗号が弱すぎます"),
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": Text(
        "an algorithm that is too weak today, and no proof that the signature is older",
        "使われている暗号は現在では弱く、それ以前の署名であることの証明がありません",
    ),
    "EXPIRED": Text("the certificate had expired", "証明書の有効期間が過ぎた後の署名です"),
    "FORMAT_FAILURE": Text("changed after signing, or a wrong form", "署名後の変更、または形式の誤り"),
    "GENERIC": Text("a form that cannot be judged", "判定できない形式です"),
    "HASH_FAILURE": Text("what was signed was changed", "署名された内容が変更されています"),
    "NO_CERTIFICATE_CHAIN_FOUND": Text(
        "no trusted authority vouches for the certificate", "信頼する認証局に辿り着けません"
    ),
    "NO_CERTIFICATE_CHAIN_FOUND_NO_POE": Text(
        "no trusted authority vouched for the certificate at that time", "その時点で信頼できる認証局に辿り着けません"
    ),
    "NO_POE": Text("no proof of when the signature existed", "署名がいつ存在したかの証明がありません"),
    "NO_SIGNING_CERTIFICATE_FOUND": Text("the signer's certificate is missing", "署名者の証明書がありません"),
    "NOT_YET_VALID": Text("the certificate was not yet valid", "証明書の有効期間が始まる前の署名です"),
    "OUT_OF_BOUNDS_NO_POE": Text(
        "the certificate has expired, and no proof that the signature is older",
        "証明書の有効期間が過ぎており、それ以前の署名であることの証明がありません",
    ),
    "OUT_OF_BOUNDS_NOT_REVOKED": Text(
        "the certificate has expired; it was not revoked", "証明書の有効期間が過ぎています（失効はしていません）"
    ),
    "POLICY_PROCESSING_ERROR": Text("the signature's own policy cannot be read", "署名ポリシーを読み取れません"),
    "REVOKED": Text("the certificate had been revoked", "証明書が失効しています"),
    "REVOKED_CA_NO_POE": Text(
        "an authority's certificate was revoked, and no proof that the signature is older",
        "認証局の証明書が失効しており、それ以前の署名であることの証明がありません",
    ),
    "REVOKED_NO_POE": Text(
        "the certificate was revoked, and no proof that the signature is older",
        "証明書が失効しており、それ以前の署名であることの証明がありません",
    ),
    "SIGNATURE_POLICY_NOT_AVAILABLE": Text("the signature's own policy is missing", "署名ポリシーが手元にありません"),
    "SIGNED_DATA_NOT_FOUND": Text("what was signed is missing", "署名されたデータが手元にありません"),
    "SIG_CONSTRAINTS_FAILURE": Text("less than the policy asks for", "検証ポリシーの求める条件を満たしていません"),
    "SIG_CRYPTO_FAILURE": Text("the signature does not fit the signer's key", "署名値が署名者の鍵と合いません"),
    "TIMESTAMP_ORDER_FAILURE": Text("timestamps in an impossible order", "タイムスタンプの時刻の順序が矛盾しています"),
    "TRY_LATER": Text(
        "whether the certificate was revoked cannot be told yet", "証明書が失効していないことを、まだ確認できません"
    ),
}
SIGNATURE_TYPES: dict[str, Text] = {
    "approval": Text("signature", "署名"),
    "certification": Text(
        "first signature, which limits later changes", "最初の署名（以後の変更を制限する「証明用署名」）"
    ),
    "counter-signature": Text("signature over another signature", "別の署名に対する署名（副署）"),
}
BEST_TIME_SOURCES: dict[str, Text] = {
    "signature-timestamp": Text("timestamp of the signature", "署名のタイムスタンプ"),
    "document-timestamp": Text("timestamp of the document", "文書のタイムスタンプ"),
    "archive-timestamp": Text("archive timestamp", "長期保存用タイムスタンプ"),
}
KEY_KINDS: dict[str, Text] = {
    "person": Text("a person's own key", "本人の鍵"),
    "organisation": Text("an organisation's key", "組織の鍵"),
    "service": Text("a service's key", "サービスの鍵"),
    "rehearsal": Text("a key for trying, without any legal effect", "リハーサル用の鍵（本物の署名ではありません）"),
    "unknown": Text("nothing tells whose kind of key it is", "個人・組織・サービスのどの鍵か分かりません"),
}
TRUSTED_BY: dict[str, Text] = {
    "jpki": Text("the Japanese public authorities that come with SignKit (JPKI)", "公的個人認証サービスの認証局"),
    "user": Text("an authority that you chose to trust", "利用者が信頼すると決めた認証局"),
    "trust-list": Text("a service of a list that you imported", "利用者が取り込んだリストのサービス"),
    "rehearsal": Text(
        "the authority for trying, believed because you said so", "指定により信頼したリハーサル用の認証局"
    ),
}
COVERAGES: dict[str, Text] = {
    "whole-file": Text("the whole file", "ファイル全体"),
    "whole-revision": Text(
        "the whole file as it was then; more was added later", "署名時のファイル全体（その後に追加あり）"
    ),
    "partial": Text("only a part of the file", "ファイルの一部だけ"),
}
CHANGES: dict[str, Text] = {
    "none": Text("none", "ありません"),
    "evidence": Text("only evidence was added", "検証用の情報の追加だけ"),
    "metadata": Text("what the document says about itself (title, author …)", "文書の説明（表題、作成者など）の変更"),
    "form": Text("further signatures or form entries", "署名・記入欄への追加"),
    "annotations": Text("annotations were changed", "注釈の変更"),
    "other": Text("the document itself was changed", "文書そのものの変更"),
}
CHANGES_PERMITTED: dict[bool, Text] = {
    True: Text("permitted", "許されている変更"),
    False: Text("NOT permitted", "許されない変更"),
}
REVOCATIONS: dict[str, Text] = {
    "good": Text("not revoked", "失効していません"),
    "revoked": Text("revoked", "失効しています"),
    "on-hold": Text("suspended", "一時停止されています"),
    "unknown": Text("cannot be told with what is at hand", "手元の情報では分かりません"),
    "not-checked": Text(
        "not looked at: the certificate names no service", "確認していません（提供元の記載がありません）"
    ),
    "not-permitted": Text(
        "only accredited verifiers may ask", "確認できるのは署名検証者に限られます（確認していません）"
    ),
}
REVOCATION_SOURCES: dict[str, Text] = {
    "operator": Text("the platform operator's word", "プラットフォーム事業者の回答"),
    "ocsp": Text("answer of the authority (OCSP)", "認証局の応答（OCSP）"),
    "crl": Text("list of the authority (CRL)", "認証局の失効リスト（CRL）"),
}
PARTY_MATCHES: dict[str, Text] = {
    "match": Text("The certificate names the party.", "証明書の名義は当事者と一致します。"),
    "mismatch": Text("The certificate does NOT name the party.", "証明書の名義が当事者と一致しません。"),
    "cannot-tell": Text(
        "Whether the certificate names the party cannot be told.", "証明書の名義が当事者かどうか判定できません。"
    ),
}
PARTY_BASES: dict[str, Text] = {
    "data": Text(
        " (Whom it names rests on the contract data or --expect alone.)",
        "（当事者は契約データ又は --expect だけによります。）",
    ),
    "text": Text(
        " (The page's text beside the field names the same one.)", "（署名欄のそばの文字も同じ人を示しています。）"
    ),
    "page": Text(" (The page shows the same one.)", "（ページの表示も同じ人を示しています。）"),
}
SIGNING_KINDS: dict[str, Text] = {
    "party": Text("signed by the party", "当事者による署名"),
    "witness": Text("signed by a service on the party's instruction", "当事者の指示による、サービスの署名（立会人型）"),
}
TEMPLATE_MATCHES: dict[str, Text] = {
    "unaltered": Text("as the template", "ひな形どおり"),
    "same-text": Text("text and looks as the template", "文字と見た目がひな形どおり"),
    "altered": Text("ALTERED", "改変あり"),
    "unknown": Text("cannot be told", "判定できません"),
}
FILE_KINDS: dict[str, Text] = {
    "pdf": Text("PDF", "PDF"),
    "cms": Text("signature file (CMS)", "署名ファイル（CMS）"),
    "asic": Text("container with signatures (ASiC)", "署名付きコンテナ（ASiC）"),
}
FILE_ERRORS: dict[str, Text] = {
    "no-pdf": Text("neither a PDF nor a signature file", "PDF でも署名ファイルでもありません"),
    "empty": Text("the file is empty", "ファイルが空です"),
    "encrypted": Text("it needs a password", "パスワードが必要です"),
    "encryption-unknown": Text("encrypted in an unknown way", "対応していない暗号化です"),
    "password-wrong": Text("the password is wrong", "パスワードが違います"),
    "malformed": Text("the file is damaged", "ファイルが壊れています"),
    "limit": Text("larger or more complex than is allowed", "上限を超える大きさ・複雑さです"),
    "unreadable": Text("cannot be opened", "ファイルを開けません"),
    "internal": Text("a fault of SignKit", "SignKit の不具合です"),
    "worker-died": Text("judging it broke off", "検証が異常終了しました"),
    "worker-hung": Text("judging it took too long", "検証が時間内に終わりませんでした"),
}
POLICIES: dict[str, Text] = {
    "default": Text("usual", "標準"),
    "strict": Text("strict", "厳格"),
    "archive": Text("for the archive", "長期保存用"),
    "accredited-tsa": Text("timestamps of listed services only", "取り込んだリストのタイムスタンプ局のみ"),
}
PROFILES: dict[str, Text] = {
    ProfileName.REGISTRY: Text("the registry (登記・供託オンライン申請システム)", "登記・供託オンライン申請システム")
}
ENTRIES: dict[str, Text] = {
    "signature": Text("signature", "署名"),
    "document-timestamp": Text("timestamp of the document", "文書タイムスタンプ"),
}
#: A level names what a signature holds (EN 319 142-1); its last letters are what people know it by.
_LEVELS = {
    "B": Text("signature alone", "署名のみ"),
    "T": Text("with timestamp", "タイムスタンプ付き"),
    "LT": Text("with evidence for later", "後日の検証に必要な情報付き"),
    "LTA": Text("kept for the long term", "長期保存用"),
}
_LEVEL_UNKNOWN = Text("cannot be told", "判定できません")


def say(table: Mapping[str, Text], token: str | None, language: Language) -> str:
    """Return the words for ``token``, nothing for None; what no table knows (a policy of one's own) as it is."""
    if token is None:
        return ""
    words = table.get(token)
    return words.in_language(language) if words is not None else token


def say_level(level: str, language: Language) -> str:
    """Return what the signature holds, with the standard's name for it: ``長期保存用 (PAdES-B-LTA)``."""
    words = _LEVELS.get(level.rpartition("-")[2])
    return _LEVEL_UNKNOWN.in_language(language) if words is None else f"{words.in_language(language)} ({level})"


def say_term(verdict: str, sub_indication: str | None) -> str:
    """Return the standard's own terms, which other validators print as well (EN 319 102-1)."""
    return f"{verdict} / {sub_indication}" if sub_indication else verdict

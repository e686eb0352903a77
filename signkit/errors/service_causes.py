"""Why a service gave no usable answer, in both languages; the rooms say it in English, as facts of their errors."""

from __future__ import annotations

import re

from signkit.words import Text

#: Sentences of `signkit.openid`, and of `signkit.signers.auth_app` and the modules beside it.
_PHONE_SENTENCES = (
    (r"it is not an address of the registered page", "登録したページのアドレスではありません"),
    (r"it is no JOSE object", "JOSE の形式ではありません"),
    (r"no identifier", "トランザクションの識別子がありません"),
    (r"another issuer", "発行者が異なります"),
    (r"(\S+) is not at the issuer's own host", "{0} が発行者と同じホストにありません"),
    (r"(\S+) is not behind TLS", "{0} が TLS で保護されていません"),
    (r"(\S+) is no address", "{0} がアドレスではありません"),
    (r"no PKCE with S256", "S256 の PKCE に対応していません"),
    (r"no access token", "アクセストークンがありません"),
    (r"another kind of token than Bearer", "Bearer 以外の種類のトークンです"),
    (r"a certificate that cannot be read", "証明書を読み取れません"),
    (r"the certificate of an authentication key \(利用者証明用\)", "利用者証明用の証明書です"),
    (
        r"the signature is not one of this certificate's key over what was to be signed",
        "署名値が、この証明書の鍵による署名対象への署名ではありません",
    ),
    (r"something stands in it twice", "同じ項目が2回あります"),
    (r"another state: it does not belong to this request", "state が異なり、この要求への応答ではありません"),
    (r"no code", "コードがありません"),
    (r"there is none", "ありません"),
    (r"an algorithm that is not taken", "認められないアルゴリズムです"),
    (r"its signature does not hold", "署名が正しくありません"),
    (r"another nonce", "nonce が異なります"),
    (r"no subject", "主体 (sub) がありません"),
    (r"it belongs to another access token", "別のアクセストークンのものです"),
    (r"it cannot be decrypted with the key of the settings", "設定の鍵で復号できません"),
    (r"it is empty", "空です"),
    (r"it belongs to another transaction", "別のトランザクションのものです"),
    (r"another audience", "宛先が異なります"),
    (r"another authorised party", "azp が異なります"),
    (r"it has expired", "期限が過ぎています"),
    (r"it does not hold yet", "まだ有効期間に入っていません"),
    (r"another level of assurance", "求めた保証レベル (acr) と異なります"),
    (r"it has a critical extension", "理解できない必須の拡張 (crit) があります"),
    (r"it is not of this consent's time", "この同意の時刻のものではありません"),
    (r"it is to hold for too long", "有効期間が長すぎます"),
    (r"no times", "時刻がありません"),
    (r"the provider has no such key", "提供者にその鍵がありません"),
    (r"the provider's key cannot be read, or is too short", "提供者の鍵を読み取れないか、短すぎます"),
    (r"no base64", "base64 ではありません"),
)
#: Sentences of `signkit.validation.report_reading` and `signkit.client` on what a service answers.
_ANSWER_SENTENCES = (
    (r"too long", "長すぎます"),
    (r"does not go with the verdict", "判定結果と矛盾しています"),
    (r"does not go with the signatures", "署名と矛盾しています"),
    (r"does not go with the requirements", "要件と矛盾しています"),
    (r"does not go with what was found", "見つかったものと矛盾しています"),
    (r"is better than a signature's", "署名の判定結果より良くなっています"),
    (r"is empty", "空です"),
    (r"is no object", "オブジェクトではありません"),
    (r"is missing", "ありません"),
    (r"is unknown", "未知の項目です"),
    (r"is no array, or one of too many items", "配列でないか、項目が多すぎます"),
    (r"is not of the form that it must have", "形式が正しくありません"),
    (r"is none of the values that it may have", "認められない値です"),
    (r"is no text", "文字列ではありません"),
    (r"is no code", "コードではありません"),
    (r"is neither true nor false", "真偽値ではありません"),
    (r"is no time in UTC", "UTC の時刻ではありません"),
    (r"is no verdict", "判定結果ではありません"),
    (r"is no verdict of a signature", "署名の判定結果ではありません"),
    (r"(\w+) is missing, or of another kind", "{0} がないか、種類が異なります"),
    (r"the report is of another file", "別のファイルのレポートです"),
)
#: Sentences as `signkit.pki.http` and `signkit.pki.timestamps` say them, and the system's, with the Japanese.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"only http and https addresses are used", "http と https のアドレスだけを使えます"),
    (r"not an address \((.*)\)", "アドレスではありません"),
    (r"no whole answer within (\S+) seconds", "{0} 秒以内に応答が揃いませんでした"),
    (r"HTTP status (\d+)", "HTTP ステータス {0}"),
    (r"no answer", "応答がありません"),
    (r"no usable answer", "応答が仕様に合いません"),
    (r"it redirects to an address that is not http or https", "http・https 以外のアドレスに転送されました"),
    (r"the address is not one of the public internet", "インターネット上の公開アドレスではありません"),
    (r"the answer took too long", "応答に時間がかかりすぎました"),
    (r"the answer is longer than (\S+(?: \S+)?)", "応答が長すぎます ({0} 超)"),
    (r"the OCSP service did not answer the question", "OCSP サービスが問い合わせに答えませんでした"),
    (r".*Connection refused.*|.*WinError 10061.*", "接続を拒否されました"),
    (r".*timed out.*", "時間内に応答がありません"),
    (r".*(?:Name or service not known|getaddrinfo failed|nodename nor servname).*", "サーバーの名前を解決できません"),
    (r".*Temporary failure in name resolution.*", "サーバーの名前を解決できません"),
    (r".*(?:Network is unreachable|No route to host).*", "ネットワークに到達できません"),
    (r".*(?:Connection reset|Remote end closed).*", "接続が途中で切れました"),
    (r".*CERTIFICATE_VERIFY_FAILED.*", "サーバーの証明書を確認できません"),
    (r"the service refused \((.*)\)", "要求を拒否されました ({0})"),
    (r"the answer is not a timestamp response", "タイムスタンプの応答ではありません"),
    (r"the token holds no TSTInfo", "トークンに TSTInfo がありません"),
    (
        r"the token is of an unknown version, holds an unknown critical extension, or is too inaccurate",
        "トークンのバージョンが未知であるか、未知の重要 (critical) 拡張があるか、精度が粗すぎます",
    ),
    (r"the token is over other data", "別のデータに対するトークンです"),
    (r"the token answers another request \(nonce\)", "別の要求に対するトークンです (nonce)"),
    (
        r"the token states (.* UTC), which is not now by this machine's clock",
        "トークンの時刻 {0} が、このコンピューターの時計と合いません",
    ),
    (r"the certificate of its signer was not valid then", "その時刻に、署名者の証明書が有効期間外です"),
    (r"the token does not have exactly one signer", "トークンの署名者が1人ではありません"),
    (r"the token does not carry the certificate of its signer", "トークンに署名者の証明書がありません"),
    (r"the signer's certificate is not for time stamping", "署名者の証明書がタイムスタンプ用ではありません"),
    (r"the token's digest does not fit its content", "トークンのハッシュ値が内容と合いません"),
    (r"the token does not sign that it is a timestamp", "タイムスタンプであることが署名されていません"),
    (r"the token does not name the certificate of its signer", "トークンに署名者の証明書の指定がありません"),
    (r"the token's signature does not hold", "トークンの署名が正しくありません"),
    (r"no JSON(?: object)?", "JSON の応答ではありません"),
    *_PHONE_SENTENCES,
    *_ANSWER_SENTENCES,
)
_KNOWN = tuple((re.compile(pattern, re.DOTALL), japanese) for pattern, japanese in _SENTENCES)


def service_cause(said: str) -> Text:
    """Return the cause in both languages; what is not known here is said as it came."""
    for pattern, japanese in _KNOWN:
        if found := pattern.fullmatch(said):
            return Text(said, japanese.format(*found.groups()))
    return Text(said, said)

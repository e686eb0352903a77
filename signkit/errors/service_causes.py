"""Why a service gave no usable answer, in both languages; the rooms say it in English, as facts of their errors."""

from __future__ import annotations

import re

from signkit.words import Text

#: Sentences as `signkit.pki.http` and `signkit.pki.timestamps` say them, and the system's, with the Japanese.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"only http and https addresses are used", "http と https のアドレスだけを使えます"),
    (r"not an address \((.*)\)", "アドレスではありません"),
    (r"no whole answer within (\S+) seconds", "{0} 秒以内に応答が揃いませんでした"),
    (r"HTTP status (\d+)", "HTTP ステータス {0}"),
    (r"no answer", "応答がありません"),
    (r"it redirects to an address that is not http or https", "http・https 以外のアドレスに転送されました"),
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
)
_KNOWN = tuple((re.compile(pattern, re.DOTALL), japanese) for pattern, japanese in _SENTENCES)


def service_cause(said: str) -> Text:
    """Return the cause in both languages; what is not known here is said as it came."""
    for pattern, japanese in _KNOWN:
        if found := pattern.fullmatch(said):
            return Text(said, japanese.format(*found.groups()))
    return Text(said, said)

"""The covering mail (送付メール): what the sender pastes into a message to the recipients, in Japanese."""

from __future__ import annotations

from collections.abc import Sequence

from signkit.delivery.check import DeliveryCheck
from signkit.delivery.pack_names import CERTIFICATE, HOW_TO_CHECK, MAIL, SUMS

_SENDER = "（差出人の会社名・氏名・連絡先）"
_LINES = {
    HOW_TO_CHECK: "書き換えがないことを、ご自身で確かめる方法",
    CERTIFICATE: "全員が署名したことの証明",
    SUMS: "各ファイルの SHA-256 の値",
}


def covering_mail(
    check: DeliveryCheck, files: Sequence[tuple[str, str]], names: Sequence[str], provider: str | None
) -> bytes:
    """Return the text of the mail, with its subject as the first line (UTF-8, lines as Windows ends them).

    Args:
        files: name of each file of the pack, and what it is; "" where the name says it.
        names: of those who receive it.
        provider: who sends it, as the contract says; None: left to be written.
    """
    contract = check.status.contract
    title = contract.title.ja if contract is not None and contract.title is not None else "書面"
    listed = [f"・{name}{f'　{what}' if what else ''}" for name, what in files]
    lines = [
        f"件名: 「{title}」の電子ファイルの送付",
        "",
        *([f"{name} 様" for name in names] or ["各位"]),
        "",
        f"{provider or _SENDER}です。" if provider else _SENDER,
        f"「{title}」を、電子ファイルでお送りします。",
        "",
        "■ お送りするファイル",
        *listed,
        "",
        "■ お願い",
        f"1. 「{files[0][0]}」を開いて、内容をご確認ください。これが原本です。印刷したものは写しです。",
        f"2. 書き換えがないことは、「{HOW_TO_CHECK}」の方法で確かめられます。",
        "3. 受領書に電子署名をするか、印刷して記名のうえ、ご返送ください。",
        "4. ファイルは上書き保存や変換をせず、そのまま保存してください。",
        "",
        f"■ 原本の SHA-256\n{check.status.report.sha256}",
        "",
        "署名者の証明書には、氏名・住所・生年月日・性別が含まれることがあります。むやみに転送しないでください。",
        "ファイルを開けないとき、書面での交付を希望されるときは、このメールにご返信ください。",
        "",
        "--",
        provider or "",
        _SENDER if provider is None else "（担当者の氏名・連絡先）",
    ]
    return ("\r\n".join("\n".join(lines).split("\n")) + "\r\n").encode()


def line_for(name: str) -> str:
    """Return what a file of the pack is, where its name does not say it; the mail does not list itself."""
    return "" if name == MAIL else _LINES.get(name, "")

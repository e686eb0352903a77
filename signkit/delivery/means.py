"""How a document is handed over electronically, as the template ``consent`` words it."""

from __future__ import annotations

from enum import StrEnum


class Means(StrEnum):
    """How the files are handed over."""

    MAIL = "mail"
    WEB = "web"
    MEDIA = "media"


#: By means: what it is called, and where the files go where nothing else is said.
WORDED = {
    Means.MAIL: ("電子メールに添付して送信", "承諾する者が提供する者に通知した電子メールアドレス"),
    Means.WEB: ("ウェブページからダウンロード", "提供する者が承諾する者に通知するウェブページ"),
    Means.MEDIA: ("記録媒体の交付", "上記の承諾する者の住所又は所在地"),
}

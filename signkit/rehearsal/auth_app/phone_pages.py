"""The page that stands for the phone's screen: what is signed, by whom, and the password."""

from __future__ import annotations

from html import escape

from signkit.errors import SignKitError

CONTENT_TYPE = "text/html; charset=utf-8"
#: The form may end at the client's own page, wherever that is (CSP form-action holds for redirects too).
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>リハーサル: スマートフォンでの署名</title>
<style>body{{font:1rem/1.6 sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}}code{{word-break:break-all}}
.wrong{{color:#a00}}button{{font:inherit;margin-right:1rem}}</style>
<h1>リハーサル</h1>
<p>模擬のスマートフォンです。本物のデジタル認証アプリではありません。<br>
An emulated phone of the rehearsal; デジタル認証アプリ itself has no part in this.</p>
<p>署名する人 / Signer: <strong>{holder}</strong><br>
依頼元 / For: {client}<br>
署名対象の SHA-256 / Digest: <code>{digest}</code></p>
{wrong}<form method="post" action="/consent">
<input type="hidden" name="consent" value="{name}">
<p><label>署名用パスワード / Signature password<br>
<input type="password" name="password" autocomplete="off" autofocus></label></p>
<button name="answer" value="sign">署名する / Sign</button>
<button name="answer" value="decline">署名しない / Decline</button>
</form></html>
"""


def consent(holder: str, digest: str, client: str, name: str, wrong: SignKitError | None) -> bytes:
    """Return the page.

    Args:
        holder: whose phone it is.
        digest: of what is signed, in hexadecimal.
        client: who asks.
        name: of this consent.
        wrong: what the phone said to the last password.
    """
    said = f"{escape(wrong.message('ja'))}<br>{escape(wrong.message('en'))}" if wrong is not None else ""
    return _PAGE.format(
        holder=escape(holder),
        digest=escape(digest),
        client=escape(client),
        name=escape(name),
        wrong=f'<p class="wrong" role="alert">{said}</p>\n' if said else "",
    ).encode()

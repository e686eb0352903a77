"""The words of the errors about keys: files, plug-ins, PKCS#11 tokens."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

SIGNERS: dict[str, Wording] = {
    "signer-unknown": Wording(
        Text("No signer is named {uri!r}.", "{uri!r} という署名鍵の指定はありません。"),
        Text(
            "Known kinds: {known}. Examples: card, card:virtual, p12:alice.p12.",
            "使える種類: {known}。例: card、card:virtual、p12:alice.p12。",
        ),
    ),
    "key-file-unusable": Wording(
        Text("{path} cannot be used to sign: {cause}.", "{path} は署名に使えません: {cause}。"),
        Text(
            "Give a PKCS#12 file (.p12, .pfx) with a private key and its certificate.",
            "秘密鍵と証明書の入った PKCS#12 ファイル (.p12、.pfx) を指定してください。",
        ),
    ),
    "passphrase-wrong": Wording(
        Text("The passphrase does not open {path}.", "パスフレーズが違うため {path} を開けません。"),
        Text("Type it again; a file does not lock.", "もう一度入力してください。ファイルはロックされません。"),
        exit_code=ExitCode.PIN,
    ),
    "pkcs11-uri-invalid": Wording(
        Text("The pkcs11: URI cannot be used: {cause}.", "pkcs11: の URI を使えません: {cause}。"),
        Text(
            'Example: "pkcs11:token=Office;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so" '
            "(docs/guides/pkcs11.md).",
            '例: "pkcs11:token=Office;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so" (docs/ja/guides/pkcs11.md)。',
        ),
    ),
    "pkcs11-module-unnamed": Wording(
        Text(
            "No PKCS#11 module is named (the library that comes with the token).",
            "PKCS#11 モジュール (トークン付属のライブラリー) が指定されていません。",
        ),
        Text(
            "Add ?module-path=/path/to/module.so to the URI, or set pkcs11_module in signkit.toml.",
            "URI に ?module-path=/path/to/module.so を付けるか、signkit.toml の pkcs11_module を設定してください。",
        ),
    ),
    "pkcs11-module-unusable": Wording(
        Text(
            "The PKCS#11 module {path} cannot be loaded: {cause}.",
            "PKCS#11 モジュール {path} を読み込めません: {cause}。",
        ),
        Text(
            "Give the full path of the module (.so, .dylib, .dll) built for this machine; its own "
            "configuration must be "
            "in place too (for SoftHSM, SOFTHSM2_CONF).",
            "この機種用のモジュール (.so、.dylib、.dll) を絶対パスで指定してください。"
            "モジュール自身の設定 (SoftHSM なら SOFTHSM2_CONF) も必要です。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "token-not-found": Wording(
        Text(
            "No token fits the URI. There are:\n{choices:choices}",
            "URI に合うトークンがありません。見つかったもの:\n{choices:choices}",
        ),
        Text("Plug the token in, or choose one of the list.", "トークンを接続するか、一覧の中から指定してください。"),
        exit_code=ExitCode.CARD,
    ),
    "token-ambiguous": Wording(
        Text("Several tokens fit the URI:\n{choices:choices}", "URI に合うトークンが複数あります:\n{choices:choices}"),
        Text("Choose one with the --signer under it.", "その下の --signer で1つを指定してください。"),
    ),
    "token-key-not-found": Wording(
        Text(
            "No certificate with its private key fits the URI. The token holds:\n{choices:choices}",
            "URI に合う、秘密鍵を伴う証明書がありません。トークンにあるもの:\n{choices:choices}",
        ),
        Text(
            "Choose one of the list. Certificate and private key belong together by the same CKA_ID.",
            "一覧の中から指定してください。証明書と秘密鍵は同じ CKA_ID で対応付けます。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "token-key-ambiguous": Wording(
        Text(
            "Several certificates with private keys fit the URI:\n{choices:choices}",
            "URI に合う、秘密鍵を伴う証明書が複数あります:\n{choices:choices}",
        ),
        Text("Choose one with the --signer under it.", "その下の --signer で1つを指定してください。"),
    ),
    "token-key-unusable": Wording(
        Text("The key on token {token} cannot sign: {cause}.", "トークン {token} の鍵では署名できません: {cause}。"),
        Text(
            "Keys that sign: RSA from 2048 bits, ECDSA on P-256, P-384 or P-521.",
            "署名できる鍵: RSA 2048ビット以上、ECDSA (P-256、P-384、P-521)。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "token-failed": Wording(
        Text("The token {token} failed ({cause}).", "トークン {token} でエラーが起きました ({cause})。"),
        Text(
            "Is it still plugged in, and does no other program hold it? Then start over.",
            "接続されているか、ほかのプログラムが使っていないかを確かめて、やり直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "token-pin-locked": Wording(
        Text("The PIN of token {token} is locked.", "トークン {token} の PIN がロックされています。"),
        Text(
            "Whoever issued the token unlocks it (a JPKI card: the municipality's counter). No further try can help.",
            "解除はトークンの発行者に依頼してください (マイナンバーカードは市区町村の窓口)。"
            "これ以上入力しても解除されません。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "token-pin-last-try": Wording(
        Text(
            "Only one try is left for the PIN of token {token}; it was not asked for.",
            "トークン {token} の PIN の残り回数が1回のため、入力を求めませんでした。",
        ),
        Text(
            "If you are certain of it, insist with --use-last-try. A wrong entry locks it.",
            "確実な場合だけ --use-last-try を付けてください。間違えるとロックされます。",
        ),
        exit_code=ExitCode.PIN,
    ),
    "token-pin-not-sent": Wording(
        Text(
            "That cannot be the PIN of token {token}; it was not sent and no try was spent.",
            "トークン {token} の PIN の形式ではありません。送信せず、入力回数も減っていません。",
        ),
        Text("Start over and type it again.", "もう一度実行して入力してください。"),
        exit_code=ExitCode.PIN,
    ),
    "token-pin-wrong": Wording(
        Text("The PIN of token {token} is wrong.", "トークン {token} の PIN が違います。"),
        Text("{state:tries}", "{state:tries}"),
        exit_code=ExitCode.PIN,
    ),
}

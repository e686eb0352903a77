"""Keys: files, plug-ins, PKCS#11 tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Language, Text


@dataclass(eq=False)
class SignerUnknown(SignKitError):
    """A signer URI names no kind of signer there is."""

    uri: str
    known: str
    MESSAGE = Text("No signer is named {uri!r}.", "{uri!r} という署名鍵の指定はありません。")
    HINT = Text(
        "Known kinds: {known}. Examples: card, card:virtual, p12:alice.p12.",
        "使える種類: {known}。例: card、card:virtual、p12:alice.p12。",
    )


@dataclass(eq=False)
class KeyFileUnusable(SignKitError):
    """A key file was read and cannot be used for signing."""

    path: str
    cause: Text
    MESSAGE = Text("{path} cannot be used to sign: {cause}.", "{path} は署名に使えません: {cause}。")
    HINT = Text(
        "Give a PKCS#12 file (.p12, .pfx) with a private key and its certificate.",
        "秘密鍵と証明書の入った PKCS#12 ファイル (.p12、.pfx) を指定してください。",
    )


@dataclass(eq=False)
class PassphraseWrong(SignKitError):
    """A key file's passphrase is wrong."""

    path: str
    MESSAGE = Text("The passphrase does not open {path}.", "パスフレーズが違うため {path} を開けません。")
    HINT = Text("Type it again; a file does not lock.", "もう一度入力してください。ファイルはロックされません。")
    EXIT_CODE = ExitCode.PIN


@dataclass(frozen=True)
class TokenChoice:
    """A token, or a certificate with its private key on one, that a person may choose.

    Attributes:
        token: the token's label.
        uri: the ``pkcs11:`` URI that names this one and no other.
        label: the certificate's label; None where a whole token is meant.
        id: CKA_ID in hex.
        common_name: the certificate's subject CN.
    """

    token: str
    uri: str
    label: str | None = None
    id: str = ""
    common_name: str = ""

    def in_language(self, language: Language) -> str:
        """Return two lines: what it is, and how it is named with --signer."""
        name = self.token or Text("(no label)", "(ラベルなし)").in_language(language)
        if self.label is not None:
            name += f": {self.label}, id {self.id or '-'}, CN {self.common_name or '-'}"
        return f'  - {name}\n    --signer "{self.uri}"'


@dataclass(eq=False)
class Pkcs11UriInvalid(SignKitError):
    """A pkcs11: URI is not well formed, or says what it may not."""

    cause: Text
    MESSAGE = Text("The pkcs11: URI cannot be used: {cause}.", "pkcs11: の URI を使えません: {cause}。")
    HINT = Text(
        'Example: "pkcs11:token=Office;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so" (docs/guides/pkcs11.md).',
        '例: "pkcs11:token=Office;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so" (docs/ja/guides/pkcs11.md)。',
    )


@dataclass(eq=False)
class Pkcs11ModuleUnnamed(SignKitError):
    """Neither the URI nor the settings name a PKCS#11 module."""

    MESSAGE = Text(
        "No PKCS#11 module is named (the library that comes with the token).",
        "PKCS#11 モジュール (トークン付属のライブラリー) が指定されていません。",
    )
    HINT = Text(
        "Add ?module-path=/path/to/module.so to the URI, or set pkcs11_module in signkit.toml.",
        "URI に ?module-path=/path/to/module.so を付けるか、signkit.toml の pkcs11_module を設定してください。",
    )


@dataclass(eq=False)
class TokenError(SignKitError):
    """Something about a PKCS#11 token; the root of the errors below."""

    MESSAGE = Text("The token cannot be used.", "トークンを使えません。")
    EXIT_CODE = ExitCode.CARD


@dataclass(eq=False)
class Pkcs11ModuleUnusable(TokenError):
    """The PKCS#11 module cannot be loaded."""

    path: str
    cause: Text
    MESSAGE = Text(
        "The PKCS#11 module {path} cannot be loaded: {cause}.",
        "PKCS#11 モジュール {path} を読み込めません: {cause}。",
    )
    HINT = Text(
        "Give the full path of the module (.so, .dylib, .dll) built for this machine; its own configuration must be "
        "in place too (for SoftHSM, SOFTHSM2_CONF).",
        "この機種用のモジュール (.so、.dylib、.dll) を絶対パスで指定してください。"
        "モジュール自身の設定 (SoftHSM なら SOFTHSM2_CONF) も必要です。",
    )


@dataclass(eq=False)
class _TokenChoiceError(TokenError):
    """A choice did not come out as one."""

    choices: tuple[TokenChoice, ...]

    def message(self, language: Language = "en") -> str:
        """Say what happened and list what there is, two lines each."""
        lines = [item.in_language(language) for item in self.choices]
        nothing = Text("  (nothing)", "  (ありません)").in_language(language)
        return "\n".join([super().message(language), *(lines or [nothing])])


@dataclass(eq=False)
class TokenNotFound(_TokenChoiceError):
    """No token fits the URI; those that are there are listed."""

    MESSAGE = Text("No token fits the URI. There are:", "URI に合うトークンがありません。見つかったもの:")
    HINT = Text("Plug the token in, or choose one of the list.", "トークンを接続するか、一覧の中から指定してください。")


@dataclass(eq=False)
class TokenAmbiguous(_TokenChoiceError):
    """Several tokens fit the URI; none is guessed."""

    MESSAGE = Text("Several tokens fit the URI:", "URI に合うトークンが複数あります:")
    HINT = Text("Choose one with the --signer under it.", "その下の --signer で1つを指定してください。")
    EXIT_CODE = ExitCode.USAGE


@dataclass(eq=False)
class TokenKeyNotFound(_TokenChoiceError):
    """No certificate with its private key on the token fits the URI."""

    MESSAGE = Text(
        "No certificate with its private key fits the URI. The token holds:",
        "URI に合う、秘密鍵を伴う証明書がありません。トークンにあるもの:",
    )
    HINT = Text(
        "Choose one of the list. Certificate and private key belong together by the same CKA_ID.",
        "一覧の中から指定してください。証明書と秘密鍵は同じ CKA_ID で対応付けます。",
    )


@dataclass(eq=False)
class TokenKeyAmbiguous(_TokenChoiceError):
    """Several certificates with private keys fit the URI; none is guessed."""

    MESSAGE = Text(
        "Several certificates with private keys fit the URI:", "URI に合う、秘密鍵を伴う証明書が複数あります:"
    )
    HINT = Text("Choose one with the --signer under it.", "その下の --signer で1つを指定してください。")
    EXIT_CODE = ExitCode.USAGE


@dataclass(eq=False)
class TokenKeyUnusable(TokenError):
    """The key is there and cannot sign here."""

    token: str
    cause: Text
    MESSAGE = Text(
        "The key on token {token} cannot sign: {cause}.", "トークン {token} の鍵では署名できません: {cause}。"
    )
    HINT = Text(
        "Keys that sign: RSA from 2048 bits, ECDSA on P-256, P-384 or P-521.",
        "署名できる鍵: RSA 2048ビット以上、ECDSA (P-256、P-384、P-521)。",
    )


@dataclass(eq=False)
class TokenFailed(TokenError):
    """The token or its module answered with an error."""

    token: str
    cause: str
    MESSAGE = Text("The token {token} failed ({cause}).", "トークン {token} でエラーが起きました ({cause})。")
    HINT = Text(
        "Is it still plugged in, and does no other program hold it? Then start over.",
        "接続されているか、ほかのプログラムが使っていないかを確かめて、やり直してください。",
    )


@dataclass(eq=False)
class TokenPinLocked(TokenError):
    """The token says that its user PIN is locked; nobody was asked for it."""

    token: str
    MESSAGE = Text("The PIN of token {token} is locked.", "トークン {token} の PIN がロックされています。")
    HINT = Text(
        "Whoever issued the token unlocks it (a JPKI card: the municipality's counter). No further try can help.",
        "解除はトークンの発行者に依頼してください (マイナンバーカードは市区町村の窓口)。"
        "これ以上入力しても解除されません。",
    )


@dataclass(eq=False)
class TokenPinLastTry(TokenError):
    """Only one try is left, and it was not insisted on; nobody was asked for the PIN."""

    token: str
    MESSAGE = Text(
        "Only one try is left for the PIN of token {token}; it was not asked for.",
        "トークン {token} の PIN の残り回数が1回のため、入力を求めませんでした。",
    )
    HINT = Text(
        "If you are certain of it, insist with --use-last-try. A wrong entry locks it.",
        "確実な場合だけ --use-last-try を付けてください。間違えるとロックされます。",
    )
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class TokenPinNotSent(TokenError):
    """What was entered cannot be a PIN; it was not sent and no try was spent."""

    token: str
    MESSAGE = Text(
        "That cannot be the PIN of token {token}; it was not sent and no try was spent.",
        "トークン {token} の PIN の形式ではありません。送信せず、入力回数も減っていません。",
    )
    HINT = Text("Start over and type it again.", "もう一度実行して入力してください。")
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class TokenPinWrong(TokenError):
    """The token says that the PIN is wrong.

    Attributes:
        state: what the token says of the tries that remain; most tell no number.
    """

    token: str
    state: Literal["not told", "last", "locked"]
    MESSAGE = Text("The PIN of token {token} is wrong.", "トークン {token} の PIN が違います。")
    EXIT_CODE = ExitCode.PIN

    def hint(self, language: Language = "en") -> str:
        """Say what remains."""
        return _TRIES_OF_TOKEN[self.state].in_language(language)


_TRIES_OF_TOKEN = {
    "not told": Text(
        "The token does not say how many tries remain. Check the PIN before the next one; it is not tried again by "
        "itself.",
        "残り回数はトークンから得られません。次の入力の前によくお確かめください。自動で再送はしません。",
    ),
    "last": Text(
        "One try is left; a further wrong entry locks it. If you are certain, insist with --use-last-try.",
        "残り1回です。次に間違えるとロックされます。確実な場合だけ --use-last-try を付けてください。",
    ),
    "locked": Text(
        "It is locked now; whoever issued the token unlocks it.",
        "ロックされました。解除はトークンの発行者に依頼してください。",
    ),
}

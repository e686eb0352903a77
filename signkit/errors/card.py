"""The Individual Number Card: reader, card, PINs, user authentication."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Language, Text

#: The secrets of the card by the key that errors carry, in the words of the letter that comes with the card.
_SECRET_NAMES = {
    "signature": Text("signature password", "署名用電子証明書の暗証番号（英数字6〜16文字）"),
    "authentication": Text("authentication PIN", "利用者証明用電子証明書の暗証番号（数字4桁）"),
    "surface": Text("text input support PIN", "券面事項入力補助用の暗証番号（数字4桁）"),
    "code-b": Text("verification number B", "照合番号B（数字14桁）"),
    "birth-date": Text("birth date key", "生年月日（和暦6桁）"),
}


@dataclass(eq=False)
class CardError(SignKitError):
    """Something about the card or its reader; the root of this section."""

    MESSAGE = Text("The card cannot be used.", "カードを使えません。")
    EXIT_CODE = ExitCode.CARD


@dataclass(eq=False)
class CardServiceUnavailable(CardError):
    """The PC/SC service of the operating system does not answer."""

    cause: str
    MESSAGE = Text(
        "The smart card service is not running ({cause}).", "スマートカードのサービスが動いていません（{cause}）。"
    )
    HINT = Text(
        "Plug the reader in first. Windows: start the service “Smart Card” (services.msc). "
        "macOS: plug the reader in again, or restart. "
        "Linux: sudo apt install pcscd && sudo systemctl enable --now pcscd.socket",
        "先にカードリーダーを接続してください。Windows: services.msc で「Smart Card」を開始します。"
        "macOS: リーダーを接続し直すか、再起動します。"
        "Linux: sudo apt install pcscd && sudo systemctl enable --now pcscd.socket を実行します。",
    )


@dataclass(eq=False)
class CardServiceForbidden(CardError):
    """The PC/SC service refuses this user."""

    MESSAGE = Text(
        "The smart card service does not let this user in.",
        "このユーザーにはスマートカードサービスの利用が許可されていません。",
    )
    HINT = Text(
        "Linux: over SSH and in containers polkit refuses by default; log in at the machine itself, or allow "
        "org.debian.pcsc-lite.access_pcsc and access_card. Windows: over Remote Desktop, use the local session. "
        "macOS: allow the terminal access to smart cards.",
        "Linux: SSH やコンテナーからは polkit が既定で拒否します。本体で直接ログインするか、"
        "org.debian.pcsc-lite.access_pcsc と access_card を許可してください。"
        "Windows: リモートデスクトップではなく本体のセッションを使います。"
        "macOS: ターミナルにスマートカードの利用を許可します。",
    )


@dataclass(eq=False)
class NoReader(CardError):
    """No card reader is connected."""

    MESSAGE = Text("No card reader is connected.", "カードリーダーが見つかりません。")
    HINT = Text(
        "Plug the reader in (type B, for the Individual Number Card). Windows and macOS find most readers "
        "themselves; Linux: sudo apt install libccid, then plug it in again.",
        "マイナンバーカード対応（Type B）のリーダーを接続してください。Windows と macOS はほとんどの機種を"
        "自動で認識します。Linux では sudo apt install libccid のあと、接続し直してください。",
    )


@dataclass(eq=False)
class ReaderNotFound(CardError):
    """No reader has the name that was asked for."""

    wanted: str
    readers: tuple[str, ...]
    MESSAGE = Text("No reader is called “{wanted}”.", "「{wanted}」という名前のリーダーはありません。")
    HINT = Text(
        "Any part of a name will do. Readers here: {readers}.",
        "名前の一部でも指定できます。接続中のリーダー: {readers}",
    )

    def hint(self, language: Language = "en") -> str | None:
        """List the readers in one line."""
        return self.HINT.in_language(language, readers=", ".join(self.readers))


@dataclass(eq=False)
class SeveralCards(CardError):
    """More than one reader fits, and which card is meant is not guessed."""

    readers: tuple[str, ...]
    MESSAGE = Text("Cards lie on several readers.", "複数のリーダーにカードがあります。")
    HINT = Text(
        "Name one of them (card:NAME), or take the other cards away: {readers}.",
        "使うリーダーを card:名前 で指定するか、ほかのカードを外してください: {readers}",
    )

    def hint(self, language: Language = "en") -> str | None:
        """List the readers in one line."""
        return self.HINT.in_language(language, readers=", ".join(self.readers))


@dataclass(eq=False)
class NoCard(CardError):
    """No card lies on the reader."""

    MESSAGE = Text("There is no card on the reader.", "リーダーにカードがありません。")
    HINT = Text(
        "Lay the card flat on the middle of the reader and leave it there.",
        "カードをリーダーの中央に平らに置き、終わるまで動かさないでください。",
    )


@dataclass(eq=False)
class CardBusy(CardError):
    """Another program holds the card."""

    MESSAGE = Text("Another program is using the card.", "ほかのプログラムがカードを使っています。")
    HINT = Text(
        "Close other programs that use the card (a browser on e-Tax or Mynaportal, the JPKI client software), "
        "then try again.",
        "カードを使うほかのプログラム（e-Tax やマイナポータルを開いたブラウザー、利用者クライアントソフト）を"
        "終了して、もう一度お試しください。",
    )


@dataclass(eq=False)
class CardLinkError(CardError):
    """The link to the card broke off: what the card did last may be unknown."""

    MESSAGE = Text("The link to the card broke off.", "カードとの通信が途切れました。")
    HINT = Text(
        "Lay the card on the reader again, away from metal and other cards, and start over.",
        "金属やほかのカードから離してカードを置き直し、最初からやり直してください。",
    )


@dataclass(eq=False)
class CardRemoved(CardLinkError):
    """The card was taken away while it was in use."""

    MESSAGE = Text("The card was taken off the reader too early.", "処理の途中でカードがリーダーから離れました。")


@dataclass(eq=False)
class CardReset(CardLinkError):
    """Another program, or the reader, reset the card while it was in use."""

    MESSAGE = Text(
        "The card was reset by another program or by the reader.",
        "ほかのプログラムまたはリーダーがカードをリセットしました。",
    )
    HINT = Text(
        "Nothing stays unlocked after a reset. Close other programs that use the card and start over.",
        "リセット後は認証が解除されています。カードを使うほかのプログラムを終了して、最初からやり直してください。",
    )


@dataclass(eq=False)
class CardUnresponsive(CardLinkError):
    """The card lies on the reader but does not answer, or not in time."""

    MESSAGE = Text("The card does not answer.", "カードが応答しません。")
    HINT = Text(
        "Take the card off, lay it down again the right way round, away from metal and other cards.",
        "カードを一度外し、向きを確かめて、金属やほかのカードから離して置き直してください。",
    )


@dataclass(eq=False)
class ReaderGone(CardLinkError):
    """The reader was unplugged, or the service stopped, while the card was in use."""

    MESSAGE = Text("The card reader was disconnected.", "カードリーダーの接続が切れました。")
    HINT = Text("Plug the reader in again and start over.", "リーダーを接続し直して、最初からやり直してください。")


@dataclass(eq=False)
class VirtualReaderUnavailable(CardError):
    """No virtual reader (vpcd) takes the emulated card."""

    address: str
    MESSAGE = Text("No virtual card reader answers at {address}.", "{address} に仮想カードリーダーがありません。")
    HINT = Text(
        "Linux: sudo apt install pcscd vsmartcard-vpcd && sudo systemctl restart pcscd. Without one, use card:virtual.",
        "Linux: sudo apt install pcscd vsmartcard-vpcd && sudo systemctl restart pcscd を実行します。"
        "仮想リーダーがなくても card:virtual は使えます。",
    )


@dataclass(eq=False)
class NotAnIndividualNumberCard(CardError):
    """The card does not have the application that is needed."""

    MESSAGE = Text("This is not an Individual Number Card.", "マイナンバーカードではないカードが置かれています。")
    HINT = Text(
        "Lay only the Individual Number Card on the reader, without the wallet.",
        "財布やケースから出し、マイナンバーカードだけを置いてください。",
    )


@dataclass(eq=False)
class NoSigningCertificate(CardError):
    """The card holds no 署名用電子証明書: its holder is under 15, or chose so."""

    MESSAGE = Text("This card holds no signing certificate.", "このカードには署名用電子証明書が入っていません。")
    HINT = Text(
        "Cards of people under 15, and of those who chose so, have none. The municipality's counter issues it.",
        "15歳未満の方や、希望しなかった方のカードには入っていません。発行は市区町村の窓口で受け付けています。",
    )


@dataclass(eq=False)
class CardRefused(CardError):
    """The card answered a command with an error status."""

    step: str
    status: str
    meaning: Text
    MESSAGE = Text(
        "The card refused ({step}): {meaning} ({status}).", "カードが拒否しました（{step}）: {meaning}（{status}）。"
    )
    HINT = Text(
        "Lay the card down again and repeat. If it stays so, run signkit card status and report the four digits.",
        "カードを置き直してもう一度お試しください。続くときは signkit card status を実行し、"
        "4桁の番号とともにお知らせください。",
    )


@dataclass(eq=False)
class CardAnswerInvalid(CardError):
    """The card's answer is not what the command yields: garbage, too long, cut off, or a false signature."""

    step: str
    cause: str
    MESSAGE = Text(
        "The card's answer makes no sense ({step}: {cause}).", "カードの応答が正しくありません（{step}: {cause}）。"
    )
    HINT = Text(
        "Lay the card down again and repeat. If it stays so, the card or the reader is faulty.",
        "カードを置き直してもう一度お試しください。続くときは、カードかリーダーの故障が考えられます。",
    )


@dataclass(eq=False)
class CardNotGenuine(CardError):
    """The card cannot prove what its records say; it may be a copy."""

    cause: str
    MESSAGE = Text(
        "The card could not prove that it is genuine ({cause}).",
        "カードが本物であることを確認できませんでした（{cause}）。",
    )
    HINT = Text(
        "Lay the card down again and repeat. Rely on nothing it says until it passes.",
        "カードを置き直してもう一度お試しください。確認できるまで、このカードの記載を信用しないでください。",
    )


@dataclass(eq=False)
class SecretError(CardError):
    """An error about one of the card's secrets; ``secret`` is its key, never its value."""

    secret: str

    def message(self, language: Language = "en") -> str:
        """Say what happened, with the secret's name in ``language``."""
        return self.MESSAGE.in_language(language, **self._in_words(language))

    def hint(self, language: Language = "en") -> str | None:
        """Say what to do next, with the secret's name in ``language``."""
        return self.HINT.in_language(language, **self._in_words(language)) if self.HINT else None

    def _in_words(self, language: Language) -> dict[str, object]:
        return self._facts() | {"secret": _SECRET_NAMES[self.secret].in_language(language)}


@dataclass(eq=False)
class CardLocked(SecretError):
    """The secret was entered wrongly too often; the card no longer accepts it."""

    MESSAGE = Text("The card's {secret} is locked.", "{secret}がロックされています。")
    HINT = Text(
        "Only the municipality's counter can unlock it; bring the card. No further try can help.",
        "ロックの解除は市区町村の窓口だけで行えます。カードをお持ちください。これ以上入力しても解除されません。",
    )


@dataclass(eq=False)
class PinOutcomeUnknown(SecretError):
    """The link broke while the card checked the secret: whether a try was spent is unknown."""

    MESSAGE = Text(
        "The link to the card broke while the {secret} was being checked; a try may have been spent.",
        "{secret}の確認中にカードとの通信が途切れました。入力回数を1回使った可能性があります。",
    )
    HINT = Text(
        "It is not sent again by itself. See the tries left with signkit card status, then start over.",
        "自動で再送はしません。signkit card status で残り回数を確かめてから、やり直してください。",
    )


@dataclass(eq=False)
class PinNeeded(SecretError):
    """What was asked for opens only after the secret."""

    MESSAGE = Text("This card wants the {secret} first.", "このカードでは先に{secret}が必要です。")
    HINT = Text("Repeat it with the PIN.", "暗証番号を入力してやり直してください。")
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class PinWrong(SecretError):
    """The card says the secret is wrong; one try was spent."""

    tries_left: int
    MESSAGE = Text("The {secret} is wrong. Tries left: {tries_left}.", "{secret}が違います。残り{tries_left}回です。")
    HINT = Text(
        "Check it before the next try: after the last wrong one only the municipality's counter can help.",
        "次の入力の前によくお確かめください。残り0回になると、市区町村の窓口での手続きが必要です。",
    )
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class PinRefused(SecretError):
    """The secret was not sent to the card; no try was spent."""

    MESSAGE = Text("The {secret} was not sent.", "{secret}は送信しませんでした。")
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class PinFormatInvalid(PinRefused):
    """The secret cannot be right by its form."""

    MESSAGE = Text(
        "That cannot be the {secret}; it was not sent and no try was spent.",
        "{secret}の形式ではありません。カードには送らず、入力回数も減っていません。",
    )
    HINT = Text(
        "Signature password: 6 to 16 letters and digits. PINs: 4 digits. Verification number B: 14 digits. "
        "Birth date: 6 digits, the year in the Japanese era.",
        "署名用は英数字6〜16文字、その他の暗証番号は数字4桁、照合番号Bは数字14桁、生年月日は和暦年を含む数字6桁です。",
    )


@dataclass(eq=False)
class PinLastTry(PinRefused):
    """Only one try is left, and it was not insisted on."""

    MESSAGE = Text(
        "Only one try is left for the {secret}; it was not sent.",
        "{secret}の残り回数が1回のため、送信しませんでした。",
    )
    HINT = Text(
        "If you are certain of it, insist with --use-last-try. A wrong entry locks it, and only the municipality's "
        "counter unlocks it.",
        "確実な場合だけ --use-last-try を付けてください。間違えるとロックされ、解除は市区町村の窓口だけで行えます。",
    )


@dataclass(eq=False)
class AuthenticationFileInvalid(SignKitError):
    """A file is no challenge or proof of user authentication."""

    path: str
    cause: Text
    MESSAGE = Text("{path} cannot be used: {cause}.", "{path} は使えません: {cause}。")
    HINT = Text(
        "Challenges come from 'signkit card challenge', proofs from 'signkit card authenticate'.",
        "チャレンジは signkit card challenge、証明は signkit card authenticate で作ります。",
    )


@dataclass(eq=False)
class PublicKeyUnreadable(SignKitError):
    """A file named as the card issuer's key holds no RSA public key."""

    path: str
    MESSAGE = Text("{path} holds no RSA public key (PEM).", "{path} に RSA 公開鍵 (PEM) がありません。")
    HINT = Text(
        "Name a file with PEM blocks “PUBLIC KEY”, or leave --ca-key out.",
        "「PUBLIC KEY」の PEM ファイルを指定するか、--ca-key を省いてください。",
    )


@dataclass(eq=False)
class TouchRegistryUnusable(SignKitError):
    """The registry of cards known to the touch cannot be read or written."""

    path: str
    cause: str
    MESSAGE = Text(
        "The registry of known cards {path} cannot be used: {cause}.",
        "登録済みカードの台帳 {path} を使えません: {cause}。",
    )
    HINT = Text(
        "Register a first card with --register, or name another file with --registry.",
        "最初のカードを --register で登録するか、--registry で別のファイルを指定してください。",
    )


@dataclass(eq=False)
class IdentityMissing(SignKitError):
    """The signing certificate carries no name and address."""

    MESSAGE = Text("The certificate carries no name and address.", "証明書に氏名・住所が記載されていません。")
    HINT = Text(
        "Read them from the card's text instead: --from surface.",
        "--from surface で券面入力補助アプリから読み取ってください。",
    )
    EXIT_CODE = ExitCode.CARD

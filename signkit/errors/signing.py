"""Making signatures: PDF, CMS, ASiC, and signatures made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import ExitCode, SignKitError
from signkit.errors.card import CardError
from signkit.words import Language, Text


@dataclass(eq=False)
class SignatureSelfCheckFailed(SignKitError):
    """What was signed does not verify; nothing was written."""

    cause: str
    MESSAGE = Text(
        "The new signature does not verify ({cause}); nothing was written.",
        "作成した署名を検証できません ({cause})。何も書き込んでいません。",
    )
    HINT = Text(
        "The key and its certificate do not belong together, or the device is faulty.",
        "鍵と証明書が対応していないか、機器の不具合です。",
    )
    EXIT_CODE = ExitCode.OUTPUT


@dataclass(eq=False)
class SigningFieldMissing(SignKitError):
    """The PDF has no empty signature field of that name."""

    role: str
    empty: tuple[str, ...]
    signed: tuple[str, ...]
    MESSAGE = Text("There is no signature field {role!r} to sign.", "署名欄 {role!r} がありません。")

    def message(self, language: Language = "en") -> str:
        """Name the fields that there are."""
        nothing = Text("none", "なし").in_language(language)
        fields_there = Text("Empty fields: {empty}; signed: {signed}.", "空の署名欄: {empty}、署名済み: {signed}。")
        return (
            super().message(language)
            + " "
            + fields_there.in_language(
                language, empty=", ".join(self.empty) or nothing, signed=", ".join(self.signed) or nothing
            )
        )

    def hint(self, language: Language = "en") -> str:
        """Say how the PDF can be signed all the same."""
        text = _NAME_ONE if self.empty else _MAKE_ONE
        return text.in_language(language, role=self.role)


_NAME_ONE = Text("Name one of the empty fields with --as.", "--as で空の署名欄を指定してください。")
_MAKE_ONE = Text(
    "Say where to sign and the field is made: --field-at PAGE:X,Y,W,H, in millimetres from the page's upper left "
    "corner, for example --field-at 1:120,240,70,25 (or last:120,240,70,25).",
    "署名する場所を --field-at ページ:X,Y,幅,高さ で指定すると、署名欄を作って署名します "
    "(ページ左上からのミリメートル。例: --field-at 1:120,240,70,25、最後のページなら last:120,240,70,25)。",
)


@dataclass(eq=False)
class FieldNotAdded(SignKitError):
    """The PDF cannot take a further signature field; nothing was signed."""

    role: str
    cause: Text
    MESSAGE = Text(
        "No signature field {role!r} can be added: {cause}. Nothing was signed.",
        "署名欄 {role!r} を追加できません: {cause}。署名していません。",
    )
    HINT = Text(
        "See the fields there are with: signkit status FILE", "今ある署名欄は signkit status FILE で確認できます。"
    )

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, role=self.role, cause=self.cause.in_language(language))


@dataclass(eq=False)
class AlreadySigned(SignKitError):
    """The field named is signed already."""

    role: str
    MESSAGE = Text("The field {role!r} is signed already.", "署名欄 {role!r} は既に署名されています。")
    HINT = Text("See who has signed with: signkit status FILE", "署名の状況は signkit status FILE で確認できます。")


@dataclass(eq=False)
class SeedValueViolated(SignKitError):
    """The field's author demands another signature (seed values); nothing was signed.

    Attributes:
        demands: every demand that the signature would not meet.
    """

    field: str
    demands: tuple[Text, ...]
    MESSAGE = Text(
        "The field {field!r} demands: {demands}. Nothing was signed.",
        "署名欄 {field!r} は次の条件を求めています: {demands}。署名していません。",
    )
    HINT = Text(
        "Sign with these options or another key; where that is impossible, ask whoever made the PDF to change the "
        "field's seed values.",
        "条件に合うオプションや鍵で署名してください。できない場合は、PDF の作成者に署名欄の条件 (シード値) の変更を"
        "依頼してください。",
    )

    def message(self, language: Language = "en") -> str:
        """List what is demanded."""
        listed = {"en": "; ", "ja": "、"}[language].join(demand.in_language(language) for demand in self.demands)
        return self.MESSAGE.in_language(language, field=self.field, demands=listed)


@dataclass(eq=False)
class OutOfTurn(SignKitError):
    """The contract fixes who signs first, and it is somebody else."""

    role: str
    next_role: str
    MESSAGE = Text(
        "It is not the turn of {role!r}: {next_role} signs first.",
        "{role!r} の番ではありません。先に {next_role} が署名します。",
    )
    HINT = Text(
        "Send the file to {next_role}; see who has signed with: signkit status FILE",
        "{next_role} にファイルを送ってください。署名の状況は signkit status FILE で確認できます。",
    )


@dataclass(eq=False)
class SignerNotParty(SignKitError):
    """The certificate names another than the contract names for the role; the key was not used."""

    role: str
    reason: Text
    MESSAGE = Text(
        "The certificate does not name the party that the contract names as {role!r}; nothing was signed. {reason}",
        "証明書の名義が、契約書で {role!r} とされている当事者と一致しません。署名していません。{reason}",
    )
    HINT = Text(
        "Check --as and the key. An organisation that signs on the party's instruction adds --witness; who signs for "
        "the party under another name (an agent) adds --other-person, and 'signkit validate' will say so.",
        "--as と鍵を確かめてください。事業者が当事者の指示で署名する場合は --witness を付けます。代理人など別の名義で"
        "署名する場合は --other-person を付けます (検証結果にその旨が表示されます)。",
    )


@dataclass(eq=False)
class PdfNotSignable(SignKitError):
    """The PDF cannot take a signature."""

    cause: Text
    MESSAGE = Text("This PDF cannot be signed: {cause}.", "この PDF には署名できません: {cause}。")
    HINT = Text(
        "Make it anew with: signkit render TEMPLATE DATA", "signkit render TEMPLATE DATA で作り直してください。"
    )


@dataclass(eq=False)
class PdfPasswordNeeded(SignKitError):
    """An encrypted PDF does not open without its password."""

    path: str = "PDF"
    MESSAGE = Text(
        "{path} is encrypted and opens only with a password.",
        "{path} は暗号化されており、開くにはパスワードが必要です。",
    )
    HINT = Text(
        "Type it with --ask-password, or pipe it in with --password-stdin.",
        "--ask-password を付けて入力するか、--password-stdin で標準入力から渡してください。",
    )
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class PdfPasswordWrong(SignKitError):
    """A password does not open an encrypted PDF."""

    path: str = "PDF"
    MESSAGE = Text("The password does not open {path}.", "パスワードが違うため {path} を開けません。")
    HINT = Text("Type it again; a file does not lock.", "もう一度入力してください。ファイルはロックされません。")
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class PdfForbidsSigning(SignKitError):
    """An encrypted PDF's owner forbids filling in and signing to all who open it without the owner's password."""

    path: str = "PDF"
    MESSAGE = Text(
        "The owner of {path} forbids filling it in and signing it.",
        "{path} は、所有者により記入と署名が禁止されています。",
    )
    HINT = Text(
        "With the owner's password it can be signed: --ask-password. Or ask its maker for a copy that may be signed.",
        "所有者 (権限) パスワードがあれば --ask-password を付けて署名できます。なければ、署名できるファイルを作成者に"
        "依頼してください。",
    )


@dataclass(eq=False)
class NothingToExtend(SignKitError):
    """A file without signatures was to be extended."""

    MESSAGE = Text("There is no signature in it to extend.", "延長できる署名がありません。")
    HINT = Text("Sign it first: signkit sign", "先に signkit sign で署名してください。")


@dataclass(eq=False)
class SignatureNotTimestamped(SignKitError):
    """A level was asked for that builds on a timestamp which a signature does not bear."""

    fields: str
    MESSAGE = Text(
        "B-LT builds on a signature timestamp, and {fields} bears none; nothing was written.",
        "B-LT には署名タイムスタンプが必要ですが、{fields} にはありません。何も書き込んでいません。",
    )
    HINT = Text(
        "Use --level B-LTA: its document timestamp proves the time from now on.",
        "--level B-LTA を使ってください。文書タイムスタンプが現在以降の時刻を証明します。",
    )


@dataclass(eq=False)
class SealNotDrawable(SignKitError):
    """The name in the seal holds characters that no font can draw."""

    characters: str
    MESSAGE = Text(
        "No font can draw {characters} of the signer's name.",
        "署名者名の文字 {characters} を描けるフォントがありません。",
    )
    HINT = Text(
        "Name a folder with a font that has it (font_folders in signkit.toml), or use --no-appearance.",
        "その字形を持つフォントのフォルダーを font_folders に設定するか、--no-appearance を付けてください。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class SealImageUnusable(SignKitError):
    """The image for the seal cannot be used."""

    cause: Text
    MESSAGE = Text("The seal image cannot be used: {cause}.", "印影の画像を使えません: {cause}。")
    HINT = Text("Give a PNG or JPEG of at most 300 KB.", "300 KB 以下の PNG か JPEG を指定してください。")


@dataclass(eq=False)
class EarlierSignatureHarmed(SignKitError):
    """What was to be added would make an earlier signature worse; nothing was written."""

    field: str
    MESSAGE = Text(
        "The signature in {field} would not hold any more as it does now; nothing was written.",
        "{field} の署名が、現在のとおりには成り立たなくなります。何も書き込んでいません。",
    )
    HINT = Text(
        "The file has a structure that readers take differently. See 'signkit validate FILE', and sign a file that its "
        "makers wrote anew.",
        "閲覧ソフトにより解釈が分かれる構造のファイルです。signkit validate で確認し、"
        "作り直されたファイルに署名してください。",
    )
    EXIT_CODE = ExitCode.OUTPUT


@dataclass(eq=False)
class KeyNotForDocuments(SignKitError):
    """The certificate's key must not sign documents."""

    cause: Text
    MESSAGE = Text("This key does not sign documents: {cause}.", "この鍵では文書に署名できません: {cause}。")
    HINT = Text("Use the signature certificate's key.", "署名用電子証明書の鍵を使ってください。")


@dataclass(eq=False)
class KeyNotForRegistry(SignKitError):
    """The registry's profile was asked for, and the key's signatures are not of its kind."""

    kind: str
    MESSAGE = Text(
        "The registry (登記・供託オンライン申請システム) takes RSA 2048 with SHA-256, and this key is {kind}.",
        "登記・供託オンライン申請システムの署名は RSA 2048 ビット・SHA-256 ですが、この鍵は {kind} です。",
    )
    HINT = Text(
        "Use an RSA key of 2048 bits, such as that of today's Individual Number Card, or leave --profile out.",
        "RSA 2048 ビットの鍵 (現行のマイナンバーカードなど) を使うか、--profile を外してください。",
    )


@dataclass(eq=False)
class FileNotForRegistry(SignKitError):
    """The registry's profile was asked for, and the file holds already what that does not take."""

    path: str
    requirements: str
    MESSAGE = Text(
        "{path} does not meet what the registry (登記・供託オンライン申請システム) asks: {requirements}.",
        "{path} は登記・供託オンライン申請システムの要件を満たしていません: {requirements}。",
    )
    HINT = Text(
        "Begin with the unsigned file; for details: signkit validate --profile registry FILE",
        "署名のない元のファイルから始めてください。詳細: signkit validate --profile registry FILE",
    )


@dataclass(eq=False)
class DeferredRequestUnreadable(SignKitError):
    """A file named as request is none."""

    path: str
    cause: str
    MESSAGE = Text("{path} is no signing request: {cause}.", "{path} は署名依頼ではありません: {cause}。")
    HINT = Text(
        "Requests are made with: signkit prepare PDF --as ROLE --certificate FILE",
        "署名依頼は signkit prepare PDF --as ROLE --certificate FILE で作成します。",
    )


@dataclass(eq=False)
class DeferredRefused(SignKitError):
    """A request is not completed; the root of the errors below."""

    HINT = Text(
        "Make a new request from the unsigned file: signkit prepare PDF --as ROLE --certificate FILE",
        "署名前のファイルから依頼を作り直してください: signkit prepare PDF --as ROLE --certificate FILE",
    )


@dataclass(eq=False)
class DeferredExpired(DeferredRefused):
    """The request is older than it may be."""

    expires: str
    MESSAGE = Text("The request expired at {expires}.", "署名依頼の期限 ({expires}) が過ぎています。")


@dataclass(eq=False)
class DeferredFileChanged(DeferredRefused):
    """A file is not the one that the request was made for."""

    name: str
    MESSAGE = Text(
        "{name} is not the file that the request was made for, or was changed since; nothing was written.",
        "{name} は署名依頼を作ったときのファイルではないか、その後変更されています。何も書き込んでいません。",
    )


@dataclass(eq=False)
class DeferredCertificateOther(DeferredRefused):
    """The certificate is another than the request was made for."""

    MESSAGE = Text(
        "The request was made for another certificate; nothing was written.",
        "署名依頼は別の証明書のために作られています。何も書き込んでいません。",
    )
    HINT = Text(
        "Name the certificate with which the request was made, or make a new request for this one.",
        "依頼を作ったときの証明書を指定するか、この証明書で依頼を作り直してください。",
    )


@dataclass(eq=False)
class DeferredSignatureUnfit(DeferredRefused):
    """The signature does not fit the request's digest and the certificate."""

    MESSAGE = Text(
        "The signature does not fit what was to be signed, or was made with another key; nothing was written.",
        "署名値が署名対象と合わないか、別の鍵で作られています。何も書き込んでいません。",
    )
    HINT = Text(
        "Sign to_sign.attributes of the request (the key hashes it) or to_sign.digest (already hashed), and give the "
        "raw signature or its base64; for ECDSA the DER form.",
        "依頼の to_sign.attributes (鍵側でハッシュ計算) または to_sign.digest (計算済み) に署名し、署名値をそのまま"
        "またはbase64で渡してください。ECDSA は DER 形式です。",
    )


@dataclass(eq=False)
class DeferredRoomTooSmall(DeferredRefused):
    """Signature, certificates and timestamp take more room than the prepared file keeps."""

    needed: int
    MESSAGE = Text(
        "The signature with its certificates and timestamp needs {needed} bytes, more than the file keeps for it.",
        "署名・証明書・タイムスタンプに {needed} バイト必要ですが、ファイルに確保された領域に収まりません。",
    )
    HINT = Text(
        "Name the same certificate file as for the request; or make a new request at --level B-B.",
        "依頼を作ったときと同じ証明書ファイルを指定するか、--level B-B で依頼を作り直してください。",
    )


@dataclass(eq=False)
class AgentUriInvalid(SignKitError):
    """An agent: URI names no port."""

    MESSAGE = Text("An agent: key is named by its port.", "agent: の鍵はポート番号で指定します。")
    HINT = Text(
        "Example: --signer agent:50123, with the port that 'signkit agent' shows.",
        "例: --signer agent:50123 (signkit agent に表示されるポート番号)。",
    )


@dataclass(eq=False)
class AgentUnreachable(CardError):
    """No agent answers there."""

    port: int
    MESSAGE = Text(
        "No signing agent answers at port {port} of this machine.",
        "このコンピューターのポート {port} で署名エージェントが応答しません。",
    )
    HINT = Text(
        "Start it on this machine with: signkit agent", "このコンピューターで signkit agent を起動してください。"
    )


@dataclass(eq=False)
class AgentCodeWrong(CardError):
    """The pairing code does not fit the agent."""

    MESSAGE = Text("The code is not the one that the agent shows.", "コードがエージェントの表示と一致しません。")
    HINT = Text(
        "Type the code that the agent shows now; each is good for one program and five minutes.",
        "エージェントに現在表示されているコードを入力してください。コードは1回限り、5分間有効です。",
    )
    EXIT_CODE = ExitCode.PIN


@dataclass(eq=False)
class AgentCodesWrong(CardError):
    """Programs came to the agent with wrong codes too often."""

    count: int
    MESSAGE = Text(
        "{count} wrong codes in a row: the agent has stopped.", "コードが{count}回続けて誤っていたため、停止しました。"
    )
    HINT = Text(
        "If it was not you, another program on this machine tried to use your key; none of them got anything.",
        "心当たりがなければ、別のプログラムが鍵を使おうとした可能性があります。何も渡していません。",
    )


@dataclass(eq=False)
class AgentRefused(CardError):
    """The agent did not sign."""

    cause: Text
    MESSAGE = Text("The agent did not sign: {cause}.", "エージェントは署名しませんでした: {cause}。")
    HINT = Text("Look at the agent's own terminal.", "エージェント側の端末を確認してください。")


@dataclass(eq=False)
class CscUriInvalid(SignKitError):
    """A csc: URI does not name a service and a credential."""

    cause: Text
    MESSAGE = Text("The csc: URI cannot be used: {cause}.", "csc: の URI を使えません: {cause}。")
    HINT = Text(
        "Example: csc:https://sign.example.jp/csc/v2/#credential-id",
        "例: csc:https://sign.example.jp/csc/v2/#クレデンシャルID",
    )


@dataclass(eq=False)
class CscSecretFileUnsafe(SignKitError):
    """A file with a token or a client's secret cannot be used."""

    path: str
    cause: Text
    MESSAGE = Text("The secret in {path} is not used: {cause}.", "{path} の秘密情報は使いません: {cause}。")
    HINT = Text(
        "Put the secret alone into it, and make it readable by you only: chmod 600 {path}",
        "秘密情報だけを書き、自分だけが読めるようにしてください: chmod 600 {path}",
    )


@dataclass(eq=False)
class CscFailed(SignKitError):
    """The signing service did not do what was asked."""

    step: str
    cause: str
    MESSAGE = Text(
        "The signing service did not answer {step} as it should: {cause}.",
        "署名サービスが {step} に正しく応答しませんでした: {cause}。",
    )
    HINT = Text(
        "Nothing was written. Check the address, the credential, and the token (docs/guides/signing-elsewhere.md).",
        "何も書き込んでいません。アドレス、クレデンシャル、トークンを確かめてください "
        "(docs/ja/guides/signing-elsewhere.md)。",
    )
    EXIT_CODE = ExitCode.CARD


@dataclass(eq=False)
class CscUnsupported(SignKitError):
    """The credential wants something that is not supported here."""

    cause: Text
    MESSAGE = Text(
        "This credential of the signing service cannot be used here: {cause}.",
        "署名サービスのこのクレデンシャルには対応していません: {cause}。",
    )
    HINT = Text(
        "Sign with the service's own program: signkit prepare, then signkit finish",
        "サービス側のプログラムで署名してください (signkit prepare で準備し、signkit finish で取り込みます)。",
    )
    EXIT_CODE = ExitCode.CARD


@dataclass(eq=False)
class CmsNotUsable(SignKitError):
    """A signature file (CMS) cannot be added to or extended."""

    cause: Text
    MESSAGE = Text("This signature file cannot be used: {cause}.", "この署名ファイルは使えません: {cause}。")
    HINT = Text("Look at it with: signkit cms verify FILE", "signkit cms verify FILE で内容を確かめてください。")


@dataclass(eq=False)
class ContainerNotMade(SignKitError):
    """The files named cannot go into one container."""

    cause: Text
    MESSAGE = Text("These files cannot go into one container: {cause}.", "1つのコンテナにまとめられません: {cause}。")
    HINT = Text("Rename or leave out the file named.", "該当するファイルの名前を変えるか、除いてください。")

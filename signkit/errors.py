"""Every error a user can meet.

An error carries facts as attributes; its class gives the message, the hint (the next step) and the exit code.
Rooms raise them, ``signkit.cli`` alone turns them into words and exit codes.  Facts never hold a PIN,
a certificate's attributes or a 個人番号.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar, Literal

from signkit.words import Language, Text


class ExitCode(IntEnum):
    """What the process says to a script (docs/reference/exit-codes.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INDETERMINATE = 3
    UNREADABLE = 4
    CONTRACT_REFUSED = 10
    CARD = 11
    PIN = 12
    EVIDENCE = 13
    OUTPUT = 14


@dataclass(eq=False)
class SignKitError(Exception):
    """The root of all errors that are meant for a user."""

    MESSAGE: ClassVar[Text]
    HINT: ClassVar[Text | None] = None
    EXIT_CODE: ClassVar[ExitCode] = ExitCode.USAGE

    def message(self, language: Language = "en") -> str:
        """Say what happened, in ``language``."""
        return self.MESSAGE.in_language(language, **self._facts())

    def hint(self, language: Language = "en") -> str | None:
        """Say what the user can do next, or None where nothing can be said."""
        return self.HINT.in_language(language, **self._facts()) if self.HINT else None

    def _facts(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        return self.message()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._facts())


def _rebuild(kind: type[SignKitError], facts: dict[str, Any]) -> SignKitError:
    return kind(**facts)


# --- files and usage -------------------------------------------------------------------------------------


@dataclass(eq=False)
class InputUnreadable(SignKitError):
    """An input file cannot be read."""

    path: str
    cause: str
    MESSAGE = Text("Cannot read {path}: {cause}.", "{path} を読めません: {cause}。")
    HINT = Text("Check the name and that you may read it.", "ファイル名と読み取り権限を確かめてください。")


@dataclass(eq=False)
class OutputNotWritten(SignKitError):
    """The output could not be written; nothing was left half-written."""

    path: str
    cause: str
    MESSAGE = Text("Could not write {path}: {cause}.", "{path} に書き込めませんでした: {cause}。")
    HINT = Text(
        "No half-written file was left. Check the folder, its permissions and the free space.",
        "書きかけのファイルは残っていません。フォルダーの権限と空き容量を確かめてください。",
    )
    EXIT_CODE = ExitCode.OUTPUT


@dataclass(eq=False)
class OutputExists(SignKitError):
    """The output is already there and is not overwritten."""

    path: str
    MESSAGE = Text("{path} exists already.", "{path} は既にあります。")
    HINT = Text(
        "Give another name with -o, or --overwrite.", "-o で別の名前を指定するか、--overwrite を付けてください。"
    )
    EXIT_CODE = ExitCode.OUTPUT


@dataclass(eq=False)
class MissingExtra(SignKitError):
    """An optional part of SignKit is needed and not installed."""

    feature: str
    extra: str
    MESSAGE = Text("{feature} needs a part that is not installed.", "{feature} に必要な追加部品が入っていません。")
    HINT = Text("pip install 'signkit[{extra}]'", "pip install 'signkit[{extra}]' を実行してください。")


@dataclass(eq=False)
class SettingsInvalid(SignKitError):
    """signkit.toml or an environment variable holds something that cannot be used."""

    path: str
    item: str
    cause: str
    MESSAGE = Text("Setting {item} in {path}: {cause}.", "設定 {item} ({path}): {cause}。")
    HINT = Text("See docs/reference/settings.md.", "docs/reference/settings.md を見てください。")


@dataclass(eq=False)
class UsageProblem(SignKitError):
    """The command line's words do not go together."""

    cause: Text
    advice: Text
    MESSAGE = Text("{cause}.", "{cause}。")

    def message(self, language: Language = "en") -> str:
        """Say what does not go together."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))

    def hint(self, language: Language = "en") -> str:
        """Say what does."""
        return self.advice.in_language(language)


# --- trust -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class TrustAnchorUnreadable(SignKitError):
    """A file named as trust anchor holds no certificate."""

    path: str
    MESSAGE = Text("{path} holds no certificate (PEM or DER).", "{path} に証明書 (PEM または DER) がありません。")
    HINT = Text(
        "Name a CA certificate file, or a folder of them.", "CA 証明書のファイルか、そのフォルダーを指定してください。"
    )


@dataclass(eq=False)
class TimestampUnavailable(SignKitError):
    """No timestamp service gave a usable token."""

    causes: str
    MESSAGE = Text("No timestamp could be had ({causes}).", "タイムスタンプを取得できませんでした ({causes})。")
    HINT = Text(
        "Name a timestamp service with --tsa URL or tsa_urls in signkit.toml; nothing was written.",
        "--tsa URL か signkit.toml の tsa_urls でタイムスタンプ局を指定してください。何も書き込んでいません。",
    )
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class EvidenceMissing(SignKitError):
    """The level asked for needs revocation evidence that could not be had."""

    level: str
    certificates: tuple[tuple[str, Text], ...]
    MESSAGE = Text(
        "{level} needs revocation evidence that could not be had; nothing was written.",
        "{level} に必要な失効情報を取得できなかったため、何も書き込んでいません。",
    )
    HINT = Text(
        "Sign at --level B-T now and run 'signkit extend' when the evidence can be had "
        "(--evidence FOLDER, or a verifier's plug-in).",
        "いまは --level B-T で署名し、失効情報を得られるようになったら signkit extend を実行してください "
        "(--evidence フォルダー、または署名検証者のプラグイン)。",
    )
    EXIT_CODE = ExitCode.EVIDENCE

    def message(self, language: Language = "en") -> str:
        """Say which certificate's evidence is missing, and why."""
        lines = [f"  - {name}: {reason.in_language(language)}" for name, reason in self.certificates]
        return "\n".join([super().message(language), *lines])


@dataclass(eq=False)
class CertificateRevoked(SignKitError):
    """Revocation evidence says that a certificate is revoked."""

    certificate: str
    when: str
    MESSAGE = Text(
        "The certificate of {certificate} was revoked at {when}.", "{certificate} の証明書は {when} に失効しています。"
    )
    HINT = Text(
        "A JPKI certificate is revoked after a move or a change of name; the municipality issues a new one.",
        "公的個人認証の証明書は転居や改姓で失効します。市区町村の窓口で新しい証明書を発行してもらってください。",
    )
    EXIT_CODE = ExitCode.EVIDENCE


# --- revocation lists ------------------------------------------------------------------------------------


@dataclass(eq=False)
class CrlRefused(SignKitError):
    """A revocation list cannot be imported; ``cause`` says why."""

    path: str
    cause: Text

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


@dataclass(eq=False)
class CrlUnreadable(CrlRefused):
    """A file is no revocation list, or not a whole one."""

    MESSAGE = Text(
        "{path} cannot be read as a revocation list: {cause}.", "{path} を失効リストとして読めません: {cause}。"
    )
    HINT = Text(
        "Fetch it anew; it must be a whole CRL in DER or PEM.",
        "取得し直してください。DER または PEM 形式の完全な CRL が必要です。",
    )


@dataclass(eq=False)
class CrlNotUsable(CrlRefused):
    """A revocation list says something that is not understood, or must not be relied on."""

    MESSAGE = Text(
        "The revocation list {path} cannot be relied on: {cause}.", "失効リスト {path} は使えません: {cause}。"
    )
    HINT = Text("See docs/reference/crl-index.md.", "docs/ja/reference/crl-index.md を見てください。")
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class CrlIssuerUnknown(SignKitError):
    """No certificate of the list's issuer is at hand."""

    path: str
    issuer: str
    MESSAGE = Text("The issuer of {path} is not known: {issuer}.", "{path} の発行者の証明書がありません: {issuer}。")
    HINT = Text("Name its CA certificate with --issuer.", "--issuer で発行者の CA 証明書を指定してください。")
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class CrlSignatureInvalid(SignKitError):
    """The signature of a revocation list does not hold with any key of its issuer's name."""

    path: str
    issuer: str
    MESSAGE = Text(
        "The signature of {path} does not hold; it names {issuer} as its issuer.",
        "{path} の署名が正しくありません (記載された発行者: {issuer})。",
    )
    HINT = Text(
        "The list was altered, or another key of the same name issued it: name that CA certificate with --issuer.",
        "リストが改変されたか、同名の別の鍵で発行されています。その CA 証明書を --issuer で指定してください。",
    )
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class CrlStale(SignKitError):
    """The list's successor is already due."""

    path: str
    this_update: str
    next_update: str
    MESSAGE = Text(
        "{path} is out of date: issued {this_update}, the next one was due {next_update}.",
        "{path} は古くなっています: 発行 {this_update}、次回発行予定 {next_update}。",
    )
    HINT = Text("Fetch the present list.", "最新のリストを取得してください。")
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class CrlOlder(SignKitError):
    """A newer list was imported already."""

    path: str
    this_update: str
    imported: str
    MESSAGE = Text(
        "{path} (issued {this_update}) is not newer than the list imported already (issued {imported}).",
        "{path} (発行 {this_update}) は、取り込み済みのリスト (発行 {imported}) より新しくありません。",
    )
    HINT = Text(
        "Nothing was changed. To use an older list for one run: --evidence FOLDER.",
        "何も変更していません。古いリストを一度だけ使うには --evidence フォルダー を指定してください。",
    )
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class CrlDeltaWithoutBase(SignKitError):
    """A delta list whose complete list was not imported."""

    path: str
    base: int
    MESSAGE = Text(
        "{path} is a delta list that adds to list number {base} or later, and no such list was imported.",
        "{path} は番号 {base} 以降のリストへの差分 CRL ですが、そのリストが取り込まれていません。",
    )
    HINT = Text("Import the complete list first.", "先に完全な CRL を取り込んでください。")
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class CrlIndexDamaged(CrlRefused):
    """The index of an imported list is cut off or altered; it answers nothing."""

    MESSAGE = Text(
        "The index {path} of a revocation list is damaged: {cause}.",
        "失効リストのインデックス {path} が壊れています: {cause}。",
    )
    HINT = Text(
        "Delete it and import the list anew: signkit trust import-crl",
        "削除して、signkit trust import-crl でリストを取り込み直してください。",
    )
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class NotAnAuthority(SignKitError):
    """A certificate that is not a CA's was to be trusted as one."""

    path: str
    name: str
    MESSAGE = Text("{name} in {path} is not the certificate of a CA.", "{path} の {name} は CA 証明書ではありません。")
    HINT = Text("Add the certificate of the CA that issued it.", "その証明書を発行した CA の証明書を追加してください。")


# --- signers ---------------------------------------------------------------------------------------------


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
    cause: str
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


# --- pkcs11 ----------------------------------------------------------------------------------------------


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

    def message(self, language: Language = "en") -> str:
        """Say what is wrong with it."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


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
    cause: str
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

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, token=self.token, cause=self.cause.in_language(language))


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


# --- contracts -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract's data or text.

    Attributes:
        code: what kind of problem, for scripts: ``missing``, ``unknown``, ``type``, ``value``, ``check``,
            ``character``, ``glyph``, ``my-number``.
        path: where it stands in the data (``seller.name``, ``buildings[0].area``; empty: the whole) or
            ``file:line`` in the template.
        title: the item's title for people; the path where the item has none.
        clause: the clause of the contract that the item answers, or None.
        message: what is wrong, for people.
    """

    code: str
    path: str
    title: Text
    clause: str | None
    message: Text

    def in_language(self, language: Language) -> str:
        """Return the problem as one line."""
        title = self.title.in_language(language)
        place = f"{title} [{self.path}]" if self.path not in ("", title) else title
        clause = "" if self.clause is None else (f"({self.clause})" if language == "ja" else f" ({self.clause})")
        return f"{place}{clause}: {self.message.in_language(language)}"


@dataclass(eq=False)
class ContractRefused(SignKitError):
    """The contract's data or text is refused; every problem is named at once."""

    problems: tuple[Problem, ...]
    MESSAGE = Text(
        "The contract is refused ({count} problems):\n{lines}", "契約書を作成できません(問題 {count} 件):\n{lines}"
    )
    HINT = Text(
        "Mend the items above in the data and render again. `signkit template show` lists the items.",
        "上の項目を直して、もう一度作成してください。項目の一覧は signkit template show で見られます。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say what happened and name every problem, one a line."""
        lines = "\n".join("  - " + problem.in_language(language) for problem in self.problems)
        return self.MESSAGE.in_language(language, count=len(self.problems), lines=lines)


@dataclass(eq=False)
class ContractDataUnreadable(SignKitError):
    """The data file is not the YAML, JSON or TOML that contract data may be."""

    path: str
    cause: Text
    MESSAGE = Text("{path} is not usable contract data: {cause}.", "{path} は契約データとして読めません: {cause}。")
    HINT = Text(
        "Contract data is one table of items, written in YAML, JSON or TOML (UTF-8, at most 1 MB).",
        "契約データは YAML・JSON・TOML のいずれかで書いた一つの表です(UTF-8、1 MB まで)。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say what is wrong with the file."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


@dataclass(eq=False)
class TemplateNotFound(SignKitError):
    """No template has that name."""

    name: str
    known: tuple[str, ...]
    MESSAGE = Text("There is no template {name}.", "ひな形 {name} は見つかりません。")
    HINT = Text("Known templates: {known}.", "使えるひな形: {known}。")

    def hint(self, language: Language = "en") -> str | None:
        """Name the templates that are there."""
        return self.HINT.in_language(language, known=", ".join(self.known) or "-") if self.HINT else None


@dataclass(eq=False)
class TemplateInvalid(SignKitError):
    """A template folder is incomplete, contradicts itself, or does what templates may not do."""

    template: str
    cause: str
    MESSAGE = Text("Template {template} cannot be used: {cause}.", "ひな形 {template} は使えません: {cause}。")
    HINT = Text("See docs/guides/templates.md.", "docs/guides/templates.md を見てください。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class TemplateFaulty(SignKitError):
    """A template was looked over, and things to mend were found; they were listed already."""

    template: str
    count: int
    MESSAGE = Text("Template {template}: {count} things to mend.", "ひな形 {template}: 直すべき点が {count} 件あります。")
    HINT = Text("See docs/guides/templates.md.", "docs/guides/templates.md を見てください。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class TypesettingFailed(SignKitError):
    """The typesetter refused the markup."""

    template: str
    cause: str
    MESSAGE = Text("The text of {template} could not be typeset: {cause}", "{template} の組版に失敗しました: {cause}")
    HINT = Text("The fault is in the template's markup.", "ひな形の記述に誤りがあります。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class PartyUnknown(SignKitError):
    """The template has no such party."""

    template: str
    role: str
    known: str
    MESSAGE = Text(
        "The template {template} has no party {role!r}.", "ひな型 {template} に当事者 {role!r} はありません。"
    )
    HINT = Text("Its parties: {known}.", "当事者: {known}。")


@dataclass(eq=False)
class FragmentConflict(SignKitError):
    """The data and a fragment for one party say different things; neither is preferred."""

    role: str
    paths: tuple[str, ...]
    MESSAGE = Text(
        "The data and the fragment for {role} differ at: {paths}.",
        "契約データと {role} 用のデータが食い違っています: {paths}。",
    )
    HINT = Text(
        "Take these items out of the data, so that the fragment fills them, or leave --with out.",
        "この項目を契約データから除いて --with の値を使うか、--with を省いてください。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say where they differ; no value is quoted."""
        return self.MESSAGE.in_language(language, role=self.role, paths=", ".join(self.paths))


# --- many contracts at once ---


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong with one row of a table; the problem's path is the column, written as in the header."""

    row: int
    problem: Problem


@dataclass(eq=False)
class TableUnreadable(SignKitError):
    """The file is not a table that many contracts can be made of."""

    path: str
    cause: Text
    MESSAGE = Text("{path} is not a usable table: {cause}.", "{path} は表として読めません: {cause}。")
    HINT = Text(
        "A table is .csv (UTF-8 or CP932), .tsv, .jsonl or .xlsx, with the items' paths (employee.name) as header.",
        "表は .csv (UTF-8 または CP932)、.tsv、.jsonl、.xlsx で、見出しに項目のパス (employee.name) を書きます。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say what is wrong with the file."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


@dataclass(eq=False)
class RowsRefused(SignKitError):
    """Rows of a table are refused; nothing was written.

    Attributes:
        path: the table.
        rows: how many rows have problems.
        problems: every problem, in the order of the rows.
    """

    path: str
    rows: int
    problems: tuple[RowProblem, ...]
    MESSAGE = Text(
        "{path}: {rows} rows are refused; nothing was written.",
        "{path}: {rows} 行に問題があり、何も書き込んでいません。",
    )
    HINT = Text(
        "Mend these rows and run the same command again. --report FILE.csv lists all problems in a file.",
        "該当する行を直して同じコマンドを実行してください。--report ファイル.csv で問題の一覧を書き出せます。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED
    _MAX_LINES: ClassVar[int] = 100

    def message(self, language: Language = "en") -> str:
        """Name every problem once, with the rows that have it."""
        rows: dict[Problem, list[int]] = {}
        for each in self.problems:
            rows.setdefault(each.problem, []).append(each.row)
        lines = [
            "  - " + _ROWS.in_language(language, rows=_ranges(numbers)) + problem.in_language(language)
            for problem, numbers in rows.items()
        ]
        left = len(lines) - self._MAX_LINES
        more = [_MORE.in_language(language, count=left)] if left > 0 else []
        return "\n".join([super().message(language), *lines[: self._MAX_LINES], *more])


_ROWS = Text("row {rows}: ", "{rows}行目: ")
_MORE = Text("  and {count} more problems.", "  ほか {count} 件の問題があります。")


def _ranges(numbers: list[int]) -> str:
    """Write row numbers as people do: 2-14, 17, 20."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(shown[:10]) + (", ..." if len(shown) > 10 else "")


@dataclass(eq=False)
class OutputsDiffer(SignKitError):
    """Files to be made exist already with other content; the others were written."""

    paths: tuple[str, ...]
    MESSAGE = Text(
        "{count} files exist already with other content and were left alone: {shown}.",
        "内容の異なるファイルが {count} 件既にあり、そのままにしました: {shown}。",
    )
    HINT = Text(
        "Write to another folder with -o, or add --overwrite.",
        "-o で別のフォルダーにするか、--overwrite を付けてください。",
    )
    EXIT_CODE = ExitCode.OUTPUT

    def message(self, language: Language = "en") -> str:
        """Name the first of them."""
        shown = ", ".join(self.paths[:5]) + (", ..." if len(self.paths) > 5 else "")
        return self.MESSAGE.in_language(language, count=len(self.paths), shown=shown)


@dataclass(eq=False)
class HandoutRefused(SignKitError):
    """Files cannot be parted so that each person gets their own and nobody else's; nothing was written."""

    cause: Text
    advice: Text
    MESSAGE = Text("Nothing was handed out: {cause}.", "配付用フォルダーを作成しませんでした: {cause}。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say which files stand in the way, and why."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))

    def hint(self, language: Language = "en") -> str:
        """Say what would part them."""
        return self.advice.in_language(language)


# --- card ---


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

    def message(self, language: Language = "en") -> str:
        """Say what the card refused, and what its status word means."""
        meaning = self.meaning.in_language(language)
        return self.MESSAGE.in_language(language, step=self.step, status=self.status, meaning=meaning)


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


# --- authentication and touch ----------------------------------------------------------------------------


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

    def message(self, language: Language = "en") -> str:
        """Say what is wrong with it."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


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


# --- signing ---------------------------------------------------------------------------------------------


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

    HINT = Text("Name one of the empty fields with --as.", "--as で空の署名欄を指定してください。")


@dataclass(eq=False)
class AlreadySigned(SignKitError):
    """The field named is signed already."""

    role: str
    MESSAGE = Text("The field {role!r} is signed already.", "署名欄 {role!r} は既に署名されています。")
    HINT = Text("See who has signed with: signkit status FILE", "署名の状況は signkit status FILE で確認できます。")


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
class PdfNotSignable(SignKitError):
    """The PDF cannot take a signature."""

    cause: Text
    MESSAGE = Text("This PDF cannot be signed: {cause}.", "この PDF には署名できません: {cause}。")
    HINT = Text(
        "Make it anew with: signkit render TEMPLATE DATA", "signkit render TEMPLATE DATA で作り直してください。"
    )

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


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

    cause: str
    MESSAGE = Text("The seal image cannot be used: {cause}.", "印影の画像を使えません: {cause}。")
    HINT = Text("Give a PNG or JPEG of at most 300 KB.", "300 KB 以下の PNG か JPEG を指定してください。")


@dataclass(eq=False)
class KeyNotForDocuments(SignKitError):
    """The certificate's key must not sign documents."""

    cause: Text
    MESSAGE = Text("This key does not sign documents: {cause}.", "この鍵では文書に署名できません: {cause}。")
    HINT = Text("Use the signature certificate's key.", "署名用電子証明書の鍵を使ってください。")

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


# --- signing elsewhere -----------------------------------------------------------------------------------


@dataclass(eq=False)
class DeferredRequestUnreadable(SignKitError):
    """A file named as request is none."""

    path: str
    cause: str
    MESSAGE = Text("{path} is no signing request: {cause}.", "{path} は署名依頼ではありません: {cause}。")
    HINT = Text(
        "Requests are made with: signkit sign PDF --signer deferred:REQUEST.json --certificate FILE",
        "署名依頼は signkit sign PDF --signer deferred:REQUEST.json --certificate FILE で作成します。",
    )


@dataclass(eq=False)
class DeferredRefused(SignKitError):
    """A request is not completed; the root of the errors below."""

    HINT = Text(
        "Make a new request from the unsigned file: signkit sign PDF --signer deferred:REQUEST.json",
        "署名前のファイルから依頼を作り直してください: signkit sign PDF --signer deferred:REQUEST.json",
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
class DeferredPartyOther(DeferredRefused):
    """The certificate names another person than the contract names for the role."""

    role: str
    MESSAGE = Text(
        "The certificate does not name the party that the contract names as {role!r}.",
        "証明書の名義が、契約書で {role!r} とされている当事者と一致しません。",
    )
    HINT = Text(
        "Check --as and the certificate. An organisation that signs on the party's instruction adds --witness when "
        "the request is made.",
        "--as と証明書を確かめてください。事業者が当事者の指示で署名する場合は、依頼を作るときに "
        "--witness を付けます。",
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


# --- signing agent ---------------------------------------------------------------------------------------


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

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


# --- remote signing service ------------------------------------------------------------------------------


@dataclass(eq=False)
class CscUriInvalid(SignKitError):
    """A csc: URI does not name a service and a credential."""

    cause: Text
    MESSAGE = Text("The csc: URI cannot be used: {cause}.", "csc: の URI を使えません: {cause}。")
    HINT = Text(
        "Example: csc:https://sign.example.jp/csc/v2/#credential-id",
        "例: csc:https://sign.example.jp/csc/v2/#クレデンシャルID",
    )

    def message(self, language: Language = "en") -> str:
        """Say what is wrong with it."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


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

    def message(self, language: Language = "en") -> str:
        """Say why."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


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
        "Sign with the service's own program: --signer deferred:REQUEST.json",
        "サービス側のプログラムで署名し、--signer deferred:REQUEST.json で取り込んでください。",
    )
    EXIT_CODE = ExitCode.CARD

    def message(self, language: Language = "en") -> str:
        """Say why."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


# --- cms and asic ----------------------------------------------------------------------------------------


@dataclass(eq=False)
class CmsNotUsable(SignKitError):
    """A signature file (CMS) cannot be added to or extended."""

    cause: Text
    MESSAGE = Text("This signature file cannot be used: {cause}.", "この署名ファイルは使えません: {cause}。")
    HINT = Text("Look at it with: signkit cms verify FILE", "signkit cms verify FILE で内容を確かめてください。")

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


@dataclass(eq=False)
class ContainerNotMade(SignKitError):
    """The files named cannot go into one container."""

    cause: Text
    MESSAGE = Text("These files cannot go into one container: {cause}.", "1つのコンテナにまとめられません: {cause}。")
    HINT = Text("Rename or leave out the file named.", "該当するファイルの名前を変えるか、除いてください。")

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


# --- validation ------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PolicyUnreadable(SignKitError):
    """A validation policy cannot be read."""

    path: str
    cause: str
    MESSAGE = Text("Cannot read the policy {path}: {cause}.", "検証ポリシー {path} を読めません: {cause}。")
    HINT = Text(
        "Name default, strict, archive or a TOML file (docs/reference/policy.md).",
        "default・strict・archive のいずれか、または TOML ファイルを指定してください (docs/reference/policy.md)。",
    )


@dataclass(eq=False)
class PolicyInvalid(SignKitError):
    """A validation policy holds something that cannot be used."""

    path: str
    item: str
    cause: str
    MESSAGE = Text("Item {item} in the policy {path}: {cause}.", "検証ポリシー {path} の項目 {item}: {cause}。")
    HINT = Text("See docs/reference/policy.md.", "docs/reference/policy.md を見てください。")


# --- diff ------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PdfNotComparable(SignKitError):
    """The revisions of a PDF cannot be compared, because it cannot be read."""

    path: str
    cause: Text
    MESSAGE = Text("Cannot compare the revisions of {path}. {cause}", "{path} の各版を比較できません。{cause}")
    HINT = Text(
        "See what is wrong with it: signkit validate {path}", "原因は signkit validate {path} で確認できます。"
    )
    EXIT_CODE = ExitCode.UNREADABLE

    def message(self, language: Language = "en") -> str:
        """Say why, in ``language``."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


# --- batch -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class OptionsNotPortable(SignKitError):
    """The validation's options cannot be sent to worker processes."""

    cause: str
    MESSAGE = Text(
        "A revocation source cannot be sent to worker processes ({cause}).",
        "失効情報の取得元 (プラグイン) を処理プロセスに渡せません ({cause})。",
    )
    HINT = Text("Run it in this process alone: --jobs 0.", "--jobs 0 を付けて、このプロセスだけで実行してください。")


@dataclass(eq=False)
class EngineFailed(SignKitError):
    """What does the work of a batch cannot be started, or is gone."""

    cause: str
    MESSAGE = Text("The workers cannot be used ({cause}).", "処理プロセスを利用できません ({cause})。")
    HINT = Text(
        "Check the address of --engine and that every worker has the same version of SignKit. What was written so far "
        "is valid; go on with --resume.",
        "--engine のアドレスと、各ワーカーの SignKit の版が同じかを確かめてください。"
        "ここまでの結果は有効で、--resume で続きから行えます。",
    )


@dataclass(eq=False)
class ResultsUnreadable(SignKitError):
    """A file named to resume from does not hold results."""

    path: str
    line: int
    MESSAGE = Text(
        "{path} holds no validation results (line {line}).", "{path} は検証結果ではありません ({line} 行目)。"
    )
    HINT = Text(
        "Name a file that 'signkit validate --format jsonl' wrote; it was left as it is.",
        "signkit validate --format jsonl の出力ファイルを指定してください。ファイルは変更していません。",
    )


# --- attachments and delivery ----------------------------------------------------------------------------


@dataclass(eq=False)
class AttachmentRefused(SignKitError):
    """A file cannot go with a contract."""

    name: str
    cause: Text
    MESSAGE = Text("The attachment {name} is refused: {cause}.", "添付書類 {name} は添付できません: {cause}。")
    HINT = Text(
        "Attachments go in when the contract is made (signkit render --attach); to a signed one nothing can be added.",
        "添付できるのは契約書を作るとき (signkit render --attach) だけです。署名後は追加できません。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say why."""
        return self.MESSAGE.in_language(language, name=self.name, cause=self.cause.in_language(language))


@dataclass(eq=False)
class CompletionRefused(SignKitError):
    """A completion certificate would say more than is proven; it was not made."""

    cause: Text
    MESSAGE = Text("No completion certificate is made: {cause}.", "合意締結証明書は作成できません: {cause}。")
    HINT = Text(
        "See 'signkit status FILE' and 'signkit validate FILE' for what is missing. --allow-indeterminate makes a "
        "certificate that says on its face what is not proven.",
        "不足は signkit status FILE と signkit validate FILE で確認できます。--allow-indeterminate を付けると、証明されて"
        "いない点を明記した証明書を作成します。",
    )
    EXIT_CODE = ExitCode.INDETERMINATE

    def message(self, language: Language = "en") -> str:
        """Say what is not proven."""
        return self.MESSAGE.in_language(language, cause=self.cause.in_language(language))


@dataclass(eq=False)
class CompletionImpossible(CompletionRefused):
    """A signature of the contract does not hold, so nothing can be certified."""

    HINT = Text(
        "See 'signkit validate FILE'; ask the parties for the file as they signed it.",
        "signkit validate FILE で確認し、署名したときのファイルを当事者から取り寄せてください。",
    )
    EXIT_CODE = ExitCode.FAILED


@dataclass(eq=False)
class ConsentUnreadable(SignKitError):
    """A file named as consent is none."""

    path: str
    cause: Text
    MESSAGE = Text("{path} is no consent document: {cause}.", "{path} は承諾書ではありません: {cause}。")
    HINT = Text(
        "Consents are made with: signkit render consent DATA, and signed by the recipient.",
        "承諾書は signkit render consent DATA で作成し、相手方が署名します。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say why it is none."""
        return self.MESSAGE.in_language(language, path=self.path, cause=self.cause.in_language(language))


@dataclass(eq=False)
class DeliveryRefused(SignKitError):
    """The document may not be called delivered electronically; no pack was made."""

    points: tuple[Text, ...]
    MESSAGE = Text(
        "It may not be delivered electronically:\n{lines}", "電磁的方法による提供の要件がそろっていません:\n{lines}"
    )
    HINT = Text(
        "Have the recipient sign a consent first (signkit render consent), or deliver it on paper.",
        "先に相手方から承諾書 (signkit render consent) に署名を受けるか、書面で交付してください。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Name every missing point."""
        lines = "\n".join("  - " + point.in_language(language) for point in self.points)
        return self.MESSAGE.in_language(language, lines=lines)


@dataclass(eq=False)
class DeliveryNotProven(DeliveryRefused):
    """The consents are there, but a signature on them could not be proven."""

    MESSAGE = Text("Consent to electronic delivery is not proven:\n{lines}", "承諾が証明されていません:\n{lines}")
    HINT = Text(
        "Name the missing evidence (--trust, --evidence); --allow-indeterminate makes the pack all the same.",
        "--trust や --evidence で検証用の情報を指定してください。--allow-indeterminate を付けると、そのまま作成します。",
    )
    EXIT_CODE = ExitCode.INDETERMINATE

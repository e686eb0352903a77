"""Trust anchors, revocation evidence, revocation lists and timestamps."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Language, Text


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


@dataclass(eq=False)
class CrlRefused(SignKitError):
    """A revocation list cannot be imported; ``cause`` says why."""

    path: str
    cause: Text


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

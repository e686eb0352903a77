"""Attachments, consents, deliveries and completion certificates."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Language, Text


@dataclass(eq=False)
class AttachmentRefused(SignKitError):
    """A file cannot go with a contract."""

    name: str
    cause: Text
    MESSAGE = Text("The attachment {name} is refused: {cause}.", "添付書類 {name} は受け付けられません: {cause}。")
    HINT = Text(
        "Attachments go in when the contract is made (signkit render --attach, --append); to a signed one nothing can "
        "be added.",
        "添付できるのは契約書を作るとき (signkit render --attach、--append) だけです。署名後は追加できません。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class CompletionRefused(SignKitError):
    """A completion certificate would say more than is proven; it was not made."""

    cause: Text
    MESSAGE = Text("No completion certificate is made: {cause}.", "合意締結証明書は作成できません: {cause}。")
    HINT = Text(
        "See 'signkit status FILE' and 'signkit validate FILE' for what is missing. --allow-indeterminate makes a "
        "certificate that says on its face what is not proven.",
        "不足は signkit status FILE と signkit validate FILE で確認できます。--allow-indeterminate を付けると、"
        "証明されていない点を明記した証明書を作成します。",
    )
    EXIT_CODE = ExitCode.INDETERMINATE


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
        "--trust や --evidence で検証用の情報を指定してください。"
        "--allow-indeterminate を付けると、そのまま作成します。",
    )
    EXIT_CODE = ExitCode.INDETERMINATE

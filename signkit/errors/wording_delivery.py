"""The words of the errors about attachments, consents, deliveries and completion certificates."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

DELIVERY: dict[str, Wording] = {
    "attachment-refused": Wording(
        Text("The attachment {name} is refused: {cause}.", "添付書類 {name} は受け付けられません: {cause}。"),
        Text(
            "Attachments go in when the contract is made (signkit render --attach, --append); to a signed one "
            "nothing can "
            "be added.",
            "添付できるのは契約書を作るとき (signkit render --attach、--append) だけです。署名後は追加できません。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "completion-not-proven": Wording(
        Text("No completion certificate is made: {cause}.", "合意締結証明書は作成できません: {cause}。"),
        Text(
            "See 'signkit status FILE' and 'signkit validate FILE' for what is missing. --allow-indeterminate makes a "
            "certificate that says on its face what is not proven.",
            "不足は signkit status FILE と signkit validate FILE で確認できます。--allow-indeterminate を付けると、"
            "証明されていない点を明記した証明書を作成します。",
        ),
        exit_code=ExitCode.INDETERMINATE,
    ),
    "completion-impossible": Wording(
        Text("No completion certificate is made: {cause}.", "合意締結証明書は作成できません: {cause}。"),
        Text(
            "See 'signkit validate FILE'; ask the parties for the file as they signed it.",
            "signkit validate FILE で確認し、署名したときのファイルを当事者から取り寄せてください。",
        ),
        exit_code=ExitCode.FAILED,
    ),
    "consent-unreadable": Wording(
        Text("{path} is no consent document: {cause}.", "{path} は承諾書ではありません: {cause}。"),
        Text(
            "Consents are made with: signkit consent CONTRACT.pdf, and signed by the recipient.",
            "承諾書は signkit consent 契約書.pdf で作成し、相手方が署名します。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "consent-not-made": Wording(
        Text("No consent is made from it: {cause}.", "承諾書を作成できません: {cause}。"),
        Text(
            "Consents are made from contracts of the templates that docs/guides/delivery.md names; any other by hand: "
            "signkit template fill consent -o consent.yaml",
            "承諾書を作れる契約書のひな形は docs/ja/guides/delivery.md にあります。ほかの文書では "
            "signkit template fill consent -o consent.yaml で記入用データを作ってください。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "identity-not-shown": Wording(
        Text("No identity record is made: {cause}.", "取引時確認記録は作成できません: {cause}。"),
        Text(
            "See 'signkit validate FILE --identity'; name the issuer with --trust where it is not known.",
            "signkit validate FILE --identity で確認してください。発行者が未知のときは --trust で指定します。",
        ),
        exit_code=ExitCode.INDETERMINATE,
    ),
    "identity-impossible": Wording(
        Text("No identity record is made: {cause}.", "取引時確認記録は作成できません: {cause}。"),
        Text(
            "See 'signkit validate FILE'; ask the party for the file as it was signed.",
            "signkit validate FILE で確認し、署名したときのファイルを当事者から取り寄せてください。",
        ),
        exit_code=ExitCode.FAILED,
    ),
    "delivery-refused": Wording(
        Text(
            "It may not be delivered electronically:\n{points:lines}",
            "電磁的方法による提供の要件がそろっていません:\n{points:lines}",
        ),
        Text(
            "Have the recipient sign a consent first (signkit consent CONTRACT.pdf makes it), or deliver it on paper.",
            "先に相手方から承諾書 (signkit consent 契約書.pdf で作成) に署名を受けるか、書面で交付してください。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "pack-not-replaced": Wording(
        Text(
            "{path} is not replaced: it is no folder that SignKit packed, or holds something else ({name}).",
            "{path} は置き換えません。SignKit が作った提供用フォルダーではないか、ほかのもの ({name}) が入っています。",
        ),
        Text("Give another folder with -o.", "-o で別のフォルダーを指定してください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "delivery-not-proven": Wording(
        Text(
            "Consent to electronic delivery is not proven:\n{points:lines}", "承諾が証明されていません:\n{points:lines}"
        ),
        Text(
            "Name the missing evidence (--trust, --evidence); --allow-indeterminate makes the pack all the same.",
            "--trust や --evidence で検証用の情報を指定してください。"
            "--allow-indeterminate を付けると、そのまま作成します。",
        ),
        exit_code=ExitCode.INDETERMINATE,
    ),
}

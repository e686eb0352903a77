"""The completion certificate (合意締結証明書): one page, made from the validation report, never from belief.

It says who signed, when (and who says so), with what kind of key, and what the file's digest is.  It carries the report
itself, so that a machine can read what the page says.  Names are those written in the contract: no serial number and
no attribute of anybody's certificate stands on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from signkit.contracts.fonts import FontSet, font_set
from signkit.delivery.sheet import Enclosed, Sheet, bullet_list, digest, facts_table, markup_of, moment, words
from signkit.errors import CompletionRefused, InputUnreadable
from signkit.japan_time import JST
from signkit.progress.contract import ContractStatus, PartyStatus
from signkit.reporting.formats.template_words import template_lines
from signkit.reporting.summary import is_rehearsal
from signkit.validation.report import Reason, Report, SignatureReport, TimestampReport, Verdict
from signkit.words import Language, Text

REPORT_NAME = "validation-report.json"
#: Reasons of one signature that are printed; the report inside holds them all.
_MAX_REASONS = 3
_REHEARSAL = "rehearsal"


def completion_certificate(
    status: ContractStatus,
    *,
    language: Language = "ja",
    allow_indeterminate: bool = False,
    fonts: FontSet | None = None,
) -> bytes:
    """Return the certificate of a contract that every party has signed, as PDF/A-3b.

    Args:
        status: the contract as judged.
        allow_indeterminate: make the page although not everything is proven; it says so, and why.

    Raises:
        CompletionRefused("completion-impossible"): a signature does not hold.
        CompletionRefused: somebody has not signed, or the verdict is not TOTAL-PASSED.
        InputUnreadable: the file could not be judged.
    """
    require_complete(status, allow_indeterminate=allow_indeterminate)
    fonts = fonts or font_set()
    report = without_names(status.report)
    content = json.dumps(report.to_json(), ensure_ascii=False, indent=1).encode()
    return Sheet(
        title=_TITLE.in_language(language),
        language=language,
        day=report.validation_time.astimezone(JST).date(),
        body=_body(status, language, fonts),
        fonts=fonts,
        files=(Enclosed(REPORT_NAME, "application/json", "Validation report / 検証結果", content),),
    ).pdf()


def _without_stop(sentence: Text) -> Text:
    """Return the sentence as it stands within another."""
    return Text(sentence.en.removesuffix("."), sentence.ja.removesuffix("。"))


def require_complete(status: ContractStatus, *, allow_indeterminate: bool = False) -> None:
    """Check that the certificate may be made; raises as ``completion_certificate`` does."""
    report = status.report
    if report.verdict is Verdict.UNREADABLE:
        raise InputUnreadable(status.file, _without_stop(report.error.message) if report.error else _NOT_JUDGED)
    if report.verdict is Verdict.FAILED or status.is_broken:
        raise CompletionRefused("completion-impossible", cause=_BROKEN)
    waiting = [party for party in status.parties if party.signature is None]
    if waiting or not status.parties:
        raise CompletionRefused("completion-not-proven", cause=_waiting_words(waiting) if waiting else _NOBODY)
    if status.is_altered:
        raise CompletionRefused("completion-impossible", cause=_ALTERED)
    if status.open_fields:
        raise CompletionRefused("completion-impossible", cause=_fields_words(status.open_fields))
    if not status.complete and not allow_indeterminate:
        raise CompletionRefused("completion-not-proven", cause=_NOT_PROVEN)


def without_names(report: Report) -> Report:
    """Return the report without what certificates say of people, what they wrote, and the folder the file lay in."""
    signatures = tuple(
        replace(item, signer=replace(item.signer, identity=None, common_name=_public_name(item)))
        for item in report.signatures
    )
    match = None if report.template_match is None else replace(report.template_match, free_text=())
    return replace(report, file=PurePath(report.file).name, signatures=signatures, template_match=match)


def _public_name(item: SignatureReport) -> str | None:
    return item.signer.common_name if item.signer.key_kind in ("organisation", "service") else None


def _fields_words(names: Sequence[str]) -> Text:
    listed = ", ".join(names)
    return Text(
        f"it has empty signature fields that none of the parties it names is to sign: {listed}",
        f"契約データのどの当事者のものでもない空の署名欄があります ({listed})",
    )


def _waiting_words(waiting: list[PartyStatus]) -> Text:
    return Text(
        "not signed yet: " + ", ".join(party.label.en for party in waiting),
        "未署名の当事者がいます (" + "、".join(party.label.ja for party in waiting) + ")",
    )


# --- the page --------------------------------------------------------------------------------------------


def _body(status: ContractStatus, language: Language, fonts: FontSet) -> str:
    report = status.report
    parts = [f"= {words(_TITLE, language)}\n"]
    if is_rehearsal(report):
        parts.append(_warning(_REHEARSAL_TITLE, words(_REHEARSAL_WORDS, language), language))
    if report.verdict is not Verdict.PASSED:
        parts.append(_warning(_UNPROVEN_TITLE, words(_UNPROVEN_WORDS, language), language))
    parts += [
        f"{words(_INTRODUCTION, language)}\n",
        f"== {words(_DOCUMENT, language)}\n",
        facts_table(_document_rows(status, language, fonts)),
        f"== {words(_PARTIES, language)}\n",
        _parties_table(status, language, fonts),
        f"== {words(_JUDGEMENT, language)}\n",
        facts_table(_judgement_rows(report, language, fonts)),
        _list_unproven(report, language, fonts),
        f"#v(1mm)\n#small[{words(_HOW_TO_CHECK, language, report=REPORT_NAME)}]\n",
    ]
    return "\n".join(parts)


def _warning(title: Text, body: str, language: Language) -> str:
    return f"#warning[{words(title, language)}][{body}]\n"


def _document_rows(status: ContractStatus, language: Language, fonts: FontSet) -> list[tuple[str, str]]:
    contract = status.contract
    rows = [(words(_FILE, language), markup_of(PurePath(status.file).name, fonts, 120))]
    if contract is not None and contract.title is not None:
        rows.insert(0, (words(_CONTRACT, language), markup_of(contract.title.in_language(language), fonts, 120)))
    rows.append(("SHA-256", digest(status.report.sha256)))
    if contract is not None and status.report.template_match is not None:
        sentence = template_lines(status.report.template_match, language)[0]
        rows.append((words(_TEMPLATE, language), markup_of(sentence, fonts, 400)))
    return rows


def _parties_table(status: ContractStatus, language: Language, fonts: FontSet) -> str:
    head = "".join(f"term[{words(text, language)}], " for text in (_ROLE, _SIGNED_AT, _KEY, _LEVEL, _VERDICT))
    rows = "".join(_party_row(status, party, language, fonts) for party in status.parties)
    rows += "".join(
        _row(markup_of(item.field or "-", fonts, 60), item, language, fonts) for item in _others_signatures(status)
    )
    return (
        "#{\n set text(size: 9pt)\n"
        f" table(columns: (1fr, 51mm, 23mm, 25mm, 31mm), inset: 5pt, table.header({head}),\n{rows})\n}}\n"
        f"#small[{words(_TIMES, language)}]\n"
    )


def _others_signatures(status: ContractStatus) -> list[SignatureReport]:
    """Return the signatures in fields that the contract does not name a party for."""
    named = {party.role for party in status.parties}
    return [item for item in status.report.signatures if item.field not in named]


def _party_row(status: ContractStatus, party: PartyStatus, language: Language, fonts: FontSet) -> str:
    assert party.signature is not None
    names = {item.role: item.full_name for item in status.contract.parties} if status.contract else {}
    name = names.get(party.role)
    who = f"#strong[{markup_of(party.label.in_language(language), fonts, 60)}]"
    if name:
        who += f" \\ {markup_of(name, fonts, 100)}"
    return _row(who, party.signature, language, fonts)


def _row(who: str, item: SignatureReport, language: Language, fonts: FontSet) -> str:
    key = words(KEY_KINDS.get(item.signer.key_kind, KEY_KINDS["unknown"]), language)
    if item.signing_kind == "witness":
        key += f" \\ #small[{words(_WITNESS, language)}]"
    verdict = f"{words(_VERDICTS[item.verdict], language)} \\ #small[{item.verdict.value}]"
    if item.party_match is not None:
        verdict += f" \\ #small[{words(_MATCHES[item.party_match.verdict], language)}]"
    return f"[{who}], [{_when(item, language)}], [{key}], [{markup_of(item.level, fonts, 30)}], [{verdict}],\n"


def _when(item: SignatureReport, language: Language) -> str:
    """Say the time the signer claims, and the time that a timestamp proves, each with its source."""
    lines = []
    if item.claimed_time is not None:
        lines.append(words(_CLAIMED, language, time=moment(item.claimed_time)))
    if item.best_time is not None:
        lines.append(words(_PROVEN, language, time=moment(item.best_time)))
    return " \\ ".join(lines) or words(_UNKNOWN, language)


def _judgement_rows(report: Report, language: Language, fonts: FontSet) -> list[tuple[str, str]]:
    stamps = " \\ ".join(_stamp(stamp, language, fonts) for stamp in report.document_timestamps[:3])
    verdict = f"{words(_VERDICTS[report.verdict], language)} ({report.verdict.value})"
    return [
        (words(_VERDICT, language), f"#strong[{verdict}]"),
        (words(_JUDGED_AT, language), markup_of(moment(report.validation_time), fonts)),
        (words(_POLICY, language), _policy_of(report, language, fonts)),
        (words(_STAMPS, language), stamps or words(_NONE, language)),
    ]


def _policy_of(report: Report, language: Language, fonts: FontSet) -> str:
    """Return the rules of the judgement: SignKit's own in words, others by the name that they have."""
    return words(_OWN_POLICY, language) if report.policy == "default" else markup_of(report.policy, fonts, 60)


def _stamp(stamp: TimestampReport, language: Language, fonts: FontSet) -> str:
    when = moment(stamp.time) if stamp.time else _UNKNOWN.in_language(language)
    return f"{markup_of(when, fonts)}　{markup_of(stamp.tsa or '', fonts, 60)}　#small[{stamp.verdict.value}]"


def _list_unproven(report: Report, language: Language, fonts: FontSet) -> str:
    """List why what is not proven is not; empty where everything is."""
    entries = [
        markup_of(f"{item.field or '-'}: {_reason(reason, language)}", fonts, 250)
        for item in report.signatures
        if item.verdict is not Verdict.PASSED
        for reason in item.reasons[:_MAX_REASONS]
        if reason.code != _REHEARSAL
    ]
    return f"== {words(_WHY, language)}\n{bullet_list(entries)}" if entries else ""


def _reason(reason: Reason, language: Language) -> str:
    return reason.text.in_language(language)


_TITLE = Text("Certificate of completion", "合意締結証明書")
_INTRODUCTION = Text(
    "This page states what SignKit found when it examined the electronic signatures in the file below, at the time "
    "given. It is made from that examination alone. It does not judge the legal effect of the contract.",
    "本書は、下記のファイルの電子署名をSignKitで検証した結果を、検証日時の時点のものとして記載したものです。記載は検証結果"
    "だけに基づいており、契約の法的効力を判断するものではありません。",
)
_REHEARSAL_TITLE = Text("REHEARSAL", "リハーサル")
_REHEARSAL_WORDS = Text(
    "A signature or timestamp in this file was made with rehearsal keys. They prove nothing about anybody.",
    "このファイルには、練習用の鍵による署名またはタイムスタンプが含まれています。本書に証明力はありません。",
)
_UNPROVEN_TITLE = Text("NOT PROVEN", "証明されていません")
_UNPROVEN_WORDS = Text(
    "Every party has signed, but with the evidence at hand at least one signature cannot be proven (INDETERMINATE). "
    "The reasons stand below.",
    "全員が署名していますが、手元の情報だけでは、少なくとも一つの署名が有効であることを確認できませんでした "
    "(INDETERMINATE)。理由は下記のとおりです。",
)
_DOCUMENT = Text("The document", "対象の文書")
_CONTRACT = Text("Contract", "文書の名称")
_FILE = Text("File", "ファイル名")
_TEMPLATE = Text("Template", "ひな形")
_PARTIES = Text("Signatures (names as written in the contract)", "署名（氏名・名称は契約書の記載による）")
_ROLE = Text("Party", "当事者")
_SIGNED_AT = Text("Time of signing", "署名日時")
_KEY = Text("Kind of key", "鍵の種類")
_LEVEL = Text("Level", "署名の水準")
_VERDICT = Text("Result", "検証結果")
_CLAIMED = Text("claimed: {time}", "申告: {time}")
_PROVEN = Text("proven: {time}", "証明: {time}")
_TIMES = Text(
    "Times are Japan Standard Time. “claimed”: by the signer's own clock; “proven”: a timestamp shows that the "
    "signature existed by then.",
    "時刻は日本時間。「申告」は署名者の時計による署名時刻、「証明」は署名の存在を証明するタイムスタンプの時刻です。",
)
_UNKNOWN = Text("unknown", "不明")
_NONE = Text("none", "なし")
_JUDGEMENT = Text("The examination", "検証")
_JUDGED_AT = Text("Examined at", "検証日時")
_POLICY = Text("Policy", "検証ポリシー")
_STAMPS = Text("Document timestamps", "文書タイムスタンプ")
_WHY = Text("What is not proven, and why", "確認できなかった点とその理由")
_HOW_TO_CHECK = Text(
    "To check this page, examine the file itself: signkit validate FILE. Its SHA-256 digest must be the one above. The "
    "examination's report is attached to this PDF as {report}.",
    "本書の記載は、対象のファイルを検証することで確かめられます（signkit validate ファイル名）。ファイルのSHA-256の値は"
    "上記と一致しなければなりません。検証結果の全体は、このPDFに {report} として添付されています。",
)
_WITNESS = Text("signed on the party's instruction", "立会人型（指示による署名）")
_MATCHES = {
    "match": Text("name: matches the contract", "名義: 契約書と一致"),
    "mismatch": Text("name: NOT the party's", "名義: 契約書と不一致"),
    "cannot-tell": Text("name: cannot be told", "名義: 判定できず"),
}
KEY_KINDS = {
    "person": Text("the person's own key", "本人の鍵"),
    "organisation": Text("an organisation's key", "組織の鍵"),
    "service": Text("a service's key", "サービスの鍵"),
    "rehearsal": Text("REHEARSAL key", "リハーサル用の鍵"),
    "unknown": Text("not known", "不明"),
}
_VERDICTS = {
    Verdict.PASSED: Text("valid", "有効"),
    Verdict.FAILED: Text("not valid", "無効"),
    Verdict.INDETERMINATE: Text("not proven", "確認できず"),
    Verdict.NOT_SIGNED: Text("not signed", "署名なし"),
    Verdict.UNREADABLE: Text("unreadable", "読み取り不能"),
}
_OWN_POLICY = Text("SignKit's standard rules", "SignKit の標準の検証基準")
_BROKEN = Text("a signature is not good", "有効と認められない署名があります")
_NOT_JUDGED = Text("it cannot be judged", "判定できません")
_NOBODY = Text("it has no party that signs", "署名する当事者がいません")
_ALTERED = Text("it is not its template, unaltered", "契約書がひな形どおりではありません")
_NOT_PROVEN = Text("not every signature is proven (INDETERMINATE)", "確認できない署名があります (INDETERMINATE)")

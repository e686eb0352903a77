"""Text for people: sentences that can be pasted into a mail: who, when, what, what changed since."""

from __future__ import annotations

from collections.abc import Iterable

from signkit.reporting.formats.report_wording import (
    PARTY_BASES,
    PARTY_MATCHES,
    PROFILES,
    SIGNING_KINDS,
    SUB_INDICATIONS,
    VERDICTS,
    say,
)
from signkit.reporting.formats.template_words import template_lines
from signkit.reporting.formats.times import local_time
from signkit.reporting.summary import caveats, verdict_sentence
from signkit.validation.profile import ProfileReport
from signkit.validation.report import ContractReport, Report, SignatureReport, TimestampReport, Verdict
from signkit.words import Language, Text, printable, without_controls

_VERDICT = Text("{verdict} ({term}). ", "{verdict} ({term})。")
_CONTRACT = Text("{title}; to be signed by: {roles}", "{title}（署名する人: {roles}）")
_SIGNED = Text("{who} signed{field}{when}: {verdict}.", "{who} の署名{field}{when}: {verdict}。")
_SIGNED_BY_NOBODY = Text("a signer without a readable certificate", "証明書を読み取れない署名者")
_CARD_HOLDER = Text(
    "the holder of a card (JPKI; --identity shows who)", "マイナンバーカードの持ち主（氏名は --identity で表示）"
)
_NUMBERED = Text(
    "a signer whose certificate says to be JPKI's and is of no JPKI authority known here",
    "公的個人認証の証明書を名乗るが、発行元を確認できない署名者",
)
_IN_PLACE = Text("{who}, in the place of {party},", "{who}（{party} の署名欄）")
_FIELD = Text(' as "{field}"', "（署名欄「{field}」）")
_PROVEN = Text(", proven to exist by {time}", "、{time} に存在したことを証明済み")
_CLAIMED = Text(", by the signer's own clock at {time}", "、署名者の申告では {time}")
_CHANGES = {
    "none": Text("Nothing was changed since.", "その後の変更はありません。"),
    "evidence": Text("Since then only evidence was added.", "その後は検証用の情報だけが追加されています。"),
    "metadata": Text(
        "Since then what the document says about itself (title, author …) was changed.",
        "その後に文書の説明 (表題、作成者など) が変更されています。",
    ),
    "form": Text("Since then further signatures or form entries were added.", "その後は署名や記入が追加されています。"),
    "annotations": Text("Since then annotations were changed.", "その後に注釈が変更されています。"),
    "other": Text("Since then the document itself was changed.", "その後に文書そのものが変更されています。"),
}
_REVOCATION_NOT_CHECKED = Text(
    "Whether the certificate was revoked was not looked at: it names no service for that, and nothing is at hand.",
    "証明書の失効は確認していません (証明書に失効情報の提供元の記載がなく、手元にも失効情報がありません)。",
)
_NOT_PERMITTED = Text("This is not permitted.", "これは許されない変更です。")
_STAMPED = Text(
    "The whole document was timestamped at {time} by {tsa}: {verdict}.",
    "文書全体のタイムスタンプ {time}（{tsa}）: {verdict}。",
)
_STAMP_SERVICE = Text(
    "The timestamp of {time} is by {tsa}: {provider}, {name} (imported list: {list}).",
    "{time} のタイムスタンプの発行者: {tsa}（{provider}、{name}。取り込んだリスト: {list}）。",
)
_STAMP_BY = Text("The timestamp of {time} is by {tsa}.", "{time} のタイムスタンプの発行者: {tsa}。")
_HOLDS = Text("Holds as it is until {time}. {why}", "この判定が保たれるのは {time} までです。{why}")
_FULFILLED = Text("Everything that {profile} asks is met.", "{profile}の要件をすべて満たしています。")
_VIOLATED = Text("What {profile} asks is NOT met: {names}.", "{profile}の要件を満たしていません: {names}。")
_OK, _NOT, _OPEN = Text("ok ", "適合 "), Text("NOT", "不適合"), Text("-  ", "―   ")
_UNKNOWN_TIME = Text("an unreadable time", "不明な時刻")


def write_text(report: Report, language: Language = "en") -> str:
    """Return the report as lines of text, each ending with a line end."""
    lines = [_first_line(report, language)]
    lines += [f"  {line}" for line in _contract(report.contract, language)]
    lines += [f"  {_say(caveat.text, language)}" for caveat in caveats(report)]
    lines += ["  " + _say(reason.text, language) for reason in report.reasons if reason.code != "not-signed"]
    lines += [f"  {line}" for item in report.signatures for line in signature_lines(item, language)]
    lines += [f"  {line}" for item in report.document_timestamps for line in timestamp_lines(item, language)]
    lines += [f"  {line}" for line in evidence_lines(report, language)]
    lines += [f"  {line}" for line in template_lines(report.template_match, language)]
    lines += [f"  {line}" for line in _profile(report.profile, language)]
    lines += [f"  → {line}" for line in next_lines(report, language)]
    return "".join(f"{line}\n" for line in _told(lines))


def _first_line(report: Report, language: Language) -> str:
    """The verdict, with the standard's word for it (EN 319 102-1) that other validators print too; then why."""
    words = _VERDICT.in_language(language, verdict=VERDICTS[report.verdict], term=report.verdict)
    return f"{_one_line(report.file)}: {words}{_say(verdict_sentence(report), language)}"


def _contract(contract: ContractReport | None, language: Language) -> list[str]:
    """Return the title and the roles, as the contract data have them; whose they are is told with each signature."""
    if contract is None:
        return []
    title = _say(contract.title, language) if contract.title else "PDF"
    roles = ("、" if language == "ja" else ", ").join(_say(party.label, language) for party in contract.parties)
    return [_one_line(_CONTRACT.in_language(language, title=title, roles=roles) if roles else title)]


def next_lines(report: Report, language: Language) -> list[str]:
    """Return what to do next, a line each, with the signature fields that need it where not all do."""
    lines = []
    for step in report.next:
        some = step.fields and len(step.fields) < len(report.signatures) + len(report.document_timestamps)
        place = f"{_one_line(', '.join(step.fields))}: " if some else ""
        lines.append(place + _say(step.text, language))
    return lines


def signature_lines(item: SignatureReport, language: Language) -> list[str]:
    """Return who signed, when and how it is judged, and what is to be said of it, a line each."""
    sentence = _SIGNED.in_language(
        language,
        who=_one_line(signer_name(item, language)),
        field=_FIELD.in_language(language, field=_one_line(item.field)) if item.field else "",
        when=_when(item, language),
        verdict=verdict_words(item.verdict, item.sub_indication, language),
    )
    return _told([sentence, *findings(item, language)])


def findings(item: SignatureReport, language: Language) -> list[str]:
    """Return what is to be said of a signature beside the verdict: changes, the right person, reasons."""
    lines = []
    if item.changes_after is not None and item.intact:
        changed = _say(_CHANGES[item.changes_after], language)
        lines.append(changed if item.changes_permitted else f"{changed} {_say(_NOT_PERMITTED, language)}")
    if item.signing_kind == "witness":
        lines.append(say(SIGNING_KINDS, item.signing_kind, language))
    if item.party_match is not None:
        basis = item.party_match.basis if item.party_match.verdict == "match" else None
        lines.append(say(PARTY_MATCHES, item.party_match.verdict, language) + say(PARTY_BASES, basis, language))
        lines += [f"  {_say(part.text, language)}" for part in item.party_match.reasons]
    lines += [line for stamp in item.timestamps for line in _stamp_findings(stamp, language)]
    if item.revocation.status == "not-checked":
        lines.append(_say(_REVOCATION_NOT_CHECKED, language))
    return lines + [f"- {_say(reason.text, language)}" for reason in item.reasons]


def signer_name(item: SignatureReport, language: Language) -> str:
    """Return whom people read as the signer: the party, where the contract names it and the certificate is the party's.

    A signer who is not (or may not be) the party goes by the certificate's name, with the party's place beside it.
    """
    party = None if item.party is None else f"{_say(item.party.label, language)} {item.party.name}"
    company = item.signer.company
    certified = f"{company.name} {company.title} {company.representative}" if company else item.signer.common_name
    if party is not None and item.party_match is not None and item.party_match.verdict == "match":
        return party if item.signer.identity is None or certified is None else f"{party} ({certified})"
    numbered = _NUMBERED if item.signer.key_kind in ("unknown", "organisation", "service") else _CARD_HOLDER
    unnamed = _SIGNED_BY_NOBODY if item.signer.issuer is None else numbered
    name = certified or _say(unnamed, language)
    return name if party is None else _IN_PLACE.in_language(language, who=name, party=party)


def _when(item: SignatureReport, language: Language) -> str:
    if item.best_time is not None:
        return _PROVEN.in_language(language, time=local_time(item.best_time))
    return _CLAIMED.in_language(language, time=local_time(item.claimed_time)) if item.claimed_time else ""


def timestamp_lines(item: TimestampReport, language: Language) -> list[str]:
    """Return when the document was timestamped and how that is judged, and the reasons, a line each."""
    sentence = _STAMPED.in_language(
        language,
        time=local_time(item.time) if item.time else _say(_UNKNOWN_TIME, language),
        tsa=item.tsa or "?",
        verdict=verdict_words(item.verdict, item.sub_indication, language),
    )
    whose = [whose_timestamp(item, language)] if item.service is not None else []
    return _told([sentence, *whose, *(f"- {_say(reason.text, language)}" for reason in item.reasons)])


def _stamp_findings(item: TimestampReport, language: Language) -> list[str]:
    """Return whose a signature's timestamp is, and why it is not believed where it is not."""
    whose = [] if item.time is None else [whose_timestamp(item, language)]
    reasons = () if item.verdict is Verdict.PASSED else item.reasons
    return whose + [f"  {_say(reason.text, language)}" for reason in reasons]


def whose_timestamp(item: TimestampReport, language: Language) -> str:
    """Say who made a timestamp and, where it rests on an imported list, which service that names."""
    facts = {"time": local_time(item.time) if item.time else _UNKNOWN_TIME, "tsa": item.tsa or "?"}
    if item.service is None:
        return _one_line(_STAMP_BY.in_language(language, **facts))
    service = item.service.to_json()
    return _one_line(_STAMP_SERVICE.in_language(language, **facts, **service))


def evidence_lines(report: Report, language: Language) -> list[str]:
    """Return until when the evidence holds, and why no longer; nothing where that is not known."""
    end = report.evidence_until
    if end is None:
        return []
    return [_HOLDS.in_language(language, time=local_time(end.time), why=_say(end.why.text, language))]


def _profile(profile: ProfileReport | None, language: Language) -> list[str]:
    if profile is None:
        return []
    name = say(PROFILES, profile.name, language)
    sentence = _FULFILLED if profile.fulfilled else _VIOLATED
    lines = [sentence.in_language(language, profile=name, names=", ".join(profile.violated))]
    for item in profile.requirements:
        mark = {True: _OK, False: _NOT, None: _OPEN}[item.fulfilled]
        found = [part for part in item.findings if part.fulfilled == item.fulfilled]
        places = "; ".join(
            f"{part.field}: {part.found.in_language(language)}" if part.field else part.found.in_language(language)
            for part in found
        )
        words = f"{_say(mark, language)} {item.id}: {_say(item.title, language)}"
        lines.append(f"  {words} ({_one_line(places)})" if places else f"  {words}")
    return lines


def verdict_words(verdict: Verdict, sub_indication: str | None, language: Language) -> str:
    """Return a verdict with its cause: ``判定できません（署名がいつ存在したかの証明がありません）``."""
    words, cause = say(VERDICTS, verdict, language), say(SUB_INDICATIONS, sub_indication, language)
    if not cause:
        return words
    return f"{words}（{cause}）" if language == "ja" else f"{words} ({cause})"


def _say(text: Text, language: Language) -> str:
    return text.ja if language == "ja" else text.en


def _told(lines: Iterable[str]) -> list[str]:
    """Sentences hold strangers' words too (a key, a sender, a service): each stays one line, and steers nothing."""
    return [without_controls(line).replace("\n", " ").replace("\t", " ") for line in lines]


def _one_line(text: str | None) -> str:
    """Names from files reach terminals: no control characters."""
    return printable(text or "", "")

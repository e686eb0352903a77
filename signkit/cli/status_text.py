"""The status of a contract in sentences: one line a party, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from signkit.cli.language import LANGUAGE, translate
from signkit.progress.contract import Stage
from signkit.reporting.formats.report_wording import BEST_TIME_SOURCES, VERDICTS, say
from signkit.words import Text, printable

if TYPE_CHECKING:
    from signkit.progress.chain import Chain
    from signkit.progress.contract import ContractStatus, PartyStatus
    from signkit.progress.overview import UnreadableFile
    from signkit.validation.report import SignatureReport


def status_texts(rows: Iterable[ContractStatus | UnreadableFile]) -> Iterator[str]:
    """Yield the text of each file, with an empty line between two."""
    for number, row in enumerate(rows):
        yield ("\n" if number else "") + _text_of_one(row)


def _text_of_one(status: ContractStatus | UnreadableFile) -> str:
    from signkit.progress.overview import UnreadableFile
    from signkit.reporting.formats.template_words import template_lines
    from signkit.reporting.formats.text import evidence_lines

    if isinstance(status, UnreadableFile):
        return printable(f"{status.file}: {translate(_UNREADABLE, cause=status.error.message(LANGUAGE))}", "") + "\n"
    title = status.contract.title.in_language(LANGUAGE) if status.contract and status.contract.title else "PDF"
    lines = [f"{status.file}: {title}"]
    if status.contract_problem is not None:
        lines.append("  [!] " + status.contract_problem.message(LANGUAGE))
    lines += [line for party in status.parties for line in _party(party)]
    if not status.parties:
        lines.append("  " + translate(_NO_FIELDS))
    if status.other_signatures:
        lines.append("  [!] " + translate(_OTHERS, signatures=", ".join(map(_other, status.other_signatures))))
    if status.open_fields:
        lines.append("  [!] " + translate(_OPEN_FIELDS, fields=", ".join(status.open_fields)))
    lines.append("  " + translate(status.may_still_change()))
    lines += [f"  {line}" for line in evidence_lines(status.report, LANGUAGE)]
    if status.contract is not None:
        lines += [f"  {line}" for line in template_lines(status.report.template_match, LANGUAGE)]
    lines += ["  " + translate(_PARALLEL, other=other) for other in status.parallel_with]
    lines += [f"  {line}" for line in _chain_lines(status.chain)]
    return "".join(f"{printable(line, '')}\n" for line in lines)


def _party(party: PartyStatus) -> Iterator[str]:
    yield f"  {_mark(party)} {_say(party)}"
    if party.signature is not None:
        yield f"      {_times(party)}"


def _other(signature: SignatureReport) -> str:
    return f"{signature.field or '?'} ({translate(VERDICTS[signature.verdict])})"


def _chain_lines(chain: Chain) -> Iterator[str]:
    """Yield what the file amends, first the contract, and what amends it."""
    for number, named in enumerate(chain.amends):
        where = translate(_NOT_AT_HAND) if named.file is None else str(named.file)
        words = _AMENDS if number == 0 else _AFTER
        line = translate(words, title=named.title, date=named.date, digest=named.sha256[:16], where=where)
        yield line + (translate(_EARLIER) if named.earlier else "")
    yield from ("[!] " + translate(_LEFT_OUT, other=other) for other in chain.left_out)
    yield from (translate(_AMENDED_BY, other=other) for other in chain.amended_by)


def _mark(party: PartyStatus) -> str:
    return {"signed": "[x]", "unproven": "[?]", "broken": "[!]", "next": "[>]", "waiting": "[ ]"}[party.state.value]


def _say(party: PartyStatus) -> str:
    signature = party.signature
    named = party.label.in_language(LANGUAGE)
    if signature is not None and signature.party is not None:
        named += f" {signature.party.name}"
    label = f"{named} ({party.role})"
    if signature is None:
        return translate(_NEXT if party.state.value == "next" else _WAITING, label=label)
    key = translate(_KEY_KINDS.get(signature.signer.key_kind, _KEY_KINDS["unknown"]))
    said = translate(_SIGNED, label=label, key=key, verdict=VERDICTS[signature.verdict])
    match = signature.party_match
    if match is not None and match.verdict == "mismatch":
        return f"{said} — {translate(_WRONG_PERSON)}"
    why = signature.reasons[0].text if party.state.value != "signed" and signature.reasons else None
    return f"{said} — {translate(why)}" if why is not None else said


def _times(party: PartyStatus) -> str:
    """When the party signed, as the signer says, and since when a timestamp proves it: two times, by two clocks."""
    from signkit.reporting.formats.times import local_minute

    signed, proven = party.signed_at, party.proven_at
    parts = [translate(_SIGNED_AT, time=local_minute(signed)) if signed else translate(_NO_TIME)]
    if proven is not None:
        source = say(BEST_TIME_SOURCES, party.signature.best_time_source if party.signature else None, LANGUAGE)
        parts.append(translate(_PROVEN_AT, time=local_minute(proven), source=source))
    return ("、" if LANGUAGE == "ja" else ", ").join(parts)


def in_words(counts: Mapping[Stage | None, int]) -> Text:
    """Return how many files stand where; None counts those that cannot be read."""
    found = [(words, counts[stage]) for stage, words in _STAGES.items() if counts.get(stage)]
    listed = Text(
        ", ".join(f"{count} {words.en}" for words, count in found),
        "、".join(f"{words.ja} {count} 件" for words, count in found),
    )
    return _SUMMARY.filled(total=sum(counts.values()), counts=listed)


_SIGNED = Text("{label}: signed with {key}: {verdict}", "{label}: 署名 ({key}): {verdict}")
_SIGNED_AT = Text("signed {time} by the signer's clock", "{time} に署名 (署名者の申告)")
_NO_TIME = Text("signed; the signer states no time", "署名済み (署名者による時刻の申告なし)")
_PROVEN_AT = Text("proven to exist by {time} ({source})", "{time} に存在したことを証明済み ({source})")
_STAGES: dict[Stage | None, Text] = {
    Stage.COMPLETE: Text("complete", "完了"),
    Stage.UNPROVEN: Text("signed, not proven", "署名済み（未証明）"),
    Stage.OPEN: Text("to be signed", "署名待ち"),
    Stage.BROKEN: Text("not good", "問題あり"),
    None: Text("unreadable", "読み取れない"),
}
_SUMMARY = Text("Files: {total} ({counts}).", "{total} 件のファイル（{counts}）。")
_WRONG_PERSON = Text("the certificate does NOT name the party", "証明書の名義が当事者と一致しません")
_NEXT = Text("{label}: may sign now", "{label}: 署名できます")
_WAITING = Text("{label}: waits for those before", "{label}: 前の当事者の署名を待っています")
_UNREADABLE = Text("cannot be read. {cause}", "読み取れません。{cause}")
_OPEN_FIELDS = Text(
    "Signature fields that none of the parties named is to sign: {fields}. The contract does not say whose they are.",
    "契約データのどの当事者のものでもない署名欄があります: {fields}。誰の署名欄か契約データからは分かりません。",
)
_OTHERS = Text(
    "Signatures beside those of the parties: {signatures}. Whose they are says signkit validate.",
    "当事者の署名欄のものではない署名があります: {signatures}。誰の署名かは signkit validate で確認できます。",
)
_NO_FIELDS = Text("There is no signature field in it.", "署名欄がありません。")
_AMENDS = Text(
    "amends {title} of {date} (SHA-256 {digest}…): {where}", "変更する契約: {date} {title} (SHA-256 {digest}…): {where}"
)
_AFTER = Text(
    "after {title} of {date} (SHA-256 {digest}…): {where}", "先の変更: {date} {title} (SHA-256 {digest}…): {where}"
)
_NOT_AT_HAND = Text("not among these files", "指定されたファイルの中にありません")
_EARLIER = Text(
    " — the digest is of an earlier state of it: it was added to since",
    " — ハッシュ値は、その後に追記される前の状態のものです",
)
_LEFT_OUT = Text("does not name the earlier amendment {other}", "先の変更合意書 {other} が記載されていません")
_AMENDED_BY = Text("amended by {other}", "変更合意書があります: {other}")
_PARALLEL = Text(
    "{other} was signed in parallel: neither file holds the other's signature. Choose one and have the others sign it "
    "again.",
    "{other} は並行して署名された別の写しです。互いの署名を含みません。どちらか一方を選び、残りの当事者が署名し直して"
    "ください。",
)
_KEY_KINDS = {
    "person": Text("the person's own key", "本人の鍵"),
    "organisation": Text("an organisation's key", "組織の鍵"),
    "service": Text("a service's key", "サービスの鍵"),
    "rehearsal": Text("a rehearsal key", "リハーサル用の鍵"),
    "unknown": Text("a key of unknown kind", "種類不明の鍵"),
}

"""A report in one sentence, and what must not be read past beside it: the same words in every format for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from signkit.reporting.formats.report_wording import PROFILES, SUB_INDICATIONS, VERDICTS
from signkit.validation.report import Report, SignatureReport, TimestampReport, Verdict
from signkit.words import Text

_REHEARSAL = "rehearsal"
_MISSING = "party-missing"
_HASH_FAILURE = "HASH_FAILURE"


def verdict_sentence(report: Report) -> Text:
    """Return what the verdict on a file is, in one sentence."""
    if report.verdict is Verdict.UNREADABLE:
        return _UNREADABLE.filled(cause=report.error.message if report.error else "")
    if report.verdict is Verdict.NOT_SIGNED:
        return _NOT_SIGNED
    if not report.signatures:
        return _ONLY_STAMPS.filled(verdict=VERDICTS[report.verdict])
    say = {Verdict.PASSED: _pass_sentence, Verdict.FAILED: _failure_sentence}.get(report.verdict, _open)
    return say(report)


def _pass_sentence(report: Report) -> Text:
    count = len(report.signatures)
    return _ONE_VALID if count == 1 else _ALL_VALID.filled(count=count)


def _failure_sentence(report: Report) -> Text:
    bad = [item for item in report.signatures if item.verdict is Verdict.FAILED]
    if not bad:
        return _STAMP_INVALID
    changed = any(item.changes_permitted is False or item.sub_indication == _HASH_FAILURE for item in bad)
    sentence = _which(bad, report.signatures, _INVALID)
    return _CHANGED.filled(verdict=sentence) if changed else sentence


def _open(report: Report) -> Text:
    unproven = [item for item in report.signatures if item.verdict is Verdict.INDETERMINATE]
    if not unproven:
        codes = [item.code for item in report.reasons]
        return next((_OF_THE_FILE[code] for code in codes if code in _OF_THE_FILE), _STAMP_OPEN)
    said = SUB_INDICATIONS.get(unproven[0].sub_indication or "", _NO_CAUSE)
    return _which(unproven, report.signatures, _UNPROVEN, said)


@dataclass(frozen=True)
class _Counted:
    """A sentence about the only signature, about all, and about some of them."""

    one: Text
    all: Text
    some: Text


def _which(
    some: Sequence[SignatureReport], signatures: Sequence[SignatureReport], words: _Counted, cause: Text | str = ""
) -> Text:
    if len(signatures) == 1:
        return words.one.filled(cause=cause)
    sentence = words.all if len(some) == len(signatures) else words.some
    return sentence.filled(some=len(some), count=len(signatures), cause=cause)


@dataclass(frozen=True)
class Caveat:
    """What a verdict does not say; a grave one speaks against relying on a file that passed."""

    text: Text
    grave: bool = True


def caveats(report: Report) -> tuple[Caveat, ...]:
    """Return what the verdict does not say and nobody may overlook, the gravest first."""
    return tuple(_caveats(report))


def _caveats(report: Report) -> Iterator[Caveat]:
    if any(map(is_by_other_person, report.signatures)):
        yield Caveat(_OTHER_PERSON)
    if report.template_match is not None and report.template_match.verdict == "altered":
        yield Caveat(_ALTERED)
    if report.profile is not None and not report.profile.fulfilled:
        yield Caveat(_PROFILE.filled(profile=PROFILES[report.profile.name]))
    if is_rehearsal(report):
        yield Caveat(_ONLY_REHEARSAL, grave=False)


def is_by_other_person(item: SignatureReport) -> bool:
    """Tell whether the certificate is found not to be the party's: the signature may be valid all the same."""
    return item.party_match is not None and item.party_match.verdict == "mismatch"


def is_rehearsal(report: Report) -> bool:
    """Tell whether any signature or timestamp rests on a rehearsal's keys."""
    keys = {key for item in report.signatures for key in (item.signer.key_kind, item.signer.trusted_by)}
    return _REHEARSAL in keys or any(
        reason.code == _REHEARSAL for item in _signatures_and_timestamps(report) for reason in item.reasons
    )


def _signatures_and_timestamps(report: Report) -> Iterator[SignatureReport | TimestampReport]:
    yield from report.signatures
    yield from report.document_timestamps
    for item in report.signatures:
        yield from item.timestamps


_ONE_VALID = Text("The signature is valid.", "署名は有効です。")
_ALL_VALID = Text("All {count} signatures are valid.", "{count} 件の署名は、すべて有効です。")
_CHANGED = Text(
    "The document was changed after it was signed. {verdict}", "署名された後に書き換えられています。{verdict}"
)
_INVALID = _Counted(
    Text("The signature is INVALID.", "署名は無効です。"),
    Text("None of the {count} signatures is valid: all are INVALID.", "{count} 件の署名は、すべて無効です。"),
    Text("INVALID: {some} of {count} signatures.", "{count} 件の署名のうち {some} 件が無効です。"),
)
_UNPROVEN = _Counted(
    Text("The signature is not proven valid: {cause}.", "署名を有効と証明できません。{cause}。"),
    Text(
        "None of the {count} signatures is proven valid: {cause}.",
        "{count} 件の署名は、いずれも有効と証明できません。{cause}。",
    ),
    Text(
        "Not proven valid: {some} of {count} signatures; {cause}.",
        "{count} 件の署名のうち {some} 件を、有効と証明できません。{cause}。",
    ),
)
_NO_CAUSE = Text("evidence is missing", "必要な情報が足りません")
_INCOMPLETE = Text("Not every party has signed.", "まだ署名していない当事者がいます。")
_STAMP_INVALID = Text("A timestamp of the document is INVALID.", "文書のタイムスタンプが無効です。")
_STAMP_OPEN = Text(
    "The signatures are valid; a timestamp of the document is not proven.",
    "署名は有効ですが、文書のタイムスタンプを有効と証明できません。",
)
_UNSTATED = Text(
    "The signatures are valid; who signed as whom this kind of file does not say.",
    "署名は有効ですが、誰が何として署名したかは、この種類のファイルでは分かりません。",
)
_PARTLY = Text(
    "The signatures are valid, but not of all that is in the file.",
    "署名は有効ですが、ファイルの全部を対象とするものではありません。",
)
#: What the reasons say that are no signature's.
_OF_THE_FILE = {
    _MISSING: _INCOMPLETE,
    "party-not-stated": _UNSTATED,
    "asic-uncovered": _PARTLY,
    "asic-unjudged": _PARTLY,
    "asic-two-names": _PARTLY,
}
_ONLY_STAMPS = Text(
    "Nobody's signature is in it, only a timestamp: {verdict}.", "署名はなく、タイムスタンプだけがあります: {verdict}。"
)
_NOT_SIGNED = Text("There is no signature in it.", "署名がありません。")
_UNREADABLE = Text("It could not be judged. {cause}", "検証できませんでした。{cause}")
_OTHER_PERSON = Text(
    "A certificate does NOT name the party whose place it signs in.",
    "証明書の名義が当事者と一致しない署名があります。",
)
_ALTERED = Text("The clauses are NOT those of the template.", "条項がひな形から改変されています。")
_PROFILE = Text("What {profile} asks is NOT met.", "{profile}の要件を満たしていません。")
_ONLY_REHEARSAL = Text(
    "It was signed with keys for trying: it has no legal effect.",
    "リハーサル用の鍵・認証局によるものです。本物の署名ではありません。",
)

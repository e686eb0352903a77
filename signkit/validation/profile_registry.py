"""What the registry's online system (登記・供託オンライン申請システム) asks of a signed PDF: one function each.

Where each requirement comes from, and how sure that is, stands in docs/reference/registry.md.  Nothing here touches the
verdict: that a signature holds, and whose it is, the system looks at itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import TypeAlias

from signkit.cms import signed_data as cms
from signkit.pdf.dates import parse_date
from signkit.pdf.form import text_string
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import WHITESPACE, Value
from signkit.pdf.signatures import FoundSignature
from signkit.pki.algorithms import UnknownAlgorithm, public_key
from signkit.validation.integrity import Checked
from signkit.validation.profile import (
    REGISTRY_KEY_BITS,
    REGISTRY_SUB_FILTER,
    ProfileName,
    ProfileReport,
    RequirementFinding,
    RequirementReport,
)
from signkit.validation.reasons import reason
from signkit.validation.report import Report, SignatureReport, iso
from signkit.words import Text, printable

#: 申請データサイズの上限値: an application with everything attached (20 MB for 動産・債権譲渡登記).
MAX_BYTES = 10 * 1024 * 1024

_FORBIDDEN_ASCII = frozenset(" \"#&'()=^~\\|`:;*+,<>/?$%@[]")
#: With the other characters that programs turn them into: U+2014, U+2016, U+301C, U+2212, U+00A2, U+00A3, U+00AC.
_FORBIDDEN_WIDE = frozenset("\u3000―—∥‖～〜－−￠¢￡£￢¬")
_MAX_SHOWN = 200


@dataclass(frozen=True)
class HeldSignature:
    """One signature that the file holds: what stands there, and what the report says of it."""

    item: Checked
    report: SignatureReport

    @property
    def found(self) -> FoundSignature:
        """Where it stands."""
        assert self.item.found is not None
        return self.item.found

    def problems(self, prefix: str) -> list[Text]:
        """Return the defects whose code begins so, in words."""
        return [reason(code).text for code in self.item.problems if code.startswith(prefix)]


@dataclass(frozen=True)
class Facts:
    """What there is to look at.

    Attributes:
        name: the file's name, with or without folders.
        file: its structure; None for a file that is no PDF.
        signatures, stamps: its signatures and its document timestamps, in signing order.
    """

    name: str
    file: PdfFile | None = None
    signatures: tuple[HeldSignature, ...] = ()
    stamps: tuple[FoundSignature, ...] = ()

    @cached_property
    def revisions(self) -> frozenset[int]:
        """The revisions that a signature or a timestamp made."""
        made = (*(item.found for item in self.signatures), *self.stamps)
        return frozenset(found.revision for found in made if found.revision is not None)


def hold_against_registry(file: PdfFile, checked: Iterable[Checked], report: Report) -> ProfileReport:
    """Hold a PDF against the registry's requirements.

    Args:
        file: its structure.
        checked: everything signed in it, as the report was made from.
        report: the finished report.
    """
    items = [item for item in checked if item.found is not None]
    plain = [item for item in items if item.timestamp is None and not _is_stamp(item)]
    signatures = (HeldSignature(*pair) for pair in zip(plain, report.signatures, strict=True))
    return _judge(
        Facts(
            report.file,
            file,
            tuple(item for item in signatures if item.found.kind == "signature"),
            tuple(item.found for item in items if item.found is not None and _is_stamp(item)),
        )
    )


def no_pdf(name: str) -> ProfileReport:
    """Return what is to be said of a file that is something else than a PDF."""
    return _judge(Facts(name))


def _is_stamp(item: Checked) -> bool:
    return item.found is not None and item.found.kind == "timestamp"


# --- the file ------------------------------------------------------------------------------------------------


def _is_pdf(facts: Facts) -> Iterator[RequirementFinding]:
    yield _finding(facts.file is not None, Text("a PDF", "PDF"), Text("something else", "PDF 以外"))


def _is_signed(facts: Facts) -> Iterator[RequirementFinding]:
    if facts.file is not None:
        count = len(facts.signatures)
        yield RequirementFinding(count > 0, Text(f"signatures: {count}", f"署名の数: {count}"))


def _file_name(facts: Facts) -> Iterator[RequirementFinding]:
    name = PurePath(facts.name.rpartition("!")[2]).name
    bad = "".join(dict.fromkeys(character for character in name if not _may_stand_in_a_name(character)))
    shown = ", ".join(f"{_printable(character)} (U+{ord(character):04X})" for character in bad[:20])
    names = Text(f"not to be used: {shown}", f"使えない文字: {shown}")
    yield _finding(not bad, Text(_printable(name), _printable(name)), names)


def _may_stand_in_a_name(character: str) -> bool:
    """ASCII but some symbols, and JIS X 0208 but some symbols: no half-width kana, no space, no newer kanji."""
    if character.isascii():
        return character.isprintable() and character not in _FORBIDDEN_ASCII
    try:
        code = character.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    # JIS X 0208 has two bytes there; half-width kana begin with 8E, JIS X 0212 has three.
    return len(code) == 2 and code[0] >= 0xA1 and character not in _FORBIDDEN_WIDE


def _file_size(facts: Facts) -> Iterator[RequirementFinding]:
    if facts.file is not None:
        size = f"{len(facts.file.data) / 1024 / 1024:.2f} MB"
        yield RequirementFinding(len(facts.file.data) <= MAX_BYTES, Text(size, size))


def _no_timestamp(facts: Facts) -> Iterator[RequirementFinding]:
    for item in facts.signatures:
        count = len(item.item.signer.timestamps) if item.item.signer else 0
        words = Text(f"timestamps in the signature: {count}", f"署名内のタイムスタンプ: {count}")
        yield RequirementFinding(count == 0, words, item.found.field)
    for stamp in facts.stamps:
        yield RequirementFinding(False, Text("a timestamp of the document", "文書タイムスタンプ"), stamp.field)


def _no_security_store(facts: Facts) -> Iterator[RequirementFinding]:
    if facts.file is None:
        return
    roots = (facts.file.history.view(index).root for index in range(len(facts.file.history)))
    there = any(isinstance(root, dict) and root.get("/DSS") is not None for root in roots)
    yield _finding(not there, Text("no DSS", "DSS なし"), Text("a DSS", "DSS あり"))


def _no_update(facts: Facts) -> Iterator[RequirementFinding]:
    """Every revision after the first signature is a signature's own, and changes nothing beside."""
    if facts.file is None or not facts.signatures:
        return
    if facts.revisions:
        after = range(min(facts.revisions), len(facts.file.history))
        others = len(set(after) - facts.revisions)
        words = Text(f"updates that are no signature: {others}", f"署名以外の更新: {others}")
        yield RequirementFinding(others == 0, words)
    # Bytes behind the last signature are an update too, whatever they are.
    end = max(found.end for found in (*(item.found for item in facts.signatures), *facts.stamps))
    rest = len(facts.file.data[end:].strip(WHITESPACE))
    yield RequirementFinding(
        rest == 0, Text(f"bytes after the last signature: {rest}", f"最後の署名より後のデータ: {rest} バイト")
    )
    for item in facts.signatures:
        if (changes := item.report.changes_after) in ("evidence", "metadata", "annotations", "other"):
            yield RequirementFinding(
                False, Text(f"changes since: {changes}", f"その後の変更: {changes}"), item.found.field
            )


def _by_updates(facts: Facts) -> Iterator[RequirementFinding]:
    for item in facts.signatures:
        several = "several-signers" in item.item.problems
        whole = item.found.coverage != "partial"
        if several:
            words = Text("several signers in one signature", "1つの署名に複数の署名者")
        elif not whole:
            words = Text("does not sign a whole revision", "ある時点の文書全体を対象としていない")
        else:
            words = Text("signs everything up to it", "その時点までの全体を対象とする")
        yield RequirementFinding(whole and not several, words, item.found.field)


# --- each signature dictionary -------------------------------------------------------------------------------


def _type(item: HeldSignature, _: PdfFile) -> RequirementFinding:
    return _entry(item, "/Type", item.found.entries.get("/Type") == "/Sig")


def _sub_filter(item: HeldSignature, _: PdfFile) -> RequirementFinding:
    return _entry(item, "/SubFilter", item.found.sub_filter == REGISTRY_SUB_FILTER)


def _name(item: HeldSignature, file: PdfFile) -> RequirementFinding:
    """That it is there: the name itself is a person's, and a report shows it only where it is asked to."""
    value = file.history.last.resolve(item.found.entries.get("/Name"))
    named = isinstance(value, bytes) and bool(text_string(value).strip())
    return _finding(named, Text("a name", "氏名あり"), Text("none", "なし"), item.found.field)


def _m(item: HeldSignature, file: PdfFile) -> RequirementFinding:
    value = file.history.last.resolve(item.found.entries.get("/M"))
    moment = parse_date(value)
    text = iso(moment) if moment else None
    if text is not None:
        return RequirementFinding(True, Text(text, text), item.found.field)
    none = value is None
    words = Text("none", "なし") if none else Text("not a date", "日時として読めません")
    return RequirementFinding(False, words, item.found.field)


def _byte_range(item: HeldSignature, _: PdfFile) -> RequirementFinding:
    numbers = " ".join(map(str, item.found.byte_range or ()))
    return _without(item, item.problems("byte-range-"), Text(numbers, numbers))


def _contents(item: HeldSignature, _: PdfFile) -> RequirementFinding:
    wrong = [*item.problems("contents-"), *item.problems("not-cms"), *item.problems("cms-malformed")]
    if (
        not wrong
        and item.item.signer is not None
        and cms.encapsulated_content(item.item.signer.signed_data) is not None
    ):
        wrong = [Text("holds the signed data as well", "署名対象のデータを内部に含んでいます")]
    return _without(item, wrong, Text("CMS SignedData, detached", "CMS SignedData (detached)"))


def _rsa_2048(item: HeldSignature, _: PdfFile) -> RequirementFinding:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    certificate = item.item.signer.certificate if item.item.signer else None
    if certificate is None:
        return RequirementFinding(False, Text("no certificate", "証明書なし"), item.found.field)
    try:
        key = public_key(certificate)
    except UnknownAlgorithm:
        key = None
    size = getattr(key, "key_size", "?")
    kind = "RSA" if isinstance(key, RSAPublicKey) else "EC" if hasattr(key, "curve") else "?"
    return RequirementFinding(
        kind == "RSA" and size == REGISTRY_KEY_BITS, Text(f"{kind} {size}", f"{kind} {size}"), item.found.field
    )


def _sha_256(item: HeldSignature, _: PdfFile) -> RequirementFinding:
    signer = item.item.signer
    name = signer.algorithm.name if signer is not None and signer.algorithm is not None else "?"
    right = signer is not None and signer.digest == "sha256" and name == "sha256_rsa"
    return RequirementFinding(right, Text(name, name), item.found.field)


# --- all of them ---------------------------------------------------------------------------------------------

Check: TypeAlias = Callable[[Facts], Iterator[RequirementFinding]]


@dataclass(frozen=True)
class Requirement:
    """One requirement: its stable name, what it asks, and the function that looks."""

    id: str
    title: Text
    check: Check


def _each(check: Callable[[HeldSignature, PdfFile], RequirementFinding]) -> Check:
    """Return what looks at every signature."""

    def checks(facts: Facts) -> Iterator[RequirementFinding]:
        if facts.file is not None:
            for item in facts.signatures:
                yield check(item, facts.file)

    return checks


REQUIREMENTS = (
    Requirement("pdf", Text("The file is a PDF", "PDF ファイルである"), _is_pdf),
    Requirement("signed", Text("It is signed", "電子署名が付いている"), _is_signed),
    Requirement("type", Text("/Type is Sig", "/Type が Sig である"), _each(_type)),
    Requirement(
        "sub-filter",
        Text(f"/SubFilter is {REGISTRY_SUB_FILTER}", f"/SubFilter が {REGISTRY_SUB_FILTER} である"),
        _each(_sub_filter),
    ),
    Requirement("name", Text("/Name names the signer", "/Name に署名者の氏名がある"), _each(_name)),
    Requirement("m", Text("/M states the time of signing", "/M に署名時刻がある"), _each(_m)),
    Requirement(
        "byte-range",
        Text("/ByteRange covers everything but /Contents", "/ByteRange が /Contents 以外のすべてを指す"),
        _each(_byte_range),
    ),
    Requirement(
        "contents",
        Text("/Contents holds a detached PKCS#7 signature", "/Contents に PKCS#7 の署名 (detached) がある"),
        _each(_contents),
    ),
    Requirement("rsa-2048", Text("The key is RSA, 2048 bits", "鍵が RSA 2048 ビットである"), _each(_rsa_2048)),
    Requirement("sha-256", Text("It is signed with SHA-256", "SHA-256 による RSA 署名である"), _each(_sha_256)),
    Requirement("no-timestamp", Text("There is no timestamp", "タイムスタンプがない"), _no_timestamp),
    Requirement(
        "no-security-store",
        Text("There is no document security store (DSS)", "検証用の情報 (DSS) が埋め込まれていない"),
        _no_security_store,
    ),
    Requirement(
        "no-update", Text("Nothing was updated after signing", "署名後に (追加の署名以外の) 更新がない"), _no_update
    ),
    Requirement(
        "incremental-signatures",
        Text("Each signature is an incremental update of its own", "署名ごとに増分更新されている"),
        _by_updates,
    ),
    Requirement("file-size", Text("It is no larger than 10 MB", "10 MB 以下である"), _file_size),
    Requirement("file-name", Text("Its name can be attached", "添付できるファイル名である"), _file_name),
)


def _judge(facts: Facts) -> ProfileReport:
    found = (RequirementReport(item.id, item.title, tuple(item.check(facts))) for item in REQUIREMENTS)
    return ProfileReport(ProfileName.REGISTRY, tuple(found))


def _finding(fulfilled: bool, right: Text, wrong: Text, field: str | None = None) -> RequirementFinding:
    return RequirementFinding(fulfilled, right if fulfilled else wrong, field)


def _without(item: HeldSignature, wrong: list[Text], right: Text) -> RequirementFinding:
    return RequirementFinding(not wrong, wrong[0] if wrong else right, item.found.field)


def _entry(item: HeldSignature, key: str, fulfilled: bool) -> RequirementFinding:
    value: Value = item.found.entries.get(key)
    if value is None:
        return RequirementFinding(fulfilled, Text("none", "なし"), item.found.field)
    text = _printable(value[1:] if isinstance(value, str) else "?")
    return RequirementFinding(fulfilled, Text(text, text), item.found.field)


def _printable(text: str) -> str:
    return printable(text)[:_MAX_SHOWN]

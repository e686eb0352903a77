"""Are the clauses the ones you know?  The signed first revision against the template, typeset with the data inside.

Rendering is deterministic: the same template, data and versions give the same bytes (`signkit.contracts.render`).
Bytes that are the same are the template, unaltered; else text and looks are compared page by page.  What the file says
of itself never makes the answer better: the bytes hold it too.

A stranger's data are typeset in a process that may be lost, with a template that is shipped or that the user named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.contracts import fonts
from signkit.contracts.kept import template_versions
from signkit.contracts.provenance import provenance
from signkit.contracts.template import WORD, Template, load_template
from signkit.errors import ContractError, FileUnusable
from signkit.limits import LimitExceeded
from signkit.pdf.changes.values import UNJUDGED, Gravity, Rules
from signkit.pdf.embedded_contract import EmbeddedContract, Provenance
from signkit.pdf.embedded_files import file_specifications, names_of, streams_of
from signkit.pdf.reading.syntax import WHITESPACE, SyntaxProblem
from signkit.validation.options import TemplateCheck
from signkit.validation.report import FreeTextItem, Reason, TemplateMatch, TemplateVerdict
from signkit.validation.template_pages import Comparison, LineDifference, Task, compare
from signkit.words import Text
from signkit.workers import WorkerLost, WorkerPool, kept_pool

if TYPE_CHECKING:
    from signkit.pdf.changes.changes_judge import Changes
    from signkit.pdf.reading.document import PdfFile
    from signkit.pdf.signatures import FoundSignature

_SECONDS = 30.0
_MEMORY = 3 * 1024 * 1024 * 1024
_MAX_SHOWN = 20
_MAX_SPECIFICATIONS = 1_000


class FirstRevision:
    """A file's first revision: what came before anybody signed."""

    def __init__(self, file: PdfFile, changes: Changes, found: Iterable[FoundSignature]) -> None:
        self.file = file
        self._changes = changes
        self._found = [each for each in found if each.kind == "signature"]

    def until(self, revision: int) -> bytes:
        """Return the bytes up to the end of ``revision`` (from 0)."""
        return self.file.data[: self.file.history.end_before(revision + 1)]

    @property
    def signed_revision(self) -> int | None:
        """The revision that the first signature made; the last one where nobody has signed."""
        # A signature whose revision is not known could have been the first.
        revisions = [each.revision for each in self._found]
        known = [each for each in revisions if each is not None]
        return None if len(known) < len(revisions) else min(known, default=len(self.file.history) - 1)

    def is_shown_at(self, revision: int | None) -> bool | None:
        """Tell whether up to ``revision`` nothing came to the first one but signatures, evidence and form entries.

        None where that cannot be judged.  That a signature certifies the document is no change of it (12.8.6).
        """
        if revision is None or self.file.damaged:
            return None
        if not self._found and self.file.data[self.file.history.end_before(revision + 1) :].strip(WHITESPACE):
            return False  # what stands behind the last revision, programs that mend files may show
        judgement = self._changes.between(0, revision, Rules(Gravity.FORM, certified=True))
        codes = {change.code for change in judgement.findings} - {"permissions"}
        return not codes or (None if codes <= UNJUDGED else False)


def match_template(first: FirstRevision, contract: EmbeddedContract | None, check: TemplateCheck) -> TemplateMatch:
    """Say whether the first revision is the template, unaltered, filled with the data inside."""
    if contract is None:
        return _answer("unknown", [_reason("no-contract")])
    template, codes = _template(contract, check)
    if template is None:
        return _answer("unknown", codes)
    revision = first.signed_revision
    shown = first.is_shown_at(revision)
    pdf = first.until(0 if shown or revision is None else revision)
    versions = _versions(template, contract, check)
    task = Task.of(template, contract, pdf, _attachments(first), check.font_folders)
    found = _compare(replace(task, exact=not codes and not versions), first)
    match = _judge(found, contract, versions, codes, is_word=template.text_file == WORD)
    if shown is not True:
        match = _answer_of_change(match, found, shown)
    return replace(match, template=f"{template.id} {template.version}")


def _template(contract: EmbeddedContract, check: TemplateCheck) -> tuple[Template | None, list[Reason]]:
    """Return the template to compare with, and what is to be said about it; None where there is none."""
    if check.named:
        found = [each for each in map(_load, check.named) if each is not None and each.id == contract.template_id]
        missing = "other-template"
    else:
        found, missing = list(template_versions(contract.template_id, check.folders)), "no-template"
    if not found:
        return None, [_reason(missing, id=contract.template_id)]
    of_version = [each for each in found if each.version == contract.template_version]
    digest = contract.provenance.template_digest if contract.provenance else None
    for each in of_version:
        if _made_now(each, check).template_digest == digest:
            # By digest: a template of the same id and version may have been edited.
            return each, []
    if of_version:
        return of_version[0], [_reason("digest-differs" if digest else "no-digest")]
    return found[0], [_reason("version-differs", said=contract.template_version, here=found[0].version)]


def _load(folder: Path) -> Template | None:
    try:
        return load_template(folder)
    except ContractError:
        return None


def _made_now(template: Template, check: TemplateCheck) -> Provenance:
    return provenance(template, fonts.font_set(check.font_folders))


def _versions(template: Template, contract: EmbeddedContract, check: TemplateCheck) -> list[Reason]:
    """Return which of SignKit, the typesetter and the fonts have another version than the contract was made with."""
    said, now = contract.provenance, _made_now(template, check)
    if said is None:
        return []
    pairs = {"SignKit": (said.signkit, now.signkit), "Typst": (said.typst, now.typst)}
    reasons = [_reason("made-with", what=what, said=was, here=now) for what, (was, now) in pairs.items() if was != now]
    return reasons + ([_reason("fonts-differ")] if said.fonts != now.fonts else [])


def _attachments(first: FirstRevision) -> Mapping[str, bytes]:
    """Return the files inside the first revision by name; of two with one name neither."""
    view = first.file.history.view(0)
    found: dict[str, set[bytes]] = {}
    try:
        for number, specification in enumerate(file_specifications(view)):
            if number >= _MAX_SPECIFICATIONS:
                return {}  # one of those behind may have the name of one before
            for name in names_of(view, specification):
                streams = streams_of(view, specification)
                found.setdefault(name, set()).update(first.file.decode_stream(stream, view) for stream in streams)
    except (SyntaxProblem, LimitExceeded, RecursionError):
        return {}
    return {name: each.pop() for name, each in found.items() if len(each) == 1}


def _compare(task: Task, first: FirstRevision) -> Comparison:
    try:
        return _pool().submit(compare, task, first.file.password).result()  # type: ignore[no-any-return]
    except (WorkerLost, RuntimeError, MemoryError, FileUnusable):
        return Comparison("failed")


def _pool() -> WorkerPool:
    return kept_pool("templates", seconds=_SECONDS, memory=_MEMORY)


# --- the verdict -----------------------------------------------------------------------------------------


def _judge(
    found: Comparison,
    contract: EmbeddedContract,
    versions: list[Reason],
    about_template: list[Reason],
    *,
    is_word: bool,
) -> TemplateMatch:
    items = tuple(FreeTextItem(each.path, each.title, each.text) for each in found.free_text)
    another = any(each.code == "version-differs" for each in about_template)
    said = [*about_template, *versions]
    match found.outcome:
        case "same-bytes" if is_word:  # its text passes through LibreOffice, whose version the contract does not name
            return _answer("same-text", [_reason("word"), *said], items)
        case "same-bytes":
            return _answer("unaltered", [], items)
        case "refused":
            verdict: TemplateVerdict = "unknown" if another else "altered"
            return _answer(verdict, [_reason("data-refused"), *said], items)
        case "word" | "failed" | "attachments":
            return _answer("unknown", [_reason(_NOT_TYPESET[found.outcome]), *said], items)
    differences = list(_differences(found))
    if found.lines or found.said or found.page_counts[0] != found.page_counts[1]:
        return _answer("unknown" if another else "altered", [*differences, *said], items)
    if found.drawn:
        return _answer("unknown" if another or versions else "altered", [*differences, *said], items)
    said += [_reason("appended-not-compared")] if contract.appended else []
    return _answer("same-text", said or [_reason("bytes-differ")], items)


def _answer_of_change(match: TemplateMatch, found: Comparison, shown: bool | None) -> TemplateMatch:
    """Return the answer where something else came between the typesetting and the first signature."""
    words = _reason("changes-not-judged" if shown is None else "changed-before-signing")
    reasons = (words, *(_differences(replace(found, drawn=())) if found.outcome == "pages" else ()))
    return replace(match, verdict="unknown" if shown is None else "altered", reasons=reasons)


_NOT_TYPESET = {"word": "word-not-typeset", "failed": "not-typeset", "attachments": "attachments-missing"}


def _answer(
    verdict: TemplateVerdict, reasons: Sequence[Reason], free_text: tuple[FreeTextItem, ...] = ()
) -> TemplateMatch:
    return TemplateMatch(verdict, tuple(reasons), free_text)


def _differences(found: Comparison) -> Iterator[Reason]:
    made, there = found.page_counts
    if made != there:
        yield _reason("page-count", made=made, found=there)
    for line in found.lines[:_MAX_SHOWN]:
        yield _line(line)
    if len(found.lines) > _MAX_SHOWN:
        yield _reason("more", count=len(found.lines) - _MAX_SHOWN)
    for each in found.said:
        yield _reason(f"{each}-differ")
    if found.drawn and not found.lines:
        yield _reason("drawn-differs", pages=", ".join(str(page) for page in found.drawn[:_MAX_SHOWN]))


def _line(line: LineDifference) -> Reason:
    kind = "text-differs" if line.made and line.found else "text-added" if line.found else "text-missing"
    return _reason(kind, page=line.page, made=line.made, found=line.found)


def _reason(code: str, **facts: object) -> Reason:
    return Reason(code, _WORDS[code].filled(**facts))


_WORDS = {
    "no-contract": Text(
        "It carries no contract data, so there is no template to compare it with.",
        "契約データがないため、比べるひな形がありません。",
    ),
    "no-template": Text(
        "There is no template {id} here; name its folder with --template.",
        "ひな形 {id} がありません。--template でフォルダーを指定してください。",
    ),
    "other-template": Text(
        "Its data are for the template {id}, which is not the one named.",
        "契約データのひな形は {id} で、指定されたものではありません。",
    ),
    "no-digest": Text(
        "It was made before contracts said exactly which template and versions made them; the pages were compared.",
        "作成に使ったひな形と版を記録する前に作られたため、ページを比べました。",
    ),
    "digest-differs": Text(
        "The template of this version is not the one that it says it was made with; the pages were compared.",
        "この版のひな形は、契約書が作成に使ったとするものと異なります。ページを比べました。",
    ),
    "version-differs": Text(
        "Version {said} of the template is not here; it was compared with version {here}.",
        "ひな形の版 {said} がないため、版 {here} と比べました。",
    ),
    "made-with": Text(
        "It was made with {what} {said}, and compared by {here}.", "{what} {said} で作成され、{here} で比べました。"
    ),
    "fonts-differ": Text(
        "It was made with other versions of the fonts than are here.",
        "作成に使われた書体の版が、ここのものと異なります。",
    ),
    "changed-before-signing": Text(
        "Between the typesetting and the first signature the document was changed.",
        "組版の後、最初の署名までの間に文書が変更されています。",
    ),
    "changes-not-judged": Text(
        "Whether the document was changed between the typesetting and the first signature cannot be judged.",
        "組版の後、最初の署名までの間に文書が変更されたかどうかを判定できません。",
    ),
    "data-refused": Text(
        "The template refuses the data inside: it cannot have been filled with them.",
        "ひな形が契約データを受け付けません。このデータで作られたものではありません。",
    ),
    "word": Text(
        "The template is a Word document: the contract does not say which LibreOffice made it.",
        "ひな形が Word 文書です。変換に使われた LibreOffice の版は契約書に記録されていません。",
    ),
    "word-not-typeset": Text(
        "The template is a Word document, and what converts those is not installed.",
        "ひな形が Word 文書ですが、変換に必要なものが入っていません。",
    ),
    "not-typeset": Text(
        "Typesetting it again failed, or took too much time or memory.",
        "組み直せませんでした(時間・メモリーの超過を含みます)。",
    ),
    "attachments-missing": Text(
        "A file that its annex lists cannot be read from it.", "別紙に記載されたファイルを読み取れません。"
    ),
    "page-count": Text(
        "It has {found} pages; the template and the data make {made}.",
        "{found} ページあります。ひな形とデータからは {made} ページになります。",
    ),
    "text-differs": Text(
        "Page {page}: “{found}” stands where the template and the data make “{made}”.",
        "{page} ページ: ひな形とデータからは「{made}」となるところが「{found}」となっています。",
    ),
    "text-added": Text(
        "Page {page}: “{found}” stands there, which the template and the data do not make.",
        "{page} ページ: ひな形とデータからはできない「{found}」があります。",
    ),
    "text-missing": Text(
        "Page {page}: “{made}” is missing, which the template and the data make.",
        "{page} ページ: ひな形とデータからできるはずの「{made}」がありません。",
    ),
    "title-differ": Text(
        "Its data give it another title than the template does.", "契約データの表題がひな形と異なります。"
    ),
    "parties-differ": Text(
        "Its data name other parties than the template and the data make.",
        "契約データの当事者が、ひな形とデータからできるものと異なります。",
    ),
    "signing-order-differ": Text(
        "Its data give another order of signing than the template does.", "契約データの署名の順序がひな形と異なります。"
    ),
    "fields-differ": Text(
        "It has other signature fields than the template and the data make.",
        "署名欄が、ひな形とデータからできるものと異なります。",
    ),
    "more": Text("There are {count} more differences.", "ほかに {count} か所の違いがあります。"),
    "drawn-differs": Text(
        "The text is the same, but it looks different on page {pages}; what is drawn counts, not the text behind it.",
        "文字情報は同じですが、{pages} ページの見た目が異なります。確かなのは見える内容で、文字情報ではありません。",
    ),
    "appended-not-compared": Text(
        "The pages that were appended were not compared: the annex names their files by digest.",
        "綴じ込まれたページは比べていません。別紙にファイルのハッシュ値があります。",
    ),
    "bytes-differ": Text(
        "Text and looks are the same, but not the bytes: the file was written anew.",
        "文字と見た目は同じですが、ファイルは書き直されていて同じバイト列ではありません。",
    ),
}

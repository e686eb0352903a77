"""What accompanies the pages: document information, validation evidence, and what the catalog makes viewers do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from signkit.history.differences import Difference, cut_short, fill
from signkit.history.fingerprint import Fingerprints
from signkit.history.states import DocumentState, StatePairing
from signkit.pdf.form import text_string
from signkit.pdf.pages import Page
from signkit.pdf.reading.syntax import Value
from signkit.pdf.security_store import security_store
from signkit.words import Text

# --- document information -----------------------------------------------------------------------------------


def metadata_changes(old: DocumentState, new: DocumentState, prints: Fingerprints) -> Iterator[Difference]:
    """Compare the information dictionary (14.3.3) and the metadata stream (14.3.2)."""
    before, after = _information(old), _information(new)
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one != other:
            yield Difference("metadata", fill(_INFORMATION, key=key), None, one, other)
    if _of_catalog(old, "/Metadata", prints) != _of_catalog(new, "/Metadata", prints):
        yield Difference("metadata", _XMP)


def _information(state: DocumentState) -> dict[str, str]:
    entries = state.view.resolve(state.view.trailer.get("/Info"))
    values = {key: state.view.resolve(value) for key, value in entries.items()} if isinstance(entries, dict) else {}
    return {
        key.removeprefix("/"): cut_short(text_string(value))
        if isinstance(value, bytes)
        else str(value).removeprefix("/")
        for key, value in values.items()
        if isinstance(value, bytes | str | int | float)
    }


# --- evidence -----------------------------------------------------------------------------------------------


def evidence_changes(old: DocumentState, new: DocumentState) -> Iterator[Difference]:
    """Count what was added to the document security store (ETSI EN 319 142-1 5.4), and what was taken away."""
    before, after = security_store(old.view), security_store(new.view)
    added = [len(set(other) - set(one)) for one, other in zip(before, after, strict=True)]
    removed = [len(set(one) - set(other)) for one, other in zip(before, after, strict=True)]
    for counts, words in ((added, _EVIDENCE_ADDED), (removed, _EVIDENCE_REMOVED)):
        if any(counts):
            certificates, responses, lists = counts
            yield Difference("evidence", fill(words, certificates=certificates, responses=responses, lists=lists))


# --- structure ----------------------------------------------------------------------------------------------

#: Entries of the catalog that are compared elsewhere, or say nothing about what a viewer shows or does.
_ELSEWHERE = {
    "/Type", "/Version", "/Extensions", "/Pages", "/AcroForm", "/Metadata", "/DSS", "/AF", "/StructTreeRoot",
    "/MarkInfo", "/Perms", "/Names",
}  # fmt: skip
_KNOWN = {
    "/OpenAction": Text("what happens when the file is opened", "開いたときの動作"),
    "/AA": Text("actions", "動作 (アクション)"),
    "/OCProperties": Text("layers that can be shown or hidden", "表示を切り替えられるレイヤー"),
    "/Outlines": Text("bookmarks", "しおり"),
    "/PageLabels": Text("page labels", "ページ番号の表示"),
    "/JavaScript": Text("scripts", "スクリプト (JavaScript)"),
    "/Collection": Text("the portfolio", "ポートフォリオ"),
    "/ViewerPreferences": Text("viewer preferences", "表示の初期設定"),
    "/Lang": Text("the language", "言語"),
    "/NeedAppearances": Text("that viewers draw the form anew", "フォームの再描画の指定"),
    "/XFA": Text("the XFA form", "XFA フォーム"),
}
_PAGE_ATTRIBUTES = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/AA", "/TrimBox", "/BleedBox", "/ArtBox")


def structure_changes(
    old: DocumentState,
    new: DocumentState,
    pairing: StatePairing,
    touched: Sequence[tuple[int, int]],
    prints: Fingerprints,
) -> Iterator[Difference]:
    """Compare the order of pages, the attributes of those that were touched, and the catalog."""
    for number in pairing.added:
        yield Difference("structure", fill(_PAGE_ADDED, page=number + 1), number + 1)
    for number in pairing.removed:
        yield Difference("structure", fill(_PAGE_REMOVED, page=number + 1), number + 1)
    if pairing.moved:
        order = ", ".join(str(old_number + 1) for old_number, _ in pairing.pairs[:100])
        yield Difference(
            "structure", _MOVED, None, ", ".join(map(str, sorted(n + 1 for n, _ in pairing.pairs[:100]))), order
        )
    for number, other in touched:
        yield from _attributes(old, old.pages[number], new, new.pages[other], other + 1)
    yield from catalog_changes(old, new, prints)


def _attributes(old: DocumentState, one: Page, new: DocumentState, other: Page, number: int) -> Iterator[Difference]:
    for key in _PAGE_ATTRIBUTES:
        before, after = _attribute(old, one, key), _attribute(new, other, key)
        if before != after:
            yield Difference("structure", fill(_PAGE_ATTRIBUTE, key=key.removeprefix("/")), number, before, after)


def _attribute(state: DocumentState, page: Page, key: str) -> str | None:
    value = state.view.resolve(page.entries.get(key))
    if isinstance(value, list):
        return " ".join(_number(state.view.resolve(item)) for item in value[:8])
    return None if value is None else "…" if isinstance(value, dict) else _number(value)


def _number(value: Value) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def catalog_changes(old: DocumentState, new: DocumentState, prints: Fingerprints) -> Iterator[Difference]:
    """Compare what the catalog, its names and the form as a whole say of looks and behaviour."""
    before, after = _catalog_entries(old), _catalog_entries(new)
    for key in sorted(before.keys() | after.keys()):
        if _print(old, before.get(key), prints) != _print(new, after.get(key), prints):
            words = _KNOWN.get(key, Text(key, key))
            change = _APPEARED if before.get(key) is None else _GONE if after.get(key) is None else _OTHER_NOW
            yield Difference("structure", Text(change.en.format(what=words.en), change.ja.format(what=words.ja)))


def _catalog_entries(state: DocumentState) -> dict[str, Value]:
    """The catalog's entries of interest, with those of its names and of the form as a whole."""
    root = state.view.root
    if not isinstance(root, dict):
        return {}
    found = {key: value for key, value in root.items() if key not in _ELSEWHERE}
    names, form = state.view.resolve(root.get("/Names")), state.view.resolve(root.get("/AcroForm"))
    if isinstance(names, dict):
        found |= {key: value for key, value in names.items() if key not in ("/EmbeddedFiles", "/Dests")}
    if isinstance(form, dict):
        found |= {key: form[key] for key in ("/XFA", "/NeedAppearances") if key in form}
    return found


def _print(state: DocumentState, value: Value, prints: Fingerprints) -> bytes:
    return prints.of(state.view, value, stop=state.page_refs)


def _of_catalog(state: DocumentState, key: str, prints: Fingerprints) -> bytes:
    root = state.view.root
    return _print(state, root.get(key) if isinstance(root, dict) else None, prints)


_INFORMATION = Text("The document information {key} was changed.", "文書情報の {key} が変わりました。")
_XMP = Text("The metadata (XMP) was changed.", "メタデータ (XMP) が変わりました。")
_EVIDENCE_ADDED = Text(
    "Validation evidence was added: {certificates} certificates, {responses} OCSP responses, {lists} revocation lists.",
    "検証用の情報が追加されました: 証明書 {certificates} 件、OCSP 応答 {responses} 件、失効リスト {lists} 件。",
)
_EVIDENCE_REMOVED = Text(
    "Validation evidence was taken away: {certificates} certificates, {responses} OCSP responses, {lists} revocation "
    "lists.",
    "検証用の情報が取り除かれました: 証明書 {certificates} 件、OCSP 応答 {responses} 件、失効リスト {lists} 件。",
)
_PAGE_ADDED = Text("Page {page} was added.", "{page} ページ目が追加されました。")
_PAGE_REMOVED = Text("Page {page} was taken away.", "{page} ページ目が取り除かれました。")
_MOVED = Text("The pages stand in another order.", "ページの順序が変わりました。")
_PAGE_ATTRIBUTE = Text("The page's {key} was changed.", "ページの {key} が変わりました。")
_APPEARED = Text("Added to the document: {what}.", "文書に追加されました: {what}。")
_GONE = Text("Taken away from the document: {what}.", "文書から取り除かれました: {what}。")
_OTHER_NOW = Text("Changed in the document: {what}.", "文書で変わりました: {what}。")

"""Annotations that are no form fields: notes, text boxes, stamps, links and what else lies on a page (12.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from signkit.history.differences import Difference, cut_short
from signkit.history.fingerprint import Fingerprints
from signkit.history.form_diff import FormState
from signkit.history.states import DocumentState, annotations_of, area_of
from signkit.pdf.form import text_string
from signkit.pdf.pages import Page
from signkit.pdf.reading.syntax import Ref, Value
from signkit.words import Text

_KINDS = {
    "/Text": Text("sticky note", "付箋"),
    "/FreeText": Text("text box", "テキストボックス"),
    "/Highlight": Text("highlight", "ハイライト"),
    "/Underline": Text("underline", "下線"),
    "/StrikeOut": Text("strike-out", "取り消し線"),
    "/Squiggly": Text("wavy underline", "波線"),
    "/Stamp": Text("stamp", "スタンプ"),
    "/Ink": Text("drawing", "手書き"),
    "/Square": Text("rectangle", "四角形"),
    "/Circle": Text("ellipse", "楕円"),
    "/Line": Text("line", "線"),
    "/Link": Text("link", "リンク"),
    "/Popup": Text("pop-up window", "ポップアップ"),
    "/FileAttachment": Text("file attachment", "添付ファイル"),
    "/Redact": Text("redaction mark", "墨消し指定"),
    "/Widget": Text("form field outside the form", "フォームに属さない入力欄"),
}
_OTHER = Text("annotation", "注釈")
_ADDED = Text("An annotation was added: {kind}.", "注釈（{kind}）が追加されました。")
_REMOVED = Text("An annotation was taken away: {kind}.", "注釈（{kind}）が取り除かれました。")
_CHANGED = Text("An annotation was changed: {kind}.", "注釈（{kind}）が変わりました。")

#: Bookkeeping of the programs that write annotations.
_FREE = ("/M", "/NM", "/CreationDate", "/Type")

_Note = tuple[Ref | None, dict[str, Value]]


class Notes:
    """Compares the annotations of two states."""

    def __init__(self, old: FormState, new: FormState, prints: Fingerprints) -> None:
        self._old, self._new = old, new
        self._prints = prints

    def changes(self, pairs: Sequence[tuple[int, int]]) -> Iterator[Difference]:
        """Return what was added, changed and taken away on these pages, which both states have."""
        for number, other in pairs:
            yield from self._page(self._old.state.pages[number], self._new.state.pages[other], other + 1)

    def _page(self, one: Page, other: Page, number: int) -> Iterator[Difference]:
        before, after = self._own(self._old, one), self._own(self._new, other)
        prints = {self._print(self._old.state, note) for note in before}
        known = {ref: note for note in before if (ref := note[0]) is not None}
        remaining = {ref for ref, _ in before if ref is not None}
        same = {self._print(self._new.state, note) for note in after} & prints
        for note in after:
            earlier = known.get(note[0]) if note[0] is not None else None
            remaining -= {note[0]}
            if self._print(self._new.state, note) in same:
                continue
            if earlier is None:
                yield _change(_ADDED, number, self._new.state, note[1], None, _contents(self._new.state, note[1]))
            else:
                texts = _contents(self._old.state, earlier[1]), _contents(self._new.state, note[1])
                yield _change(_CHANGED, number, self._new.state, note[1], *texts)
        for note in before:
            gone = note[0] is None or note[0] in remaining
            if gone and self._print(self._old.state, note) not in same:
                yield _change(_REMOVED, number, self._old.state, note[1], _contents(self._old.state, note[1]), None)

    def _print(self, state: DocumentState, note: _Note) -> bytes:
        return self._prints.of(state.view, note[1], without=_FREE, stop=state.page_refs)

    @staticmethod
    def _own(form: FormState, page: Page) -> list[_Note]:
        return [note for note in annotations_of(form.state, page) if note[0] is None or note[0] not in form.widgets]


def _contents(state: DocumentState, entries: dict[str, Value]) -> str | None:
    value = state.view.resolve(entries.get("/Contents"))
    return cut_short(text_string(value)) if isinstance(value, bytes) and value else None


def _change(
    words: Text, page: int, state: DocumentState, entries: dict[str, Value], before: str | None, after: str | None
) -> Difference:
    subtype = state.view.resolve(entries.get("/Subtype"))
    kind = _KINDS.get(subtype, _OTHER) if isinstance(subtype, str) else _OTHER
    text = Text(words.en.format(kind=kind.en), words.ja.format(kind=kind.ja))
    return Difference("annotation", text, page, before, after, area_of(state.view, entries))

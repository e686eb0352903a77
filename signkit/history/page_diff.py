"""What became of the pages between two states, in words: text by lines, and places that look different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType

from signkit.history.differences import Difference, cut_short, fill
from signkit.history.fingerprint import Fingerprints
from signkit.history.looks import Looks, PagePair, Region, compare, hold_file
from signkit.history.states import DocumentState
from signkit.words import Text
from signkit.workers import WorkerLost, WorkerPool

#: Address space of the process that draws: libraries, two documents and their pictures, and the file a few times over.
#: What a small file unpacks to must find room in that, or is not compared.
_ROOM = 768 * 1024 * 1024
_COPIES = 5
#: For one pair of states: first politely, then by ending the process.
_SECONDS = 30.0
_PATIENCE = 15.0


@dataclass(frozen=True)
class PagesCompared:
    """Changes of the pages' text and looks, and what could not be compared."""

    changes: tuple[Difference, ...]
    gaps: tuple[Text, ...] = ()


class PageComparer:
    """Compares pages of one file's states, in a process that may be lost, in ``seconds`` of it for all."""

    def __init__(self, data: bytes, prints: Fingerprints, seconds: float = 120.0) -> None:
        self._pool = WorkerPool(
            1,
            seconds=_SECONDS + _PATIENCE,
            initializer=hold_file,
            arguments=(data,),
            memory=_ROOM + _COPIES * len(data),
        )
        self._prints = prints
        self._drawn: dict[tuple[int, int], bytes] = {}  # by state and page, since every state is looked at twice
        self._left = seconds

    def __enter__(self) -> PageComparer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=error is not None)

    def compare(
        self, old: DocumentState, new: DocumentState, touched: Sequence[tuple[int, int]], known: Iterable[Difference]
    ) -> PagesCompared:
        """Compare the pages that may differ, the rewritten ones first, and how many pages there are.

        Args:
            old: the earlier state.
            new: the later state.
            touched: which page continues which, of those that may differ.
            known: what else was found to have changed; its areas explain that a page looks different there.
        """
        rewritten = {pair for pair in touched if self._is_rewritten(old, new, pair)}
        places: dict[int, list[Difference]] = {}
        for change in known:
            if change.page is not None and change.area is not None:
                places.setdefault(change.page - 1, []).append(change)
        pairs = [
            PagePair(*pair, tuple(change.area for change in places.get(pair[1], ()) if change.area))
            for pair in sorted(touched, key=lambda pair: (pair not in rewritten, pair))
        ]
        looks = self._looks(old, new, pairs)
        if looks is None:
            changes = [Difference("structure", _REWRITTEN, new_number + 1) for _, new_number in sorted(rewritten)]
            return PagesCompared(tuple(changes), (_NOT_DRAWN,) if pairs else ())
        return PagesCompared(tuple(_in_words(looks, rewritten)), tuple(_gaps(looks, old, new)))

    def _looks(self, old: DocumentState, new: DocumentState, pairs: Sequence[PagePair]) -> Looks | None:
        if not (old.pages and new.pages) or self._left <= 0:
            return None
        job = self._pool.submit(compare, old.end, new.end, tuple(pairs), min(_SECONDS, self._left))
        try:
            looks: Looks = job.result()
        except (WorkerLost, ValueError, RuntimeError, MemoryError):
            self._left -= _SECONDS  # it is not known how much it was
            return None
        self._left -= looks.spent
        return looks

    def _is_rewritten(self, old: DocumentState, new: DocumentState, pair: tuple[int, int]) -> bool:
        """Whether anything differs that the page itself draws: its content and its resources."""
        return self._print(old, pair[0]) != self._print(new, pair[1])

    def _print(self, state: DocumentState, number: int) -> bytes:
        key = state.end, number
        if key not in self._drawn:
            entries = state.pages[number].entries
            drawn = [entries.get(name) for name in ("/Contents", "/Resources", "/Group")]
            self._drawn[key] = self._prints.of(state.view, drawn, stop=state.page_refs)
        return self._drawn[key]


def _in_words(looks: Looks, rewritten: set[tuple[int, int]]) -> Iterable[Difference]:
    for page in looks.pages:
        number = page.pair.new + 1
        for before, after in page.lines:
            words = _LINE_ADDED if before is None else _LINE_REMOVED if after is None else _LINE_CHANGED
            yield Difference("text", words, number, _optional(before), _optional(after))
        for region in page.regions:
            yield _region(number, region)
        if not page.lines and not page.regions and (page.pair.old, page.pair.new) in rewritten:
            yield Difference("structure", _REWRITTEN_SAME, number)
    for pair in looks.missed:
        if (pair.old, pair.new) in rewritten:
            yield Difference("structure", _REWRITTEN, pair.new + 1)


def _optional(text: str | None) -> str | None:
    return cut_short(text) if text else None


def _region(number: int, region: Region) -> Difference:
    if region.before and region.after:
        words = _OVERWRITTEN
    elif region.before:
        words = _COVERED
    else:
        words = _DIFFERENT
    by = _BY_CONTENT if region.content else _BY_ANNOTATION
    left, top, width, height = region.millimetres
    words = Text(words.en + by.en + " " + _PLACE.en, words.ja + by.ja + _PLACE.ja)
    text = fill(words, left=left, top=top, width=width, height=height)
    return Difference("picture", text, number, _optional(region.before), _optional(region.after), region.area)


def _gaps(looks: Looks, old: DocumentState, new: DocumentState) -> Iterable[Text]:
    """What was not looked at."""
    missed = [pair.new + 1 for pair in looks.missed]
    if missed:
        shown = ", ".join(map(str, sorted(missed)[:20])) + (", …" if len(missed) > 20 else "")
        yield fill(_MISSED, pages=shown)
    ours = len(old.pages), len(new.pages)
    if looks.counts != ours:
        yield fill(_COUNTS, ours=ours[1], theirs=looks.counts[1])


_LINE_ADDED = Text("Text was added.", "文字が追加されました。")
_LINE_REMOVED = Text("Text was taken away.", "文字が取り除かれました。")
_LINE_CHANGED = Text("The text was changed.", "文字が変わりました。")
_OVERWRITTEN = Text(
    "Other text was drawn over text that the page still holds", "ページに残っている文字の上に、別の文字が描かれました"
)
_COVERED = Text(
    "The page looks different over this text, which it still holds",
    "ページに残っているこの文字の部分の見た目が変わりました",
)
_DIFFERENT = Text("The page looks different here", "ページのこの部分の見た目が変わりました")
_BY_CONTENT = Text(" (in the page's content):", "（ページの内容）: ")
_BY_ANNOTATION = Text(" (by an annotation or a form field):", "（注釈または入力欄）: ")
_PLACE = Text(
    "{left} mm from the left, {top} mm from the top, {width} × {height} mm.",
    "左から {left} mm、上から {top} mm、{width} × {height} mm。",
)
_REWRITTEN = Text(
    "The page's content was rewritten; how it looks could not be compared.",
    "ページの内容が書き直されました。見た目は比較できませんでした。",
)
_REWRITTEN_SAME = Text(
    "The page's content was rewritten; text and looks are the same.",
    "ページの内容が書き直されましたが、文字も見た目も同じです。",
)
_NOT_DRAWN = Text(
    "The pages could not be drawn in bounded time and memory: their text and looks were not compared.",
    "時間とメモリーの上限内でページを描けなかったため、文字と見た目は比較していません。",
)
_MISSED = Text(
    "These pages could not be drawn, or time ran out: {pages}. Their text and looks were not compared.",
    "次のページは描けないか時間切れのため、文字と見た目を比較していません: {pages}。",
)
_COUNTS = Text(
    "Programs may differ about the pages: {ours} by the page tree, {theirs} by the program that draws them.",
    "ページ数の解釈がプログラムによって異なります: ページツリーでは {ours}、描画プログラムでは {theirs}。",
)

"""An attack in the making, and the register of everything that can be done in one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.attacks import shapes, syntax
from tests.attacks.bases import Base, read
from tests.attacks.doc import Absent, Doc
from tests.attacks.syntax import Entries
from tests.attacks.witnesses import Area
from tests.attacks.writer import Draft, Raw, Revision, Written, revision_of

Edit = list[tuple[int, bytes]]
"""Objects that together show something else; the first one is there already, the others are new."""


EVERYWHERE = Area(None, (-1e6, -1e6, 1e6, 1e6))
#: Where comments may come and go (P=3): whatever they show, what stood there stays legible.
COMMENTED = Area(None, EVERYWHERE.box, legible=True)


@dataclass
class Attack:
    """What is appended to a signed document.

    Attributes:
        shadows: hidden definitions that the document was prepared with.
        areas: where a difference is right, because a change there is.
        bare: the whole file where no revision is appended to it, only bytes.
    """

    base: Base
    doc: Doc
    revision: Revision
    random: random.Random
    shadows: list[tuple[int, bytes]] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    added: int = 0
    bare: bytes | None = field(default=None, repr=False)

    def result(self) -> bytes:
        """Return the whole file: with the revision, or with nothing but the bytes that ``bare`` ends with."""
        return self.revision.render() if self.bare is None else self.bare

    def body(self, number: int) -> bytes:
        """Return an object as it now stands."""
        for piece in reversed(self.revision.pieces):
            if isinstance(piece, Written) and piece.number == number:
                return piece.body
        return self.doc.body(number)

    def entries(self, number: int) -> Entries:
        return syntax.entries(self.body(number))

    def new(self) -> int:
        self.added += 1
        return self.revision.size + self.added

    def add_later(self, body: bytes) -> tuple[int, bytes]:
        """Return a body with a number that is free."""
        return self.new(), body

    def put(self, number: int, body: bytes, **how: object) -> Written:
        """Write an object in the place of what this revision wrote of it before."""
        self.revision.pieces = [
            piece for piece in self.revision.pieces if not (isinstance(piece, Written) and piece.number == number)
        ]
        piece = Written(number, body, **how)
        self.revision.pieces.append(piece)
        return piece

    def add(self, body: bytes) -> int:
        number = self.new()
        self.put(number, body)
        return number

    def change(self, number: int, changed: Entries, without: tuple[bytes, ...] = ()) -> None:
        self.put(number, syntax.with_entries(self.body(number), changed, without))

    def append(self, number: int, key: bytes, *values: bytes) -> None:
        """Append to an array, that of an object or one that it refers to."""
        raw = self.entries(number).get(key, b"[]")
        target = syntax.number_of(raw)
        array = raw if target is None else self.body(target)
        longer = array.rstrip()[:-1] + b" " + b" ".join(values) + b"]"
        if target is None:
            self.change(number, {key: longer})
        else:
            self.put(target, longer)

    def write(self, edit: Edit) -> None:
        for number, body in edit:
            self.put(number, body)

    def plant(self) -> None:
        """Write something that a reader would see: listed, or beside what is listed, where only a search finds it."""
        ways = ("listed", "behind the listed", "before the listed", "unlisted", "in a stream", "as it was", "as it was")
        way = self.choose(*ways)
        edit = self.as_it_was() if way == "as it was" else self.evil()
        if way in ("listed", "as it was"):
            self.write(edit)
            return
        honest = [Written(number, self.doc.body(number)) for number, _ in edit if number in self.doc.objects]
        evil = [Written(number, body, listed=False) for number, body in edit]
        if way == "in a stream":
            hidden = b"".join(b"\n%d 0 obj\n" % number + body + b"\nendobj\n" for number, body in edit)
            honest, evil = [], [Written(self.new(), syntax.stream({}, hidden))]
        first, last = (evil, honest) if way == "before the listed" else (honest, evil)
        self.revision.pieces += [*first, *last] if way != "unlisted" else evil

    def raw(self, text: bytes) -> None:
        self.revision.pieces.append(Raw(text))

    def further_revision(self) -> None:
        """End this revision; what follows goes into another one."""
        before = self.revision
        self.revision = revision_of(before.render(), before.crypt)
        self.revision.size = max(self.revision.size, before.size + self.added)
        self.doc = read(self.revision.data, before.crypt, self.base.hidden)
        self.added = 0

    def page(self) -> int:
        if not self.doc.pages:
            raise Absent("pages")
        return self.random.choice(self.doc.pages)

    def choose(self, *values: object):
        return self.random.choice(values)

    def evil(self) -> Edit:
        """Choose something that a reader would see, whose objects another reading may hide."""
        makers = list(_EDITS)
        self.random.shuffle(makers)
        for make in makers:
            try:
                return make(self)
            except Absent:
                continue
        raise Absent("anything to change")

    def content_of_either_kind(self) -> tuple[int, bytes]:
        """Return a page's content plainly written, as it was or with other words."""
        number, evil = self.evil_content()[0]
        honest = syntax.decoded(self.doc.body(number)) or b""
        return number, self.choose(evil, syntax.stream({}, honest))

    def drawn_annotation(self) -> int:
        """Choose an annotation that draws; where P=3 allows its change, everything on the page may differ legibly."""
        number = self.random.choice(self.doc.drawn_annotations())
        if self.base.seal == "p3" and self.entries(number).get(b"/Subtype") != b"/Widget":
            self.areas.append(COMMENTED)
        return number

    def as_it_was(self) -> Edit:
        """Choose an object that is seen, to be written again unchanged, so that only how it is written may matter."""
        page = self.page()
        found = [page, page, self.doc.page_root, self.doc.root, *self.doc.resource(page, b"/Font")]
        found += [*self.doc.annotations(page), *self.doc.resource(page, b"/XObject")]
        found += [self.doc.contents(page)] * 2
        number = self.random.choice([number for number in found if number in self.doc.objects])
        return [(number, self.doc.body(number))]

    def rewrite(self) -> Edit:
        """Choose something that a reader would see, or something as it was."""
        return self.evil() if self.random.random() < 0.5 else self.as_it_was()

    def evil_content(self) -> Edit:
        return _content(self)


# --- what a reader would see ---------------------------------------------------------------------------------


def other_words(content: bytes, choice: random.Random) -> bytes:
    """Return a page's content that says or shows something else."""
    changed = content.replace(b"100", b"999").replace(b"200", b"777")
    if changed != content and choice.random() < 0.5:
        return changed
    return content + b"\nq 0.8 0 0 rg 20 45 70 25 re f Q\nBT /F1 14 Tf 60 100 Td (999) Tj ET\n"


def _content(attack: Attack) -> Edit:
    number = attack.doc.contents(attack.page())
    content = syntax.decoded(attack.doc.body(number))
    if content is None:
        raise Absent("contents")
    return [(number, syntax.stream({}, other_words(content, attack.random)))]


def _contents_elsewhere(attack: Attack) -> Edit:
    page = attack.page()
    content = attack.add_later(_content(attack)[0][1])
    return [(page, syntax.with_entries(attack.body(page), {b"/Contents": syntax.reference(content[0])})), content]


def _turned(attack: Attack) -> Edit:
    page = attack.page()
    entry = attack.choose((b"/Rotate", b"180"), (b"/CropBox", b"[0 0 90 70]"), (b"/MediaBox", b"[0 60 200 140]"))
    return [(page, syntax.with_entries(attack.body(page), dict([entry])))]


def _fewer_pages(attack: Attack) -> Edit:
    if len(attack.doc.pages) < 2:
        raise Absent("a second page")
    root = attack.doc.page_root
    kept = attack.random.sample(attack.doc.pages, len(attack.doc.pages) - 1)
    kids = b"[" + b" ".join(map(syntax.reference, kept)) + b"]"
    return [(root, syntax.with_entries(attack.body(root), {b"/Kids": kids, b"/Count": b"%d" % len(kept)}))]


def _looks(attack: Attack) -> Edit:
    number = attack.doc.appearance(attack.drawn_annotation())
    return [(number, shapes.looks(80, 20, b"0.9 0 0 rg 0 0 80 20 re f 1 g " + shapes.words(b"999 yen", size=10)))]


def _resource(attack: Attack) -> Edit:
    found = attack.doc.resource(attack.page(), b"/XObject")
    if not found:
        raise Absent("a drawn resource")
    return [(attack.random.choice(found), shapes.looks(1, 1, b"0.9 0 0 rg 0 0 1 1 re f"))]


def _another_tree(attack: Attack) -> Edit:
    content = attack.add_later(_content(attack)[0][1])
    page, node = attack.new(), attack.new()
    first = attack.doc.pages[0]
    pages = syntax.with_entries(
        attack.body(first), {b"/Contents": syntax.reference(content[0]), b"/Parent": syntax.reference(node)}
    )
    tree = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /MediaBox [0 0 200 140] >>" % page
    root = syntax.with_entries(attack.body(attack.doc.root), {b"/Pages": syntax.reference(node)})
    return [(attack.doc.root, root), (node, tree), (page, pages), content]


_EDITS: tuple[Callable[[Attack], Edit], ...] = (
    _content, _content, _content, _contents_elsewhere, _turned, _fewer_pages, _looks, _resource, _another_tree,
)  # fmt: skip


# --- the register --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutation:
    """One thing that can be done: to what is appended, or (``prepares``) to a document before it is signed.

    Attributes:
        forbidden: it must not be permitted though no witness draws it: words that are read aloud, actions, names.
        weight: how often it is chosen among its class; what has many variants is worth more cases.
    """

    name: str
    kind: str
    apply: Callable[..., None]
    prepares: bool = False
    forbidden: bool = False
    weight: int = 1


MUTATIONS: dict[str, Mutation] = {}


def mutation(kind: str, *, forbidden: bool = False, weight: int = 1) -> Callable[[Callable], Callable]:
    """Enter a mutation of an appended revision under its class."""
    return _entry(kind, forbidden=forbidden, weight=weight)


def preparation(kind: str, *, weight: int = 1) -> Callable[[Callable], Callable]:
    """Enter a mutation of a document that is still to be signed under its class."""
    return _entry(kind, prepares=True, weight=weight)


def _entry(kind: str, *, prepares: bool = False, forbidden: bool = False, weight: int = 1):
    def enter(apply):
        name = apply.__name__.strip("_")
        assert name not in MUTATIONS, name
        MUTATIONS[name] = Mutation(name, kind, apply, prepares, forbidden, weight)
        return apply

    return enter


def evil_of_draft(draft: Draft, choice: random.Random) -> tuple[int, bytes]:
    """Return an object of a document not yet signed, and a body that shows something else."""
    number = shapes.CONTENT
    content = syntax.data(draft.objects[number])
    assert content is not None
    pages = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Rotate": b"180"})
    return choice.choice([(number, syntax.stream({}, other_words(content, choice)))] * 3 + [(shapes.PAGE, pages)])

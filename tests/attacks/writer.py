"""A plain writer of PDF files and of revisions appended to them: it writes what it is told, right or wrong."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

from tests.attacks import syntax
from tests.attacks.crypt import Crypt
from tests.attacks.syntax import Entries

#: What a cross-reference section says of itself; everything else in a trailer is carried on.
_OWN = {
    b"/Size", b"/Prev", b"/XRefStm", b"/Type", b"/W", b"/Index", b"/Length", b"/Filter", b"/DecodeParms",
}  # fmt: skip
Row = tuple[int, int, int]
"""A cross-reference row as a stream has it: type, then offset or container or next free, generation or index."""


@dataclass
class Written:
    """One object in the file's body.

    Attributes:
        row: what the cross-reference says of it; None: where it stands.
        moved: how far from the object the cross-reference points.
        listed: whether the cross-reference names it at all.
        head: what stands in place of ``N G obj``.
    """

    number: int
    body: bytes
    generation: int = 0
    listed: bool = True
    moved: int = 0
    row: Row | None = None
    head: bytes | None = None
    before: bytes = b""
    end: bytes = b"\nendobj\n"


@dataclass
class Packed:
    """An object stream; members with their numbers, each listed by its place unless ``indexes`` says otherwise."""

    number: int
    members: list[tuple[int, bytes]]
    indexes: dict[int, int] = field(default_factory=dict)
    extra: Entries = field(default_factory=dict)
    first_moved: int = 0
    deflate: bool = True
    listed: bool = True

    def body(self) -> bytes:
        head, bodies = b"", b""
        for number, body in self.members:
            head += b"%d %d " % (number, len(bodies))
            bodies += body + b"\n"
        raw = head + bodies
        said = {
            b"/Type": b"/ObjStm",
            b"/N": b"%d" % len(self.members),
            b"/First": b"%d" % (len(head) + self.first_moved),
        }
        if self.deflate:
            raw, said = zlib.compress(raw), said | {b"/Filter": b"/FlateDecode"}
        return syntax.stream(said | self.extra, raw)


@dataclass
class Raw:
    """Bytes that are no object."""

    text: bytes


Piece = Written | Packed | Raw


@dataclass
class CrossReference:
    """How the revision's cross-reference is written; every field is a way to be odd.

    Attributes:
        stream: a stream, not a table.
        hidden: numbers that only /XRefStm of a hybrid file lists.
        one_based: the first section of a table is said to begin at 1, and holds the free head of the list.
        head: whether a table begins with the free object 0.
        single: one section a row.
    """

    stream: bool = False
    hidden: tuple[int, ...] = ()
    one_based: bool = False
    head: bool = True
    backwards: bool = False
    single: bool = False
    widths: tuple[int, int, int] = (1, 4, 2)
    size: int | None = None
    extra_rows: dict[int, Row] = field(default_factory=dict)
    late_rows: list[tuple[int, Row]] = field(default_factory=list)
    index: bytes | None = None
    trailer: Entries = field(default_factory=dict)
    dropped: tuple[bytes, ...] = ()
    spelled: bytes = b""
    before: bytes = b""
    start_moved: int = 0
    start: bytes | None = None
    between: bytes = b""
    marker: bytes = b"%%EOF\n"
    tail: bytes = b""
    row_end: bytes = b" \n"
    deflate: bool = False
    stream_extra: Entries = field(default_factory=dict)
    coding: Callable[[bytes], tuple[bytes, Entries]] | None = None


@dataclass
class Revision:
    """What is appended to ``data``, to be rendered."""

    data: bytes
    trailer: Entries
    size: int
    crypt: Crypt | None = None
    pieces: list[Piece] = field(default_factory=list)
    table: CrossReference = field(default_factory=CrossReference)

    def render(self) -> bytes:
        """Return the whole file."""
        pdf, rows = self.data, dict[int, Row]()
        for piece in self.pieces:
            if isinstance(piece, Raw):
                pdf += piece.text
                continue
            if isinstance(piece, Packed):
                for index, (number, _) in enumerate(piece.members):
                    rows[number] = (2, piece.number, piece.indexes.get(number, index))
                piece = Written(piece.number, piece.body(), listed=piece.listed)
            pdf += piece.before
            if piece.listed:
                rows[piece.number] = piece.row or (1, len(pdf) + piece.moved, piece.generation)
            head = piece.head if piece.head is not None else b"%d %d obj\n" % (piece.number, piece.generation)
            pdf += head + self._secret(piece) + piece.end
        return self._closed(pdf, rows | self.table.extra_rows)

    def _secret(self, piece: Written) -> bytes:
        if self.crypt is None:
            return piece.body
        return self.crypt.encrypted(piece.number, piece.body, piece.generation)

    def _closed(self, pdf: bytes, rows: dict[int, Row]) -> bytes:
        table = self.table
        size = table.size if table.size is not None else max([self.size, *(number + 1 for number in rows)])
        told = {b"/Size": b"%d" % size} | self.trailer | table.trailer
        told = {key: value for key, value in told.items() if key not in table.dropped}
        pdf += table.before
        if table.stream:
            number = max([size, *rows]) + 1
            rows = rows | {number: (1, len(pdf), 0)}
            start = len(pdf)
            pdf += b"%d 0 obj\n" % number + self._stream(
                rows, told | {b"/Size": b"%d" % (size if table.size else number + 1)}
            )
            pdf += b"\nendobj\n"
        else:
            hidden = {number: row for number, row in rows.items() if row[0] == 2 or number in table.hidden}
            if hidden:
                number = max([size, *rows]) + 1
                at = len(pdf)
                own = {key: value for key, value in told.items() if key != b"/Prev"}
                pdf += b"%d 0 obj\n" % number + self._stream(hidden, own) + b"\nendobj\n"
                told |= {b"/XRefStm": b"%d" % at, b"/Size": b"%d" % (number + 1)}
                rows = {key: row for key, row in rows.items() if key not in hidden}
            start = len(pdf)
            pdf += self._table(rows, told)
        said = table.start if table.start is not None else b"%d" % (start + table.start_moved)
        return pdf + table.between + b"startxref\n" + said + b"\n" + table.marker + table.tail

    def _sections(self, rows: dict[int, Row]) -> list[tuple[int, list[Row]]]:
        sections: list[tuple[int, list[Row]]] = []
        for number in sorted(rows):
            if not self.table.single and sections and sections[-1][0] + len(sections[-1][1]) == number:
                sections[-1][1].append(rows[number])
            else:
                sections.append((number, [rows[number]]))
        sections += [(number, [row]) for number, row in self.table.late_rows]
        return sections[::-1] if self.table.backwards else sections

    def _table(self, rows: dict[int, Row], told: Entries) -> bytes:
        if self.table.head or self.table.one_based:
            rows = {0: (0, 0, 65535)} | rows
        text = b"xref\n"
        for position, (number, section) in enumerate(self._sections(rows)):
            first = 1 if self.table.one_based and position == 0 else number
            text += b"%d %d\n" % (first, len(section))
            for kind, where, generation in section:
                text += (
                    b"%010d %05d %s" % (where % 10**10, generation, b"n" if kind == 1 else b"f") + self.table.row_end
                )
        return text + b"trailer\n" + syntax.dictionary(told)[:-2] + self.table.spelled + b">>\n"

    def _stream(self, rows: dict[int, Row], told: Entries) -> bytes:
        sections, widths = self._sections(rows), self.table.widths
        raw = b"".join(
            b"".join(
                (value % (1 << 8 * width)).to_bytes(width, "big") for value, width in zip(row, widths, strict=True)
            )
            for _, section in sections
            for row in section
        )
        index = self.table.index
        if index is None:
            index = b"[" + b" ".join(b"%d %d" % (number, len(section)) for number, section in sections) + b"]"
        said = {b"/Type": b"/XRef", b"/W": b"[%d %d %d]" % widths, b"/Index": index} | told
        if self.table.deflate:
            raw, said = zlib.compress(raw), said | {b"/Filter": b"/FlateDecode"}
        if self.table.coding is not None:
            raw, coded = self.table.coding(raw)
            said |= coded
        return syntax.stream(said | self.table.stream_extra, raw)


def last_start(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def revision_of(pdf: bytes, crypt: Crypt | None = None) -> Revision:
    """Return an empty revision after ``pdf``, with its trailer's entries carried on and its kind of cross-reference."""
    start = last_start(pdf)
    is_table = pdf.startswith(b"xref", start)
    at = pdf.index(b"trailer", start) + 7 if is_table else pdf.index(b"obj", start) + 3
    told = syntax.entries(pdf[at:].lstrip(b"\0\t\n\x0c\r "))
    kept = {key: value for key, value in told.items() if key not in _OWN}
    if b"/Root" not in kept:
        kept[b"/Root"] = re.findall(rb"/Root (\d+ \d+ R)", pdf)[-1]
    numbers = [int(text) for text in re.findall(rb"(?<!\d)(\d+) \d+ obj\b", pdf)]
    size = max([int(told[b"/Size"]), *(number + 1 for number in numbers if number < 10**6)])
    if not pdf.endswith((b"\n", b"\r")):
        pdf += b"\n"
    trailer = kept | {b"/Prev": b"%d" % start}
    return Revision(pdf, trailer, size, crypt, table=CrossReference(stream=not is_table))


# --- whole files ---------------------------------------------------------------------------------------------


@dataclass
class Draft:
    """A document before it is signed, by its objects.

    Attributes:
        layout: ``classic``, ``streams``, ``hybrid`` or ``linearised``.
        front: bytes before the header.
        loose: bytes between objects, hidden from every reader that follows the cross-reference.
        shadows: numbers with the bodies that were hidden, for what later makes readers find them.
        aliases: objects that play two parts, each with the entries that change what is seen of it.
        sealed_unseen: it is signed without looks.
        linearised: what the dictionary at the beginning says of the pages; the file is signed as it is written.
    """

    objects: dict[int, bytes]
    root: int = 1
    layout: str = "classic"
    crypt: Crypt | None = None
    trailer: Entries = field(default_factory=dict)
    front: bytes = b""
    header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    loose: list[bytes] = field(default_factory=list)
    order: list[int] | None = None
    shadows: list[tuple[int, bytes]] = field(default_factory=list)
    containers: dict[int, Packed] = field(default_factory=dict)
    aliases: list[tuple[int, Entries]] = field(default_factory=list)
    linearised: bytes | None = None
    sealed_unseen: bool = False

    def new(self) -> int:
        return max([*self.objects, *self.containers, 39]) + 1

    def copy(self) -> Draft:
        return deepcopy(self)

    def render(self) -> bytes:
        trailer = {b"/Root": syntax.reference(self.root)} | self.trailer
        objects = dict(self.objects)
        if self.crypt is not None:
            number = self.new()
            objects[number] = self.crypt.dictionary
            trailer[b"/Encrypt"] = syntax.reference(number)
        revision = Revision(self.front + self.header, trailer, 1, self.crypt)
        apart = {number for number, body in objects.items() if not self._packable(number, body)}
        for number in self.order or sorted(objects):
            if number in apart or self.layout in ("classic", "linearised"):
                revision.pieces.append(Written(number, objects[number]))
        if self.layout in ("streams", "hybrid"):
            packed = [(number, body) for number, body in sorted(objects.items()) if number not in apart]
            container = max([*objects, *self.containers]) + 1
            revision.pieces.append(Packed(container, packed))
            revision.table.stream = self.layout == "streams"
        revision.pieces += [*self.containers.values(), *map(Raw, self.loose)]
        revision.table.stream |= bool(self.containers) and self.layout == "classic"
        return revision.render()

    def render_linearised(self) -> bytes:
        """Return the whole file with the halves of its cross-reference at both ends (Annex F), as long as it says."""
        pdf, offsets, last = b"", dict.fromkeys([self.new(), *self.objects], 9), 0
        for _ in range(2):  # the second time the offsets are known
            said = b"<< /Linearized 1 /L %010d %s >>" % (len(pdf), self.linearised)
            head = b"%%PDF-1.7\n%d 0 obj\n" % self.new() + said + b"\nendobj\n"
            trailer = syntax.dictionary({b"/Root": syntax.reference(self.root)} | self.trailer)[:-2]
            trailer += b" /Size %d /Prev %010d >>\n" % (self.new() + 1, last)
            pdf = head + b"xref\n" + b"".join(map(_section_of_one, offsets.items())) + b"trailer\n" + trailer
            pdf += b"startxref\n0\n%%EOF\n"
            for number, body in self.objects.items():
                offsets[number] = len(pdf)
                pdf += b"%d 0 obj\n" % number + body + b"\nendobj\n"
            last = len(pdf)
            pdf += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size %d >>\n" % (self.new() + 1)
            pdf += b"startxref\n%d\n%%%%EOF\n" % len(head)
        return pdf

    def _packable(self, number: int, body: bytes) -> bool:
        if syntax.data(body) is not None or number == self.root:
            return False
        return self.layout == "streams" or syntax.entries(body).get(b"/Type") in (b"/Annot", b"/Font")


def _section_of_one(row: tuple[int, int]) -> bytes:
    return b"%d 1\n%010d 00000 n \n" % row


def random_of(*seeds: object) -> random.Random:
    """Return a generator of random numbers that depends on nothing else."""
    return random.Random("/".join(map(str, seeds)))

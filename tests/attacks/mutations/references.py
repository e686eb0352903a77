"""The cross-reference: numbering, order, generations, free entries, chains, widths, places beside the object."""

from __future__ import annotations

from tests.attacks import syntax
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.writer import Raw, Written, last_start

KIND = "cross-reference"


@mutation(KIND, weight=3)
def one_based(attack: Attack) -> None:
    """The first section says it begins at 1: some readers count from 0 all the same, so each sees other objects."""
    attack.revision.table.stream = False
    lowest = min(number for number in attack.doc.objects if number + 1 in attack.doc.objects)
    for number in (lowest, lowest + 1):
        attack.put(number, attack.body(number))
    attack.plant()
    attack.revision.table.one_based = True


@mutation(KIND)
def shifted_by_one(attack: Attack) -> None:
    number, evil = attack.rewrite()[0]
    attack.put(number, evil)
    attack.revision.table.extra_rows[number + 1] = (1, 0, 0)
    attack.put(number + 1, evil, head=b"%d 0 obj\n" % number)


@mutation(KIND)
def sections_backwards(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.backwards = True


@mutation(KIND)
def number_listed_twice(attack: Attack) -> None:
    number, evil = attack.evil()[0]
    attack.put(number, attack.doc.body(number))
    at = attack.new()
    attack.put(at, evil, head=b"%d 0 obj\n" % number)
    where = len(attack.revision.render()) and _place(attack, at)
    attack.revision.table.late_rows.append((number, (1, where, 0)))
    attack.revision.table.backwards = attack.choose(True, False)


def _place(attack: Attack, number: int) -> int:
    """Return where the piece that stands under ``number`` will be written."""
    from copy import deepcopy

    trial = deepcopy(attack.revision)
    at = next(i for i, piece in enumerate(trial.pieces) if isinstance(piece, Written) and piece.number == number)
    marker = b"%the place of the piece"
    trial.pieces.insert(at, Raw(marker))
    return trial.render().rindex(marker)


@mutation(KIND)
def generation(attack: Attack) -> None:
    for number, evil in attack.rewrite():
        attack.put(number, evil, generation=attack.choose(1, 2, 65535))


@mutation(KIND)
def generation_only_in_the_table(attack: Attack) -> None:
    for number, evil in attack.rewrite():
        attack.put(
            number, evil, head=b"%d %d obj\n" % (number, attack.choose(1, 0)), generation=attack.choose(1, 65535)
        )


@mutation(KIND)
def generation_only_in_the_object(attack: Attack) -> None:
    for number, evil in attack.rewrite():
        attack.put(number, evil, head=b"%d 1 obj\n" % number)


@mutation(KIND)
def generation_of_the_root(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.trailer[b"/Root"] = b"%d %d R" % (attack.doc.root, attack.choose(1, 65535, 99999))


@mutation(KIND)
def another_root(attack: Attack) -> None:
    edit = dict(attack.evil())
    pages = edit.get(attack.doc.root, attack.doc.body(attack.doc.root))
    attack.write([(number, body) for number, body in edit.items() if number != attack.doc.root])
    attack.revision.table.trailer[b"/Root"] = syntax.reference(attack.add(pages))


@mutation(KIND)
def size_too_small(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.size = attack.choose(0, 1, 3, 5, 10)


@mutation(KIND)
def size_huge(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.size = attack.choose(2**31, 10**7, 99999)


@mutation(KIND)
def freed(attack: Attack) -> None:
    number = attack.random.choice(sorted(attack.doc.objects))
    attack.revision.table.extra_rows[number] = (0, 0, attack.choose(0, 1, 65535))


@mutation(KIND)
def freed_but_there(attack: Attack) -> None:
    for number, evil in attack.rewrite():
        piece = attack.put(number, evil)
        piece.row = (0, attack.choose(0, _place(attack, number)), attack.choose(0, 1))


@mutation(KIND)
def chain_past_the_signed(attack: Attack) -> None:
    """/Prev leads elsewhere than to the signed cross-reference."""
    attack.plant()
    values = (b"0", b"%d" % (last_start(attack.revision.data) + 1), b"-1", b"1.0", b"null", b"99999999", b"(0)")
    attack.revision.table.trailer[b"/Prev"] = attack.choose(*values)


@mutation(KIND)
def chain_without_previous(attack: Attack) -> None:
    for number in sorted(attack.doc.objects):
        if attack.doc.entries(number).get(b"/Type") not in (b"/ObjStm", b"/XRef"):
            attack.put(number, attack.doc.body(number))
    attack.plant()
    attack.revision.table.dropped = (b"/Prev",)


@mutation(KIND)
def chain_in_a_loop(attack: Attack) -> None:
    attack.plant()
    start = last_start(attack.revision.render())
    attack.revision.table.trailer[b"/Prev"] = b"%010d" % (start + 0)


@mutation(KIND)
def hybrid_disagrees(attack: Attack) -> None:
    """The table says one thing and /XRefStm another."""
    if attack.revision.table.stream:
        attack.revision.table.stream = False
    for number, evil in attack.rewrite():
        if number in attack.doc.objects:
            attack.put(number, attack.doc.body(number))
        where = attack.new()
        attack.put(where, evil, head=b"%d 0 obj\n" % number, listed=False)
        attack.revision.table.late_rows.append((number, (1, _place(attack, where), 0)))
    attack.revision.table.hidden = tuple(number for number in attack.doc.objects if attack.random.random() < 0.9)


@mutation(KIND)
def hidden_from_old_readers(attack: Attack) -> None:
    attack.revision.table.stream = False
    edit = attack.rewrite()
    attack.write(edit)
    attack.revision.table.hidden = tuple(number for number, _ in edit)


@mutation(KIND)
def other_widths(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.stream = True
    attack.revision.table.widths = attack.choose((1, 2, 0), (0, 4, 2), (1, 8, 2), (4, 4, 4), (1, 3, 1), (1, 20, 1))


@mutation(KIND)
def other_index(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.stream = True
    number = attack.evil()[0][0]
    attack.revision.table.index = attack.choose(
        b"[0 99]", b"[%d 1 0 1]" % number, b"[%d 1]" % number, b"[1.0 5]", b"null", b"[%d 9 1 1]" % number, b"[-1 3]"
    )


@mutation(KIND)
def kind_of_row_unknown(attack: Attack) -> None:
    attack.revision.table.stream = True
    for number, evil in attack.rewrite():
        piece = attack.put(number, evil)
        piece.row = (attack.choose(3, 255, 4), _place(attack, number), 0)


@mutation(KIND)
def beside_the_object(attack: Attack) -> None:
    """The row points to white space before the object, or into its number."""
    space = attack.choose(b" ", b"\n\n", b"        ", b"%c\n", b"\0", b"9")
    for number, evil in attack.rewrite():
        attack.put(number, evil, before=space, moved=attack.choose(-len(space), -1, 1, -len(space) - 1))


@mutation(KIND)
def row_to_another_object(attack: Attack) -> None:
    number, evil = attack.evil_content()[0]
    other = attack.new()
    attack.put(other, evil)
    attack.put(number, attack.doc.body(number), row=(1, 0, 0)).row = (1, _place(attack, other), 0)


@mutation(KIND)
def head_with_another_number(attack: Attack) -> None:
    for number, evil in attack.rewrite():
        heads = (
            b"%d 0 obj\n" % attack.new(),
            b"%d 0 obj\n" % (number + 1),
            b"0%d 0 obj\n" % number,
            b"+%d 0 obj\n" % number,
            b"%d 00 obj " % number,
        )
        attack.put(number, evil, head=attack.choose(*heads))


@mutation(KIND)
def rows_of_other_length(attack: Attack) -> None:
    attack.revision.table.stream = False
    attack.plant()
    attack.revision.table.row_end = attack.choose(b"\n", b"\r", b"  \n", b"\t\n", b"\r\n", b"")


@mutation(KIND)
def a_table_behind(attack: Attack) -> None:
    """A second cross-reference that startxref does not name, behind the one that it does."""
    edit = attack.rewrite()
    rows = b""
    for number, evil in edit:
        piece = attack.put(number, evil, listed=False)
        rows += b"%d 1\n%010d 00000 n \n" % (number, _place(attack, piece.number))
    start = last_start(attack.revision.data)
    attack.revision.table.between = (
        b"xref\n" + rows + b"trailer\n<< /Root %d 0 R /Size 999 /Prev %d >>\n" % (attack.doc.root, start)
    )


@mutation(KIND)
def a_table_before(attack: Attack) -> None:
    a_table_behind(attack)
    attack.revision.table.before, attack.revision.table.between = attack.revision.table.between, b""


@mutation(KIND)
def stream_with_a_filter(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.stream = attack.revision.table.deflate = True
    attack.revision.table.stream_extra = attack.choose(
        {},
        {b"/DecodeParms": b"<< /Predictor 12 /Columns 7 >>"},
        {b"/DecodeParms": b"<< /Predictor 1 >>"},
        {b"/Filter": b"/Fl"},
    )


@mutation(KIND)
def the_other_kind(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.stream = not attack.revision.table.stream


@mutation(KIND)
def two_updates_in_one(attack: Attack) -> None:
    attack.plant()
    attack.further_revision()
    number = attack.random.choice(sorted(attack.doc.objects))
    attack.put(number, attack.body(number))


@mutation(KIND)
def shown_then_put_back(attack: Attack) -> None:
    number, evil = attack.evil()[0]
    honest = attack.doc.body(number)
    attack.put(number, evil)
    attack.further_revision()
    attack.put(number, honest, listed=attack.choose(True, False))


@mutation(KIND)
def trailer_entry(attack: Attack) -> None:
    attack.plant()
    values = {
        b"/XX": b"1",
        b"/Info": b"%d 0 R" % attack.doc.root,
        b"/ID": b"[<00> <00>]",
        b"/Encrypt": b"null",
        b"/Type": b"/XRef",
    }
    key = attack.choose(*values)
    attack.revision.table.trailer[key] = values[key]


@mutation(KIND)
def root_gone(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.dropped = (*attack.revision.table.dropped, attack.choose(b"/Root", b"/Size", b"/ID"))

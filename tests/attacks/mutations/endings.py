"""How a file ends and begins: where startxref stands, what it says, what comes after it, and the header."""

from __future__ import annotations

from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.writer import last_start

KIND = "endings"
TRIGGER = "cause to rebuild"


@mutation(KIND)
def padding_behind(attack: Attack) -> None:
    attack.plant()
    sign = attack.choose(b"\n", b" ", b"\0", b"\r\n", b"%\n", b"\t", b"x")
    attack.revision.table.tail = sign * (attack.choose(900, 1100, 2100, 5000, 70000) // len(sign))


@mutation(KIND)
def bytes_behind(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.tail = attack.choose(
        b"x",
        b"%%EOF",
        b"startxref\n0\n%%EOF\n",
        b"endobj\n",
        b"% startxref 9\n%%EOF\n",
        b"startxref",
        b"trailer << >>\n",
        b"\x1a",
        b"startxref\n9\n",
    )


@mutation(KIND)
def start_behind_the_marker(attack: Attack) -> None:
    """A second startxref that names the signed cross-reference, so that the last update is seen or not."""
    attack.plant()
    attack.revision.table.tail = b"startxref\n%d\n%%%%EOF\n" % last_start(attack.revision.data)


@mutation(KIND)
def start_in_a_comment(attack: Attack) -> None:
    attack.plant()
    start = last_start(attack.revision.data)
    attack.revision.table.marker = attack.choose(
        b"%%EOF\n%%startxref %d\n" % start,
        b"%%startxref\n%d\n%%%%EOF\n" % start,
        b"%% x startxref\r%d\r%%%%EOF\r" % start,
    )


@mutation(KIND)
def start_moved(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.start_moved = attack.choose(-1, 1, -2, 2, 7, -100, 10**6)


@mutation(KIND)
def start_of_the_signed(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.start = b"%d" % last_start(attack.revision.data)


@mutation(KIND)
def start_unreadable(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.start = attack.choose(b"0", b"-1", b"x", b"", b"1.5", b"+9", b"99999999999999999999", b"0x10")


@mutation(KIND)
def start_said_twice(attack: Attack) -> None:
    attack.plant()
    attack.revision.table.between = b"startxref\n%d\n" % last_start(attack.revision.data)


@mutation(KIND)
def marker(attack: Attack) -> None:
    attack.plant()
    markers = (b"", b"%%EOF", b"%%EOF\r", b"%EOF\n", b"%%eof\n", b"%%EOF x\n", b"\n\n\n%%EOF\n%%EOF\n", b"(%%EOF)\n")
    attack.revision.table.marker = attack.choose(*markers)


@mutation(KIND)
def only_objects(attack: Attack) -> None:
    """Objects without any cross-reference behind the signed file."""
    attack.plant()
    attack.further_revision()
    data = attack.revision.data
    attack.revision.data = data[: data.rindex(b"xref\n", 0, data.rindex(b"startxref"))] if b"xref\n" in data else data


@mutation(KIND)
def header_again(attack: Attack) -> None:
    attack.raw(attack.choose(b"%PDF-1.4\n", b"%PDF-2.0\n", b"%!PS-Adobe-3.0 PDF-1.4\n", b"%PDF-9.9\n"))
    attack.plant()


@mutation(KIND)
def space_before_the_objects(attack: Attack) -> None:
    attack.raw(attack.choose(b"\n", b" ", b"\0", b"% comment\n") * attack.choose(1, 1100, 5000))
    attack.plant()


@mutation(KIND)
def linearised_by_padding(attack: Attack) -> None:
    """What the signed part says of a linearised file's length becomes true, or a new hint says so at the end."""
    attack.plant()
    said = b"".join(b"<< /Linearized 1 /L %d >>" % (len(attack.revision.data) + 2000) for _ in range(1))
    if attack.choose(True, False):
        attack.revision.pieces.insert(0, _first(attack, said))
    attack.revision.table.tail = b" " * attack.choose(100, 900, 1500)


def _first(attack: Attack, said: bytes):
    from tests.attacks.writer import Written

    return Written(attack.new(), said)


# --- causes to rebuild: alone they change little, over a prepared document everything ------------------------


@mutation(TRIGGER)
def start_out_of_reach(attack: Attack) -> None:
    sign = attack.choose(b"\n", b" ", b"\0", b"%%\n")
    attack.revision.table.tail = sign * (attack.choose(1100, 2100, 5000) // len(sign))


@mutation(TRIGGER)
def bytes_behind_the_signed(attack: Attack) -> None:
    _appended(
        attack,
        attack.choose(
            b"x",
            b"\n" * 1100,
            b"\n" * 5000,
            b" " * 70000,
            b"%%EOF\n",
            b"endobj",
            b"trailer\n",
            b"startxref\n0\n%%EOF\n",
            b"startxref\n7\n%%EOF\n",
        ),
    )


def _appended(attack: Attack, tail: bytes) -> None:
    """Append bytes, and no revision at all where nothing else asks for one."""
    if attack.revision.pieces:
        attack.revision.table.tail = tail
    else:
        attack.bare = attack.revision.data + tail


@mutation(TRIGGER)
def wrong_start(attack: Attack) -> None:
    attack.revision.table.start = attack.choose(
        b"0", b"9", b"99999999", b"x", b"-1", b"%d" % (last_start(attack.revision.data) + 3)
    )


@mutation(TRIGGER)
def wrong_generation_of_the_root(attack: Attack) -> None:
    attack.revision.table.trailer[b"/Root"] = b"%d %d R" % (attack.doc.root, attack.choose(1, 7, 65535))


@mutation(TRIGGER)
def unusable_size(attack: Attack) -> None:
    attack.revision.table.size = attack.choose(0, 1, 2, 4)


@mutation(TRIGGER)
def unusable_chain(attack: Attack) -> None:
    attack.revision.table.trailer[b"/Prev"] = attack.choose(
        b"0", b"99999999", b"-5", b"(x)", b"%d" % (last_start(attack.revision.data) + 2)
    )


@mutation(TRIGGER)
def unusable_table(attack: Attack) -> None:
    attack.revision.table.stream = False
    attack.revision.table.row_end = attack.choose(b"\n", b"", b"x\n", b"   \n")


@mutation(TRIGGER)
def unusable_row(attack: Attack) -> None:
    number = attack.choose(attack.doc.root, attack.doc.page_root, attack.doc.pages[0])
    attack.put(number, attack.body(number), moved=attack.choose(-3, 5, 1000), before=b"   ")


@mutation(TRIGGER)
def plain_update(attack: Attack) -> None:
    """An ordinary revision is no cause."""
    attack.add(b"<< >>")

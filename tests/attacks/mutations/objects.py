"""Object streams: by number or by index, extended, with the wrong numbers in their heads."""

from __future__ import annotations

from tests.attacks import syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, Edit, mutation
from tests.attacks.syntax import reference
from tests.attacks.writer import Packed, Written

KIND = "object streams"


def _packable(attack: Attack) -> tuple[tuple[int, bytes], bytes, Edit]:
    """Return an object that is no stream as it should be seen, its body as it was, and what goes with it.

    Now and then it should be seen as it was, so that only how it is written may matter.
    """
    if attack.random.random() < 0.4:
        number, body = attack.as_it_was()[0]
        if syntax.data(body) is None:
            return (number, body), body, []
    for _ in range(12):
        first, *others = attack.evil()
        if syntax.data(first[1]) is None:
            return first, attack.doc.body(first[0]), others
    page = attack.page()
    number, content = attack.add_later(attack.evil_content()[0][1])
    body = attack.doc.body(page)
    return (page, syntax.with_entries(body, {b"/Contents": reference(number)})), body, [(number, content)]


def _pack(attack: Attack, members: list[tuple[int, bytes]], others: Edit, **how: object) -> Packed:
    if attack.base.crypt is not None:
        raise Absent("object streams in the clear")
    attack.write(others)
    packed = Packed(attack.new(), members, **how)
    attack.revision.pieces.append(packed)
    attack.revision.table.stream = attack.revision.table.stream or attack.random.random() < 0.5
    return packed


@mutation(KIND)
def number_twice(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    members = [(number, honest), (number, evil)]
    if attack.random.random() < 0.5:
        members.reverse()
    _pack(attack, members, others, indexes={number: attack.choose(0, 1)})


@mutation(KIND)
def index_of_another_number(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    packed = _pack(attack, [(attack.new(), evil), (number, honest)], others)
    packed.indexes[number] = attack.choose(0, 2, 7)


@mutation(KIND)
def only_another_number(attack: Attack) -> None:
    (number, evil), _, others = _packable(attack)
    other = attack.new()
    packed = _pack(attack, [(other, evil)], others)
    attack.revision.table.extra_rows[number] = (2, packed.number, 0)


@mutation(KIND)
def extended(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    below = _pack(attack, [(number, evil)], others)
    packed = _pack(attack, [(number, honest)], [], extra={b"/Extends": reference(below.number)})
    attack.revision.table.extra_rows[number] = (2, attack.choose(packed.number, below.number), attack.choose(0, 1))


@mutation(KIND)
def only_in_the_extended(attack: Attack) -> None:
    (number, evil), _, others = _packable(attack)
    below = _pack(attack, [(number, evil)], others)
    packed = _pack(attack, [(attack.new(), b"<< >>")], [], extra={b"/Extends": reference(below.number)})
    attack.revision.table.extra_rows[number] = (2, packed.number, attack.choose(0, 1))


@mutation(KIND)
def wrong_count(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    _pack(
        attack,
        [(number, honest), (number, evil)],
        others,
        extra={b"/N": attack.choose(b"1", b"0", b"3", b"1.0", b"-1")},
    )


@mutation(KIND)
def wrong_first(attack: Attack) -> None:
    (number, evil), _, others = _packable(attack)
    _pack(attack, [(number, evil)], others, first_moved=attack.choose(-1, 1, 2, -3))


@mutation(KIND)
def first_by_reference(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    head = b"%d 0 %d %d " % (number, number, len(honest) + 1)
    first = attack.add(b"%d" % len(head))
    _pack(attack, [(number, honest), (number, evil)], others, extra={b"/First": reference(first)})


@mutation(KIND)
def not_said_to_be_one(attack: Attack) -> None:
    (number, evil), _, others = _packable(attack)
    _pack(attack, [(number, evil)], others, extra={b"/Type": attack.choose(b"/XObject", b"null", b"/ObjStm#20")})


@mutation(KIND)
def container_written_again(attack: Attack) -> None:
    found = [n for n, body in attack.doc.objects.items() if syntax.entries(body).get(b"/Type") == b"/ObjStm"]
    if not found or attack.base.crypt is not None:
        raise Absent("an object stream")
    number = found[-1]
    inside = syntax.decoded(attack.doc.body(number))
    assert inside is not None
    wider = inside.replace(b"/MediaBox [0 0 200 140]", b"/MediaBox [0 0 100 140]").replace(b"/Rotate 90", b"/Rotate 00")
    told = {key: value for key, value in attack.doc.entries(number).items() if key not in (b"/Filter", b"/Length")}
    attack.put(number, syntax.stream(told, wider))


@mutation(KIND)
def member_and_object(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    _pack(attack, [(number, evil)], others)
    attack.revision.pieces.insert(0, Written(number, honest, listed=False))


@mutation(KIND)
def object_and_member(attack: Attack) -> None:
    (number, evil), honest, others = _packable(attack)
    packed = _pack(attack, [(number, honest)], others)
    attack.revision.pieces.append(Written(number, evil, listed=False))
    attack.revision.table.extra_rows[number] = (2, packed.number, 0)


@mutation(KIND)
def unlisted_container(attack: Attack) -> None:
    (number, evil), _, others = _packable(attack)
    _pack(attack, [(number, evil)], others, listed=False)


@mutation(KIND)
def a_stream_inside(attack: Attack) -> None:
    ((number, evil), *_) = attack.evil_content()
    _pack(attack, [(number, evil)], [], deflate=attack.choose(True, False))


@mutation(KIND)
def member_plainly_changed(attack: Attack) -> None:
    (number, evil), _, others = _packable(attack)
    _pack(attack, [(number, evil)], others)

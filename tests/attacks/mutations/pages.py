"""The page tree: counts, parents, kids, what is inherited, and keys that nobody knows."""

from __future__ import annotations

from tests.attacks import syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.syntax import reference

KIND = "page tree"


def _kids(attack: Attack, node: int) -> list[bytes]:
    return syntax.items(attack.doc.value(attack.entries(node)[b"/Kids"]))


def _with_kids(attack: Attack, node: int, kids: list[bytes], **more: bytes) -> None:
    changed = {b"/Kids": b"[" + b" ".join(kids) + b"]"} | {b"/" + key.encode(): value for key, value in more.items()}
    attack.change(node, changed)


def _node(attack: Attack) -> int:
    return attack.random.choice(attack.doc.nodes)


_INHERITED = (
    (b"/Rotate", b"90"), (b"/Rotate", b"180"), (b"/CropBox", b"[0 0 100 70]"), (b"/MediaBox", b"[0 0 100 140]"),
    (b"/Resources", b"<< >>"), (b"/UserUnit", b"2"),
)  # fmt: skip


@mutation(KIND)
def count(attack: Attack) -> None:
    values = (b"0", b"1", b"-1", b"2", b"99", b"1.0", b"null", b"(1)", b"99999999999", b"true")
    attack.change(_node(attack), {b"/Count": attack.choose(*values)})


@mutation(KIND)
def count_absent(attack: Attack) -> None:
    attack.change(_node(attack), {}, without=(b"/Count",))


@mutation(KIND)
def count_by_reference(attack: Attack) -> None:
    number = attack.add(attack.choose(b"0", b"1", b"3"))
    attack.change(_node(attack), {b"/Count": reference(number)})


@mutation(KIND)
def parent_elsewhere(attack: Attack) -> None:
    page = attack.page()
    body = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (page, attack.doc.page_root)
    parent = attack.add(syntax.with_entries(body, dict([attack.choose(*_INHERITED)])))
    attack.change(page, {b"/Parent": reference(parent)}, without=(b"/Rotate", b"/CropBox"))


@mutation(KIND)
def parent_without_type(attack: Attack) -> None:
    page = attack.page()
    parent = attack.add(
        syntax.dictionary(dict([attack.choose(*_INHERITED), (b"/Parent", reference(attack.doc.page_root))]))
    )
    attack.change(page, {b"/Parent": reference(parent)})


@mutation(KIND)
def inherited_from_above(attack: Attack) -> None:
    attack.change(_node(attack), dict([attack.choose(*_INHERITED)]))


@mutation(KIND)
def inherited_instead_of_own(attack: Attack) -> None:
    page = attack.page()
    key, value = attack.choose(*_INHERITED)
    attack.change(page, {}, without=(key,))
    attack.change(attack.doc.page_root, {key: value})


@mutation(KIND)
def root_with_a_parent(attack: Attack) -> None:
    above = attack.add(b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Rotate 180 >>" % attack.doc.page_root)
    attack.change(attack.doc.page_root, {b"/Parent": reference(above)})


@mutation(KIND)
def null_among_kids(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    kids.insert(
        attack.random.randrange(len(kids) + 1),
        attack.choose(b"null", b"9999 0 R", b"0 0 R", b"1", b"(x)", b"[]", b"<< >>"),
    )
    _with_kids(attack, node, kids)
    if attack.random.random() < 0.3:
        attack.change(node, {b"/Count": b"%d" % len(kids)})


@mutation(KIND)
def null_instead_of_a_kid(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    kids[attack.random.randrange(len(kids))] = attack.choose(b"null", b"9999 0 R", b"<< >>")
    _with_kids(attack, node, kids)


@mutation(KIND)
def kid_twice(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    kids.append(attack.random.choice(kids))
    _with_kids(attack, node, kids, **attack.choose({}, {"Count": b"%d" % len(kids)}))


@mutation(KIND)
def kid_gone(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    if len(kids) < 2:
        raise Absent("a second kid")
    kids.pop(attack.random.randrange(len(kids)))
    _with_kids(attack, node, kids, **attack.choose({}, {"Count": b"%d" % len(kids)}))


@mutation(KIND)
def kids_in_another_order(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    if len(kids) < 2:
        raise Absent("a second kid")
    _with_kids(attack, node, kids[::-1])


@mutation(KIND)
def kids_by_reference(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    attack.change(
        node, {b"/Kids": reference(attack.add(b"[" + b" ".join([*kids, attack.choose(b"", b"null", kids[0])]) + b"]"))}
    )


@mutation(KIND)
def kids_nested(attack: Attack) -> None:
    node = _node(attack)
    _with_kids(attack, node, [b"[" + b" ".join(_kids(attack, node)) + b"]"])


@mutation(KIND)
def kid_written_directly(attack: Attack) -> None:
    page = attack.doc.pages[0]
    parent = syntax.number_of(attack.entries(page).get(b"/Parent")) or attack.doc.page_root
    kids = _kids(attack, parent)
    kids[0] = syntax.with_entries(attack.body(page), {b"/Rotate": b"180"})
    _with_kids(attack, parent, kids)


@mutation(KIND)
def type_of_a_page(attack: Attack) -> None:
    types = (b"/Pages", b"/Template", b"/page", b"null", b"/Catalog", b"(Page)", b"/Font")
    attack.change(attack.page(), {b"/Type": attack.choose(*types)})


@mutation(KIND)
def type_of_a_page_gone(attack: Attack) -> None:
    attack.change(attack.page(), {}, without=(b"/Type",))


@mutation(KIND)
def type_of_a_node(attack: Attack) -> None:
    attack.change(_node(attack), {b"/Type": attack.choose(b"/Page", b"null", b"/pages", b"/Template")})


@mutation(KIND)
def kids_of_a_page(attack: Attack) -> None:
    page = attack.page()
    content = attack.add(attack.evil_content()[0][1])
    kid = attack.add(
        syntax.with_entries(attack.body(page), {b"/Contents": reference(content), b"/Parent": reference(page)})
    )
    attack.change(page, {b"/Kids": b"[%d 0 R]" % kid, b"/Count": attack.choose(b"1", b"0")})


@mutation(KIND, forbidden=True)
def contents_of_a_node(attack: Attack) -> None:
    content = attack.add(attack.evil_content()[0][1])
    attack.change(_node(attack), {b"/Contents": reference(content), b"/MediaBox": b"[0 0 200 140]"})


@mutation(KIND)
def node_between(attack: Attack) -> None:
    node = _node(attack)
    kids = _kids(attack, node)
    between = attack.new()
    extra = dict([attack.choose(*_INHERITED)])
    attack.put(
        between,
        syntax.with_entries(
            b"<< /Type /Pages /Parent %d 0 R /Count %d /Kids [" % (node, len(kids)) + b" ".join(kids) + b"] >>", extra
        ),
    )
    _with_kids(attack, node, [reference(between)])


@mutation(KIND)
def unknown_key_of_a_node(attack: Attack) -> None:
    keys = (b"/Contents", b"/Annots", b"/B", b"/XX", b"/Parent", b"/Tabs", b"/AA", b"/Metadata", b"/Count#20")
    attack.change(_node(attack), {attack.choose(*keys): attack.choose(b"null", b"[]", b"%d 0 R" % attack.doc.pages[0])})


@mutation(KIND)
def key_of_a_page(attack: Attack) -> None:
    entries = (
        (b"/UserUnit", b"2"), (b"/Rotate", b"180"), (b"/CropBox", b"[0 0 100 70]"), (b"/ArtBox", b"[0 0 9 9]"),
        (b"/Group", b"<< /S /Transparency /I true /CS /DeviceCMYK >>"), (b"/AA",
        b"<< /O << /S /JavaScript /JS (1) >> >>"),
        (b"/PresSteps", b"<< >>"), (b"/Trans", b"<< /S /Fly >>"), (b"/Dur", b"1"), (b"/TemplateInstantiated", b"/x"),
        (b"/VP", b"[]"), (b"/Tabs", b"/R"), (b"/PieceInfo", b"<< /X << /Private 1 >> >>"), (b"/LastModified",
        b"(D:2026)"),
        (b"/SeparationInfo", b"<< >>"), (b"/OutputIntents", b"[]"), (b"/Rotate", b"180.0"), (b"/MediaBox",
        b"[0 0 200 140 9]"),
    )  # fmt: skip
    attack.change(attack.page(), dict([attack.choose(*entries)]))


@mutation(KIND)
def contents_of_a_page(attack: Attack) -> None:
    page = attack.page()
    content = attack.add(attack.evil_content()[0][1])
    old = attack.entries(page).get(b"/Contents", b"null").strip(b"[]")
    values = (b"%d 0 R" % content, b"[%d 0 R]" % content, b"[" + old + b" %d 0 R]" % content, b"null", b"[]")
    attack.change(page, {b"/Contents": attack.choose(*values)})


@mutation(KIND)
def another_page_tree(attack: Attack) -> None:
    attack.write(attack.evil())


@mutation(KIND)
def page_written_again_unchanged(attack: Attack) -> None:
    attack.put(attack.page(), attack.body(attack.page()))
    attack.write(attack.evil()[:1])

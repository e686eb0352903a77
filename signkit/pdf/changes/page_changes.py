"""The page tree, node by node, and what each page shows (ISO 32000-2 7.7.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from signkit.pdf.changes.context import Context
from signkit.pdf.changes.metadata import xmp_changes
from signkit.pdf.changes.role_rules import Role, breach
from signkit.pdf.changes.values import Change, ChangePlace
from signkit.pdf.pages import Page
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, SyntaxProblem, Value


def own_pages(context: Context) -> list[tuple[Value, Value]]:
    """Pair the pages, and the nodes above them; return the pairs of nodes."""
    context.account.own_pages(context.before.tree, context.after.tree)
    nodes = list(_nodes(context))
    for one, other in nodes:
        context.account.own(Role.PAGE_TREE, one, other)
    return nodes


def _nodes(context: Context) -> Iterator[tuple[Value, Value]]:
    """Pairs of nodes of both trees, pages left out, in which something changed."""
    todo: list[tuple[Value, Value]] = [(context.old.root.get("/Pages"), context.new.root.get("/Pages"))]
    seen: set[object] = set()
    while todo:
        one, other = todo.pop()
        pair = context.number(one), context.number(other)
        # A node that is met twice has two parents: no tree (7.7.3.2).
        if pair in seen and None not in pair:
            raise SyntaxProblem("the page tree is no tree")
        seen.add(pair)
        old, new = _kids(context.old, one), _kids(context.new, other)
        if old is None and new is None:
            continue
        yield one, other
        if not context.equality.is_untouched(one, other):
            kids = zip(old or [], new or [], strict=False)
            todo += [each for each in kids if not context.account.is_page(*each)]


def _kids(view: View, node: Value) -> list[Value] | None:
    """The kids of a node; None of a page."""
    entries = view.resolve(node)
    # /Type is required on pages and nodes (tables 30, 31); what has no /Kids is a page to readers.
    if not isinstance(entries, dict) or view.resolve(entries.get("/Type")) == "/Page":
        return None
    kids = view.resolve(entries.get("/Kids"))
    return kids if isinstance(kids, list) else None


def page_tree_changes(context: Context, nodes: Sequence[tuple[Value, Value]]) -> Iterator[Change]:
    """No page comes, goes or moves, and no node says anything else of its pages: readers count by what nodes say."""
    before, after = len(context.before.pages), len(context.after.pages)
    # The number of pages first: everything else pairs them by place.
    if before != after:
        yield from breach("page-tree", f"{before} to {after}")
    for one, other in nodes:
        if context.equality.is_untouched(one, other):
            continue
        old, new = context.old.resolve(one), context.new.resolve(other)
        if not isinstance(old, dict) or not isinstance(new, dict) or not _same_node(context, old, new):
            yield from breach("page-tree", "/Pages", at=ChangePlace(number=context.number(other)))


def _same_node(context: Context, old: dict[str, Value], new: dict[str, Value]) -> bool:
    one, other = context.old.resolve(old.get("/Kids")), context.new.resolve(new.get("/Kids"))
    if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
        return False
    kids = one is other or all(_same_kid(context, former, later) for former, later in zip(one, other, strict=True))
    # Both the same node above, or pages would inherit from another (7.7.3.4).
    parents = context.equality.same_link(old.get("/Parent"), new.get("/Parent"))
    return kids and parents and not any(context.differing(Role.PAGE_TREE, old, new))


def _same_kid(context: Context, one: Value, other: Value) -> bool:
    """The same object (its generation is judged by the revision's bytes), or one of the same rank."""
    if isinstance(one, Ref) and isinstance(other, Ref) and one.number == other.number:
        return True
    both = context.old.resolve(one), context.new.resolve(other)
    # A kid that is null is skipped by readers, in both states alike.
    if both == (None, None):
        return True
    if isinstance(one, Ref) and isinstance(other, Ref):
        return context.account.is_owned(one, other)
    return (
        all(isinstance(entries, dict) for entries in both) and not isinstance(one, Ref) and not isinstance(other, Ref)
    )


def page_changes(context: Context) -> Iterator[Change]:
    """What each page shows must be what it showed."""
    account, before, after = context.account, context.before.tree, context.after.tree
    kept_untouched = account.are_pages_untouched(before)
    for number, (one, other) in enumerate(zip(before.pages, after.pages, strict=False), 1):
        if not (kept_untouched and one is other) and not account.is_page_untouched(one, other):
            yield from _page(context, one, other, number)


def _page(context: Context, one: Page, other: Page, page: int) -> Iterator[Change]:
    old, new, number = one.entries, other.entries, context.number(other.ref)
    for key in context.differing(Role.PAGE, old, new):
        if key == "/StructParents" and key not in old and isinstance(new[key], int):
            continue  # what is found by that number is judged with the structure
        yield from breach("page", key, at=ChangePlace(page=page, number=number))
    if not context.equality.same_link(old.get("/Parent"), new.get("/Parent")):
        yield from breach("page-tree", "/Parent", at=ChangePlace(page=page, number=number))
    # Table 31, /Tabs: the order in which the form is walked through.
    if not context.equality.same(old.get("/Tabs"), new.get("/Tabs")):
        yield from breach("tab-order", "/Tabs", at=ChangePlace(page=page, number=number))
    # Table 31: /Annots is not inherited; for pdf.js it is, where a page has none.
    if ("/Annots" in old) is not ("/Annots" in new) and (_inherits(context.old, old) or _inherits(context.new, new)):
        yield from breach("page", "/Annots", at=ChangePlace(page=page, number=number))
    yield from xmp_changes(context, old.get("/Metadata"), new.get("/Metadata"), page)
    for key in ("/LastModified", "/PieceInfo"):  # data of the program that wrote it (14.5): no reader shows it
        if not context.equality.same(old.get(key), new.get(key)):
            context.cover(old.get(key), new.get(key))


def _inherits(view: View, page: dict[str, Value]) -> bool:
    """Whether a node above a page lists annotations."""
    entries = view.resolve(page.get("/Parent"))
    for _ in range(view.file.meter.limits.depth):
        if not isinstance(entries, dict) or "/Annots" in entries:
            break
        entries = view.resolve(entries.get("/Parent"))
    return isinstance(entries, dict) and "/Annots" in entries

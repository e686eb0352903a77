"""One step from a revision to the next, held against the rules of every role that what it writes has.

Both states are walked side by side from the trailer: what no rule explains is ``other``.  Judging what a reader
*reaches* makes freed, unused and rewritten-but-equal objects harmless; an object that is used in two places is judged
in both; and whatever is written, reached and was judged nowhere is "not judged".
"""

from __future__ import annotations

from collections.abc import Iterator

from signkit.pdf.changes.annotations import Annotations
from signkit.pdf.changes.context import Context
from signkit.pdf.changes.field_changes import Fields
from signkit.pdf.changes.form_changes import form_changes
from signkit.pdf.changes.metadata import info_changes, version_explained, xmp_changes
from signkit.pdf.changes.output_intents import output_intent_changes
from signkit.pdf.changes.page_changes import own_pages, page_changes, page_tree_changes
from signkit.pdf.changes.role_rules import ENTRIES, Role, breach
from signkit.pdf.changes.structure import StructureComparison
from signkit.pdf.changes.values import Change, ChangePlace, Gravity
from signkit.pdf.reading.syntax import SyntaxProblem, Value
from signkit.pdf.security_store import security_store

#: What says how to read all the rest (7.5.5, ISO/TS 32004).
_ENCRYPTING = ("/Encrypt", "/AuthCode")


def step_changes(context: Context) -> Iterator[Change]:
    """Yield every change of one step that some rule speaks of."""
    found: list[Change] = []
    try:
        for change in _walk(context):
            found.append(change)
            yield change
        # Once something forbidden was found, unexplained objects would only repeat it.
        if all(change.level < Gravity.OTHER for change in found):
            for number in context.account.unaccounted_objects():
                yield from breach("accounted", at=ChangePlace(number=number, page=context.page_of(number)))
        if (
            context.equality.rewritten or context.account.shows_anew
        ):  # evidence beside it must not hide that something else was written
            yield Change(Gravity.NONE, "rewritten")
    except (SyntaxProblem, RecursionError) as problem:
        yield Change(Gravity.OTHER, "not-judged", str(problem))


def _walk(context: Context) -> Iterator[Change]:
    before, after = context.old.root, context.new.root
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield Change(Gravity.OTHER, "not-judged", "catalog")
        return
    for number in context.account.unreadable():
        yield from breach("readable", at=ChangePlace(number=number))
    # Pairs first: all later comparisons rest on who continues whom.
    context.account.own(Role.CATALOG, context.old.trailer.get("/Root"), context.new.trailer.get("/Root"))
    nodes = own_pages(context)
    fields = Fields(context)
    annotations = Annotations(context, fields)
    yield from page_tree_changes(context, nodes)
    yield from _trailer(context)
    yield from info_changes(context)
    yield from StructureComparison(context, annotations).changes(
        before.get("/StructTreeRoot"), after.get("/StructTreeRoot")
    )  # before the others: what refers to its elements may then rely on it
    yield from _catalog(context, before, after)
    yield from form_changes(context, fields)
    yield from page_changes(context)
    yield from annotations.changes()


def _trailer(context: Context) -> Iterator[Change]:
    """Private entries may stay as they are, whatever they lead to, or go; those that come lead nowhere."""
    old, new = context.old.trailer, context.new.trailer
    for key in sorted((old.keys() | new.keys()) - ENTRIES[Role.TRAILER].own):
        # A private entry that leads to changed objects is the program's own; readers pass it over.
        private = key not in _ENCRYPTING and old.get(key) == new.get(key)
        if private:
            context.account.cover(context.new, new.get(key))
        # 7.5.5: programs that append need not know it (LibreOffice's /DocChecksum): they leave it out, or copy it.
        elif not _is_passed_over(key, new) and not context.equality.same_drawn(old.get(key), new.get(key)):
            yield from breach("trailer", key)
    if "/Encrypt" in old and _first_id(context.old.trailer, context) != _first_id(context.new.trailer, context):
        yield from breach("trailer", "/ID")  # the key depends on it (7.6.4.3)


def _is_passed_over(key: str, new: dict[str, Value]) -> bool:
    """Whether an entry that the standard does not name is left out, or says no more than a word."""
    return key not in _ENCRYPTING and (key not in new or isinstance(new[key], str | bytes | int))


def _first_id(trailer: dict[str, Value], context: Context) -> Value:
    found = context.new.resolve(trailer.get("/ID"))
    return found[0] if isinstance(found, list) and found else None


def _catalog(context: Context, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Change]:
    number = context.number(context.new.trailer.get("/Root"))
    for key in context.differing(Role.CATALOG, before, after):
        yield from breach("catalog", key, at=ChangePlace(number=number))
    # 12.8.6: /Perms says which signature certifies; whoever exchanges it lifts what the author forbade.
    if not context.equality.same(before.get("/Perms"), after.get("/Perms")):
        yield from breach("permissions", "/Perms", at=ChangePlace(number=number))
    # An update may raise /Version in the catalog (7.7.2) and name the extensions that it uses (7.12).
    for key in ("/Version", "/Extensions"):
        if not context.equality.same(before.get(key), after.get(key)):
            if version_explained(context, before.get(key), after.get(key)):
                yield Change(Gravity.EVIDENCE, "metadata", key)
            else:
                yield from breach("catalog", key, at=ChangePlace(number=number))
    yield from xmp_changes(context, before.get("/Metadata"), after.get("/Metadata"))
    yield from output_intent_changes(context, before.get("/OutputIntents"), after.get("/OutputIntents"))
    yield from _evidence(context, before, after)


def _evidence(context: Context, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Change]:
    """The security store grows (12.8.4.3); what was in it and is not any more is told."""
    # Evidence may be stored by anybody at any time (EN 319 142-1 5.4.2; ISO 32000-2 12.8.4.3).
    if context.equality.same(before.get("/DSS"), after.get("/DSS")):
        return
    context.cover(before.get("/DSS"), after.get("/DSS"))
    yield Change(Gravity.EVIDENCE, "evidence", "/DSS")
    old, new = security_store(context.old), security_store(context.new)
    # To remove evidence breaks no signature; years later it may be all that there was.
    if any(set(former) - set(later) for former, later in zip(old, new, strict=True)):
        yield from breach("evidence-removed", "/DSS")

"""The rules that a later revision is held against, in one registry, and which entries each role leaves to which rule.

A rule that is taken out of :data:`RULES` finds nothing any more: that is how tests show that each of them is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from signkit.pdf.changes.values import NOWHERE, Change, ChangePlace, Gravity


class Role(Enum):
    """What an object is for the document; one object may have several roles, and is judged in each."""

    TRAILER = "trailer"
    CATALOG = "catalog"
    PAGE_TREE = "page tree node"
    PAGE = "page"
    ANNOTATION = "annotation"
    FORM = "form"
    FIELD = "field"
    WIDGET = "widget"
    ELEMENT = "structure element"


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the level and code of what breaks it, and what it says."""

    name: str
    level: Gravity
    code: str
    says: str


_ALL = (
    # --- the whole file
    Rule("readable", Gravity.OTHER, "not-judged", "What a revision writes can be read (7.3)."),
    Rule("accounted", Gravity.OTHER, "not-judged", "Whatever is written and reached was judged in some role."),
    Rule("two-roles", Gravity.OTHER, "not-judged", "What has its own rule is compared in full in every other role."),
    Rule("trailer", Gravity.OTHER, "trailer", "Entries of the trailer stay, encryption too (7.5.5)."),
    Rule("catalog", Gravity.OTHER, "catalog", "Entries of the catalog stay, and all they lead to (7.7.2)."),
    Rule("permissions", Gravity.OTHER, "permissions", "Permissions stay; certifying comes first (12.8.6, 12.8.2.2.1)."),
    Rule("metadata", Gravity.METADATA, "metadata-changed", "A title or an author is content (14.3); dates are none."),
    Rule("certified-metadata", Gravity.OTHER, "metadata-changed", "No certification allows it (table 257)."),
    Rule("evidence-removed", Gravity.EVIDENCE, "evidence-removed", "Stored evidence stays (12.8.4.3); told, allowed."),
    # --- pages
    Rule("page-tree", Gravity.OTHER, "page-tree", "The page tree stays whole: order, counts, parents (7.7.3)."),
    Rule("page", Gravity.OTHER, "page", "What a page shows stays: contents, resources, boxes (7.7.3.3)."),
    Rule("tab-order", Gravity.FORM, "tab-order", "The order of tabs changes with the form (12.5)."),
    # --- annotations
    Rule("annotation-added", Gravity.ANNOTATIONS, "annotation-added", "Annotations need P 3 (table 257)."),
    Rule("annotation-changed", Gravity.ANNOTATIONS, "annotation-changed", "Annotations need P 3 (table 257)."),
    Rule("annotation-removed", Gravity.ANNOTATIONS, "annotation-removed", "Annotations need P 3 (table 257)."),
    Rule("annotation-kind", Gravity.OTHER, "annotation-kind", "What is added comments or leads elsewhere (12.5.6)."),
    Rule("annotation-content", Gravity.OTHER, "annotation-kind", "What nobody may add as a comment stays (12.5.6)."),
    Rule("annotation-order", Gravity.OTHER, "annotation-order", "What lies above what stays (12.5.2)."),
    Rule("annotation-places", Gravity.OTHER, "annotation-places", "An annotation stands once, on one page (12.5.2)."),
    Rule("covers-text", Gravity.OTHER, "covers-text", "Nothing new hides what was signed."),
    Rule("signature-over-text", Gravity.FORM, "signature-over-text", "After certifying, signatures hide nothing."),
    Rule("signature-size", Gravity.OTHER, "covers-text", "A signature over text takes no large part of the page."),
    Rule("appearance-box", Gravity.OTHER, "not-judged", "An appearance has a box that readers agree on (12.5.5)."),
    Rule("page-size", Gravity.OTHER, "not-judged", "What is measured in points lies on a page of paper (14.11.2)."),
    Rule("appearance-order", Gravity.OTHER, "not-judged", "An appearance ends what it begins (8.4.2, 14.6)."),
    # --- form
    Rule("form-removed", Gravity.OTHER, "form-removed", "The form stays (12.7.3)."),
    Rule("form", Gravity.OTHER, "form", "The form's entries stay: defaults, XFA, order of calculation (12.7.3)."),
    Rule("form-resources", Gravity.OTHER, "form-resources", "Resources that a field asks for stay as they were."),
    Rule("field-removed", Gravity.OTHER, "field-removed", "Fields stay (12.7.4)."),
    Rule("field-added", Gravity.OTHER, "field-added", "Only signature fields are added (12.7.4)."),
    Rule("field-changed", Gravity.OTHER, "field-changed", "Filling a field changes its value and its looks only."),
    Rule("field-filled", Gravity.FORM, "field-filled", "Filling a field needs P 2 (table 257)."),
    Rule("field-overwritten", Gravity.FORM, "field-overwritten", "What was filled in when a person signed stays."),
    Rule("field-locked", Gravity.OTHER, "field-locked", "A locked field stays (12.8.2.4)."),
    Rule("appearance-replaced", Gravity.OTHER, "appearance-replaced", "A field's looks follow its value."),
    Rule("shows-its-value", Gravity.OTHER, "value-and-looks", "A field is seen to be what its value says (12.7.5)."),
    Rule("shared-appearance", Gravity.OTHER, "shared-appearance", "Looks that something else uses stay."),
    Rule("signed-field-changed", Gravity.OTHER, "signed-field-changed", "A signed field stays, and its looks."),
    Rule("signature-added", Gravity.FORM, "signature-added", "A further signature needs P 2 (table 257)."),
    Rule("signature-value", Gravity.OTHER, "signature-value", "A field is signed by a signature of that revision."),
    Rule("unsigned-draws", Gravity.OTHER, "unsigned-draws", "A signature field shows nothing before it is signed."),
    Rule("timestamp-draws", Gravity.OTHER, "timestamp-draws", "A document timestamp shows nothing (12.8.5)."),
    # --- structure
    Rule("structure-tree", Gravity.OTHER, "structure-tree", "The structure grows by new annotations only (14.7)."),
    Rule("structure-parents", Gravity.OTHER, "structure-tree", "Content keeps its elements (14.7.5.4)."),
)  # fmt: skip
RULES: dict[str, Rule] = {rule.name: rule for rule in _ALL}


def breach(name: str, where: str = "", *, at: ChangePlace = NOWHERE, level: Gravity | None = None) -> Iterator[Change]:
    """Yield the change that breaks rule ``name``, of the rule's own level unless another is given."""
    rule = RULES.get(name)
    if rule is not None:
        yield Change(rule.level if level is None else level, rule.code, where, at.field, at.page, at.number)


@dataclass(frozen=True)
class Entries:
    """The entries of one role: ``own`` have rules of their own; all others fall under ``rule``, ``drawn`` strictly."""

    rule: str
    own: frozenset[str]
    structural: frozenset[str] | None = None  # of the others, those that may lead back to pages and fields; None: all


def _entries(rule: str, own: str, structural: str | None = None) -> Entries:
    return Entries(rule, frozenset(own.split()), None if structural is None else frozenset(structural.split()))


#: For each role whose dictionary is compared entry by entry: what is judged elsewhere, and by which rule the rest.
ENTRIES: dict[Role, Entries] = {
    # 7.5.5, 7.5.8.2: what every update writes anew, or what describes the section itself.
    Role.TRAILER: _entries(
        "trailer", "/Size /Prev /XRefStm /ID /Info /Root /Type /W /Index /Filter /DecodeParms /Length"
    ),
    Role.CATALOG: _entries(
        "catalog",
        # Each of these has rules of its own below.
        "/AcroForm /Pages /StructTreeRoot /Perms /DSS /Extensions /Metadata /Version /OutputIntents",
        # Entries that may lead back to pages: they are compared without following there.
        "/OpenAction /AA /Names /Outlines /Dests /Threads /PageLabels /Collection",
    ),
    Role.PAGE_TREE: _entries("page-tree", "/Kids /Parent", ""),
    Role.PAGE: _entries("page", "/Parent /Annots /Tabs /LastModified /PieceInfo /Metadata", "/AA /B"),
    Role.FORM: _entries("form", "/SigFlags /Fields /DR /DA /NeedAppearances"),
    Role.FIELD: _entries("field-changed", "/Kids /Parent /P"),
}

#: What filling a field changes in its field and widget dictionaries (12.7.5), and what signing one does (12.7.5.5).
#: 12.7.5: value, looks, state, date; /RV is the rich text, /I the chosen indices.
FILLED = frozenset({"/V", "/AP", "/AS", "/M", "/RV", "/I"})
# 12.7.5.5: signing may set the flags, the caption and the lock of its own field.
SIGNED = FILLED | {"/F", "/MK", "/DA", "/Lock"}
#: Actions that lead somewhere, and do nothing else (12.6.4).
LEADING = frozenset({"/URI", "/GoTo", "/GoToR", "/Named"})
#: Annotations that people add to a document that allows it (12.5.6): markup, links, and the windows of notes.
ADDABLE = frozenset(
    {
        "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight",
        "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/FileAttachment",
    }
)  # fmt: skip

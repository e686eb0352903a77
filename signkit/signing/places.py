"""A signature field where there is none: where on a page it lies, and whether the document may still take one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.errors import SigningRefused
from signkit.pdf.writing.opening import entry
from signkit.pdf.writing.written_fields import form_fields
from signkit.words import Text, are_shown

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import SigFieldSpec

LAST_PAGE = -1
_POINTS_PER_MM = 72 / 25.4
_MAX_PARENTS = 100
#: A box may stick out by less than a person can measure, in points.
_TOLERANCE = 0.5

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """A rectangle on a page as a viewer shows it, turned pages turned; millimetres.

    Attributes:
        page: counted from 1; `LAST_PAGE` is the last.
        left, top: from the page's left and upper edges.
        width, height: of the rectangle.
    """

    page: int
    left: float
    top: float
    width: float
    height: float


def refuse_unplaceable(reader: PdfFileReader, name: str, place: Place) -> None:
    """Refuse a field that the document cannot or must not take.

    Raises:
        SigningRefused("field-not-added"): see `refuse_new_field`; or the place is not on the page.
    """
    refuse_new_field(reader, name)
    _box(_page(reader, name, place), name, place)


def refuse_new_field(reader: PdfFileReader, name: str) -> None:
    """Refuse a field that the document must not take, wherever it lay.

    Raises:
        SigningRefused("field-not-added"): the name is no field's or is taken, or a signature forbids it.
    """
    # ISO 32000-2 12.7.4.2: a partial name has no full stop, which parts it from its children's.
    if not name or "." in name or not are_shown(name):
        raise SigningRefused("field-not-added", role=name, cause=_NO_NAME)
    fields = list(form_fields(reader))
    # A name that begins another field's would make that one its child.
    if any(name in (field.name, field.name.partition(".")[0]) for field in fields):
        raise SigningRefused("field-not-added", role=name, cause=_TAKEN)
    # ISO 32000-2 table 257 lets fields be signed that are there; a new one is none of that.
    if entry(reader.root, "/Perms") is not None and "/DocMDP" in reader.root["/Perms"]:
        raise SigningRefused("field-not-added", role=name, cause=_CERTIFIED)
    for field in fields:
        if field.kind == "/Sig" and entry(field.dictionary, "/V") is not None and _locks(field.dictionary, name):
            by = Text(
                f"the signature {field.name!r} locks the form", f"署名 {field.name!r} がフォームをロックしています"
            )
            raise SigningRefused("field-not-added", role=name, cause=by)


def field_at(writer: IncrementalPdfFileWriter, name: str, place: Place) -> SigFieldSpec:
    """Return pyHanko's description of the field; `refuse_unplaceable` has been asked."""
    from pyhanko.sign.fields import SigFieldSpec

    left, bottom, right, top = map(round, _box(_page(writer.prev, name, place), name, place))
    index = _index(writer.prev, place)
    return SigFieldSpec(name, on_page=index, box=(left, bottom, right, top), readable_field_name=name)


def turn_of(reader: PdfFileReader, place: Place) -> int:
    """Return by how many degrees clockwise a viewer turns the page: 0, 90, 180 or 270."""
    return _turn(_page(reader, "", place))


def _index(reader: PdfFileReader, place: Place) -> int:
    return _page_count(reader) - 1 if place.page == LAST_PAGE else place.page - 1


def _page_count(reader: PdfFileReader) -> int:
    return int(reader.root["/Pages"]["/Count"])


def _page(reader: PdfFileReader, name: str, place: Place) -> Any:
    count, index = _page_count(reader), _index(reader, place)
    if not 0 <= index < count:
        raise SigningRefused(
            "field-not-added",
            role=name,
            cause=Text(
                f"there is no page {place.page} of {count}", f"{place.page} ページ目はありません (全 {count} ページ)"
            ),
        )
    return reader.find_page_for_modification(index)[0].get_object()


def _inherited_entry(page: Any, key: str) -> Any:
    """Return a page's attribute, its own or of the page tree above it (ISO 32000-2 7.7.3.4)."""
    node = page
    for _ in range(_MAX_PARENTS):
        if node is None:
            return None
        if key in node:
            return node[key]
        node = entry(node, "/Parent")
    raise ValueError("the page tree is too deep")


def _turn(page: Any) -> int:
    return int(_inherited_entry(page, "/Rotate") or 0) % 360


def _visible_box(page: Any) -> Box:
    """Return what of the page a viewer shows: the crop box within the media box (14.11.2)."""
    media = _normal(_inherited_entry(page, "/MediaBox"))
    crop = _inherited_entry(page, "/CropBox")
    if crop is None:
        return media
    left, bottom, right, top = _normal(crop)
    return max(left, media[0]), max(bottom, media[1]), min(right, media[2]), min(top, media[3])


def _normal(box: Any) -> Box:
    left, bottom, right, top = (float(value) for value in box)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _box(page: Any, name: str, place: Place) -> Box:
    """Return the rectangle in the page's own coordinates: points from below, before the page is turned."""
    x0, y0, x1, y1 = _visible_box(page)
    turn = _turn(page)
    width, height = (x1 - x0, y1 - y0) if turn in (0, 180) else (y1 - y0, x1 - x0)
    # Table 31: /UserUnit is the size of a unit in points.
    scale = _POINTS_PER_MM / float(entry(page, "/UserUnit") or 1)
    u0, v0 = place.left * scale, place.top * scale
    u1, v1 = u0 + place.width * scale, v0 + place.height * scale
    if u0 < 0 or v0 < 0 or u1 > width + _TOLERANCE or v1 > height + _TOLERANCE:
        size = f"{width / scale:.0f} × {height / scale:.0f} mm"
        raise SigningRefused(
            "field-not-added",
            role=name,
            cause=Text(f"the page shows only {size}", f"ページの大きさ ({size}) に収まりません"),
        )
    # Table 31, /Rotate: clockwise, when displayed.
    corners = {
        0: ((x0 + u0, y1 - v0), (x0 + u1, y1 - v1)),
        90: ((x0 + v0, y0 + u0), (x0 + v1, y0 + u1)),
        180: ((x1 - u0, y0 + v0), (x1 - u1, y0 + v1)),
        270: ((x1 - v0, y1 - u0), (x1 - v1, y1 - u1)),
    }
    (ax, ay), (bx, by) = corners[turn]
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _locks(signed: Any, name: str) -> bool:
    """Whether a signed field's rules forbid a new one: DocMDP, or FieldMDP that takes in its name (12.8.2.2, .4)."""
    # Table 236: /P in a lock stands for a DocMDP of its own.
    if "/P" in (entry(signed, "/Lock") or ()):
        return True
    for reference in entry(entry(signed, "/V"), "/Reference") or ():
        method = entry(reference.get_object(), "/TransformMethod")
        rules = entry(reference.get_object(), "/TransformParams")
        if method == "/DocMDP":
            return True
        if method == "/FieldMDP":
            # Tables 236, 259: /Include and /Exclude name fields, /All means every one.
            action, listed = entry(rules, "/Action"), name in list(entry(rules, "/Fields") or ())
            if action == "/All" or listed == (action == "/Include"):
                return True
    return False


_NO_NAME = Text("a field's name has no periods or control characters", "欄の名前にピリオドや制御文字は使えません")
_TAKEN = Text(
    "the form has a field of that name (if it is the signature field, leave --field-at out)",
    "同じ名前の欄があります (それが署名欄なら --field-at は不要です)",
)
_CERTIFIED = Text(
    "the document is certified, and a certification allows no new field", "証明署名された文書に欄は追加できません"
)

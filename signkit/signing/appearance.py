"""What is drawn in a signature field: a Japanese seal (印影) with name and time beside it.

The drawing is typeset like the contract itself (same fonts, same glyph check, PDF/A) and imported as a form XObject.
It decorates; only the cryptographic signature proves anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.contracts.escaping import string_literal
from signkit.contracts.fonts import FontSet, describe_missing, font_set, missing_glyphs
from signkit.contracts.typesetting import Standard, typeset
from signkit.errors import SigningRefused
from signkit.japan_time import JST
from signkit.limits import SEAL_IMAGE_BYTES
from signkit.pdf.writing.conformance import pdf_a_part
from signkit.signing.seals import RED, Seal, seal_of, seal_source
from signkit.signing.waiting_looks import take_form_of, waiting_appearance
from signkit.words import Text

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_MAX_PIXELS = 4_000_000
# ISO/IEC 15948 5.2 (PNG signature); JPEG begins with SOI and a marker.
_IMAGE_STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
#: The typesetter wants a date; only the drawing is taken from what it makes.
_ANY_DAY = date(2000, 1, 1)
#: A personal seal is some 18 mm across at the most.
_SEAL_SIDE = 51.0
_INSET = 5.0
#: What a rehearsal's seal bears, and the part of the side that is left to the seal above it.
_REHEARSAL = "リハーサル"
_ABOVE_BAND, _BAND_GAP = 0.8, 0.02
_MIN_SIDE = 8.0
_MAX_SIDE = 2000.0


@dataclass(frozen=True)
class Appearance:
    """A seal and the lines beside it.

    Attributes:
        seal: what the red seal shows.
        lines: name, time and so on, top to bottom.
        image: a PNG or JPEG drawn in the seal's place; None draws the seal.
        fonts: which fonts draw it.
        rehearsal: write below the seal that it is a rehearsal's.
    """

    seal: Seal
    lines: tuple[str, ...]
    image: bytes | None = None
    fonts: FontSet | None = None
    rehearsal: bool = False


def seal_appearance(
    name: str,
    time: datetime,
    *,
    language: str = "ja",
    image: bytes | None = None,
    fonts: FontSet | None = None,
    organisation: bool | None = None,
    rehearsal: bool = False,
) -> Appearance:
    """Return the customary appearance for a signer's full name and signing time.

    Args:
        organisation: see `signkit.signing.seals.seal_of`.
        rehearsal: the key is a rehearsal's: no such seal may pass for a real one.

    Raises:
        SigningRefused("seal-not-drawable"): no font can draw a character of the name.
        SigningRefused("seal-image-unusable"): ``image`` is neither PNG nor JPEG, or larger than 300 KB.
    """
    if missing := missing_glyphs(name, fonts or font_set()):
        raise SigningRefused("seal-not-drawable", characters=describe_missing(missing))
    if image is not None:
        _image_format(image)
    local = time.astimezone(JST)
    when = (
        f"{local:%Y}年{local.month}月{local.day}日 {local:%H:%M}" if language == "ja" else f"{local:%Y-%m-%d %H:%M} JST"
    )
    note = _NOTES[rehearsal].ja + "　" if language == "ja" else _NOTES[rehearsal].en + " "
    seal = seal_of(name, organisation=organisation)
    return Appearance(seal, (name, f"{note}{when}"), image, fonts, rehearsal)


_NOTES = {
    False: Text("Signed electronically", "電子署名"),
    True: Text("Rehearsal", "電子署名の練習"),
}


def refuse_unusable_image(image: bytes) -> None:
    """Refuse what cannot be drawn in the seal's place, before anybody types a PIN.

    Raises:
        SigningRefused("seal-image-unusable"): it is neither PNG nor JPEG, damaged, or too large.
    """
    _image_format(image)


def apply_appearance(writer: IncrementalPdfFileWriter, field: Any, appearance: Appearance) -> None:
    """Draw ``appearance`` as ``field``'s normal appearance; a field without a rectangle stays invisible.

    A field that is turned (/MK /R, degrees counterclockwise) lies upright on a page that a viewer turns back.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    widget = _widget(field)
    turn = _turn(widget)
    width, height = _size(widget) if turn in (0, 180) else reversed(_size(widget))
    if width < _MIN_SIDE or height < _MIN_SIDE or max(width, height) > _MAX_SIDE:
        return
    # An appearance counts as the page does: PDF/A-1 forbids transparency there too (ISO 19005-1 6.4).
    opaque = pdf_a_part(writer) == 1
    source = _source(appearance, width, height, opaque=opaque)
    drawing = _drawing(source, appearance.fonts or font_set(), "a-1b" if opaque else "1.7")
    form = writer.import_page_as_xobject(PdfFileReader(BytesIO(drawing)))
    take_form_of(waiting_appearance(widget), form.get_object())
    if turn:
        # 12.5.5: /Matrix turns the form before its box is fitted into /Rect.
        turned = map(generic.FloatObject, _matrix(turn, width, height))
        form.get_object()[generic.pdf_name("/Matrix")] = generic.ArrayObject(turned)
    widget[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): form})
    writer.update_container(widget)


def give_empty_appearance(writer: IncrementalPdfFileWriter, field: Any) -> None:
    """Give a field that shows nothing an appearance that is empty: PDF/A-1 wants one (ISO 19005-1 6.9)."""
    from pyhanko.pdf_utils import generic

    form = generic.StreamObject(stream_data=b"")
    for key, value in (("/Type", "/XObject"), ("/Subtype", "/Form")):
        form[generic.pdf_name(key)] = generic.pdf_name(value)
    form[generic.pdf_name("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))
    form[generic.pdf_name("/Resources")] = generic.DictionaryObject()
    widget = _widget(field)
    widget[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(form)})


@lru_cache(maxsize=8)
def _drawing(source: str, fonts: FontSet, standard: Standard) -> bytes:
    """Typeset a seal; in a batch one and the same stands in every contract signed within a minute."""
    return typeset(source, day=_ANY_DAY, fonts=fonts, standard=standard)


def _widget(field: Any) -> Any:
    return field["/Kids"][0].get_object() if "/Kids" in field else field


def _size(widget: Any) -> tuple[float, float]:
    left, bottom, right, top = (float(value) for value in widget["/Rect"])
    return abs(right - left), abs(top - bottom)


def _turn(widget: Any) -> int:
    """Return /MK /R (ISO 32000-2 table 192); 0 for what is no quarter turn."""
    turn = int(widget["/MK"]["/R"]) % 360 if "/MK" in widget and "/R" in widget["/MK"] else 0
    return turn if turn % 90 == 0 else 0


def _matrix(turn: int, width: float, height: float) -> tuple[float, ...]:
    """Return what turns a drawing counterclockwise and lays it back into the first quadrant (12.5.5, algorithm 8)."""
    return {
        90: (0, 1, -1, 0, height, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, width),
    }[turn]


def _source(appearance: Appearance, width: float, height: float, *, opaque: bool) -> str:
    side = min(height * 0.94, width * 0.3, _SEAL_SIDE)
    gap = side * 0.16
    image = _flatten(appearance.image) if appearance.image and opaque else appearance.image
    inner = side * (_ABOVE_BAND - _BAND_GAP) if appearance.rehearsal else side
    seal = _image_source(image, inner) if image else seal_source(appearance.seal, inner)
    if appearance.rehearsal:
        seal = f"stack(spacing: {_points(side * _BAND_GAP)}, align(center, {seal}), {_rehearsal_band(side)})"
    room = width - side - gap - _INSET
    size = min(height * 0.24, 11.0, _fitting_size(appearance.lines, room))
    lines = "".join(
        f"text({string_literal(line)}, size: {_points(size * scale)}), " for line, scale in _lines_with_size(appearance)
    )
    return f"""
#set page(width: {_points(width)}, height: {_points(height)}, margin: 0pt, fill: none)
#set text(font: "Noto Serif JP", lang: "ja", fill: rgb("#1a1a1a"))
#place(left + horizon, dx: {_points(_INSET)}, stack(dir: ttb, spacing: {_points(size * 0.7)}, {lines}))
#place(right + horizon, dx: -2pt, {seal})
"""


def _lines_with_size(appearance: Appearance) -> list[tuple[str, float]]:
    return [(line, 1.0 if index == 0 else 0.68) for index, line in enumerate(appearance.lines)]


def _fitting_size(lines: tuple[str, ...], room: float) -> float:
    """Return the type size in points at which the widest line fits ``room``, counting every character full-width."""
    widest = max((_width(line) * (1.0 if index == 0 else 0.68) for index, line in enumerate(lines)), default=1.0)
    return max(room / max(widest, 1.0), 2.0)


def _width(line: str) -> float:
    return sum(0.62 if character.isascii() else 1.0 for character in line)


def _rehearsal_band(side: float) -> str:
    """Return what stands below a rehearsal's seal, in white on red, as wide as the seal may be."""
    height = side * (1 - _ABOVE_BAND)
    size = min(height * 0.72, side * 0.9 / len(_REHEARSAL))
    return (
        f'rect(width: {_points(side)}, height: {_points(height)}, fill: rgb("{RED}"), inset: 0pt, '
        f'align(center + horizon, text("{_REHEARSAL}", font: "Noto Sans JP", size: {_points(size)}, fill: white, '
        "top-edge: 0.88em, bottom-edge: -0.12em)))"
    )


def _image_source(image: bytes, side: float) -> str:
    numbers = ",".join(map(str, image))
    return (
        f'image(bytes(({numbers})), format: "{_image_format(image)}", '
        f'width: {_points(side)}, height: {_points(side)}, fit: "contain")'
    )


def _flatten(image: bytes) -> bytes:
    """Return the image on white paper: PDF/A-1 has no transparency (ISO 19005-1 6.4)."""
    from PIL import Image

    with Image.open(BytesIO(image)) as opened:
        drawn = opened.convert("RGBA")
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    output = BytesIO()
    paper.convert("RGB").save(output, "PNG")
    return output.getvalue()


def _image_format(image: bytes) -> str:
    # Before a line of it is decoded.
    from PIL import Image

    if len(image) > SEAL_IMAGE_BYTES:
        raise SigningRefused("seal-image-unusable", cause=Text("larger than 300 KB", "300 KB を超えています"))
    kind = next((name for start, name in _IMAGE_STARTS.items() if image.startswith(start)), None)
    if kind is None:
        raise SigningRefused("seal-image-unusable", cause=Text("neither PNG nor JPEG", "PNG でも JPEG でもありません"))
    try:
        with Image.open(BytesIO(image)) as opened:
            # The header's numbers alone: a small file may unpack into gigabytes.
            if opened.width * opened.height > _MAX_PIXELS:
                raise SigningRefused(
                    "seal-image-unusable", cause=Text("more than 4 million pixels", "400万画素を超えています")
                )
            opened.verify()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise SigningRefused("seal-image-unusable", cause=Text("damaged", "壊れています")) from error
    return kind


def _points(value: float) -> str:
    return f"{value:.2f}pt"

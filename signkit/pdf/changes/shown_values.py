"""Does a field that was filled in show what its value says (ISO 32000-2 12.7.4.3, 12.7.5)?

A value speaks to programs, looks to people; one that says something else, or whose looks cannot be compared with it,
would be two answers in one field.  So would a value that each viewer draws for itself in letters it cannot have.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from signkit.pdf.changes.appearance_changes import streams
from signkit.pdf.changes.content_order import is_in_layers
from signkit.pdf.changes.covering import rectangle
from signkit.pdf.changes.field_fonts import PICTURES, font_reader
from signkit.pdf.changes.field_text import (
    Frame,
    NotComparableError,
    ShownLetter,
    ShownText,
    brightness,
    read_looks,
    words_of_lines,
)  # fmt: skip
from signkit.pdf.changes.ink import Colour, colour_of
from signkit.pdf.changes.placing import Box, Matrix, map_box, times
from signkit.pdf.changes.ticks import shows_a_mark
from signkit.pdf.form import FormField, text_string
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value, content_operations

# Tables 229, 231 and 233: bits 14 (password), 25 (comb), 18 (combo box), 26 (radios in unison) and 16 (radio).
_PASSWORD, _COMB, _COMBO, _UNISON, _RADIO = 1 << 13, 1 << 24, 1 << 17, 1 << 25, 1 << 15
# Table 167: bit 2 is Hidden, bit 6 NoView.
_UNSEEN = 2 | 32
#: What ink is read on paper, and what letters are no smaller than dust, points.
_DARK, _SMALLEST = 0.7, 2.0
#: How much smaller and lighter letters that are drawn anew may be.
_SMALLER, _LIGHTER = 0.7, 0.2
#: The matrix of an appearance by the turn of its widget, as far as it turns.
_UPRIGHT: dict[int, tuple[int, ...]] = {
    0: (1, 0, 0, 1, 0, 0), 90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0),
}  # fmt: skip
_TAG = re.compile(r"<[^<>]*>")
_FONTS = re.compile(r"font[^:;]*:[^;>]*")
#: Remarks, sections and declarations of XML, but for the one at its head, and entities that it has not by itself.
_DECLARED = re.compile(r"<!|<\?(?!xml\s)|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)")


class ShownValue:
    """One field that was filled in, as it is now.

    Args:
        shown: its widgets.
        signed: the document as the first signature found it; its fonts are believed.
    """

    def __init__(self, view: View, item: FormField, shown: list[Value], signed: View | None) -> None:
        self._view, self._item, self._signed = view, item, signed
        self._widgets = [entries for entries in map(view.resolve, shown) if isinstance(entries, dict)]
        flags = view.resolve(item.entries.get("/Ff"))
        self._flags = flags if isinstance(flags, int) else 0

    def is_seen(self) -> bool:
        """Whether what is seen of it is what its value says, as far as that can be told.

        Raises:
            SyntaxProblem: a part of it cannot be read.
        """
        # PDFium draws fields in layers that are off.
        if any(is_in_layers(self._view, each) for each in self._widgets):
            return False
        if self._item.type == "/Btn":
            return self._is_ticked_alike()
        try:
            said = self._texts_to_be_seen()
            return self._spells_alike(said) and all(self._shows(each, said) for each in self._widgets)
        except NotComparableError:
            return False

    def letters(self, widget: dict[str, Value]) -> list[tuple[Box, Colour]]:
        """Return where on the page each letter of a widget stands, and in what colour; nothing where it is not read.

        Raises:
            SyntaxProblem: a part of it cannot be read.
        """
        form, place = self._shown_form(widget), rectangle(self._view, widget.get("/Rect"))
        if form is None or place is None or self._is_unseen(widget):
            return []
        try:
            looks = read_looks(self._view, form, self._signed, self._frame(widget), self._scale(widget, form))
        except NotComparableError:
            return []
        onto = _placing(self._view, form, place)
        return [(map_box(onto, *_body(each)), each.ink) for each in looks.letters] if onto is not None else []

    def is_drawn_as(self, former: ShownValue) -> bool:
        """Whether its looks, drawn anew, show the value that they showed before, in letters as large and as dark.

        Raises:
            SyntaxProblem: a part of either cannot be read.
        """
        if (
            len(self._widgets) != len(former._widgets)
            or self._is_redrawn()
            or not (former.is_seen() and self.is_seen())
        ):
            return False
        pairs = zip(former._widgets, self._widgets, strict=True)
        return all(_are_alike(former.letters(one), self.letters(other)) for one, other in pairs)

    def asks_for_legible_letters(self) -> bool:
        """Whether viewers that write the value themselves, as in a field to type in, would write it to be read."""
        asked = (self._view.resolve(each.get("/DA")) for each in (self._item.entries, *self._widgets))
        stated = [each for each in asked if each is not None]
        return all(isinstance(each, bytes) and _plain_default(each) is not None for each in stated)

    def _shown_form(self, widget: dict[str, Value]) -> Stream | None:
        looks = self._view.resolve(widget.get("/AP"))
        normal = self._view.resolve(looks.get("/N")) if isinstance(looks, dict) else None
        state = self._view.resolve(widget.get("/AS"))
        found = self._view.resolve(normal.get(state)) if isinstance(normal, dict) and isinstance(state, str) else normal
        return found if isinstance(found, Stream) else None

    def _is_unseen(self, widget: dict[str, Value]) -> bool:
        flags = self._view.resolve(widget.get("/F"))
        placed = rectangle(self._view, widget.get("/Rect")) is not None
        return not placed or (isinstance(flags, int) and bool(flags & _UNSEEN))

    # --- what the value says ---

    def _texts_to_be_seen(self) -> list[str]:
        """Return the texts that should be seen: one of a text field, one a choice.

        Raises:
            NotComparableError: no viewer or no two viewers could tell.
        """
        value = self._view.resolve(self._item.value)
        parts = [self._view.resolve(each) for each in value] if isinstance(value, list) else [value]
        texts = [self._text_of(part) for part in parts if part is not None]
        if self._item.type == "/Ch":
            texts = [self._text_of_option(text) for text in texts]
        limit = self._view.resolve(self._item.entries.get("/MaxLen"))
        if isinstance(limit, int) and any(len(text) > limit for text in texts):
            raise NotComparableError
        return [text for text in texts if _plain(text)]

    def _text_of(self, value: Value) -> str:
        if isinstance(value, Stream):
            value = self._view.file.decode_stream(value, self._view)
        # 7.9.2.2: little-endian text is not in the standard, and some readers take it letter by letter.
        if not isinstance(value, bytes) or value.startswith(b"\xff\xfe"):
            raise NotComparableError
        return text_string(value)

    def _options(self) -> list[tuple[str, str]]:
        """Return what each option exports and shows (12.7.5.4)."""
        found = self._view.resolve(self._item.entries.get("/Opt"))
        options = []
        for each in map(self._view.resolve, found if isinstance(found, list) else []):
            pair = [self._text_of(self._view.resolve(part)) for part in (each if isinstance(each, list) else [each])]
            if len(pair) not in (1, 2):
                raise NotComparableError
            options.append((pair[0], pair[-1]))
        return options

    def _text_of_option(self, text: str) -> str:
        """Return what an option shows; two options of one export show two things."""
        displays = {display for export, display in self._options() if export == text}
        if len(displays) > 1:
            raise NotComparableError
        return displays.pop() if displays else text

    def _is_export(self, seen: str) -> bool:
        """Whether the value itself is seen, as some programs write it, and no option but its own shows that."""
        value = self._view.resolve(self._item.value)
        if self._item.type != "/Ch" or not isinstance(value, bytes) or _plain(text_string(value)) != seen:
            return False
        return all(_plain(export) == seen for export, display in self._options() if _plain(display) == seen)

    def _spells_alike(self, said: list[str]) -> bool:
        """Whether its other spellings say the same: /RV in rich text, /I as indices (12.7.5.3, 12.7.5.4)."""
        rich = self._view.resolve(self._item.entries.get("/RV"))
        if rich is not None and _plain(_text_of_rich(self._text_of(rich))) != _plain("".join(said)):
            return False
        chosen = self._view.resolve(self._item.entries.get("/I"))
        if chosen is None or self._item.type != "/Ch":
            return True
        options = self._options()
        places = [self._view.resolve(each) for each in chosen] if isinstance(chosen, list) else []
        shown = [options[place][1] for place in places if isinstance(place, int) and 0 <= place < len(options)]
        return len(shown) == len(places) and sorted(shown) == sorted(said)

    # --- what is seen ---

    def _shows(self, widget: dict[str, Value], said: list[str]) -> bool:
        appearances = list(streams(self._view, widget))
        normal = self._view.resolve(widget.get("/AP"))
        single = isinstance(normal, dict) and isinstance(self._view.resolve(normal.get("/N")), Stream)
        redrawn = self._is_redrawn()
        if redrawn and not self._has_letters(widget, said):
            return False
        if not appearances:
            # What viewers draw where there is no appearance they draw where they are asked to, and else as they like.
            return redrawn or not said or self._is_unseen(widget)
        return single and all(self._reads(widget, each, said) for each in appearances)

    def _is_redrawn(self) -> bool:
        form = self._view.resolve(self._view.root.get("/AcroForm"))
        return isinstance(form, dict) and self._view.resolve(form.get("/NeedAppearances")) == "true"

    def _has_letters(self, widget: dict[str, Value], said: list[str]) -> bool:
        """Whether the font that viewers would draw with, by /DA, draws the value's letters by their codes."""
        form = self._view.resolve(self._view.root.get("/AcroForm"))
        holders = [widget, self._item.entries, form if isinstance(form, dict) else {}]
        asked = next((each for each in (self._view.resolve(h.get("/DA")) for h in holders) if each is not None), None)
        name = _plain_default(asked) if isinstance(asked, bytes) else None
        if asked is not None and name is None:
            return False
        resources = self._view.resolve(holders[-1].get("/DR"))
        fonts = self._view.resolve(resources.get("/Font")) if isinstance(resources, dict) else None
        font = fonts.get(name) if name is not None and isinstance(fonts, dict) else None
        if font is None:
            return True  # viewers take one of their own, with the letters that it has
        reader = font_reader(self._view, font, self._signed)
        if reader is None or self._is_composite(font):
            return reader is not None
        letters = "".join(each for text in said for each in text if " " < each < "\x7f")
        read = reader(letters.encode())
        return read is not None and "".join(glyph.text for glyph in read) == letters

    def _is_composite(self, font: Value) -> bool:
        entries = self._view.resolve(font)
        return isinstance(entries, dict) and self._view.resolve(entries.get("/Subtype")) == "/Type0"

    def _reads(self, widget: dict[str, Value], form: Stream, said: list[str]) -> bool:
        if not self._is_upright(widget, form):
            return False
        looks = read_looks(self._view, form, self._signed, self._frame(widget), self._scale(widget, form))
        lines = list(words_of_lines(looks.lines()))
        if looks.marks and not self._is_list():
            return False
        if self._is_list():
            return self._lists(looks, said)
        seen, value = _plain("".join(lines)), _plain("".join(said))
        if self._item.type == "/Tx" and self._flags & _PASSWORD:
            # 12.7.5.3: a password is shown as so many signs, or not at all.
            return not seen or (len(seen) == len(value) and set(seen) <= set("*\u2022\u25cf"))
        return seen == value or self._is_export(seen)

    def _is_list(self) -> bool:
        return self._item.type == "/Ch" and not self._flags & _COMBO

    def _lists(self, looks: ShownText, said: list[str]) -> bool:
        """Whether a list shows its options in order, and marks those that were chosen; or shows these alone."""
        lines = looks.lines()
        texts = [_plain(text) for text in words_of_lines(lines)]
        wanted = [_plain(each) for each in said]
        if not looks.marks:
            return texts == wanted
        options = [_plain(display) for _, display in self._options()]
        in_order = any(options[at : at + len(texts)] == texts for at in range(len(options)))
        marked = [
            text
            for text, line in zip(texts, lines, strict=True)
            if any(box[1] <= line[0].middle[1] <= box[3] for box in looks.marks)
        ]
        return in_order and sorted(marked) == sorted(wanted)

    def _frame(self, widget: dict[str, Value]) -> Frame:
        style, limit = self._view.resolve(widget.get("/BS")), self._view.resolve(self._item.entries.get("/MaxLen"))
        width = self._view.resolve(style.get("/W")) if isinstance(style, dict) else 1
        border = min(float(width), 4.0) if isinstance(width, int | float) else 1.0
        return Frame(border, limit if self._flags & _COMB and isinstance(limit, int) else 0)

    def _is_upright(self, widget: dict[str, Value], form: Stream) -> bool:
        """Whether an appearance is turned as its widget asks (table 192, /R), and is not mirrored."""
        asked = self._view.resolve(widget.get("/MK"))
        turn = self._view.resolve(asked.get("/R")) if isinstance(asked, dict) else None
        found = [self._view.resolve(each) for each in self._view.resolve(form.entries.get("/Matrix")) or _UPRIGHT[0]]
        if len(found) != 6 or not all(isinstance(each, int | float) for each in found):
            return False
        a, b, c, d = found[:4]
        size = max(map(abs, (a, b, c, d)))
        wanted = _UPRIGHT.get(turn or 0, ())[:4]
        return (
            size > 0
            and all(abs(x / size - y) < 0.01 for x, y in zip((a, b, c, d), wanted, strict=False))
            and bool(wanted)
        )

    def _scale(self, widget: dict[str, Value], form: Stream) -> float:
        """Return how large a unit of the appearance is on the page, along the side where it is smaller (12.5.5)."""
        place, box = rectangle(self._view, widget.get("/Rect")), rectangle(self._view, form.entries.get("/BBox"))
        if place is None or box is None:
            return 0.0
        sides = sorted((place[2] - place[0], place[3] - place[1])), sorted((box[2] - box[0], box[3] - box[1]))
        return min(sides[0][0] / sides[1][0], sides[0][1] / sides[1][1])

    # --- buttons ---

    def _is_ticked_alike(self) -> bool:
        """Whether every widget that has the value's state shows it, and no other shows one (12.7.5.2.3, 12.7.5.2.4)."""
        value = self._view.resolve(self._item.value)
        states = [self._view.resolve(each.get("/AS")) for each in self._widgets]
        if value in (None, "/Off"):
            return all(state in (None, "/Off") for state in states)
        pairs = zip(states, self._widgets, strict=True)
        having = [(state, each) for state, each in pairs if value in self._states_of(each)]
        alone = bool(self._flags & _RADIO) and not self._flags & _UNISON
        ticked = [each for state, each in having if state == value]
        marked = all(shows_a_mark(self._view, each, value) for each in ticked)
        return bool(ticked) and marked and (alone or len(ticked) == len(having))

    def _states_of(self, widget: dict[str, Value]) -> Iterator[str]:
        looks = self._view.resolve(widget.get("/AP"))
        normal = self._view.resolve(looks.get("/N")) if isinstance(looks, dict) else None
        yield from (normal if isinstance(normal, dict) else ())


def _are_alike(before: list[tuple[Box, Colour]], after: list[tuple[Box, Colour]]) -> bool:
    """Whether letters are as large and as dark as others; programs choose sizes and spell colours otherwise."""
    if not before or not after:
        return not before and not after
    heights = [[box[3] - box[1] for box, _ in letters] for letters in (before, after)]
    inks = [[brightness(ink) for _, ink in letters] for letters in (before, after)]
    sizes = all(_SMALLER * of(heights[0]) <= of(heights[1]) <= of(heights[0]) / _SMALLER for of in (min, max))
    return sizes and all(abs(of(inks[0]) - of(inks[1])) <= _LIGHTER for of in (min, max))


def _text_of_rich(rich: str) -> str:
    """Return what a text with marks for its style says (12.7.4.4).

    Raises:
        NotComparableError: by entities, sections or fonts of pictures it says something that marks do not show.
    """
    fonts = (match[0] for tag in _TAG.finditer(rich) for match in _FONTS.finditer(tag[0]))
    if _DECLARED.search(rich) or any(PICTURES.search(each) for each in fonts):
        raise NotComparableError
    return html.unescape(_TAG.sub(" ", rich))


def _body(letter: ShownLetter) -> Box:
    """Return where the most of a letter is: its width, from the base line up."""
    return letter.x + 0.1 * letter.width, letter.y, letter.x + 0.9 * letter.width, letter.y + 0.7 * letter.size


def _placing(view: View, form: Stream, place: Box) -> Matrix | None:
    """Return what leads from an appearance's own coordinates to those of the page (12.5.5, algorithm)."""
    box, found = rectangle(view, form.entries.get("/BBox")), view.resolve(form.entries.get("/Matrix")) or _UPRIGHT[0]
    numbers = [view.resolve(each) for each in found] if isinstance(found, list | tuple) else []
    if box is None or len(numbers) != 6 or not all(isinstance(each, int | float) for each in numbers):
        return None
    a, b, c, d, e, f = map(float, numbers)
    left, bottom, right, top = map_box((a, b, c, d, e, f), *box)
    if left == right or bottom == top:
        return None
    across, up = (place[2] - place[0]) / (right - left), (place[3] - place[1]) / (top - bottom)
    return times((a, b, c, d, e, f), (across, 0, 0, up, place[0] - left * across, place[1] - bottom * up))


def _plain_default(asked: bytes) -> str | None:
    """Return the font that a default appearance names (12.7.4.3); None where it does anything but to write legibly."""
    name = None
    for token, operands in content_operations(asked):
        if token == b"Tf" and len(operands) == 2 and isinstance(operands[1], int | float):
            # A size of 0 is the viewer's choice.
            name = operands[0] if operands[1] == 0 or operands[1] >= _SMALLEST else None
        elif token in (b"g", b"rg", b"k"):
            colour = colour_of(operands)
            if colour is None or brightness(colour) > _DARK:
                return None
        else:
            return None
    return name if isinstance(name, str) else None


def _letters_of(letter: str) -> str:
    """Return a ligature or a radical as the letters that it is; a raised figure is another sign than the figure."""
    return (
        unicodedata.normalize("NFKC", letter)
        if "\u2e80" <= letter <= "\u2fdf" or "\ufb00" <= letter <= "\ufb06"
        else letter
    )


def _plain(text: str) -> str:
    """Return a text as it is compared: one spelling of each letter, without spaces.

    Raises:
        NotComparableError: it is not written from left to right, or has signs that steer how it is shown.
    """
    letters = "".join(unicodedata.normalize("NFC", "".join(map(_letters_of, text))).split())
    for letter in letters:
        # Control characters, and letters of scripts from right to left: their order on the page is another.
        if unicodedata.category(letter) in ("Cf", "Cc", "Co") or unicodedata.bidirectional(letter) in ("R", "AL"):
            raise NotComparableError
    return letters

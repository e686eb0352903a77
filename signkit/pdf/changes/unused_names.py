"""Names of resources that nothing in a document asks for (ISO 32000-2 7.8.3): what they mean may be settled later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import DUPLICATE, Ref, Stream, Value, references

#: Longer names some readers cut (Annex C.1: 127 bytes).
_LONGEST = 64
#: Streams that hold no operators, as they call themselves.
_OTHER_STREAMS = {"/Image", "/XML", "/XRef", "/ObjStm", "/EmbeddedFile", "/Type1C", "/CIDFontType0C", "/OpenType"}
#: What draws a stream, whatever that calls itself (7.8.2, 12.5.5, 9.6.4, 8.7.3, 11.6.5).
_DRAWING = {"/Contents", "/AP", "/CharProcs", "/Pattern", "/G"}


class UnusedNames:
    """The names that no content and no default appearance of a state holds, however deep it is hidden."""

    def __init__(self, view: View) -> None:
        self._view = view

    def has(self, name: str) -> bool:
        """Whether nothing asks for ``name``."""
        plain = name.encode("latin-1", "replace")
        if not (name.startswith("/") and name[1:].isalnum() and len(plain) <= _LONGEST):
            return False
        written = _spellings(plain)
        return not any(
            written.search(text) or (is_drawn and _may_go_on_as(text, plain)) for text, is_drawn in self._texts
        )

    @cached_property
    def _texts(self) -> list[tuple[bytes, bool]]:
        """All that could name a resource, and whether a page or a look is drawn by it."""
        return [text for number in self._view.places() for text in self._texts_of(number)]

    def _texts_of(self, number: int) -> Iterator[tuple[bytes, bool]]:
        """The strings of an object (a default appearance is one), and what its stream says."""
        self._view.file.meter.check_time()
        todo = [self._view.get(Ref(number, 0))]
        while todo:
            item = todo.pop()
            if isinstance(item, Stream):
                is_drawn = number in self._drawn
                if is_drawn or not self._is_of_another_kind(item.entries):
                    yield self._view.file.decode_stream(item, self._view), is_drawn
                todo.append(item.entries)
            elif isinstance(item, bytes):
                yield item, False  # a signature's bytes end as they like, and no page's next stream goes on with them
            elif isinstance(item, dict | list):
                todo += item.values() if isinstance(item, dict) else item

    def _is_of_another_kind(self, entries: dict[str, Value]) -> bool:
        kinds = [self._view.resolve(entries.get(key)) for key in ("/Type", "/Subtype")]
        return (
            any(kind in _OTHER_STREAMS for kind in kinds if isinstance(kind, str))
            and "/Form" not in kinds
            and DUPLICATE not in entries
        )

    @cached_property
    def _drawn(self) -> set[int]:
        """The objects from which something is drawn by where they are named."""
        found: set[int] = set()
        todo = [ref for number in self._view.places() for ref in self._named_to_draw(number)]
        while todo:
            ref = todo.pop()
            value = self._view.get(ref) if ref.number not in found else None
            found.add(ref.number)
            # /AP may lead to states (12.5.5), /Contents to a list.
            todo += references(value) if isinstance(value, dict | list) else ()
        return found

    def _named_to_draw(self, number: int) -> Iterator[Ref]:
        self._view.file.meter.check_time()
        todo = [self._view.get(Ref(number, 0))]
        while todo:
            item = todo.pop()
            if isinstance(item, Stream):
                todo.append(item.entries)
            elif isinstance(item, list):
                todo += item
            elif isinstance(item, dict):
                for key, value in item.items():
                    if key in _DRAWING:
                        yield from references(value)
                    else:
                        todo.append(value)


def _spellings(name: bytes) -> re.Pattern[bytes]:
    """Every way in which some reader finds ``name`` written.

    7.3.5: a letter may stand by its number; of digits that are none each reader makes a letter of its own (for poppler
    #5 and a space are P), and uses up one or two bytes.
    """
    return re.compile(b"/" + b"".join(b"(?:%c|#.{1,2})" % letter for letter in name[1:]), re.DOTALL)


def _may_go_on_as(text: bytes, name: bytes) -> bool:
    """Whether a name is cut off at the end: poppler reads on in a page's next stream as if nothing stood between."""
    begun = text[text.rfind(b"/") :].split(b"#")[0] if b"/" in text else b""
    return begun != b"" and name.startswith(begun)

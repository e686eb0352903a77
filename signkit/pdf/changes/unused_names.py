"""Names of resources that nothing in a document asks for (ISO 32000-2 7.8.3): what they mean may be settled later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value

_BY_NUMBER = re.compile(rb"#([0-9A-Fa-f]{2})")
#: Streams that hold no operators.
_OTHER_STREAMS = {"/Image", "/XML", "/XRef", "/ObjStm", "/EmbeddedFile", "/Type1C", "/CIDFontType0C", "/OpenType"}


class UnusedNames:
    """The names that no content and no default appearance of a state holds, however deep it is hidden."""

    def __init__(self, view: View) -> None:
        self._view = view

    def has(self, name: str) -> bool:
        """Whether nothing asks for ``name``."""
        plain = name.encode("latin-1", "replace")
        plainly = name.startswith("/") and name[1:].isalnum()
        return plainly and not any(plain in text or _may_go_on_as(text, plain) for text in self._texts)

    @cached_property
    def _texts(self) -> list[bytes]:
        """All that could name a resource."""
        texts = [text for number in self._view.numbers() for text in self._texts_of(self._view.get(Ref(number, 0)))]
        # 7.3.5: a letter of a name may be written by its number.
        return [_BY_NUMBER.sub(lambda found: bytes([int(found[1], 16)]), text) for text in texts]

    def _texts_of(self, value: Value) -> Iterator[bytes]:
        """The strings of an object (a default appearance is one), and what its stream says."""
        self._view.file.meter.check_time()
        todo = [value]
        while todo:
            item = todo.pop()
            if isinstance(item, Stream):
                kinds = {self._view.resolve(item.entries.get(key)) for key in ("/Type", "/Subtype")}
                if not any(kind in _OTHER_STREAMS for kind in kinds if isinstance(kind, str)):
                    yield self._view.file.decode_stream(item, self._view)
                todo.append(item.entries)
            elif isinstance(item, bytes):
                yield item
            elif isinstance(item, dict | list):
                todo += item.values() if isinstance(item, dict) else item


def _may_go_on_as(text: bytes, name: bytes) -> bool:
    """Whether a name is cut off at the end: poppler reads on in a page's next stream as if nothing stood between."""
    begun = text[text.rfind(b"/") :].split(b"#")[0] if b"/" in text else b""
    return begun != b"" and name.startswith(begun)

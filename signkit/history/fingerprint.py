"""Telling in one number whether everything that a value leads to is the same in two states."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Set
from typing import Any

from signkit.limits import LimitExceeded
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value

#: Ways up and across, which lead from everything to everything.
_UPWARDS = frozenset({"/Parent", "/P", "/Popup", "/StructParent", "/StructParents", "/Length"})


class Fingerprints:
    """Fingerprints of values; object numbers do not count, encoded streams do, as they stand."""

    def __init__(self) -> None:
        self._streams: dict[int, tuple[Stream, bytes]] = {}  # the stream is held, so that its id stays its own

    def of(self, view: View, value: Value, *, without: Collection[str] = (), stop: Set[Ref] = frozenset()) -> bytes:
        """Return the fingerprint of ``value`` and all it leads to.

        Args:
            view: the state that references are followed in.
            value: any value.
            without: keys of ``value`` itself that do not count.
            stop: objects that are named but not entered (the pages).
        """
        if isinstance(value, dict):
            value = {key: item for key, item in value.items() if key not in without}
        total, seen, todo = hashlib.sha256(), dict[Ref, int](), [value]
        steps = 0
        while todo:
            item = todo.pop()
            steps += 1
            if steps % 4096 == 0:
                view.file.meter.check_time()
                if steps > view.file.meter.limits.objects:
                    raise LimitExceeded("objects", view.file.meter.limits.objects)
            if isinstance(item, Ref):
                if item in stop or item in seen:
                    total.update(b"page;" if item in stop else b"R%d;" % seen[item])
                    continue
                seen[item] = len(seen)
                item = view.get(item)
            self._add(item, total, todo)
        return total.digest()

    def _add(self, item: Value, total: Any, todo: list[Value]) -> None:
        if isinstance(item, Stream):
            total.update(b"stream;" + self._stream(item))
            item = item.entries
        if isinstance(item, dict):
            keys = sorted(item.keys() - _UPWARDS)
            total.update(b"dict%d;" % len(keys) + repr(keys).encode())
            todo += [item[key] for key in reversed(keys)]
        elif isinstance(item, list):
            total.update(b"list%d;" % len(item))
            todo += reversed(item)
        elif isinstance(item, Ref):
            todo.append(item)
        else:
            plain = repr(float(item) if isinstance(item, int) else item).encode()
            total.update(b"%d:" % len(plain) + plain)

    def _stream(self, stream: Stream) -> bytes:
        known = self._streams.get(id(stream))
        if known is None:
            known = self._streams[id(stream)] = stream, hashlib.sha256(stream.raw).digest()
        return known[1]

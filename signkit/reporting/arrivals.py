"""Files to come, asked for one at a time, so that whoever waits for the next can wait for other work as well."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Arrivals(Generic[Item]):
    """The items of an iterator, as futures.

    Args:
        items: what gives them.
        elsewhere: in a thread of its own, because the next may be long in coming (names on a pipe that a script fills
            as files arrive).  Otherwise in the thread that asks: what gives the items may belong to it, as SQLite's
            cursors do.
    """

    def __init__(self, items: Iterable[Item], *, elsewhere: bool) -> None:
        self._items = iter(items)
        self._asked: SimpleQueue[Future[Item | None] | None] = SimpleQueue()
        self._next: Future[Item | None] | None = None
        self._elsewhere = elsewhere
        if elsewhere:
            threading.Thread(target=self._attend, daemon=True, name="signkit-arrivals").start()

    def next(self) -> Future[Item | None]:
        """Return the next item as a future, the same one until `take` has given it; None: there is no other."""
        if self._next is None:
            self._next = Future()
            if self._elsewhere:
                self._asked.put(self._next)
            else:
                self._fetch(self._next)
        return self._next

    def take(self) -> Item | None:
        """Give the next item if it has come; None: it has not, or there is no other.  Raises what the iterator did."""
        if not self.next().done() or (item := self.next().result()) is None:
            return None
        self._next = None
        return item

    @property
    def ended(self) -> bool:
        """Whether the last item was taken."""
        return self._next is not None and self._next.done() and self._next.result() is None

    def forget(self) -> None:
        """Ask for no more; a thread that waits for an item ends when it has come, or with the process."""
        self._asked.put(None)

    def _attend(self) -> None:
        while (future := self._asked.get()) is not None:
            self._fetch(future)

    def _fetch(self, future: Future[Item | None]) -> None:
        try:
            future.set_result(next(self._items, None))
        except BaseException as error:  # it is raised where the item is taken
            future.set_exception(error)

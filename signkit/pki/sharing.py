"""What threads may share of what asn1crypto reads.

asn1crypto parses a part of a value when it is first asked for it, and puts the pieces in place one by one: a second
thread that asks meanwhile sees some of them (an IndexError in ``Name.dump``, a list of critical extensions that is half
full).  So each thread keeps what it reads for itself, or a value is settled before it is shared.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import lru_cache, wraps
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_Value = TypeVar("_Value")


def kept_by_thread(maxsize: int) -> Callable[[Callable[..., _Made]], Callable[..., _Made]]:
    """Return a decorator: `functools.lru_cache`, but no thread is given what another one made."""

    def decorate(make: Callable[..., _Made]) -> Callable[..., _Made]:
        kept = threading.local()

        @wraps(make)
        def found(*about: Hashable) -> _Made:
            try:
                own: Callable[..., _Made] = kept.own
            except AttributeError:
                own = kept.own = lru_cache(maxsize)(make)
            return own(*about)

        return found

    return decorate


def settled(value: _Value) -> _Value:
    """Read an asn1crypto value to its last part and return it: nothing in it changes any more when it is looked at.

    A part that cannot be read stays as it is; whoever asks for it is told so each time.
    """
    _settle(value)
    return value


def _settle(value: Any) -> None:
    from asn1crypto import core

    with suppress(ValueError, TypeError, KeyError):
        if isinstance(value, (core.Sequence, core.SequenceOf)):
            for place in range(len(value)):
                _settle(value[place])
        elif isinstance(value, core.Choice):
            _settle(value.chosen)
        elif hasattr(value, "parsed"):
            _settle(value.parsed)
    for part in ("native", "hashable", "critical_extensions"):  # each is made when it is first asked for
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            getattr(value, part)

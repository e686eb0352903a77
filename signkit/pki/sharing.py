"""What threads share: bytes, and nothing that asn1crypto read.

asn1crypto parses a part of a value when it is first asked for it, and puts the pieces in place one by one; and where a
value is 128 bytes long it even writes it anew with each dump (its header ends as one of indefinite length does).  A
second thread that asks meanwhile sees half of it: an IndexError in ``Name.dump``, some of the critical extensions.  So
each thread reads for itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from asn1crypto import x509

_Made = TypeVar("_Made")


def kept_by_thread(maxsize: int) -> Callable[[Callable[..., _Made]], Callable[..., _Made]]:
    """Return a decorator: `functools.lru_cache`, but no thread is given what another one made."""

    def decorate(make: Callable[..., _Made]) -> Callable[..., _Made]:
        kept = threading.local()

        @wraps(make)
        def of_this_thread(*about: Hashable) -> _Made:
            try:
                own: Callable[..., _Made] = kept.own
            except AttributeError:
                own = kept.own = lru_cache(maxsize)(make)
            return own(*about)

        return of_this_thread

    return decorate


@kept_by_thread(maxsize=1024)
def own_certificate(der: bytes) -> x509.Certificate:
    """Return a certificate that no other thread looks at."""
    from asn1crypto import x509

    return x509.Certificate.load(der)

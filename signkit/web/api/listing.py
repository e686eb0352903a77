"""What the resources share: lists by cursor, and changes by those who saw what they change."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, etag_of, names_etag
from signkit.web.api.unfit import NO_CURSOR, UnfitPart

_T = TypeVar("_T")


def page(
    call: Call, found: Callable[[str | None, int], Sequence[_T]], id_of: Callable[[_T], str], show: Callable[[_T], Any]
) -> Answer:
    """Answer with one page of a list: ``items``, and ``next`` where there are more.  Nothing is counted.

    Args:
        found: returns up to so many items behind the id of a cursor.
        show: returns an item as the API shows it.
    """
    limit = call.values.get("limit", 50)
    items = found(read_cursor(call.values.get("cursor")), limit + 1)
    more = write_cursor(id_of(items[limit - 1])) if len(items) > limit else None
    return Answer(200, {"items": [show(each) for each in items[:limit]], "next": more})


def write_cursor(position: str) -> str:
    """Return a cursor; callers do not look into it."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> str | None:
    """Return the position that a cursor holds.

    Raises:
        Refusal("request-invalid"): it is none of ours.
    """
    if cursor is None:
        return None
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        if not position.isprintable():
            raise ValueError(position)
    except (binascii.Error, ValueError) as error:
        raise problems.unfit_request(UnfitPart("cursor", NO_CURSOR)) from error
    return position


def check_if_match(call: Call, current: Any) -> None:
    """Refuse a change by somebody who has not seen what they change.

    Raises:
        Refusal("if-match-needed", "if-match-other"): If-Match is missing, or names another state.
    """
    wanted = call.values.get("If-Match")
    if wanted is None:
        raise problems.etag_needed()
    if not names_etag(wanted, etag_of(current)):
        raise problems.etag_other()

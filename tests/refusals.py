"""Tests say which error they expect: a class where callers tell it apart, else its code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from signkit.errors import SignKitError

Expected = type[BaseException] | str


def has_code(error: object, *codes: str) -> bool:
    """Tell whether this is one of our errors with one of ``codes``."""
    return isinstance(error, SignKitError) and error.code in codes


def is_expected(error: object, expected: Expected) -> bool:
    """Tell whether ``error`` is the one that a test names by its class or its code."""
    return has_code(error, expected) if isinstance(expected, str) else isinstance(error, expected)


@contextmanager
def refused_as(*expected: Expected, match: str | None = None) -> Iterator[pytest.ExceptionInfo[SignKitError]]:
    """Expect an error of that code or class (or one of several), whose words match ``match``."""
    with pytest.raises(SignKitError, match=match) as caught:
        yield caught
    if not any(is_expected(caught.value, each) for each in expected):
        pytest.fail(f"expected {' or '.join(map(str, expected))}, got {caught.value!r}")

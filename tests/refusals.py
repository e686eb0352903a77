"""Tests say which error they expect: a class where callers tell it apart, else its code."""

from __future__ import annotations

from typing import Any

import pytest

from signkit.errors import SignKitError

Expected = type[BaseException] | str


def has_code(error: object, *codes: str) -> bool:
    """Tell whether this is one of our errors with one of ``codes``."""
    return isinstance(error, SignKitError) and error.code in codes


def is_expected(error: object, expected: Expected) -> bool:
    """Tell whether ``error`` is the one that a test names by its class or its code."""
    return has_code(error, expected) if isinstance(expected, str) else isinstance(error, expected)


class _Refused:
    """``pytest.raises`` for errors named by code."""

    def __init__(self, expected: tuple[Expected, ...], match: str | None) -> None:
        self._expected = expected
        self._raises: Any = pytest.raises(Exception, match=match)

    def __enter__(self) -> pytest.ExceptionInfo[SignKitError]:
        self._caught = self._raises.__enter__()
        return self._caught

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        if error is not None and not any(is_expected(error, each) for each in self._expected):
            return False  # another error: it goes on as it is
        return bool(self._raises.__exit__(kind, error, trace))


def refused_as(expected: Expected | tuple[Expected, ...], *, match: str | None = None) -> Any:
    """Expect an error of that code (or class; or one of several), whose words match ``match``."""
    return _Refused(expected if isinstance(expected, tuple) else (expected,), match)

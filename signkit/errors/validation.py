"""Judging and comparing files, many at once."""

from __future__ import annotations

from signkit.errors.root import SignKitError


class ValidationRefused(SignKitError):
    """Files cannot be judged or compared as asked for."""

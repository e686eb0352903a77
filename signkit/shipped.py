"""Where the templates that come with SignKit lie: in the wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """Return the folder ``name`` (``templates``): the wheel's copy, else the checkout's."""
    in_wheel = _PACKAGE / "shipped" / name
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / name

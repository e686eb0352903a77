"""The signed PDF and the small PKI of the validation tests serve here too."""

from tests.validation.conftest import signed, world

__all__ = ["signed", "world"]

"""The PKI and the signed PDF of the validation's tests."""

from tests.validation.conftest import signed, world

__all__ = ["signed", "world"]

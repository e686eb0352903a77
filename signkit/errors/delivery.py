"""Attachments, consents, deliveries and completion certificates."""

from __future__ import annotations

from signkit.errors.root import SignKitError
from signkit.words import Text


class DeliveryError(SignKitError):
    """Something cannot go with a contract or be called delivered; the root of this room."""


class CompletionRefused(DeliveryError):
    """A completion certificate would say more than is proven; it was not made."""

    cause: Text

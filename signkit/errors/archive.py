"""The ledger of kept contracts."""

from __future__ import annotations

from signkit.errors.root import SignKitError


class ArchiveError(SignKitError):
    """An archive, or what is to go into it or out of it, cannot be used; the root of this room."""

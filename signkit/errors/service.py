"""The service (``signkit serve``)."""

from __future__ import annotations

from signkit.errors.root import SignKitError


class ServiceError(SignKitError):
    """The service's folder, a tenant or a server that is called cannot be used; the root of this room."""

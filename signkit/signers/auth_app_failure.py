"""The one error of whatever the phone's service does not say as it should."""

from __future__ import annotations

from signkit.errors import SignerUnusable
from signkit.errors.service_causes import service_cause


def failure(step: str, cause: str) -> SignerUnusable:
    """Return the error.

    Args:
        step: which answer it is, in the protocol's own words.
        cause: what is wrong, in English as in `signkit.errors.service_causes`; never a word of a secret.
    """
    return SignerUnusable("auth-app-failed", step=step, cause=service_cause(cause))

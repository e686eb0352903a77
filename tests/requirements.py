"""What a test needs from the machine: skip without it, but fail where everything is said to be there."""

from __future__ import annotations

import os

import pytest


def require(condition: object, reason: str) -> None:
    """Skip the test unless ``condition``; with ``SIGNKIT_REQUIRE_ALL=1`` (set by .ci/run) fail instead."""
    if condition:
        return
    if os.environ.get("SIGNKIT_REQUIRE_ALL") == "1":
        pytest.fail(f"SIGNKIT_REQUIRE_ALL is set, and {reason}")
    pytest.skip(reason)

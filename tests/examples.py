"""Hypothesis as every room asks it for examples: on a busy machine no example is too slow, and none slow to make."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

__all__ = ["HealthCheck", "given", "settings"]

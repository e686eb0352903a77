"""A certificate's end is told of from 90 days before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signkit.pki.ending import days_left

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (timedelta(days=91), None),
        (timedelta(days=90, seconds=1), None),
        (timedelta(days=90), 90),
        (timedelta(days=1, hours=3), 1),
        (timedelta(hours=3), 0),
        (timedelta(0), 0),
        (timedelta(seconds=-1), None),
    ],
)
def test_the_last_ninety_days_are_told_of(left, days):
    assert days_left(NOW + left, NOW) == days

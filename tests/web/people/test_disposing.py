"""What is due for the office and the API is what is due for the desk and the command: the day is Japan's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

import pytest

from signkit.archive.adding import add_paper
from signkit.archive.entries import TransactionFacts
from signkit.archive.purging import due_entries
from signkit.archive.store import create_archive, open_archive
from signkit.web.people.disposing import due_now


@pytest.mark.parametrize(("hour", "is_due"), [(14, False), (15, True)])
def test_the_last_day_of_a_period_ends_when_it_ends_in_japan(tmp_path, hour, is_due):
    create_archive(tmp_path / "archive")
    with open_archive(tmp_path / "archive") as archive:
        add_paper(archive, TransactionFacts(title="請求書", kind="invoice", date=date(2009, 2, 1)))
        [entry] = due_entries(archive, date(2200, 1, 1))
    last = entry.kept_until
    clock = partial(datetime, last.year, last.month, last.day, hour, tzinfo=UTC)
    with open_archive(tmp_path / "archive", clock) as archive:
        assert bool(list(due_now(archive))) == is_due

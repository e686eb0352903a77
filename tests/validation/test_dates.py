"""PDF dates, as they are and as strangers write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from signkit.pdf.dates import parse_date


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (b"D:20261121174808+09'00'", datetime(2026, 11, 21, 8, 48, 8, tzinfo=UTC)),
        (b"D:20261121174808+09'00", datetime(2026, 11, 21, 8, 48, 8, tzinfo=UTC)),
        (b"D:20261121174808Z", datetime(2026, 11, 21, 17, 48, 8, tzinfo=UTC)),
        (b"D:20261121174808-0330", datetime(2026, 11, 21, 21, 18, 8, tzinfo=UTC)),
        (b"20261121", datetime(2026, 11, 21, tzinfo=UTC)),
        (b"D:2026", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates(written, moment):
    assert parse_date(written) == moment


@pytest.mark.parametrize("written", [b"", b"yesterday", b"D:20261321", b"D:20261121+99'00'", b"D:0001+23'59'", None, 7])
def test_what_is_no_date_is_none(written):
    assert parse_date(written) is None

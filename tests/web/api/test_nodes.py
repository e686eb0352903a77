"""Several nodes on one PostgreSQL: none of them is needed, and nothing is lost with one."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")

from signkit.archive.store import utc_now
from signkit.web.api.service import ServiceSettings, open_tenants
from tests.web.api.sweep import sweep


@pytest.mark.slow
def test_killed_nodes_lose_no_job_and_do_none_twice(cluster, tmp_path):
    tally = sweep(cluster, tmp_path, b"%PDF-1.7\n%%EOF\n", nodes=2, seconds=6, seed=18)
    assert tally.kills > 0, tally
    assert tally.accepted > 0, tally
    assert tally.is_whole, tally


def test_times_are_the_databases_whatever_a_nodes_clock_says(cluster, tmp_path):
    def wrong_clock():
        return utc_now() - timedelta(hours=7)

    url = cluster.database()
    first = open_tenants(tmp_path, ServiceSettings(database=url))
    second = open_tenants(tmp_path, ServiceSettings(database=url), wrong_clock)
    try:
        tenant = first.add("株式会社架空")
        [same] = second.all()
        assert same.id == tenant.id
        assert abs(same.store.clock() - tenant.store.clock()) < timedelta(seconds=5)
    finally:
        first.close()
        second.close()

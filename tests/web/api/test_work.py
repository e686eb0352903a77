"""Work on what tenants sent may cost a worker, and nothing else."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from signkit.errors import InputUnreadable
from signkit.web.api.calls import Refusal
from signkit.web.api.running import warm_up
from signkit.web.api.work import have_done, read_upload, spooled


@pytest.mark.slow
def test_a_worker_that_did_not_survive_a_file_is_the_files_problem(shared):
    call = SimpleNamespace(service=shared.service)
    with pytest.raises(Refusal) as refused:
        have_done(call, os._exit, 3)
    assert (refused.value.status, refused.value.code) == (422, "worker-lost")
    assert have_done(call, abs, -3) == 3


@pytest.mark.slow
def test_a_service_starts_with_its_typesetter_warm(tried):
    warm_up(tried.service)
    assert tried.service.pool.submit(is_loaded, "typst").result()
    assert tried.service.pool.submit(is_loaded, "signkit.validation.pdf").result()


def is_loaded(module):
    return module in sys.modules


def test_an_error_bears_the_files_name_and_not_where_it_lies(tmp_path):
    with pytest.raises(InputUnreadable) as unreadable:
        read_upload(str(tmp_path / "spooled"), "契約.pdf")
    assert unreadable.value.path == "契約.pdf"
    assert str(tmp_path) not in str(unreadable.value)


def test_a_spooled_file_that_nobody_took_is_gone(tried):
    store = tried.tenant.store
    with spooled(store, b"content") as path:
        assert path.read_bytes() == b"content"
    assert list(store.spool.iterdir()) == []

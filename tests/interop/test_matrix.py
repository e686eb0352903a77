"""Every cell of the matrix is as it should be: accepted, or refused where the file was changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.matrix import cells
from tests.interop.workshop import Workshop


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Iterator[Workshop]:
    with Workshop(tmp_path_factory.mktemp("interop")) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("cell", list(cells()), ids=lambda cell: cell.name)
def test_the_cell_is_as_it_should_be(cell, workshop):
    assert cell.run(workshop) == cell.expected


def test_every_witness_refuses_something():
    refusing = {cell.column for cell in cells() if cell.expected == "refused"}
    assert refusing == {cell.column for cell in cells()} - {"as made"}

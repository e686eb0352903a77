"""The short way must say exactly what the long way says: on strangers' files, on our own, and on mutated ones.

The short way finds references by a scan of the bytes and passes over what leads to nothing that was rewritten
(``signkit.pdf.reading.graph``); the long way parses every object and compares everything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import Location, PdfFile
from signkit.pdf.reading.graph import Named, Referrers, named_by, scan_names
from signkit.pdf.reading.syntax import Ref
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests.validation import fuzz, pki


class _Everything(set):
    """Every object counts as touched, so that nothing is passed over."""

    def __contains__(self, _: object) -> bool:
        return True

    def isdisjoint(self, _: object) -> bool:
        return False


def long_way(data: bytes, options: ValidationOptions):
    with patch.object(Referrers, "leading_to", lambda *_: _Everything()):
        return validate_pdf(data, name="x", options=options)


def mutated(made, count: int, start: int) -> Iterator[bytes]:
    seeds, _ = made
    for number in range(count):
        chooser = random.Random(start + number)
        data = chooser.choice([seed for seed in seeds if seed.kind == "pdf"]).data
        for _ in range(chooser.choice((1, 1, 2))):
            data = fuzz.mutate(data, chooser.randrange)
        yield data


@pytest.fixture(scope="module")
def made():
    return fuzz.make_seeds()


@pytest.fixture(scope="module")
def files(corpus) -> list[bytes]:
    return [path.read_bytes() for path in sorted(corpus.glob("*.pdf"))]


def scanned(file: PdfFile, number: int, place: Location | None) -> Named | None:
    return scan_names(file.data, file.body_start(number, place)) if place and not place.container else None


def missed(data: bytes) -> list[int]:
    """Objects of which the scan misses a reference that parsing finds."""
    try:
        file = PdfFile(data, Meter(Limits()))
    except Exception:  # what cannot be read is for other tests
        return []
    found = []
    for index, section in enumerate(file.history.sections):
        view = file.history.view(index)
        for number, place in section.entries.items():
            quick = scanned(file, number, place)
            if quick is not None:
                full = named_by(view.get(Ref(number, 0)))
                every = {*full.targets, *full.links, *full.aims, *full.held}
                judged = {*full.targets, *full.aims, *full.held}
                whole = every <= {*quick.targets, *quick.links, *quick.aims, *quick.held}
                whole = whole and judged <= {*quick.targets, *quick.aims, *quick.held}
                found += [] if whole and set(full.targets) <= set(quick.targets) else [number]
    return found


@pytest.mark.slow
def test_the_scan_misses_no_reference_in_a_corpus(files):
    assert [missed(data) for data in files] == [[]] * len(files)


@pytest.mark.slow
def test_the_scan_misses_no_reference_in_mutated_files(made):
    assert [found for data in mutated(made, 400, 5_000) if (found := missed(data))] == []


def test_the_scan_is_used(made):
    """Most objects are scanned; else the tests here would compare nothing."""
    file = PdfFile(made[0][3].data, Meter(Limits()))
    entries = file.history.sections[0].entries
    quick = [number for number, place in entries.items() if scanned(file, number, place) is not None]
    assert len(quick) == sum(place is not None for place in entries.values())


@pytest.mark.slow
def test_both_ways_say_the_same_of_a_corpus(files):
    options = ValidationOptions(offline=True, at=pki.NOW)
    for data in files:
        assert validate_pdf(data, name="x", options=options) == long_way(data, options)


@pytest.mark.slow
def test_both_ways_say_the_same_of_mutated_files(made):
    for data in mutated(made, 120, 9_000):
        assert validate_pdf(data, name="x", options=made[1]) == long_way(data, made[1])

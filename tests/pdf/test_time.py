"""Every input ends within its limit: what is repeated costs as much again, never the square (docs/concepts/attacks.md).

No duration is asserted.  A scan that grows with the square of these inputs takes minutes for one of them, in code that
no clock interrupts; here each has so many seconds as no machine needs for a single pass, however busy it is.
"""

from __future__ import annotations

import re
import selectors
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from signkit.limits import LimitExceeded, Limits, Meter
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.signatures import find_signatures
from signkit.validation.report import Verdict
from tests.pdf import repeated
from tests.validation import pdfs

_BYTES = "400000"
_LIMIT = "2"
_PATIENCE = 400.0


@pytest.mark.slow
@pytest.mark.parametrize("place", list(repeated.PLACES))
def test_whatever_is_repeated_ends_within_the_limit(place):
    command = [sys.executable, "-m", "tests.pdf.repeated", place, _BYTES, _LIMIT]
    assert lines_before_silence(command, _PATIENCE) == len(repeated.TOKENS)


@pytest.mark.slow
def test_the_watch_sees_what_does_not_end():
    endless = "import re; print('first', flush=True); re.match(b'(a*)*b', b'a' * 60)"
    assert lines_before_silence([sys.executable, "-c", endless], 3.0) == 1


def lines_before_silence(command: list[str], patience: float) -> int:
    """Count the lines that a program prints until it ends, or says nothing for so many seconds after the first."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process, selectors.DefaultSelector() as selector:
        assert process.stdout is not None
        selector.register(process.stdout, selectors.EVENT_READ)
        count = 0
        # readable lines come whole: each is written at once
        while selector.select(patience if count else _PATIENCE) and (chunk := process.stdout.raw.read(1 << 16)):
            count += chunk.count(b"\n")
        process.kill()
        return count


@pytest.mark.parametrize("many", [b"%" * 1000, b"%\n" * 1000, b" %" * 1000])
def test_comments_before_a_stream_are_read_once(many):
    """A kilobyte of them once took for ever: nested repetition, in code that looks at no clock."""
    body = b"<< /Length 42 >>" + many
    file = PdfFile(pdfs.build({**pdfs.OBJECTS, 4: body}), Meter(Limits()))
    assert find_signatures(file) == []


def test_a_file_that_costs_more_than_its_time_is_unreadable(world, signed):
    options = replace(world.options, limits=replace(Limits(), seconds=0.0))
    assert world.judge(signed, limits=options.limits).verdict is Verdict.UNREADABLE


def test_the_clock_is_looked_at_with_every_object(signed, monkeypatch):
    """So that what lies between two looks is one pass over the file at most."""
    meter = Meter(Limits())
    looks = 0

    def look(self: Meter) -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(Meter, "check_time", look)
    file = PdfFile(signed, meter)
    before = looks
    numbers = list(file.history.last.places())
    for number in numbers:
        place = file.history.last.locate(number)
        assert place is not None
        file.object_extent(number, place)
    assert looks - before >= len(numbers)


def test_the_clock_ends_a_scan_for_signatures():
    file = PdfFile(pdfs.build() + b"1 0 obj<</ByteRange" * 1000, Meter(Limits()))
    file.meter.started -= 1000
    file.meter.worked -= 1000
    with pytest.raises(LimitExceeded, match="60 seconds"):
        find_signatures(file)


def test_what_the_machine_did_besides_is_not_the_files_time():
    """By the clock it is over, and yet nothing was done."""
    meter = Meter(Limits())
    meter.started -= 1000
    meter.check_time()


def test_another_thread_has_the_clock_alone():
    meter = Meter(Limits())
    meter.started -= 1000
    with ThreadPoolExecutor(1) as other, pytest.raises(LimitExceeded):
        other.submit(meter.check_time).result()


def test_a_scan_for_signatures_looks_at_each_byte_once(monkeypatch):
    """Whatever stands between: one object's dictionary is read once, however often it says /ByteRange."""
    from signkit.pdf import signatures

    read = []
    real = signatures.dictionary_entries
    monkeypatch.setattr(
        signatures, "dictionary_entries", lambda data, at, *more: read.append(at) or real(data, at, *more)
    )
    pdf = pdfs.build() + b"30 0 obj <<" + b"/ByteRange [0 1 2 3]" * 500 + b">> endobj"
    find_signatures(PdfFile(pdf, Meter(Limits())))
    assert len(read) == 1
    assert len(re.findall(rb"/ByteRange", pdf)) == 500

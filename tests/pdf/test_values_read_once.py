"""A value that was read already is looked at again within the same bound of nesting as when it is parsed for it."""

import random

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.plain import MAX_DEPTH
from signkit.pdf.reading.syntax import SyntaxProblem, parse_value
from signkit.pdf.reading.written import _value_at


def _file_with(body: bytes) -> tuple[PdfFile, int]:
    data = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n" + body + b"\nendobj\ntrailer\n<</Root 1 0 R>>\n"
    return PdfFile(data, Meter(Limits())), data.index(b"2 0 obj") + 7


def _outcome(read):
    try:
        return read()
    except SyntaxProblem:
        return SyntaxProblem


@pytest.mark.parametrize("seed", range(5))
def test_the_value_is_the_one_that_is_parsed_or_is_refused_alike(seed):
    chance = random.Random(seed)
    for _ in range(40):
        depth = chance.choice([1, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 150])
        kinds = [chance.choice([(b"[", b"]"), (b"<</A ", b">>")]) for _ in range(depth)]
        beside = chance.choice([b"", b" [] [1 2]", b" <</B/C>>"]) if kinds[0][0] == b"[" else b""
        inner = b"".join(each for each, _ in kinds) + b"1" + b"".join(each for _, each in reversed(kinds))
        body = inner[:-1] + beside + inner[-1:] if beside else inner
        file, start = _file_with(body)
        parsed = _outcome(lambda file=file, start=start: parse_value(file.data, start, MAX_DEPTH))
        assert (parsed is SyntaxProblem) is (depth > MAX_DEPTH)
        for _ in range(2):
            assert _outcome(lambda file=file, start=start: _value_at(file, start)) == parsed

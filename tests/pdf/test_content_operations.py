"""What is passed over in a page's content changes nothing of what is told of the rest."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from signkit.pdf.changes.covering import _COUNTING, _PASSED
from signkit.pdf.reading.syntax import SyntaxProblem, Value, content_operations
from tests.examples import given, settings

OPERANDS = [
    *b"0 -1.5 .25 +7 1. --3 true null / /f0 /a#42 (plain) (with(brackets)) (\\)) <4142> [/a] <<>> <</A/B/C>>".split(),
    *b"<</Type/Layout>> <</A<</B(b)>>>> <</A(\\\\)>> <</A[1]/A(2)>> < >> ] ) ( { } << [ \0 %\r".split(b" "),
    *[b"4 0 R", b"1 2", b"<41 4g>", b"<</MCID 3>>", b"<</MCID 4/Lang(ja)>>", b"<</A 0 0 R>>", b"[1 (a) <42> 0 R]"],
    *[b"% a comment EMC\n", b"/A%\n", b"9" * 19, b"/" + b"n" * 200],
]
OPERATORS = [
    *b"q Q cm BT ET Tf Tm Tj TJ ' \" l m h f S re BDC BMC EMC DP cs scn SCN rg g w M d gs Tr Do sh W n W* b*".split(),
    *b"BX EX ETQ cs1 EMCEMC R ID wq scnn d0 d1 csq BI".split(),
    *[b"BI /W 1 ID\nETETq\nEI", b"BI ID x"],
]
BETWEEN = [b"", b"", b" ", b" ", b" ", b"\n", b"\r\n", b"\t ", b"%c\n"]
CONTENTS = st.lists(
    st.tuples(st.sampled_from(OPERANDS + OPERATORS * 3), st.sampled_from(BETWEEN)).map(b"".join), max_size=30
).map(b"".join)


def told(operations: Iterator[tuple[bytes, list[Value]]]) -> list[object]:
    """What is told of operators that count, and whether it ended with a problem."""
    found: list[object] = []
    try:
        for operator, operands in operations:
            found += [(operator, plain(operands))] if operator in _COUNTING else []
    except SyntaxProblem:
        found.append("problem")
    return found


def plain(operands: list[Value]) -> str:
    """Numbers alike, whether read as whole ones or not."""
    return repr([float(each) if isinstance(each, int) else each for each in operands])


@settings(max_examples=400)
@given(CONTENTS)
def test_passing_over_tells_the_rest_as_it_is(content):
    assert told(content_operations(content, passing=_PASSED)) == told(content_operations(content))


def test_it_passes_over_what_it_names():
    content = b"/Span<</MCID 4/Lang(ja)>>BDC /c0 cs 0.5 scn 0 Tr q EMC /P<</MCID 7>>BDC 1 w Q" * 20
    assert [operator for operator, _ in content_operations(content, passing=_PASSED)] == [b"q", b"Q"] * 20

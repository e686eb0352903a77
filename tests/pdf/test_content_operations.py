"""What is passed over in a page's content changes nothing of what is told of the rest."""

from __future__ import annotations

from hypothesis import strategies as st

from signkit.pdf.changes.covering import _COUNTING, _PASSED
from signkit.pdf.reading.syntax import SyntaxProblem, Value, content_operations
from tests.examples import given, settings

OPERANDS = [
    *[
        "0",
        "-1.5",
        ".25",
        "+7",
        "1.",
        "--3",
        "true",
        "null",
        "/",
        "/f0",
        "/a#42",
        "(plain)",
        "(with(brackets))",
        "(\\))",
        "<4142>",
        "[/a]",
        "<<>>",
        "<</A/B/C>>",
    ],
    *[
        "<</Type/Layout>>",
        "<</A<</B(b)>>>>",
        "<</A(\\\\)>>",
        "<</A[1]/A(2)>>",
        "<",
        ">>",
        "]",
        ")",
        "(",
        "{",
        "}",
        "<<",
        "[",
        "\x00",
        "%\r",
    ],
    *["4 0 R", "1 2", "<41 4g>", "<</MCID 3>>", "<</MCID 4/Lang(ja)>>", "<</A 0 0 R>>", "[1 (a) <42> 0 R]"],
    *["% a comment EMC\n", "/A%\n", "9" * 19, "/" + "n" * 200],
]
OPERATORS = [
    *[
        "q",
        "Q",
        "cm",
        "BT",
        "ET",
        "Tf",
        "Tm",
        "Tj",
        "TJ",
        "'",
        '"',
        "l",
        "m",
        "h",
        "f",
        "S",
        "re",
        "BDC",
        "BMC",
        "EMC",
        "DP",
        "cs",
        "scn",
        "SCN",
        "rg",
        "g",
        "w",
        "M",
        "d",
        "gs",
        "Tr",
        "Do",
        "sh",
        "W",
        "n",
        "W*",
        "b*",
        "BX",
    ],
    *["EX", "ETQ", "cs1", "EMCEMC", "R", "ID", "wq", "scnn", "d0", "d1", "csq", "BI"],
    "BI /W 1 ID\nETETq\nEI",
    "BI ID x",
]
BETWEEN = ["", "", " ", " ", " ", "\n", "\r\n", "\t ", "%c\n"]
CONTENTS = st.lists(
    st.tuples(st.sampled_from(OPERANDS + OPERATORS * 3), st.sampled_from(BETWEEN)).map("".join), max_size=30
).map("".join)


def told(content: str, **how: object) -> list[object]:
    """What is told of operators that count, and whether it ended with a problem."""
    found: list[object] = []
    try:
        for operator, operands in content_operations(content.encode(), **how):  # type: ignore[arg-type]
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
    assert told(content, passing=_PASSED) == told(content)


def test_it_passes_over_what_it_names():
    content = "/Span<</MCID 4/Lang(ja)>>BDC /c0 cs 0.5 scn 0 Tr q EMC /P<</MCID 7>>BDC 1 w Q" * 20
    assert [operator for operator, _ in content_operations(content.encode(), passing=_PASSED)] == [b"q", b"Q"] * 20

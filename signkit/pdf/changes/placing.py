"""Where the operators of a page's content place what they show (ISO 32000-2 8.4, 9.3, 9.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from signkit.pdf.reading.syntax import SyntaxProblem, Value

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: Text that only draws a line to write on.
_BLANK = b" _.-\xa0\t"


@dataclass(slots=True)
class State:
    """The graphics state as far as places need it; operators change it in place."""

    matrix: Matrix = IDENTITY
    text: Matrix = IDENTITY
    line: Matrix = IDENTITY
    size: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    stretch: float = 1.0
    spacing: float = 0.0
    glyph: Box | None = None  # where the glyphs of a Type 3 font may paint, at size 1; None: another font

    def copy(self) -> State:
        """Return the state as it is now, for ``q`` to keep."""
        return State(
            self.matrix,
            self.text,
            self.line,
            self.size,
            self.leading,
            self.rise,
            self.stretch,
            self.spacing,
            self.glyph,
        )


#: How many numbers place what follows (8.4.4, 9.4.2).
_COUNTS = {b"cm": 6, b"Tm": 6, b"Td": 2, b"TD": 2}
#: What each of these operators sets (9.3).
_SETS = {b"TL": "leading", b"Ts": "rise", b"Tz": "stretch", b"Tc": "spacing"}


def operate(state: State, operator: bytes, operands: list[Value]) -> Box | None:
    """Change the state by an operator that places or shows something; return where it showed it.

    Raises:
        SyntaxProblem: as many numbers as no such operator has: some viewers take the first of them, others the last.
    """
    if operator in (b"Tj", b"TJ"):
        return _show_text(state, operands[-1]) if operands else None
    numbers = numbers_in(operands)
    if len(numbers) != _COUNTS.get(operator, len(numbers)):
        raise SyntaxProblem(f"{operator.decode()} with {len(numbers)} numbers")
    # 8.4.4: cm is concatenated before the current matrix.
    if operator == b"cm":
        a, b, c, d, e, f = numbers
        state.matrix = times((a, b, c, d, e, f), state.matrix)
    # 9.4.1: BT begins with the identity.
    elif operator == b"BT":
        state.text = state.line = IDENTITY
    elif operator == b"Tm":
        a, b, c, d, e, f = numbers
        state.text = state.line = a, b, c, d, e, f
    # 9.3.1: the last operand of Tf is the size.
    elif operator == b"Tf" and numbers:
        state.size = numbers[-1]
    elif operator in _SETS and numbers:
        # 9.3.4: Tz is in hundredths.
        setattr(state, _SETS[operator], numbers[-1] / 100 if operator == b"Tz" else numbers[-1])
    else:
        return _next_line(state, operator, numbers, operands)
    return None


def _next_line(state: State, operator: bytes, numbers: list[float], operands: list[Value]) -> Box | None:
    # 9.4.2: TD sets the leading too.
    if operator == b"TD":
        state.leading = -numbers[1]
    if operator in (b"Td", b"TD"):
        _move(state, numbers[0], numbers[1])
    # 9.4.3: ' and " go to the next line first.
    elif operator in (b"T*", b"'", b'"'):
        _move(state, 0, -state.leading)
    return _show_text(state, operands[-1]) if operator in (b"'", b'"') and operands else None


def _move(state: State, x: float, y: float) -> None:
    state.text = state.line = times((1, 0, 0, 1, x, y), state.line)


def _show_text(state: State, operand: Value) -> Box | None:
    parts = operand if isinstance(operand, list) else [operand]
    count = sum([len(part) for part in parts if isinstance(part, bytes)])
    wide = state.glyph[2] if state.glyph else 0.5
    # 9.4.4: (w0 - Tj/1000) * Tfs + Tc, scaled by Th; word spacing is left out, which a margin covers.
    width = (count * wide - sum(numbers_in(parts)) / 1000) * state.size + count * state.spacing
    length, text = width * state.stretch, state.text
    state.text = times((1, 0, 0, 1, length, 0), text)
    if not any(isinstance(part, bytes) and (part if state.glyph else part.strip(_BLANK)) for part in parts):
        return None
    # An ascender of 0.8 and a descender of 0.2 fit what fonts usually draw.
    left, low, _, high = state.glyph or (0, -0.2, 0, 0.8)
    low, high = low * state.size + state.rise, high * state.size + state.rise
    return map_box(times(text, state.matrix), left * state.size, low, length, high)


def numbers_in(values: Iterable[Value]) -> list[float]:
    """Return the numbers of a list; of anything else none."""
    return [float(value) for value in values if isinstance(value, _NUMERIC)] if isinstance(values, list) else []


#: Kept, since a page asks for it ten thousand times.
_NUMERIC = (int, float)


def times(one: Matrix, other: Matrix) -> Matrix:
    """Return the matrix that applies ``one`` and then ``other``."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    # 8.3.4: row vectors, the first matrix is applied first.
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def map_box(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    """Return the box around a rectangle that a matrix moves, turns or slants."""
    a, b, c, d, e, f = matrix
    left, right, low, high = a * x0 + e, a * x1 + e, c * y0, c * y1
    xs = left + low, left + high, right + low, right + high
    left, right, low, high = b * x0 + f, b * x1 + f, d * y0, d * y1
    ys = left + low, left + high, right + low, right + high
    return min(xs), min(ys), max(xs), max(ys)

"""QR codes (ISO/IEC 18004) for short texts on a page: version 5, level M, byte mode.

One size for all: 84 bytes at the most, 37 by 37 modules, of which about a seventh may be unreadable.
"""

from __future__ import annotations

from collections.abc import Iterator

SIZE = 37
MOST_BYTES = 84
#: Table 9: version 5-M has two blocks of 43 data and 24 error correction codewords.
_BLOCKS, _DATA, _CORRECTION = 2, 43, 24
_BYTE_MODE = 0b0100
#: Places of the finder patterns (upper left corners) and the centre of the one alignment pattern (table E.1).
_FINDERS = ((0, 0), (0, SIZE - 7), (SIZE - 7, 0))
_ALIGNMENT = 30
#: Level M (00) and mask 0 (000), with their BCH code, XORed (7.9.1, table C.1).  Any mask is read; 7.8.3 would choose
#: among eight by looks.
_FORMAT = 0b101010000010010

Modules = list[list[bool | None]]


def qr_modules(text: str) -> list[list[bool]]:
    """Return the rows of the code for a text; True is dark.  The quiet zone of four modules is the caller's.

    Raises:
        ValueError: it is longer than 84 bytes.
    """
    data = text.encode()
    if len(data) > MOST_BYTES:
        raise ValueError(f"a QR code here holds {MOST_BYTES} bytes")
    modules: Modules = [[None] * SIZE for _ in range(SIZE)]
    _draw_patterns(modules)
    for (row, column), bit in zip(_free(modules), _bits(_interleave(_codewords(data))), strict=False):
        modules[row][column] = bit ^ ((row + column) % 2 == 0)  # mask 0 (table 10)
    # The seven remainder bits (table 1) are light before the mask.
    return [
        [each if each is not None else (row + column) % 2 == 0 for column, each in enumerate(line)]
        for row, line in enumerate(modules)
    ]


def _codewords(data: bytes) -> bytes:
    """Mode, length, data, terminator and padding (7.4)."""
    bits = f"{_BYTE_MODE:04b}{len(data):08b}" + "".join(f"{each:08b}" for each in data) + "0000"
    words = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits), 8))
    missing = _BLOCKS * _DATA - len(words)
    return words + (b"\xec\x11" * _DATA)[:missing]


def _interleave(words: bytes) -> bytes:
    """The blocks, codeword by codeword, then their error correction (7.6)."""
    blocks = [words[place : place + _DATA] for place in range(0, len(words), _DATA)]
    corrections = [_correction(block) for block in blocks]
    return bytes(each for parts in (blocks, corrections) for column in zip(*parts, strict=True) for each in column)


def _correction(block: bytes) -> bytes:
    """Reed-Solomon over GF(256) with 0x11D: the remainder by the generator polynomial (7.5.2)."""
    generator = _generator()
    rest = [0] * _CORRECTION
    for each in block:
        factor = each ^ rest[0]
        rest = [*rest[1:], 0]
        rest = [value ^ _product(factor, power) for value, power in zip(rest, generator, strict=True)]
    return bytes(rest)


def _generator() -> list[int]:
    """The coefficients below the highest of (x - 1)(x - 2)(x - 4)…."""
    found, root = [1], 1
    for _ in range(_CORRECTION):
        found = [a ^ _product(b, root) for a, b in zip([*found, 0], [0, *found], strict=True)]
        root = _product(root, 2)
    return found[1:]


def _product(a: int, b: int) -> int:
    found = 0
    for bit in range(7, -1, -1):
        found = (found << 1) ^ (0x11D if found & 0x80 else 0)
        found ^= a if b >> bit & 1 else 0
    return found


def _bits(words: bytes) -> Iterator[bool]:
    return (bool(each >> place & 1) for each in words for place in range(7, -1, -1))


def _free(modules: Modules) -> Iterator[tuple[int, int]]:
    """The modules for data, two columns at a time from the right, up and down in turn (7.7.3)."""
    upwards = True
    for right in (*range(SIZE - 1, 6, -2), *range(5, 0, -2)):  # column 6 is the timing pattern's
        for row in range(SIZE - 1, -1, -1) if upwards else range(SIZE):
            yield from ((row, column) for column in (right, right - 1) if modules[row][column] is None)
        upwards = not upwards


def _draw_patterns(modules: Modules) -> None:
    for row, column in _FINDERS:
        _draw_square(modules, row + 3, column + 3, (0, 1, 3), 4)
    _draw_square(modules, _ALIGNMENT, _ALIGNMENT, (0, 2), 2)
    for place in range(8, SIZE - 8):
        modules[6][place] = modules[place][6] = place % 2 == 0
    modules[SIZE - 8][8] = True
    _draw_format(modules)


def _draw_square(modules: Modules, row: int, column: int, dark: tuple[int, ...], reach: int) -> None:
    """Rings around a centre: dark at these distances (6.3.3, 6.3.6)."""
    for y in range(max(row - reach, 0), min(row + reach + 1, SIZE)):
        for x in range(max(column - reach, 0), min(column + reach + 1, SIZE)):
            modules[y][x] = max(abs(y - row), abs(x - column)) in dark


def _draw_format(modules: Modules) -> None:
    """Write the format information twice (7.9.1, figure 25), from its least significant bit on."""
    upper = [*range(6), 7, 8]
    around = [*((row, 8) for row in upper), *((8, column) for column in (7, 5, 4, 3, 2, 1, 0))]
    apart = [*((8, SIZE - 1 - place) for place in range(8)), *((SIZE - 7 + place, 8) for place in range(7))]
    for places in (around, apart):
        for bit, (row, column) in enumerate(places):
            modules[row][column] = bool(_FORMAT >> bit & 1)

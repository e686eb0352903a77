"""What the process says to a script."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to a script (README.md, "Exit codes")."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INDETERMINATE = 3
    UNREADABLE = 4
    CONTRACT_REFUSED = 10
    CARD = 11
    PIN = 12
    EVIDENCE = 13
    OUTPUT = 14

"""The shells whose completion is known."""

from __future__ import annotations

from enum import StrEnum


class ShellName(StrEnum):
    """What the flags of completion take."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"
    PWSH = "pwsh"

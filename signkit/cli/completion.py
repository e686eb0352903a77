"""Completion of commands and options in the user's shell: its script, shown or installed; nothing here at start-up.

The shell asks by running ``signkit`` with ``_SIGNKIT_COMPLETE`` set (Typer's protocol).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from signkit.cli.shells import ShellName
from signkit.cli.terminal import tell
from signkit.errors import FileUnusable, UsageProblem, system_cause
from signkit.words import Text

_PROGRAM = "signkit"
_ASKED = "_SIGNKIT_COMPLETE"
_FLAGS = ("--install-completion", "--show-completion")


def asked_for_completion() -> list[str] | None:
    """Return the words that are being typed where a shell asks how they go on, else None."""
    if not os.environ.get(_ASKED):
        return None
    from typer.completion import completion_init  # type: ignore[attr-defined]

    completion_init()
    return (os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or "").split()


def with_shell(arguments: Sequence[str]) -> list[str]:
    """Return what was typed with the shell's name behind a flag that was typed without one: the shell it runs in."""
    words = list(arguments)
    for flag in _FLAGS:
        place = words.index(flag) + 1 if flag in words else 0
        if place and (place == len(words) or words[place] not in list(ShellName)):
            words.insert(place, _this_shell(flag))
    return words


def _this_shell(flag: str) -> str:
    import shellingham  # type: ignore[import-untyped]

    try:
        name = shellingham.detect_shell()[0]
    except (shellingham.ShellDetectionFailure, OSError, RuntimeError):
        name = ""
    if name in list(ShellName):
        return str(name)
    raise UsageProblem(
        Text("Which shell this is cannot be told", "シェルの種類が分かりません"),
        Text(f"Name it: {_PROGRAM} {flag} bash", f"シェルの名前を指定してください: {_PROGRAM} {flag} bash"),
    )


def show(shell: ShellName) -> None:
    """Print the script."""
    print(_script(shell))


def install(shell: ShellName) -> None:
    """Put the script where the shell finds it.

    Raises:
        FileUnusable("output-not-written"): a file of the shell's cannot be written.
        UsageProblem: the shell does not say where its profile is.
    """
    from typer.completion import install as install_script  # type: ignore[attr-defined]

    try:
        if shell in (ShellName.POWERSHELL, ShellName.PWSH):
            path = _add_to_profile(shell)
        else:
            _, path = install_script(shell.value, _PROGRAM, _ASKED)
    except OSError as error:
        where = str(error.filename or Path.home())
        raise FileUnusable("output-not-written", path=where, cause=system_cause(error)) from error
    tell(_INSTALLED, path=path)


def _script(shell: ShellName) -> str:
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    return str(get_completion_script(prog_name=_PROGRAM, complete_var=_ASKED, shell=shell.value))


def _add_to_profile(shell: ShellName) -> Path:
    """Append the script to PowerShell's profile; unlike Typer, leave the machine's execution policy as it is."""
    asked = subprocess.run(  # noqa: S603  the shell that the user named
        [shell.value, "-NoProfile", "-Command", "echo $PROFILE"], capture_output=True, text=True, check=False
    )
    if asked.returncode or not asked.stdout.strip():
        raise UsageProblem(
            Text("PowerShell does not say where its profile is", "PowerShell のプロファイルの場所が分かりません"),
            Text(
                f"Put what '{_PROGRAM} --show-completion {shell}' prints into your profile.",
                f"{_PROGRAM} --show-completion {shell} の出力をプロファイルに加えてください。",
            ),
        )
    profile = Path(asked.stdout.strip())
    profile.parent.mkdir(parents=True, exist_ok=True)
    before = profile.read_text(encoding="utf-8-sig") if profile.exists() else ""
    if _script(shell) not in before:
        with profile.open("a", encoding="utf-8", newline=os.linesep if sys.platform == "win32" else "\n") as stream:
            stream.write(f"\n{_script(shell)}\n")
    return profile


_INSTALLED = Text(
    "Completion is installed ({path}); it works in shells that are started from now on.",
    "補完を設定しました ({path})。新しく開いたシェルから使えます。",
)

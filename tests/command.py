"""The command line as a person meets it: what is typed, what is printed where, and the exit code.

`run_signkit` runs it in this process, because a new one spends seven times as long on loading what is loaded here
already.  `start_signkit` starts a process, for the tests whose subject is one: signals, pipes, two people at a time.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from unittest import mock

from signkit.errors import SignKitError

_ROOM = "signkit.cli"
#: The modules of the command line by language: each reads its language while it is loaded.
_loaded: dict[str, dict[str, ModuleType]] = {}


@dataclass(frozen=True)
class Answer:
    """What a process would return and write, and the error that it told."""

    returncode: int
    stdout: str
    stderr: str
    error: SignKitError | None


def run_signkit(*arguments: str, home: Path, folder: Path | None = None, stdin: str = "", lang: str = "en") -> Answer:
    """Run a command in this process.

    Args:
        arguments: what is typed after ``signkit``.
        home: the folder of settings and state.
        folder: where it is typed; None: where the tests run.
        stdin: what is piped in; it is no terminal.
        lang: the user's language, as ``SIGNKIT_LANG`` has it.
    """
    environment = _environment(home, lang)
    streams = _Streams(stdin)
    errors: list[SignKitError] = []
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch.object(sys, "argv", ["signkit", *arguments]),
        _installed_script(),
        contextlib.chdir(folder or Path.cwd()),
        _modules_speaking(arguments, environment) as command_line,
        _record_errors(errors),
        streams.take_over(),
    ):
        code = _exit_code(command_line)
    return Answer(code, *streams.texts(), errors[-1] if errors else None)


def start_signkit(
    *arguments: str, home: Path, folder: Path | None = None, lang: str = "en", **streams: object
) -> subprocess.Popen[str]:
    """Start a command in a process of its own; ``streams`` are `subprocess.Popen`'s, pipes where nothing is said."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-m", "signkit", *arguments],
        cwd=folder, env=_environment(home, lang), text=True, encoding="utf-8", **(pipes | streams),
    )  # fmt: skip


def _environment(home: Path, lang: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "SIGNKIT_DEBUG"}
    return kept | {"SIGNKIT_HOME": str(home), "SIGNKIT_LANG": lang, "PYTHONUTF8": "1"}


@contextlib.contextmanager
def _installed_script() -> Iterator[None]:
    """Stand where the script ``signkit`` stands: click tells the program's name by the module ``__main__``."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before


class _Streams:
    """Three streams as Python in UTF-8 mode opens them on pipes (``PYTHONUTF8=1``, PEP 540)."""

    def __init__(self, stdin: str) -> None:
        self._bytes = {"stdin": io.BytesIO(stdin.encode()), "stdout": io.BytesIO(), "stderr": io.BytesIO()}
        self._streams = {
            name: io.TextIOWrapper(
                stream, "utf-8", "backslashreplace" if name == "stderr" else "surrogateescape", write_through=True
            )
            for name, stream in self._bytes.items()
        }

    @contextlib.contextmanager
    def take_over(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for name, stream in self._streams.items():
                stack.enter_context(mock.patch.object(sys, name, stream))
            yield

    def texts(self) -> tuple[str, str]:
        """Return stdout and stderr, with the ends of lines that a text has."""
        both = [self._bytes[name].getvalue().decode() for name in ("stdout", "stderr")]
        return both[0].replace(os.linesep, "\n"), both[1].replace(os.linesep, "\n")


@contextlib.contextmanager
def _modules_speaking(arguments: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[ModuleType]:
    """Lay the command line's modules of the language in ``sys.modules``, as a process that speaks it has them."""
    import signkit
    import signkit.cli.language

    language = signkit.cli.language.choose_language(arguments, environment)
    before = _room()
    same = language == signkit.cli.language.LANGUAGE
    modules = before if same else _loaded.get(language, {})
    _lay(modules)
    try:
        import signkit.cli

        yield sys.modules[_ROOM]
    finally:
        if not same:
            _loaded[language] = _room()
            _lay(before)


def _room() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name == _ROOM or name.startswith(f"{_ROOM}.")}


def _lay(modules: Mapping[str, ModuleType]) -> None:
    import signkit

    for name in _room():
        del sys.modules[name]
    sys.modules.update(modules)
    if _ROOM in modules:
        signkit.cli = modules[_ROOM]


@contextlib.contextmanager
def _record_errors(errors: list[SignKitError]) -> Iterator[None]:
    from signkit.cli import terminal

    def record(error: SignKitError, report: Callable[[SignKitError], int]) -> int:
        errors.append(error)
        return report(error)

    with mock.patch.object(terminal, "report_error", partial(record, report=terminal.report_error)):
        yield


def _exit_code(command_line: ModuleType) -> int:
    """Return what the interpreter makes of the way ``main`` ends (``sys.exit``)."""
    try:
        command_line.main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0

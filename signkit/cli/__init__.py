"""The command line: one file a noun.  It parses, prompts, shows and maps errors to exit codes; it decides nothing else.

Nothing heavy is imported before a command runs, so that ``signkit --help`` answers at once.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit."""
    from signkit.cli.streams import guard_streams

    if sys.stdout is sys.__stdout__:  # else whoever runs us in their own process has streams of their own
        guard_streams()
    from signkit.cli.terminal import run_reporting

    sys.exit(run_reporting(_run))


def _run() -> None:
    from signkit.cli.app import make_app

    make_app(_words_being_typed() or sys.argv[1:])()


def _words_being_typed() -> list[str] | None:
    """Return what the user's shell wants to have completed, or None where a command is to run."""
    if "_SIGNKIT_COMPLETE" not in os.environ:
        return None
    from signkit.cli.completion import asked_for_completion

    return asked_for_completion()

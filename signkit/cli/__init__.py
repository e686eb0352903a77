"""The command line: one file a noun.  It parses, prompts, shows and maps errors to exit codes; it decides nothing else.

Nothing heavy is imported before a command runs, so that ``signkit --help`` answers at once.
"""

from __future__ import annotations

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

    make_app(sys.argv[1:])()

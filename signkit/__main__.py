"""``python -m signkit``: the command line."""

from signkit.cli import main

main()

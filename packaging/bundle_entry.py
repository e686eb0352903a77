"""The first module of the bundle: ``signkit``, and, for its own worker processes, ``python -P -c PROGRAM``.

`signkit.workers` starts ``sys.executable``, which here is the bundle itself.
"""

from __future__ import annotations

import sys

if sys.argv[1:3] == ["-P", "-c"]:
    program = sys.argv[3]
    sys.argv = ["-c", *sys.argv[4:]]
    exec(compile(program, "<worker>", "exec"), {"__name__": "__main__"})  # noqa: S102  our own parent's program
else:
    from signkit.cli import main

    main()

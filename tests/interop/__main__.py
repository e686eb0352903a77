"""Print the matrix as Markdown: ``python -m tests.interop``; the exit code is 1 where a cell is not as it should be."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.interop.matrix import as_markdown
from tests.interop.workshop import Workshop

with TemporaryDirectory(prefix="signkit-interop-") as folder, Workshop(Path(folder)) as workshop:
    lines = list(as_markdown(workshop))
print("\n".join(lines))
sys.exit(any("**" in line for line in lines))

"""``python -m tests.corpus FOLDER``: write the corpus, to look at it or to hold another program against it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.corpus.expectations import write_corpus
from tests.corpus.making import made_corpus

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    files = made_corpus()
    write_corpus(Path(sys.argv[1]), files)
    print(f"{len(files)} files in {sys.argv[1]}")

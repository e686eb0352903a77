"""The shell blocks of a README, run as they stand; only secrets are piped in where a person types them."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.command import Answer, run_signkit

#: What is installed from a registry: no test of these.
_INSTALLS = "python3 -m venv"


@dataclass(frozen=True)
class Line:
    """One command line of a block: its words, and the file that its output goes to."""

    words: tuple[str, ...]
    output: str | None

    @property
    def is_signkit(self) -> bool:
        return self.words[0] == "signkit"


def sections(readme: str) -> dict[str, str]:
    """Return the text below each heading of the second level, by the languages' common order."""
    parts = re.split(r"^## (.*)$", readme, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def shell_lines(section: str) -> Iterator[Line]:
    """Yield the command lines of the section's shell blocks, but for those that install."""
    for block in re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and not line.startswith(_INSTALLS):
                output = words[words.index(">") + 1] if ">" in words else None
                yield Line(tuple(words[: words.index(">")] if output else words), output)


def python_blocks(section: str) -> list[str]:
    """Return the section's blocks of Python."""
    return re.findall(r"^```python\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)


def run_line(line: Line, folder: Path, secret: str, lang: str) -> Answer:
    """Run ``signkit`` as a shell would: file names are filled in, a person agrees and types the secret."""
    words = [name for word in line.words[1:] for name in _names(word, folder)]
    if words[0] == "sign":
        words += ["--pin-stdin", "--yes"]
    answer = run_signkit(*words, home=folder / "home", folder=folder, stdin=f"{secret}\n", lang=lang)
    if line.output:
        (folder / line.output).write_text(answer.stdout, encoding="utf-8")
    return answer


def _names(word: str, folder: Path) -> list[str]:
    if not re.search(r"[*?]", word):
        return [word]
    with contextlib.chdir(folder):
        return sorted(path.as_posix() for path in Path().glob(word))

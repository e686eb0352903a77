"""What must hold of a file, in the form of the strangers' corpus: a line of JSON a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

#: Who judges by cryptography and structure alone calls a file clean when every signature is intact and nothing that is
#: not permitted was done after it.
FileVerdict = Literal["clean", "not_clean"]
EXPECTATIONS = "expectations.jsonl"
SOURCE = "made by tests.corpus"


@dataclass(frozen=True)
class Signature:
    """What must hold of one signature; None where anything may be said.

    Attributes:
        intact: whether the signed bytes are those that the signer signed.
        level_class: levels that may be told (B, T, LT, LTA).
        covers_whole_file: whether it reaches to the end of the file.
        modified_after: what may be said of the changes after it (none, allowed, suspicious).
        sig_timestamps: signature timestamps in it.
    """

    signer_cn: str | None
    intact: bool | None = True
    level_class: tuple[str, ...] | None = ("B",)
    covers_whole_file: bool | None = True
    modified_after: tuple[str, ...] | None = ("none",)
    sig_timestamps: int | None = 0


@dataclass(frozen=True)
class Made:
    """A file of the corpus with what must hold of it.

    Attributes:
        name: the file's name without its number; its suffix tells the format.
        kind: the class of files that it is a member of.
        verdict: None where people may differ.
        error_ok: whether an error is as good as a refusal.
        timestamps: document timestamps, which are not counted as signatures.
        content: what a detached CMS signs, laid beside it.
    """

    name: str
    kind: str
    data: bytes
    verdict: FileVerdict | None
    signatures: Sequence[Signature]
    error_ok: bool = False
    timestamps: int = 0
    content: bytes | None = None

    def expectation(self) -> dict[str, object]:
        """The line of ``expectations.jsonl``."""
        return {
            "file": self.name,
            "source": SOURCE,
            "format": "pdf" if self.name.endswith(".pdf") else "cms",
            "kind": self.kind,
            "n_signatures": len(self.signatures),
            "n_doc_timestamps": self.timestamps,
            "file_verdict": self.verdict,
            "error_ok": self.error_ok,
            "disputed": False,
            "signatures": [asdict(signature) for signature in self.signatures],
            "detached_content": f"{self.name}.content" if self.content is not None else None,
        }


def write_corpus(folder: Path, files: Sequence[Made]) -> None:
    """Write the files and what is expected of them into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in files:
        (folder / made.name).write_bytes(made.data)
        if made.content is not None:
            (folder / f"{made.name}.content").write_bytes(made.content)
    lines = [json.dumps(made.expectation(), ensure_ascii=False) for made in files]
    (folder / EXPECTATIONS).write_text("\n".join(lines) + "\n", encoding="utf-8")

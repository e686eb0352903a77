"""Reading input files and naming outputs."""

from __future__ import annotations

import os
from pathlib import Path

from signkit.errors import FileUnusable, UsageProblem
from signkit.incoming import read_file
from signkit.kept_signatures import refuse_losing_signatures
from signkit.limits import PDF_BYTES
from signkit.output import refuse_target
from signkit.words import Text


def read_input(path: Path) -> bytes:
    """Return the file's bytes.

    Raises:
        InputUnreadable: it cannot be read, or is larger than the limits allow.
    """
    return read_file(path, PDF_BYTES)


def output_beside(source: Path, suffix: str, wanted: Path | None) -> Path:
    """Return where the output goes: ``wanted``, else beside ``source`` with ``-suffix`` in its name.

    Raises:
        UsageProblem: the output would be the input.
    """
    target = wanted or source.with_name(f"{source.stem}-{suffix}.pdf")
    if target.exists() and target.samefile(source):
        raise UsageProblem(
            Text("The output would overwrite the input", "出力が入力を上書きしてしまいます"),
            Text("Give another name with -o.", "-o で別の名前を指定してください。"),
        )
    return target


def refuse_existing(target: Path, overwrite: bool, kept: bytes | None = None) -> None:
    """Refuse before the key is used what could not be written afterwards.

    Args:
        kept: what the output will hold: its signatures are not lost; None leaves this to the writing.

    Raises:
        OutputExists, OutputSigned: it is there already and is not to be replaced, or not with its signatures.
        FileUnusable: its name is too long; it is a folder or no file; its folder is not there or may not be written.
    """
    refuse_target(target, overwrite=overwrite)
    cause = _CAUSES[_obstacle(target)]
    if cause is not None:
        raise FileUnusable("output-not-written", path=str(target), cause=cause)
    if kept is not None:
        refuse_losing_signatures(target, lambda: kept)


def nobody_signed(path: Path) -> UsageProblem:
    """Return the refusal of a PDF without a signature where the signer's certificate is wanted of it."""
    return UsageProblem(
        Text(f"Nobody has signed {path}", f"{path} には誰も署名していません"),
        Text(
            "Name the signed file (signkit sign writes FILE-ROLE.pdf).",
            "署名済みのファイルを指定してください (signkit sign の出力は ファイル名-役割.pdf)。",
        ),
    )


def _obstacle(target: Path) -> str:
    if target.is_dir():
        return "is-folder"
    if not target.parent.is_dir():
        return "no-folder"
    return "none" if os.access(target.parent, os.W_OK | os.X_OK) else "not-permitted"


_CAUSES = {
    "none": None,
    "is-folder": Text("it is a folder", "フォルダーです"),
    "no-folder": Text("no such folder", "フォルダーがありません"),
    "not-permitted": Text("its folder may not be written", "フォルダーに書き込む権限がありません"),
}

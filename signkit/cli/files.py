"""Reading input files and naming outputs."""

from __future__ import annotations

from pathlib import Path

from signkit.errors import FileUnusable, UsageProblem
from signkit.incoming import read_file
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


def refuse_existing(target: Path, overwrite: bool) -> None:
    """Refuse before the key is used what could not be written afterwards.

    Raises:
        OutputExists, FileUnusable: it is there already and is not to be replaced, its folder is not, or its name is too
            long.
    """
    refuse_target(target, overwrite=overwrite)
    if not target.parent.is_dir():
        raise FileUnusable(
            "output-not-written", path=str(target), cause=Text("no such folder", "フォルダーがありません")
        )

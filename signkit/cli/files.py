"""Reading input files and naming outputs."""

from __future__ import annotations

from pathlib import Path

from signkit.errors import FileUnusable, InputUnreadable, OutputExists, UsageProblem, system_cause
from signkit.words import Text

MAX_INPUT_BYTES = 1_000_000_000


def read_input(path: Path) -> bytes:
    """Return the file's bytes.

    Raises:
        InputUnreadable: it cannot be read, or is larger than 1 GB.
    """
    try:
        if path.is_file() and path.stat().st_size > MAX_INPUT_BYTES:
            raise InputUnreadable(str(path), Text("larger than 1 GB", "1 GB を超えています"))
        return path.read_bytes()
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error


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
        OutputExists, FileUnusable("output-not-written"): it is there already, or its folder is not.
    """
    if target.exists() and not overwrite:
        raise OutputExists(str(target))
    if not target.parent.is_dir():
        raise FileUnusable(
            "output-not-written", path=str(target), cause=Text("no such folder", "フォルダーがありません")
        )

"""``signkit handout``: one folder a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.files import read_input
from signkit.cli.language import words
from signkit.cli.options import Overwrite
from signkit.cli.terminal import progress, tell
from signkit.errors import UsageProblem
from signkit.words import Text

HELP = words("Part signed contracts into one folder a person.", "署名済みの契約書を一人ひとりのフォルダーに分ける。")


def run(
    paths: Annotated[list[Path], typer.Argument(help=words("PDFs, or folders of them.", "PDF またはそのフォルダー。"))],
    output: Annotated[
        Path, typer.Option("-o", "--output", help=words("Folder to hand out from.", "配付用フォルダー。"))
    ],
    by: Annotated[
        list[str],
        typer.Option(
            "--by",
            metavar="ITEM",
            help=words(
                "Data item that tells whose a contract is, such as employee.name; may be repeated.",
                "誰の契約書かを示す項目。例: employee.name。複数指定できる。",
            ),
        ),
    ],
    overwrite: Overwrite = False,
) -> None:
    """Copy each contract, in its furthest signed copy, into its person's folder."""
    from signkit.contracts.handout import hand_out, plan_handout

    files = _pdfs_of(paths)
    with progress(len(files)) as advance:
        plan = plan_handout(files, by, read_input)
        copies = hand_out(plan, output, read_input, overwrite=overwrite, on_file=advance)
    for copy in copies:
        print(copy)
    superseded = sum(len(person.superseded) for person in plan)
    tell(_DONE, people=len(plan), files=len(copies), folder=output, superseded=superseded)


def _pdfs_in(folder: Path) -> list[Path]:
    """Return the PDFs of a folder, in order of name; its folders are other people's."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() == ".pdf" and file.is_file())


def _pdfs_of(paths: list[Path]) -> list[Path]:
    """Return the PDFs named and those in the folders named, each once."""
    found: dict[Path, None] = {}
    for path in paths:
        found |= dict.fromkeys(_pdfs_in(path) if path.is_dir() else [path])
    if not found:
        raise UsageProblem(
            Text("There is no PDF to hand out", "配付する PDF がありません"),
            Text("Name PDFs, or a folder that holds some.", "PDF か、PDF のあるフォルダーを指定してください。"),
        )
    return list(found)


_DONE = Text(
    "{files} files for {people} people in {folder}; {superseded} earlier copies of the same contracts were left out.",
    "{folder} に {people} 人分、{files} 件を分けました。同じ契約書の途中の写し {superseded} 件は除きました。",
)

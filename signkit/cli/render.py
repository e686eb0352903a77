"""``signkit render``: a contract from a template and data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signkit.cli.language import words
from signkit.cli.options import Output, Overwrite
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

HELP = words(
    "Make a contract: check the data, typeset the template to PDF/A-3 with empty signature fields.",
    "契約書を作る: データを検査し、ひな型を空の署名欄付き PDF/A-3 に組版する。",
)


def run(
    template: Annotated[str, typer.Argument(help=words("Template name or folder.", "ひな型の名前またはフォルダー。"))],
    data: Annotated[Path, typer.Argument(help=words("Data: .yaml, .json or .toml.", "データ: .yaml、.json、.toml。"))],
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="ROLE=FILE",
            help=words(
                "Fill a party's items from a file made by 'signkit card identity --for'; may be repeated.",
                "signkit card identity --for で作ったファイルで当事者の項目を埋める。複数指定できる。",
            ),
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Render one contract."""
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.fragment import merge_fragment
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template
    from signkit.output import write_checked
    from signkit.settings import load_settings

    settings = load_settings()
    found = find_template(template, settings)
    items = load_contract_data(data)
    for role, file in map(_role_and_file, with_ or ()):
        items = merge_fragment(found, items, role, load_contract_data(file))
    rendered = render_contract(found, items, settings)
    target = output or Path(f"{data.stem}.pdf")
    write_checked(target, rendered.pdf, overwrite=overwrite)
    roles = ", ".join(block.role for block in rendered.blocks)
    tell(_MADE, target=target, roles=roles)
    print(target)


def _role_and_file(text: str) -> tuple[str, Path]:
    role, _, file = text.partition("=")
    if not role or not file:
        raise UsageProblem(
            Text(f"--with {text}: not ROLE=FILE", f"--with {text}: ROLE=FILE の形ではありません"),
            Text("For example --with seller=seller.yaml.", "例: --with seller=seller.yaml"),
        )
    return role, Path(file)


_MADE = Text("Made {target}; to be signed by: {roles}.", "{target} を作成しました。署名する役割: {roles}。")

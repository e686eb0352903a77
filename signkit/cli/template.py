"""``signkit template``: what templates there are, and what each asks for."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signkit.cli.language import LANGUAGE, translate, words
from signkit.words import Text

HELP = words("Look at the templates.", "ひな型を調べる。")

app = typer.Typer(no_args_is_help=True)


@app.command("list", help=words("List the templates.", "ひな型の一覧。"))
def list_() -> None:
    """Print one line a template."""
    from signkit.contracts.template import list_templates
    from signkit.settings import load_settings

    for template in list_templates(load_settings()):
        roles = ", ".join(party.role for party in template.parties)
        print(f"{template.id} {template.version}\t{template.title.in_language(LANGUAGE)}\t{roles}")


@app.command(
    "show",
    help=words("Show a template: parties, law, every data item.", "ひな型の当事者・根拠法令・データ項目を表示。"),
)
def show(
    name: Annotated[str, typer.Argument(help=words("Template name or folder.", "ひな型の名前またはフォルダー。"))],
) -> None:
    """Print what the template is and what it asks for."""
    from signkit.contracts.template import find_template
    from signkit.settings import load_settings

    template = find_template(name, load_settings())
    print(f"{template.title.in_language(LANGUAGE)}  ({template.id} {template.version})")
    print(translate(Text("Folder: {folder}", "フォルダー: {folder}"), folder=template.folder))
    print(translate(Text("Law: {law}", "根拠法令: {law}"), law="; ".join(template.law)))
    print(translate(Text("Signed in this order:", "署名の順:")))
    for number, party in enumerate(template.parties, 1):
        print(f"  {number}. {party.role}  {party.label.in_language(LANGUAGE)}")
    print(translate(Text("Data items (* = required):", "データ項目 (* は必須):")))
    _print_items(dict(template.schema), dict(template.schema), 1)


def _print_items(root: dict[str, Any], schema: dict[str, Any], depth: int) -> None:
    required = set(schema.get("required", ()))
    for name, item in schema.get("properties", {}).items():
        resolved = _resolved(root, item)
        mark = "*" if name in required else " "
        clause = item.get("x-clause") or resolved.get("x-clause")
        note = f"  [{clause}]" if clause else ""
        print(f"{'  ' * depth}{mark}{name}: {_title(item) or _title(resolved)}{note}")
        inner = _resolved(root, resolved.get("items", resolved))
        _print_items(root, inner, depth + 1)


def _title(schema: dict[str, Any]) -> str:
    title = schema.get("title", "")
    return str(title.get(LANGUAGE, "")) if isinstance(title, dict) else str(schema.get(f"x-title-{LANGUAGE}", title))


def _resolved(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    if not reference.startswith("#/"):
        return schema
    found: Any = root
    for step in reference[2:].split("/"):
        found = found[step]
    return {**found, **schema}

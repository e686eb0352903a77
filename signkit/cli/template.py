"""``signkit template``: what templates there are, and what each asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signkit.cli import template_diff, template_law, template_sheet
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import Output, Overwrite, TemplateName
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.statutes import Law
    from signkit.contracts.template import Audience, Party

HELP = words("Look at templates, begin one, check one.", "ひな形の一覧・表示・作成・検査。")

app = typer.Typer(no_args_is_help=True)


@app.command("list", help=words("List the templates, by who needs them.", "ひな形の一覧 (使う人ごと)。"))
def list_() -> None:
    """Print one line a template, below those who need it."""
    from signkit.contracts.template import AUDIENCES, list_templates
    from signkit.settings import load_settings

    templates = list_templates(load_settings())
    for audience in AUDIENCES:
        if theirs := [template for template in templates if template.audience == audience]:
            print(translate(_AUDIENCES[audience]))
            for template in theirs:
                roles = ", ".join(party.role for party in template.parties)
                print(f"  {template.id} {template.version}\t{template.title.in_language(LANGUAGE)}\t{roles}")


_AUDIENCES: Mapping[Audience, Text] = {
    "broker": Text("Real estate:", "不動産:"),
    "hr": Text("Personnel:", "人事・労務:"),
    "business": Text("Business:", "企業間の取引:"),
    "general": Text("For any purpose:", "共通:"),
}


@app.command(
    "show",
    help=words("Show a template: parties, law, every data item.", "ひな形の当事者・根拠法令・データ項目を表示。"),
)
def show(
    name: TemplateName,
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
        print(f"  {number}. {party.role}  {party.label.in_language(LANGUAGE)}{_only_if_named(party)}")
    print(translate(Text("Data items (* = required):", "データ項目 (* は必須):")))
    _print_items(template.schema, template.schema, 1)


app.command(
    "law",
    help=words(
        "List what a template's contents are held against: each item with its provision and source.",
        "ひな形の内容を照らし合わせる法令の項目を、条文と出典とともに一覧表示。",
    ),
)(template_law.run)

app.command(
    "sheet",
    help=words(
        "Write a blank table (.xlsx, .csv) with Japanese headings, help and choices, for `signkit render`.",
        "`signkit render` で読む記入用の表 (.xlsx、.csv) を作る (日本語の見出し、説明、選択肢付き)。",
    ),
)(template_sheet.run)

app.command(
    "diff",
    help=words(
        "Show what differs between two versions of a template: clauses, items, rules.",
        "ひな形の版の違いを表示する (条項、項目、照合する内容)。",
    ),
)(template_diff.run)


def _only_if_named(party: Party) -> str:
    return " " + translate(Text("(if named)", "(記載があるとき)")) if party.optional else ""


@app.command(
    "fill",
    help=words(
        "Write a data file to fill in, with titles, clauses and choices.",
        "記入用のデータファイルを作る (項目名・条項・選択肢のコメント付き)。",
    ),
)
def fill(name: TemplateName, output: Output = None, overwrite: Overwrite = False) -> None:
    """Write the contract data to be filled in; to stdout where no file is named."""
    from signkit.contracts.data_form import blank_data
    from signkit.contracts.template import find_template
    from signkit.output import write_checked
    from signkit.settings import load_settings

    if output is not None and output.suffix.lower() not in (".yaml", ".yml"):
        raise UsageProblem(
            Text(f"{output}: the data to fill in are YAML", f"{output}: 記入用データは YAML です"),
            Text(f"Name it {output.with_suffix('.yaml')}.", f"{output.with_suffix('.yaml')} としてください。"),
        )
    made = blank_data(find_template(name, load_settings()), name, LANGUAGE)
    if output is None:
        print(made, end="")
        return
    write_checked(output, made.encode(), overwrite=overwrite)
    print(output)


@app.command(
    "new",
    help=words("Begin a template: a small one that passes its check.", "ひな形を作り始める (検査に通る小さな一式)。"),
)
def new(
    folder: Annotated[
        Path,
        typer.Argument(
            help=words("Folder to make; its name is the template's.", "作るフォルダー。名前がひな形の名前になる。")
        ),
    ],
    law: Annotated[
        str | None,
        typer.Option(
            metavar="LAW",
            help=words(
                "Whose items it is to hold: takkengyo-37, takkengyo-35, roki-5, electronic-delivery, freelance-3, "
                "toriteki-4.",
                "満たすべき法定記載事項: takkengyo-37、takkengyo-35、roki-5、electronic-delivery、freelance-3、"
                "toriteki-4。",
            ),
            show_default=False,
        ),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FORM.docx",
            help=words(
                "Begin with a Word form of your own: its {{ tags }} become the schema, its [[sign:role]] the parties.",
                "お手持ちの Word 書式から作る。{{ タグ }} からスキーマを、[[sign:役割]] から当事者を起こす。",
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the files of a new template."""
    from signkit.contracts.scaffolding import new_template

    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", folder.name):
        raise UsageProblem(
            Text(f"{folder.name}: not a template's name", f"{folder.name}: ひな形の名前に使えません"),
            Text("Lower case letters, digits and hyphens.", "英小文字、数字、ハイフンで付けてください。"),
        )
    if from_ is not None:
        _from_form(folder, from_, law)
    else:
        for path in new_template(folder, _law(law)):
            print(path)
    tell(_BEGUN, folder=folder)


def _from_form(folder: Path, form: Path, law: str | None) -> None:
    """Begin with a Word form, and tell what was found in it."""
    from signkit.cli.files import read_input
    from signkit.contracts.word.source import require_extra

    require_extra()
    from signkit.contracts.word.form_templates import new_template_from

    if law is not None:
        raise UsageProblem(
            Text("--law and --from do not go together", "--law と --from は同時に使えません"),
            Text("Add [covers] to template.toml afterwards.", "後から template.toml に [covers] を加えてください。"),
        )
    found, written = new_template_from(folder, read_input(form))
    for path in written:
        print(path)
    tell(_FOUND, items=", ".join(found.items) or "-", roles=_list_words(found.labels) or "-")
    if found.places and not (found.roles and found.items):
        tell(_MORE_PLACES)
        for place in found.places:
            tell(_PLACE, place=place.in_words().in_language(LANGUAGE))


def _list_words(roles: Mapping[str, str]) -> str:
    return ", ".join(role if role == label else f"{label} ({role})" for role, label in roles.items())


def _law(name: str | None) -> Law | None:
    from signkit.contracts.statutes import laws

    if name is None:
        return None
    if name not in laws():
        raise UsageProblem(
            Text(f"--law {name}: not known", f"--law {name}: 一覧にありません"),
            Text(f"Known: {', '.join(laws())}.", f"使えるもの: {'、'.join(laws())}。"),
        )
    return laws()[name]


@app.command(
    "check",
    help=words(
        "Check a template: statutory items, roles, titles, 個人番号, fonts; render its example.",
        "ひな形を検査する: 法定記載事項、役割、見出し、個人番号、字形。記入例を組版する。",
    ),
)
def check(
    name: TemplateName,
    preview: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help=words(
                "Draw the example's pages as PNG into this folder.", "記入例の各ページを PNG でこのフォルダーに描く。"
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print one line a thing to mend; draw the example."""
    from signkit.contracts.lint import check_template
    from signkit.contracts.statutes import covered_laws
    from signkit.contracts.template import find_template
    from signkit.errors import ContractError
    from signkit.settings import load_settings

    settings = load_settings()
    template = find_template(name, settings)
    found = check_template(template, settings)
    if preview is not None and found.example is not None:
        _draw(found.example.pdf, preview, template.id)
    for problem in found.problems:
        print(problem.in_language(LANGUAGE))
    if found.problems:
        raise ContractError(
            "template-faulty", template=template.id, count=len(found.problems), text_file=template.text_file
        )
    if found.replaced_fonts:
        tell(_REPLACED, fonts=", ".join(f"{name} → {instead}" for name, instead in found.replaced_fonts.items()))
    held = [f"{law.title.in_language(LANGUAGE)} ({len(law.items)})" for law in covered_laws(template)]
    tell(_SOUND, template=template.id, laws=", ".join(held) or "-")


def _draw(pdf: bytes, folder: Path, name: str) -> None:
    from signkit.output import make_folder, write_checked
    from signkit.preview import page_count, page_png

    make_folder(folder)
    for page in range(page_count(pdf)):
        target = folder / f"{name}-{page + 1}.png"
        write_checked(target, page_png(pdf, page), overwrite=True)
        print(target)


_BEGUN = Text(
    "A template lies in {folder}. Change its files, then run: signkit template check {folder}",
    "{folder} にひな形を作りました。ファイルを直したら signkit template check {folder} を実行してください。",
)
_FOUND = Text(
    "Found in the form: items {items}; signing blocks {roles}.", "書式にあった項目: {items}。署名欄: {roles}。"
)
_MORE_PLACES = Text(
    "Tags or signing blocks are missing. Likely places, to be changed in the new folder's contract.docx:",
    "タグまたは署名欄がありません。候補は次のとおりです (新しいフォルダーの contract.docx を直してください):",
)
_PLACE = Text("  - {place}", "  - {place}")
_REPLACED = Text(
    "Fonts are replaced, so that lines may break elsewhere than in Word: {fonts}.",
    "フォントを置き換えるため、改行位置が Word と異なることがあります: {fonts}。",
)
_SOUND = Text(
    "{template}: nothing to mend found; statutory items with a place each: {laws}. A lawyer says whether it is right.",
    "{template}: 直すべき点は見つかりません。記載欄のある法定記載事項: {laws}。内容の当否は専門家に確かめてください。",
)


def _print_items(root: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> None:
    from signkit.contracts.schema_items import resolve_reference

    required = set(schema.get("required", ()))
    for name, item in schema.get("properties", {}).items():
        whole = resolve_reference(root, item)
        mark = "*" if name in required else " "
        clause = item.get("x-clause") or whole.get("x-clause")
        note = f"  [{clause}]" if clause else ""
        print(f"{'  ' * depth}{mark}{name}: {_title(item) or _title(whole)}{note}")
        _print_items(root, resolve_reference(root, whole.get("items", whole)), depth + 1)


def _title(schema: Mapping[str, Any]) -> str:
    title = schema.get("title", "")
    return str(title.get(LANGUAGE, "")) if isinstance(title, dict) else str(schema.get(f"x-title-{LANGUAGE}", title))

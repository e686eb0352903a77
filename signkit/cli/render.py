"""``signkit render``: a contract from a template and data, or one a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.files import read_input, refuse_existing
from signkit.cli.language import role_words, translate, words
from signkit.cli.options import Output, Overwrite, PlainFormat, TemplateName, TextOrJson
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.cli.render_many import ManyOptions
    from signkit.cli.render_results import Telling
    from signkit.contracts.attachments import Attachment
    from signkit.contracts.template import Template
    from signkit.plain_data import Data
    from signkit.settings import Settings

HELP = words(
    "Make a contract: check the data, typeset the template to PDF/A-3 with empty signature fields.",
    "契約書を作る: データを検査し、ひな形を空の署名欄付き PDF/A-3 に組版する。",
)


DataFile: TypeAlias = Annotated[
    Path,
    typer.Argument(
        help=words(
            "Data: .yaml, .json or .toml. A table (.csv, .tsv, .jsonl, .xlsx) makes one contract a row.",
            "データ: .yaml、.json、.toml。表 (.csv、.tsv、.jsonl、.xlsx) からは1行に1件の契約書を作る。",
        )
    ),
]
With: TypeAlias = Annotated[
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
]
Base: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=words("Data that all contracts share; the data go over it.", "すべての契約に共通のデータ。"),
        show_default=False,
    ),
]
NamePattern: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="PATTERN",
        help=words(
            "Table: pattern of file names, such as '{employee.name}-{row}'. Default: {row:04}.",
            "表: ファイル名の型。例: '{employee.name}-{row}'。既定: {row:04}。",
        ),
        show_default=False,
    ),
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help=words("Table: worker processes. Default: one a core.", "表: 並行するプロセスの数。既定: コアの数。"),
        show_default=False,
    ),
]
RefusedRows: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=words("Table: write refused rows to this CSV file.", "表: 問題のある行をこの CSV に書き出す。"),
        show_default=False,
    ),
]
EncodingName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help=words(
            "Table: utf-8 or cp932. Default: the one in which every byte fits, and it is said which.",
            "表: utf-8 または cp932。既定: 全体が読めるほうを使い、どちらかを表示する。",
        ),
        show_default=False,
    ),
]
Attach: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--attach",
        metavar="[NAME=]FILE",
        help=words(
            "Embed a file (plan, certificate of the register) and list it with its digest in an annex; NAME says "
            "what it is. May be repeated.",
            "図面・登記事項証明書などのファイルを埋め込み、ハッシュ値とともに別紙に記載する。「名前」は書類の名称。"
            "複数指定できる。",
        ),
        show_default=False,
    ),
]
Append: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--append",
        metavar="[NAME=]FILE",
        help=words(
            "Put the pages of a PDF behind the contract and list them with its digest in an annex. The contract is "
            "no PDF/A then. May be repeated.",
            "PDF のページを契約書の後ろに綴じ込み、ハッシュ値とともに別紙に記載する。PDF/A ではなくなる。"
            "複数指定できる。",
        ),
        show_default=False,
    ),
]


Amends: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--amends",
        metavar="SIGNED.pdf",
        help=words(
            "Amendment: the signed contract, whose title, date and digest go into the data; then each earlier "
            "amendment, in order.",
            "変更合意書: 変更する署名済みの契約書。名称・日付・ハッシュ値を読み取る。"
            "先の変更合意書があれば順に続けて指定する。",
        ),
        show_default=False,
    ),
]
OtherNumbers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--other-number",
        metavar="ITEM=TEXT",
        help=words(
            "The twelve digits of an item are no My Number (個人番号) though they fit: TEXT says what number it "
            "is, and is noted in the contract's data. May be repeated.",
            "項目の12桁の数字が個人番号ではないことを示す。文字列はその番号の種類で、契約データに記録される。"
            "複数指定できる。",
        ),
        show_default=False,
    ),
]
Strict: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--strict",
        help=words("Refuse also what is only warned of.", "警告にとどまる内容も拒否する。"),
    ),
]


def run(
    template: TemplateName,
    data: DataFile,
    with_: With = None,
    base: Base = None,
    name: NamePattern = None,
    jobs: Jobs = None,
    report: RefusedRows = None,
    encoding: EncodingName = None,
    attach: Attach = None,
    append: Append = None,
    amends: Amends = None,
    output: Output = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    other_number: OtherNumbers = None,
    format_: PlainFormat = TextOrJson.TEXT,
) -> None:
    """Render one contract, or one a row."""
    from signkit.cli.render_many import ManyOptions, render_many
    from signkit.cli.render_results import Telling, refusals_as_json
    from signkit.contracts.bulk.table import is_table
    from signkit.contracts.template import find_template
    from signkit.settings import load_settings

    settings = load_settings()
    found = find_template(template, settings)
    many = ManyOptions(name, jobs, report, encoding)
    telling = Telling(strict, format_, _other_numbers(other_number or ()))
    with refusals_as_json(telling):
        if is_table(data):
            _refuse_attachments(attach, append)
            items = _items(found, None, base, with_, amends, settings)
            render_many(found, data, items, output, many, settings, telling, overwrite=overwrite)
            return
        _refuse_table_options(many)
        items = _items(found, data, base, with_, amends, settings)
        target = output or Path(f"{data.stem}.pdf")
        _render_one(found, items, settings, target, attach or [], append or [], telling, overwrite=overwrite)


def _other_numbers(given: Iterable[str]) -> tuple[tuple[str, str], ...]:
    from signkit.contracts.privacy import find_my_number

    pairs = []
    for text in given:
        item, sign, what = text.partition("=")
        if not sign or not item.strip() or not 0 < len(what.strip()) <= _MAX_WHAT or find_my_number(what):
            raise UsageProblem(
                Text(
                    "--other-number does not say which item holds what number",
                    "--other-number の形式が正しくありません",
                ),
                Text("Write it like --other-number note=会社法人等番号.", "例: --other-number note=会社法人等番号"),
            )
        pairs.append((item.strip(), what.strip()))
    return tuple(pairs)


_MAX_WHAT = 100


def _items(
    template: Template,
    data: Path | None,
    base: Path | None,
    with_: list[str] | None,
    amends: list[Path] | None,
    settings: Settings,
) -> Data:
    """Return the contract's data: what all share, over it its own, over these what further files say."""
    from signkit.contracts.amendment import amended_items
    from signkit.contracts.bulk.rows import merge
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.fragment import merge_fragment

    items = load_contract_data(base) if base else {}
    if data is not None:
        items = merge(items, load_contract_data(data))
    for role, file in map(_role_and_file, with_ or ()):
        items = merge_fragment(template, items, role, load_contract_data(file))
    if amends:
        items = merge(items, amended_items([read_input(file) for file in amends], settings))
    return items


def _render_one(
    template: Template,
    items: Data,
    settings: Settings,
    target: Path,
    attach: list[str],
    append: list[str],
    telling: Telling,
    *,
    overwrite: bool,
) -> None:
    """Write the contract, and say what its parties should know of it."""
    from signkit.cli.render_results import contract_answer, print_json, tell_warnings
    from signkit.contracts.attachments import appendix, attachment
    from signkit.contracts.render import render_contract
    from signkit.output import write_checked

    refuse_existing(target, overwrite, kept=b"")
    attachments = [_attachment(text, attachment) for text in attach]
    appended = [_attachment(text, appendix) for text in append]
    rendered = render_contract(template, items, settings, attachments, appended, scrutiny=telling.scrutiny)
    write_checked(target, rendered.pdf, overwrite=overwrite)
    roles = [block.role for block in rendered.blocks]
    labels = {party.role: party.label for party in template.parties_of(items)}
    named = [role_words(role, labels.get(role)) for role in roles]
    tell(_MADE, target=target, roles=translate(_COMMA).join(named))
    tell_warnings(rendered.warnings)
    if appended:
        tell(_NO_PDFA)
    for each in (*attachments, *appended):
        if each.not_searched is not None:
            tell(_NOT_SEARCHED, name=each.name, cause=each.not_searched)
    if telling.as_json:
        print_json(contract_answer(str(target), roles, rendered.warnings))
    else:
        print(target)


def _refuse_table_options(options: ManyOptions) -> None:
    if options.is_given():
        raise UsageProblem(
            Text(
                "--name, --jobs, --report and --encoding are for tables",
                "--name、--jobs、--report、--encoding は表のためのオプションです",
            ),
            Text(
                "Leave them out, or give a .csv, .tsv, .jsonl or .xlsx file.",
                "省くか、表のファイルを指定してください。",
            ),
        )


def _role_and_file(text: str) -> tuple[str, Path]:
    role, _, file = text.partition("=")
    if not role or not file:
        raise UsageProblem(
            Text(f"--with {text}: not ROLE=FILE", f"--with {text}: ROLE=FILE の形ではありません"),
            Text("For example --with seller=seller.yaml.", "例: --with seller=seller.yaml"),
        )
    return role, Path(file)


def _attachment(text: str, make: Callable[[str, bytes, str | None], Attachment]) -> Attachment:
    """Read ``NAME=FILE`` or ``FILE``; a file that is there may hold a ``=`` in its name."""
    name, sign, file = text.partition("=")
    if not sign or Path(text).is_file():
        return make(text, read_input(Path(text)), None)
    return make(file, read_input(Path(file)), name or None)


def _refuse_attachments(*given: list[str] | None) -> None:
    if any(given):
        raise UsageProblem(
            Text(
                "--attach and --append are for one contract, not for a table",
                "--attach と --append は表からの一括作成では使えません",
            ),
            Text("Render that contract by itself.", "契約書を1件ずつ作成してください。"),
        )


_NO_PDFA = Text(
    "With pages of another PDF in it the contract is plain PDF, no longer PDF/A-3. Where PDF/A is asked for, attach "
    "the file instead (--attach).",
    "ほかの PDF のページを綴じ込んだため、PDF/A-3 ではない通常の PDF になりました。PDF/A が必要なときは --attach で"
    "添付してください。",
)
_NOT_SEARCHED = Text(
    "Look through {name} for a 個人番号 yourself: {cause}.", "{name} に個人番号がないかご確認ください: {cause}。"
)
_COMMA = Text(", ", "、")
_MADE = Text("Made {target}; to be signed by: {roles}.", "{target} を作成しました。署名する役割: {roles}。")

"""Help pages in the user's language: usage, headings, options with what they take, in the width of the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.cli.language import translate, words
from signkit.cli.wrapping import pad, width, wrap
from signkit.words import Text

if TYPE_CHECKING:
    from typer._click.core import Command, Context
    from typer.core import TyperArgument, TyperOption

USAGE = words("Usage: ", "使い方: ")
ARGUMENTS = words("Arguments", "引数")
OPTIONS = words("Options", "オプション")
COMMANDS = words("Commands", "コマンド")
OPTIONS_METAVAR = words("[OPTIONS]", "[オプション]")
COMMAND_METAVAR = words("COMMAND [ARGS]...", "コマンド [引数]...")
SHOW_HELP = words("Show this message and exit.", "この説明を表示して終了する。")
_REQUIRED = words("required", "必須")
_DEFAULT = Text("default: {value}", "既定: {value}")
_RANGE = Text("{least} to {most}", "{least} から {most} まで")

_MIN_WIDTH, _MAX_WIDTH, _MAX_LEFT = 50, 100, 30

#: What stands for a value, word by word.  What is not here reads the same in both languages (URL, PDF, N, X, HOST …).
METAVARS: dict[str, str] = {
    "ADDRESS": "アドレス",
    "AGE": "年齢",
    "ARCHIVE": "台帳",
    "BACKUP": "控え",
    "CUSTOMERS": "顧客の表",
    "DIGITS": "番号",
    "KEY": "キー",
    "KIND": "種類",
    "ORGANISATION": "事業者",
    "PERSON": "利用者",
    "PLACE": "所在地",
    "STATE": "状態",
    "TENANT": "テナント",
    "TITLE": "資格",
    "WORDS": "語",
    "YEN": "円", "CERTIFICATE": "証明書", "CODE": "文字コード", "CONSENT": "承諾書", "CONTAINER": "コンテナー",
    "CONTRACT": "契約書", "DATA": "データ", "DATE": "日付", "DAYS": "日数", "DIR": "フォルダー", "FIELD": "署名欄",
    "FILE": "ファイル", "FILES": "ファイル", "FOLDER": "フォルダー", "FORM": "書式", "H": "高さ", "ITEM": "項目",
    "LAW": "法令", "LEVEL": "レベル", "NAME": "名前", "NUMBER": "番号", "PAGE": "ページ", "PATH": "パス",
    "PATHS": "パス", "PATTERN": "パターン", "PORT": "ポート", "PROOF": "証明", "REQUEST": "署名依頼",
    "RESULTS": "結果", "ROLE": "役割", "SECONDS": "秒", "SHELL": "シェル", "SIGNATURE": "署名",
    "OTHER": "比べる版", "SIGNED": "署名済み", "TEMPLATE": "ひな形", "VERSION": "版",
    "TEXT": "文字列", "TIME": "日時", "W": "幅", "YEARS": "年数",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]+")


def metavar(name: str) -> str:
    """Return what stands for a value, in the user's language: FOLDER, フォルダー."""
    return _WORD.sub(lambda found: words(found[0], METAVARS.get(found[0], found[0])), name)


def value_name(parameter: Any) -> str:
    """Return what stands for the value of an option or argument; choices are named one by one."""
    if parameter.metavar is not None:
        return metavar(parameter.metavar)
    if parameter.param_type_name == "argument":
        return metavar(_SINGULAR.get(parameter.name, parameter.name.upper()))
    kind = parameter.type_descriptor
    if kind.choices is not None:
        return "|".join(choice_names(parameter))
    return metavar("PATH" if kind.is_path else {int: "N", float: "N"}.get(kind.annotation, "TEXT"))


_SINGULAR = {"pdfs": "PDF", "files": "FILE", "paths": "PATH"}


def choice_names(parameter: Any) -> list[str]:
    """Return the values that an option or argument may have, as they are typed."""
    return [str(choice.value if isinstance(choice, Enum) else choice) for choice in parameter.type_descriptor.choices]


def usage_pieces(command: Command, context: Context) -> list[str]:
    """Return what follows the command's name in its usage."""
    arguments = [each for each in command.get_params(context) if each.param_type_name == "argument"]
    return [OPTIONS_METAVAR, *(_usage_of(argument) for argument in arguments)]


def _usage_of(argument: Any) -> str:
    name = value_name(argument)
    if argument.nargs != 1 and not name.endswith(("...", "…")):
        name += "..."
    return name if argument.required else f"[{name}]"


def sections(command: Command, context: Context) -> dict[str, list[tuple[str, str]]]:
    """Return arguments, then the options of each group below its heading, then the others, a row each."""
    found: dict[str, list[tuple[str, str]]] = {}
    others: list[tuple[str, str]] = []
    for parameter in command.get_params(context):
        row = record(parameter, context)  # type: ignore[arg-type]
        heading = ARGUMENTS if parameter.param_type_name == "argument" else getattr(parameter, "rich_help_panel", None)
        if row is not None:
            (found.setdefault(heading, []) if heading else others).append(row)
    return found | ({OPTIONS: others} if others else {})


def record(parameter: TyperOption | TyperArgument, context: Context) -> tuple[str, str] | None:
    """Return an option or argument as it is typed, and what it does; None where it is hidden."""
    if parameter.hidden:
        return None
    typed = value_name(parameter) if parameter.param_type_name == "argument" else _option_as_typed(parameter)
    notes = _notes(parameter, context)
    text = SHOW_HELP if parameter.name == "help" else parameter.help or ""
    return typed, f"{text}  [{'; '.join(notes)}]" if notes else text


def _option_as_typed(option: Any) -> str:
    forms = ", ".join(sorted(option.opts, key=lambda form: len(form) - len(form.lstrip("-"))))
    if option.is_flag:
        return " / ".join([forms, *option.secondary_opts])
    return f"{forms} {value_name(option)}"


def _notes(parameter: Any, context: Context) -> list[str]:
    notes = []
    default = parameter.get_default(context, call=False)
    if parameter.show_default and default not in (None, (), []) and not isinstance(default, bool):
        notes.append(translate(_DEFAULT, value=_default_words(default)))
    kind = parameter.type_descriptor
    if kind.is_ranged:
        least, most = kind.parameter_info.min, kind.parameter_info.max
        if None not in (least, most):
            notes.append(translate(_RANGE, least=least, most=most))
    if parameter.required:
        notes.append(_REQUIRED)
    return notes


def _default_words(default: object) -> str:
    if isinstance(default, (list, tuple)):
        return ", ".join(map(_default_words, default))
    if isinstance(default, Enum):
        return str(default.value)
    return default.as_posix() if isinstance(default, Path) else str(default)


class HelpWriter:
    """Writes help pages as Click's formatter does, by the columns that characters take."""

    def __init__(self, width: int | None = None, max_width: int | None = None) -> None:
        self._columns = width or _terminal_width(max_width or _MAX_WIDTH)
        self._parts: list[str] = []
        self._indent = 0

    @property
    def width(self) -> int:
        """How many columns a line may take."""
        return self._columns

    def write_usage(self, program: str, pieces: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        head = f"{USAGE if prefix is None else prefix}{program} "
        first, *others = wrap(pieces, max(self._columns - width(head), _MIN_WIDTH // 2))
        self._lines([head + first, *(" " * width(head) + line for line in others)])

    def write_paragraph(self) -> None:
        """Write an empty line, unless nothing stands above."""
        if self._parts:
            self._parts.append("\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, wrapped."""
        for paragraph in text.split("\n\n"):
            self._lines(wrap(" ".join(paragraph.split()), self._columns - self._indent))

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write a list of terms and what each means, in two columns."""
        left = max((width(term) for term, _ in rows if width(term) <= _MAX_LEFT), default=_MAX_LEFT) + 2
        for term, text in rows:
            lines = wrap(text, max(self._columns - self._indent - left, _MIN_WIDTH // 2))
            if width(term) > left - 2:
                self._lines([term])
                term = ""
            self._lines([pad(term, left) + lines[0], *(" " * left + line for line in lines[1:])])

    def _lines(self, lines: Iterable[str]) -> None:
        self._parts += [f"{' ' * self._indent}{line}".rstrip() + "\n" for line in lines]

    def section(self, heading: str) -> AbstractContextManager[None]:
        """Write a heading; what is written inside is indented."""
        self.write_paragraph()
        self._lines([f"{heading}:"])
        return self.indentation()

    def indentation(self) -> AbstractContextManager[None]:
        """Indent what is written inside."""
        return _Indented(self)

    def getvalue(self) -> str:
        """Return what was written."""
        return "".join(self._parts)


class _Indented(AbstractContextManager[None]):
    def __init__(self, writer: HelpWriter) -> None:
        self._writer = writer

    def __enter__(self) -> None:
        self._writer._indent += 2

    def __exit__(self, *_: object) -> None:
        self._writer._indent -= 2


def _terminal_width(most: int) -> int:
    import shutil

    return max(min(shutil.get_terminal_size().columns, most) - 2, _MIN_WIDTH)

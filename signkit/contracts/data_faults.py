"""What parsers say of a template or of contract data, in both languages, with the line and what stands there.

Jinja, YAML, JSON and TOML speak English alone; what is not known here is told as they say it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from signkit.plain_data import may_hold_number
from signkit.words import Text, printable

if TYPE_CHECKING:
    from jinja2.exceptions import TemplateError

_LONGEST_NEAREST = 30
_KEY = re.compile(r"^\s*(?:-\s+)?[\"']?([^\s\"'#:=\[{-][^\"'#:=]{0,40}?)[\"']?\s*[:=]")
#: 'x' is undefined; 'dict object' has no attribute 'x'.
_MISSING = re.compile(r"'(\w+)'(?: is undefined|\Z)")
_AT_LINE = re.compile(r"\s*\(?at line (\d+)(?:, column \d+)?\)?")


def jinja_fault(error: TemplateError, file: str, lines_of: Callable[[str], Sequence[str]]) -> Text:
    """Return what is wrong with a template's text, where, and what stands there.

    Args:
        file: the template's text, where Jinja does not name another.
        lines_of: gives the lines of a file of the template.
    """
    name, line = getattr(error, "name", None) or file, getattr(error, "lineno", None)
    if not line:
        name, line = _place_of_running(error) or (name, None)
    cause = Text(str(error.message), _in_japanese(str(error.message), _JINJA))
    if not line:
        return Text(f"{name}: {cause.en}", f"{name}: {cause.ja}")
    near = _nearest(next(iter(lines_of(name)[line - 1 : line]), ""))
    return Text(f"{name}:{line}: {cause.en}{near.en}", f"{name} の{line}行目: {cause.ja}{near.ja}")


def word_fault(error: TemplateError, paragraphs: Sequence[str]) -> Text:
    """Return the same of a Word document; its paragraphs are named by their words, as nobody counts them.

    Of a fault in the syntax docxtpl keeps the paragraphs around it; an item that is not there is looked for.
    """
    message = str(error.message)
    line, around = getattr(error, "lineno", None), list(getattr(error, "docx_context", ()))
    at = min(line or 0, 4) - 1
    stands = around[at] if 0 <= at < len(around) else ""
    if not stands and (missing := _MISSING.search(message)):
        name = re.compile(rf"\{{[{{%][^}}]*\b{re.escape(missing[1])}\b")
        stands = next(filter(name.search, paragraphs), "")
    near = _nearest(stands)
    return Text(f"{message}{near.en}", f"{_in_japanese(message, _JINJA)}{near.ja}")


def running_fault(error: Exception) -> Text:
    """Return what went wrong while a document's tags ran, where it was nothing that Jinja looks for."""
    return Text(str(error), f"タグの処理に失敗しました: {_in_japanese(str(error), _JINJA)}")


def data_fault(error: Exception, text: str) -> Text:
    """Return what is wrong with a text in YAML, JSON or TOML, its line, and the item next to it; no value is quoted."""
    line, problem = _line_and_problem(error)
    known = _in_japanese(problem, _DATA)
    shown = "it is not well-formed" if may_hold_number(problem) else problem
    if line is None:
        return Text(shown, f"書式の誤り ({known})")
    lines = text.splitlines()
    keys = (_KEY.match(each) for each in reversed(lines[: min(line, len(lines))]))
    key = next((found[1].strip() for found in keys if found), "")
    near = _nearest(key) if key.isprintable() and not may_hold_number(key) else Text("", "")
    return Text(f"{shown} at line {line}{near.en}", f"{line}行目: {known}{near.ja}")


def _line_and_problem(error: Exception) -> tuple[int | None, str]:
    mark = getattr(error, "problem_mark", None)  # YAML's
    if mark is not None:
        return mark.line + 1, str(getattr(error, "problem", None) or "it is not YAML")
    if hasattr(error, "lineno"):  # JSON's
        return error.lineno, str(getattr(error, "msg", error))
    found = _AT_LINE.search(str(error))  # TOML's
    return (int(found[1]) if found else None), _AT_LINE.sub("", str(error))


def _nearest(stands: str) -> Text:
    """Quote what stands at the fault, so far as it is short and can be seen."""
    words = printable(stands, " ").strip()
    shown = words if len(words) <= _LONGEST_NEAREST else f"{words[:_LONGEST_NEAREST]}…"
    return Text(f" (near “{shown}”)", f" (「{shown}」の付近)") if shown else Text("", "")


def _place_of_running(error: BaseException) -> tuple[str, int] | None:
    """Return the template's file and line at which it failed while it ran; Jinja writes it into the traceback."""
    place, frame = None, error.__traceback__
    while frame is not None:
        if (file := frame.tb_frame.f_code.co_filename).endswith((".j2", ".typ")):
            place = file, frame.tb_lineno
        frame = frame.tb_next
    return place


def _in_japanese(message: str, table: Sequence[tuple[str, str]]) -> str:
    for pattern, words in table:
        if found := re.match(pattern, message):
            return found.expand(words)
    return f"記述の誤り ({message})"


_JINJA = (
    (r"'([^']*)' is undefined", r"「\1」という項目がデータにもひな形にもありません"),
    (r"'.*' has no attribute '([^']*)'", r"「\1」という項目がありません"),
    (r".* has no element (\S+)", r"\1番目の要素がありません"),
    (r"No filter named '([^']*)'", r"「\1」というフィルターはありません (使えるものはガイドにあります)"),
    (r"expected token 'end of print statement', got '([^']*)'", r"{{ }} の中の「\1」が余分です"),
    (r"expected token 'end of statement block', got '([^']*)'", r"{% %} の中の「\1」が余分です"),
    (r"[Uu]nexpected end of template.*needs to be closed is '([^']*)'", r"{% \1 %} が閉じられていません"),
    (r"[Uu]nexpected end of template", r"終わりの波括弧がないか、{% %} が閉じられていません"),
    (r"Encountered unknown tag '([^']*)'.* closed is '([^']*)'", r"{% \2 %} を閉じる前に {% \1 %} があります"),
    (r"Encountered unknown tag '([^']*)'", r"{% \1 %} というタグはありません"),
    (r"expected token '([^']*)', got '([^']*)'", r"「\1」が必要なところに「\2」があります"),
    (r"unexpected char '(.*)' at", r"使えない文字「\1」があります"),
    (r"unexpected 'end of (print|statement block)", "{{ }} か {% %} の中が途中で終わっています"),
    (
        r"\{\{ \}\} prints text and numbers, not a (\w+)",
        r"{{ }} に書けるのは文字と数だけです (表や一覧の項目は {{ 項目.細目 }} のように)",
    ),
    (r"unexpected '([^']*)'", r"「\1」の位置が正しくありません"),
    (r"Missing end of (\w+)", r"\1 の終わりがありません"),
    (r"Expected an expression, got '([^']*)'", r"{{ }} の中に項目名がありません"),
    (r"access to attribute '([^']*)' .* unsafe", r"「\1」は使えません (安全のため)"),
)
_DATA = (
    (r"mapping values are not allowed", "コロンの位置が正しくありません。「: 」を含む値は引用符で囲んでください"),
    (r"could not find expected ':'", "項目名の後にコロン「:」がありません"),
    (r"did not find expected key", "字下げがそろっていないか、項目名の書き方が正しくありません"),
    (r"did not find expected '-' indicator", "リストの「-」の字下げがそろっていません"),
    (r"did not find expected ',' or '\]'", "角括弧 [ ] が閉じられていません"),
    (r"did not find expected ',' or '\}'", "波括弧 { } が閉じられていません"),
    (r"did not find expected node content", "値の書き方が正しくありません"),
    (r"found character that cannot start any token", "使えない文字 (タブ、@、`、% など) で始まっています"),
    (r"found a tab", "タブは使えません。空白で字下げしてください"),
    (r"found unexpected end of stream", "引用符が閉じられていません"),
    (r"block sequence entries are not allowed", "「-」をここに書くことはできません"),
    (r"(?:control|special) characters are not allowed", "制御文字が入っています"),
    (r"Expecting ',' delimiter", "区切りの「,」がありません"),
    (r"Expecting ':' delimiter", "項目名の後に「:」がありません"),
    (r"Expecting value", "値がありません"),
    (r"Expecting property name", "二重引用符で囲んだ項目名がありません (余分な「,」にもご注意ください)"),
    (r"Illegal trailing comma", "最後の「,」が余分です"),
    (r"Extra data", "終わりの後に余分な文字があります"),
    (r"(?:Unterminated|Unclosed) (?:string|array|inline)", "引用符または括弧が閉じられていません"),
    (r"Invalid control character", "制御文字が入っています"),
    (r"Invalid (?:\\\\|'\\\\')", "バックスラッシュの使い方が正しくありません"),
    (r"Expected '='", "項目名の後に「=」がありません"),
    (r"Expected ('\S+')", r"\1 がありません"),
    (r"Invalid value", "値の書き方が正しくありません"),
    (r"Invalid statement", "文の書き方が正しくありません"),
    (r"Expected newline", "値の後に余分な文字があります"),
    (r"Cannot (?:overwrite|declare|mutate)", "同じ項目が2回書かれています"),
    (r"Illegal character", "使えない文字があります"),
)

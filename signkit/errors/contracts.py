"""Contract data, templates, typesetting, and many contracts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Language, Text


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract's data or text.

    Attributes:
        code: what kind of problem, for scripts: ``missing``, ``unknown``, ``type``, ``value``, ``check``,
            ``character``, ``glyph``, ``my-number``.
        path: where it stands in the data (``seller.name``, ``buildings[0].area``; empty: the whole) or
            ``file:line`` in the template.
        title: the item's title for people; the path where the item has none.
        clause: the clause of the contract that the item answers, or None.
        message: what is wrong, for people.
    """

    code: str
    path: str
    title: Text
    clause: str | None
    message: Text

    def in_language(self, language: Language) -> str:
        """Return the problem as one line."""
        title = self.title.in_language(language)
        place = f"{title} [{self.path}]" if self.path not in ("", title) else title
        clause = "" if self.clause is None else (f"({self.clause})" if language == "ja" else f" ({self.clause})")
        return f"{place}{clause}: {self.message.in_language(language)}"


@dataclass(eq=False)
class ContractRefused(SignKitError):
    """The contract's data or text is refused; every problem is named at once."""

    problems: tuple[Problem, ...]
    MESSAGE = Text(
        "The contract is refused ({count} problems):\n{lines}", "契約書を作成できません(問題 {count} 件):\n{lines}"
    )
    HINT = Text(
        "Mend the items above in the data and render again. `signkit template show` lists the items.",
        "上の項目を直して、もう一度作成してください。項目の一覧は signkit template show で見られます。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say what happened and name every problem, one a line."""
        lines = "\n".join("  - " + problem.in_language(language) for problem in self.problems)
        return self.MESSAGE.in_language(language, count=len(self.problems), lines=lines)


@dataclass(eq=False)
class ContractDataUnreadable(SignKitError):
    """The data file is not the YAML, JSON or TOML that contract data may be."""

    path: str
    cause: Text
    MESSAGE = Text("{path} is not usable contract data: {cause}.", "{path} は契約データとして読めません: {cause}。")
    HINT = Text(
        "Contract data is one table of items, written in YAML, JSON or TOML (UTF-8, at most 1 MB).",
        "契約データは YAML・JSON・TOML のいずれかで書いた一つの表です(UTF-8、1 MB まで)。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class TemplateNotFound(SignKitError):
    """No template has that name."""

    name: str
    known: tuple[str, ...]
    MESSAGE = Text("There is no template {name}.", "ひな形 {name} は見つかりません。")
    HINT = Text("Known templates: {known}.", "使えるひな形: {known}。")

    def hint(self, language: Language = "en") -> str | None:
        """Name the templates that are there."""
        return self.HINT.in_language(language, known=", ".join(self.known) or "-") if self.HINT else None


@dataclass(eq=False)
class TemplateInvalid(SignKitError):
    """A template folder is incomplete, contradicts itself, or does what templates may not do."""

    template: str
    cause: str
    MESSAGE = Text("Template {template} cannot be used: {cause}.", "ひな形 {template} は使えません: {cause}。")
    HINT = Text("See docs/guides/templates.md.", "docs/ja/guides/templates.md を見てください。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class TemplateFaulty(SignKitError):
    """A template was looked over, and things to mend were found; they were listed already."""

    template: str
    count: int
    MESSAGE = Text(
        "Template {template}: {count} things to mend.", "ひな形 {template}: 直すべき点が {count} 件あります。"
    )
    HINT = Text("See docs/guides/templates.md.", "docs/ja/guides/templates.md を見てください。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class TypesettingFailed(SignKitError):
    """The typesetter refused the markup."""

    template: str
    cause: str
    MESSAGE = Text("The text of {template} could not be typeset: {cause}", "{template} の組版に失敗しました: {cause}")
    HINT = Text("The fault is in the template's markup.", "ひな形の記述に誤りがあります。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class LibreOfficeMissing(SignKitError):
    """A Word template cannot be converted, because LibreOffice is not installed."""

    MESSAGE = Text(
        "A Word template needs LibreOffice, which is not installed (or not on the PATH).",
        "Word のひな型には LibreOffice が必要ですが、入っていません (または PATH にありません)。",
    )
    HINT = Text(
        "Debian, Ubuntu: sudo apt install --no-install-recommends libreoffice-writer-nogui; "
        "macOS: brew install --cask libreoffice; Windows: winget install TheDocumentFoundation.LibreOffice",
        "Debian・Ubuntu: sudo apt install --no-install-recommends libreoffice-writer-nogui、"
        "macOS: brew install --cask libreoffice、Windows: winget install TheDocumentFoundation.LibreOffice",
    )


@dataclass(eq=False)
class PartyUnknown(SignKitError):
    """The template has no such party."""

    template: str
    role: str
    known: str
    MESSAGE = Text(
        "The template {template} has no party {role!r}.", "ひな型 {template} に当事者 {role!r} はありません。"
    )
    HINT = Text("Its parties: {known}.", "当事者: {known}。")


@dataclass(eq=False)
class FragmentConflict(SignKitError):
    """The data and a fragment for one party say different things; neither is preferred."""

    role: str
    paths: tuple[str, ...]
    MESSAGE = Text(
        "The data and the fragment for {role} differ at: {paths}.",
        "契約データと {role} 用のデータが食い違っています: {paths}。",
    )
    HINT = Text(
        "Take these items out of the data, so that the fragment fills them, or leave --with out.",
        "この項目を契約データから除いて --with の値を使うか、--with を省いてください。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def message(self, language: Language = "en") -> str:
        """Say where they differ; no value is quoted."""
        return self.MESSAGE.in_language(language, role=self.role, paths=", ".join(self.paths))


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong with one row of a table; the problem's path is the column, written as in the header."""

    row: int
    problem: Problem


@dataclass(eq=False)
class TableUnreadable(SignKitError):
    """The file is not a table that many contracts can be made of."""

    path: str
    cause: Text
    MESSAGE = Text("{path} is not a usable table: {cause}.", "{path} は表として読めません: {cause}。")
    HINT = Text(
        "A table is .csv (UTF-8 or CP932), .tsv, .jsonl or .xlsx, with the items' paths (employee.name) as header.",
        "表は .csv (UTF-8 または CP932)、.tsv、.jsonl、.xlsx で、見出しに項目のパス (employee.name) を書きます。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED


@dataclass(eq=False)
class RowsRefused(SignKitError):
    """Rows of a table are refused; nothing was written.

    Attributes:
        path: the table.
        rows: how many rows have problems.
        problems: every problem, in the order of the rows.
    """

    path: str
    rows: int
    problems: tuple[RowProblem, ...]
    MESSAGE = Text(
        "{path}: {rows} rows are refused; nothing was written.",
        "{path}: {rows} 行に問題があり、何も書き込んでいません。",
    )
    HINT = Text(
        "Mend these rows and run the same command again. --report FILE.csv lists all problems in a file.",
        "該当する行を直して同じコマンドを実行してください。--report ファイル.csv で問題の一覧を書き出せます。",
    )
    EXIT_CODE = ExitCode.CONTRACT_REFUSED
    _MAX_LINES: ClassVar[int] = 100

    def message(self, language: Language = "en") -> str:
        """Name every problem once, with the rows that have it."""
        rows: dict[Problem, list[int]] = {}
        for each in self.problems:
            rows.setdefault(each.problem, []).append(each.row)
        lines = [
            "  - " + _ROWS.in_language(language, rows=_ranges(numbers)) + problem.in_language(language)
            for problem, numbers in rows.items()
        ]
        left = len(lines) - self._MAX_LINES
        more = [_MORE.in_language(language, count=left)] if left > 0 else []
        return "\n".join([super().message(language), *lines[: self._MAX_LINES], *more])


_ROWS = Text("row {rows}: ", "{rows}行目: ")
_MORE = Text("  and {count} more problems.", "  ほか {count} 件の問題があります。")


def _ranges(numbers: list[int]) -> str:
    """Write row numbers as people do: 2-14, 17, 20."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(shown[:10]) + (", ..." if len(shown) > 10 else "")


@dataclass(eq=False)
class OutputsDiffer(SignKitError):
    """Files to be made exist already with other content; the others were written."""

    paths: tuple[str, ...]
    MESSAGE = Text(
        "{count} files exist already with other content and were left alone: {shown}.",
        "内容の異なるファイルが {count} 件既にあり、そのままにしました: {shown}。",
    )
    HINT = Text(
        "Write to another folder with -o, or add --overwrite.",
        "-o で別のフォルダーにするか、--overwrite を付けてください。",
    )
    EXIT_CODE = ExitCode.OUTPUT

    def message(self, language: Language = "en") -> str:
        """Name the first of them."""
        shown = ", ".join(self.paths[:5]) + (", ..." if len(self.paths) > 5 else "")
        return self.MESSAGE.in_language(language, count=len(self.paths), shown=shown)


@dataclass(eq=False)
class HandoutRefused(SignKitError):
    """Files cannot be parted so that each person gets their own and nobody else's; nothing was written."""

    cause: Text
    advice: Text
    MESSAGE = Text("Nothing was handed out: {cause}.", "配付用フォルダーを作成しませんでした: {cause}。")
    EXIT_CODE = ExitCode.CONTRACT_REFUSED

    def hint(self, language: Language = "en") -> str:
        """Say what would part them."""
        return self.advice.in_language(language)

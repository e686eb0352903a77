"""The words of the errors about contract data, templates, typesetting, and many contracts at once."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

CONTRACTS: dict[str, Wording] = {
    "contract-refused": Wording(
        Text(
            "The contract is refused ({problems:count} problems):\n{problems:lines}",
            "契約書を作成できません(問題 {problems:count} 件):\n{problems:lines}",
        ),
        Text(
            "Mend the items above in the data and render again. `signkit template show` lists the items.",
            "上の項目を直して、もう一度作成してください。項目の一覧は signkit template show で見られます。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "amends-nothing": Wording(
        Text(
            "A file of --amends carries no contract with a title and a date.",
            "--amends のファイルに、名称と日付のある契約データがありません。",
        ),
        Text(
            "Give contracts that SignKit made; else write amends.title, amends.date and amends.sha256 in the data.",
            "SignKit で作成した契約書を指定するか、データに amends の title、date、sha256 を記載してください。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "contract-data-unreadable": Wording(
        Text("{path} is not usable contract data: {cause}.", "{path} は契約データとして読めません: {cause}。"),
        Text(
            "Contract data is one table of items, written in YAML, JSON or TOML (UTF-8, at most 1 MB).",
            "契約データは YAML・JSON・TOML のいずれかで書いた一つの表です(UTF-8、1 MB まで)。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "template-not-found": Wording(
        Text("There is no template {name}.", "ひな形 {name} は見つかりません。"),
        Text("Known templates: {known:or-dash}.", "使えるひな形: {known:or-dash}。"),
    ),
    "template-invalid": Wording(
        Text("Template {template} cannot be used: {cause}.", "ひな形 {template} は使えません: {cause}。"),
        Text("See docs/guides/{cause:guide}.md.", "docs/ja/guides/{cause:guide}.md を見てください。"),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "form-untagged": Wording(
        Text(
            "The form has no tags yet, so that nothing could be filled in. Likely places, and what to write there:\n"
            "{places:lines}",
            "書式にまだタグがなく、何も記入できません。記入欄と思われる箇所と、そこに書くもの:\n{places:lines}",
        ),
        Text(
            "In Word, write a tag such as {{{{ seller.name }}}} in place of each blank and [[署名:売主]] "
            "(or [[sign:seller]]) where somebody signs, save the form and run the same command again "
            "(docs/guides/word.md).",
            "Word で、空欄を {{{{ seller.name }}}} のようなタグに、署名する場所を [[署名:売主]] に"
            "書き換えて保存し、同じコマンドをもう一度実行してください (docs/ja/guides/word.md)。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "template-faulty": Wording(
        Text("Template {template}: {count} things to mend.", "ひな形 {template}: 直すべき点が {count} 件あります。"),
        Text("See docs/guides/{text_file:guide}.md.", "docs/ja/guides/{text_file:guide}.md を見てください。"),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "typesetting-failed": Wording(
        Text("The text of {template} could not be typeset: {cause}", "{template} の組版に失敗しました: {cause}"),
        Text("The fault is in the template's markup.", "ひな形の記述に誤りがあります。"),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "libreoffice-missing": Wording(
        Text(
            "A Word template needs LibreOffice, which is not installed (or not on the PATH).",
            "Word のひな形には LibreOffice が必要ですが、入っていません (または PATH にありません)。",
        ),
        Text(
            "Debian, Ubuntu: sudo apt install --no-install-recommends libreoffice-writer-nogui; "
            "macOS: brew install --cask libreoffice; Windows: winget install TheDocumentFoundation.LibreOffice",
            "Debian・Ubuntu: sudo apt install --no-install-recommends libreoffice-writer-nogui、"
            "macOS: brew install --cask libreoffice、Windows: winget install TheDocumentFoundation.LibreOffice",
        ),
    ),
    "party-unknown": Wording(
        Text("The template {template} has no party {role!r}.", "ひな形 {template} に当事者 {role!r} はありません。"),
        Text("Its parties: {known}.", "当事者: {known}。"),
    ),
    "fragment-conflict": Wording(
        Text(
            "The data and the fragment for {role} differ at: {paths}.",
            "契約データと {role} 用のデータが食い違っています: {paths}。",
        ),
        Text(
            "Take these items out of the data, so that the fragment fills them, or leave --with out.",
            "この項目を契約データから除いて --with の値を使うか、--with を省いてください。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "table-unreadable": Wording(
        Text("{path} is not a usable table: {cause}.", "{path} は表として読めません: {cause}。"),
        Text(
            "A table is .csv (UTF-8 or CP932), .tsv, .jsonl or .xlsx, with the items' paths (employee.name) as header; "
            "a table of customers (--expect-table) is .csv, .tsv or .xlsx with name, address, birth_date ….",
            "表は .csv (UTF-8 または CP932)、.tsv、.jsonl、.xlsx で、見出しに項目のパス (employee.name) を書きます。"
            "顧客の表 (--expect-table) は .csv、.tsv、.xlsx で、見出しは 氏名、住所、生年月日 などです。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "rows-refused": Wording(
        Text(
            "{path}: {rows} rows are refused; nothing was written.{problems:rows}",
            "{path}: {rows} 行に問題があり、何も書き込んでいません。{problems:rows}",
        ),
        Text(
            "Mend these rows and run the same command again. --report FILE.csv lists all problems in a file.",
            "該当する行を直して同じコマンドを実行してください。--report ファイル.csv で問題の一覧を書き出せます。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "outputs-differ": Wording(
        Text(
            "{paths:count} files exist already with other content and were left alone: {paths:first}.",
            "内容の異なるファイルが {paths:count} 件既にあり、そのままにしました: {paths:first}。",
        ),
        Text(
            "Write to another folder with -o, or add --overwrite.",
            "-o で別のフォルダーにするか、--overwrite を付けてください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "handout-refused": Wording(
        Text("Nothing was handed out: {cause}.", "配付用フォルダーを作成しませんでした: {cause}。"),
        Text("{advice}", "{advice}"),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
}

"""The words of the errors about judging and comparing files, many at once."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

VALIDATION: dict[str, Wording] = {
    "policy-unreadable": Wording(
        Text("Cannot read the policy {path}: {cause}.", "検証ポリシー {path} を読めません: {cause}。"),
        Text(
            "Name default, strict, archive or a TOML file (docs/reference/policy.md).",
            "default・strict・archive のいずれか、または TOML ファイルを指定してください "
            "(docs/ja/reference/policy.md)。",
        ),
    ),
    "policy-invalid": Wording(
        Text("Item {item} in the policy {path}: {cause}.", "検証ポリシー {path} の項目 {item}: {cause}。"),
        Text("See docs/reference/policy.md.", "docs/ja/reference/policy.md を見てください。"),
    ),
    "pdf-not-comparable": Wording(
        Text("Cannot compare the revisions of {path}. {cause}", "{path} の各版を比較できません。{cause}"),
        Text("See what is wrong with it: signkit validate {path}", "原因は signkit validate {path} で確認できます。"),
        exit_code=ExitCode.UNREADABLE,
    ),
    "options-not-portable": Wording(
        Text(
            "A revocation source cannot be sent to worker processes ({cause}).",
            "失効情報の取得元 (プラグイン) を処理プロセスに渡せません ({cause})。",
        ),
        Text("Run it in this process alone: --jobs 0.", "--jobs 0 を付けて、このプロセスだけで実行してください。"),
    ),
    "password-stays-here": Wording(
        Text("A password is not sent to a cluster.", "パスワードはクラスターに送りません。"),
        Text(
            "Leave --engine out: encrypted files are judged on this machine.",
            "--engine を外してください。暗号化されたファイルはこのマシンで検証します。",
        ),
    ),
    "engine-failed": Wording(
        Text("The workers cannot be used ({cause}).", "処理プロセスを利用できません ({cause})。"),
        Text(
            "Check the address of --engine and that every worker has the same version of SignKit. What was "
            "written so far "
            "is valid; go on with --resume.",
            "--engine のアドレスと、各ワーカーの SignKit の版が同じかを確かめてください。"
            "ここまでの結果は有効で、--resume で続きから行えます。",
        ),
    ),
    "results-unreadable": Wording(
        Text("{path} holds no validation results (line {line}).", "{path} は検証結果ではありません ({line} 行目)。"),
        Text(
            "Name a file that 'signkit validate --format jsonl' wrote; it was left as it is.",
            "signkit validate --format jsonl の出力ファイルを指定してください。ファイルは変更していません。",
        ),
    ),
    "report-invalid": Wording(
        Text("This is no signkit-report/2: {at} {cause}.", "signkit-report/2 の形式ではありません ({at}: {cause})。"),
        Text("See docs/reference/report.md.", "docs/ja/reference/report.md を見てください。"),
        exit_code=ExitCode.UNREADABLE,
    ),
}

"""The words of the errors about files, settings and the command line's words."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

FILES: dict[str, Wording] = {
    "input-unreadable": Wording(
        Text("Cannot read {path}: {cause}.", "{path} を読めません: {cause}。"),
        Text("Check the name and that you may read it.", "ファイル名と読み取り権限を確かめてください。"),
    ),
    "output-not-written": Wording(
        Text("Could not write {path}: {cause}.", "{path} に書き込めませんでした: {cause}。"),
        Text(
            "No half-written file was left. Check the folder, its permissions and the free space.",
            "書きかけのファイルは残っていません。フォルダーの権限と空き容量を確かめてください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "stdout-not-written": Wording(
        Text("Could not write to the standard output: {cause}.", "標準出力に書き込めませんでした: {cause}。"),
        Text(
            "What stands there is not whole. Check the free space where the output is sent to.",
            "出力先にあるものは途中までです。空き容量を確かめてください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "output-name-too-long": Wording(
        Text(
            "{path}: the name has {length} bytes, and at most {most} are possible (a kanji counts 3).",
            "{path}: ファイル名が {length} バイトあります。{most} バイトまでです (漢字は1文字3バイト)。",
        ),
        Text("Give a shorter name with -o.", "-o で短い名前を指定してください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "output-exists": Wording(
        Text("{path} exists already.", "{path} は既にあります。"),
        Text("Give another name with -o, or --overwrite.", "-o で別の名前を指定するか、--overwrite を付けてください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "extra-missing": Wording(
        Text("{feature} needs a part that is not installed.", "{feature} に必要な追加部品が入っていません。"),
        Text("pip install 'signkit[{extra}]'", "pip install 'signkit[{extra}]' を実行してください。"),
    ),
    "settings-invalid": Wording(
        Text("Setting {item} in {path}: {cause}.", "設定 {item} ({path}): {cause}。"),
        Text("See docs/reference/settings.md.", "docs/ja/reference/settings.md を見てください。"),
    ),
    "usage": Wording(Text("{cause}.", "{cause}。"), Text("{advice}", "{advice}")),
}

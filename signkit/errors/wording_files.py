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
    "output-exists": Wording(
        Text("{path} exists already.", "{path} は既にあります。"),
        Text("Give another name with -o, or --overwrite.", "-o で別の名前を指定するか、--overwrite を付けてください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "output-signed": Wording(
        Text(
            "{path} holds signatures that would be lost; --overwrite does not replace it.",
            "{path} には署名があり、置き換えると失われます。--overwrite では置き換えません。",
        ),
        Text(
            "Give another name with -o. If it is really not needed any more, move it away yourself first.",
            "-o で別の名前を指定してください。本当に不要なら、先にご自分で移動してください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "extra-missing": Wording(
        Text("{feature} needs a part that is not installed.", "{feature} に必要な追加部品が入っていません。"),
        Text("{extra:install}", "{extra:install} を実行してください。"),
    ),
    "settings-invalid": Wording(
        Text("Setting {item} in {path}: {cause}.", "設定 {item} ({path}): {cause}。"),
        Text("See docs/reference/settings.md.", "docs/ja/reference/settings.md を見てください。"),
    ),
    "usage": Wording(Text("{cause}.", "{cause}。"), Text("{advice}", "{advice}")),
}

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
    "results-in-use": Wording(
        Text("Another run is writing to {path}.", "別の処理が {path} に書き込んでいます。"),
        Text(
            "Wait until it has ended, or give each run a file of its own.",
            "その処理が終わるのを待つか、処理ごとに別のファイルを指定してください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "no-home": Wording(
        Text(
            "This user has no home folder: where SignKit keeps its own files is not known.",
            "このユーザーのホームフォルダーが分からないため、SignKit 自身のファイルの置き場所が決まりません。",
        ),
        Text(
            "Set SIGNKIT_HOME to a folder that you may write to.",
            "書き込めるフォルダーを環境変数 SIGNKIT_HOME に設定してください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "memory-judging": Wording(
        Text("Memory ran out: nothing was judged.", "メモリーが足りず、判定できませんでした。"),
        Text(
            "Give it more memory, judge fewer files at once (--jobs 1), or judge elsewhere.",
            "使えるメモリーを増やすか、同時に処理する数を減らす (--jobs 1) か、別のコンピューターで行ってください。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "memory-writing": Wording(
        Text("Memory ran out: nothing was written.", "メモリーが足りず、書き出せませんでした。"),
        Text(
            "No half-written file was left. Give it more memory, or do less at once.",
            "書きかけのファイルは残っていません。使えるメモリーを増やすか、一度に処理する数を減らしてください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "system-refused": Wording(
        Text("The system refuses {path}: {cause}.", "システムが {path} を拒みました: {cause}。"),
        Text(
            "No half-written file was left. Check the name, its folder and their permissions.",
            "書きかけのファイルは残っていません。名前とフォルダー、その権限を確かめてください。",
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
        Text("{is_final:other-name}", "{is_final:other-name}"),
        exit_code=ExitCode.OUTPUT,
    ),
    "export-folder-taken": Wording(
        Text("{path} is there already, and not an empty folder.", "{path} は既にあり、空のフォルダーではありません。"),
        Text(
            "Name a new folder: what an export wrote before is not replaced, with --overwrite either.",
            "新しいフォルダーを指定してください。以前に出力したものは --overwrite でも置き換えません。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "output-signed": Wording(
        Text(
            "{path} holds signatures that would be lost; --overwrite does not replace it.",
            "{path} には署名があり、置き換えると失われます。--overwrite では置き換えません。",
        ),
        Text(
            "Give another name. If it is really not needed any more, move it away yourself first.",
            "別の名前を指定してください。本当に不要なら、先にご自分で移動してください。",
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

"""The words of the errors about the ledger of kept contracts."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

ARCHIVE: dict[str, Wording] = {
    "archive-missing": Wording(
        Text("There is no archive in {path}.", "{path} に保管庫がありません。"),
        Text(
            "Name it with --archive, or make one: signkit archive init FOLDER.",
            "--archive で場所を指定するか、signkit archive init フォルダー で作成してください。",
        ),
    ),
    "archive-exists": Wording(
        Text("There is an archive in {path} already.", "{path} には既に保管庫があります。"),
        Text("Nothing was changed. Use it with --archive.", "何も変更していません。--archive で指定して使えます。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "archive-newer": Wording(
        Text(
            "{path} is of version {found}; this SignKit knows up to version {known}.",
            "{path} は版 {found} です。この SignKit が扱えるのは版 {known} までです。",
        ),
        Text(
            "Nothing was changed. Use the SignKit that wrote it, or a newer one.",
            "何も変更していません。書き込んだ SignKit か、より新しいものを使ってください。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "archive-torn": Wording(
        Text("The ledger in {path} is damaged: {cause}.", "台帳 ({path}) が壊れています: {cause}。"),
        Text(
            "See 'signkit archive verify'; 'signkit archive rebuild' makes it anew from the kept files and a backup.",
            "signkit archive verify で確かめ、signkit archive rebuild で保管ファイルとバックアップから作り直せます。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "archive-busy": Wording(
        Text("Another program is writing to {path}.", "ほかのプログラムが {path} に書き込み中です。"),
        Text(
            "Nothing was changed. Try again in a while.", "何も変更していません。しばらくしてからやり直してください。"
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "archive-read-only": Wording(
        Text("{path} can only be read.", "{path} は読み取り専用です。"),
        Text(
            "find, show, export and verify work there; to change it, use it where it can be written.",
            "検索・表示・出力・検証はできます。変更するには、書き込める場所で使ってください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "entry-unknown": Wording(
        Text("There is no entry {number}.", "{number} 番の記録はありません。"),
        Text("signkit archive find lists them.", "signkit archive find で一覧できます。"),
    ),
    "file-unreadable": Wording(
        Text("{path} was not taken in: {cause}.", "{path} は取り込みませんでした: {cause}。"),
        Text(
            "Get the file anew; --as-scan takes it in as it is, without a judgement.",
            "ファイルを取り寄せ直してください。--as-scan を付けると、検証せずにそのまま取り込みます。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "facts-refused": Wording(
        Text(
            "What was said holds a 個人番号 (My Number), or names one; nothing was entered.",
            "指定された内容に個人番号 (マイナンバー) またはそれを指す語が含まれています。何も記録していません。",
        ),
        Text("Leave it out: a ledger of contracts may not keep it.", "除いてください。契約の台帳には保管できません。"),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
}

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
    "key-refused": Wording(
        Text("{name} is a key file; a ledger keeps none.", "{name} は鍵ファイルです。台帳には保管しません。"),
        Text("Keep it where only its owner gets at it.", "所有者だけが使える場所に保管してください。"),
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
    "table-refused": Wording(
        Text(
            "{path}: the table is refused; nothing was taken in.{problems:rows}",
            "{path}: 表に問題があり、何も取り込んでいません。{problems:rows}",
        ),
        Text(
            "Mend it and run the same command again; the columns are in docs/guides/keeping.md.",
            "直して同じコマンドを実行してください。使える列は docs/ja/guides/keeping.md にあります。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "checkpoint-unreadable": Wording(
        Text("{path} is no checkpoint of an archive.", "{path} は保管庫の控え (チェックポイント) ではありません。"),
        Text("signkit archive checkpoint writes one.", "signkit archive checkpoint で作成できます。"),
    ),
    "register-unreadable": Wording(
        Text("{path} is no register of disposals.", "{path} は廃棄の一覧ではありません。"),
        Text(
            "It is the file disposals.jsonl in the archive's folder.",
            "保管庫のフォルダーにある disposals.jsonl を指定してください。",
        ),
    ),
    "backup-other": Wording(
        Text("{path} belongs to another archive.", "{path} は別の保管庫のものです。"),
        Text("Nothing was changed. Name another folder.", "何も変更していません。別の場所を指定してください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "backup-inside": Wording(
        Text(
            "{path} is the archive that would be copied, or lies in it.",
            "{path} は写す元の保管庫か、その中のフォルダーです。",
        ),
        Text("Nothing was changed. Name a folder elsewhere.", "何も変更していません。別の場所を指定してください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "backup-newer": Wording(
        Text(
            "The backup in {path} holds records that this archive does not have.",
            "バックアップ ({path}) に、この保管庫にない記録があります。",
        ),
        Text(
            "This archive was set back or written anew; the backup was left as it is. See 'signkit archive verify', "
            "or back up into another folder.",
            "この保管庫は古い状態に戻されたか、作り直されています。バックアップは変更していません。"
            "signkit archive verify で確かめるか、別の場所にバックアップしてください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "ledger-whole": Wording(
        Text(
            "The ledger in {path} is not damaged; it was left as it is.",
            "{path} の台帳は壊れていません。変更していません。",
        ),
        Text("signkit archive verify says more.", "詳しくは signkit archive verify で確かめられます。"),
        exit_code=ExitCode.OUTPUT,
    ),
}

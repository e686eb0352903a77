"""The words of the errors about the service."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

SERVICE: dict[str, Wording] = {
    "service-missing": Wording(
        Text("There is no service in {path}.", "{path} にサービスがありません。"),
        Text("Make one: signkit service init FOLDER.", "signkit service init フォルダー で作成してください。"),
    ),
    "service-exists": Wording(
        Text("There is a service in {path} already.", "{path} には既にサービスがあります。"),
        Text("Nothing was changed.", "何も変更していません。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "service-running": Wording(
        Text("A service runs on {path} already.", "{path} のサービスは既に動いています。"),
        Text("End it first.", "先に終了してください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "service-settings": Wording(
        Text("{path} cannot be used: {cause}.", "{path} を使えません: {cause}。"),
        Text("See docs/guides/service.md.", "docs/guides/service.md をご覧ください。"),
    ),
    "port-taken": Wording(
        Text("Another program listens at {address} already.", "{address} はほかのプログラムが使用中です。"),
        Text(
            "End it, or give another port with --port (0 takes a free one).",
            "そのプログラムを終了するか、--port で別のポートを指定してください (0 は空きを使います)。",
        ),
    ),
    "port-refused": Wording(
        Text("Nobody may listen at {address}: {cause}.", "{address} で待ち受けできません: {cause}。"),
        Text(
            "Ports below 1024 are the administrator's: give another with --port.",
            "1024 未満のポートには管理者の権限が必要です。--port で別のポートを指定してください。",
        ),
    ),
    "address-foreign": Wording(
        Text("Nobody can listen at {address}: {cause}.", "{address} で待ち受けできません: {cause}。"),
        Text(
            "Give an address that this machine has with --host, such as 127.0.0.1.",
            "--host には、127.0.0.1 のようなこのコンピューター自身のアドレスを指定してください。",
        ),
    ),
    "service-workers": Wording(
        Text("The worker processes do not start: {cause}.", "処理用のプロセスを開始できません: {cause}。"),
        Text(
            "Look whether the machine has memory left; fewer of them take less (workers in service.toml).",
            "メモリーが足りているか確認してください。service.toml の workers で数を減らせます。",
        ),
    ),
    "store-unusable": Wording(
        Text("The store in {path} cannot be used: {cause}.", "保存先 {path} を使えません: {cause}。"),
        Text(
            "Look whether its disk or database is there. If it is damaged, end the service and bring it back from "
            "a backup.",
            "ディスクやデータベースが使える状態か確認してください。壊れている場合は、サービスを終了し、"
            "バックアップから戻してください。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "store-newer": Wording(
        Text(
            "{path} is of version {found}; this SignKit knows up to version {known}.",
            "{path} は版 {found} です。この SignKit が扱えるのは版 {known} までです。",
        ),
        Text(
            "Use the SignKit that wrote it, or a newer one.", "書き込んだ SignKit か、より新しいものを使ってください。"
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "database-old": Wording(
        Text(
            "The tables in {path} are of version {found}; this SignKit needs version {known}.",
            "{path} の表は版 {found} です。この SignKit には版 {known} が必要です。",
        ),
        Text(
            "Let their owner make them: signkit service database FOLDER --owner URL.",
            "表の所有者で signkit service database フォルダー --owner URL を実行してください。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "database-role": Wording(
        Text(
            "The role that is to serve from {path} would see every tenant's rows.",
            "{path} に接続するロールは、すべての事業者の行を読めてしまいます。",
        ),
        Text(
            "Name one that is no superuser, does not bypass row-level security and is not the tables' owner.",
            "スーパーユーザーでなく、行レベルセキュリティを免れず、表の所有者でもないロールを指定してください。",
        ),
        exit_code=ExitCode.UNREADABLE,
    ),
    "tenant-unknown": Wording(
        Text("There is no tenant {tenant}.", "テナント {tenant} はありません。"),
        Text(
            "See them: signkit service tenant list FOLDER.", "signkit service tenant list フォルダー で確認できます。"
        ),
    ),
    "tenant-exists": Wording(
        Text("The service has the tenant {tenant} already.", "テナント {tenant} は既にあります。"),
        Text(
            "Nothing was changed. To put it back, delete it first: signkit service tenant delete FOLDER TENANT.",
            "何も変更していません。置き換えるには、先に signkit service tenant delete フォルダー ID で"
            "削除してください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "checkpoints-damaged": Wording(
        Text("The heads in {path} cannot be used: {cause}.", "控え {path} を使えません: {cause}。"),
        Text("Use another copy of them.", "別のコピーを使ってください。"),
        exit_code=ExitCode.UNREADABLE,
    ),
    "archive-elsewhere": Wording(
        Text("Another machine of the service works on the archive.", "サービスの別のマシンが保管庫を使用しています。"),
        Text("Try again in a moment.", "少し待ってからやり直してください。"),
        exit_code=ExitCode.OUTPUT,
    ),
    "tenants-shared": Wording(
        Text(
            "The tenants' tables are in PostgreSQL; this command is for those in files.",
            "テナントの表は PostgreSQL にあります。このコマンドはファイルにあるものだけを扱います。",
        ),
        Text(
            "Use pg_dump, and copy the folder of files after it.",
            "pg_dump を使い、その後にファイルのフォルダーをコピーしてください。",
        ),
        exit_code=ExitCode.USAGE,
    ),
    "export-damaged": Wording(
        Text("{path} cannot be taken in: {cause}.", "{path} を取り込めません: {cause}。"),
        Text("Nothing was changed. Use another copy of it.", "何も変更していません。別のコピーを使ってください。"),
        exit_code=ExitCode.UNREADABLE,
    ),
    "person-unknown": Wording(
        Text("There is no person {person} who comes in.", "利用者 {person} はいないか、停止されています。"),
        Text(
            "See them: signkit service person list FOLDER TENANT.",
            "signkit service person list フォルダー ID で確認できます。",
        ),
    ),
    "tenant-name": Wording(
        Text("{name!r} is no name of a tenant.", "{name!r} は事業者の名称として使えません。"),
        Text(
            "Give 1 to 200 printable characters, without spaces at the ends.",
            "表示できる 1～200 文字で、前後に空白を入れずに指定してください。",
        ),
    ),
    "key-unknown": Wording(
        Text("There is no key {key} that is good.", "キー {key} はないか、既に無効です。"),
        Text(
            "See them: signkit service key list FOLDER TENANT.",
            "signkit service key list フォルダー ID で確認できます。",
        ),
    ),
    "key-name": Wording(
        Text("{name!r} is no name of a key.", "{name!r} はキーの用途として使えません。"),
        Text(
            "Give 1 to 100 printable characters, without spaces at the ends.",
            "表示できる 1～100 文字で、前後に空白を入れずに指定してください。",
        ),
    ),
    "person-name": Wording(
        Text("{name} is no name of a person.", "{name} は氏名として使えません。"),
        Text("Give 1 to 80 printable characters.", "表示できる 1～80 文字で指定してください。"),
    ),
    "service-origin": Wording(
        Text("The service in {path} has no pages for people.", "{path} のサービスには利用者用の画面がありません。"),
        Text(
            'Say where they are found, in its service.toml: origin = "https://desk.example.jp".',
            'service.toml に画面の場所を書いてください: origin = "https://desk.example.jp"',
        ),
    ),
    "permission-unknown": Wording(
        Text("There is no permission {name}.", "権限 {name} はありません。"),
        Text("There are: {known}.", "使える権限: {known}。"),
    ),
    "network-invalid": Wording(
        Text("{name} is no address and no network.", "{name} はアドレスでもネットワークでもありません。"),
        Text("Write 192.0.2.7 or 192.0.2.0/24.", "192.0.2.7 や 192.0.2.0/24 のように書いてください。"),
    ),
    "server-address": Wording(
        Text("{url} is no address of a service.", "{url} はサービスのアドレスではありません。"),
        Text(
            "Write https://HOST; http:// is for this machine alone (http://127.0.0.1:8420).",
            "https://ホスト名 と書いてください。http:// はこのコンピューター自身 (http://127.0.0.1:8420) に限ります。",
        ),
        exit_code=ExitCode.USAGE,
    ),
    "server-key": Wording(
        Text("The service's key cannot be used: {cause}.", "サービスのキーを使えません: {cause}。"),
        Text(
            "Put the key into a file that only you can read, and name it: --server-key-file FILE, or "
            "SIGNKIT_SERVER_KEY_FILE.",
            "本人だけが読めるファイルにキーを保存し、--server-key-file か環境変数 SIGNKIT_SERVER_KEY_FILE で"
            "指定してください。",
        ),
        exit_code=ExitCode.USAGE,
    ),
    "agent-clock": Wording(
        Text(
            "The clock of this PC is more than five minutes off the one of {url}",
            "このパソコンの時計が {url} の時計と 5 分を超えてずれています",
        ),
        Text("Set the clock; nothing that was signed is lost.", "時計を合わせてください。署名したものは失われません。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "agent-not-paired": Wording(
        Text("Nobody typed this PC's code at {url}.", "{url} でコードが入力されませんでした。"),
        Text(
            "Run it again and type the new code at {url}/agents in time.",
            "もう一度実行し、新しいコードを時間内に {url}/agents で入力してください。",
        ),
    ),
    "server-unreachable": Wording(
        Text("{url} gave no answer: {cause}.", "{url} から応答がありません: {cause}。"),
        Text(
            "Check the address, and whether the service runs.", "アドレスと、サービスが動いているかを確かめてください。"
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "server-answer": Wording(
        Text(
            "{url} answers otherwise than a SignKit service: {cause}.",
            "{url} の応答が SignKit のものと異なります: {cause}。",
        ),
        Text("Check the address.", "アドレスを確かめてください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "server-refused": Wording(
        Text(
            "The service refused ({status}, {problem}): {title}",
            "サービスが拒否しました ({status}、{problem}): {title}",
        ),
        Text("See docs/guides/service.md.", "docs/ja/guides/service.md をご覧ください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
}

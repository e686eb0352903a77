"""The words of the errors about keys elsewhere: the signing agent and remote signing services (CSC)."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

SERVICES: dict[str, Wording] = {
    "agent-uri-invalid": Wording(
        Text("An agent: key is named by its port.", "agent: の鍵はポート番号で指定します。"),
        Text(
            "Example: --signer agent:50123, with the port that 'signkit agent' shows.",
            "例: --signer agent:50123 (signkit agent に表示されるポート番号)。",
        ),
    ),
    "agent-unreachable": Wording(
        Text(
            "No signing agent answers at port {port} of this machine.",
            "このコンピューターのポート {port} で署名エージェントが応答しません。",
        ),
        Text("Start it on this machine with: signkit agent", "このコンピューターで signkit agent を起動してください。"),
        exit_code=ExitCode.CARD,
    ),
    "agent-code-wrong": Wording(
        Text("The code is not the one that the agent shows.", "コードがエージェントの表示と一致しません。"),
        Text(
            "Type the code that the agent shows now; each is good for one program and five minutes.",
            "エージェントに現在表示されているコードを入力してください。コードは1回限り、5分間有効です。",
        ),
        exit_code=ExitCode.PIN,
    ),
    "agent-codes-wrong": Wording(
        Text(
            "{count} wrong codes in a row: the agent has stopped.",
            "コードが{count}回続けて誤っていたため、停止しました。",
        ),
        Text(
            "If it was not you, another program on this machine tried to use your key; none of them got anything.",
            "心当たりがなければ、別のプログラムが鍵を使おうとした可能性があります。何も渡していません。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "agent-refused": Wording(
        Text("The agent did not sign: {cause}.", "エージェントは署名しませんでした: {cause}。"),
        Text("Look at the agent's own terminal.", "エージェント側の端末を確認してください。"),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-unknown": Wording(
        Text(
            "デジタル認証アプリ: the environment {name!r} is not set up here.",
            "デジタル認証アプリの環境 {name!r} は設定されていません。",
        ),
        Text(
            "Environments: {known}. Name the file of production or sandbox in signkit.toml (auth_app_production, "
            "auth_app_sandbox); the rehearsal begins with: signkit rehearsal auth-app (docs/guides/phone.md).",
            "環境: {known}。production と sandbox は signkit.toml の auth_app_production、auth_app_sandbox で"
            "ファイルを指定します。リハーサルは signkit rehearsal auth-app で始めます (docs/ja/guides/phone.md)。",
        ),
    ),
    "auth-app-config-invalid": Wording(
        Text("{path}, {item}: {cause}.", "{path} の {item}: {cause}。"),
        Text(
            "What the file holds is told in docs/guides/phone.md.",
            "ファイルの書き方は docs/ja/guides/phone.md にあります。",
        ),
    ),
    "auth-app-secret-unsafe": Wording(
        Text("The secret in {path} is not used: {cause}.", "{path} の秘密情報は使いません: {cause}。"),
        Text(
            "Put the secret alone into it, and make it readable by you only: chmod 600 {path}",
            "秘密情報だけを書き、自分だけが読めるようにしてください: chmod 600 {path}",
        ),
    ),
    "auth-app-no-person": Wording(
        Text(
            "A phone cannot sign here: nobody can be shown where to agree.",
            "ここではスマートフォンで署名できません (同意を求めるアドレスを表示できません)。",
        ),
        Text(
            "A phone signs PDFs, with: signkit sign (docs/guides/phone.md)",
            "スマートフォンでの署名は PDF だけで、signkit sign で行います (docs/ja/guides/phone.md)。",
        ),
    ),
    "auth-app-page-unusable": Wording(
        Text(
            "The page {address} of this machine, to which the browser is to come back, cannot be served: {cause}.",
            "ブラウザーが戻ってくるこのコンピューターのページ {address} を開けません: {cause}。",
        ),
        Text(
            "Does another program, or another run of SignKit, use the port? Then end that first.",
            "ほかのプログラムや別の SignKit がポートを使っていないか確かめてください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-timeout": Wording(
        Text(
            "Nobody agreed to the signature within {minutes} minutes; nothing was signed.",
            "{minutes}分以内に同意がなかったため、署名していません。",
        ),
        Text("Start over; each address is good for one signature.", "やり直してください。アドレスは1回限り有効です。"),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-declined": Wording(
        Text(
            "デジタル認証アプリ gave no signature ({cause}); nothing was signed.",
            "デジタル認証アプリで署名されませんでした ({cause})。",
        ),
        Text(
            "access_denied: the person did not agree. Otherwise see docs/guides/phone.md.",
            "access_denied は本人が同意しなかったことを表します。ほかは docs/ja/guides/phone.md を参照してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-failed": Wording(
        Text(
            "デジタル認証アプリ did not answer {step} as it should: {cause}. Nothing was signed.",
            "デジタル認証アプリの {step} の応答が正しくありません: {cause}。署名していません。",
        ),
        Text(
            "Start over. If it comes again, check the registration (docs/guides/phone.md), and tell the service.",
            "やり直してください。繰り返す場合は登録内容を確かめ (docs/ja/guides/phone.md)、窓口に連絡してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-certificate-other": Wording(
        Text(
            "The phone signed with another certificate than the known one; this file was not written.",
            "分かっていたものとは別の証明書で署名されました。このファイルは書き込んでいません。",
        ),
        Text(
            "Another person's phone, or a renewed certificate? Sign anew with --profile pkcs7, which needs none known; "
            "all files of one run are one person's.",
            "別の人のスマートフォンか、証明書の更新後ではありませんか。事前の証明書が要らない --profile pkcs7 で"
            "署名し直してください。1回の実行で署名するのは一人です。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-world-other": Wording(
        Text(
            "The certificate is none of the world of {environment}: real and test signatures are not mixed.",
            "証明書が環境 {environment} のものではありません。本番とテストの署名は混ぜられません。",
        ),
        Text(
            "Real phones sign by auth-app:production only, test phones by auth-app:sandbox or auth-app:rehearsal.",
            "本物は auth-app:production、テスト用は auth-app:sandbox か auth-app:rehearsal で署名します。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "auth-app-key-unfit": Wording(
        Text("The phone's key cannot be used: {cause}.", "スマートフォンの鍵は使えません: {cause}。"),
        Text(
            "Sign with the card on a reader: --signer card",
            "カードリーダーでカードを使って署名してください: --signer card",
        ),
        exit_code=ExitCode.CARD,
    ),
    "csc-uri-invalid": Wording(
        Text("The csc: URI cannot be used: {cause}.", "csc: の URI を使えません: {cause}。"),
        Text(
            "Example: csc:https://sign.example.jp/csc/v2/#credential-id",
            "例: csc:https://sign.example.jp/csc/v2/#クレデンシャルID",
        ),
    ),
    "csc-secret-file-unsafe": Wording(
        Text("The secret in {path} is not used: {cause}.", "{path} の秘密情報は使いません: {cause}。"),
        Text(
            "Put the secret alone into it, and make it readable by you only: chmod 600 {path}",
            "秘密情報だけを書き、自分だけが読めるようにしてください: chmod 600 {path}",
        ),
    ),
    "csc-failed": Wording(
        Text(
            "The signing service did not answer {step} as it should: {cause}.",
            "署名サービスが {step} に正しく応答しませんでした: {cause}。",
        ),
        Text(
            "Nothing was written. Check the address, the credential, and the token (docs/guides/signing-elsewhere.md).",
            "何も書き込んでいません。アドレス、クレデンシャル、トークンを確かめてください "
            "(docs/ja/guides/signing-elsewhere.md)。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "csc-unsupported": Wording(
        Text(
            "This credential of the signing service cannot be used here: {cause}.",
            "署名サービスのこのクレデンシャルには対応していません: {cause}。",
        ),
        Text(
            "Sign with the service's own program: signkit prepare, then signkit finish",
            "サービス側のプログラムで署名してください (signkit prepare で準備し、signkit finish で取り込みます)。",
        ),
        exit_code=ExitCode.CARD,
    ),
}

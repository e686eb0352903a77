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

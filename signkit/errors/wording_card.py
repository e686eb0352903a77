"""The words of the errors about the Individual Number Card: reader, card, PINs, user authentication."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

CARD: dict[str, Wording] = {
    "card-service-unavailable": Wording(
        Text(
            "The smart card service is not running ({cause}).", "スマートカードのサービスが動いていません（{cause}）。"
        ),
        Text(
            "Plug the reader in first. Windows: start the service “Smart Card” (services.msc). "
            "macOS: plug the reader in again, or restart. "
            "Linux: sudo apt install pcscd && sudo systemctl enable --now pcscd.socket",
            "先にカードリーダーを接続してください。Windows: services.msc で「Smart Card」を開始します。"
            "macOS: リーダーを接続し直すか、再起動します。"
            "Linux: sudo apt install pcscd && sudo systemctl enable --now pcscd.socket を実行します。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-service-forbidden": Wording(
        Text(
            "The smart card service does not let this user in.",
            "このユーザーにはスマートカードサービスの利用が許可されていません。",
        ),
        Text(
            "Linux: over SSH and in containers polkit refuses by default; log in at the machine itself, or allow "
            "org.debian.pcsc-lite.access_pcsc and access_card. Windows: over Remote Desktop, use the local session. "
            "macOS: allow the terminal access to smart cards.",
            "Linux: SSH やコンテナーからは polkit が既定で拒否します。本体で直接ログインするか、"
            "org.debian.pcsc-lite.access_pcsc と access_card を許可してください。"
            "Windows: リモートデスクトップではなく本体のセッションを使います。"
            "macOS: ターミナルにスマートカードの利用を許可します。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "no-reader": Wording(
        Text("No card reader is connected.", "カードリーダーが見つかりません。"),
        Text(
            "Plug the reader in (type B, for the Individual Number Card). Windows and macOS find most readers "
            "themselves; Linux: sudo apt install libccid, then plug it in again.",
            "マイナンバーカード対応（Type B）のリーダーを接続してください。Windows と macOS はほとんどの機種を"
            "自動で認識します。Linux では sudo apt install libccid のあと、接続し直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "reader-not-found": Wording(
        Text("No reader is called “{wanted}”.", "「{wanted}」という名前のリーダーはありません。"),
        Text(
            "Any part of a name will do. Readers here: {readers}.",
            "名前の一部でも指定できます。接続中のリーダー: {readers}",
        ),
        exit_code=ExitCode.CARD,
    ),
    "several-cards": Wording(
        Text("Cards lie on several readers.", "複数のリーダーにカードがあります。"),
        Text(
            "Name one of them (card:NAME), or take the other cards away: {readers}.",
            "使うリーダーを card:名前 で指定するか、ほかのカードを外してください: {readers}",
        ),
        exit_code=ExitCode.CARD,
    ),
    "no-card": Wording(
        Text("There is no card on the reader.", "リーダーにカードがありません。"),
        Text(
            "Lay the card flat on the middle of the reader and leave it there.",
            "カードをリーダーの中央に平らに置き、終わるまで動かさないでください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-busy": Wording(
        Text("Another program is using the card.", "ほかのプログラムがカードを使っています。"),
        Text(
            "Close other programs that use the card (a browser on e-Tax or Mynaportal, the JPKI client software), "
            "then try again.",
            "カードを使うほかのプログラム（e-Tax やマイナポータルを開いたブラウザー、利用者クライアントソフト）を"
            "終了して、もう一度お試しください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-link-broken": Wording(
        Text("The link to the card broke off.", "カードとの通信が途切れました。"),
        Text(
            "Lay the card on the reader again, away from metal and other cards, and start over.",
            "金属やほかのカードから離してカードを置き直し、最初からやり直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-removed": Wording(
        Text("The card was taken off the reader too early.", "処理の途中でカードがリーダーから離れました。"),
        Text(
            "Lay the card on the reader again, away from metal and other cards, and start over.",
            "金属やほかのカードから離してカードを置き直し、最初からやり直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-reset": Wording(
        Text(
            "The card was reset by another program or by the reader.",
            "ほかのプログラムまたはリーダーがカードをリセットしました。",
        ),
        Text(
            "Nothing stays unlocked after a reset. Close other programs that use the card and start over.",
            "リセット後は認証が解除されています。カードを使うほかのプログラムを終了して、最初からやり直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-unresponsive": Wording(
        Text("The card does not answer.", "カードが応答しません。"),
        Text(
            "Take the card off, lay it down again the right way round, away from metal and other cards.",
            "カードを一度外し、向きを確かめて、金属やほかのカードから離して置き直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "reader-gone": Wording(
        Text("The card reader was disconnected.", "カードリーダーの接続が切れました。"),
        Text("Plug the reader in again and start over.", "リーダーを接続し直して、最初からやり直してください。"),
        exit_code=ExitCode.CARD,
    ),
    "virtual-reader-unavailable": Wording(
        Text("No virtual card reader answers at {address}.", "{address} に仮想カードリーダーがありません。"),
        Text(
            "Linux: sudo apt install pcscd vsmartcard-vpcd && sudo systemctl restart pcscd. Without one, use "
            "card:virtual.",
            "Linux: sudo apt install pcscd vsmartcard-vpcd && sudo systemctl restart pcscd を実行します。"
            "仮想リーダーがなくても card:virtual は使えます。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "not-an-individual-number-card": Wording(
        Text("This is not an Individual Number Card.", "マイナンバーカードではないカードが置かれています。"),
        Text(
            "Lay only the Individual Number Card on the reader, without the wallet.",
            "財布やケースから出し、マイナンバーカードだけを置いてください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "no-signing-certificate": Wording(
        Text("This card holds no signing certificate.", "このカードには署名用電子証明書が入っていません。"),
        Text(
            "Cards of people under 15, and of those who chose so, have none. The municipality's counter issues it.",
            "15歳未満の方や、希望しなかった方のカードには入っていません。発行は市区町村の窓口で受け付けています。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-refused": Wording(
        Text(
            "The card refused ({step}): {meaning} ({status}).",
            "カードが拒否しました（{step}）: {meaning}（{status}）。",
        ),
        Text(
            "Lay the card down again and repeat. If it stays so, run signkit card status and report the four digits.",
            "カードを置き直してもう一度お試しください。続くときは signkit card status を実行し、"
            "4桁の番号とともにお知らせください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-answer-invalid": Wording(
        Text(
            "The card's answer makes no sense ({step}: {cause}).", "カードの応答が正しくありません（{step}: {cause}）。"
        ),
        Text(
            "Lay the card down again and repeat. If it stays so, the card or the reader is faulty.",
            "カードを置き直してもう一度お試しください。続くときは、カードかリーダーの故障が考えられます。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-not-genuine": Wording(
        Text(
            "The card could not prove that it is genuine ({cause}).",
            "カードが本物であることを確認できませんでした（{cause}）。",
        ),
        Text(
            "Lay the card down again and repeat. Rely on nothing it says until it passes.",
            "カードを置き直してもう一度お試しください。確認できるまで、このカードの記載を信用しないでください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-locked": Wording(
        Text("The card's {secret:secret} is locked.", "{secret:secret}がロックされています。"),
        Text(
            "Only the municipality's counter can unlock it; bring the card. No further try can help.",
            "ロックの解除は市区町村の窓口だけで行えます。カードをお持ちください。これ以上入力しても解除されません。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "pin-outcome-unknown": Wording(
        Text(
            "The link to the card broke while the {secret:secret} was being checked; a try may have been spent.",
            "{secret:secret}の確認中にカードとの通信が途切れました。入力回数を1回使った可能性があります。",
        ),
        Text(
            "It is not sent again by itself. See the tries left with signkit card status, then start over.",
            "自動で再送はしません。signkit card status で残り回数を確かめてから、やり直してください。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "pin-needed": Wording(
        Text("This card wants the {secret:secret} first.", "このカードでは先に{secret:secret}が必要です。"),
        Text("Repeat it with the PIN.", "暗証番号を入力してやり直してください。"),
        exit_code=ExitCode.PIN,
    ),
    "pin-wrong": Wording(
        Text(
            "The {secret:secret} is wrong. Tries left: {tries_left}.",
            "{secret:secret}が違います。残り{tries_left}回です。",
        ),
        Text(
            "Check it before the next try: after the last wrong one only the municipality's counter can help.",
            "次の入力の前によくお確かめください。残り0回になると、市区町村の窓口での手続きが必要です。",
        ),
        exit_code=ExitCode.PIN,
    ),
    "pin-format-invalid": Wording(
        Text(
            "That cannot be the {secret:secret}; it was not sent and no try was spent.",
            "{secret:secret}の形式ではありません。カードには送らず、入力回数も減っていません。",
        ),
        Text(
            "Signature password: 6 to 16 letters and digits. PINs: 4 digits. Verification number B: 14 digits. "
            "Birth date: 6 digits, the year in the Japanese era.",
            "署名用は英数字6〜16文字、その他の暗証番号は数字4桁、照合番号Bは数字14桁、"
            "生年月日は和暦年を含む数字6桁です。",
        ),
        exit_code=ExitCode.PIN,
    ),
    "pin-last-try": Wording(
        Text(
            "Only one try is left for the {secret:secret}; it was not sent.",
            "{secret:secret}の残り回数が1回のため、送信しませんでした。",
        ),
        Text(
            "If you are certain of it, insist with --use-last-try. A wrong entry locks it, and only the municipality's "
            "counter unlocks it.",
            "確実な場合だけ --use-last-try を付けてください。間違えるとロックされ、"
            "解除は市区町村の窓口だけで行えます。",
        ),
        exit_code=ExitCode.PIN,
    ),
    "authentication-file-invalid": Wording(
        Text("{path} cannot be used: {cause}.", "{path} は使えません: {cause}。"),
        Text(
            "Challenges come from 'signkit card challenge', proofs from 'signkit card authenticate'.",
            "チャレンジは signkit card challenge、証明は signkit card authenticate で作ります。",
        ),
    ),
    "public-key-unreadable": Wording(
        Text("{path} holds no RSA public key (PEM).", "{path} に RSA 公開鍵 (PEM) がありません。"),
        Text(
            "Name a file with PEM blocks “PUBLIC KEY”, or leave --ca-key out.",
            "「PUBLIC KEY」の PEM ファイルを指定するか、--ca-key を省いてください。",
        ),
    ),
    "touch-registry-unusable": Wording(
        Text(
            "The registry of known cards {path} cannot be used: {cause}.",
            "登録済みカードの台帳 {path} を使えません: {cause}。",
        ),
        Text(
            "Register a first card with --register, or name another file with --registry.",
            "最初のカードを --register で登録するか、--registry で別のファイルを指定してください。",
        ),
    ),
    "identity-missing": Wording(
        Text("The certificate carries no name and address.", "証明書に氏名・住所が記載されていません。"),
        Text(
            "Read them from the card's text instead: --from surface.",
            "--from surface で券面入力補助アプリから読み取ってください。",
        ),
        exit_code=ExitCode.CARD,
    ),
}

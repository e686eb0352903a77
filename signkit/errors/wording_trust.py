"""The words of the errors about trust anchors, revocation evidence, revocation lists and timestamps."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

TRUST: dict[str, Wording] = {
    "trust-anchor-unreadable": Wording(
        Text("{path} holds no certificate (PEM or DER).", "{path} に証明書 (PEM または DER) がありません。"),
        Text(
            "Name a CA certificate file, or a folder of them.",
            "CA 証明書のファイルか、そのフォルダーを指定してください。",
        ),
    ),
    "timestamp-unavailable": Wording(
        Text("No timestamp could be had ({causes}).", "タイムスタンプを取得できませんでした ({causes})。"),
        Text(
            "Name a timestamp service with --tsa URL or tsa_urls in signkit.toml; nothing was written.",
            "--tsa URL か signkit.toml の tsa_urls でタイムスタンプ局を指定してください。何も書き込んでいません。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "evidence-missing": Wording(
        Text(
            "{level} needs revocation evidence that could not be had; nothing was written.{certificates:reasons}",
            "{level} に必要な失効情報を取得できなかったため、何も書き込んでいません。{certificates:reasons}",
        ),
        Text(
            "Sign at --level B-T now and run 'signkit extend' when the evidence can be had "
            "(--evidence FOLDER, or a verifier's plug-in).",
            "いまは --level B-T で署名し、失効情報を得られるようになったら signkit extend を実行してください "
            "(--evidence フォルダー、または署名検証者のプラグイン)。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "certificate-revoked": Wording(
        Text(
            "The certificate of {certificate} was revoked at {when}.",
            "{certificate} の証明書は {when} に失効しています。",
        ),
        Text(
            "A JPKI certificate is revoked after a move or a change of name; the municipality issues a new one.",
            "公的個人認証の証明書は転居や改姓で失効します。市区町村の窓口で新しい証明書を発行してもらってください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-unreadable": Wording(
        Text("{path} cannot be read as a revocation list: {cause}.", "{path} を失効リストとして読めません: {cause}。"),
        Text(
            "Fetch it anew; it must be a whole CRL in DER or PEM.",
            "取得し直してください。DER または PEM 形式の完全な CRL が必要です。",
        ),
    ),
    "crl-not-usable": Wording(
        Text("The revocation list {path} cannot be relied on: {cause}.", "失効リスト {path} は使えません: {cause}。"),
        Text("See docs/reference/crl-index.md.", "docs/ja/reference/crl-index.md を見てください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-issuer-unknown": Wording(
        Text("The issuer of {path} is not known: {issuer}.", "{path} の発行者の証明書がありません: {issuer}。"),
        Text("Name its CA certificate with --issuer.", "--issuer で発行者の CA 証明書を指定してください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-signature-invalid": Wording(
        Text(
            "The signature of {path} does not hold; it names {issuer} as its issuer.",
            "{path} の署名が正しくありません (記載された発行者: {issuer})。",
        ),
        Text(
            "The list was altered, or another key of the same name issued it: name that CA certificate with --issuer.",
            "リストが改変されたか、同名の別の鍵で発行されています。その CA 証明書を --issuer で指定してください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-stale": Wording(
        Text(
            "{path} is out of date: issued {this_update}, the next one was due {next_update}.",
            "{path} は古くなっています: 発行 {this_update}、次回発行予定 {next_update}。",
        ),
        Text("Fetch the present list.", "最新のリストを取得してください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-older": Wording(
        Text(
            "{path} (issued {this_update}) is not newer than the list imported already (issued {imported}).",
            "{path} (発行 {this_update}) は、取り込み済みのリスト (発行 {imported}) より新しくありません。",
        ),
        Text(
            "Nothing was changed. To use an older list for one run: --evidence FOLDER.",
            "何も変更していません。古いリストを一度だけ使うには --evidence フォルダー を指定してください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-delta-without-base": Wording(
        Text(
            "{path} is a delta list that adds to list number {base} or later, and no such list was imported.",
            "{path} は番号 {base} 以降のリストへの差分 CRL ですが、そのリストが取り込まれていません。",
        ),
        Text("Import the complete list first.", "先に完全な CRL を取り込んでください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "crl-index-damaged": Wording(
        Text(
            "The index {path} of a revocation list is damaged: {cause}.",
            "失効リストのインデックス {path} が壊れています: {cause}。",
        ),
        Text(
            "Delete it and import the list anew: signkit trust import-crl",
            "削除して、signkit trust import-crl でリストを取り込み直してください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "trust-list-unreadable": Wording(
        Text("{path} cannot be read as a trust list: {cause}.", "{path} をトラストリストとして読めません: {cause}。"),
        Text(
            "Fetch it anew. A trust list is XML (ETSI TS 119 612); certificates alone are PKCS#7 or PEM.",
            "取得し直してください。トラストリストは XML (ETSI TS 119 612)、証明書だけなら PKCS#7 か PEM です。",
        ),
    ),
    "trust-list-refused": Wording(
        Text(
            "{path} is refused, because programs may read another list in it than was signed: {cause}.",
            "{path} は、署名されたものと別のリストとして読まれるおそれがあるため受け付けません: {cause}。",
        ),
        Text(
            "Fetch it anew from its operator; do not edit or convert it.",
            "編集や変換をせず、運営者から取得し直してください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "trust-list-signature-invalid": Wording(
        Text("The signature of {path} does not hold ({cause}).", "{path} の署名が正しくありません ({cause})。"),
        Text("The list was altered; fetch it anew.", "リストが改変されています。取得し直してください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "trust-list-signer-unknown": Wording(
        Text(
            "{path} ({name}) is signed by another key than the one that may sign it.",
            "{path} ({name}) は、署名してよいとされた鍵とは別の鍵で署名されています。",
        ),
        Text(
            "If its operator has changed the key and says so, name the new certificate with --signer.",
            "運営者が鍵の変更を公表している場合は、新しい証明書を --signer で指定してください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "trust-list-stale": Wording(
        Text(
            "{path} is out of date: issued {issued}, the next one was due {due}.",
            "{path} は古くなっています: 発行 {issued}、次回発行予定 {due}。",
        ),
        Text("Fetch the present list.", "最新のリストを取得してください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "trust-list-older": Wording(
        Text(
            "{path} (number {sequence}) does not follow the list imported already (number {imported}).",
            "{path} (番号 {sequence}) は、取り込み済みのリスト (番号 {imported}) より新しくありません。",
        ),
        Text("Nothing was changed. Fetch the present list.", "何も変更していません。最新のリストを取得してください。"),
        exit_code=ExitCode.EVIDENCE,
    ),
    "trust-list-damaged": Wording(
        Text("The imported list {path} is damaged.", "取り込んだリスト {path} が壊れています。"),
        Text(
            "Delete it and import the list anew: signkit trust import-list",
            "削除して、signkit trust import-list で取り込み直してください。",
        ),
        exit_code=ExitCode.EVIDENCE,
    ),
    "fingerprint-differs": Wording(
        Text(
            "The fingerprint that was typed is not that of the CA certificate on this card. Nothing was added.",
            "入力されたフィンガープリントは、このカードの認証局証明書のものではありません。何も追加していません。",
        ),
        Text(
            "Type the SHA-256 fingerprint that J-LIS publishes of its CA for user authentication. If it was typed "
            "right, the card is not to be believed: a forged card brings its own CA.",
            "J-LIS が公表する利用者証明用認証局の SHA-256 フィンガープリントを入力してください。"
            "正しく入力しても一致しない場合、そのカードは信頼できません (偽造カードは自前の認証局を持ちます)。",
        ),
        exit_code=ExitCode.CARD,
    ),
    "card-authority-unusable": Wording(
        Text("The card's CA certificate cannot be taken: {cause}.", "カードの認証局証明書を取り込めません: {cause}。"),
        Text("Nothing was added. Try another card.", "何も追加していません。別のカードで試してください。"),
        exit_code=ExitCode.CARD,
    ),
    "not-an-authority": Wording(
        Text("{name} in {path} is not the certificate of a CA.", "{path} の {name} は CA 証明書ではありません。"),
        Text("Add the certificate of the CA that issued it.", "その証明書を発行した CA の証明書を追加してください。"),
    ),
}

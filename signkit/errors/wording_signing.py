"""The words of the errors about making signatures: PDF, CMS, ASiC, and signatures made elsewhere."""

from __future__ import annotations

from signkit.errors.exit_codes import ExitCode
from signkit.errors.telling import Wording
from signkit.words import Text

SIGNING: dict[str, Wording] = {
    "self-check-failed": Wording(
        Text(
            "The new signature does not verify ({cause}); nothing was written.",
            "作成した署名を検証できません ({cause})。何も書き込んでいません。",
        ),
        Text(
            "The key and its certificate do not belong together, or the device is faulty.",
            "鍵と証明書が対応していないか、機器の不具合です。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "earlier-signature-harmed": Wording(
        Text(
            "The signature in {field} would not hold any more as it does now; nothing was written.",
            "{field} の署名が、現在のとおりには成り立たなくなります。何も書き込んでいません。",
        ),
        Text(
            "The file has a structure that readers take differently. See 'signkit validate FILE', and sign a file that "
            "its makers wrote anew.",
            "閲覧ソフトにより解釈が分かれる構造のファイルです。signkit validate で確認し、"
            "作り直されたファイルに署名してください。",
        ),
        exit_code=ExitCode.OUTPUT,
    ),
    "field-missing": Wording(
        Text(
            "There is no signature field {role!r} to sign. Empty fields: {empty:or-none}; signed: {signed:or-none}.",
            "署名欄 {role!r} がありません。 空の署名欄: {empty:or-none}、署名済み: {signed:or-none}。",
        ),
        Text("{empty:way-to-sign}", "{empty:way-to-sign}"),
    ),
    "role-ambiguous": Wording(
        Text(
            "Several parties of this contract are called {role!r}: {meant:or-none}. Nothing was signed.",
            "この契約書には {role!r} が複数います: {meant:or-none}。署名していません。",
        ),
        Text("{meant:way-to-sign}", "{meant:way-to-sign}"),
    ),
    "field-not-added": Wording(
        Text(
            "No signature field {role!r} can be added: {cause}. Nothing was signed.",
            "署名欄 {role!r} を追加できません: {cause}。署名していません。",
        ),
        Text(
            "See the fields there are with: signkit status FILE", "今ある署名欄は signkit status FILE で確認できます。"
        ),
    ),
    "field-signed": Wording(
        Text("The field {role!r} is signed already.", "署名欄 {role!r} は既に署名されています。"),
        Text("See who has signed with: signkit status FILE", "署名の状況は signkit status FILE で確認できます。"),
    ),
    "seed-value-violated": Wording(
        Text(
            "The field {field!r} demands: {demands:and}. Nothing was signed.",
            "署名欄 {field!r} は次の条件を求めています: {demands:and}。署名していません。",
        ),
        Text(
            "Sign with these options or another key; where that is impossible, ask whoever made the PDF to change the "
            "field's seed values.",
            "条件に合うオプションや鍵で署名してください。できない場合は、PDF の作成者に署名欄の条件 (シード値) の変更を"
            "依頼してください。",
        ),
    ),
    "out-of-turn": Wording(
        Text(
            "It is not the turn of {role!r}: {next_role} signs first.",
            "{role!r} の番ではありません。先に {next_role} が署名します。",
        ),
        Text(
            "Send the file to {next_role}; see who has signed with: signkit status FILE",
            "{next_role} にファイルを送ってください。署名の状況は signkit status FILE で確認できます。",
        ),
    ),
    "signer-not-party": Wording(
        Text(
            "The certificate does not name the party that the contract names as {role!r}; nothing was signed. {reason}",
            "証明書の名義が、契約書で {role!r} とされている当事者と一致しません。署名していません。{reason}",
        ),
        Text(
            "Check --as and the key. An organisation that signs on the party's instruction adds --witness; who "
            "signs for "
            "the party under another name (an agent) adds --other-person, and 'signkit validate' will say so.",
            "--as と鍵を確かめてください。事業者が当事者の指示で署名する場合は --witness を付けます。"
            "代理人など別の名義で"
            "署名する場合は --other-person を付けます (検証結果にその旨が表示されます)。",
        ),
    ),
    "pdf-not-signable": Wording(
        Text("This PDF cannot be signed: {cause}.", "この PDF には署名できません: {cause}。"),
        Text(
            "See what it holds: signkit status FILE. A contract of SignKit's is made anew with: "
            "signkit render TEMPLATE DATA",
            "signkit status FILE で状態を確かめてください。SignKit の契約書は "
            "signkit render TEMPLATE DATA で作り直せます。",
        ),
    ),
    "pdf-unusable": Wording(
        Text("This PDF cannot be used: {cause}.", "この PDF は使えません: {cause}。"),
        Text(
            "Get the file again from whoever has it; what it still shows, 'signkit diff FILE' tells.",
            "ファイルを元の持ち主からもう一度受け取ってください。残っている内容は signkit diff FILE で確かめられます。",
        ),
    ),
    "pdf-password-needed": Wording(
        Text(
            "{path} is encrypted and opens only with a password.",
            "{path} は暗号化されており、開くにはパスワードが必要です。",
        ),
        Text(
            "Type it with --ask-password, or pipe it in with --password-stdin.",
            "--ask-password を付けて入力するか、--password-stdin で標準入力から渡してください。",
        ),
        exit_code=ExitCode.PIN,
    ),
    "pdf-password-wrong": Wording(
        Text("The password does not open {path}.", "パスワードが違うため {path} を開けません。"),
        Text("Type it again; a file does not lock.", "もう一度入力してください。ファイルはロックされません。"),
        exit_code=ExitCode.PIN,
    ),
    "pdf-forbids-signing": Wording(
        Text(
            "The owner of {path} forbids filling it in and signing it.",
            "{path} は、所有者により記入と署名が禁止されています。",
        ),
        Text(
            "With the owner's password it can be signed: --ask-password. Or ask its maker for a copy that may "
            "be signed.",
            "所有者 (権限) パスワードがあれば --ask-password を付けて署名できます。なければ、"
            "署名できるファイルを作成者に"
            "依頼してください。",
        ),
    ),
    "nothing-to-extend": Wording(
        Text("There is no signature in it to extend.", "延長できる署名がありません。"),
        Text("Sign it first: signkit sign", "先に signkit sign で署名してください。"),
    ),
    "signature-not-timestamped": Wording(
        Text(
            "B-LT builds on a signature timestamp, and {fields} bears none; nothing was written.",
            "B-LT には署名タイムスタンプが必要ですが、{fields} にはありません。何も書き込んでいません。",
        ),
        Text(
            "Use --level B-LTA: its document timestamp proves the time from now on.",
            "--level B-LTA を使ってください。文書タイムスタンプが現在以降の時刻を証明します。",
        ),
    ),
    "seal-not-drawable": Wording(
        Text(
            "No font can draw {characters} of the signer's name.",
            "署名者名の文字 {characters} を描けるフォントがありません。",
        ),
        Text(
            "Name a folder with a font that has it (font_folders in signkit.toml), or use --no-appearance.",
            "その字形を持つフォントのフォルダーを font_folders に設定するか、--no-appearance を付けてください。",
        ),
        exit_code=ExitCode.CONTRACT_REFUSED,
    ),
    "seal-image-unusable": Wording(
        Text("The seal image cannot be used: {cause}.", "印影の画像を使えません: {cause}。"),
        Text("Give a PNG or JPEG of at most 300 KB.", "300 KB 以下の PNG か JPEG を指定してください。"),
    ),
    "key-not-for-documents": Wording(
        Text("This key does not sign documents: {cause}.", "この鍵では文書に署名できません: {cause}。"),
        Text("Use the signature certificate's key.", "署名用電子証明書の鍵を使ってください。"),
    ),
    "key-not-for-registry": Wording(
        Text(
            "The registry (登記・供託オンライン申請システム) takes RSA 2048 with SHA-256, and this key is {kind}.",
            "登記・供託オンライン申請システムの署名は RSA 2048 ビット・SHA-256 ですが、この鍵は {kind} です。",
        ),
        Text(
            "Use an RSA key of 2048 bits, such as that of today's Individual Number Card, or leave --profile out.",
            "RSA 2048 ビットの鍵 (現行のマイナンバーカードなど) を使うか、--profile を外してください。",
        ),
    ),
    "file-not-for-registry": Wording(
        Text(
            "{path} does not meet what the registry (登記・供託オンライン申請システム) asks: {requirements}.",
            "{path} は登記・供託オンライン申請システムの要件を満たしていません: {requirements}。",
        ),
        Text(
            "Begin with the unsigned file; for details: signkit validate --profile registry FILE",
            "署名のない元のファイルから始めてください。詳細: signkit validate --profile registry FILE",
        ),
    ),
    "request-unreadable": Wording(
        Text("{path} is no signing request: {cause}.", "{path} は署名依頼ではありません: {cause}。"),
        Text(
            "Requests are made with: signkit prepare PDF --as ROLE --certificate FILE",
            "署名依頼は signkit prepare PDF --as ROLE --certificate FILE で作成します。",
        ),
    ),
    "request-expired": Wording(
        Text("The request expired at {expires}.", "署名依頼の期限 ({expires}) が過ぎています。"),
        Text(
            "Make a new request from the unsigned file: signkit prepare PDF --as ROLE --certificate FILE",
            "署名前のファイルから依頼を作り直してください: signkit prepare PDF --as ROLE --certificate FILE",
        ),
    ),
    "request-file-changed": Wording(
        Text(
            "{name} is not the file that the request was made for, or was changed since; nothing was written.",
            "{name} は署名依頼を作ったときのファイルではないか、その後変更されています。何も書き込んでいません。",
        ),
        Text(
            "Make a new request from the unsigned file: signkit prepare PDF --as ROLE --certificate FILE",
            "署名前のファイルから依頼を作り直してください: signkit prepare PDF --as ROLE --certificate FILE",
        ),
    ),
    "request-certificate-other": Wording(
        Text(
            "The request was made for another certificate; nothing was written.",
            "署名依頼は別の証明書のために作られています。何も書き込んでいません。",
        ),
        Text(
            "Name the certificate with which the request was made, or make a new request for this one.",
            "依頼を作ったときの証明書を指定するか、この証明書で依頼を作り直してください。",
        ),
    ),
    "request-key-unfit": Wording(
        Text(
            "The request was made for a key of kind {wanted}, and this key is of another; nothing was written.",
            "署名依頼は {wanted} の鍵を前提に作られており、この鍵には合いません。何も書き込んでいません。",
        ),
        Text(
            "Make a new request with the certificate: signkit prepare PDF --as ROLE --certificate FILE",
            "証明書を指定して依頼を作り直してください: signkit prepare PDF --as ROLE --certificate FILE",
        ),
    ),
    "certificate-needed": Wording(
        Text(
            "A PAdES signature names its certificate, which is not known yet; nothing was signed.",
            "PAdES の署名には証明書への参照が入りますが、証明書がまだ分かりません。署名していません。",
        ),
        Text(
            "Sign in a format that does without: --profile pkcs7. Or name the certificate: signkit prepare "
            "--certificate FILE; for a phone, signkit sign --phone-certificate FILE (a PDF that it signed will do).",
            "証明書への参照が要らない形式 (--profile pkcs7) で署名するか、証明書を指定してください: "
            "signkit prepare --certificate FILE、スマートフォンなら signkit sign --phone-certificate FILE "
            "(そのスマートフォンで署名済みの PDF でも可)。",
        ),
    ),
    "request-signature-unfit": Wording(
        Text(
            "The signature does not fit what was to be signed, or was made with another key; nothing was written.",
            "署名値が署名対象と合わないか、別の鍵で作られています。何も書き込んでいません。",
        ),
        Text(
            "Sign to_sign.attributes of the request (the key hashes it) or to_sign.digest (already hashed), "
            "and give the "
            "raw signature or its base64; for ECDSA the DER form.",
            "依頼の to_sign.attributes (鍵側でハッシュ計算) または to_sign.digest (計算済み) に署名し、署名値をそのまま"
            "またはbase64で渡してください。ECDSA は DER 形式です。",
        ),
    ),
    "request-room-too-small": Wording(
        Text(
            "The signature with its certificates and timestamp needs {needed} bytes, more than the file keeps for it.",
            "署名・証明書・タイムスタンプに {needed} バイト必要ですが、ファイルに確保された領域に収まりません。",
        ),
        Text(
            "Name the same certificate file as for the request; or make a new request at --level B-B.",
            "依頼を作ったときと同じ証明書ファイルを指定するか、--level B-B で依頼を作り直してください。",
        ),
    ),
    "cms-not-usable": Wording(
        Text("This signature file cannot be used: {cause}.", "この署名ファイルは使えません: {cause}。"),
        Text("Look at it with: signkit cms verify FILE", "signkit cms verify ファイル で内容を確かめてください。"),
    ),
    "container-not-made": Wording(
        Text("These files cannot go into one container: {cause}.", "1つのコンテナにまとめられません: {cause}。"),
        Text("Rename or leave out the file named.", "該当するファイルの名前を変えるか、除いてください。"),
    ),
}

"""Every reason a verdict can have, in words.  Codes are stable; the words may get better."""

from __future__ import annotations

from collections.abc import Sequence

from signkit.pdf.changes.values import Change
from signkit.validation.report import Reason, iso
from signkit.words import Text

_WORDS: dict[str, Text] = {
    # --- structure
    "byte-range-missing": Text("The signature names no signed bytes.", "署名の対象範囲 (ByteRange) がありません。"),
    "byte-range-malformed": Text(
        "The signed byte range is malformed.", "署名の対象範囲 (ByteRange) の形が正しくありません。"
    ),
    "byte-range-zero": Text("The signed byte range is empty.", "署名の対象範囲 (ByteRange) が空です。"),
    "byte-range-start": Text(
        "The signed bytes do not begin at the file's start.", "署名の対象がファイルの先頭から始まっていません。"
    ),
    "byte-range-overlap": Text("The parts of the signed byte range overlap.", "署名の対象範囲が重なっています。"),
    "byte-range-beyond-file": Text(
        "The signed byte range goes beyond the end of the file.", "署名の対象範囲がファイルの終わりを越えています。"
    ),
    "byte-range-gap": Text(
        "Between the signed bytes there is something else than the signature itself.",
        "署名の対象から外れた部分に、署名値以外のものがあります。",
    ),
    "byte-range-other-contents": Text(
        "The signature value is not the one that the signed byte range leaves out.",
        "対象範囲から外された署名値が、署名辞書のものと一致しません。",
    ),
    "byte-range-other-place": Text(
        "The signature value stands somewhere else than the signed byte range says.",
        "署名値が、対象範囲の示す場所にありません。",
    ),
    "contents-missing": Text("The signature value is missing.", "署名値がありません。"),
    "contents-indirect": Text(
        "The signature value is not where it must be.", "署名値が署名辞書の中に直接書かれていません。"
    ),
    "contents-trailing": Text("Other bytes follow the signature value.", "署名値の後ろに余分なデータがあります。"),
    "duplicate-keys": Text(
        "The signature dictionary names an entry twice.", "署名辞書に同じ項目が二度書かれています。"
    ),
    "dictionary-malformed": Text("A signature dictionary cannot be read.", "署名辞書を読み取れません。"),
    "unreachable": Text(
        "The document's form does not lead to this signature (any more).",
        "この署名は、文書のフォームから辿れません (取り除かれた可能性があります)。",
    ),
    "usage-rights": Text(
        "It carries usage rights for a reader program, which are nobody's signature.",
        "閲覧ソフトの使用権 (usage rights) が設定されています。これは署名ではありません。",
    ),
    "not-cms": Text("The signature value cannot be read.", "署名値を読み取れません。"),
    # --- integrity
    "hash-mismatch": Text(
        "The document was changed: its digest is not the signed one.",
        "文書が改変されています (ハッシュ値が一致しません)。",
    ),
    "signature-wrong": Text("The signature does not fit the signer's key.", "署名値が署名者の鍵と合いません。"),
    "signature-not-checked": Text("The signature could not be checked.", "署名値を検査できませんでした。"),
    "content-missing": Text(
        "The signed content is not at hand (detached signature).", "署名の対象データがありません (分離署名)。"
    ),
    "algorithm-unknown": Text(
        "The algorithm is not supported ({detail}).", "対応していないアルゴリズムです ({detail})。"
    ),
    "cms-malformed": Text("The signature's data is malformed.", "署名データの形式が正しくありません。"),
    "key-unreadable": Text(
        "The signer's public key is not well encoded, so that nothing could be compared.",
        "署名者の公開鍵の符号化に誤りがあり、照合できませんでした。",
    ),
    "key-not-for-algorithm": Text(
        "The signer's key is not meant for this signature algorithm or its parameters.",
        "署名者の鍵は、この署名アルゴリズムまたはそのパラメータ用のものではありません。",
    ),
    "digests-differ": Text(
        "The content and the signature were digested with different algorithms.",
        "内容と署名に異なるハッシュアルゴリズムが使われています。",
    ),
    "signed-attribute-twice": Text(
        "A signed attribute that must stand once stands there several times.",
        "一度だけ書かれるべき署名属性が複数あります。",
    ),
    "content-inside": Text(
        "The signature holds a content of its own, besides the document that it is to sign.",
        "署名データの中に、署名対象の文書とは別の内容が含まれています。",
    ),
    "content-beside-differs": Text(
        "The file beside the signature is not what was signed: the signed content is inside the signature.",
        "署名ファイルの隣にあるファイルは署名されたものではありません (署名された内容は署名ファイルの中にあります)。",
    ),
    "mail-two-readings": Text(
        "Mail programs take this mail apart in different ways, so what is shown may not be what was signed.",
        "メールソフトにより解釈が分かれるため、表示される内容が署名されたものとは限りません。",
    ),
    "mail-sender": Text(
        "The mail says that it is from {sender}; the signer's certificate names {named}.",
        "メールの差出人は {sender} ですが、署名者の証明書は {named} のものです。",
    ),
    "signer-certificate-missing": Text(
        "The signer's certificate is not in the signature.", "署名に署名者の証明書が含まれていません。"
    ),
    "signing-certificate-mismatch": Text(
        "The certificate is not the one that the signer named.", "署名者が指定した証明書と異なる証明書です。"
    ),
    "message-digest-missing": Text("The signed digest is missing.", "署名された属性にハッシュ値がありません。"),
    "content-type-missing": Text("The signed content type is missing.", "署名された属性に内容の種類がありません。"),
    "content-type-mismatch": Text("The signed content type is another one.", "署名された内容の種類が一致しません。"),
    "algorithm-protection-mismatch": Text(
        "The algorithms named inside and outside the signature differ.",
        "署名の内と外でアルゴリズムの指定が異なります。",
    ),
    "several-signers": Text(
        "A PDF signature must have one signer; this one has several.",
        "PDF の署名は署名者が一人でなければなりませんが、複数あります。",
    ),
    # --- timestamps
    "timestamp-malformed": Text("A timestamp cannot be read.", "タイムスタンプを読み取れません。"),
    "timestamp-imprint": Text("A timestamp is of other data.", "タイムスタンプが別のデータに対するものです。"),
    "timestamp-signature": Text("A timestamp's signature is wrong.", "タイムスタンプの署名が正しくありません。"),
    "timestamp-signers": Text("A timestamp must have one signer.", "タイムスタンプの署名者が一人ではありません。"),
    "timestamp-unnamed": Text(
        "A timestamp does not name the certificate of its service (ESS signing certificate).",
        "タイムスタンプに、発行者の証明書の指定 (ESS signing-certificate) がありません。",
    ),
    "timestamp-not-understood": Text(
        "A timestamp is of an unknown version, holds a critical extension that is not known here, or states an "
        "accuracy of minutes or more.",
        "タイムスタンプのバージョンが未知であるか、未知の重要 (critical) 拡張が含まれているか、"
        "精度が数分以上と粗すぎます。",
    ),
    "timestamp-before-certificate": Text(
        "A timestamp states a time ({time}) at which the certificate of its service did not exist yet.",
        "タイムスタンプの時刻 ({time}) は、発行者の証明書の有効期間が始まる前です。",
    ),
    "timestamp-later": Text(
        "A timestamp states {time}, which is later than {moment}, when it is known to exist.",
        "タイムスタンプの時刻 {time} が、その存在が分かっている時刻 {moment} より後です。",
    ),
    # --- until when it stays so
    "timestamp-certificate-ends": Text(
        "The certificate of the timestamp service {name} ends then.",
        "タイムスタンプ局 {name} の証明書の有効期間がその時刻に終わります。",
    ),
    "authority-ends": Text(
        "The certificate of the authority {name} ends then.",
        "認証局 {name} の証明書の有効期間がその時刻に終わります。",
    ),
    "responder-ends": Text(
        "The certificate of {name}, who answered for revocation, ends then.",
        "失効情報に署名した {name} の証明書の有効期間がその時刻に終わります。",
    ),
    "certificate-ends": Text(
        "The signer's certificate ends then, and no timestamp proves that the signature is older.",
        "署名者の証明書の有効期間がその時刻に終わり、それ以前の署名であることを示すタイムスタンプがありません。",
    ),
    "algorithm-ends": Text(
        "The policy believes {algorithm} until then.", "ポリシーが {algorithm} を安全とみなすのはその時刻までです。"
    ),
    "some-algorithm-ends": Text(
        "The policy believes an algorithm of it until then.",
        "ポリシーが使用中のアルゴリズムを安全とみなすのはその時刻までです。",
    ),
    "evidence-outside": Text(
        "The file does not hold the revocation evidence; it can be had until the signer's certificate ends.",
        "失効情報がファイルに保存されていません。取得できるのは署名者の証明書の有効期間が終わるまでです。",
    ),
    "timestamp-content-missing": Text(
        "What the timestamp is of is not at hand.", "タイムスタンプの対象データがありません。"
    ),
    "timestamp-algorithm-unknown": Text(
        "A timestamp's algorithm is not supported.", "タイムスタンプのアルゴリズムに対応していません。"
    ),
    "timestamp-not-believed": Text(
        "No timestamp could be believed, so the time of signing is not proven.",
        "信頼できるタイムスタンプがなく、署名時刻が証明されていません。",
    ),
    "attributes-as-content": Text(
        "What is presented as content is the inside of another signature.",
        "内容として示されているのは、別の署名の内部データです。",
    ),
    "archive-index": Text(
        "Something that an archive timestamp covers is not there any more.",
        "アーカイブタイムスタンプの対象の一部が失われています。",
    ),
    "archive-index-unknown": Text(
        "What an archive timestamp covers is said in a form that is not judged here.",
        "アーカイブタイムスタンプの対象を示す索引の形式に対応していません。",
    ),
    "archive-timestamp-old": Text(
        "An archive timestamp of an older kind (before v3) is not judged.",
        "旧形式 (v3 より前) のアーカイブタイムスタンプは判定しません。",
    ),
    # --- containers (ASiC)
    "asic-digest": Text(
        "The files {names} are not those that were signed.", "署名されたものと異なるファイルがあります: {names}。"
    ),
    "asic-missing": Text(
        "Signed files are missing from the container: {names}.", "署名対象のファイルがコンテナにありません: {names}。"
    ),
    "asic-uncovered": Text(
        "No valid signature covers these files: {names}.", "有効な署名の対象になっていないファイルがあります: {names}。"
    ),
    "asic-extension": Text(
        "A manifest holds a critical extension that is not known here.",
        "マニフェストに、未知の重要 (Critical) 拡張が含まれています。",
    ),
    "asic-unjudged": Text(
        "The container holds signatures that are not judged here (XAdES, or an odd name): {names}.",
        "コンテナに、判定できない署名 (XAdES 形式、または通常と異なる名前のもの) があります: {names}。",
    ),
    "asic-two-names": Text(
        "The container gives files a second name, which other programs show: {names}.",
        "コンテナ内のファイルに別の名前が付けられており、表示が分かれます: {names}。",
    ),
    "asic-manifest": Text(
        "No readable manifest says which files this signature covers ({detail}).",
        "どのファイルに対する署名かを示すマニフェストを読み取れません ({detail})。",
    ),
    # --- changes
    "changes-not-permitted": Text(
        "After signing, the document was changed in a way that is not permitted: {what}.",
        "署名後に、許されない変更が加えられています: {what}。",
    ),
    "changes-not-judged": Text(
        "What was changed after signing cannot be judged: {what}.", "署名後の変更を判定できません: {what}。"
    ),
    "changes-told": Text(
        "Permitted, but to be known: after signing, {what}.", "許されていますが、ご留意ください。署名後の変更: {what}。"
    ),
    # --- parties
    "party-mismatch": Text(
        "The certificate names somebody else than the party of the contract.",
        "証明書の名義が契約書の当事者と一致しません。",
    ),
    "party-not-told": Text(
        "It cannot be told whether the certificate names the party of the contract.",
        "証明書の名義が契約書の当事者かどうかを判定できません。",
    ),
    "party-not-stated": Text(
        "Whether anybody signed as {role} cannot be told: only a PDF says who signs as whom.",
        "{role} としての署名かどうかは分かりません (誰が何として署名するかは PDF にしか書かれていません)。",
    ),
    "party-missing": Text("Nobody signed as {role}.", "{role} としての署名がありません。"),
    # --- trust
    "no-anchor": Text(
        "The signer's certificate leads to no trusted authority ({issuer}).",
        "署名者の証明書から、信頼する認証局に辿り着けません (発行者: {issuer})。",
    ),
    "anchor-other-purpose": Text(
        "The certificate leads to {name}, which is believed for other purposes only (see signkit trust list).",
        "証明書は {name} に辿り着きますが、別の用途でしか信頼していません (signkit trust list で確認できます)。",
    ),
    "service-not-granted": Text(
        "The certificate leads to {service} of {provider}, which by the imported list {list} is not granted at that "
        "time: {status} since {since}.",
        "証明書は {provider} の {service} に辿り着きますが、取り込んだリスト ({list}) では、その時点で"
        "認められていません: {since} から {status}。",
    ),
    "service-not-yet-listed": Text(
        "The certificate leads to {service} of {provider}, which the imported list {list} knows only since {since}.",
        "証明書は {provider} の {service} に辿り着きますが、取り込んだリスト ({list}) に載ったのは {since} からです。",
    ),
    "trust-list-stale": Text(
        "The imported list {list} says nothing of that time: the next one was due {due}. Import it: signkit trust "
        "import-list.",
        "取り込んだリスト ({list}) は、その時点については何も示しません: 次回発行予定は {due} でした。"
        "signkit trust import-list で最新のものを取り込んでください。",
    ),
    "timestamp-not-accredited": Text(
        "The policy accepts timestamps of the services in imported lists only (such as those accredited by the "
        "Minister for Internal Affairs and Communications); {tsa} stands in none for that time.",
        "ポリシーは、取り込んだリストのタイムスタンプ局 (総務大臣認定など) のタイムスタンプだけを認めます。"
        "{tsa} は、その時点ではどのリストにもありません。",
    ),
    "accredited-timestamp-missing": Text(
        "The policy asks for a timestamp of a service in an imported list, and none could be believed.",
        "ポリシーは、取り込んだリストのタイムスタンプ局によるタイムスタンプを求めますが、信頼できるものがありません。",
    ),
    "service-key": Text(
        "The key is that of {provider} (imported list {list}), which signs what its users tell it to (立会人型). This "
        "shows that the service sealed this content, and what became of it since. It does not show who told it to, or "
        "that this was the party: that stands in the service's own records, which the parties can ask it for.",
        "鍵は {provider} のものです (取り込んだリスト: {list})。"
        "利用者の指示により事業者が署名するサービス (立会人型) です。"
        "示されるのは、事業者がこの内容に署名したことと、その後の変更の有無です。誰が指示したか、それが当事者本人かは示しません。"
        "これは事業者の記録 (合意締結証明書など) によります。",
    ),
    # A change of 基本4情報 (異動) is the usual reason, and no sign of misuse.
    "revoked": Text(
        "The certificate was revoked on {revoked_at}. One on an Individual Number Card is revoked whenever its "
        "holder's name, address, birth date or sex changes (a move, a marriage), and when the card is lost or given "
        "back.",
        "証明書は {revoked_at} に失効しています。マイナンバーカードの署名用電子証明書は、氏名・住所・生年月日・性別の"
        "変更 (引っ越しや結婚など) や、カードの紛失・返納により失効します。",
    ),
    "ca-revoked": Text("The certificate of an authority was revoked.", "認証局の証明書が失効しています。"),
    "expired": Text(
        "The certificate expired on {expired_at}, and nothing proves that the signature is older.",
        "証明書の有効期間は {expired_at} に終わっており、それ以前の署名であることが証明されていません。",
    ),
    "ca-expired": Text("The certificate of an authority has expired.", "認証局の証明書の有効期間が終わっています。"),
    "not-yet-valid": Text("The certificate was not yet valid.", "証明書の有効期間が始まる前です。"),
    "weak-algorithm": Text(
        "The algorithm {algorithm} is no longer safe at the proven time.",
        "アルゴリズム {algorithm} は、証明された時刻の時点で安全とみなされません。",
    ),
    "weak-algorithm-in-chain": Text(
        "A certificate of the chain uses an algorithm that is no longer safe.",
        "証明書チェーンに、安全とみなされないアルゴリズムが使われています。",
    ),
    "revocation-missing": Text(
        "It is not shown that the certificate was not revoked: no OCSP response or CRL is at hand.",
        "証明書が失効していないことを確認できません (OCSP 応答も CRL もありません)。",
    ),
    "revocation-stale": Text("The revocation evidence at hand is out of date.", "失効情報が古く、使えません。"),
    "on-hold": Text(
        "The certificate is suspended since {revoked_at}; whether it will be good again is not known.",
        "証明書は {revoked_at} から効力を停止されています (回復するかどうかは分かりません)。",
    ),
    "revocation-refused": Text(
        "The revocation evidence at hand does not count: {detail}.", "手元の失効情報は根拠になりません: {detail}。"
    ),
    "operator-silent": Text(
        "The platform operator, who was asked whether the certificate is revoked, gave no answer: {detail}.",
        "失効の有無を問い合わせたプラットフォーム事業者から回答を得られませんでした: {detail}。",
    ),
    "status-only": Text(
        "That the certificate was not revoked at the proven time rests on the platform operator's word of "
        "{produced_at} alone. It shows this to whoever trusts that operator; it is no OCSP response and no list, the "
        "file holds nothing of it, and nobody can check it later: a judgement on another day asks anew.",
        "証明された時刻に証明書が失効していなかったことの根拠は、"
        "プラットフォーム事業者の {produced_at} の回答だけです。"
        "その事業者を信頼する人に対してのみ示せます。OCSP 応答や失効リストではなく、文書には何も残らず、"
        "後から第三者が確かめることはできません。別の日の検証では、あらためて問い合わせが必要です。",
    ),
    "revocation-unreadable": Text(
        "The imported revocation list cannot be read; import it anew.",
        "取り込んだ失効リストを読めません。取り込み直してください。",
    ),
    "revocation-not-permitted": Text(
        "The certificate is of JPKI (公的個人認証サービス). Its revocation data may be obtained only by accredited "
        "verifiers or through one of them, and the document holds none.",
        "公的個人認証サービスの証明書です。失効情報は署名検証者またはその仲介によってのみ得られ、文書には含まれていません。",
    ),
    "certificate-not-for-signing": Text(
        "The certificate is not meant for signing documents.", "文書の署名に使うための証明書ではありません。"
    ),
    "certificate-not-for-timestamps": Text(
        "The certificate is not meant for timestamps.", "タイムスタンプ用の証明書ではありません。"
    ),
    "path-invalid": Text("The chain of certificates is not valid.", "証明書チェーンが正しくありません。"),
    "path-not-judged": Text(
        "The chain of certificates cannot be judged ({detail}).", "証明書チェーンを判定できません ({detail})。"
    ),
    "rehearsal": Text(
        "Trusted only because a rehearsal authority was named: not a real signature.",
        "リハーサル用の認証局を信頼した結果です。本物の署名ではありません。",
    ),
    "level-too-low": Text(
        "The policy asks for {required}; this is {level}.", "検証ポリシーは {required} を求めますが、{level} です。"
    ),
    "level-not-proven": Text(
        "The policy asks for {required}; the file holds material for {level}, but no more than {proven} is proven.",
        "検証ポリシーは {required} を求めます。ファイルは {level} の形ですが、証明されているのは {proven} までです。",
    ),
    # --- whole files
    "no-pdf": Text("This is neither a PDF nor a CMS signature.", "PDF でも CMS 署名でもありません。"),
    "empty": Text("The file is empty.", "ファイルが空です。"),
    "encrypted": Text("The file is encrypted and needs a password.", "暗号化されており、パスワードが必要です。"),
    "password-wrong": Text(
        "The file is encrypted, and the password does not open it.",
        "暗号化されており、指定されたパスワードでは開けません。",
    ),
    "encryption-unknown": Text(
        "The file is encrypted for the holders of certificates, or in an unknown way.",
        "証明書による暗号化など、対応していない方式で暗号化されています。",
    ),
    "malformed": Text("The file is damaged: {detail}.", "ファイルが壊れています。"),
    "limit": Text("The file asks for too much: {detail}.", "ファイルが処理の上限を超えています: {detail}。"),
    "not-signed": Text("There is no signature in it.", "署名がありません。"),
    "unreadable": Text("The file cannot be read: {detail}.", "ファイルを読めません: {detail}。"),
    "internal": Text("The file could not be judged ({detail}).", "ファイルを判定できませんでした ({detail})。"),
}

_CHANGES: dict[str, Text] = {
    "revision-unknown": Text("bytes that no revision explains", "どの版にも属さないデータ"),
    "bytes-after-last-revision": Text("data after the last revision", "最後の版の後ろのデータ"),
    "bytes-between-objects": Text("data that no index lists", "索引にないデータ"),
    "trailer": Text("the file's trailer", "ファイル末尾の情報"),
    "catalog": Text("the document's settings", "文書の設定"),
    "permissions": Text("the permissions", "許可の設定"),
    "structure-tree": Text("the logical structure", "論理構造"),
    "metadata-changed": Text("what the document says about itself (title, author …)", "文書の説明 (表題、作成者など)"),
    "evidence-removed": Text("stored evidence was removed", "保存されていた検証情報の削除"),
    "page-tree": Text("the number or the order of pages", "ページの数や構成"),
    "page": Text("the content of a page", "ページの内容"),
    "tab-order": Text("the tab order", "タブの順序"),
    "annotation-added": Text("an annotation was added", "注釈の追加"),
    "annotation-changed": Text("an annotation was changed", "注釈の変更"),
    "annotation-removed": Text("an annotation was removed", "注釈の削除"),
    "annotation-kind": Text("an annotation of a kind that is no comment", "注釈として認められない種類のもの"),
    "annotation-order": Text("which annotation lies above which", "注釈の重なりの順"),
    "annotation-places": Text("one annotation in several places", "複数箇所に置かれた注釈"),
    "covers-text": Text("something was laid over signed text", "署名済みの文字の上への重ね書き"),
    "signature-over-text": Text("a further signature was laid over signed text", "署名済みの文字の上への署名の追加"),
    "waiting-over-text": Text("a signature went into a field over signed text", "署名済みの文字の上の署名欄への署名"),
    "form": Text("the form's settings", "フォームの設定"),
    "form-removed": Text("the form was removed", "フォームの削除"),
    "form-resources": Text("the form's fonts", "フォームのフォント"),
    "field-removed": Text("a form field was removed", "入力欄の削除"),
    "field-added": Text("a form field was added", "入力欄の追加"),
    "field-changed": Text("a form field was changed", "入力欄の変更"),
    "field-filled": Text("a form field was filled in", "入力欄への記入"),
    "field-overwritten": Text(
        "the value of a form field that was filled in at signing", "署名時に記入済みだった入力欄の値"
    ),
    "signature-added": Text("a further signature", "署名の追加"),
    "signature-value": Text(
        "a signature field that no signature of that time signs", "その時点の署名によらない署名欄への記入"
    ),
    "unsigned-draws": Text("an unsigned signature field that shows something", "署名のない署名欄の表示"),
    "timestamp-draws": Text("a document timestamp that shows something", "目に見える文書タイムスタンプ"),
    "shared-appearance": Text("an appearance used in several places", "複数箇所で使われる外観"),
    "signed-field-changed": Text("a signed signature field", "署名済みの署名欄"),
    "appearance-replaced": Text("what a form field shows was replaced", "入力欄の表示の差し替え"),
    "field-locked": Text("a locked form field", "ロックされた入力欄"),
    "looks-different": Text("what a page shows", "ページの見た目"),
    "value-and-looks": Text(
        "a form field that may show something else than its value says",
        "値と異なる内容を表示しているおそれのある入力欄",
    ),
    "not-judged": Text("a structure that readers understand differently", "閲覧ソフトにより解釈が分かれる構造"),
}


def reason(code: str, **facts: object) -> Reason:
    """Return the reason ``code`` with its sentences; ``facts`` fill them."""
    words = _WORDS[code]
    shown = {name: iso(value) if hasattr(value, "astimezone") else value for name, value in facts.items()}  # type: ignore[arg-type]
    return Reason(code, words.filled(**shown))


def change_words(changes: Sequence[Change]) -> Text:
    """Return the kinds of changes as one phrase, each with where it was found first."""
    first = {change.code: change for change in reversed(changes)}
    known = [(_CHANGES[code], _place(first[code])) for code in dict.fromkeys(change.code for change in changes)]
    return Text(
        ", ".join(words.en + (f" ({place.en})" if place.en else "") for words, place in known),
        "、".join(words.ja + (f" ({place.ja})" if place.ja else "") for words, place in known),
    )


def _place(change: Change) -> Text:
    """The page, the object and the entry of a change."""
    parts = [Text(f"page {change.page}", f"{change.page} ページ")] if change.page is not None else []
    parts += [Text(f"object {change.number}", f"オブジェクト {change.number}")] if change.number is not None else []
    parts += [Text(change.where, change.where)] if change.where else []
    return Text(", ".join(part.en for part in parts), "、".join(part.ja for part in parts))


def changes_reason(code: str, changes: Sequence[Change]) -> Reason:
    """Return the reason ``code`` naming the kinds of changes, and where they are."""
    return Reason(code, _WORDS[code].filled(what=change_words(changes)))

"""What to do where a verdict is no pass: one table of next steps, by the code of the reason.

docs/concepts/trust.md shows the same table; the tests hold them together.  Every command in a step is one that works.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from signkit.words import Text, are_shown


@dataclass(frozen=True)
class Step:
    """What to do next; ``{file}`` stands for the file that was judged.

    Attributes:
        code: stable, for scripts.
        reasons: the codes of the reasons and errors that it answers, and the sub-indications (EN 319 102-1) that stand
            without one.
    """

    code: str
    reasons: frozenset[str]
    text: Text


@dataclass(frozen=True)
class NextStep:
    """A step for one file, with the signature fields that need it (none: the file as a whole does)."""

    code: str
    text: Text
    fields: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return one entry of ``next``."""
        return {"code": self.code, "fields": list(self.fields), "en": self.text.en, "ja": self.text.ja}


def _step(code: str, reasons: str, en: str, ja: str) -> Step:
    return Step(code, frozenset(reasons.split()), Text(en, ja))


STEPS: tuple[Step, ...] = (
    _step(
        "see-changes",
        "changes-not-permitted changes-not-judged",
        "Do not rely on what is shown; ask the sender for the file as it was signed. What was changed, and after whose "
        "signature: signkit diff {file}",
        "表示を信用せず、署名されたままのファイルを送信者に求めてください。誰の署名の後に何が変わったか: "
        "signkit diff {file}",
    ),
    _step(
        "ask-original",
        "hash-mismatch signature-wrong signature-not-checked timestamp-imprint timestamp-malformed timestamp-signature "
        "timestamp-signers timestamp-unnamed timestamp-later timestamp-before-certificate timestamp-not-understood "
        "byte-range-missing byte-range-malformed byte-range-zero "
        "byte-range-start byte-range-overlap byte-range-beyond-file byte-range-gap byte-range-other-contents "
        "byte-range-other-place contents-missing contents-indirect contents-trailing duplicate-keys "
        "dictionary-malformed unreachable not-cms cms-malformed digests-differ signed-attribute-twice content-inside "
        "message-digest-missing content-type-missing content-type-mismatch algorithm-protection-mismatch "
        "several-signers attributes-as-content archive-index asic-digest asic-extension asic-two-names asic-manifest "
        "asic-uncovered asic-unjudged mail-two-readings mail-sender FORMAT_FAILURE HASH_FAILURE SIG_CRYPTO_FAILURE "
        "TIMESTAMP_ORDER_FAILURE",
        "Do not rely on this file. Ask the sender for the file as it was signed; if that one is not valid either, for "
        "a new signature.",
        "このファイルを信用しないでください。署名されたままのファイルを送信者に求め、それも有効でなければ署名のやり直しを"
        "求めてください。",
    ),
    _step(
        "name-rehearsal",
        "rehearsal-not-trusted",
        "It was signed in a rehearsal. Rehearsal keys are believed only where you say so: "
        "signkit validate {file} --trust rehearsal",
        "リハーサル用の鍵による署名です。信頼すると指定したときだけ信頼されます: "
        "signkit validate {file} --trust rehearsal",
    ),
    _step(
        "name-authority",
        "no-anchor NO_CERTIFICATE_CHAIN_FOUND",
        "Find out whose authority issued the certificate, and get the authority's certificate from its own site. "
        "Believe it for once with --trust CA.pem, or from now on with: signkit trust add CA.pem",
        "証明書を発行した認証局を確かめ、その認証局のサイトから CA 証明書を入手してください。"
        "今回だけ信頼するなら --trust CA.pem、今後も信頼するなら signkit trust add CA.pem を使います。",
    ),
    _step(
        "name-service",
        "organisation-not-trusted",
        "The key is an organisation's, no person's. If it is a service that signs what its users tell it to "
        "(立会人型), get the CA certificate or list that it publishes: signkit trust import-list FILE --purpose seal "
        "--service-of NAME; who told it to, only its own records show. If it is a party's own: signkit trust add "
        "CA.pem",
        "鍵は個人ではなく組織のものです。利用者の指示により署名するサービス (立会人型) であれば、"
        "事業者が公表する CA 証明書かリストを入手してください: signkit trust import-list FILE --purpose seal "
        "--service-of 事業者名。誰が指示したかは、事業者の記録 (合意締結証明書など) でしか分かりません。"
        "当事者自身のものであれば: signkit trust add CA.pem",
    ),
    _step(
        "import-list",
        "service-not-granted service-not-yet-listed trust-list-stale",
        "Import the list's latest issue: signkit trust import-list LIST.xml; if the service is not granted there "
        "either, ask for a copy with a timestamp from when it was, or for a new signature.",
        "リストの最新版を取り込んでください: signkit trust import-list LIST.xml。それでも認められていなければ、"
        "認められていた時期のタイムスタンプが付いた控えか、署名のやり直しを求めてください。",
    ),
    _step(
        "see-anchors",
        "anchor-other-purpose",
        "See what each authority is believed for: signkit trust list",
        "それぞれの認証局を何に使うことにしているかを確かめてください: signkit trust list",
    ),
    _step(
        "get-accredited-timestamp",
        "timestamp-not-accredited accredited-timestamp-missing",
        "Import the accredited services' certificates, with --purpose timestamp: signkit trust import-list FILE; or "
        "add a timestamp of one of them: signkit extend {file} --tsa URL",
        "認定事業者の証明書を --purpose timestamp を付けて取り込むか (signkit trust import-list FILE)、"
        "認定事業者のタイムスタンプを追加してください: signkit extend {file} --tsa URL",
    ),
    _step(
        "get-revocation",
        "revocation-missing revocation-stale revocation-refused on-hold TRY_LATER",
        "Get revocation evidence that is issued after the signature (for a daily list: tomorrow): online without "
        "--offline, from a folder with --evidence FOLDER, or with: signkit trust import-crl LIST.crl",
        "署名より後に発行された失効情報 (日次のリストなら翌日のもの) を入手してください。"
        "--offline を外してオンラインで確かめるか、--evidence フォルダー、"
        "または signkit trust import-crl LIST.crl で与えます。",
    ),
    _step(
        "ask-verifier",
        "revocation-not-permitted",
        "Nothing is wrong, and nothing is shown. An accredited verifier (署名検証者), or a service that works through "
        "one, can tell; evidence from there is taken with --evidence FOLDER or: signkit trust import-crl LIST.crl",
        "問題が見つかったのではなく、確認ができていません。署名検証者、またはその仲介を受けるサービスに確認を依頼してください。"
        "得られた失効情報は --evidence フォルダー、または signkit trust import-crl LIST.crl で使えます。",
    ),
    _step(
        "ask-operator-again",
        "operator-silent",
        "Nothing is wrong with the file. See operator_url and operator_key_file in signkit.toml, and judge again when "
        "the operator answers.",
        "ファイルの問題ではありません。signkit.toml の operator_url と operator_key_file を確かめ、"
        "事業者が応答するようになってから検証し直してください。",
    ),
    _step(
        "import-again",
        "revocation-unreadable",
        "Import the revocation list again: signkit trust import-crl LIST.crl",
        "失効リストを取り込み直してください: signkit trust import-crl LIST.crl",
    ),
    _step(
        "ask-older-proof",
        "revoked ca-revoked expired ca-expired weak-algorithm weak-algorithm-in-chain timestamp-not-believed "
        "REVOKED_NO_POE REVOKED_CA_NO_POE OUT_OF_BOUNDS_NO_POE CRYPTO_CONSTRAINTS_FAILURE "
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "Ask for a copy that carries a timestamp from before that (one that was extended in time); if there is none, "
        "for a new signature.",
        "それより前のタイムスタンプが付いた控え (期限内に更新されたもの) を求め、"
        "なければ署名のやり直しを求めてください。",
    ),
    _step(
        "check-clock",
        "not-yet-valid",
        "Check this computer's clock and --at; if they are right, ask the signer for a new signature.",
        "このコンピューターの時計と --at を確かめてください。正しければ、署名のやり直しを求めてください。",
    ),
    _step(
        "sign-again",
        "signer-certificate-missing signing-certificate-mismatch certificate-not-for-signing "
        "certificate-not-for-timestamps path-invalid path-not-judged key-unreadable key-not-for-algorithm "
        "NO_SIGNING_CERTIFICATE_FOUND CHAIN_CONSTRAINTS_FAILURE CERTIFICATE_CHAIN_GENERAL_FAILURE",
        "Ask for a new signature with a certificate that is valid for signing.",
        "署名用の有効な証明書による署名のやり直しを求めてください。",
    ),
    _step(
        "raise-level",
        "level-too-low level-not-proven SIG_CONSTRAINTS_FAILURE",
        "Judge by a policy that asks for less (--policy default), or raise the level: signkit extend {file}",
        "要求の緩いポリシー (--policy default) で検証するか、署名のレベルを上げてください: signkit extend {file}",
    ),
    _step(
        "add-content",
        "content-missing content-beside-differs timestamp-content-missing asic-missing SIGNED_DATA_NOT_FOUND",
        "Put the signed file, unchanged, beside the signature, or name it: signkit cms verify {file} --content FILE",
        "署名されたファイルをそのまま署名ファイルの隣に置くか、指定してください: "
        "signkit cms verify {file} --content ファイル",
    ),
    _step(
        "ask-who-signed",
        "party-mismatch party-not-told party-not-stated",
        "Ask the party whether the certificate's name is right; if it is not, have the right person sign a fresh copy. "
        "Whom it names: signkit validate {file} --identity",
        "証明書の名義が正しいかどうかを当事者に確認してください。違っていれば、本人が新しい契約書に署名し直す必要があります。"
        "証明書の名義: signkit validate {file} --identity",
    ),
    _step(
        "let-sign",
        "party-missing not-signed NOT-SIGNED",
        "See who has to sign, and whose turn it is: signkit status {file}",
        "誰の署名が必要で、誰の番かを確かめてください: signkit status {file}",
    ),
    _step(
        "no-signature",
        "usage-rights",
        "Ask the sender for a signed file.",
        "署名されたファイルを送信者に求めてください。",
    ),
    _step(
        "other-validator",
        "algorithm-unknown timestamp-algorithm-unknown archive-index-unknown archive-timestamp-old "
        "encryption-unknown GENERIC",
        "Have it judged by a validator that knows this form (EU DSS, the authority's own); do not rely on it before.",
        "この形式に対応した検証ソフト (EU DSS、認証局のものなど) で検証してください。それまでは信用しないでください。",
    ),
    _step(
        "give-password",
        "encrypted password-wrong",
        "Give the file's password: signkit validate {file} --ask-password",
        "ファイルのパスワードを入力してください: signkit validate {file} --ask-password",
    ),
    _step(
        "ask-again",
        "no-pdf empty malformed",
        "Ask the sender for the file again; it may have been damaged on its way.",
        "途中で壊れた可能性があります。ファイルを送信者からもう一度受け取ってください。",
    ),
    _step(
        "check-name",
        "unreadable",
        "Check the file's name, and that you may read it.",
        "ファイル名と読み取り権限を確かめてください。",
    ),
    _step(
        "leave-closed",
        "limit worker-hung",
        "Do not open it elsewhere without care: honest contracts ask for less. Ask the sender what it is.",
        "通常の契約書ではあり得ない大きさ・複雑さです。不用意に開かず、送信者に確認してください。",
    ),
    _step(
        "judge-alone",
        "worker-died",
        "Judge it by itself, with memory to spare: signkit validate {file} --jobs 1",
        "メモリに余裕のあるときに、このファイルだけを検証してください: signkit validate {file} --jobs 1",
    ),
    _step(
        "report-fault",
        "internal",
        "Please report this fault of SignKit, if you may with the file.",
        "SignKit の不具合です。差し支えなければファイルを添えてご報告ください。",
    ),
)

#: What a passed signature may carry as well: nothing is to be done about it.
INFORMATIVE = frozenset(
    [
        "changes-told",
        "rehearsal",
        "service-key",
        "status-only",
        "algorithm-ends",
        "authority-ends",
        "certificate-ends",
        "evidence-outside",
        "responder-ends",
        "some-algorithm-ends",
        "timestamp-certificate-ends",
    ]
)

_BY_REASON = {reason: step for step in STEPS for reason in step.reasons}


def next_steps(needs: Iterable[tuple[Iterable[str], str | None]], file: str) -> tuple[NextStep, ...]:
    """Return what to do, each step once.

    Args:
        needs: for each thing that did not pass: the codes of its reasons, the weightiest first, then its
            sub-indication; and the signature field, or None for the file as a whole.
        file: the name of the file that was judged.
    """
    fields: dict[Step, list[str]] = {}
    for codes, field in needs:
        step = next((_BY_REASON[code] for code in codes if code in _BY_REASON), None)
        if step is not None:
            fields.setdefault(step, []).extend([field] if field else [])
    name = _argument(file)
    return tuple(NextStep(step.code, step.text.filled(file=name), tuple(of)) for step, of in fields.items())


def _argument(file: str) -> str:
    """Return the name as it is typed in a shell; what lies in an archive or elsewhere has to be fetched first."""
    fetched = "!" not in file and "://" not in file and are_shown(file)
    return shlex.quote(file) if fetched and file else "FILE"

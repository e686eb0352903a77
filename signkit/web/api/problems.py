"""The refusals of the API itself, each in one place, and how one is written (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from signkit.web.api.calls import PROBLEM, Refusal
from signkit.web.api.places import ELSEWHERE
from signkit.web.api.unfit import UnfitPart
from signkit.words import Language, Text

#: What the code of a problem stands behind; the codes are listed in docs/guides/service.md.
TYPE = "urn:signkit:problem:"


def problem_json(refusal: Refusal, language: Language, request_id: str) -> dict[str, Any]:
    """Return the problem as it is told."""
    told: dict[str, Any] = {
        "type": TYPE + refusal.code,
        "title": refusal.title.in_language(language),
        "status": refusal.status,
        "code": refusal.code,
        "request_id": request_id,
    }
    if refusal.hint is not None:
        told["hint"] = refusal.hint.in_language(language)
    return told | {name: _in_language(value, language) for name, value in refusal.members.items()}


def _in_language(value: Any, language: Language) -> Any:
    """Return a member of a problem with its texts in the reader's language."""
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, Mapping):
        return {name: _in_language(each, language) for name, each in value.items()}
    return [_in_language(each, language) for each in value] if isinstance(value, list) else value


def problem_response(refusal: Refusal, language: Language, request_id: str) -> Response:
    """Return the answer that tells a problem."""
    content = json.dumps(problem_json(refusal, language, request_id), ensure_ascii=False).encode()
    headers = {"content-language": language, **refusal.headers}
    return Response(content, refusal.status, headers, media_type=PROBLEM)


def unknown_path() -> Refusal:
    """There is nothing at this address."""
    return Refusal(404, "not-found", _NOT_FOUND, hint=_SEE_DOCUMENT)


def unknown(what: str) -> Refusal:
    """The resource is not there, or not the caller's: the two are not told apart."""
    return Refusal(404, "not-found", _NO_SUCH.filled(what=_KINDS[what]))


def still_to_be_made(what: str, job: dict[str, Any]) -> Refusal:
    """The resource is not there yet, or never will be unless somebody has its job (as the API shows it) done again."""
    if job["state"] == "failed":
        return Refusal(404, "job-failed", _NOT_MADE.filled(what=_KINDS[what]), hint=_SEE_JOB, members={"job": job})
    headers = {"retry-after": "1"}
    return Refusal(
        404, "not-yet", _NOT_YET.filled(what=_KINDS[what]), hint=_SEE_JOB, members={"job": job}, headers=headers
    )


def method_unfit(allowed: Sequence[str]) -> Refusal:
    """RFC 9110 15.5.6."""
    return Refusal(405, "method-not-allowed", _METHOD, headers={"allow": ", ".join(allowed)})


def no_credentials() -> Refusal:
    """RFC 9110 15.5.2."""
    headers = {"www-authenticate": 'Bearer realm="signkit"'}
    return Refusal(401, "credentials-needed", _CREDENTIALS, hint=_HOW_TO_KEY, headers=headers)


def forbidden(permission: str) -> Refusal:
    """The caller is known, and was not granted this."""
    title, members = _FORBIDDEN.filled(permission=permission), {"needs": permission}
    return Refusal(403, "permission-missing", title, hint=_OTHER_KEY, members=members)


def job_not_failed() -> Refusal:
    """Only what failed is tried again by somebody; the rest is under way by itself."""
    return Refusal(409, "job-not-failed", _NOT_FAILED, hint=_STILL_TRIED)


def unfit_request(*parts: UnfitPart) -> Refusal:
    """The request is not as the document says."""
    errors = [{"at": each.at, "detail": each.detail} for each in parts]
    return Refusal(400, "request-invalid", _INVALID, hint=_SEE_DOCUMENT, members={"errors": errors})


def media_type_unfit(accepted: Sequence[str]) -> Refusal:
    """RFC 9110 15.5.16."""
    return Refusal(
        415, "media-type", _MEDIA_TYPE.filled(accepted=", ".join(accepted)), headers={"accept": ", ".join(accepted)}
    )


def encoding_unfit() -> Refusal:
    """RFC 9110 15.5.16: nothing is unpacked before it is looked at."""
    return Refusal(415, "content-encoding", _ENCODING, headers={"accept-encoding": "identity"})


def too_large(most: int) -> Refusal:
    """RFC 9110 15.5.14."""
    return Refusal(413, "too-large", _TOO_LARGE.filled(most=f"{most:,}"))


def not_acceptable(offered: Sequence[str]) -> Refusal:
    """RFC 9110 15.5.7."""
    return Refusal(406, "not-acceptable", _ACCEPT.filled(offered=", ".join(offered)))


def etag_needed() -> Refusal:
    """RFC 6585 3: nobody overwrites what somebody else changed meanwhile."""
    return Refusal(428, "if-match-needed", _IF_MATCH, hint=_IF_MATCH_HINT)


def etag_other() -> Refusal:
    """RFC 9110 13.1.1."""
    return Refusal(412, "if-match-other", _CHANGED, hint=_IF_MATCH_HINT)


def idempotency_busy() -> Refusal:
    """The first request with this key is still being answered."""
    # The client's further tries (`signkit.client`) are then over after the lease of a node that is gone.
    return Refusal(409, "idempotency-busy", _BUSY, headers={"retry-after": "7"})


def idempotency_other() -> Refusal:
    """The key was used for another request."""
    return Refusal(422, "idempotency-other", _OTHER_REQUEST)


def too_many(seconds: int) -> Refusal:
    """RFC 6585 4."""
    return Refusal(429, "too-many", _TOO_MANY.filled(seconds=seconds), headers={"retry-after": str(seconds)})


def quota_used_up(quota: str) -> Refusal:
    """What a tenant may use in a month is used up."""
    return Refusal(429, "quota", _QUOTA.filled(quota=quota), hint=_ASK_OPERATOR)


def fault() -> Refusal:
    """Something is wrong with SignKit itself; what, stands in the service's own log under the request's id."""
    return Refusal(500, "fault", _FAULT, hint=_FAULT_HINT)


def unavailable() -> Refusal:
    """The service cannot answer now: its disk is full, its workers are lost, or it is stopping."""
    return Refusal(503, "unavailable", _UNAVAILABLE, headers={"retry-after": "5"})


def elsewhere() -> Refusal:
    """Another node works on the tenant's archive, and SQLite is one machine's at a time."""
    return Refusal(503, ELSEWHERE, _ELSEWHERE, headers={"retry-after": "10"})


_NOT_FOUND = Text("There is nothing at this address.", "この宛先には何もありません。")
#: What a resource is called.
_KINDS = {
    "batch": Text("batch", "バッチ"),
    "consent": Text("consent", "同意"),
    "delivery": Text("delivery", "通知"),
    "entry": Text("entry", "保管庫の記録"),
    "file": Text("file", "ファイル"),
    "job": Text("job", "ジョブ"),
    "list": Text("list", "一覧"),
    "pairing": Text("pairing", "登録の手続き"),
    "task": Text("task", "署名依頼"),
    "key": Text("key", "キー"),
    "monitor": Text("monitor", "監視"),
    "purge": Text("purge", "廃棄の提案"),
    "signing task": Text("signing task", "署名タスク"),
    "template": Text("template", "ひな形"),
    "validation": Text("validation", "検証結果"),
    "verification": Text("verification", "保管庫の検証"),
    "webhook": Text("webhook", "Webhook"),
}
_NO_SUCH = Text("There is no such {what}.", "該当する{what}がありません。")
_NOT_YET = Text("This {what} is still being made.", "この{what}は処理中です。")
_NOT_MADE = Text("This {what} could not be made.", "この{what}の処理は失敗しました。")
_SEE_JOB = Text(
    "Its job says how far it is: GET /api/v1/jobs/ID; POST …/retry has a failed one done again.",
    "状況は GET /api/v1/jobs/ID で確認できます。失敗したジョブは POST …/retry でやり直せます。",
)
_SEE_DOCUMENT = Text("GET /openapi.json describes the API.", "GET /openapi.json に仕様があります。")
_METHOD = Text("This address does not take this method.", "この宛先では使えないメソッドです。")
_CREDENTIALS = Text("No valid API key came with the request.", "有効な API キーがありません。")
_HOW_TO_KEY = Text(
    "Send it as: Authorization: Bearer KEY. If you did: it was revoked, is over, or may not be used from this address.",
    "Authorization: Bearer キー の形で送ってください。送っている場合は、失効しているか、期限が過ぎているか、"
    "このアドレスからの使用が許可されていません。",
)
_OTHER_KEY = Text(
    "Permissions of a key do not change: have one made that has it (POST /api/v1/keys, or signkit service key add).",
    "キーの権限は変えられません。この権限を持つキーを発行してください（POST /api/v1/keys、または "
    "signkit service key add）。",
)
_NOT_FAILED = Text("This job has not failed.", "このジョブは失敗していません。")
_STILL_TRIED = Text(
    "It is done, or tried again, by itself; GET /api/v1/jobs/ID shows its last problem.",
    "自動で処理または再試行されます。直近の問題は GET /api/v1/jobs/ID で確認できます。",
)
_FORBIDDEN = Text("This needs the permission {permission}.", "権限 {permission} が必要です。")
_INVALID = Text("The request is not as the API describes it.", "リクエストが API の仕様に合いません。")
_MEDIA_TYPE = Text("The body may be: {accepted}.", "本文に使える形式: {accepted}")
_ENCODING = Text("Send the body as it is, without Content-Encoding.", "Content-Encoding なしで送ってください。")
_TOO_LARGE = Text("More was sent than is taken: {most} bytes.", "送信できるのは {most} バイトまでです。")
_ACCEPT = Text("There is: {offered}.", "返せる形式: {offered}")
_IF_MATCH = Text("This change needs the header If-Match.", "変更には If-Match ヘッダーが必要です。")
_IF_MATCH_HINT = Text("Read the resource, and send its ETag.", "まず取得し、その ETag を送ってください。")
_CHANGED = Text("The resource was changed meanwhile.", "その間に変更されています。")
_BUSY = Text("The first request with this key is not done.", "同じキーの最初のリクエストが処理中です。")
_OTHER_REQUEST = Text(
    "This Idempotency-Key was used for another request.", "この Idempotency-Key は別のリクエストに使われました。"
)
_TOO_MANY = Text(
    "Too many requests; again in {seconds} s.", "リクエストが多すぎます。{seconds} 秒後にやり直してください。"
)
_QUOTA = Text("The quota is used up: {quota}.", "利用枠を使い切りました: {quota}")
_ASK_OPERATOR = Text("Ask the operator of the service.", "サービスの運用者に連絡してください。")
_FAULT = Text("Something went wrong inside SignKit.", "SignKit の内部エラーです。")
_FAULT_HINT = Text("Give the operator the request's id.", "request_id を運用者に伝えてください。")
_UNAVAILABLE = Text("The service cannot answer now.", "いま応答できません。")
_ELSEWHERE = Text(
    "Another machine of the service works on the archive.", "サービスの別のマシンが保管庫を使用しています。"
)

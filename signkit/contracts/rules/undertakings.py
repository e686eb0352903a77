"""What terms that people write freely seem to say in pledges and guarantees: no reporting, no limit, renewal by itself.

Each looks at one sentence at a time, and lets pass what denies it (自動的に更新しない).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from signkit.contracts.rules.texts import plain, sentences

_REPORTING = re.compile(
    "(?:通報|申告|告発|(?:監督署|行政機関|官公庁|消費者庁|労働局|労働委員会)(?:へ|に|等).{0,20}(?:相談|申立|申出|報告))"
    ".{0,20}(?:しない|しません|ならない|禁止|禁ずる|禁じる|行わない|行いません|控え|差し控え|許可|承諾|同意を得)"
)
_REPORTING_BY_LEAVE = re.compile("(?:承諾|許可|同意)(?:を得|が|の|な).{0,20}(?:通報|申告|告発)")
_NOT_BARRED = re.compile(
    "妨げ(?:ない|ません|られない|るものでは)|制限(?:しない|しません|するものでは)|できる|できます|不利益な"
)
_WITHOUT_LIMIT = re.compile(
    "(?:極度額|上限|限度額).{0,8}(?:超え|関わらず|かかわらず|なし|ない|定めず)|無制限|限度なく|青天井"
)
_LIMITED = re.compile("責任を負わない|責任を負いません|超えない|超えることはない|超えて.{0,6}負わ(?:ない|ず)")
_RENEWAL = re.compile(
    "自動(?:的に)?(?:に)?(?:更新|継続|延長)|申出がない(?:とき|場合).{0,30}(?:更新|継続|延長)|当然に(?:更新|継続|延長)"
)
_NO_RENEWAL = re.compile("更新(?:は)?(?:しない|されない|しません|行わない)|(?:継続|延長)しない")
_NO_NOTICE = re.compile(
    "通知(?:を|は|義務を)?.{0,6}(?:要しない|不要|省略|行わない|しない|負わない)|解除(?:を)?.{0,8}(?:できない|ことができない|しない)"
)
_LEAVE_FORGONE = re.compile("放棄|消滅させる|取得(?:を|は)?(?:させない|しない|できない|認めない)")


def bars_reporting(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if wrongs might not be reported to authorities, or only by leave."""
    return any(
        (_REPORTING.search(each) or _REPORTING_BY_LEAVE.search(each)) and not _NOT_BARRED.search(each)
        for each in sentences(contract.get("special_terms", []))
    )


def guarantees_without_limit(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if a guarantor were liable beyond the limit, or without one."""
    return any(
        _WITHOUT_LIMIT.search(each) and not _LIMITED.search(each)
        for each in sentences(contract.get("special_terms", []))
    )


def renews_by_itself(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if it renewed itself."""
    return any(
        _RENEWAL.search(each) and not _NO_RENEWAL.search(each) for each in sentences(contract.get("special_terms", []))
    )


def waives_notices(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term does away with notices to a guarantor, or with the guarantor's withdrawal."""
    return any(_NO_NOTICE.search(each) for each in sentences(contract.get("special_terms", [])))


def forgoes_leave(text: str) -> bool:
    """Tell whether a text on annual leave gives it up or refuses it."""
    return _LEAVE_FORGONE.search(plain(text)) is not None

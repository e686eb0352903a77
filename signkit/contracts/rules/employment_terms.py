"""What an employment contract's words seem to say that no contract may: each looks at one sentence at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from signkit.contracts.rules.texts import sentences

_DISMISSED = re.compile("解雇")
_AT_ONCE = re.compile(
    "即時|即日|直ちに|予告(?:なく|なし|せず|をせず|をしないで|をすることなく|を要しない|期間を置かず)"
)
_BEFORE = re.compile("([0-9]+)(日|週間)(?:以上)?前")
#: 労働基準法20条1項・2項, 21条: pay in place of notice, the employee's own fault, whom the rule does not protect.
_WITHOUT_NOTICE = re.compile("手当|平均賃金|責め?に帰|懲戒|認定|天災|試用|試みの使用|20条|法令")
_LEAST_DAYS = 30
_MARRIED = re.compile("結婚|婚姻|妊娠|出産")
_ENDS = re.compile("退職|解雇|辞職|契約(?:は|を|が)?終了")
_NOT_FOR_IT = re.compile(
    "休暇|休業|祝|見舞|(?:理由|事由)と(?:して|する).{0,12}(?:ない|せず)|解雇(?:は)?し(?:ない|ません)"
)
_SAVED = re.compile("積み?立て|社内預金|貯蓄|貯金|(?:身元)?保証金|通帳")
_MUST = re.compile(
    "なければならない|ものとする|預け|預託|徴収|控除|天引き?|差し?引|保管する|納め|納付|納入|積み?立てる"
)
_FREELY = re.compile("任意|希望|委託|財形|拠出|申し?出|負担しない|徴収しない")
_OVERTIME = re.compile("(?:残業|時間外|休日(?:労働|出勤|勤務)|深夜).{0,12}(?:手当|賃金|代|割増|対価)")
_NOT_PAID = re.compile(
    "(?:支払|支給|請求|加算).{0,6}(?:わない|いません|しない|しません|できない|できません|行わない)|無給|無償"
)


def dismisses_without_notice(contract: Mapping[str, Any]) -> bool:
    """Tell whether somebody seems to be dismissed with less than thirty days' notice and no pay for it (20条)."""
    return any(
        _DISMISSED.search(each) and not _WITHOUT_NOTICE.search(each) and (_AT_ONCE.search(each) or _is_short(each))
        for each in (*sentences(contract["leaving"]), *_special_terms(contract))
    )


def _is_short(sentence: str) -> bool:
    days = [int(number) * (7 if unit == "週間" else 1) for number, unit in _BEFORE.findall(sentence)]
    return bool(days) and max(days) < _LEAST_DAYS


def ends_with_marriage(contract: Mapping[str, Any]) -> bool:
    """Tell whether marriage, pregnancy or birth seems to end the employment (均等法9条1項・2項)."""
    grounds = (each for ground in contract["leaving"]["dismissal"] for each in sentences(ground))
    terms = (each for each in _special_terms(contract) if _ENDS.search(each))
    return any(_MARRIED.search(each) and not _NOT_FOR_IT.search(each) for each in (*grounds, *terms))


def saves_by_force(contract: Mapping[str, Any]) -> bool:
    """Tell whether the employee seems to have to save, or to leave money with the employer (18条1項)."""
    return any(
        _SAVED.search(each) and _MUST.search(each) and not _FREELY.search(each) for each in _special_terms(contract)
    )


def denies_overtime_pay(contract: Mapping[str, Any]) -> bool:
    """Tell whether overtime seems to go unpaid (37条1項)."""
    overtime = contract["hours"]["overtime"].get("detail", "")
    return any(
        _OVERTIME.search(each) and _NOT_PAID.search(each) and "労働をしない" not in each
        for each in (*sentences(overtime), *_special_terms(contract))
    )


def _special_terms(contract: Mapping[str, Any]) -> Iterator[str]:
    return sentences(contract.get("special_terms", []))

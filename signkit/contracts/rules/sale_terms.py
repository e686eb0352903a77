"""What the special terms of a sale seem to say against the buyer: no liability, less time, no withdrawal.

Each looks at one sentence at a time, and lets pass what denies it (責任を免れない).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from signkit.contracts.rules.texts import sentences

_LIABILITY = re.compile("契約不適合|契約の内容に適合しない|瑕疵|担保責任|不具合|故障|欠陥|設備")
_EXCLUDED = re.compile(
    "(?:責任|責め|担保|(?:修補|補修|修理|追完|賠償)(?:の|する)?義務).{0,12}(?:負わない|負いません|負わず|負わぬ|免れる|免除)|免責|責任を問わない|異議を述べない"
    "|(?:請求|追及|追完|解除|補修|修補|修理|交換).{0,8}(?:しない|しません|できない|できません|ことができない|応じない|行わない)"
)
_DENIED = re.compile("免れ(?:ない|ません|ることはできない)|(?:免責|免除).{0,4}(?:されない|しない)|妨げない")
_CLAIM = re.compile("責任|通知|請求|申し?出|対応|修理|補修|修補")
#: 民法566条 itself has a year from then.
_FROM_KNOWING = re.compile("知った(?:時|とき|日)")
_TIME = re.compile("([0-9]+)(年|か月|ヶ月|ケ月|カ月|ヵ月|箇月|週間|日)(?:間|以内|まで|を?経過|が経過|に限)")
_MONTHS = {"年": 12.0, "週間": 7 / 31, "日": 1 / 31}
_WITHDRAWAL = re.compile("クーリング・?オフ|37条の2|申込み?の撤回")
_NO_WITHDRAWAL = re.compile("できない|できません|しない|しません|適用(?:が)?ない|放棄|対象外|手数料|違約金|損害")
_DEPOSIT = re.compile("手付")
_NO_CANCELLING = re.compile("(?:解除|解約).{0,16}(?:できない|できません|認めない|認めません|しない|しません|不可|放棄)")
#: 民法557条1項 itself: not once the other party has begun to perform.
_PERFORMING = re.compile("着手")
_DAMAGES = re.compile("損害賠償|賠償金|違約金")
_BESIDE = re.compile(
    "(?:のほか|に加え|とは別に|を超え).{0,40}(?:支払う|支払わなければ|賠償する|請求することができる|請求できる)"
)
_NOT_DUE = re.compile("要しない|請求しない|義務を負わない")
#: 宅地建物取引業法40条.
_LEAST_MONTHS = 24


def excludes_liability(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if the seller were not liable for what does not conform."""
    return any(
        _LIABILITY.search(each) and _EXCLUDED.search(each) and not _DENIED.search(each)
        for each in sentences(contract.get("special_terms", []))
    )


def shortens_liability(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if the buyer had less than two years to tell what does not conform."""
    return any(
        _MONTHS.get(unit, 1.0) * int(number) < _LEAST_MONTHS
        for each in sentences(contract.get("special_terms", []))
        if _LIABILITY.search(each) and _CLAIM.search(each) and not _FROM_KNOWING.search(each)
        for number, unit in _TIME.findall(each)
    )


def forgoes_withdrawal(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if the buyer could not withdraw, or had to pay for it (クーリング・オフ)."""
    return any(
        _WITHDRAWAL.search(each)
        and _NO_WITHDRAWAL.search(each)
        and not re.search("請求(?:することが)?(?:しない|できない)", each)
        for each in sentences(contract.get("special_terms", []))
    )


def forbids_cancelling_by_deposit(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if the buyer could not cancel by giving the deposit up (39条2項・3項)."""
    return any(
        _DEPOSIT.search(each) and _NO_CANCELLING.search(each) and not _PERFORMING.search(each)
        for each in sentences(contract.get("special_terms", []))
    )


def adds_to_damages(contract: Mapping[str, Any]) -> bool:
    """Tell whether a term sounds as if more were due than the penalty, which with damages is capped (38条1項)."""
    return any(
        _DAMAGES.search(each) and _BESIDE.search(each) and not _NOT_DUE.search(each)
        for each in sentences(contract.get("special_terms", []))
    )

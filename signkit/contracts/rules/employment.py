"""What an employment contract's figures come to: hours, the hourly base, fixed overtime pay, minimum wages.

Texts that a contract writes freely (days off, overtime, pay day) are read for their numbers and words; what cannot be
read is taken to be in order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from signkit.contracts.rules.known_values import values
from signkit.contracts.rules.texts import free_texts, plain

#: Weeks in a month of 365 days a year.
_WEEKS = 365 / 7 / 12
_LEGAL_WEEK = 40.0
#: Public holidays and the like take at most so much off the hours of a month.
_HOLIDAYS_AT_MOST = 0.1
#: 労働基準法施行規則21条: they are not in the base of premiums where they go by the person's circumstances.
_NOT_IN_BASE = re.compile("家族|扶養|通勤|別居|単身赴任|子女教育|住宅")
#: 最低賃金法4条3項, 同法施行規則1条.
_NOT_IN_MINIMUM = re.compile("精勤|皆勤|精皆勤|通勤|家族|扶養")
#: 政令指定都市, whose addresses are written without their prefecture.
_OF_CITIES = {
    "札幌市": "北海道", "仙台市": "宮城県", "さいたま市": "埼玉県", "千葉市": "千葉県", "横浜市": "神奈川県",
    "川崎市": "神奈川県", "相模原市": "神奈川県", "新潟市": "新潟県", "静岡市": "静岡県", "浜松市": "静岡県",
    "名古屋市": "愛知県", "京都市": "京都府", "大阪市": "大阪府", "堺市": "大阪府", "神戸市": "兵庫県",
    "岡山市": "岡山県", "広島市": "広島県", "北九州市": "福岡県", "福岡市": "福岡県", "熊本市": "熊本県",
}  # fmt: skip
#: 毎週日曜日, 毎週水曜日及び日曜日: these days and no other.
_DAYS_OF_THE_WEEK = re.compile(
    "毎?週?(?:の)?[月火水木金土日]曜日?(?:(?:、|・|及び|および|並びに|と)?毎?週?[月火水木金土日]曜日?)*(?:とする)?"
)
#: Days off beside those of every week.
_MORE_DAYS_OFF = re.compile("祝|年末|年始|夏季|夏期|盆|カレンダー|会社の定める|勤務|特別|創立")


def daily_hours(hours: Mapping[str, Any]) -> float:
    """Return the hours of work a day: from start to end (over midnight, too), less the break."""
    start, end = (int(hours[name][:2]) * 60 + int(hours[name][3:]) for name in ("start", "end"))
    return float(((end - start) % 1440 or 1440) - hours["break_minutes"]) / 60


def hours_a_week_at_least(contract: Mapping[str, Any]) -> float:
    """Return the hours of work a week: as stated, else what hours a day and days of the week without work come to.

    Nothing where neither tells: days off by a calendar or a roster, hours that go by another system.
    """
    hours = contract["hours"]
    if "weekly" in hours:
        return float(hours["weekly"])
    days_off = plain(contract["days_off"]["regular"]).strip("。")
    if hours["system"] != "固定時間制" or "other" in contract["days_off"] or not _DAYS_OF_THE_WEEK.fullmatch(days_off):
        return 0.0
    return daily_hours(hours) * (7 - len(set(re.findall("[月火水木金土日](?=曜)", days_off))))


def weekly_hours(contract: Mapping[str, Any]) -> float:
    """Return the hours of work a week: as stated, else a day's for each day on which there may be work, at most 40."""
    hours = contract["hours"]
    if "weekly" in hours:
        return float(hours["weekly"])
    days_off = plain(contract["days_off"]["regular"])
    named = len(set(re.findall("[月火水木金土日]曜", days_off)))
    both = 2 if re.search("土日|土・日|週休二日|週休2日", days_off) else 0
    return min(daily_hours(hours) * (7 - max(named, both, 1)), _LEGAL_WEEK)


def monthly_hours(contract: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the most that the average hours a month (月平均所定労働時間) can be; as stated, if so."""
    if "monthly_hours" in contract["wages"]:
        stated = float(contract["wages"]["monthly_hours"])
        return stated, stated
    most = weekly_hours(contract) * _WEEKS
    days_off = "".join(free_texts(contract["days_off"]))
    return (most * (1 - _HOLIDAYS_AT_MOST) if _MORE_DAYS_OFF.search(days_off) else most), most


def fixed_overtime_suffices(contract: Mapping[str, Any]) -> bool:
    """Tell whether fixed overtime pay reaches 1.25 of the hourly base for its hours, 1.5 beyond sixty (37条1項).

    Without stated hours a month the most that they can be is taken, so that what falls short does so for certain.
    """
    fixed = contract["wages"]["fixed_overtime"]
    _, most = monthly_hours(contract)
    hourly = _hourly(contract, most, _NOT_IN_BASE)
    covered = float(fixed["hours"])
    due = hourly * (1.25 * min(covered, 60) + 1.5 * max(covered - 60, 0))
    return bool(fixed["amount"] + 1 > due)


def reaches_minimum_wage(contract: Mapping[str, Any]) -> bool:
    """Tell whether the pay reaches the regional minimum wage at the start of the term.

    Without stated hours a month the least that they can be is taken, so that what falls short does so for certain.

    Raises:
        NotKnown: the minimum wage of the place or of that day is not known, and the pay reaches the last one known.
    """
    known, place = values("minimum-wage"), prefecture(contract)
    least, _ = monthly_hours(contract)
    hourly = _hourly(contract, least, _NOT_IN_MINIMUM)
    day = date.fromisoformat(contract["term"]["start"])
    newest = known.newest(place)
    if day > known.last and newest is not None and hourly < newest:
        return False
    return hourly >= known.on(place, day)


def prefecture(contract: Mapping[str, Any]) -> str:
    """Return the prefecture of the place of work, by its name or its city's there, else in the employer's address.

    Nothing where neither tells: many towns share their names.
    """
    names = {name: name for name in values("minimum-wage").items} | _OF_CITIES
    for text in (contract["workplace"]["initial"], contract["employer"]["address"]):
        found = [(text.index(name), names[name]) for name in names if name in text]
        if found:
            return min(found)[1]
    return ""


def _hourly(contract: Mapping[str, Any], hours: float, left_out: re.Pattern[str]) -> float:
    """Return the pay for an hour: the base wage by its kind, and the monthly allowances that count."""
    wages = contract["wages"]
    divisor = {"月給": hours, "日給": daily_hours(contract["hours"]), "時間給": 1.0}[wages["basis"]]
    allowances = sum(
        each["amount"]
        for each in wages.get("allowances", ())
        if not left_out.search(each["name"])
        and not re.search("につき|日額|1日|1回|一回", plain(each.get("method", "")))
    )
    return float(wages["base"] / max(divisor, 0.1) + allowances / max(hours, 0.1))


# --- texts -----------------------------------------------------------------------------------------------


def hours_named(text: str, period: str) -> float:
    """Return the most hours that a text allows a period (``月`` or ``年``): 1か月60時間30分 as 60.5; else 0."""
    pattern = (
        rf"(?:{period}|1(?:か|ヶ|ケ|カ|箇){period}|{period}間)[^0-9。、]{{0,8}}([0-9]+(?:\.[0-9]+)?)時間(?:([0-9]+)分)?"
    )
    found = re.findall(pattern, plain(text))
    return max((float(hours) + int(minutes or 0) / 60 for hours, minutes in found), default=0.0)


def age_named(text: str) -> int:
    """Return the first age that a text names (満55歳, 五十五歳), or 0."""
    found = re.search(r"([0-9]+)[歳才]", plain(text))
    return int(found.group(1)) if found else 0


_NONE = re.compile(
    r"(?:特に)?(?:なし|無し?|ない|ありません|-|―)(?:\(.*\))?|.*(?:与えない|付与しない|設けない|認めない|なし)"
)


def says_none(text: str) -> bool:
    """Tell whether a text says that there is nothing of it: なし, 無, 与えない, 定めない."""
    return _NONE.fullmatch(plain(text).strip("。 ")) is not None


def days_off_suffice(text: str) -> bool:
    """Tell whether days off may reach one a week or four in four weeks, as far as the text tells."""
    written = plain(text)
    if says_none(text):
        return False
    few = re.search(r"(?:月|4週)(?:間)?(?:に|に付き|につき|を通じて?|で|あたり|当たり)?([0-9]+)(?:日|回)", written)
    rare = re.search(r"隔週|(?:[23]週|2週間|3週間|10日)(?:に|ごと)", written)
    return not (few and int(few.group(1)) < 4) and not rare


_NOT_MONTHLY = re.compile(
    "隔月|(?:[2-9]|1[0-2])(?:か|ヶ|ケ|カ|箇)月(?:ごと|毎|に1|分)|四半期|半年|年[1-9]回|毎年|年俸.*一括|随時|不定期|都度|未定"
)


def paid_monthly(text: str) -> bool:
    """Tell whether pay days may be monthly and fixed, as far as the text tells (24条2項)."""
    return _NOT_MONTHLY.search(plain(text)) is None


def sent_to_person(means: str) -> bool:
    """Tell whether working conditions are sent to that person, not put where others read them (労基則5条4項2号)."""
    written = plain(means)
    shown = re.search("ウェブ|ホームページ|ブログ|サイト|掲示|掲載|イントラ|ダウンロード|記録媒体|USB|CD", written)
    return shown is None or re.search("メール|メッセージ|ファクシミリ|FAX|SMS|送信", written) is not None


_PENALTY = re.compile(
    "違約金|罰金|違約罰|損害賠償の?額|賠償額を?(?:予定|定め)|[0-9][百千万]*円.{0,12}(?:賠償|弁償)|(?:賠償|弁償).{0,12}[0-9][百千万]*円"
    "|(?:研修|講習|留学|資格取得|採用|紹介|教育).{0,8}(?:費|料).{0,20}(?:返還|返金|弁償|支払わ|負担する)"
)
_NO_PENALTY = re.compile("違約金(?:の定め)?は?(?:ない|なし|定めない|請求しない|徴収しない)")


def fixes_penalty(contract: Mapping[str, Any]) -> bool:
    """Tell whether any text of the contract sounds as if a penalty or an amount of damages were fixed (16条)."""
    return any(_PENALTY.search(text) and not _NO_PENALTY.search(text) for text in map(plain, free_texts(contract)))

"""Where an office's own form waits for a pen: blanks, dates, names, signatures; and what to write there instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from signkit.words import Text

#: What parties are called in forms, and the role that fits.
_ROLES = {
    "売主": "seller", "買主": "buyer", "貸主": "landlord", "借主": "tenant",
    "賃貸人": "landlord", "賃借人": "tenant", "使用者": "employer", "労働者": "employee",
    "委託者": "client", "受託者": "contractor", "発注者": "client", "受注者": "contractor",
    "注文者": "client", "請負人": "contractor", "連帯保証人": "guarantor", "保証人": "guarantor",
    "仲介業者": "broker", "宅地建物取引士": "broker", "開示者": "discloser", "受領者": "recipient",
    "甲": "first", "乙": "second", "丙": "third",
}  # fmt: skip
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MOST_PLACES = 40
_LONGEST_SHOWN = 40

_BLANK = r"(?:[_＿]{2,}|[ 　]{2,}|[…‥]{2,}|[.．・]{4,}|[○〇◯●]{2,}|[（(][ 　]*[）)])"
_NAMES = "|".join(sorted(_ROLES, key=len, reverse=True))
_PARTY = re.compile(rf"[（(「]?({_NAMES})[）)」]?")
_DATE = re.compile(rf"(?:令和|平成|西暦)?(?:{_BLANK}|[ 　]*)年(?:{_BLANK}|[ 　]+)月(?:{_BLANK}|[ 　]+)日")
_MONEY = re.compile(rf"金?[ 　]*{_BLANK}[ 　]*円")
_TO = re.compile(rf"(?:{_BLANK}|^[ 　]*)[ 　]*[様殿]|{_BLANK}[ 　]*御中")
_SEAL = re.compile(r"㊞|[（(]印[）)]|[ 　_＿]印[ 　]*$|署名[ 　]*(?:$|[_＿])|記名押印[ 　]*$")
_LABELS = {
    "住所": "address", "所在地": "address", "氏名": "name", "名称": "name", "商号": "name", "会社名": "name",
    "電話": "phone", "電話番号": "phone", "生年月日": "birth_date", "所在": "location", "地番": "lot_number",
    "期間": "period", "金額": "amount", "代金": "price", "賃料": "rent",
}  # fmt: skip
_LABELLED = re.compile(rf"({'|'.join(sorted(_LABELS, key=len, reverse=True))})[ 　]*[:：]?[ 　]*(?:{_BLANK}|$)")


@dataclass(frozen=True)
class LikelyPlace:
    """A place in the form, with what could stand there."""

    text: str
    instead: str

    def in_words(self) -> Text:
        """Return a line for people."""
        return Text(f"“{self.text}” → {self.instead}", f"「{self.text}」 → {self.instead}")


def roles_for(called: Iterable[str]) -> list[str]:
    """Return a role for each name of a party: the name itself, the usual one, or a numbered one."""
    roles: list[str] = []
    for number, name in enumerate(called, 1):
        role = name if _ROLE.fullmatch(name) else _ROLES.get(name, f"party{number}")
        roles.append(role if role not in roles else f"party{number}")
    return roles


def likely_places(lines: Sequence[str]) -> Iterator[LikelyPlace]:
    """Yield the places of a form's paragraphs, in order, each once; at most forty."""
    table, seen = "first", set[LikelyPlace]()
    for line in lines:
        if party := _PARTY.search(line):
            table = _ROLES[party[1]]
        for instead in _tags(line, table, party[1] if party else None):
            place = LikelyPlace(_excerpt(line), instead)
            if place not in seen and len(seen) < _MOST_PLACES:
                seen.add(place)
                yield place


def _tags(line: str, table: str, party: str | None) -> Iterator[str]:
    """Yield what could stand in place of a line's blanks; ``table`` is whose lines these are."""
    if "{{" in line or "{%" in line:
        return
    if _DATE.search(line):
        yield "{{ contract_date | full_date }}"
    if _MONEY.search(line):
        yield "{{ price | yen }}"
    if found := _LABELLED.search(line):
        yield f"{{{{ {table}.{_LABELS[found[1]]} }}}}"
    elif _TO.search(line) or (party is not None and _ends_blank(line, party)):
        yield f"{{{{ {table}.name }}}}"
    elif re.search(_BLANK.replace("|[ 　]{2,}", ""), line) and not _DATE.search(line) and not _MONEY.search(line):
        yield f"{{{{ {table}.item }}}}"
    if _SEAL.search(line):
        label = party or next((name for name, role in _ROLES.items() if role == table), table)
        yield f"[[署名:{label}]]"


def _ends_blank(line: str, party: str) -> bool:
    """Whether nothing but a blank follows the party's name (甲　＿＿＿＿)."""
    rest = line.partition(party)[2].strip("）)」:： 　")
    return (not rest and line.strip() != "" and len(line.strip()) < _LONGEST_SHOWN) or bool(re.fullmatch(_BLANK, rest))


def _excerpt(line: str) -> str:
    words = "".join(" " if unicodedata.category(each).startswith(("C", "Z")) else each for each in line)
    words = re.sub(" {2,}", "  ", words).strip()
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}…"

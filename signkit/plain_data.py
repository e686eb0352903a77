"""Plain data from a stranger: tables, lists, texts, numbers, truth values, all within bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, NoReturn

from signkit.errors import ContractDataUnreadable
from signkit.limits import CONTRACT_DATA_BYTES
from signkit.words import STEERING, Text, are_shown

#: Bounds of one contract's data.
MAX_DEPTH = 20
MAX_VALUES = 20_000
MAX_TEXT = 20_000

Data = dict[str, Any]

TOO_DEEP = Text("it is nested too deeply", "入れ子が深すぎます")
_LONGEST_SHOWN_DIGITS = 11


class Refused(ValueError):
    """The data breaks a rule of all contract data."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.cause = Text(en, ja)


def read_plain(raw: bytes, reader: Callable[[str], object], name: str) -> Data:
    """Return the table that ``reader`` finds in UTF-8 bytes.

    Raises:
        ContractDataUnreadable: it is too large, not UTF-8, not well-formed, or no table.
    """
    try:
        if len(raw) > CONTRACT_DATA_BYTES:
            limit = CONTRACT_DATA_BYTES
            raise Refused(f"it is larger than {limit} bytes", f"{limit} バイトを超えています")
        return plain_data(reader(raw.decode("utf-8-sig")), name)
    except Refused as error:
        raise ContractDataUnreadable(name, error.cause) from error
    except UnicodeDecodeError as error:
        raise ContractDataUnreadable(name, Text("it is not UTF-8", "文字コードが UTF-8 ではありません")) from error
    except RecursionError as error:
        raise ContractDataUnreadable(name, TOO_DEEP) from error
    except ValueError as error:
        detail = "it is not well-formed" if may_hold_number(str(error)) else str(error)
        raise ContractDataUnreadable(name, Text(detail, f"書式の誤り ({detail})")) from error


def may_hold_number(text: str) -> bool:
    """Whether a message could repeat a 個人番号: it has as many digits."""
    return sum(map(str.isdigit, text)) > _LONGEST_SHOWN_DIGITS


def plain_data(value: object, name: str = "data") -> Data:
    """Return ``value`` as contract data: plain values within the bounds, dates as texts.

    Raises:
        ContractDataUnreadable: it is no table, holds another kind of value, or exceeds a bound.
    """
    try:
        if not isinstance(value, Mapping):
            raise Refused("it is not a table of items", "項目の表ではありません")
        result = _plain(value, 0, [0])
    except Refused as error:
        raise ContractDataUnreadable(name, error.cause) from error
    assert isinstance(result, dict)
    return result


def _plain(value: object, depth: int, count: list[int]) -> Any:
    count[0] += 1
    if depth > MAX_DEPTH:
        raise Refused(TOO_DEEP.en, TOO_DEEP.ja)
    if count[0] > MAX_VALUES:
        raise Refused(f"it has more than {MAX_VALUES} values", f"値が {MAX_VALUES} 個を超えています")
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, depth + 1, count) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1, count) for item in value]
    return _scalar(value)


def _key(key: object) -> str:
    # Names are shown in messages, so they hold nothing that a terminal would act on.
    if not isinstance(key, str) or not 0 < len(key) <= 100 or not are_shown(key):
        raise Refused("an item's name is not a short, printable text", "項目名が短い文字列ではありません")
    return key


def _scalar(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise Refused(f"a text is longer than {MAX_TEXT} characters", f"{MAX_TEXT} 文字を超える文があります")
        return value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float) and abs(value) < 10**18:
        return value
    raise Refused("it holds a value of a kind or size that is not allowed", "扱えない種類または大きさの値があります")


def read_json(text: str) -> object:
    """Return the value of a JSON text in which no key stands twice."""
    return json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise Refused(f"{name} is not a number", f"{name} は数値として扱えません")


def unique(pairs: Iterable[tuple[Any, Any]]) -> Data:
    """Return the table of ``pairs``, or refuse a key that stands twice."""
    table: Data = {}
    for key, value in pairs:
        if _key(key) in table:
            shown = "?" if may_hold_number(key) else key
            raise Refused(f"the item {shown} stands twice", f"項目 {shown} が二度書かれています")
        table[key] = value
    return table


def item_at(data: Mapping[str, Any], path: str) -> Any:
    """Return the item of ``data`` at a dotted path (``seller.name``), or None where there is none."""
    value: Any = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def json_text(value: Any, *, indent: int | None = None, separators: tuple[str, str] | None = None) -> str:
    """Return ``value`` as JSON text, Japanese as it is, without a line end behind it.

    A stranger's name may hold turns of direction, or the line separators and controls (C1) that JSON itself lets stand:
    they are written as escapes, so that the value is the same.
    """
    written = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return STEERING.sub(lambda found: json.dumps(found[0])[1:-1], written)

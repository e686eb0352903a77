"""Contract data: read from YAML, JSON or TOML.

All three give the same plain values: tables, lists, texts, numbers, truth values.  Dates stay texts (``2026-11-21``).
YAML is read as its 1.2 core schema without tags, anchors and aliases, so that ``no`` is a text, ``09:00`` is no
number and a small file cannot grow into a large one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NoReturn

from signkit.contracts import privacy
from signkit.errors import ContractDataUnreadable, InputUnreadable, system_cause
from signkit.words import Text

#: Bounds of one contract's data.
MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 20_000
MAX_TEXT = 20_000

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_YAML_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_STRING_TAG = "tag:yaml.org,2002:str"

Data = dict[str, Any]

_TOO_DEEP = Text("it is nested too deeply", "入れ子が深すぎます")


class _Refused(ValueError):
    """The data breaks a rule of all contract data."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.cause = Text(en, ja)


def load_contract_data(path: Path) -> Data:
    """Read contract data from a .yaml, .yml, .json or .toml file.

    Raises:
        InputUnreadable: the file cannot be read.
        ContractDataUnreadable: it is too large, not UTF-8, not well-formed, or no table.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    return parse_contract_data(raw, path.suffix.lower(), str(path))


def parse_contract_data(raw: bytes, suffix: str, name: str = "data") -> Data:
    """Read contract data from bytes; ``suffix`` (``.yaml``, ``.json``, ``.toml``) tells the format.

    Raises:
        ContractDataUnreadable: it is too large, not UTF-8, not well-formed, or no table.
    """
    reader = _READERS.get(suffix)
    try:
        if reader is None:
            raise _Refused(f"{suffix or 'no suffix'} is not a known format", f"{suffix} という形式は扱えません")
        if len(raw) > MAX_BYTES:
            raise _Refused(f"it is larger than {MAX_BYTES} bytes", f"{MAX_BYTES} バイトを超えています")
        return plain_data(reader(raw.decode("utf-8-sig")), name)
    except _Refused as error:
        raise ContractDataUnreadable(name, error.cause) from error
    except UnicodeDecodeError as error:
        raise ContractDataUnreadable(name, Text("it is not UTF-8", "文字コードが UTF-8 ではありません")) from error
    except RecursionError as error:
        raise ContractDataUnreadable(name, _TOO_DEEP) from error
    except ValueError as error:
        detail = _without_digits(str(error))
        raise ContractDataUnreadable(name, Text(detail, f"書式の誤り ({detail})")) from error


def plain_data(value: object, name: str = "data") -> Data:
    """Return ``value`` as contract data: plain values within the bounds, dates as texts.

    Raises:
        ContractDataUnreadable: it is no table, holds another kind of value, or exceeds a bound.
    """
    try:
        if not isinstance(value, Mapping):
            raise _Refused("it is not a table of items", "項目の表ではありません")
        result = _plain(value, 0, [0])
    except _Refused as error:
        raise ContractDataUnreadable(name, error.cause) from error
    assert isinstance(result, dict)
    return result


def _plain(value: object, depth: int, count: list[int]) -> Any:
    count[0] += 1
    if depth > MAX_DEPTH:
        raise _Refused(_TOO_DEEP.en, _TOO_DEEP.ja)
    if count[0] > MAX_VALUES:
        raise _Refused(f"it has more than {MAX_VALUES} values", f"値が {MAX_VALUES} 個を超えています")
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, depth + 1, count) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1, count) for item in value]
    return _scalar(value)


def _key(key: object) -> str:
    # Names are shown in messages, so they hold nothing that a terminal would act on.
    if not isinstance(key, str) or not 0 < len(key) <= 100 or not key.isprintable():
        raise _Refused("an item's name is not a short, printable text", "項目名が短い文字列ではありません")
    return key


def _scalar(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise _Refused(f"a text is longer than {MAX_TEXT} characters", f"{MAX_TEXT} 文字を超える文があります")
        return value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float) and abs(value) < 10**18:
        return value
    raise _Refused("it holds a value of a kind or size that is not allowed", "扱えない種類または大きさの値があります")


def _read_json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is not a number", f"{name} は数値として扱えません")


def _unique(pairs: Iterable[tuple[Any, Any]]) -> Data:
    table: Data = {}
    for key, value in pairs:
        if _key(key) in table:
            shown = "?" if privacy.holds_my_number(key) else key
            raise _Refused(f"the item {shown} stands twice", f"項目 {shown} が二度書かれています")
        table[key] = value
    return table


def _read_yaml(text: str) -> object:
    """Build the document from YAML events, without recursion and without constructors."""
    import yaml

    # libyaml's parser where it is there; both give the same events.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root: list[Any] = []
    open_containers: list[list[Any]] = [root]
    try:
        for event in yaml.parse(text, Loader=loader):
            _refuse_yaml_extras(event, len(open_containers))
            if isinstance(event, yaml.ScalarEvent):
                open_containers[-1].append(_yaml_scalar(event.value, event.implicit[0], event.tag))
            elif isinstance(event, yaml.CollectionStartEvent):
                open_containers.append([])
            elif isinstance(event, yaml.SequenceEndEvent):
                closed = open_containers.pop()
                open_containers[-1].append(closed)
            elif isinstance(event, yaml.MappingEndEvent):
                flat = open_containers.pop()
                open_containers[-1].append(_unique(zip(flat[::2], flat[1::2], strict=True)))
    except yaml.YAMLError as error:
        # The whole message would quote the data.
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise ValueError(f"{getattr(error, 'problem', None) or 'it is not YAML'}{where}") from error
    if len(root) != 1:
        raise _Refused("it is not one document", "文書が一つではありません")
    return root[0]


def _refuse_yaml_extras(event: Any, depth: int) -> None:
    import yaml

    if depth > MAX_DEPTH + 2:
        raise _Refused(_TOO_DEEP.en, _TOO_DEEP.ja)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _Refused("anchors and aliases are not allowed", "アンカーとエイリアスは使えません")
    if getattr(event, "tag", None) not in (None, "!", _STRING_TAG):
        raise _Refused("tags are not allowed", "タグは使えません")


def _yaml_scalar(value: str, plain: bool, tag: str | None) -> object:
    if not plain or tag:
        return value
    if value in _YAML_WORDS:
        return _YAML_WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _FRACTION.fullmatch(value):
        return float(value)
    return value


def _without_digits(message: str) -> str:
    """Return a parser's message without numbers of twelve digits, should it quote the data."""
    return message if not privacy.holds_my_number(message) else "it is not well-formed"


_READERS: dict[str, Callable[[str], object]] = {
    ".json": _read_json,
    ".toml": tomllib.loads,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
}


def item_at(data: Mapping[str, Any], path: str) -> Any:
    """Return the item of ``data`` at a dotted path (``seller.name``), or None where there is none."""
    value: Any = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value

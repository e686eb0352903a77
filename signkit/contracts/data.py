"""Contract data: read from YAML, JSON or TOML.

All three give the same plain values: tables, lists, texts, numbers, truth values.  Dates stay texts (``2026-11-21``).
YAML is read as its 1.2 core schema without tags, anchors and aliases, so that ``no`` is a text, ``09:00`` is no
number and a small file cannot grow into a large one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from signkit.contracts.data_faults import data_fault
from signkit.errors import ContractDataUnreadable, InputUnreadable, system_cause
from signkit.limits import CONTRACT_DATA_BYTES
from signkit.plain_data import MAX_DEPTH, TOO_DEEP, Data, Refused, read_json, read_plain, unique
from signkit.words import Text

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_YAML_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_STRING_TAG = "tag:yaml.org,2002:str"


def load_contract_data(path: Path) -> Data:
    """Read contract data from a .yaml, .yml, .json or .toml file.

    Raises:
        InputUnreadable: the file cannot be read.
        ContractDataUnreadable: it is too large, not UTF-8, not well-formed, or no table.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(CONTRACT_DATA_BYTES + 1)
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    return parse_contract_data(raw, path.suffix.lower(), str(path))


_NO_SUFFIX = Text(
    "its name has no ending that says what it is (.yaml, .json, .toml)",
    "形式を示す拡張子 (.yaml、.json、.toml) がありません",
)


def parse_contract_data(raw: bytes, suffix: str, name: str = "data") -> Data:
    """Read contract data from bytes; ``suffix`` (``.yaml``, ``.json``, ``.toml``) tells the format.

    Raises:
        ContractDataUnreadable: it is too large, not UTF-8, not well-formed, or no table.
    """
    reader = _READERS.get(suffix)
    if reader is None:
        unknown = Text(f"{suffix} is not a known format", f"{suffix} という形式は扱えません")
        cause = unknown if suffix else _NO_SUFFIX
        raise ContractDataUnreadable(name, cause)
    return read_plain(raw, reader, name)


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
                open_containers[-1].append(unique(zip(flat[::2], flat[1::2], strict=True)))
    except yaml.YAMLError as error:
        cause = data_fault(error, text)  # the whole message would quote the data
        raise Refused(cause.en, cause.ja) from error
    if len(root) != 1:
        raise Refused("it is not one document", "文書が一つではありません")
    return root[0]


def _refuse_yaml_extras(event: Any, depth: int) -> None:
    import yaml

    if depth > MAX_DEPTH + 2:
        raise Refused(TOO_DEEP.en, TOO_DEEP.ja)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Refused("anchors and aliases are not allowed", "アンカーとエイリアスは使えません")
    if getattr(event, "tag", None) not in (None, "!", _STRING_TAG):
        raise Refused("tags are not allowed", "タグは使えません")


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


def _read_json(text: str) -> object:
    try:
        return read_json(text)
    except json.JSONDecodeError as error:
        cause = data_fault(error, text)
        raise Refused(cause.en, cause.ja) from error


def _read_toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        cause = data_fault(error, text)
        raise Refused(cause.en, cause.ja) from error


_READERS: dict[str, Callable[[str], object]] = {
    ".json": _read_json,
    ".toml": _read_toml,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
}

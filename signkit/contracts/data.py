"""Contract data: read from YAML, JSON or TOML, then checked against the template's schema.

All three give the same plain values: tables, lists, texts, numbers, truth values.  Dates stay texts (``2026-11-21``).
YAML is read as its 1.2 core schema without tags, anchors and aliases, so that ``no`` is a text, ``09:00`` is no
number and a small file cannot grow into a large one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from signkit.contracts import characters, fonts, privacy
from signkit.contracts.template import Template
from signkit.errors import ContractDataUnreadable, InputUnreadable, Problem
from signkit.words import Text

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

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


class _Refused(ValueError):
    """The data breaks a rule of all contract data."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.cause = Text(en, ja)


# --- reading ---------------------------------------------------------------------------------------------


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
        raise InputUnreadable(str(path), error.strerror or str(error)) from error
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


_TOO_DEEP = Text("it is nested too deeply", "入れ子が深すぎます")


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
            raise _Refused(f"the item {key} stands twice", f"項目 {key} が二度書かれています")
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
        raise ValueError(" ".join(str(error).split())[:200]) from error
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


# --- checking --------------------------------------------------------------------------------------------


def check_contract_data(
    template: Template, data: Mapping[str, Any], font_set: fonts.FontSet | None = None
) -> tuple[Problem, ...]:
    """Return everything that is wrong with ``data``, in the order of the schema's items; nothing if it fits.

    Looks at the schema, the template's own checks, characters that may not or cannot be printed, and 個人番号.
    """
    structure = [_schema_problem(template, error) for error in _validator(template).iter_errors(data)]
    texts = list(_text_problems(template, data, font_set))
    rules = () if structure else _broken_checks(template, data)
    return tuple(dict.fromkeys([*structure, *texts, *rules]))


def item_at(data: Mapping[str, Any], path: str) -> Any:
    """Return the item of ``data`` at a dotted path (``seller.name``), or None where there is none."""
    value: Any = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


@lru_cache(maxsize=16)
def _validator(template: Template) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(())
    checker.checks("date", raises=ValueError)(_is_date)
    return Draft202012Validator(template.schema, format_checker=checker)


def _is_date(value: object) -> bool:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return False
        date.fromisoformat(value)
    return True


def _broken_checks(template: Template, data: Mapping[str, Any]) -> Iterator[Problem]:
    from signkit.contracts.markup import holds

    for check in template.checks:
        if not holds(template, check.expression, data):
            title, clause = _title_and_clause(template.schema, check.path.split("."))
            yield Problem("check", check.path, title, check.clause or clause, check.message)


def _text_problems(template: Template, data: Mapping[str, Any], font_set: fonts.FontSet | None) -> Iterator[Problem]:
    for steps, key, text in _texts(data, ()):
        for code, message in _faults(text, key, font_set):
            title, clause = _title_and_clause(template.schema, steps)
            # A key that is itself the number must not be printed either.
            shown = "?" if code == "my-number" and privacy.holds_my_number(_dotted(steps)) else _dotted(steps)
            yield Problem(code, shown, title if shown != "?" else Text("?", "?"), clause, message)


def _faults(text: str, key: bool, font_set: fonts.FontSet | None) -> Iterator[tuple[str, Text]]:
    if privacy.holds_my_number(text):
        yield "my-number", _MY_NUMBER
    if privacy.names_my_number(text):
        yield "my-number", _MY_NUMBER_NAMED
    if refused := characters.refused_characters(text):
        shown = ", ".join(characters.describe(character) for character in refused)
        yield (
            "character",
            Text(
                f"holds characters that may not stand in a contract: {shown}",
                f"契約書に使えない文字があります: {shown}",
            ),
        )
    elif not key and (missing := fonts.missing_glyphs(text, font_set)):
        shown = fonts.describe_missing(missing)
        yield "glyph", Text(f"the fonts cannot draw: {shown}", f"フォントに字形のない文字があります: {shown}")


_MY_NUMBER = Text(
    "holds what may be a 個人番号 (12 digits whose check digit fits); it must not stand in a contract",
    "個人番号とみられる12桁の数字があります。契約書には記載できません",
)
_MY_NUMBER_NAMED = Text(
    "names the 個人番号; it must not stand in a contract", "個人番号を指す語があります。契約書には記載できません"
)


def _texts(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], bool, str]]:
    """Yield every key and every scalar of the data as text, with the steps to it and whether it is a key."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield (*steps, key), True, key
            yield from _texts(item, (*steps, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*steps, index))
    elif isinstance(value, str):
        yield steps, False, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield steps, False, str(value)


def _dotted(steps: Iterable[str | int]) -> str:
    """Return steps as people write them: ``buildings[0].area``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).removeprefix(".")


# --- the schema's words ----------------------------------------------------------------------------------


def _title_and_clause(schema: Mapping[str, Any], steps: Iterable[str | int]) -> tuple[Text, str | None]:
    """Return the title of the item at ``steps`` (its path where it has none) and the clause it answers.

    The clause of a table holds for its items that name none.
    """
    titles: list[Text] = []
    clause: str | None = None
    at: Mapping[str, Any] = schema
    steps = list(steps)
    for step in steps:
        at = _resolved(schema, _child(at, step))
        clause = at.get("x-clause", clause)
        if isinstance(step, int):
            titles.append(Text(f"no. {step + 1}", f"{step + 1}件目"))
        elif "title" in at:
            titles.append(Text(en=at.get("x-title-en", at["title"]), ja=at["title"]))
        else:
            titles.append(Text(step, step))
    if not titles:
        return Text("the contract", "契約データ全体"), None
    return Text(" / ".join(title.en for title in titles), "・".join(title.ja for title in titles)), clause


def _child(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    found = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
    return found if isinstance(found, Mapping) else {}


def _resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local ``$ref`` (``#/$defs/person``); the words beside it win over those of its target."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    target: Any = root
    for name in reference[2:].split("/"):
        target = target.get(name, {})
    return {**target, **schema}


def _schema_problem(template: Template, error: ValidationError) -> Problem:
    steps: list[str | int] = list(error.absolute_path)
    code = "value"
    if error.validator == "required":
        steps.append(_missing_name(error))
        code = "missing"
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        code = "unknown"
    elif error.validator == "type":
        code = "type"
    title, clause = _title_and_clause(template.schema, steps)
    return Problem(code, _dotted(steps), title, clause, _words(error))


def _any(value: object) -> Any:
    """Return an attribute of a validation error, whose type says it may be unset; here it never is."""
    return value


def _missing_name(error: ValidationError) -> str:
    """Return the one missing item that ``error`` is about (the library words it, one error an item)."""
    names: list[str] = _any(error.validator_value)
    return next(name for name in names if name not in _any(error.instance) and error.message.startswith(repr(name)))


_TYPES = {
    "string": Text("a text", "文字列"),
    "integer": Text("a whole number", "整数"),
    "number": Text("a number", "数値"),
    "boolean": Text("true or false", "true または false"),
    "array": Text("a list", "リスト"),
    "object": Text("a table of items", "項目の表"),
}


def _words(error: ValidationError) -> Text:
    """Say in both languages what a schema error means; the value itself is never quoted."""
    wanted = _any(error.validator_value)
    match error.validator:
        case "required":
            return Text("is missing", "記載がありません")
        case "type":
            kind = _TYPES.get(str(wanted), Text(str(wanted), str(wanted)))
            return Text(f"must be {kind.en}", f"{kind.ja}で書いてください")
        case "enum":
            choices = ", ".join(str(choice) for choice in wanted)
            return Text(f"must be one of: {choices}", f"次のいずれかにしてください: {choices}")
        case "const":
            return Text(f"must be {wanted}", f"{wanted} でなければなりません")
        case "format":
            return Text("must be a date such as 2026-11-21", "2026-11-21 の形の正しい日付にしてください")
        case "minimum" | "exclusiveMinimum":
            return Text(f"must be at least {wanted}", f"{wanted} 以上にしてください")
        case "maximum" | "exclusiveMaximum":
            return Text(f"must be at most {wanted}", f"{wanted} 以下にしてください")
        case "minLength":
            return Text("must not be empty", "空にはできません")
        case "maxLength":
            return Text(f"must have at most {wanted} characters", f"{wanted} 文字以内にしてください")
        case "minItems":
            return Text(f"must have at least {wanted} entries", f"{wanted} 件以上必要です")
        case "maxItems":
            return Text(f"must have at most {wanted} entries", f"{wanted} 件以内にしてください")
        case "pattern":
            return Text("is not of the form asked for", "書式が正しくありません")
        case "additionalProperties" | "unevaluatedProperties":
            return _unknown_items(error)
        case other:
            return Text(f"does not fit the template ({other})", f"ひな形の定めに合いません ({other})")


def _unknown_items(error: ValidationError) -> Text:
    known: list[str] = list(_any(error.schema).get("properties", {}))
    unknown: list[str] = [name for name in _any(error.instance) if name not in known]
    shown = []
    for name in unknown[:20]:
        if privacy.holds_my_number(name):
            shown.append(("?", "?"))
            continue
        near = get_close_matches(name, known, n=1)
        shown.append((f"{name} (did you mean {near[0]}?)", f"{name}({near[0]} の誤り?)") if near else (name, name))
    return Text(
        "has items that the template does not know: " + ", ".join(en for en, _ in shown),
        "ひな形にない項目があります: " + "、".join(ja for _, ja in shown),
    )

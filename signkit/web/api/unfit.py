"""What does not fit in a request: its place, and what is wrong there, in both languages.

The value itself is never quoted: it may be a password, or somebody's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from signkit.words import Text, printable

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

#: What tells one form from another: errors of these, of the value itself, say that it is not the one that is meant.
_OF_THE_FORM = ("type", "const", "required", "additionalProperties", "not")
_MOST_NAMES, _LONGEST_NAME = 10, 60


@dataclass(frozen=True)
class UnfitPart:
    """A part of a request that is not as the document says.

    Attributes:
        at: a JSON pointer, or the name of a parameter or header.
        detail: what is wrong; a sentence's end, for ``at`` is its subject.
    """

    at: str
    detail: Text


def parts_of(error: ValidationError) -> Iterator[UnfitPart]:
    """Yield what an error of a schema means; of forms of which one could be meant, what is wrong with that one."""
    meant = _form_that_is_meant(error)
    if meant:
        for each in meant:
            yield from parts_of(each)
    else:
        yield UnfitPart("/" + "/".join(str(each) for each in error.absolute_path), _words(error))


def _form_that_is_meant(error: ValidationError) -> list[ValidationError]:
    """Return the errors of the one form (oneOf, anyOf) whose members a value has; none where that is not clear."""
    forms: dict[Any, list[ValidationError]] = {}
    for each in error.context or ():
        forms.setdefault(each.relative_schema_path[0], []).append(each)
    likely = [
        errors
        for errors in forms.values()
        if not any(each.validator in _OF_THE_FORM and not each.relative_path for each in errors)
    ]
    return likely[0] if len(likely) == 1 else []


def _words(error: ValidationError) -> Text:
    kind, wanted = str(error.validator), error.validator_value
    match kind:
        case "required":
            return _MISSING.filled(names=_missing_name(error))
        case "additionalProperties" | "unevaluatedProperties" | "propertyNames":
            return _unknown_names(error)
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else list(_plain(wanted))
            told = [_TYPES.get(each, Text(each, each)) for each in kinds]
            return _TYPE.filled(en=" or ".join(each.en for each in told), ja="または".join(each.ja for each in told))
        case "enum":
            return _ONE_OF.filled(choices=", ".join(str(each) for each in _plain(wanted)))
        case "pattern":
            return _PATTERNS.get(str(wanted)) or _PATTERN.filled(wanted=wanted)
        case "format":
            return NO_MOMENT if wanted == "date-time" else NO_DATE
        case "oneOf" | "anyOf":
            return _NO_FORM if error.context else _TWO_FORMS
        case _:
            return _BY_KIND[kind].filled(wanted=wanted) if kind in _BY_KIND else _OTHER.filled(kind=kind)


def _plain(value: object) -> Any:
    """Return a member of an error of the library, which says that it may be unset; here it never is."""
    return value


def _missing_name(error: ValidationError) -> str:
    """Return the one missing member that an error is about (the library makes one error of each)."""
    names: list[str] = _plain(error.validator_value)
    given = _plain(error.instance)
    return next(name for name in names if name not in given and error.message.startswith(repr(name)))


def _unknown_names(error: ValidationError) -> Text:
    if error.validator == "propertyNames" or not isinstance(error.instance, Mapping):
        return _UNKNOWN
    known = list(_plain(error.schema).get("properties", {}))
    names = [name for name in error.instance if name not in known][:_MOST_NAMES]
    shown = []
    for name in names:
        near = get_close_matches(name, known, n=1)
        text = printable(name[:_LONGEST_NAME])
        shown.append(_NEAR.filled(name=text, near=near[0]) if near else Text(text, text))
    return _UNKNOWN_NAMES.filled(en=", ".join(each.en for each in shown), ja="、".join(each.ja for each in shown))


UNKNOWN = Text("is unknown", "仕様にありません")
REQUIRED = Text("is required", "必須です")
TWICE = Text("is given twice", "二重に指定されています")
NO_CURSOR = Text("is none of this API", "この API が返したカーソルではありません")
NO_BASE64 = Text("is no base64", "base64 として読めません")
NO_DATE = Text("is no date", "存在する日付ではありません")
NO_MOMENT = Text("is no moment", "存在する日時ではありません")

_MISSING = Text("lacks {names}", "{names} がありません")
_UNKNOWN = Text("has a member that the document does not know", "仕様にない項目名があります")
_UNKNOWN_NAMES = Text("has members that the document does not know: {en}", "仕様にない項目があります: {ja}")
_NEAR = Text("{name} (did you mean {near}?)", "{name}（{near} の誤りですか）")
_TYPE = Text("must be {en}", "{ja}にしてください")
_TYPES = {
    "string": Text("a text", "文字列"),
    "integer": Text("a whole number", "整数"),
    "number": Text("a number", "数値"),
    "boolean": Text("true or false", "true または false "),
    "array": Text("a list", "配列"),
    "object": Text("an object", "オブジェクト"),
    "null": Text("null", "null "),
}
_ONE_OF = Text("must be one of: {choices}", "次のいずれかにしてください: {choices}")
_PATTERN = Text("is not of the form {wanted}", "{wanted} の形にしてください")
_PATTERNS = {
    r"\S": Text("must not be blank", "空白以外の文字が必要です"),
    r"^[0-9]{13}$": Text("must be 13 digits", "13 桁の数字にしてください"),
    r"^[0-9a-f]{64}$": Text(
        "must be a SHA-256: 64 hexadecimal digits, lower case", "SHA-256（小文字の 16 進数 64 桁）にしてください"
    ),
    r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$": Text(
        "must be an id that this API gave out (a UUID, lower case)",
        "この API が返した id（小文字の UUID）にしてください",
    ),
    r"^[A-Za-z0-9+/]+={0,2}$": Text("must be base64, without line ends", "改行のない base64 にしてください"),
    r"^\d{4}-\d{2}$": Text("must be a month such as 2026-11", "2026-11 の形の年月にしてください"),
    r"^\d{4}-\d{2}-\d{2}$": Text("must be a date such as 2026-11-21", "2026-11-21 の形の日付にしてください"),
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$": Text(
        "must be a moment such as 2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z の形の日時にしてください"
    ),
}
_NO_FORM = Text("fits none of the forms that the document gives", "仕様にある形のどれにも合いません")
_TWO_FORMS = Text("fits several forms of which one is to be chosen", "一つだけ選ぶべき形の複数に当たります")
_BY_KIND = {
    "const": Text("must be {wanted}", "{wanted} にしてください"),
    "minLength": Text("must have at least {wanted} characters", "{wanted} 文字以上にしてください"),
    "maxLength": Text("must have at most {wanted} characters", "{wanted} 文字以内にしてください"),
    "minimum": Text("must be at least {wanted}", "{wanted} 以上にしてください"),
    "maximum": Text("must be at most {wanted}", "{wanted} 以下にしてください"),
    "exclusiveMinimum": Text("must be more than {wanted}", "{wanted} より大きくしてください"),
    "exclusiveMaximum": Text("must be less than {wanted}", "{wanted} より小さくしてください"),
    "minItems": Text("must have at least {wanted} entries", "{wanted} 件以上必要です"),
    "maxItems": Text("must have at most {wanted} entries", "{wanted} 件以内にしてください"),
    "uniqueItems": Text("holds an entry twice", "同じ値が二度あります"),
    "minProperties": Text("must have at least {wanted} members", "項目が {wanted} 個以上必要です"),
    "maxProperties": Text("must have at most {wanted} members", "項目は {wanted} 個以内にしてください"),
    "not": Text("has members that exclude each other", "同時に指定できない項目があります"),
}
_OTHER = Text("does not fit the document ({kind})", "仕様に合いません（{kind}）")

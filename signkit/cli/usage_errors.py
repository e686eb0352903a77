"""What was typed wrongly, said in the user's language, with what was probably meant."""

from __future__ import annotations

import re
from typing import Any

from signkit.cli.help_pages import choice_names, value_name
from signkit.cli.language import translate
from signkit.words import Text, printable

_ERROR = Text("Error: {message}", "エラー: {message}")
_TRY = Text("Try '{command} {option}' for help.", "使い方の説明: {command} {option}")
_NO_COMMAND = Text("No such command '{name}'.", "コマンド '{name}' はありません。")
_COMMAND_MISSING = Text("Missing command.", "コマンドを指定してください。")
_NO_OPTION = Text("No such option: {name}.", "オプション {name} はありません。")
_MEANT = Text(" Did you mean {names}?", "もしかして: {names}")
_OPTION_MISSING = Text("Missing option '{name}'.", "オプション '{name}' が必要です。")
_ARGUMENT_MISSING = Text("Missing argument '{name}'.", "引数 '{name}' が必要です。")
_VALUE_MISSING = Text("Option '{name}' requires an argument.", "オプション '{name}' には値が必要です。")
_VALUE_TOO_MUCH = Text("Option '{name}' does not take a value.", "オプション '{name}' は値を取りません。")
_TOO_MANY = Text("Got unexpected extra argument(s) ({names})", "余分な引数があります: {names}")
_VALUE_WRONG = Text("Invalid value for '{name}': {why}", "'{name}' の値が正しくありません: {why}")
_CHOICES = Text(" Choose from: {choices}.", "次のいずれかを指定してください: {choices}。")
_NO_CHOICE = Text("'{value}' is not one of {choices}.", "'{value}' は指定できません。指定できるもの: {choices}。")
_NO_NUMBER = Text("'{value}' is no whole number.", "'{value}' は整数ではありません。")
_NO_AMOUNT = Text("'{value}' is no number.", "'{value}' は数ではありません。")
_TOO_SMALL = Text("{value} is less than {least}.", "{value} は {least} より小さい値です。")
_TOO_LARGE = Text("{value} is more than {most}.", "{value} は {most} より大きい値です。")

#: The kinds of Pydantic's complaints, and what is said of each.
_COMPLAINTS = {
    "int_parsing": _NO_NUMBER,
    "int_from_float": _NO_NUMBER,
    "int_type": _NO_NUMBER,
    "float_parsing": _NO_AMOUNT,
    "greater_than_equal": _TOO_SMALL,
    "less_than_equal": _TOO_LARGE,
}


def usage_error(error: Any) -> str:
    """Return what Click's usage error says, with the usage above and the hint below it."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return f"{error.format_message()}\n"
    context = error.ctx
    above = ""
    if context is not None:
        option = context.help_option_names[0]
        above = f"{context.get_usage()}\n{translate(_TRY, command=context.command_path, option=option)}\n\n"
    message = translate(_ERROR, message=_message(error))
    hint = getattr(error, "hint", None)
    return f"{above}{message}\n" + (f"  → {hint}\n" if hint else "")


def no_such_command(name: str, commands: list[str]) -> str:
    """Return what is said of a command that there is not."""
    from difflib import get_close_matches

    said, meant = translate(_NO_COMMAND, name=printable(name)), get_close_matches(name, commands)
    return said + translate(_MEANT, names=" / ".join(meant)) if meant else said


def _message(error: Any) -> str:
    """Return the error's sentence; Click's own where it is none of those known here."""
    tell = _SENTENCES.get(type(error).__name__)
    return (tell and tell(error)) or error.format_message()


def _no_option(error: Any) -> str:
    said = translate(_NO_OPTION, name=printable(error.option_name))
    meant = [name for name in error.possibilities or () if name not in ("--help", "-h")]
    return said + translate(_MEANT, names=" / ".join(meant)) if meant else said


def _missing(error: Any) -> str | None:
    parameter = error.param
    if parameter is None:
        return None
    argument = parameter.param_type_name == "argument"
    name = value_name(parameter) if argument else " / ".join(parameter.opts)
    said = translate(_ARGUMENT_MISSING if argument else _OPTION_MISSING, name=name)
    if parameter.type_descriptor.choices is None:
        return said
    return said + translate(_CHOICES, choices=", ".join(choice_names(parameter)))


def _wrong(error: Any) -> str | None:
    parameter, complaint = error.param, _complaint(error)
    if parameter is None or complaint is None:
        return None
    name = value_name(parameter) if parameter.param_type_name == "argument" else " / ".join(parameter.opts)
    return translate(_VALUE_WRONG, name=name, why=_why(parameter, complaint))


def _complaint(error: Any) -> dict[str, Any] | None:
    """Return the first thing that Pydantic says of the value."""
    told = getattr(error.__cause__, "errors", None)
    return next(iter(told()), None) if told else None


def _why(parameter: Any, complaint: dict[str, Any]) -> str:
    value = printable(str(complaint.get("input")))
    if parameter.type_descriptor.choices is not None:
        return translate(_NO_CHOICE, value=value, choices=", ".join(choice_names(parameter)))
    limits = complaint.get("ctx", {})
    known = _COMPLAINTS.get(complaint["type"])
    if known is None:
        return printable(str(complaint["msg"]))
    return translate(known, value=value, least=limits.get("ge"), most=limits.get("le"))


def _bad_option(error: Any) -> str:
    sentence = _VALUE_TOO_MUCH if "does not take" in error.message else _VALUE_MISSING
    return translate(sentence, name=printable(error.option_name))


_EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)


def _general(error: Any) -> str | None:
    """Return the sentence for those of Click's errors that are told apart by their words alone."""
    if error.message == "Missing command.":
        return translate(_COMMAND_MISSING)
    if extra := _EXTRA.fullmatch(error.message):
        return translate(_TOO_MANY, names=extra[1])
    return None


_SENTENCES = {
    "NoSuchOption": _no_option,
    "MissingParameter": _missing,
    "BadParameter": _wrong,
    "BadOptionUsage": _bad_option,
    "UsageError": _general,
}

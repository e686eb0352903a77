"""Settings: defaults, then the user's ``signkit.toml``, then environment variables; one typed, frozen value.

A ``signkit.toml`` in the current folder is *not* read by itself: a folder of incoming files could bring one that adds a
trust anchor or names a library to load.
"""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, get_args

from signkit.errors import FileUnusable, InputUnreadable, syntax_cause, system_cause
from signkit.words import Language, Text

#: Each setting that may also come from the environment is ``SIGNKIT_`` + its name in upper case.
#: Lists are separated by ``os.pathsep``.
_PREFIX = "SIGNKIT_"
#: Settings that name one file or folder.
_PATHS = (
    "home",
    "archive",
    "pkcs11_module",
    "csc_token_file",
    "csc_client_secret_file",
    "auth_app_sandbox",
    "auth_app_production",
    "operator_key_file",
)
_MOST_SECONDS = 86_400.0


@dataclass(frozen=True)
class Settings:
    """What a user may set once and for all.

    Attributes:
        template_folders: folders searched for templates, before the shipped ones.
        font_folders: folders with further fonts (.otf, .ttf), searched after the shipped ones.
        tsa_urls: RFC 3161 timestamp services, tried in this order.
        trust_folders: PEM or DER certificates trusted as anchors, beside the shipped JPKI CA certificates.
        home: where SignKit keeps its own state (the rehearsal PKI); default: the platform's data folder.
        pkcs11_module: the PKCS#11 module that ``pkcs11:`` keys use where their URI names none.
        network_timeout: seconds a TSA, OCSP, CRL or signing service is waited for.
        csc_token_file: holds the access token for ``csc:`` keys.
        csc_client_id: with ``csc_client_secret_file`` in its place, gets an access token (OAuth client credentials).
        csc_client_secret_file: holds the client's secret.
        unknown: names in the file that are no settings, where they were not refused; a newer version may know them.
        believed: names (`signkit.pki.anchors.Anchor.name`) of those anchors that are believed beside the shipped ones;
            None: all that are named.  No file sets it: a service does, whose people decide.
        csc_token_url: where the access token is had; default: the service's own ``oauth2/token``.
        auth_app_sandbox, auth_app_production: the file of ``auth-app:sandbox`` and of ``auth-app:production``.
        archive: the folder of the archive (``signkit archive``); default: ``archive`` in ``home``.
        desk_language: in which ``signkit desk`` begins; default: Japanese.
        operator_url: the platform operator (プラットフォーム事業者) who is asked about revocation; None: nobody.
        operator_key_file: holds the operator's API key.
    """

    template_folders: tuple[Path, ...] = ()
    font_folders: tuple[Path, ...] = ()
    tsa_urls: tuple[str, ...] = ()
    trust_folders: tuple[Path, ...] = ()
    home: Path | None = None
    pkcs11_module: Path | None = None
    network_timeout: float = 10.0
    csc_token_file: Path | None = None
    csc_client_id: str | None = None
    csc_client_secret_file: Path | None = None
    csc_token_url: str | None = None
    auth_app_sandbox: Path | None = None
    auth_app_production: Path | None = None
    archive: Path | None = None
    desk_language: Language | None = None
    operator_url: str | None = None
    operator_key_file: Path | None = None
    unknown: tuple[str, ...] = ()
    believed: frozenset[str] | None = None

    def archive_folder(self) -> Path:
        """Return the folder of the archive (not created here).

        Raises:
            FileUnusable("no-home"): it is not set, and the system does not tell where this user's files are.
        """
        return self.archive or self.home_folder() / "archive"

    def home_folder(self) -> Path:
        """Return the folder of SignKit's own state (not created here).

        Raises:
            FileUnusable("no-home"): the system does not tell where this user's files are.
        """
        folder = self.known_home()
        if folder is None:
            raise FileUnusable("no-home")
        return folder

    def known_home(self) -> Path | None:
        """Return the folder of SignKit's own state, or None where the system does not tell one."""
        if self.home is not None:
            return self.home
        return _users_folder("data")


_NAMES = frozenset(field.name for field in fields(Settings)) - {"unknown", "believed"}


def load_settings(
    file: Path | None = None, environ: Mapping[str, str] = os.environ, *, strict: bool = True
) -> Settings:
    """Read settings from ``file`` (default: the user's own), then ``environ``.

    Args:
        strict: refuse unknown names, which may be misspelt; what only shows tells them instead (``unknown``).

    Raises:
        InputUnreadable: a named file cannot be read.
        FileUnusable("settings-invalid"): an unknown name, or a value of the wrong type.
    """
    settings = Settings()
    path = file or named_file(environ)
    if path is not None:
        read = _read_toml(path)
        unknown = () if strict else tuple(name for name in read if name not in _NAMES)
        known = {name: value for name, value in read.items() if name not in unknown}
        settings = replace(_apply(settings, known, str(path), path.parent), unknown=unknown)
    from_environment = {name: environ[_PREFIX + name.upper()] for name in _NAMES if environ.get(_PREFIX + name.upper())}
    return _apply(settings, from_environment, "environment", Path())


def named_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the file that settings are read from; None where there is none."""
    path = settings_file(environ)
    return path if path is not None and (_PREFIX + "SETTINGS" in environ or path.is_file()) else None


def settings_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the file named by SIGNKIT_SETTINGS, else signkit.toml in the user's configuration folder, there or not."""
    if named := environ.get(_PREFIX + "SETTINGS"):
        return Path(named)
    folder = _users_folder("config")
    return folder / "signkit.toml" if folder is not None else None


def _users_folder(kind: Literal["data", "config"]) -> Path | None:
    """Return this user's folder; None where neither HOME nor the user's entry tells it.

    "~" may then stay as it is, and what stands below a folder of that name here is anybody's.
    """
    import platformdirs

    ask = platformdirs.user_data_path if kind == "data" else platformdirs.user_config_path
    try:
        folder = ask("signkit", appauthor=False)
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    except (ValueError, RecursionError) as error:
        raise FileUnusable("settings-invalid", path=str(path), item="TOML", cause=syntax_cause(error)) from error


def _apply(settings: Settings, values: Mapping[str, object], source: str, base: Path) -> Settings:
    changes: dict[str, object] = {}
    for name, value in values.items():
        if name not in _NAMES:
            raise FileUnusable(
                "settings-invalid", path=source, item=name, cause=Text("unknown setting", "その名前の設定はありません")
            )
        changes[name] = _convert(name, value, source, base)
    return replace(settings, **changes)  # type: ignore[arg-type]


def _convert(name: str, value: object, source: str, base: Path) -> object:
    if name == "network_timeout":
        return _seconds(name, value, source)
    if name in ("csc_client_id", "csc_token_url", "operator_url"):
        return str(value)
    if name == "desk_language":
        return _language(name, value, source)
    if name in _PATHS:
        return _path(name, str(value), source, base)
    items = value.split(os.pathsep if name != "tsa_urls" else None) if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise FileUnusable(
            "settings-invalid", path=source, item=name, cause=Text("not a list of texts", "文字列の一覧ではありません")
        )
    if name == "tsa_urls":
        return tuple(items)
    return tuple(_path(name, item, source, base) for item in items)


def _seconds(name: str, value: object, source: str) -> float:
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 < seconds <= _MOST_SECONDS:  # neither NaN nor infinity
        cause = Text("not a number of seconds", "秒数ではありません")
        raise FileUnusable("settings-invalid", path=source, item=name, cause=cause)
    return seconds


def _language(name: str, value: object, source: str) -> str:
    if value not in get_args(Language):
        cause = Text("neither ja nor en", "ja でも en でもありません")
        raise FileUnusable("settings-invalid", path=source, item=name, cause=cause)
    return str(value)


def _path(name: str, value: str, source: str, base: Path) -> Path:
    try:
        return base / Path(value).expanduser()
    except RuntimeError as error:  # "~" of a user whose home nobody knows
        cause = Text("the home folder of ~ is not known", "~ のホームフォルダーが分かりません")
        raise FileUnusable("settings-invalid", path=source, item=name, cause=cause) from error


# --- writing -------------------------------------------------------------------------------------------------

_TABLE = re.compile(r"\s*\[")


def changed_settings(path: Path, changes: Mapping[str, str | tuple[str, ...] | None]) -> bytes:
    """Return what a settings file is to hold; whatever else is in it stays to the letter: comments, what is not known.

    Args:
        path: the file as it is now, or where it would be.
        changes: by the setting's name its text or texts; None or nothing takes it away.

    Raises:
        InputUnreadable, FileUnusable("settings-invalid"): the file cannot be read, or not be changed safely.
    """
    before = _read_toml(path) if path.is_file() else {}
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for name, value in changes.items():
        text = _with_setting(text, name, value or None)
    wanted = {name: value for name, value in before.items() if name not in changes}
    wanted |= {name: list(value) if isinstance(value, tuple) else value for name, value in changes.items() if value}
    if _as_toml(text) != wanted:  # whatever way of writing TOML the lines were not understood in
        cause = Text("it is written in a way that cannot be changed here", "ここから書き換えられない書き方です")
        raise FileUnusable("settings-invalid", path=str(path), item="TOML", cause=cause)
    return text.encode()


def _with_setting(text: str, name: str, value: str | tuple[str, ...] | None) -> str:
    """Return a TOML document with one item of its own table written anew, where it stands or before its tables."""
    lines = text.splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    own = re.compile(rf"""\s*(?:{name}|"{name}"|'{name}')\s*=""")
    start = next((number for number, line in enumerate(lines[:end]) if own.match(line)), None)
    new = [] if value is None else [f"{name} = {json.dumps(value, ensure_ascii=False)}\n"]
    if start is None:
        if end and not lines[end - 1].endswith("\n"):
            lines[end - 1] += "\n"
        return "".join([*lines[:end], *new, *lines[end:]])
    stop = next((stop for stop in range(start + 1, len(lines) + 1) if _as_toml("".join(lines[start:stop]))), start + 1)
    return "".join([*lines[:start], *new, *lines[stop:]])


def _as_toml(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None

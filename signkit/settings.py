"""Settings: defaults, then the user's ``signkit.toml``, then environment variables; one typed, frozen value.

A ``signkit.toml`` in the current folder is *not* read by itself: a folder of incoming files could bring one that adds a
trust anchor or names a library to load.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from signkit.errors import FileUnusable, InputUnreadable, system_cause
from signkit.words import Text

#: Each setting that may also come from the environment is ``SIGNKIT_`` + its name in upper case.
#: Lists are separated by ``os.pathsep``.
_PREFIX = "SIGNKIT_"


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
        csc_token_url: where the access token is had; default: the service's own ``oauth2/token``.
        archive: the folder of the archive (``signkit archive``); default: ``archive`` in ``home``.
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
    archive: Path | None = None

    def archive_folder(self) -> Path:
        """Return the folder of the archive (not created here)."""
        return self.archive or self.home_folder() / "archive"

    def home_folder(self) -> Path:
        """Return the folder of SignKit's own state (not created here)."""
        if self.home is not None:
            return self.home
        from platformdirs import user_data_path

        return user_data_path("signkit", appauthor=False)


def load_settings(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read settings from ``file`` (default: the user's own), then ``environ``.

    Raises:
        InputUnreadable: a named file cannot be read.
        FileUnusable("settings-invalid"): an unknown name, or a value of the wrong type.
    """
    settings = Settings()
    path = file or _default_file(environ)
    if path is not None:
        settings = _apply(settings, _read_toml(path), str(path), path.parent)
    from_environment = {
        field.name: environ[_PREFIX + field.name.upper()]
        for field in fields(Settings)
        if environ.get(_PREFIX + field.name.upper())
    }
    return _apply(settings, from_environment, "environment", Path())


def _default_file(environ: Mapping[str, str]) -> Path | None:
    """Return the file named by SIGNKIT_SETTINGS, else signkit.toml in the user's configuration folder, if there."""
    if named := environ.get(_PREFIX + "SETTINGS"):
        return Path(named)
    from platformdirs import user_config_path

    candidate = user_config_path("signkit", appauthor=False) / "signkit.toml"
    return candidate if candidate.is_file() else None


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileUnusable(
            "settings-invalid", path=str(path), item="TOML", cause=Text(str(error), f"書式の誤り ({error})")
        ) from error


def _apply(settings: Settings, values: Mapping[str, object], source: str, base: Path) -> Settings:
    known = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    changes: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            raise FileUnusable(
                "settings-invalid", path=source, item=name, cause=Text("unknown setting", "その名前の設定はありません")
            )
        changes[name] = _convert(name, value, source, base)
    return replace(settings, **changes)  # type: ignore[arg-type]


def _convert(name: str, value: object, source: str, base: Path) -> object:
    if name == "network_timeout":
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise FileUnusable(
                "settings-invalid", path=source, item=name, cause=Text("not a number of seconds", "秒数ではありません")
            ) from error
    if name in ("csc_client_id", "csc_token_url"):
        return str(value)
    if name in ("home", "archive", "pkcs11_module", "csc_token_file", "csc_client_secret_file"):
        return base / Path(str(value)).expanduser()
    items = value.split(os.pathsep if name != "tsa_urls" else None) if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise FileUnusable(
            "settings-invalid", path=source, item=name, cause=Text("not a list of texts", "文字列の一覧ではありません")
        )
    if name == "tsa_urls":
        return tuple(items)
    return tuple(base / Path(item).expanduser() for item in items)

"""Where a relying party stands with デジタル認証アプリ: one file for each of its environments, never mixed.

The names ``production``, ``sandbox`` and ``rehearsal`` each have a file of their own (`signkit.settings`), the file
says the name again, and what belongs to one is refused in another: a loopback address outside the rehearsal, a
certificate that names JPKI as its issuer outside production (`signkit.signers.auth_app`), any other in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, NoReturn, TypeVar
from urllib.parse import urlsplit

from signkit.errors import InputUnreadable, SignerUnusable, syntax_cause, system_cause
from signkit.pki.http import is_this_machine
from signkit.secret_file import SecretUnsafe, read_private_file, read_secret
from signkit.settings import Settings
from signkit.words import Text

Secret = TypeVar("Secret", str, bytes)

_MAX_CONFIG = 65_536
#: Set at the relying party's registration, and needed.
_NEEDED = ("environment", "issuer", "client_id", "client_secret_file", "redirect_uri", "decryption_key_file")
#: Where the service's own pages would say otherwise, with what the standards or its public pages say.
_DEFAULTS = {
    "api": "",
    "scope": "openid sign",
    "acr_values": "",
    "client_authentication": "client_secret_basic",
    "result_token": "client",
}
_CHOICES = {
    "client_authentication": ("client_secret_basic", "client_secret_post"),
    "result_token": ("client", "person"),
}


class Environment(StrEnum):
    """Which of the service's worlds is spoken to."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True)
class AuthAppConfig:
    """A relying party's registration in one environment.

    Attributes:
        environment: which.
        issuer: the OpenID provider's issuer identifier, without a final slash.
        api: what stands before ``/api/sign-transactions``.
        client_id, client_secret: of the relying party.
        redirect_uri: where the browser comes back to: a loopback page of this machine, or an https page.
        decryption_key: the private key (PEM) for which results are encrypted.
        scope, acr_values: as asked for; no ``acr_values`` where empty.
        client_authentication: RFC 6749 2.3.1, in the header or in the form.
        result_token: whose access token opens the result: the client's own, or the one of the person's consent.
    """

    environment: Environment
    issuer: str
    api: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    decryption_key: bytes = field(repr=False)
    scope: str
    acr_values: str
    client_authentication: Literal["client_secret_basic", "client_secret_post"]
    result_token: Literal["client", "person"]

    @property
    def comes_back_here(self) -> bool:
        """Whether the browser comes back to a page of this machine."""
        return is_this_machine(urlsplit(self.redirect_uri).hostname or "")


def load_config(name: str, settings: Settings) -> AuthAppConfig:
    """Read the file of the environment ``name``.

    Raises:
        SignerUnusable("auth-app-unknown"): no environment of that name, or none that was set up.
        SignerUnusable("auth-app-config-invalid"): the file says something else than it should.
        SignerUnusable("auth-app-secret-unsafe"): others may read a secret.
        InputUnreadable: a file cannot be read.
    """
    path = _path(name, settings)
    values = _read_settings(path)
    if values["environment"] != name:
        _refuse(path, "environment", Text(f"it is not {name}", f"{name} ではありません"))
    environment = Environment(name)
    for item in ("issuer", "api", "redirect_uri"):
        if values[item]:
            _refuse_address(path, item, values[item], environment)
    for item, choices in _CHOICES.items():
        if values[item] not in choices:
            listed = ", ".join(choices)
            _refuse(path, item, Text(f"not one of {listed}", f"次のいずれかではありません: {listed}"))
    if not {"openid", "sign"} <= set(values["scope"].split()):
        _refuse(path, "scope", Text("it needs openid and sign", "openid と sign が必要です"))
    issuer = values["issuer"].rstrip("/")
    return AuthAppConfig(
        environment=environment,
        issuer=issuer,
        api=values["api"].rstrip("/") or issuer,
        client_id=values["client_id"],
        client_secret=_secret(path, values["client_secret_file"], read_secret),
        redirect_uri=values["redirect_uri"],
        decryption_key=_decryption_key(path, values["decryption_key_file"]),
        scope=values["scope"],
        acr_values=values["acr_values"],
        client_authentication=values["client_authentication"],  # type: ignore[arg-type]
        result_token=values["result_token"],  # type: ignore[arg-type]
    )


def _path(name: str, settings: Settings) -> Path:
    from signkit.rehearsal.auth_app.registration import REGISTRATION_FILE

    paths = {
        Environment.PRODUCTION: settings.auth_app_production,
        Environment.SANDBOX: settings.auth_app_sandbox,
        Environment.REHEARSAL: settings.home_folder() / "rehearsal" / REGISTRATION_FILE,
    }
    path = paths.get(name)  # type: ignore[call-overload]
    if path is None or (name == Environment.REHEARSAL and not path.exists()):
        raise SignerUnusable("auth-app-unknown", name=name, known=", ".join(Environment))
    return Path(path)


def _read_settings(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MAX_CONFIG + 1)
        given = tomllib.loads(raw.decode())
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        _refuse(path, "TOML", syntax_cause(error))
    for item, value in given.items():
        if item not in _NEEDED and item not in _DEFAULTS:
            _refuse(path, item, Text("unknown setting", "その名前の設定はありません"))
        if not isinstance(value, str) or not value.isprintable():
            _refuse(path, item, Text("not one line of text", "1行の文字列ではありません"))
    for item in _NEEDED:
        if not given.get(item):
            _refuse(path, item, Text("it is missing", "指定がありません"))
    return _DEFAULTS | given


def _refuse_address(path: Path, item: str, address: str, environment: Environment) -> None:
    """Take https; http on this machine for the page that the browser comes back to, and for all of the rehearsal."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.username is not None or parts.fragment or not address.isascii():
        _refuse(path, item, Text("no address", "アドレスではありません"))
    is_here = is_this_machine(host)
    if environment is Environment.REHEARSAL and not is_here:
        _refuse(path, item, Text("the rehearsal is on this machine only", "リハーサルはこのコンピューター内だけです"))
    plain = parts.scheme == "http" and is_here
    allowed = plain and (item == "redirect_uri" or environment is Environment.REHEARSAL)
    if parts.scheme != "https" and not allowed:
        _refuse(path, item, Text("it is not https", "https ではありません"))
    if plain and item == "redirect_uri" and parts.port is None:
        _refuse(
            path, item, Text("a page of this machine needs a port", "このコンピューターのページにはポートが必要です")
        )
    if environment is not Environment.REHEARSAL and is_here and item != "redirect_uri":
        _refuse(path, item, Text("this machine is the rehearsal's", "このコンピューターはリハーサル用です"))


def _decryption_key(path: Path, name: str) -> bytes:
    """Read the private key, and make sure now that it is one: the result comes after the person has signed."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = _secret(path, name, read_private_file)
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):  # TypeError: it is encrypted
        key = None
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        cause = Text(
            "no RSA or EC private key (PEM, not encrypted)", "RSA か EC の秘密鍵 (暗号化なしの PEM) ではありません"
        )
        _refuse(path, "decryption_key_file", cause)
    return pem


def _secret(path: Path, name: str, read: Callable[[Path], Secret]) -> Secret:
    secret = path.parent / Path(name).expanduser()
    try:
        return read(secret)
    except SecretUnsafe as unsafe:
        raise SignerUnusable("auth-app-secret-unsafe", path=str(secret), cause=unsafe.cause) from unsafe


def _refuse(path: Path, item: str, cause: Text) -> NoReturn:
    raise SignerUnusable("auth-app-config-invalid", path=str(path), item=item, cause=cause)

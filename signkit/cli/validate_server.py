"""``signkit validate --server``: the same command, judged by a service."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import LANGUAGE, words
from signkit.errors import InputUnreadable, ServiceError, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.client.many_files import ServerJudge
    from signkit.validation.options import ValidationOptions

_KEY_FILE = "SIGNKIT_SERVER_KEY_FILE"

Server: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help=words(
            "Let a service (signkit serve) judge: the files are sent to it.",
            "サービス (signkit serve) に検証させる。ファイルはそこへ送られる。",
        ),
        show_default=False,
    ),
]
ServerKeyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--server-key-file",
        metavar="FILE",
        help=words(
            "The service's key, in a file that only you can read (default: what SIGNKIT_SERVER_KEY_FILE names).",
            "サービスのキーが入った、本人だけが読めるファイル (既定: SIGNKIT_SERVER_KEY_FILE が示すもの)。",
        ),
        show_default=False,
    ),
]


def server_judge(url: str | None, key_file: Path | None, options: ValidationOptions) -> ServerJudge | None:
    """Return the service that is to judge; None where none is named.

    Raises:
        UsageProblem: a key without a service.
        ServiceError("server-address", "server-key"): the address or the key cannot be used.
    """
    if url is None:
        if key_file is not None:
            raise UsageProblem(
                Text("--server-key-file goes with --server", "--server-key-file は --server とともに使います"),
                Text("Name the service: --server https://HOST.", "--server https://ホスト名 を指定してください。"),
            )
        return None
    from signkit.client import Client
    from signkit.client.many_files import ServerJudge

    return ServerJudge(Client(url, _key(key_file), language=LANGUAGE), options)


def refuse_beside_server(url: str | None, policy: str, given: Mapping[str, object]) -> None:
    """What a service decides itself, or is not told, goes with no service.

    Args:
        given: what was given, by option; anything false was not.

    Raises:
        UsageProblem: something was.
    """
    if url is None:
        return
    unfit = [option for option, value in given.items() if value]
    if policy.endswith(".toml"):
        unfit.append("--policy FILE")
    if unfit:
        names = ", ".join(unfit)
        raise UsageProblem(
            Text(f"{names} cannot be used with --server", f"{names} は --server と同時に使えません"),
            next((hint for option, hint in _STAYS_HERE.items() if option in unfit), _OPERATOR_DECIDES),
        )


def _key(named: Path | None) -> str:
    from signkit.secret_file import SecretUnsafe, read_secret

    path = named or (Path(os.environ[_KEY_FILE]) if os.environ.get(_KEY_FILE) else None)
    if path is None:
        raise ServiceError("server-key", cause=_NONE_NAMED)
    try:
        return read_secret(path)
    except (SecretUnsafe, InputUnreadable) as error:
        raise ServiceError("server-key", cause=error.cause) from error


_OPERATOR_DECIDES = Text(
    "What is believed, and what is looked at, the service's operator decides.",
    "何を信頼し何を参照するかは、サービスの運用者が決めます。",
)
_PASSWORD_STAYS = Text(
    "A password is sent nowhere: judge an encrypted file here, without --server.",
    "パスワードはどこにも送りません。暗号化されたファイルは --server なしで、ここで検証してください。",
)
_STAYS_HERE = {
    "--ask-password": _PASSWORD_STAYS,
    "--password-stdin": _PASSWORD_STAYS,
    "--expect-table": Text(
        "A table of customers is sent nowhere: compare with it here, without --server.",
        "顧客の表はどこにも送りません。--server なしで、ここで照合してください。",
    ),
}
_NONE_NAMED = Text("no file is named", "ファイルが指定されていません")

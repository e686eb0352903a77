"""``signkit service person …``: the first people of a tenant, and who has lost everything; written into its log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import words
from signkit.cli.service.common import Folder, TenantId, open_tenants
from signkit.cli.service.keys import RoleName
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra, ServiceError
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection
    from signkit.web.api.tenants import Tenant
    from signkit.web.people.accounts import Person

PersonId = Annotated[str, typer.Argument(metavar="PERSON", help=words("The person's id.", "利用者の ID。"))]


def add(
    folder: Folder,
    tenant: TenantId,
    name: Annotated[str, typer.Option(metavar="NAME", help=words("As colleagues see it.", "利用者の氏名。"))],
    role: Annotated[RoleName, typer.Option(help=words("What they may do.", "役割。"))] = RoleName.ADMINISTRATOR,
) -> None:
    """Make an account and print its link, this once."""
    from signkit.web.people.accounts import add_person
    from signkit.web.people.declining import Declined
    from signkit.web.people.people_screen import read_name

    origin = _origin(folder)
    try:
        plain = read_name(name)
    except Declined as declined:
        raise ServiceError("person-name", name=name) from declined
    with _writing(folder, tenant) as (found, connection):
        person = add_person(connection, plain, role.value, found.store.now())
        _write(connection, found, "addPerson", person)
        link = _link(connection, found, person, origin)
    _show(link)


def show_all(folder: Folder, tenant: TenantId) -> None:
    """Print id, role, state and name, one person a line."""
    _require_service()
    from signkit.web.people.accounts import list_people
    from signkit.web.people.credentials import has_credentials

    with open_tenants(folder).get(tenant).store.reading() as connection:
        for each in list_people(connection):
            state = "disabled" if each.disabled_at else "active" if has_credentials(connection, each.id) else "invited"
            print(f"{each.id}\t{each.role}\t{state}\t{each.name}")


def make_link(folder: Folder, tenant: TenantId, person: PersonId) -> None:
    """Print a new link for somebody who lost theirs, or all that they came in with."""
    origin = _origin(folder)
    with _writing(folder, tenant) as (found, connection):
        known = _person(connection, person)
        _write(connection, found, "makeLink", known)
        link = _link(connection, found, known, origin)
    _show(link)


def change_role(
    folder: Folder,
    tenant: TenantId,
    person: PersonId,
    role: Annotated[RoleName, typer.Argument(metavar="ROLE", help=words("The new role.", "新しい役割。"))],
) -> None:
    """Give somebody another role, without a second person: whoever has a shell here is the operator."""
    with _writing(folder, tenant) as (found, connection):
        from signkit.web.people.accounts import set_role
        from signkit.web.people.sessions import end_sessions_of

        known = _person(connection, person)
        set_role(connection, known.id, role.value)
        end_sessions_of(connection, known)
        _write(connection, found, "changeRole", known)
    tell(_ROLE, name=known.name, role=role.value)


def disable(folder: Folder, tenant: TenantId, person: PersonId) -> None:
    """Let somebody in no more, at once."""
    with _writing(folder, tenant) as (found, connection):
        from signkit.web.people.people_screen import shut_out

        known = _person(connection, person)
        shut_out(connection, found, known)
        _write(connection, found, "disablePerson", known)
    tell(_DISABLED, name=known.name)


COMMANDS = (
    (
        "add",
        add,
        words("Add a person; prints a link, good for an hour.", "利用者を加え、1 時間有効なリンクを表示する。"),
    ),
    ("list", show_all, words("List the people.", "利用者を一覧する。")),
    ("link", make_link, words("Print a new link after a loss.", "紛失時に新しいリンクを表示する。")),
    ("role", change_role, words("Change a person's role.", "利用者の役割を変更する。")),
    ("disable", disable, words("Let a person in no more.", "利用者を停止する。")),
)


def _require_service() -> None:
    try:
        import fido2  # noqa: F401
        import starlette  # noqa: F401
    except ImportError as error:
        raise MissingExtra("signkit service person", "service") from error


def _origin(folder: Path) -> str:
    _require_service()
    from signkit.web.api.service_settings import read_service_settings

    origin = read_service_settings(folder).origin
    if origin is None:
        raise ServiceError("service-origin", path=str(folder))
    return origin


@contextmanager
def _writing(folder: Path, tenant: str) -> Iterator[tuple[Tenant, StoreConnection]]:
    _require_service()
    found = open_tenants(folder).get(tenant)
    with found.store.writing() as connection:
        yield found, connection


def _person(connection: StoreConnection, id_: str) -> Person:
    from signkit.web.people.accounts import find_person

    person = find_person(connection, id_)
    if person is None or person.disabled_at is not None:
        raise ServiceError("person-unknown", person=id_)
    return person


def _write(connection: StoreConnection, tenant: Tenant, action: str, person: Person) -> None:
    from signkit.web.api.operation_log import write_console_act

    write_console_act(connection, tenant.store.now(), action, person.id)


def _link(connection: StoreConnection, tenant: Tenant, person: Person, origin: str) -> str:
    from signkit.web.people import links

    return f"{origin}/invitation/{links.make_link(connection, tenant, person, 'console', links.FROM_CONSOLE)[0]}"


def _show(link: str) -> None:
    tell(_ONCE)
    print(link)


_ONCE = Text(
    "Open this link within an hour, on the person's own device; it is used once and not shown again.",
    "1 時間以内に、本人の機器でこのリンクを開いてください。一度だけ使え、再表示はできません。",
)
_ROLE = Text("{name} is {role} now.", "{name} の役割を {role} にしました。")
_DISABLED = Text("{name} comes in no more.", "{name} を停止しました。")

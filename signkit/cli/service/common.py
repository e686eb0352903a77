"""What the commands of the service share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import words
from signkit.errors import MissingExtra

if TYPE_CHECKING:
    from signkit.web.api.tenants import Tenants

Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FOLDER", help=words("The service's folder.", "サービスのフォルダー。"))
]
TenantId: TypeAlias = Annotated[
    str, typer.Argument(metavar="TENANT", help=words("The tenant's id.", "テナントの ID。"))
]


def open_tenants(folder: Path) -> Tenants:
    """Return the tenants of the service in ``folder``.

    Raises:
        ServiceError("service-missing"): there is no service.
        MissingExtra: the service is not installed.
    """
    try:
        from signkit.web.api.service import open_tenants as opened
        from signkit.web.api.service_settings import read_service_settings
    except ImportError as error:
        raise MissingExtra("signkit service", "service") from error
    return opened(folder, read_service_settings(folder))

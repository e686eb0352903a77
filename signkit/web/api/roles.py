"""Roles: what a 担当者, a 責任者, a 監査 and a 管理 may do, as sets of permissions of the API document.

A role is a name for what is granted when a key is made; the key holds the permissions themselves.
"""

from __future__ import annotations

from typing import Literal, get_args

from signkit.web.api.document import ApiDocument

Role = Literal["clerk", "supervisor", "auditor", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)

#: The clerk's (担当者) daily work.
_WORK = ("archive", "batches", "certificates", "contracts", "packs", "signing", "templates", "validations")
#: What the supervisor (責任者) answers for beside: consents and attributes, who is watched, what failed, the log, and
#: what need not be kept any longer.
_ANSWERED_FOR = ("attributes", "consents", "jobs", "log", "monitors", "purges", "usage")
#: What the administrator (管理) runs: who may call, who is told, what was used; nobody's contracts.
_RUN = ("keys", "usage", "webhooks")
#: To ask J-LIS for somebody's attributes is an act, not a look.
_NO_LOOK = "attributes:read"


def permissions_of(role: Role, document: ApiDocument) -> tuple[str, ...]:
    """Return what a role is granted."""
    if role == "auditor":
        return tuple(each for each in document.permissions if each.endswith(":read") and each != _NO_LOOK)
    areas = {"clerk": _WORK, "supervisor": _WORK + _ANSWERED_FOR, "administrator": _RUN}[role]
    return tuple(each for each in document.permissions if each.partition(":")[0] in areas)

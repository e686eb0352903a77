"""How the folders of a service are called: where a tenant's things lie, and what lies beside all tenants."""

from __future__ import annotations

#: In the service's folder, or in the one that ``files`` names: a folder for each tenant.
TENANTS = "tenants"
#: Beside them: the keys of the tenants' hashes, so that no copy of a tenant's folder holds its key.
KEYS = "monitor-keys"

#: Beside them, where tables are in SQLite: what is no tenant's yet.
COMMON = "common"

#: In a tenant's folder: its tables, where they are in SQLite; files that the store names; files on their way.
DATABASE = "store.sqlite"
FILES = "files"
SPOOL = "spool"
ARCHIVE = "archive"
OFFICE = "office"
#: The key of its hashes, on the way to `KEYS` while a tenant is brought in.
KEY = "monitor.key"

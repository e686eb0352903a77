"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a socket in it, with a role that serves."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.requirements import require

_TEMPLATE = "signkit_made"


class Cluster:
    """A running server; `database` makes a fresh database with the tables."""

    def __init__(self, folder, tools, run_as):
        self.folder, self._tools, self._run_as = folder, tools, run_as
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        settings = f"-F -c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=200"
        self._run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"), "-o", settings, "start")
        self.sql("CREATE ROLE signkit_owner LOGIN")
        self.sql("CREATE ROLE signkit_serve LOGIN")
        self.sql(f"CREATE DATABASE {_TEMPLATE} OWNER signkit_owner")
        from signkit.web.api.postgres_schema import make_tables

        make_tables(self.url(_TEMPLATE, "signkit_owner"), "signkit_serve")

    def url(self, database, role="signkit_serve"):
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def database(self):
        """Make a database with empty tables; return the address that the service uses."""
        name = f"t{secrets.token_hex(6)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} OWNER signkit_owner")
        return self.url(name)

    def sql(self, statement, url=None):
        import psycopg

        with psycopg.connect(url or self.url("postgres", "postgres"), autocommit=True) as connection:
            return connection.execute(statement)

    def rows(self, statement, url):
        import psycopg

        with psycopg.connect(url) as connection:
            return connection.execute(statement).fetchall()

    def stop(self):
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, tool, *words):
        command = [str(self._tools / tool), *words]
        if self._run_as:
            command = ["runuser", "-u", self._run_as, "--", *command]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


@contextlib.contextmanager
def running_cluster():
    """Start a server and stop it; as root it runs as the user whom Debian's package makes."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    require(found, "PostgreSQL (Debian's package postgresql) is not installed")
    run_as = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="signkit-pg-"))
    try:
        if run_as:
            os.chown(folder, pwd.getpwnam(run_as).pw_uid, -1)
        cluster = Cluster(folder, found[-1].parent, run_as)
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""The operator's commands for people: the first one, and who lost everything; each stands in the log."""

from __future__ import annotations

import pytest

from signkit.web.api.operation_log import breaks, operations
from signkit.web.api.service_settings import SETTINGS, create_service
from signkit.web.api.tenants import Tenants
from signkit.web.people.links import find_link
from tests.command import run_signkit


class Console:
    """The operator at the console of a service."""

    def __init__(self, tmp_path):
        self.folder, self.home = tmp_path / "service", tmp_path / "home"
        create_service(self.folder)
        self.set('origin = "https://desk.example.jp"')
        self.tenants = Tenants(self.folder)
        self.tenant = self.tenants.add("株式会社架空")

    def set(self, line):
        (self.folder / SETTINGS).write_text(line + "\n")

    def person(self, command, *arguments, lang="en", tenant=None):
        return run_signkit(
            "service",
            "person",
            command,
            str(self.folder),
            tenant or self.tenant.id,
            *arguments,
            home=self.home,
            lang=lang,
        )

    def log(self):
        with self.tenant.store.reading() as connection:
            assert list(breaks(connection)) == []
            return [(each.action, each.actor, each.subject) for each in operations(connection)]


@pytest.fixture
def console(tmp_path):
    return Console(tmp_path)


@pytest.mark.slow
def test_the_first_administrator_comes_in_by_a_link(console):
    answer = console.person("add", "--name", "髙橋")
    assert answer.returncode == 0
    start = "https://desk.example.jp/invitation/"
    link = answer.stdout.strip()
    assert link.startswith(start)
    tenant, found = find_link(console.tenants, link.removeprefix(start))
    assert (tenant.id, found.person.name, found.person.role) == (console.tenant.id, "髙橋", "administrator")
    assert console.log() == [("addPerson", "console", found.person.id)]
    assert console.person("list").stdout == f"{found.person.id}\tadministrator\tinvited\t髙橋\n"


@pytest.mark.slow
def test_roles_links_and_an_end(console):
    console.person("add", "--name", "髙橋", "--role", "clerk")
    person = console.person("list").stdout.split("\t")[0]
    assert console.person("role", person, "auditor").returncode == 0
    assert console.person("link", person).stdout.startswith("https://desk.example.jp/invitation/")
    assert console.person("list").stdout == f"{person}\tauditor\tinvited\t髙橋\n"
    assert "停止" in console.person("disable", person, lang="ja").stderr
    assert console.person("list").stdout == f"{person}\tauditor\tdisabled\t髙橋\n"
    assert [action for action, _, _ in console.log()] == ["addPerson", "changeRole", "makeLink", "disablePerson"]
    for command in (("link", person), ("role", person, "clerk"), ("disable", person)):
        assert console.person(*command).error.code == "person-unknown"


@pytest.mark.slow
def test_what_there_is_not_is_said(console):
    assert console.person("link", "nobody").error.code == "person-unknown"
    assert console.person("list", tenant="nobody").error.code == "tenant-unknown"
    assert console.person("add", "--name", "\u202e").error.code == "person-name"
    console.set("")
    assert console.person("add", "--name", "髙橋").error.code == "service-origin"
    assert console.log() == []

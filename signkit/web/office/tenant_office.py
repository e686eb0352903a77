"""A tenant's office: the desk's `Office` with home and archive inside the tenant's folder, and a seat for each person.

Files, batches and work under way belong to the tenant; drafts and searches to the person who typed them.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from signkit.errors import ServiceError
from signkit.japan_time import JST
from signkit.web.api.archives import make_archive
from signkit.web.api.service import Service
from signkit.web.api.store import Store
from signkit.web.api.tenants import Tenant
from signkit.web.api.turns import turn
from signkit.web.desk.drafts import Drafts
from signkit.web.desk.many_work import template_of
from signkit.web.desk.office import DeskOptions, Office, Pools, Turn
from signkit.web.desk.searches import Searches
from signkit.web.office import handover
from signkit.web.office.handover import HandOver
from signkit.web.office.handover_panel import panel
from signkit.web.office.table_panel import table_panel
from signkit.web.people.accounts import Person

if TYPE_CHECKING:
    from signkit.archive.operations import Act
    from signkit.archive.store import Archive
    from signkit.settings import Settings
    from signkit.validation.options import ValidationOptions
    from signkit.web.desk.batches import DeskBatch, MadeContract

#: What begins a contract's way through the office.
_BEGINNING = ("prepared", "consent-made", "withdrawal-made")


@dataclass
class TenantOffice(Office):
    """One tenant's office, as somebody sees it.

    Attributes:
        person: who sits at it; None: nobody yet.
        party: the role of the party who came by a link.
        term: since when the office is on this node (`signkit.web.api.places`).
    """

    service: Service | None = None
    tenant: Tenant | None = None
    person: Person | None = None
    party: str | None = None
    term: int = 0

    def chair(self, party: str) -> TenantOffice:
        """Return the office as a party finds it who came by a link."""
        seated = copy.copy(self)
        seated.person, seated.party = None, party
        return seated

    def seat(self, person: Person) -> TenantOffice:
        """Return the office as a person has it: drafts and searches of their own, all else shared."""
        seated = copy.copy(self)
        own = self.options.home / "people" / person.id
        seated.person, seated.drafts, seated.searches = person, Drafts(own / "drafts"), Searches(own)
        return seated

    def close(self) -> None:
        """See `Office.close`; what was only looked at is another node's now, if the office went there."""
        assert self.tenant is not None
        with contextlib.suppress(ServiceError), self.tenant.place.hold(patience=0):
            if self.tenant.place.term == self.term:
                super().close()
                return
        self.jobs.stop_all()

    @contextlib.contextmanager
    def archive(self) -> Iterator[Archive]:
        """See `Office.archive`."""
        assert self.tenant is not None
        with self.tenant.place.hold(), super().archive() as archive:
            yield archive

    @property
    def settings(self) -> Settings:
        """The service's settings, as they are now, with the tenant's archive."""
        assert self.service is not None
        assert self.tenant is not None
        return replace(self.service.settings, archive=self.tenant.archive_folder)

    def judgement(self) -> ValidationOptions:
        """Return how files are judged: as the API does."""
        assert self.service is not None
        return self.service.judgement()

    def who(self) -> str:
        """Return who acts, as the operation log names them."""
        if self.party is not None:
            return f"party:{self.party}"
        return f"person:{self.person.id}" if self.person is not None else "service"

    @property
    def store(self) -> Store:
        """The tenant's store."""
        assert self.tenant is not None
        return self.tenant.store

    def today(self) -> date:
        """Return the day in Japan."""
        return self.store.clock().astimezone(JST).date()

    @contextlib.contextmanager
    def turn(self, what: Turn) -> Iterator[None]:
        """See `Office.turn`: of all processes that serve this tenant."""
        with turn(self.store, what):
            yield

    def handover(self, sha256: str) -> HandOver | None:
        """Return how far a contract is in the office."""
        with self.store.reading() as connection:
            return handover.find(connection, sha256)

    def note(self, act: Act, sha256: str | None = None, entry: int | None = None) -> None:
        """See `Office.note`; what was made begins its way through the office, what is done with ends it."""
        super().note(act, sha256, entry)
        if sha256 is None:
            return
        with self.store.writing() as connection:
            if act in _BEGINNING:
                name = self.name_of(sha256) or sha256[:16]
                handover.begin(connection, sha256, name, self._id(), self.store.now())
            elif act == "discarded" or (act == "signed" and self._is_complete(sha256)):
                handover.end(connection, sha256)

    def continue_as(self, before: str, after: str, role: str = "") -> None:
        """See `Office.continue_as`; a signature does not undo what was approved."""
        super().continue_as(before, after, role)
        with self.store.writing() as connection:
            handover.continue_with(connection, before, after, self._id(), self.store.now(), role)

    def contracts_of(self, batch: DeskBatch) -> list[MadeContract]:
        """See `Office.contracts_of`: each row is a document of its own, which signatures change."""
        made = self.batches.contracts(batch)
        with self.store.reading() as connection:
            known = handover.find_all(connection, [each.sha256 for each in made])
        return [_as_it_is(each, known.get(each.sha256)) for each in made]

    def note_made(self, batch: DeskBatch) -> None:
        """See `Office.note_made`: each row begins its way through the office."""
        folder = self.batches.folder(batch) / "contracts"
        for name in batch.digests:
            self.shelf.put((folder / f"{name}.pdf").read_bytes(), f"{name}.pdf", "prepared")
        with self.store.writing() as connection:
            for name, sha256 in batch.digests.items():
                handover.begin(connection, sha256, f"{name}.pdf", self._id(), self.store.now(), batch.number)

    def discard_batch(self, batch: DeskBatch) -> None:
        """See `Office.discard_batch`; with it go its contracts that nobody signed."""
        with self.store.writing() as connection:
            rows = handover.find_all(connection, list(batch.digests.values()))
            unsigned = [each.sha256 for each in rows.values() if each.batch == batch.number and not each.signed]
            for sha256 in unsigned:
                handover.end(connection, sha256)
        for sha256 in unsigned:
            self.shelf.discard(sha256)
        super().discard_batch(batch)

    def told_beside_table(self, batch: DeskBatch) -> Mapping[str, Any]:
        """See `Office.told_beside_table`: how far the table is, and what the person may do with all of it."""
        return table_panel(self, batch, template_of(self, batch).parties)

    def may_be_signed(self, sha256: str) -> bool:
        """Tell whether a contract was approved, as it is, and is not expired; what came from outside needs nobody."""
        known = self.handover(sha256)
        return known is None or known.may_be_signed(self.today())

    def signable(self, files: Sequence[str]) -> set[str]:
        """Return those of many files that may be signed; see `may_be_signed`."""
        with self.store.reading() as connection:
            known = handover.find_all(connection, files)
        today = self.today()
        return {each for each in files if each not in known or known[each].may_be_signed(today)}

    def successor(self, sha256: str) -> str | None:
        """Return the file that took a file's place; None while none did."""
        known = self.handover(sha256)
        if known is None:
            return super().successor(sha256)
        return known.sha256 if known.sha256 != sha256 else None

    def told_beside(self, sha256: str) -> Mapping[str, Any]:
        """See `Office.told_beside`: how far the contract is, and what the person may do."""
        return panel(self, sha256)

    def _is_complete(self, sha256: str) -> bool:
        entry = self.entry_with(sha256)
        return entry is not None and entry.state in ("complete", "unproven")

    def _id(self) -> str:
        return self.who().removeprefix("person:")


def _as_it_is(made: MadeContract, known: HandOver | None) -> MadeContract:
    if known is None or not known.signed:
        return made
    return replace(made, sha256=known.sha256, signed=known.signed)


def open_office(service: Service, tenant: Tenant, pools: Pools) -> TenantOffice:
    """Return a tenant's office; its folders and its archive are made where there are none.

    Raises:
        ArchiveError, FileUnusable: they cannot be.
    """
    make_archive(tenant)
    options = DeskOptions(
        replace(service.settings, archive=tenant.archive_folder), tenant.office_folder,
        offline=not service.own.online, served=True,
    )  # fmt: skip
    office = TenantOffice(options, pools=pools, service=service, tenant=tenant, term=tenant.place.term)
    tenant.place.keep_while(office.jobs.are_working)
    return office

"""An office with something at every address: who else looks for it, looks for something that exists."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.library.making import render
from signkit.rehearsal.cards import kept_contents
from signkit.web.api.roles import ROLES
from signkit.web.desk.contract_form import words_of
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.upkeep_screen import Renewed
from signkit.words import Text
from tests.web.office.conftest import Offices

TEMPLATE = "real-estate-sale"
#: Stands in everything that the owner makes.
MARK = "owned-by-a"
#: What names something of somebody's in a path; ``template``, ``page``, … name what all have.
PLACES = {"sha256", "number"}


@cache
def a_sale(note):
    """A sale, made once a process; each note makes another file."""
    template = find_template(TEMPLATE)
    data = load_contract_data(template.folder / EXAMPLE)
    return render(
        template.folder, data | {"building_condition": {"inspected": True, "confirmed": [f"{MARK} {note}"]}}
    ).pdf


@dataclass
class Owned:
    """The office, its people, and where things are."""

    offices: Offices
    tenant: object
    elsewhere: object
    seats: dict
    places: dict = field(default_factory=dict)
    mark: str = MARK

    @property
    def service(self):
        return self.offices.service

    @property
    def office(self):
        return self.offices.served._office.desks.office_of(self.tenant)

    def places_of(self, path):
        """Return what fills a path, by the longest beginning that is known."""
        known = [each for each in self.places if path.startswith(each)]
        return COMMON | self.places[max(known, key=len)] if known else COMMON

    def form_of(self, path):
        """Return what a stranger sends in a form: what belongs to the owner, wherever a form names something."""
        sha256 = self.places["/documents"]["sha256"]
        return {"former": sha256, "sha256": sha256, "template": "nda", "name": "x", "typed": "x"}

    def snapshot(self):
        """Return what lies in the tenant's folder, but for its log and its sessions."""
        folder = self.tenant.store.folder
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
                      and not path.name.startswith(("store.sqlite", "ledger.sqlite")))  # fmt: skip


COMMON = {
    "role": "seller", "ending": "csv", "page": 0, "width": 480, "side": "after", "template": TEMPLATE, "place": 1,
    "sha256": "0" * 64, "number": "none",
}  # fmt: skip


def wait(seat, office, answer):
    """Go where a form leads, and wait for what is under way there; return where it led."""
    number = re.fullmatch(r"/jobs/([\w-]+)", answer.headers["location"])[1]
    job = office.jobs.find(number)
    job.thread.join(120)
    assert job.state == "done", (job.state, job.error)
    return number


def sign_elsewhere(offices, seat, sha256, role="seller", holder="takahashi"):
    """Have a role's key sign that is somewhere else; return the digest of what came of it."""
    contents = kept_contents(offices.service.settings.home_folder() / "rehearsal", holder).sign
    path = f"/documents/{sha256}/elsewhere/{role}"
    made = seat.post(path, files=[("certificate", ("c.pem", contents.certificate))])
    assert made.status_code == 303, made.text
    request = json.loads(seat.get(f"{path}/request").content)
    key = load_der_private_key(contents.private_key, None)
    signature = key.sign(b64decode(request["to_sign"]["attributes"]), PKCS1v15(), SHA256())
    done = seat.post(f"{path}/finish", files=[("signature", ("s.bin", signature))])
    assert done.status_code == 303, done.text
    return re.search(r"/documents/([0-9a-f]{64})", done.headers["location"])[1]


def put_contract(offices, tenant, person, note="2026-11-28", name=f"{MARK}.pdf"):
    """Put a prepared sale into an office, as somebody who made it does; return its digest."""
    seated = offices.served._office.desks.office_of(tenant).seat(person)
    sha256 = seated.shelf.put(a_sale(note), name, "prepared").sha256
    seated.note("prepared", sha256)
    return sha256


def state_in(page):
    """Return what the forms of a page say of the state that it shows."""
    return re.search(r'name="state" value="([^"]+)"', page.text)[1]


def hand_on(seat, sha256, act, text="", **more):
    """Send the form of a contract's page with which it is handed on."""
    state = state_in(seat.get(f"/documents/{sha256}/handover"))
    return seat.post(f"/documents/{sha256}/handover/{act}", {"state": state, "text": text} | more)


def approve(clerk, supervisor, sha256):
    """Have a contract approved."""
    assert hand_on(clerk, sha256, "ask").status_code == 303
    assert hand_on(supervisor, sha256, "approve").status_code == 303
    return sha256


def approve_table(clerk, supervisor, number):
    """Have a table's contracts approved, all at once."""
    for who, act in ((clerk, "ask"), (supervisor, "approve")):
        state = state_in(who.get(f"/many/{number}"))
        assert who.post(f"/many/{number}/handover/{act}", {"state": state}).status_code == 303


def own(offices):
    """Return an office in which every address leads somewhere."""
    tenant = offices.tenant()
    seats = {role: offices.seat(tenant, role) for role in ROLES}
    owned = Owned(offices, tenant, offices.tenant("別会社"), seats)
    clerk, office = seats["clerk"], owned.office
    clerk.get("/new")
    waiting = put_contract(offices, tenant, clerk.person)
    approve(clerk, seats["supervisor"], waiting)
    other = approve(clerk, seats["supervisor"], put_contract(offices, tenant, clerk.person, "2026-11-27"))
    signed = sign_elsewhere(offices, clerk, other)
    clerk.post(f"/documents/{waiting}/elsewhere/seller", files=[("certificate", ("c.pem", seller(offices)))])
    draft = office.seat(clerk.person).drafts.begin("nda", {"purpose": MARK})
    checked = clerk.post("/check", files=[("files", (f"{MARK}.pdf", a_sale("2026-11-26")))])
    batch = made_batch(clerk, office)
    approve_table(clerk, seats["supervisor"], batch)
    verified = clerk.post("/archive/verify")
    exported = clerk.post("/archive/export")
    report = office.judge(signed, "x.pdf")
    shelved = office.shelf.put(b"zip", f"{MARK}.zip", "made")
    injected = {
        "extended": result(office, (signed, report, report)), "renewed": result(office, Renewed(())),
        "packed": result(office, (shelved, [], None)),
    }  # fmt: skip
    owned.places = {
        "/documents": {"sha256": signed}, "/documents/{sha256}/elsewhere": {"sha256": waiting},
        "/documents/{sha256}/handover": {"sha256": waiting}, "/documents/{sha256}/agent": {"sha256": waiting},
        "/documents/{sha256}/keep": {"sha256": waiting}, "/documents/{sha256}/discard": {"sha256": waiting},
        "/pages": {"sha256": signed}, "/contracts/": {"number": office.entry_of(signed)},
        "/drafts": {"number": draft.number}, "/many": {"number": batch},
        "/many/{number}/agent": {"number": batch, "role": office.batches.find(batch).one_signer[0]},
        "/many/blank": {"ending": "csv"}, "/archive/ledger": {"ending": "csv"},
        "/checks": {"number": wait(clerk, office, checked), "ending": "json"},
        "/jobs": {"number": wait(clerk, office, verified)},
        "/archive/verified": {"number": wait(clerk, office, verified)},
        "/archive/exported": {"number": wait(clerk, office, exported)},
        "/archive/renewed": {"number": injected["renewed"]},
        "/documents/{sha256}/extended": {"sha256": signed, "number": injected["extended"]},
        "/documents/{sha256}/delivery/packed": {"sha256": signed, "number": injected["packed"]},
        "/searches": {"number": search(owned, clerk)},
    }  # fmt: skip
    return owned


def seller(offices):
    return kept_contents(offices.service.settings.home_folder() / "rehearsal", "takahashi").sign.certificate


def search(owned, clerk):
    clerk.post("/searches", {"name": MARK, "party": "x"})
    return owned.office.seat(clerk.person).searches.listed()[0].number


def made_batch(clerk, office):
    """Make a batch of one contract."""
    example = words_of(load_contract_data(find_template("nda").folder / EXAMPLE))
    table = ",".join(f'"{each}"' for each in example) + "\n" + ",".join(f'"{each}"' for each in example.values())
    sent = clerk.post("/many", {"template": "nda"}, files=[("table", (f"{MARK}.csv", table.encode()))])
    wait(clerk, office, sent)
    batch = office.batches.listed()[0]
    wait(clerk, office, clerk.post(f"/many/{batch.number}/make"))
    return batch.number


def result(office, found):
    """Put what came of some work into the office; return its number."""
    job = office.jobs.start(DeskJob(Text("x", "x")), lambda job: setattr(job, "result", found))
    job.thread.join()
    return job.number

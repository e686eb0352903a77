"""What a party finds behind a link: the contract's pages, the file, a way to sign elsewhere, a way to decline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signkit.errors import SignKitError
from signkit.web.api.identifiers import new_id
from signkit.web.api.operation_log import write_operation
from signkit.web.api.requests import origin_of
from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.web.common.downloads import download_file
from signkit.web.common.forms import form_route, word
from signkit.web.common.guard import sent_cookie
from signkit.web.common.page_pictures import MOST_PAGES, WIDTHS
from signkit.web.common.pages import Pages
from signkit.web.desk.contract_screen import tell_contract
from signkit.web.desk.elsewhere_screen import ElsewhereScreen
from signkit.web.desk.screens import go_to
from signkit.web.desk.signing_screen import status_in_turn
from signkit.web.office import handover
from signkit.web.office.acting import typed_text
from signkit.web.office.desks import Desks
from signkit.web.office.door import cookie_of_party, give_party_cookie
from signkit.web.office.handover import MOST_TEXT, HandOver, state_of
from signkit.web.office.mail import leads_to, until_in_words
from signkit.web.office.notices import tell_colleagues
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.party_links import PartyLink, admit_party, open_link
from signkit.web.office.party_phone import BACK, Phones
from signkit.web.office.tenant_office import TenantOffice
from signkit.words import Text
from signkit.workers import WorkerLost

_AT = "/party/at/{id}"


@dataclass(frozen=True)
class Came:
    """A party who came by a link."""

    tenant: Tenant
    link: PartyLink
    contract: HandOver
    office: TenantOffice


class PartyElsewhere(ElsewhereScreen):
    """The request and the signature, as a party takes and brings them."""

    def back_of(self, request: Request) -> str:
        """Return the address of the party's page."""
        return request.url.path.partition("/elsewhere")[0]

    def lead_on(self, request: Request, sha256: str) -> Response:
        """Lead back to the contract."""
        del sha256
        return go_to(self.back_of(request))


class PartyPages:
    """The pages of parties.  Nothing here takes an address of a document: the link says which one it is."""

    def __init__(self, service: Service, pages: Pages, desks: Desks) -> None:
        self._service = service
        self._pages = pages
        self._desks = desks
        self._phones = Phones(service)

    def routes(self) -> list[Route]:
        """Return what is answered; a GET changes nothing."""
        return [
            self._page(_AT, self.look),
            self._page(_AT + "/file", self.file),
            self._page(_AT + "/pages/{page:int}-{width:int}.png", self.picture),
            self._form(_AT + "/decline", self.decline),
            self._page(_AT + "/elsewhere", lambda request, came: self._elsewhere(request, came).look(request)),
            self._form(_AT + "/elsewhere", self._signing("prepare")),
            self._page(
                _AT + "/elsewhere/request", lambda request, came: self._elsewhere(request, came).request(request)
            ),
            self._form(_AT + "/elsewhere/finish", self._signing("finish")),
            self._form(_AT + "/elsewhere/discard", self._signing("discard")),
            self._form(_AT + "/phone", self.ask_phone),
            Route(BACK, self.back_from_phone, methods=["GET"]),
            form_route(BACK, self.take_from_phone, self._pages.refuse),
            Route("/party/{token}", self.first, methods=["GET"]),
            form_route("/party/{token}", self.open, self._pages.refuse),
        ]

    def first(self, request: Request) -> Response:
        """Show that there is a contract to be read; looking at this opens nothing."""
        admitted = admit_party(self._service.tenants, request.path_params["token"], "pt")
        if admitted is None:
            return self._gone(request)
        tenant, link = admitted
        request.scope["language"] = link.language
        with tenant.store.reading() as connection:
            contract = handover.find_by_id(connection, link.handover)
        if link.opened_at is not None or contract is None or not leads_to(link, contract, tenant.store):
            return self._gone(request)
        return self._pages.show(request, "party_first.html", sender=tenant.name, until=until_in_words(link, contract))

    def open(self, request: Request, _: FormData) -> Response:
        """Open it for this browser, and for no other any more."""
        admitted = admit_party(self._service.tenants, request.path_params["token"], "pt")
        if admitted is None:
            return self._gone(request)
        tenant, link = admitted
        request.scope["language"] = link.language
        with tenant.store.writing() as connection:
            contract = handover.find_by_id(connection, link.handover)
            is_there = contract is not None and leads_to(link, contract, tenant.store)
            cookie = open_link(connection, tenant, link) if is_there else None
            if cookie is not None and contract is not None:
                handover.advance(connection, contract, "open", f"party:{link.role}", tenant.store.now())
        if cookie is None:
            return self._gone(request)
        self._log(request, tenant, link, "POST /party/open", 303)
        answer = go_to(_AT.format(id=link.id))
        give_party_cookie(answer, self._service, link.id, cookie)
        return answer

    def look(self, request: Request, came: Came) -> Response:
        """Show the contract as it is now."""
        return self._contract(request, came)

    def file(self, request: Request, came: Came) -> Response:
        """Hand out the file."""
        del request
        sha256 = came.contract.sha256
        return download_file(came.office.path_of(sha256), came.office.name_of(sha256) or "contract.pdf")

    def picture(self, request: Request, came: Came) -> Response:
        """Draw a page."""
        page, width = (request.path_params[name] for name in ("page", "width"))
        if width not in WIDTHS:
            return self._pages.refuse(request.scope, 404, "unknown")
        try:
            png = came.office.page_picture(came.contract.sha256, page, width)
        except (SignKitError, ValueError, IndexError, RuntimeError, WorkerLost):
            return self._pages.refuse(request.scope, 404, "unknown")
        return Response(png, media_type="image/png")

    def decline(self, request: Request, form: FormData, came: Came) -> Response:
        """Take it that the party does not sign, and why."""
        text = typed_text(form)
        if word(form, "state") != state_of(came.contract) or not came.contract.can("decline"):
            return self._contract(request, came, OFFICE_WORDS["overtaken_here"], 409, text)
        if not text:
            return self._contract(request, came, OFFICE_WORDS["say_why"], 400)
        store = came.tenant.store
        with store.writing() as connection:
            now = handover.find(connection, came.contract.sha256)
            is_same = now is not None and state_of(now) == state_of(came.contract)
            if now is not None and is_same:
                done = handover.advance(connection, now, "decline", f"party:{came.link.role}", store.now(), text)
                tell_colleagues(self._service, connection, store, done, "decline")
        if now is not None and not is_same:
            return self._contract(request, replace(came, contract=now), OFFICE_WORDS["overtaken_here"], 409, text)
        return go_to(_AT.format(id=came.link.id))

    def ask_phone(self, request: Request, _: FormData, came: Came) -> Response:
        """Prepare the signature, and show where the party agrees to it."""
        sha256, role = came.contract.sha256, came.link.role
        request.path_params.update(sha256=sha256, role=role)
        if self._phones.config() is None or not came.office.may_be_signed(sha256):
            return self._pages.refuse(request.scope, 409, "not_approved")
        if status_in_turn(came.office, request) is None:
            return self._pages.refuse(request.scope, 404, "unknown")
        address = self._phones.ask(came.office, came.link.id, sha256, role, came.link.language)
        at = _AT.format(id=came.link.id)
        return self._pages.show(request, "party_phone.html", address=address, at=at, sha256=sha256)

    def back_from_phone(self, request: Request) -> Response:
        """Let the browser come again as our own: a Strict cookie does not go with the way back from the service."""
        if self._phones.whose(request.url.query) is None:
            return self._gone(request)
        return self._pages.show(request, "party_phone_back.html", query=request.url.query, action=BACK)

    def take_from_phone(self, request: Request, form: FormData) -> Response:
        """Take the signature in, if it is this browser's."""
        query = word(form, "query")
        link = self._phones.whose(query)
        came = self._come_by(request, link) if link is not None else None
        if link is None or came is None:
            return self._gone(request)
        request.scope["language"] = came.link.language
        status = 400
        try:
            if not self._phones.finish(came.office, query):
                status = 409
                return self._contract(request, came, OFFICE_WORDS["overtaken_here"], status)
            status = 303
        finally:
            self._log(request, came.tenant, came.link, f"POST {BACK}", status)
        return go_to(_AT.format(id=link))

    def _signing(self, name: str) -> Callable[[Request, FormData, Came], Response]:
        """Return what takes a form of signing elsewhere, for what may be signed."""

        def take(request: Request, form: FormData, came: Came) -> Response:
            if not came.office.may_be_signed(came.contract.sha256):
                return self._pages.refuse(request.scope, 409, "not_approved")
            answer: Response = getattr(self._elsewhere(request, came), name)(request, form)
            return answer

        return take

    def _elsewhere(self, request: Request, came: Came) -> PartyElsewhere:
        """Return the screen of signing elsewhere for the link's own role and contract."""
        request.path_params.update(sha256=came.contract.sha256, role=came.link.role)
        return PartyElsewhere(came.office, self._pages)

    def _contract(
        self, request: Request, came: Came, problem: Text | None = None, status: int = 200, typed: str = ""
    ) -> Response:
        sha256, office, role = came.contract.sha256, came.office, came.link.role
        standing = office.status(sha256, came.contract.name)
        told = tell_contract(standing, sha256, self._pages.language(request.scope))
        mine = next((each for each in told.parties if each.role == role), None)
        may_be_signed = office.may_be_signed(sha256)
        may_sign = mine is not None and mine.state == "next" and may_be_signed
        return self._pages.show(
            request, "party_contract.html", status, told=told, mine=mine, may_sign=may_sign,
            by_phone=may_sign and self._phones.config() is not None,
            may_be_signed=may_be_signed, sender=came.tenant.name, handover=came.contract, sha256=sha256,
            pages=office.page_facts(sha256), widths=WIDTHS, most_pages=MOST_PAGES, problem=problem, typed=typed,
            most_text=MOST_TEXT, at=_AT.format(id=came.link.id), until=until_in_words(came.link, came.contract),
            can_decline=came.contract.can("decline"),
        )  # fmt: skip

    def _page(self, path: str, show: Callable[[Request, Came], Response]) -> Route:
        async def answer(request: Request) -> Response:
            return await self._admitted(request, f"GET {path}", lambda came: show(request, came))

        return Route(path, answer, methods=["GET"])

    def _form(self, path: str, take: Callable[[Request, FormData, Came], Response]) -> Route:
        def handle(request: Request, form: FormData) -> Response:
            return take(request, form, request.scope["came"])

        received: Callable[[Request], Awaitable[Response]] = form_route(path, handle, self._pages.refuse).endpoint

        async def answer(request: Request) -> Response:
            async def called(came: Came) -> Response:
                request.scope["came"] = came
                return await received(request)

            return await self._admitted(request, f"POST {path}", called)

        return Route(path, answer, methods=["POST"])

    async def _admitted(self, request: Request, action: str, answer: Callable[[Came], Any]) -> Response:
        """Answer a party whose cookie is good, and write down that they were there."""
        came = await run_in_threadpool(self._come, request)
        if came is None:
            return self._gone(request)
        request.scope["language"] = came.link.language
        status = 500
        try:
            made = answer(came) if action.startswith("POST") else run_in_threadpool(answer, came)
            response: Response = await made
            status = response.status_code
        except SignKitError:
            status = 400
            raise
        finally:
            await run_in_threadpool(self._log, request, came.tenant, came.link, action, status)
        return response

    def _come(self, request: Request) -> Came | None:
        return self._come_by(request, request.path_params["id"])

    def _come_by(self, request: Request, id_: str) -> Came | None:
        cookie = sent_cookie(Headers(scope=request.scope), cookie_of_party(self._service, id_))
        admitted = admit_party(self._service.tenants, cookie, "pc") if cookie is not None else None
        if admitted is None or admitted[1].id != id_:
            return None
        tenant, link = admitted
        with tenant.store.reading() as connection:
            contract = handover.find_by_id(connection, link.handover)
        if contract is None or not leads_to(link, contract, tenant.store):
            return None
        office = self._desks.office_of(tenant).chair(link.role)
        return Came(tenant, link, contract, office) if office.name_of(contract.sha256) is not None else None

    def _gone(self, request: Request) -> Response:
        return self._pages.show(request, "party_gone.html", 404)

    def _log(self, request: Request, tenant: Tenant, link: PartyLink, action: str, status: int) -> None:
        origin = origin_of(request, self._service.own.proxy)
        with tenant.store.writing() as connection:
            write_operation(
                connection, tenant.store.now(), request=new_id(), actor=f"party:{link.id}", origin=origin,
                action=action, subject=link.handover, status=status,
            )  # fmt: skip

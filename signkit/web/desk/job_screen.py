"""Work under way: how far it is, and a way to cancel it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from signkit.web.desk.screens import Screen, go_to


class JobScreen(Screen):
    """One job."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/jobs/{number}", self.look),
            self.page("/jobs/{number}/state", self.state),
            self.form("/jobs/{number}/cancel", self.cancel),
        ]

    def look(self, request: Request) -> Response:
        """Show how far it is; once it is done, lead to what came of it."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None:
            return self.unknown(request)
        if job.state == "done":
            return go_to(job.leads_to)
        return self.show(request, "working.html", job=job)

    def state(self, request: Request) -> Response:
        """Tell the page whether it is to be looked at again."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None:
            return self.unknown(request)
        is_as_seen = request.query_params.get("seen", job.seen) == job.seen
        return JSONResponse({"state": job.state if is_as_seen else "changed"})

    def cancel(self, request: Request, _: FormData) -> Response:
        """Cancel it."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None:
            return self.unknown(request)
        job.stop()
        return go_to(f"/jobs/{job.number}")

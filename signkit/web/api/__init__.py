"""The service: a REST API over the library, the ledger and the operator's tasks, for many tenants on one machine.

``openapi/`` is the one source: routes, permissions, what requests and answers look like all stand there, and nothing is
served that does not.  A handler (``resources/``) is a plain function from a `signkit.web.api.calls.Call` to an
`signkit.web.api.calls.Answer`; it reaches the files of its own tenant alone, because a call holds no others.
"""

"""The people of a tenant: who they are, how they come in, what their role allows.

An account belongs to one tenant and lies in its store; a session's cookie names its tenant as an API key does
(`signkit.web.api.access`), so no table knows two.
"""
